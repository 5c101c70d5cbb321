"""`init`: the configuration of a new library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.amounts import many
from engine.cli.asking import terminal
from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.render import Out

MANY = 50_000
"""Files are counted no further than this: it is only a first impression."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command()(init)


def init(
    csv: Annotated[
        list[Path] | None,
        typer.Option(help="Playlist backups: a folder, a CSV file or a zip; repeatable."),
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Option(help="A folder with music, only read; repeatable.")
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="The folder that playlists are laid out in.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing; what is not given is guessed.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the configuration; the old one is kept.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the configuration of a new library: where backups, music and playlists are."""
    from adapters.contract import Permanent
    from engine.config import config_path
    from engine.render import Out

    out = Out(json)
    path = config_path()
    if path.exists() and not force:
        raise Permanent(f"{path}: is there already; edit it, or --force replaces it")
    if not yes and (json or not terminal()):
        raise typer.BadParameter("nobody can be asked here: --yes, with --csv, --files and --root")
    if yes:
        backups = list(csv) if csv is not None else _guess(_backup_places())
        music = list(files) if files is not None else _guess([Path.home() / "Music"])
        target = root or Path.home() / "Music" / "Playlists"
    else:
        out.say("Where are your playlist backups (folders of Exportify files, or their zip)?")
        backups = _ask_many(out, "backups", csv or _guess(_backup_places()), backups_in)
        out.say("Where is the music that you have? It is only read.")
        music = _ask_many(out, "music", files or _guess([Path.home() / "Music"]), music_in)
        out.say("Where shall playlists be laid out, one folder for each?")
        target = _ask_root(out, root or Path.home() / "Music" / "Playlists", music)
    backups, music, target = [_full(p) for p in backups], [_full(p) for p in music], _full(target)
    for given in (*backups, *music):
        if not given.exists():
            raise typer.BadParameter(f"{given}: is not there")
    if why := _unfit(target, music):
        raise typer.BadParameter(why)
    kept = _write(path, backups, music, target)
    _told(out, path, kept, backups, music, target)


def _told(
    out: Out, path: Path, kept: Path | None, backups: list[Path], music: list[Path], root: Path
) -> None:
    found = sum(backups_in(each) for each in backups), sum(music_in(each) for each in music)
    if kept is not None:
        out.print(f"the old configuration is kept as {kept}")
    reach = f"{many(found[0], 'backup')} and {many(found[1], 'audio file')}"
    out.print(f"{path}: written; {reach} are in reach")
    out.print("next: sync plan shows what would be done, and does nothing")
    out.emit(
        "summary",
        config=str(path),
        kept=str(kept or ""),
        csv=[str(each) for each in backups],
        files=[str(each) for each in music],
        root=str(root),
        backups=found[0],
        audio=found[1],
    )


# ---- asking ------------------------------------------------------------------------------------


def _ask_many(
    out: Out, what: str, guess: Sequence[Path], count: Callable[[Path], int]
) -> list[Path]:
    """Paths, one after the other, until an empty answer; each is shown with what is in it."""
    found: list[Path] = []
    proposed = [str(path) for path in guess]
    while True:
        default = proposed.pop(0) if proposed else ""
        told = typer.prompt(
            f"  {what}{' (Enter: no more)' if not default else ''}",
            default=default,
            show_default=bool(default),
            err=True,
        ).strip()
        if not told:
            return found
        path = _full(Path(told))
        if not path.exists():
            out.say(f"  {path}: is not there")
        elif path in found:
            out.say(f"  {path}: is named already")
        else:
            number = count(path)
            out.say(f"  {path}: {number}{' or more' if number >= MANY else ''} found")
            found.append(path)


def _ask_root(out: Out, guess: Path, music: list[Path]) -> Path:
    while True:
        told = typer.prompt("  playlists", default=str(guess), err=True).strip()
        path = _full(Path(told))
        why = _unfit(path, music)
        if not why:
            number = music_in(path)
            if number:
                out.say(
                    f"  {path}: {number} audio files are there; what fits is claimed, not moved"
                )
            return path
        out.say(f"  {why}")


def _unfit(root: Path, music: Sequence[Path]) -> str:
    """Why a folder cannot be the root of playlists; empty: it can."""
    if root in music:
        return f"{root}: is also a folder that is only read; take one of its own"
    if root.exists() and not root.is_dir():
        return f"{root}: is not a folder"
    if not root.parent.is_dir():
        return f"{root}: {root.parent} is not there; make it, or mount it"
    return ""


# ---- looking -----------------------------------------------------------------------------------


def _backup_places() -> list[Path]:
    """Where Exportify's zip, or what was in it, usually lies."""
    homes = [Path.home() / name for name in ("Music", "Downloads", "Documents", "")]
    names = ("spotify_playlists", "spotify_playlists.zip")
    return [home / name for home in homes for name in names]


def _guess(places: Sequence[Path]) -> list[Path]:
    """The first of these places that is there."""
    return [path for path in places if path.exists()][:1]


def backups_in(path: Path) -> int:
    """How many CSV files there are; none is opened."""
    from adapters.csv_files import shelves

    return sum(len(shelf.backups) for shelf in shelves([path]))


def music_in(path: Path) -> int:
    """How many files have the name of an audio file, at most `MANY`."""
    return sum(1 for _ in islice(_music(path), MANY))


def _music(folder: Path) -> Iterator[str]:
    import os

    from adapters.ignored import ignored, is_audio

    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not ignored(name)]
        yield from (name for name in names if is_audio(name) and not ignored(name))


# ---- writing -----------------------------------------------------------------------------------


def _full(path: Path) -> Path:
    import os

    return Path(os.path.normpath(path.expanduser().absolute()))


def _write(path: Path, backups: list[Path], music: list[Path], root: Path) -> Path | None:
    """Write the configuration; the copy of the old one, if there was one."""
    from adapters.disk import Disk
    from engine.config import written

    text = written([str(each) for each in backups], [str(each) for each in music], str(root))
    disk = Disk()
    disk.make_folders(path.parent)
    old = disk.read(path)
    kept = None if old is None else _free(path)
    if old is not None and kept is not None:
        disk.write(kept, old)
    work = path.with_name(f".{path.name}.part")
    work.unlink(missing_ok=True)
    disk.write(work, text.encode())
    disk.replace(work, path)
    return kept


def _free(path: Path) -> Path:
    """The first name for a kept configuration that nothing has."""
    number = 1
    while (kept := path.with_name(f"{path.name}.bak-{number}")).exists():
        number += 1
    return kept
