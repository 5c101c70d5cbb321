"""`import`, `export`: playlists from and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.amounts import many
from engine.cli.asking import usage
from engine.cli.runs import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from adapters.contract import Unreadable
    from engine.export import Text
    from engine.render import Out
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
        typer.Argument(
            exists=True,
            help="Files of Exportify, TuneMyMusic, Soundiiz or Chosic, the JSON files of Spotify's "
            "account data, folders or zips of them.",
        ),
    ],
    merge: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.csv",
            dir_okay=False,
            help="Bring in nothing, but join all copies of each playlist into this one file, and "
            "say how they differ. Playlists of one name are copies unless they lie in one folder, "
            "zip or file. The newest copy's order counts; rows that only others have follow the "
            "row that they follow there; the earliest date of a row is kept.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file of --merge if it is there.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring in the playlists of backups once, without adding them to the configuration."""
    if merge is not None:
        _merge(merge, paths, force, json)
        return
    if force:
        raise typer.BadParameter("--force is about the file of --merge; there is nothing else")
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
        out.print(f"  {name}: {many(rows, 'row')}")
    _unreadable(out, wrong)
    rows = sum(len(listing.rows) for listing in lists)
    out.emit(
        "summary",
        playlists=len(lists),
        rows=rows,
        tracks=tracks,
        unreadable=len(wrong),
        events=len(told),
    )
    found = ", ".join((many(len(lists), "playlist"), many(rows, "row"), many(tracks, "track")))
    out.print(f"import: {found}", "bold")
    if not told:
        out.print("all of it is known already; nothing changes")
    if wrong:
        raise typer.Exit(3)


def _unreadable(out: Out, lines: Iterable[Unreadable]) -> None:
    for line in lines:
        out.emit("unreadable", text=f"{line.where}: {line.why}")
        out.say(f"unreadable: {line.where}: {line.why}")


def _merge(path: Path, paths: Sequence[Path], force: bool, json: bool) -> None:
    import msgspec

    from adapters.contract import Permanent
    from adapters.disk import Disk
    from engine.export import Text, write
    from engine.merge import difference, merge
    from engine.render import Out

    out = Out(json)
    if path.suffix.lower() != ".csv":
        raise typer.BadParameter(f"--merge {path}: the name must end in .csv, or it is not read")
    merged = merge(paths)
    _unreadable(out, merged.unreadable)
    if not merged.playlists:
        raise Permanent(f"no playlist was found in any of {len(paths)} places; nothing was written")
    rows = sum(len(each.rows) for each in merged.playlists)
    text = Text(path.name, merged.text(), "", rows)
    fresh = write(Disk(), path.parent.resolve(), [text], force=force)
    for each in merged.playlists:
        copies = [msgspec.structs.asdict(copy) for copy in each.copies]
        out.emit("playlist", name=each.name, rows=len(each.rows), copies=copies)
        if each.differs:
            out.print(f"  {each.name}: {many(len(each.rows), 'row')} of {len(copies)} copies")
            for copy in each.copies:
                out.print(f"      {copy.where}: {difference(copy)}")
    differ = sum(each.differs for each in merged.playlists)
    out.emit(
        "summary",
        path=str(path),
        playlists=len(merged.playlists),
        rows=rows,
        differ=differ,
        unreadable=len(merged.unreadable),
        written=bool(fresh),
    )
    out.print(
        f"merge: {many(len(merged.playlists), 'playlist')}, {many(rows, 'row')} in {path}"
        f"{'' if fresh else ' (as it was)'}; {differ} with copies that differ",
        "bold",
    )
    if merged.unreadable:
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
        out.print(f"  {text.name}: {many(text.rows, 'row')}{lacking}{same}")
    out.emit("summary", playlists=len(texts), written=len(fresh))
    out.print(f"export: {many(len(texts), 'playlist')}, {len(fresh)} written", "bold")
