"""`notion`: the databases of the catalogue, and the token for them."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.asking import terminal
from engine.cli.runs import Json, Wait

notion = typer.Typer(
    name="notion",
    help="The catalogue in Notion: its databases, and the token for them.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (setup, token):
        notion.command()(command)
    app.add_typer(notion)


def check(page: str) -> None:
    """Refuse what a person gave for a page and cannot be one."""
    from adapters.contract import Permanent
    from engine.notion.setting_up import identifier

    try:
        identifier(page)
    except Permanent as error:
        raise typer.BadParameter(str(error)) from None


def setup(
    parent: Annotated[
        str,
        typer.Option(metavar="PAGE", help="The page that holds the databases: its address or id."),
    ] = "",
    add_missing: Annotated[
        bool,
        typer.Option("--add-missing", help="Add the properties that databases lack."),
    ] = False,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="A database of what waits for a person as well.")
    ] = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Find or make the four databases, and claim the pages that are there. Writes no page."""
    from adapters.notion.settings import NotionSettings
    from engine.cli import session
    from engine.notion.connection import connected
    from engine.notion.publish import claim
    from engine.notion.setting_up import SetUp
    from engine.render import Out

    out = Out(json)
    settings = session.configuration().notion or NotionSettings()
    if parent:
        check(parent)
    with session.library("notion setup") as library, library.effects(wait):
        client = connected(library, settings)
        try:
            made = SetUp(library, settings, client, add=add_missing, tasks=tasks)
            databases = made.run(parent or settings.parent)
        finally:
            client.close()
        turn = claim(library, settings, out.progress)
        pages = [row for row in library.state.notion.pages if not row.gone]
        library.save()
    out.stop()
    for each in databases:
        out.print(f"{each.kind}: {'made' if each.made else 'found'} ({each.database})")
        if each.added:
            out.print(f"  added: {', '.join(each.added)}")
        if each.missing:
            out.print(f"  lacks: {', '.join(each.missing)} (--add-missing adds them)")
        for note in each.notes:
            out.say(f"  {note}")
    for line in (*turn.notes, *turn.waits):
        out.say(line)
    out.print(f"{len(pages)} pages are known; sync reconcile makes and fills the others")
    if session.configuration().notion is None:
        out.say("to have them kept in step, put a section [notion] into the configuration")
    out.emit(
        "summary",
        databases={each.kind: each.database for each in databases},
        made=[each.kind for each in databases if each.made],
        added={each.kind: each.added for each in databases},
        missing={each.kind: each.missing for each in databases},
        pages=len(pages),
        notes=[*turn.notes, *turn.waits],
    )
    raise typer.Exit(3 if turn.waits else 0)


def token(json: Json = False) -> None:
    """Keep the token of your connection on this machine; it is asked for, or read from stdin."""
    import sys
    from getpass import getpass

    from adapters.contract import NotAuthorised
    from adapters.notion.tokens import keep
    from engine.config import home
    from engine.render import Out

    out = Out(json)
    told = getpass("token: ") if terminal() else sys.stdin.readline()
    if not told.strip():
        raise NotAuthorised("no token was given; see notion.so/profile/integrations")
    where = keep(home(), told.strip())
    out.print(f"the token is kept in {where}")
    out.emit("summary", kept=where)
