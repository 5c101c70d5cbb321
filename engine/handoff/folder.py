"""The outbox as a folder: where things lie in it, and whether anything has to be done.

Light, because a run that finds nothing to do asks it too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from engine.library import Library

MARK = "outbox"
"""The bookmark: what the folder was when it agreed with the log."""
OPEN, DONE, ANSWERS, REFUSED = "open", "done", "answers", "answers/refused"


def mark(position: int, folder: Path) -> str:
    """What to remember of a folder that agrees with the log at a position."""
    return f"{position} {_listing(folder)}"


def is_still(library: Library, position: int, folder: Path) -> bool:
    """Whether the folder is as it was left, at this position of the log, and holds no answer."""
    if any(waiting_answers(folder)):
        return False
    return library.models.bookmark(MARK) == mark(position, folder)


def waiting_answers(folder: Path) -> list[Path]:
    """Files that were put into `answers/`, by name. What begins with a dot is not there yet."""
    try:
        entries = sorted((folder / ANSWERS).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [
        path
        for path in entries
        if path.suffix == ".json" and not path.name.startswith(".") and path.is_file()
    ]


def _listing(folder: Path) -> str:
    """A digest of the folder's path, and of the names, sizes and times of its files."""
    told = [os.fspath(folder)]
    for part in (OPEN, DONE):
        try:
            with os.scandir(folder / part) as entries:
                found = sorted(
                    f"{part}/{each.name} {stat.st_size} {stat.st_mtime_ns}"
                    for each in entries
                    if (stat := each.stat(follow_symlinks=False))
                )
        except OSError:
            found = ["none"]
        told += found
    text = "\n".join(told).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:32]
