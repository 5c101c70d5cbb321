"""`pause`, `resume`: a person's word on whether files may be changed now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.glance import Glance
    from engine.render import Out

LONGEST = 366 * 86_400_000
"""Milliseconds; who wants more does not know when."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (pause, resume):
        app.command()(command)


def pause(
    length: Annotated[str, typer.Option("--for", help="So long: 90m, 3h, 2d.")] = "",
    until: Annotated[
        str, typer.Option(help="Until then: 23:30, 2026-01-31, 2026-01-31T18:00.")
    ] = "",
    json: Json = False,
) -> None:
    """Change no file for a while, as if a DJ program ran. Looking and recording go on.

    A run that is under way stops before its next action; whatever waits is done after the pause.
    """
    from engine import holding
    from engine.cli import session
    from engine.render import Out
    from engine.when import local
    from state.locks import held
    from state.log import clock

    out, now = Out(json), clock()
    end = _end(length, until, now)
    session.configuration()
    with session.library("pause") as library:
        said = library.decide(lambda state: holding.paused(state, end, now))
        library.save_if_free()
        busy = held(library.home / "effects.lock")
    out.emit("pause", until=local(end) if end else None, until_ms=end or None)
    out.print(f"{holding.words(end)}: no file is changed", "bold")
    if not said:
        out.print("it was so already; nothing changes")
    elif busy:
        out.print(f"{busy} stops before its next action")
    if end:
        out.print("sync resume ends the pause before that")
    out.emit("summary", events=len(said))


def resume(json: Json = False) -> None:
    """End a pause."""
    from engine import holding
    from engine.cli import session
    from engine.cli.people import NEXT
    from engine.render import Out
    from state.log import clock

    out, now = Out(json), clock()
    session.recorded()
    with session.library("resume") as library:
        said = library.decide(lambda state: holding.resumed(state, now))
        library.save_if_free()
    out.print(f"the pause is over; {NEXT}" if said else "it is not paused; nothing changes")
    out.emit("summary", events=len(said))


def in_the_way(glance: Glance) -> str:
    """What stands in the way of changing files now, in words, for who only looks."""
    from adapters.contract import AdapterError
    from engine import holding
    from engine.cli import session
    from engine.config import ConfigError
    from state.log import clock

    (until,) = next(iter(glance.query("SELECT until FROM pause")), (None,))
    if until is not None and (not until or until > clock()):
        return f"the library is {holding.words(until)}"
    try:
        program = holding.player(session.configuration().hold)
    except (session.NoLibrary, ConfigError):
        return ""  # what the log knows is worth a look without it
    except AdapterError as error:
        return str(error)
    return f"{program} is running" if program else ""


def tell(out: Out, why: str) -> None:
    """What stands in the way, if anything does."""
    if why:
        out.emit("held", by=why)
        out.print(f"no file is changed now: {why}")


def _end(length: str, until: str, now: int) -> int:
    """When a pause ends, milliseconds since 1970; 0: nobody knows."""
    from engine.when import coming, span

    if length and until:
        raise typer.BadParameter("say --for or --until, not both")
    if length:
        asked = span(length)
        if not asked:
            raise typer.BadParameter(f"{length!r} is no length of time; say 90m, 3h or 2d")
        end = now + asked
    elif until:
        told = coming(until, now)
        if told is None:
            raise typer.BadParameter(
                f"{until!r} is no time; say 23:30, 2026-01-31 or 2026-01-31T18:00"
            )
        if told <= now:
            raise typer.BadParameter(f"{until!r} is over already")
        end = told
    else:
        return 0
    if end - now > LONGEST:
        raise typer.BadParameter(
            "that is more than a year; sync pause alone lasts until sync resume"
        )
    return end
