"""`import`, `export`: playlists from and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.asking import usage
from engine.cli.runs import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.export import Text
    from projections.playlists import Group
    from projections.registry import State

bring = typer.Typer(help="Bring in playlists once.", no_args_is_help=True)
export = typer.Typer(help="Write playlists for other programs.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(file_okay=False, help="Where to write the files.")]
Names = Annotated[
    list[str] | None, typer.Option("--playlist", help="Only the playlist of this name; repeatable.")
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.add_typer(bring, name="import")
    app.add_typer(export, name="export")


@bring.command("csv")
def bring_csv(
    paths: Annotated[
        list[Path],
        typer.Argument(exists=True, help="Exportify files, folders of them, or their zip."),
    ],
    json: Json = False,
) -> None:
    """Bring in the playlists of Exportify files once, without adding them to the configuration."""
    from adapters.contract import PlaylistListed, Unreadable
    from engine.bring import clash, sightings
    from engine.cli import session
    from engine.render import Out
    from engine.witness import news
    from state.events import TrackSeen

    out = Out(json)
    if why := clash(paths, session.configuration().csv.folders):
        raise typer.BadParameter(why)
    seen = sightings(paths)
    with session.library("import csv") as library:
        told = library.decide(lambda state: news(state, seen))
        library.save_if_free()
    lists = [each for each in seen if isinstance(each, PlaylistListed)]
    wrong = [each for each in seen if isinstance(each, Unreadable)]
    tracks = sum(isinstance(each, TrackSeen) for each in seen)
    for listing in lists:
        name, rows = listing.playlist.name, len(listing.rows)
        out.emit("playlist", ref=listing.playlist.ref, name=name, rows=rows)
        out.print(f"  {name}: {rows} rows")
    for line in wrong:
        out.emit("unreadable", text=f"{line.where}: {line.why}")
        out.say(f"unreadable: {line.where}: {line.why}")
    rows = sum(len(listing.rows) for listing in lists)
    out.emit(
        "summary",
        playlists=len(lists),
        rows=rows,
        tracks=tracks,
        unreadable=len(wrong),
        events=len(told),
    )
    out.print(f"import: {len(lists)} playlists, {rows} rows, {tracks} tracks", "bold")
    if not told:
        out.print("all of it is known already; nothing changes")
    if wrong:
        raise typer.Exit(3)


@export.command("csv")
def export_csv(
    folder: Folder, playlist: Names = None, force: Force = False, json: Json = False
) -> None:
    """Write one Exportify file for each playlist: all rows, in order."""
    from engine.export import backups

    _export("csv", folder, playlist, force, json, backups)


@export.command("m3u8")
def export_m3u8(
    folder: Folder,
    playlist: Names = None,
    absolute: Annotated[
        bool, typer.Option("--absolute", help="Whole paths instead of relative ones.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write one playlist file for each playlist, leading to the files that are laid out."""
    from engine.export import lists

    where = folder.resolve()
    _export(
        "m3u8",
        folder,
        playlist,
        force,
        json,
        lambda state, found: lists(state, found, where, absolute=absolute),
    )


def _export(
    what: str,
    folder: Path,
    names: list[str] | None,
    force: bool,
    json: bool,
    made: Callable[[State, Sequence[Group]], Iterable[Text]],
) -> None:
    from adapters.disk import Disk
    from engine.cli import session
    from engine.export import chosen, write
    from engine.render import Out

    out = Out(json)
    with session.library(f"export {what}", read_only=True) as library, usage(out):
        texts = list(made(library.state, chosen(library.state, names or [])))
    fresh = {text.name for text in write(Disk(), folder.resolve(), texts, force=force)}
    for text in texts:
        out.emit(
            "playlist",
            name=text.playlist,
            path=str(folder / text.name),
            rows=text.rows,
            without=text.without,
            written=text.name in fresh,
        )
        lacking = f", {text.without} without a file" if text.without else ""
        same = "" if text.name in fresh else " (as it was)"
        out.print(f"  {text.name}: {text.rows} rows{lacking}{same}")
    out.emit("summary", playlists=len(texts), written=len(fresh))
    out.print(f"export: {len(texts)} playlists, {len(fresh)} written", "bold")
