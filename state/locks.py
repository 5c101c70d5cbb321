"""The two locks: `write.lock` for one commit, `effects.lock` for a run that changes the world.

An advisory lock of the operating system goes with its process, so a killed run leaves none behind.
The effects lock tells who holds it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Locked(Exception):
    """Another process holds the lock; the message says which."""


@contextmanager
def lock(path: Path, what: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock file `path` while the block runs.

    Args:
        what: for people who find it locked: what is being done.
        wait: seconds to wait for it.

    Raises:
        Locked: it is held by another process for longer than that.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + wait
        while not _try(fd):
            if time.monotonic() >= until:
                raise Locked(f"the library is in use: {holder(path)}")
            # Often at first: one who appends event after event leaves only short gaps.
            time.sleep(0.0005 if until - time.monotonic() > wait - 1 else 0.02)
        os.truncate(fd, 0)
        os.pwrite(fd, json.dumps({"pid": os.getpid(), "what": what}).encode(), 0)
        try:
            yield
        finally:
            os.truncate(fd, 0)
    finally:
        os.close(fd)


def holder(path: Path) -> str:
    """Who holds the lock, in words; empty if nobody says so."""
    try:
        told = json.loads(path.read_text("utf-8") or "{}")
    except (OSError, ValueError):
        return "by another process"
    return f"`{told['what']}` (process {told['pid']})" if told else ""


def held(path: Path) -> str:
    """Who holds the lock now, in words; empty: nobody. Writes nothing."""
    told = holder(path) if path.exists() else ""
    if not told:
        return ""
    # A killed process leaves its words behind, but not its lock.
    fd = os.open(path, os.O_RDONLY)
    try:
        return "" if _try(fd) else told
    finally:
        os.close(fd)
