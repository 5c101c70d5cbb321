"""What lies in the folders, and what a run may have changed of it.

This knows nothing of plans or projections but which files the log calls ours: it is the promise
as a person would check it, before and after.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from adapters.ignored import is_audio
from engine.evidence import trashed
from engine.places import MARKER, PRIVATE, WORK
from state.actions import Action
from tests.machine.sound import heard


class File(NamedTuple):
    """One name in a folder tree."""

    inode: int
    content: bytes
    names: int
    """Hard links."""


Picture = dict[str, File]
"""Path → what lies there. Relative to one folder, with `/`."""

Begun = tuple[int, Action]
"""An intent that a run may have carried out: its position, and what it says."""


def picture(folder: Path) -> Picture:
    """All files below a folder."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            status = path.stat()
            name = path.relative_to(folder).as_posix()
            found[name] = File(status.st_ino, path.read_bytes(), status.st_nlink)
    return found


def digest(content: bytes) -> str:
    """By which the log knows a text of ours."""
    return hashlib.sha256(content).hexdigest()


def wrong(before: Picture, after: Picture, begun: Iterable[Begun]) -> Iterator[str]:
    """What a run did to a root that it may not do.

    Args:
        begun: the intents that were open before it, and those that it wrote.
    """
    left, came = defaultdict[str, list[Action]](list), defaultdict[str, list[Action]](list)
    for position, action in begun:
        if action.kind != "place":
            left[action.source or action.path].append(action)
        came[trashed(position, action) if action.kind == "trash" else action.path].append(action)
    for name, file in _lasting(before):
        if not _same(after.get(name), file):
            replaced = any(digest(file.content) == action.old_text for action in came[name])
            if not replaced and not any(_about(action, file) for action in left[name]):
                yield f"{name} is not there as it was, and no intent says so"
    for name, file in _lasting(after):
        if not _same(before.get(name), file) and not any(_about(a, file) for a in came[name]):
            yield f"{name} came into being, and no intent says so"
    yield from _lost(before, after)


def _same(one: File | None, other: File) -> bool:
    return one is not None and (one.inode, one.content) == (other.inode, other.content)


def _about(action: Action, file: File) -> bool:
    if action.text:
        return digest(file.content) == action.text
    return heard(file.content) == action.audio


def _lasting(found: Picture) -> Iterator[tuple[str, File]]:
    for name, file in found.items():
        if not name.startswith(f"{WORK}/") and name != MARKER:
            yield name, file


def _lost(before: Picture, after: Picture) -> Iterator[str]:
    """No file with sound, nor any of a person, is ever unlinked; texts of ours are replaced."""
    there = {(file.inode, file.content) for _, file in _lasting(after)}
    for name, file in _lasting(before):
        audible = is_audio(name) and (heard(file.content) or not name.startswith(PRIVATE))
        if audible and (file.inode, file.content) not in there:
            yield f"the file that was {name} is nowhere any more"


def sources_wrong(before: Picture, after: Picture) -> Iterator[str]:
    """What a run did to a folder that is only read."""
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            yield f"{name} of a folder that is only read is not as it was"


def came(known: Picture, before: Picture, after: Picture) -> Picture:
    """What runs put there: as far as it was `known` and is untouched, and what is new."""
    return {
        name: file
        for name, file in _lasting(after)
        if not name.startswith(PRIVATE)
        and (not _same(before.get(name), file) or _same(known.get(name), file))
    }


def work_files(found: Picture) -> list[str]:
    """What should not outlive a run."""
    return [name for name in found if name.startswith(f"{WORK}/")]
