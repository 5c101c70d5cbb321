"""The outbox: a folder with one file for each open matter, folded from the log.

`open/` and `done/` are made again at every run, written where they differ and not touched where
they do not. Files appear whole (written beside, then renamed). Nothing but files that bear the name
of a matter is ever replaced or removed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.answers import playlists_of, short, waiting
from engine.handoff.document import closed, encoded, opened
from engine.handoff.folder import ANSWERS, DONE, OPEN, REFUSED
from engine.handoff.related import Related
from projections.registry import State

_OURS = re.compile(r"\.?[a-z-]+-[0-9a-f]{12}\.json(\.part)?")


def fold(state: State, folder: Path) -> None:
    """Make the folder say what the state says.

    Raises:
        OSError: it cannot be written.
    """
    wanted = dict(_files(state))
    if not wanted and not folder.exists():
        return
    if not folder.exists():
        folder.mkdir()  # its parent is never made: it may be a volume that is not there now
    for part in (OPEN, DONE, ANSWERS, REFUSED):
        (folder / part).mkdir(exist_ok=True)
    # What ended is in its new place before it leaves the old one.
    for name, content in sorted(wanted.items()):
        _write(folder / name, content)
    for part in (OPEN, DONE):
        for path in sorted((folder / part).iterdir()):
            if _OURS.fullmatch(path.name) and f"{part}/{path.name}" not in wanted:
                path.unlink(missing_ok=True)


def _files(state: State) -> Iterator[tuple[str, bytes]]:
    """Every file that should be there, relative to the folder."""
    rows = waiting(state)
    if rows:
        related, on = Related(state), playlists_of(state)
        for row in rows:
            yield f"{OPEN}/{short(row)}.json", encoded(opened(state, row, related, on))
    for ended in state.matters.closed:
        if ended.matter not in state.matters.open:
            yield f"{DONE}/{short(ended)}.json", encoded(closed(ended))


def _write(path: Path, content: bytes) -> None:
    try:
        if path.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
