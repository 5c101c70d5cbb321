"""`replay`: the audit of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.render import Out
    from engine.replay.chain import Verified

Json = Annotated[bool, typer.Option("--json", help="One line of JSON for each result.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    verify: Annotated[
        bool, typer.Option("--verify", help="Only walk the hash chain: is every row as written?")
    ] = False,
    json: Json = False,
) -> None:
    """Show what was done and why, and check that the state follows from the log."""
    from engine.cli.session import recorded
    from engine.render import Out
    from engine.replay import chain

    out, home = Out(json), recorded()
    found = chain.verify(home)
    _chain(out, found)
    if verify or found.fault:
        out.emit("summary", **_summary(found))
        raise typer.Exit(1 if found.fault else 0)


def _chain(out: Out, found: Verified) -> None:
    if found.fault:
        out.emit("fault", position=found.position, text=found.fault)
        out.print(f"the log is damaged: {found.fault}", "bold red")
    else:
        out.print(f"the chain holds: {found.events} events in {found.batches} commits")


def _summary(found: Verified) -> dict[str, object]:
    return {
        "events": found.events,
        "batches": found.batches,
        "verified": not found.fault,
        "position": found.position,
        "fault": found.fault,
    }
