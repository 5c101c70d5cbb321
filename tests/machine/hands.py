"""What a person does to files, with whatever program: to any file, at any time."""

from __future__ import annotations

import shutil
from pathlib import Path

from adapters.ignored import is_audio
from engine.places import MARKER, PRIVATE, TRASH
from tests.machine.sound import Song, heard, sound
from tests.machine.world import World

EDITS = (
    "delete",
    "rename",
    "move away",
    "swap",
    "retag",
    "retag in place",
    "record over",
    "scribble",
    "copy",
)
FOLDER_EDITS = ("rename", "delete", "clear the trash", "park elsewhere")
FOREIGN = ("song", "other song", "junk", "text", "list", "folder", "file for a folder")


def edit(world: World, folder: Path, pick: int, kind: str, song: Song) -> None:
    """Do something to one file below a folder.

    Args:
        song: what is recorded over, and what a new name is made of.
    """
    if not (files := _files(folder)):
        return
    path = files[pick % len(files)]
    name = f"{song.file_name}{path.suffix}"
    match kind:
        case "delete":
            path.unlink()
        case "rename":
            _move(path, path.with_name(name))
        case "move away":
            _move(path, folder / "Mine" / path.name)
        case "swap":
            other = files[(pick + song.number) % len(files)]
            aside = path.with_name("aside")
            other.rename(aside)
            if path != other:
                path.rename(other)
            aside.rename(path)
        case "copy":
            world.put(path.with_name(name), path.read_bytes())
        case "scribble":
            world.put(path, b"not whole")
        case "record over":
            world.put(path, sound(song, "c"))
        case _:
            _retag(world, path, in_place=kind == "retag in place")


def edit_folder(world: World, root: Path, pick: int, kind: str) -> None:
    """Do something to one folder of the tree."""
    if kind == "clear the trash":
        shutil.rmtree(root / TRASH, ignore_errors=True)
        return
    folders = sorted(path for path in root.glob("*") if path.is_dir() and path.name != PRIVATE)
    if not folders:
        return
    folder = folders[pick % len(folders)]
    if kind == "delete":
        shutil.rmtree(folder)
    else:
        to = root / (f"{folder.name} old" if kind == "rename" else f"Mine/{folder.name}")
        _move(folder, to)


def put_foreign(world: World, root: Path, name: str, song: Song, what: str) -> None:
    """Put a file where we would put one."""
    match what:
        case "text":
            _put(world, root / name / "lyrics.txt", b"lyrics")
        case "list":
            _put(world, root / f"{name}.m3u8", b"#EXTM3U\nmine\n")
        case "file for a folder":
            _put(world, root / name, b"a file")
        case _:
            put_in_place(world, root / name / f"{song.file_name}.mp3", song, what)


def put_in_place(world: World, place: Path, song: Song, what: str) -> None:
    """Put something at a path."""
    match what:
        case "song":
            _put(world, place, sound(song, "d"))
        case "other song":
            _put(world, place, sound(song._replace(number=9, title="Else", artist="Who"), "d"))
        case "junk":
            _put(world, place, b"no music")
        case "folder":
            if not place.exists() and _is_free(place.parent):
                place.mkdir(parents=True)


def _files(folder: Path) -> list[Path]:
    """All of a person's concern: not what we keep for ourselves, but for the trash."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        private = inside.startswith(PRIVATE) and not inside.startswith(TRASH)
        if path.is_file() and inside != MARKER and not private:
            found.append(path)
    return found


def _move(path: Path, to: Path) -> None:
    if not to.exists() and path not in to.parents and _is_free(to.parent):
        to.parent.mkdir(parents=True, exist_ok=True)
        path.rename(to)


def _is_free(folder: Path) -> bool:
    """Whether a folder is there, or could be made."""
    return all(each.is_dir() or not each.exists() for each in (folder, *folder.parents))


def _put(world: World, path: Path, content: bytes) -> None:
    if not path.is_dir() and _is_free(path.parent):
        world.put(path, content)


def _retag(world: World, path: Path, *, in_place: bool) -> None:
    content = path.read_bytes()
    if is_audio(path.name) and heard(content):
        content = content.replace(b'"note": "', b'"note": "x')
    else:
        content += b"\n# edited\n"
    world.put(path, content, in_place=in_place)
