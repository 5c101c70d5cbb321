"""`watch`: everything is kept in step, until somebody ends it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.config import Config
    from engine.library import Library
    from engine.watch.picture import Picture, Show


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(watch)


def watch(
    plain: Annotated[
        bool, typer.Option("--plain", help="A line for everything that happens, no live view.")
    ] = False,
    json: Json = False,
) -> None:
    """Keep everything in step until it is stopped: when files change, when a service is due, when
    another command says something, and now and then anyway. Ctrl-C stops it at any time.
    """
    from engine.cli import session
    from engine.cli.live import Lines, Live
    from engine.watch.diary import Diary
    from engine.watch.picture import Picture
    from engine.watch.pulse import Pulse
    from engine.watch.stopping import Stop, Stopped
    from state.log import clock

    session.configuration()
    with session.library("watch") as library, library.effects():
        picture = Picture(os.getpid(), clock())
        show: Lines | Live = Lines(json) if plain or json or not sys.stdout.isatty() else Live()
        diary, pulse = Diary(library.home, show), Pulse(library.home, picture)

        def farewell() -> None:
            pulse.stop()
            show.close()

        try:
            # Once more: a signal may come while the block is being left.
            with suppress(Stopped), Stop(library.home, farewell).listening():
                pulse.start()
                diary.said("watch", f"begins (process {picture.pid})")
                _run(library, diary, picture)
            diary.said("watch", "ends: it was stopped")
            pulse.stop()
        except Exception as error:  # whoever watches the watch finds the reason in the diary
            diary.note("watch", f"ends: {type(error).__name__}: {error}")
            raise
        finally:
            pulse.halt()
            show.close()
            diary.close()


def _run(library: Library, show: Show, picture: Picture) -> None:
    from adapters.notify import Notices, kind_of
    from engine.config import config_path, load
    from engine.holding import Holding
    from engine.watch.loop import Watch

    def configured() -> Config:
        return load(config_path())  # one that is not there for a moment is no reason to end

    def held(config: Config) -> str:
        return Holding(library, config.hold).why()

    notices = Notices()
    try:
        Watch(library, configured, notices, show, picture, held=held, kind_of=kind_of).run()
    finally:
        notices.close()
