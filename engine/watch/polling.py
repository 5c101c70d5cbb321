"""Folders that tell nothing of what others write there, looked at every so often instead."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from adapters.contract import AdapterError, Cached
from adapters.files import FileSource
from engine.config import Config
from engine.library import Library, bulk
from engine.watch.folders import Folders, Place, numbers
from state.values import RootId

SHARE = 200
"""A look that takes long is repeated after this many times that, so that it stays cheap."""


class Polls:
    """Chooses the folders that have to be polled, and says where they are not as they were.

    Args:
        kind_of: the kind of file system that a folder lies on.
    """

    def __init__(self, library: Library, config: Config, kind_of: Callable[[Path], str]) -> None:
        self.library, self.config, self._kind_of = library, config, kind_of
        self._kinds: dict[tuple[Path, int], str] = {}
        self._next: dict[str, float] = {}
        self._roots: dict[RootId, Path] = {}
        self._others: dict[Path, Literal["csv", "answers"]] = {}
        self._listings: dict[Path, object] = {}

    def choose(self, folders: Folders, blind: dict[Path, str]) -> dict[Path, str]:
        """Folders that are polled, and why."""
        how = self.config.watch.poll
        found = dict(blind)
        for path in folders.watched:
            if how == "always":
                found[path] = "as configured"
            elif how == "auto" and (kind := self._remote(path)):
                found[path] = f"{kind} does not tell what others write"
        self._roots = {root: path for root, path in folders.roots.items() if path in found}
        self._others = {path: kind for path, kind in folders.others.items() if path in found}
        return found

    def _remote(self, path: Path) -> str:
        """The kind of a network's file system; empty: it is none."""
        from adapters.notify.mounts import is_remote

        try:
            key = path, path.stat().st_dev
        except OSError:
            return ""
        if key not in self._kinds:
            self._kinds[key] = self._kind_of(path)
        kind = self._kinds[key]
        return kind if is_remote(kind) else ""

    def differing(self, now: float) -> Iterator[Place]:
        """Where polled folders are not as they were, if it is time to look."""
        for root, path in self._roots.items():
            yield from self._in_time(root, now, self.below(Place("root", root, "", str(path))))
        for path in self._others:
            yield from self._in_time(str(path), now, self._changed(path))

    def _in_time(self, name: str, now: float, look: Iterator[Place]) -> Iterator[Place]:
        """A look, if it is its time."""
        if now < self._next.get(name, 0.0):
            return
        began = time.perf_counter()
        try:
            yield from look
        finally:  # a volume that gives nothing but errors is not asked at once again either
            took = time.perf_counter() - began
            self._next[name] = now + max(self.config.watch.poll_seconds, SHARE * took)

    def _changed(self, path: Path) -> Iterator[Place]:
        """A folder that is no root, if it is not as it was at the last look."""
        listing = sorted((str(each), numbers(each)) for each in path.rglob("*"))
        if self._listings.setdefault(path, listing) != listing:
            self._listings[path] = listing
            yield Place(self._others[path], RootId(""), "", str(path))

    def below(self, place: Place) -> Iterator[Place]:
        """Files below a folder that are not as they were when they were last looked at."""
        root, folder = place.root, place.path
        prefix = f"{folder}/" if folder else ""
        with bulk():
            cache = {
                name.removeprefix(prefix): Cached(*rest)
                for name, *rest in self.library.models.query(
                    "SELECT path, size, mtime_ns, ctime_ns, inode, error FROM stat "
                    "WHERE root = ? AND path >= ? AND path < ?",
                    root,
                    prefix,
                    prefix[:-1] + "0" if prefix else "\U0010ffff",
                )
            }
        full = Path(place.full)
        skip = [path for path in self.config.roots().values() if full in path.parents]
        try:
            names = FileSource.differing(full, cache, skip)
        except AdapterError:
            names = [] if not folder or full.exists() else list(cache)
        for name in names:
            yield Place("root", root, prefix + name, str(full / name))
