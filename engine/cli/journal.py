"""`log`: the events, one line each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.history import Wanted
    from engine.render import Out
    from state.log import EventLog, Recorded

POLL = 1.0
"""Seconds between two looks of `--follow`."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(log)


def log(
    kind: Annotated[
        list[str] | None, typer.Option(help="Only events of this kind; repeatable.")
    ] = None,
    subject: Annotated[
        str, typer.Option(help="Only events that hold this text: a reference, a path, a name.")
    ] = "",
    since: Annotated[
        str, typer.Option(help="Only events after this position or time (120, 2h, 3d, 2026-01-31).")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Only the last so many; 0: all.")] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is appended, until Ctrl-C.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what happened, event by event, in the order of the log."""
    from engine import history
    from engine.cli.session import recorded
    from engine.render import Out
    from engine.when import position
    from state.log import EventLog, clock

    try:
        wanted = history.Wanted(history.kinds(kind or ()), subject)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--kind") from None
    home = recorded()
    opened = EventLog(home / "log.db", read_only=True)
    try:
        end = opened.head().position
        try:
            after = position(since, opened, end, clock()) if since else 0
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--since") from None
        found = history.entries(opened, wanted, after, end)
        shown = _Shown(Out(json), opened, str(home))
        shown.all(history.last(found, limit) if limit else found)
        if follow:
            with suppress(KeyboardInterrupt):
                for news in _news(opened, wanted, end):
                    shown.all([news])
        shown.end()
    finally:
        opened.close()


def _news(opened: EventLog, wanted: Wanted, end: int) -> Iterator[Recorded]:
    """What is appended from now on, for ever."""
    from engine.history import entries

    while True:
        time.sleep(POLL)
        after, end = end, opened.head().position
        yield from entries(opened, wanted, after, end)


class _Shown:
    """Events on the screen."""

    def __init__(self, out: Out, opened: EventLog, home: str) -> None:
        from pathlib import Path

        from engine.history import Actors
        from engine.names import Saved
        from state.models import ReadModels

        self._out, self._log = out, opened
        self._actors = Actors(opened)
        self._models = ReadModels(Path(home) / "state.db", (), read_only=True)
        self._names = Saved(self._models.query)
        self._number = 0

    def all(self, found: Iterator[Recorded] | list[Recorded]) -> None:
        """One line for each."""
        import msgspec

        from engine.sentences import sentence
        from engine.when import local

        for recorded in found:
            position, event = recorded.position, recorded.event
            at = local(recorded.at)
            actor, text = self._actors.of(position), sentence(event, self._names)
            self._number += 1
            if self._out.json:
                self._out.emit(
                    "event",
                    position=position,
                    at=at,
                    kind=event.kind,
                    actor=actor,
                    cause=recorded.cause,
                    text=text,
                    payload=msgspec.to_builtins(event),
                )
            else:
                self._out.print(f"{position:>7}  {at}  {event.kind}: {text}  [{actor}]")

    def end(self) -> None:
        """How many they were."""
        self._models.close()
        self._out.emit("summary", events=self._number, position=self._log.head().position)
