"""`trash`: what sync put aside, and emptying it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import amounts
from engine.cli.asking import agreed
from engine.cli.runs import Json, Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.render import Out
    from engine.trash import Rubbish
    from state.values import RootId

trash = typer.Typer(
    help="See and empty what sync put aside; reconcile brings back by itself what is wanted again.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.add_typer(trash, name="trash")


@trash.command("list")
def listed(json: Json = False) -> None:
    """List what is in the trash: size, since when, from where, why."""
    from engine.cli import session
    from engine.render import Out
    from engine.trash import rubbish
    from engine.when import local

    out = Out(json)
    with session.library("trash list", read_only=True) as library:
        rows = library.state.files.roots
        roots: dict[RootId, Path] = {row.root: Path(row.path) for row in rows if row.online}
        found = rubbish(library, roots)
    missing = 0
    for each in found:
        row = each.row
        there = each.root is not None and (each.root / row.trash).is_file()
        missing += not there
        out.emit(
            "trashed",
            root=row.root,
            path=row.file.path,
            trash=row.trash,
            size=row.file.size,
            at=row.at,
            because=each.because,
            only=each.only,
            there=there,
        )
        notes = ["nowhere else"] * each.only + ["not there now"] * (not there)
        note = f"  [{', '.join(notes)}]" if notes else ""
        out.print(f"{amounts.size(row.file.size):>9}  {local(row.at)}  {row.file.path}{note}")
        out.print(f"           because {each.because}")
    size = sum(each.row.file.size for each in found)
    out.emit("summary", files=len(found), size=size, missing=missing)
    out.print(f"trash: {_count(found)}", "bold")


@trash.command("empty")
def empty(
    older_than: Annotated[
        str, typer.Option(help="Only what was put there longer ago than this: 30d, 12h, a date.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="All of it, whatever its age.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Delete what is in the trash for good. No other command deletes anything."""
    from adapters.disk import Disk
    from engine.cli import session
    from engine.holding import Holding
    from engine.observe import World
    from engine.ports import quiet
    from engine.render import Out
    from engine.trash import Left, rubbish
    from engine.trash import empty as emptied
    from engine.when import moment

    out = Out(json)
    if bool(older_than) == every:
        raise typer.BadParameter("say how old: --older-than 30d, or --all")
    config = session.configuration()
    session.recorded()
    with session.library("trash empty") as library, library.effects(wait):
        until = library.now() if every else moment(older_than, library.now())
        if until is None:
            raise typer.BadParameter(f"{older_than!r} is no age; say 30d, 12h or 2026-01-31")
        world = World(library, config, quiet)
        world.look_at_roots()
        found = [each for each in rubbish(library, world.roots()) if each.row.at <= until]
        holding = Holding(library, config.hold)
        if found and (why := holding.why()):
            out.emit("waits", text=why)
            out.say(f"waits: {why}")
            _emptied(out, 0, 0, len(found))
        if found and not agreed(f"Delete {_count(found)} for good?", yes):
            raise typer.Exit(1)
        gone, size, left = 0, 0, 0
        for each in emptied(library, Disk(), found, holding.why):
            if isinstance(each, Left):
                left += 1
                out.emit("left", path=each.where, why=each.why)
                out.say(f"left: {each.where}: {each.why}")
            else:
                gone, size = gone + 1, size + each.file.size
                out.emit("deleted", root=each.root, path=each.file.path, trash=each.trash)
        library.save()
    _emptied(out, gone, size, left)


def _emptied(out: Out, gone: int, size: int, left: int) -> None:
    out.emit("summary", deleted=gone, size=size, left=left)
    more = f", {left} left" if left else ""
    out.print(f"trash: {amounts.many(gone, 'file')} deleted, {amounts.size(size)}{more}", "bold")
    if left:
        raise typer.Exit(3)


def _count(found: Sequence[Rubbish]) -> str:
    only = sum(each.only for each in found)
    more = f", {only} of them with audio that is nowhere else in the library" if only else ""
    size = amounts.size(sum(each.row.file.size for each in found))
    return f"{amounts.many(len(found), 'file')}, {size}{more}"
