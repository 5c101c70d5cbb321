"""`track`: one page of the catalogue in Notion, taken through to its end."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.runs import Json, Wait


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(track)


def track(
    notion_page: Annotated[
        str,
        typer.Option(
            "--notion-page", metavar="PAGE", help="A page of Tracks: its id or its address."
        ),
    ],
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Take the track of one page in Notion through to its end, at once.

    What the page says is read, its track is matched or fetched, tagged, put into its places, and
    the page says so.
    """
    from engine import people, single
    from engine.cli import session
    from engine.cli.next import ended, through, told
    from engine.cli.notion import check
    from engine.config import ConfigError, config_path
    from engine.notion.connection import connected
    from engine.notion.one import take
    from engine.publishing import learner
    from engine.render import Out
    from state.values import Ref

    out, config = Out(json), session.configuration()
    if config.notion is None:
        raise ConfigError(f"{config_path()}: has no section [notion]; it wants a parent")
    check(notion_page)
    with session.library("track") as library, library.effects(wait):
        library.begin()
        client = connected(library, config.notion)
        try:
            found = take(library, config.notion, client, notion_page, learner(library, config))
        finally:
            client.close()
        run = through(out, library, config, asked=found)
        if run.course.track is not None or run.course.passed:
            told(out, library, run)
        else:
            files = single.places(library.state, library.state.identity.track(Ref(found)))
            out.emit("track", track=found, files=files)
            out.print(people.label(library.state, Ref(found)), "bold")
            for line in files or ["no playlist and no target has a place for it"]:
                out.print(f"  {line}")
    ended(out, run.report, "track")
