"""Our roots as they are, against what the events say: names only, nothing is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from adapters.ignored import ignored, is_audio
from adapters.spelling import respelt
from engine.places import TRASH
from engine.roots import library_of
from projections.files import RootRow
from projections.registry import State


class Held(msgspec.Struct):
    """One root of ours."""

    root: str
    path: str
    offline: str = ""
    """Why it could not be looked at."""
    files: int = 0
    """Met, and explained."""
    unexplained: list[str] = msgspec.field(default_factory=list)
    """Audio files, and files in our trash, that no event speaks of."""
    gone: list[str] = msgspec.field(default_factory=list)
    """What should be there by the events, and is not."""


def look(state: State, unreadable: Mapping[str, Mapping[str, str]]) -> list[Held]:
    """Every root of ours.

    Args:
        unreadable: root → path → why it was passed over: such a file has no event.
    """
    rows = sorted(state.files.roots, key=lambda row: row.root)
    return [
        _look(state, row, unreadable.get(row.root, {}))
        for row in rows
        if row.root.startswith("target/")
    ]


def _look(state: State, row: RootRow, unreadable: Mapping[str, str]) -> Held:
    made, base = Held(row.root, row.path), Path(row.path)
    made.offline = _offline(row, base)
    if made.offline:
        return made
    files = {each.path for each in state.files.files if each.root == row.root}
    trash = {each.trash for each in state.files.trash if each.root == row.root}
    names = sorted(_names(base))
    known = files | trash | respelt(base, names, files | trash).keys()
    for path in names:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        if path not in known:
            why = unreadable.get(path)
            made.unexplained.append(f"{shown} ({why})" if why else shown)
        else:
            made.files += 1
    made.gone = [path for path in sorted(files | trash) if not os.path.lexists(base / path)]
    return made


def _offline(row: RootRow, base: Path) -> str:
    if not row.online:
        return row.why
    if not row.marker:
        return "" if base.is_dir() else "nothing was ever put there"
    if library_of(base) != row.marker:
        return f"{base}: our marker is not there now: the volume is not mounted"
    return ""


def _names(base: Path) -> Iterator[str]:
    """Audio files of a root, and everything in its trash, relative, with `/`."""
    for folder, names, files in os.walk(base):
        names[:] = [name for name in names if not ignored(name)]
        for name in files:
            if is_audio(name) and not ignored(name):
                yield Path(folder, name).relative_to(base).as_posix()
    for folder, _, files in os.walk(base / TRASH):
        for name in files:
            yield Path(folder, name).relative_to(base).as_posix()
