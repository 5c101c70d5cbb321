"""The trash: what lies there, and emptying it. Nothing else in cratelog deletes anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath

import msgspec

from engine.holding import Held, free
from engine.library import Library
from engine.places import TRASH
from engine.ports import Disk
from projections.files import TrashRow
from state.events import FileTrashed, TrashEmptied
from state.values import RootId

CHUNK = 100
"""Files whose removal goes into one commit."""


class Rubbish(msgspec.Struct, frozen=True):
    """A file in the trash, as a person wants to know it."""

    row: TrashRow
    because: str
    root: Path | None
    """Where its root is; None: not there now."""
    only: bool
    """No other file of the library holds this audio."""


class Left(msgspec.Struct, frozen=True):
    """What was not removed, and why."""

    where: str
    why: str


def rubbish(library: Library, roots: dict[RootId, Path]) -> list[Rubbish]:
    """All that the log says is in the trash, the oldest first.

    Args:
        roots: where the roots are that can be looked at now.
    """
    state = library.state
    found = []
    for row in sorted(state.files.trash, key=lambda row: (row.at, row.position)):
        recorded = library.log.find(row.position)
        event = recorded.event if recorded is not None else None
        because = event.because if isinstance(event, FileTrashed) else ""
        only = bool(row.audio) and not state.files.files.of(row.audio)
        found.append(Rubbish(row, because, roots.get(row.root), only))
    return found


def empty(
    library: Library, disk: Disk, chosen: Iterable[Rubbish], held: Held = free
) -> Iterator[TrashRow | Left]:
    """Delete files from the trash, for good; yields each that is gone and each that is not.

    First they are removed, then that is recorded: a kill in between leaves rows without a file,
    which the next emptying records. The other way round it would leave files that nobody knows.

    Args:
        held: what stands in the way, in words; asked before each file.
    """
    ready: list[tuple[TrashRow, Path]] = []
    for each in chosen:
        if each.root is None:
            yield Left(each.row.file.path, "its root is not there now")
        elif not _within(each.row.trash):
            yield Left(each.row.trash, "is not in the trash")
        else:
            ready.append((each.row, each.root))
    for start in range(0, len(ready), CHUNK):
        yield from _removed(library, disk, ready[start : start + CHUNK], held)


def _removed(
    library: Library, disk: Disk, ready: Sequence[tuple[TrashRow, Path]], held: Held
) -> Iterator[TrashRow | Left]:
    gone: list[TrashRow] = []
    for row, root in ready:
        if why := held():
            yield Left(str(root / row.trash), why)
            continue
        try:
            _remove(disk, root, root / row.trash)
        except OSError as error:
            yield Left(str(root / row.trash), error.strerror or str(error))
        else:
            gone.append(row)
    gone.sort(key=lambda row: row.root)
    library.append(
        [
            TrashEmptied(root, tuple(row.trash for row in rows))
            for root, rows in groupby(gone, key=lambda row: row.root)
        ]
    )
    yield from gone


def _remove(disk: Disk, root: Path, path: Path) -> None:
    """Remove a file (it may be gone already) and the folder of its own, durably."""
    if disk.stamp(path) is not None:
        path.unlink()
    if path.parent.is_dir():
        disk.sync_folder(path.parent)
        disk.tidy(path.parent, root / TRASH)


def _within(trash: str) -> bool:
    """Whether a path, relative to its root, leads into the trash and nowhere else."""
    parts = PurePosixPath(trash).parts
    return trash.startswith(f"{TRASH}/") and ".." not in parts and len(parts) > 2
