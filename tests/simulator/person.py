"""A person who works in the same folders: durable at once, and never asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.places import TRASH
from tests.simulator.history import Edit
from tests.simulator.log import SimState
from tests.simulator.music import DROP, MUSIC, OUT, audio_of, private, song

if TYPE_CHECKING:
    from tests.simulator.world import World


def act(world: World, edit: Edit, path: str) -> str:
    """Do what an edit says; what was done, in words, or nothing.

    Args:
        path: the file that it must be about; empty: any.
    """
    if edit.kind == "take" or (path.startswith(DROP) and edit.kind != "occupy"):
        return take_all(world)
    if edit.kind == "occupy":
        return _occupy(world, path)
    if edit.kind in ("unmount", "unplug", "eject"):
        return _unmount(world, edit) if not path else ""
    if edit.when == "step" or (path and world.volume.find(path) is None):
        return _squat(world, edit, path, junk=edit.kind in ("junk", "text"))
    if path and (private(path) or world.volume.names[path].folder):
        return ""
    deeds = {
        "delete": _delete,
        "rename": _rename,
        "replace": _replace,
        "retag": _retag,
        "text": _text,
        "link": _link,
        "folder": _folder,
    }
    if edit.kind in ("squat", "junk"):
        return _replace(world, edit, path) if path else _squat(world, edit, "", edit.kind == "junk")
    return deeds[edit.kind](world, edit, path)


def take_all(world: World) -> str:
    """The program that the drop folder is for takes what lies there.

    A rename is one transaction of the file system: if what was done to the new name is durable, it
    is durable too that the old one is gone.
    """
    if world.volume.gone == DROP:
        return ""
    taken = []
    for path in sorted(world.files()):
        if path.startswith(DROP) and not private(path) and path not in world.theirs:
            audio = audio_of(world.volume.names[path].content)
            world.taken[str(audio)] += 1
            for change in world.volume.pending:
                if change.after is not None and change.after.path == path:
                    world.volume.settle(change.path)
            world.touched.add(path)
            world.volume.take(path)
            if audio is not None and not world.holds(audio):
                world.owed.discard(audio)
            taken.append(path)
    return f"another program takes {', '.join(taken)}" if taken else ""


def _occupy(world: World, path: str) -> str:
    """A file of theirs in the drop folder, under a name that is wanted there."""
    if not world.history.features.exclusive or not _mounted(world, DROP + "/"):
        return ""
    free = [f"{DROP}/{track}.mp3" for track in range(world.history.tracks)]
    free = [each for each in free if each not in world.volume.names]
    if path or not free:
        return ""
    _put(world, free[0], b"junk")
    return f"puts a file of theirs at {free[0]}"


def _files(world: World, edit: Edit, path: str, *places: str) -> list[str]:
    """The files that it may be about, sorted, from the picked one on."""
    if path:
        return [path]
    found = sorted(
        each
        for each in world.files()
        if any(each.startswith(place) for place in places) and "root.json" not in each
    )
    start = edit.pick % len(found) if found else 0
    return found[start:] + found[:start]


def _laid_out(world: World, edit: Edit, path: str, suffix: str = ".mp3") -> list[str]:
    return [
        each
        for each in _files(world, edit, path, OUT)
        if not private(each) and each.endswith(suffix)
    ]


def _free(world: World, edit: Edit) -> list[str]:
    """Names that nothing has yet but that somebody may want, from the picked one on."""
    wanted = {
        f"{OUT}/{path}" for layout in world.history.layouts for path in layout.wishes.values()
    }
    wanted |= {f"{OUT}/{playlist}/list.m3u8" for playlist in "AB"} if world.history.lists else set()
    free = sorted(path for path in wanted if path not in world.volume.names)
    start = edit.pick % len(free) if free else 0
    return free[start:] + free[:start]


def _touch(world: World, *paths: str) -> None:
    world.touched.update(paths)
    for path in paths:
        node = world.volume.names.get(path)
        audio = audio_of(node.content) if node is not None else None
        if audio is not None:
            world.meddled.add(audio)


def _gone(world: World, path: str) -> None:
    """A name goes by a person's hand; if its audio is nowhere else, that was what they wanted."""
    _touch(world, path)
    audio = audio_of(world.volume.names[path].content)
    world.volume.take(path)
    world.theirs.pop(path, None)
    if audio is not None and not world.holds(audio):
        world.owed.discard(audio)


def _put(world: World, path: str, content: bytes) -> None:
    """A file of theirs."""
    if path in world.volume.names:
        _gone(world, path)
    world.volume.put(path, content)
    world.theirs[path] = content
    _touch(world, path)


def _mounted(world: World, path: str) -> bool:
    return not (world.volume.gone and path.startswith(world.volume.gone + "/"))


def _delete(world: World, edit: Edit, path: str) -> str:
    for found in _files(world, edit, path, f"{OUT}/{TRASH}", OUT, MUSIC):
        if ("/work/" in found) or "/park/" in found or not _mounted(world, found):
            continue
        _gone(world, found)
        return f"deletes {found}"
    return ""


def _rename(world: World, edit: Edit, path: str) -> str:
    free = _free(world, edit)
    for found in _laid_out(world, edit, path):
        new = free[0] if free and edit.pick % 2 else f"{OUT}/Mine/{edit.pick}.mp3"
        if new in world.volume.names or not _mounted(world, found):
            continue
        node = world.volume.names[found]
        theirs = world.theirs.pop(found, None)
        _touch(world, found, new)
        world.volume.settle(found)
        world.volume.place(new, node)
        node.saved = node.content
        world.volume.take(found)
        # After a crash nobody can tell the right recording in the right place from our own work.
        if theirs is not None and not world.history.cuts:
            world.theirs[new] = theirs
        return f"renames {found} to {new}"
    return ""


def _replace(world: World, edit: Edit, path: str) -> str:
    trash = _files(world, edit, "", f"{OUT}/{TRASH}") if edit.pick % 2 and not path else []
    for found in [*trash, *_laid_out(world, edit, path)]:
        if _mounted(world, found):
            _put(world, found, _foreign(world))
            return f"puts another recording in the place of {found}"
    return ""


def _retag(world: World, edit: Edit, path: str) -> str:
    for found in _laid_out(world, edit, path):
        audio = audio_of(world.volume.names[found].content)
        if audio is not None and _mounted(world, found):
            was_theirs = found in world.theirs
            content = song(audio, f"tag {edit.pick}")
            world.volume.put(found, content)
            world.words.add(content)
            _touch(world, found)
            if was_theirs:
                world.theirs[found] = content
            return f"tags {found}"
    return ""


def _text(world: World, edit: Edit, path: str) -> str:
    for found in _laid_out(world, edit, path, ".m3u8"):
        if _mounted(world, found):
            _put(world, found, f"mine {edit.pick}".encode())
            return f"edits {found}"
    return ""


def _squat(world: World, edit: Edit, path: str, junk: bool) -> str:
    if path and (private(path) or "." not in path.rpartition("/")[2]):
        return ""
    free = [path] if path else _free(world, edit)
    free = [each for each in free if _mounted(world, each) and _above_are_folders(world, each)]
    if not free or not (world.history.features.exclusive or world.history.features.links):
        return ""
    _put(world, free[0], b"junk" if junk else _foreign(world))
    return f"puts a file of theirs at {free[0]}"


def _link(world: World, edit: Edit, path: str) -> str:
    """A second name of one file, where an intent wants it, if one is open."""
    found, free = _laid_out(world, edit, path), _free(world, edit)
    state = SimState()
    state.fold(world.log.events)
    for row in state.runs.intents:
        action = row.intent.action
        if action.kind == "move" and edit.pick % 4 and not path:
            found, free = [f"{OUT}/{action.source}"], [f"{OUT}/{action.path}"]
    for one, other in zip(found, free, strict=False):
        if one not in world.volume.names or other in world.volume.names:
            continue
        if not world.history.features.links or not _mounted(world, one):
            continue
        if not _above_are_folders(world, other):
            continue
        world.volume.settle(one)
        node = world.volume.names[one]
        node.saved = node.content
        world.volume.place(other, node)
        _touch(world, other)
        return f"links {one} as {other}"
    return ""


def _above_are_folders(world: World, path: str) -> bool:
    above = path.rpartition("/")[0]
    while above:
        node = world.volume.names.get(above)
        if node is not None and not node.folder:
            return False
        above = above.rpartition("/")[0]
    return True


def _folder(world: World, edit: Edit, path: str) -> str:
    """Rename a whole folder."""
    if path:
        return ""
    files = _laid_out(world, edit, "")
    if not files or not _mounted(world, files[0]):
        return ""
    old = files[0].rpartition("/")[0]
    new = f"{OUT}/Folder {edit.pick}"
    if new in world.volume.names or old == OUT:
        return ""
    for found in sorted(each for each in world.files() if each.startswith(old + "/")):
        node = world.volume.names[found]
        theirs = world.theirs.pop(found, None)
        to = new + found[len(old) :]
        _touch(world, found, to)
        world.volume.settle(found)
        node.saved = node.content
        world.volume.place(to, node)
        world.volume.take(found)
        if theirs is not None:
            world.theirs[to] = theirs
    if not world.volume.inside(old):
        world.volume.take(old)
    return f"renames the folder {old} to {new}"


def _unmount(world: World, edit: Edit) -> str:
    if world.volume.gone:
        return ""
    world.volume.gone = {"unmount": OUT, "unplug": MUSIC, "eject": DROP}[edit.kind]
    # What was written to it is made durable by the unmounting.
    for change in list(world.volume.pending):
        if not change.done and change.path.startswith(world.volume.gone):
            world.volume.settle(change.path)
    for name, node in world.volume.names.items():
        if name.startswith(world.volume.gone) and not node.doomed:
            node.saved = node.content
    return f"unmounts {world.volume.gone}"


def _foreign(world: World) -> bytes:
    world.foreign += 1
    return song(f"foreign {world.foreign}", "not ours")
