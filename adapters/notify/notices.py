"""Folder trees that are watched, and where something may have changed since it was last asked.

Whoever is told only looks again, so nothing here says what happened: two changes of one file are
one notice, and too many notices are one word, that some were lost.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import sys
import threading
from collections.abc import Callable, Collection
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from adapters.ignored import ignored

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

LIMIT = 20_000
"""So many paths are remembered until they are asked for."""
DELETE_SELF = 0x400  # inotify(7)
FEW = "there are more folders than the system watches"

# Not the ones of opening and reading: we read ourselves. Changed attributes come as modified.
_KINDS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    FileClosedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]


class Heard(msgspec.Struct):
    """What was noticed since the last time. Paths are relative to their folder, with `/`."""

    files: dict[Path, set[str]] = {}
    folders: dict[Path, set[str]] = {}
    """Folders that came, went or moved: with all that is below them."""
    lost: bool = False
    """There was more than could be kept, so anything may have changed."""


class Notices:
    """Watches folder trees, in threads of its own.

    Args:
        limit: so many paths are remembered until `drain`.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit, self._number = limit, 0
        self._lock, self._any = threading.Lock(), threading.Event()
        self._heard = Heard()
        self._watches: dict[Path, tuple[tuple[int, int], ObservedWatch]] = {}
        self._blind: dict[Path, str] = {}
        self._complaints = _Complaints(self._lose)
        logger = logging.getLogger("watchdog")
        logger.addHandler(self._complaints)
        logger.propagate = False
        self._observer: BaseObserver | None = None
        self._why = ""
        try:
            self._observer = Observer()
            self._observer.start()
        except OSError as error:
            self._observer, self._why = None, f"no notifications: {error.strerror or error}"

    # -- what is watched -------------------------------------------------------------------------

    def watch(self, folders: Collection[Path]) -> set[Path]:
        """Watch these folder trees, and no others; call it again to find those that came back.

        Returns:
            Those that are watched since now: whatever happened there before was not noticed.
        """
        for folder in [folder for folder in self._watches if folder not in folders]:
            self._leave(folder)
        self._blind = {folder: why for folder, why in self._blind.items() if folder in folders}
        fresh = {folder for folder in folders if self._begun(folder)}
        if self._watches and _is_full():  # the rest of a tree would be left out in silence
            for folder in list(self._watches):
                self._leave(folder)
                self._blind[folder] = FEW
            fresh = set()
        return fresh

    @property
    def blind(self) -> dict[Path, str]:
        """Folders that are there and tell nothing, and why."""
        return dict(self._blind)

    def _begun(self, folder: Path) -> bool:
        identity = _identity(folder)
        if folder in self._watches:
            was, watch = self._watches[folder]
            if was == identity and self._is_alive(watch):
                return False
            self._leave(folder)
        if identity is None or folder in self._blind:
            return False
        if self._observer is None or _is_too_large(folder):
            self._blind[folder] = self._why or FEW
            return False
        try:
            watch = self._observer.schedule(
                # Of a link to a folder only the link itself would be watched.
                _Handler(folder, self._note),
                os.path.realpath(folder),
                recursive=True,
                event_filter=_KINDS,
            )
        except OSError as error:
            self._blind[folder] = error.strerror or str(error)
            return False
        self._watches[folder] = (identity, watch)
        return True

    def _is_alive(self, watch: ObservedWatch) -> bool:
        emitters = self._observer.emitters if self._observer is not None else ()
        return any(each.watch == watch and each.is_alive() for each in emitters)

    def _leave(self, folder: Path) -> None:
        _, watch = self._watches.pop(folder)
        if self._observer is not None:
            self._observer.unschedule(watch)

    # -- what is heard ---------------------------------------------------------------------------

    def _note(self, folder: Path, path: str, is_folder: bool) -> None:
        """In a thread of the observer."""
        with self._lock:
            heard = self._heard
            if self._number >= self._limit:
                heard.lost = True
                return
            kind = heard.folders if is_folder else heard.files
            paths = kind.setdefault(folder, set())
            if path not in paths:
                paths.add(path)
                self._number += 1
        self._any.set()

    def _lose(self) -> None:
        with self._lock:
            self._heard.lost = True
        self._any.set()

    def wait(self, seconds: float) -> None:
        """Sleep until something is noticed, at most so long."""
        self._any.wait(seconds)

    def wake(self) -> None:
        """End a `wait`, from a signal handler or another thread."""
        self._any.set()

    def drain(self) -> Heard:
        """What was noticed since the last time."""
        self._any.clear()
        with self._lock:
            heard, self._heard, self._number = self._heard, Heard(), 0
        return heard

    def close(self) -> None:
        """Watch nothing any more."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(1)
        logging.getLogger("watchdog").removeHandler(self._complaints)


class _Handler(FileSystemEventHandler):
    def __init__(self, folder: Path, note: Callable[[Path, str, bool], None]) -> None:
        self._folder, self._note = folder, note
        # Links in the folder's own path are resolved, by us or by macOS.
        bases = dict.fromkeys([os.fspath(folder), os.path.realpath(folder)])
        self._bases = [base.rstrip(os.sep) + os.sep for base in bases]

    def dispatch(self, event: FileSystemEvent) -> None:
        """Only put aside: whoever is slow here loses notices."""
        for path in (event.src_path, event.dest_path):
            inside = self._inside(os.fsdecode(path)) if path else ""
            if inside and not any(map(ignored, inside.split("/"))):
                self._note(self._folder, inside, event.is_directory)

    def _inside(self, path: str) -> str:
        for base in self._bases:
            if path.startswith(base):
                return path[len(base) :].replace(os.sep, "/")
        return ""


class _Complaints(logging.Handler):
    """What the observer complains of (a full queue of the kernel) means that notices are lost."""

    def __init__(self, lose: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lose = lose

    def emit(self, record: logging.LogRecord) -> None:
        self._lose()


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if folder.is_dir() else None


def _is_too_large(folder: Path) -> bool:
    """Whether there are more folders than may be watched: the rest would be left out in silence."""
    limit = _limit()
    return bool(limit) and sum(1 for _ in islice(os.walk(folder), limit)) >= limit


def _is_full() -> bool:
    """Whether the system watches not one more folder for this user, whoever has the others."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.inotify_init()
    if fd < 0:
        return False
    try:
        wd = libc.inotify_add_watch(fd, b"/", DELETE_SELF)
        return bool(wd < 0 and ctypes.get_errno() == errno.ENOSPC)
    finally:
        os.close(fd)


def _limit() -> int:
    """So many folders may be watched here; 0: nobody counts."""
    try:
        return int(Path("/proc/sys/fs/inotify/max_user_watches").read_text("ascii"))
    except (OSError, ValueError):
        return 0
