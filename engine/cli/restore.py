"""`restore`: what was there before, put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.asking import usage
from engine.cli.runs import Json, Wait

if TYPE_CHECKING:
    from engine.library import Library
    from projections.files import FileRow
    from state.values import TrackId

restore = typer.Typer(help="Put back what was there before.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.add_typer(restore, name="restore")


@restore.callback()
def _family() -> None: ...


@restore.command("tags")
def tags(
    what: Annotated[
        str,
        typer.Argument(metavar="FILE|TRACK", help="A file, or a track: reference, URL or words."),
    ],
    at: Annotated[
        str, typer.Option(help="As they were then: 2h (ago), 2026-01-31; default: one step back.")
    ] = "",
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Put back the tags that the files of a track had before sync wrote into them.

    The fields that this changes are yours from then on: no later correction is written into them.
    Files that sync did not make are never written to.
    """
    from adapters.audio import probe
    from adapters.disk import Disk
    from engine.cli import session
    from engine.effects import Effects
    from engine.holding import Holding
    from engine.observe import World
    from engine.ports import quiet
    from engine.render import Out
    from engine.restoring import Unwritten, put_back
    from engine.when import moment
    from state.actions import Action

    out = Out(json)
    config = session.configuration()
    session.recorded()
    with session.library("restore tags") as library, library.effects(wait), usage(out):
        until = moment(at, library.now()) if at else None
        if at and until is None:
            raise typer.BadParameter(f"{at!r} is no time; say 2h, 3d or 2026-01-31")
        world = World(library, config, quiet)
        world.look_at_roots()
        disk = Disk()
        hold = Holding(library, config.hold)
        effects = Effects(
            library, disk, lambda path: probe(path).audio, world.roots(), held=hold.why
        )
        effects.recover()
        found = list(put_back(library, _files(library, what), until))
        actions = [each for each in found if isinstance(each, Action)]
        done, left = 0, 0
        for outcome in effects.apply(actions, {}):
            out.outcome(outcome)
            done += outcome.event is not None
            if outcome.event is None:
                left += 1
                out.emit("left", path=outcome.action.path, why=outcome.why)
                out.say(f"left: {outcome.why}")
            else:
                out.print(f"{outcome.action.path}: has the tags again that it had")
        for each in found:
            if isinstance(each, Unwritten):
                out.emit("unchanged", path=each.file.path, why=each.why)
                out.print(f"{each.file.path}: {each.why}")
        library.save()
    out.emit("summary", restored=done, left=left)
    if left:
        raise typer.Exit(3)


def _files(library: Library, what: str) -> list[FileRow]:
    from engine import people
    from engine.restoring import files

    state = library.state
    track: TrackId | None
    if people.is_file(state, what, Path.cwd()):
        from projections.tags import track_of

        row = people.file(state, what, Path.cwd())
        track = track_of(state, row)
        if not row.ours or track is None:
            raise people.CannotTell(f"{what}: sync did not make it, and never wrote into it")
    else:
        track = state.identity.track(people.track(state, what))
    if not (found := files(library, track)):
        raise people.CannotTell(f"{what}: no file of it was made by sync")
    return found
