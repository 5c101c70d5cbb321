"""Which folder trees can be looked at now, and which ones only seem to be there.

A root of ours carries a marker file with the name of its library: without it, it is an unmounted
volume, not an empty folder. A folder that we only read cannot carry one: it is known by its device
number, and taken for unmounted when the device changed and nothing of what it held is there.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.places import MARKER, PRIVATE
from engine.ports import Disk
from projections.files import RootRow
from projections.layout import target_root
from projections.registry import State
from state.events import Event, FileVanished, RootCameOnline, RootWentOffline
from state.values import RootId


def source_roots(folders: Sequence[Path]) -> dict[RootId, Path]:
    """An id for every folder that we only read: its name, with `#2`, … for further ones."""
    found: dict[RootId, Path] = {}
    for folder in folders:
        base, number = f"files/{folder.name or 'root'}", 1
        while RootId(base if number == 1 else f"{base}#{number}") in found:
            number += 1
        found[RootId(base if number == 1 else f"{base}#{number}")] = folder
    return found


def look(
    state: State, identity: str, sources: dict[RootId, Path], targets: dict[str, Path]
) -> Iterator[Event]:
    """Roots that came or went since the log last heard of them."""
    configured = sources | {target_root(target): path for target, path in targets.items()}
    for root, path in configured.items():
        row = state.files.roots.get(root)
        marker = row.marker if row is not None else ""
        why = trouble(state, root, path, identity)
        yield from _told(state, root, path, why, marker=marker)
        if row is not None and row.path != str(path) and not (why or marker):
            yield from _left_behind(state, root, path)
    for row in state.files.roots:
        left = f"{row.path}: is not in the configuration any more"
        if row.root not in configured and row.why != left:
            yield RootWentOffline(row.root, left)


def trouble(state: State, root: RootId, path: Path, identity: str) -> str:
    """Why a configured root cannot be looked at, or only seems to be there; empty: it can."""
    if root.startswith("target/"):
        return _target_trouble(state.files.roots.get(root), path, identity)
    return _source_trouble(state, root, path)


def is_as_known(row: RootRow | None, path: Path, identity: str) -> bool:
    """Whether a configured root is there, and is the one that the log last heard of.

    Of one that is only read, whether it holds what it held is for whoever looks into it to see.
    """
    if row is None or not row.online or row.path != str(path):
        return False
    if row.root.startswith("target/"):
        fine = not _target_trouble(row, path, identity)
    else:
        fine = path.is_dir()
    return fine and row.device == (path.stat().st_dev if path.exists() else 0)


def _told(state: State, root: RootId, path: Path, why: str, *, marker: str) -> Iterator[Event]:
    row = state.files.roots.get(root)
    if why:
        if row is None:
            yield RootCameOnline(root, str(path), 0, marker)
        if row is None or row.online or row.why != why:
            yield RootWentOffline(root, why)
        return
    device = path.stat().st_dev if path.exists() else 0
    said = (str(path), device, True)
    if row is None or (row.path, row.device, row.online) != said:
        yield RootCameOnline(root, str(path), device, marker)


def _source_trouble(state: State, root: RootId, path: Path) -> str:
    try:
        if not path.is_dir():
            return f"{path}: is not a folder" if path.exists() else f"{path}: is not there"
        os.scandir(path).close()
        device = path.stat().st_dev
    except OSError as error:
        return f"{path}: {error.strerror}"
    row = state.files.roots.get(root)
    if row is None or row.path != str(path):  # another folder is configured under this name
        return ""
    known = _known(state, root)
    if known and not any((path / name).exists() for name in known):
        if row.device != device:
            return f"{path}: another volume is mounted there, or none"
        return f"{path}: was emptied ({len(known)} files were known); taken for not mounted"
    return ""


def _known(state: State, root: RootId) -> list[str]:
    return [file.path for file in state.files.files if file.root == root]


def _left_behind(state: State, root: RootId, path: Path) -> Iterator[FileVanished]:
    """What the folder that was configured before held, and this one does not."""
    for name in _known(state, root):
        if not (path / name).exists():
            yield FileVanished(root, name)


def _target_trouble(row: RootRow | None, path: Path, identity: str) -> str:
    try:
        marker = library_of(path)
        if marker is not None and marker != identity:
            return (
                f"{path}: belongs to another library (marker {marker or 'unreadable'}); to let "
                f"this one take it over, remove {path / MARKER}"
            )
        if row is not None and row.marker and marker is None:
            return f"{path}: its marker {MARKER} is not there: the volume is not mounted"
        if path.exists() and not path.is_dir():
            return f"{path}: is not a folder"
        if row is not None and row.path == str(path) and row.device and not path.exists():
            return f"{path}: was there before: not mounted? If it is gone for good, make it anew"
        if not path.exists() and not path.parent.is_dir():
            return f"{path}: {path.parent} is not there: not mounted? No folder is made for it"
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def library_of(path: Path) -> str | None:
    """The library that a root says it belongs to; None: it says nothing."""
    try:
        told = json.loads((path / MARKER).read_text("utf-8"))
        return str(told["library"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError):
        return ""


def mark(disk: Disk, row: RootRow, identity: str) -> RootCameOnline | None:
    """Put our marker into a root that has none yet; the event that says so.

    Raises:
        OSError: it cannot be written.
    """
    if row.marker or not row.online:
        return None
    path = Path(row.path)
    disk.make_folders(path / PRIVATE / "work")
    if library_of(path) is None:
        work = path / PRIVATE / "work" / f"marker-{uuid.uuid4().hex}"
        disk.write(work, json.dumps({"library": identity, "root": row.root}).encode() + b"\n")
        disk.move(work, path / MARKER)
    return RootCameOnline(row.root, row.path, path.stat().st_dev, identity)
