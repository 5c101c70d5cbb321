"""A folder tree of audio files as a source: what is there, and what is in it.

Reading a file costs a tenth of a second, looking at its numbers a microsecond: a file is read
again only if its numbers changed. Links to files are followed, links to folders are not, so no
tree has a loop.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from adapters.contract import Cached, Fatal, FilesListed, Permanent, Probe, Transient, Unreadable
from adapters.ignored import ignored, is_audio
from adapters.spelling import respelt
from state.events import FileSeen
from state.values import RootId

_MAC_DATALESS = 0x4000_0000  # SF_DATALESS
_WINDOWS_DATALESS = 0x0040_1000  # FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS


class FileSource:
    """The audio files under one folder.

    `probe` reads a file; `cache` is what `seen` was after an earlier look, by path. Folders in
    `skip` are passed over. `known` gives the names of the files that are known there, since some
    file systems list them in another spelling. `progress` gets (done, total) after each file that
    was read.
    """

    name = "files"

    def __init__(
        self,
        root: RootId,
        path: Path,
        *,
        probe: Callable[[Path], Probe],
        cache: dict[str, Cached],
        skip: Collection[Path] = (),
        known: Callable[[], Iterable[str]] = tuple,
        workers: int = 0,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.seen: dict[str, Cached] = {}
        """After `observe`: the cache for the next look. Save it once the events are durable."""
        self._root = root
        self._path = path
        self._probe = probe
        self._cache = cache
        self._skip = skip
        self._known = known
        self._workers = workers or os.cpu_count() or 1
        self._progress = progress

    def observe(self) -> Iterator[FileSeen | FilesListed | Unreadable]:
        """Yield what is there, if all folders could be read; then what changed, by path.

        Raises Fatal if the folder itself cannot be read.
        """
        look = _Look(self._path, self._cache, self._skip)
        if look.changed:
            look.respell(respelt(self._path, look.changed, self._known()))
        self.seen = look.known
        present = frozenset([*look.known, *look.changed, *look.unread])
        if look.complete:
            # First, so that whoever hears it knows what vanished when a moved file turns up.
            yield FilesListed(root=self._root, paths=present)
        yield from self._told_of(look)
        if not look.complete:
            for path, cached in self._cache.items():
                if path not in present:
                    self.seen[path] = cached

    def observe_some(self, paths: Collection[str]) -> Iterator[FileSeen | Unreadable]:
        """Yield what changed among these files, as `observe` does; the rest is not looked at.

        One that is not there is passed over. `seen` then holds these files alone.
        """
        look = _Look(self._path, self._cache, only=paths)
        if look.changed:
            look.respell(respelt(self._path, look.changed, self._known()))
        self.seen = look.known
        yield from self._told_of(look)

    def _told_of(self, look: _Look) -> Iterator[FileSeen | Unreadable]:
        done = 0
        for path, found in self._in_order(look):
            if isinstance(found, Future):
                sighting, cached = found.result()
                if cached is not None:
                    self.seen[path] = cached
                done += 1
                self._progress(done, len(look.changed))
                yield sighting
            else:
                yield Unreadable(where=_shown(self._path, path), why=found)

    @staticmethod
    def differing(path: Path, cache: dict[str, Cached], skip: Collection[Path] = ()) -> list[str]:
        """Files in a tree that are not as `cache` says, those that are gone among them.

        Raises Fatal if the folder itself cannot be read.
        """
        look = _Look(path, cache, skip)
        gone = cache.keys() - look.known.keys() - {*look.changed, *look.unread}
        return [*look.changed, *(sorted(gone) if look.complete else ())]

    @staticmethod
    def unchanged(
        path: Path, cache: dict[str, Cached], skip: Collection[Path] = ()
    ) -> list[Unreadable] | None:
        """What is passed over in a tree in which all is as `cache` says, or None: it is not.

        Raises Fatal if the folder itself cannot be read.
        """
        look = _Look(path, cache, skip)
        if not look.complete or look.changed or look.unread or len(look.known) != len(cache):
            return None
        return [Unreadable(where=_shown(path, name), why=why) for name, why in look.passed]

    def _in_order(self, look: _Look) -> Iterator[tuple[str, _Reading | str]]:
        """What was passed over (why) and what is being read, by path."""
        work: list[tuple[str, str | None]] = [
            *look.passed,
            *((path, None) for path in look.changed),
        ]
        work.sort(key=lambda item: item[0])
        ahead: deque[tuple[str, _Reading | str]] = deque()
        with ThreadPoolExecutor(self._workers) as pool:
            for path, why in work:
                ahead.append((path, pool.submit(self._read, path) if why is None else why))
                if len(ahead) > 4 * self._workers:
                    yield ahead.popleft()
            yield from ahead

    def _read(self, path: str) -> tuple[FileSeen | Unreadable, Cached | None]:
        full = self._path / path
        try:
            before = _numbers(full.stat())
            why = ""
            try:
                probe = self._probe(full)
            except Permanent as error:
                why = str(error).removeprefix(f"{full}: ")
            if _numbers(full.stat()) != before:
                return self._passed(path, "is being written; it will be looked at again"), None
        except FileNotFoundError:
            return self._passed(path, "went away while it was read"), None
        except Transient as error:
            return self._passed(path, str(error).removeprefix(f"{full}: ")), None
        except OSError as error:
            return self._passed(path, _reason(error)), None
        if why:
            return self._passed(path, why), msgspec.structs.replace(before, error=why)
        seen = FileSeen(
            root=self._root,
            path=path,
            size=before.size,
            audio=probe.audio,
            duration_ms=probe.duration_ms,
            codec=probe.codec,
            tags=probe.tags,
            bitrate=probe.bitrate,
        )
        return seen, before

    def _passed(self, path: str, why: str) -> Unreadable:
        return Unreadable(where=_shown(self._path, path), why=why)


_Reading = Future[tuple[FileSeen | Unreadable, Cached | None]]


class _Look:
    """One walk through the tree that looks at numbers only. Paths are relative, with `/`.

    Args:
        only: look at these alone, instead of at the whole tree.
    """

    def __init__(
        self,
        base: Path,
        cache: dict[str, Cached],
        skip: Collection[Path] = (),
        only: Collection[str] | None = None,
    ) -> None:
        self.known: dict[str, Cached] = {}
        """Need not be read: as they were, or empty."""
        self.changed: list[str] = []
        """New or changed: to be read."""
        self.unread: list[str] = []
        """There, but not to be read now."""
        self.passed: list[tuple[str, str]] = []
        """Path and why it was passed over."""
        self.complete = True
        self._base, self._cache = base, cache
        self._skip = {_identity(folder.stat()) for folder in skip if folder.is_dir()}
        self._folders = [""] if only is None else []
        for path in only or ():
            self._meet(path, _Entry(base / path))
        while self._folders:
            folder = self._folders.pop()
            prefix = f"{folder}/" if folder else ""
            try:
                with os.scandir(base / folder) as listing:
                    for entry in listing:
                        self._meet(prefix + entry.name, entry)
            except OSError as error:
                if not folder:
                    raise Fatal(f"{base}: {_reason(error)}") from error
                self._incomplete(folder, error)

    def respell(self, names: dict[str, str]) -> None:
        """Take files that were listed under other names for what they are."""
        self.changed = [path for path in self.changed if path not in names]
        for name in names.values():
            cached = self._cache.get(name)
            if cached is not None and cached == _numbers((self._base / name).stat(), cached.error):
                self.known[name] = cached
                if cached.error:
                    self.passed.append((name, cached.error))
            else:
                self.changed.append(name)

    def _meet(self, path: str, entry: _Listed) -> None:
        try:
            if not self._is_known(path, entry) and not ignored(entry.name):
                self._sort_in(path, entry)
        except OSError as error:
            self._incomplete(path, error)

    def _is_known(self, path: str, entry: _Listed) -> bool:
        """The way of nearly all files, nearly always: hence first, and without further calls."""
        cached = self._cache.get(path)
        if cached is None:
            return False
        try:
            status = _status(entry)
        except FileNotFoundError:
            return False
        if (
            cached.mtime_ns != status.st_mtime_ns
            or cached.size != status.st_size
            or cached.ctime_ns != status.st_ctime_ns
            or cached.inode != status.st_ino
        ):
            return False
        self.known[path] = cached
        if cached.error:
            self.passed.append((path, cached.error))
        return True

    def _sort_in(self, path: str, entry: _Listed) -> None:
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if not _is_utf8(name):
                self.passed.append((path, "its name is not UTF-8; rename it"))
            elif not self._skip or _identity(Path(entry.path).stat()) not in self._skip:
                self._folders.append(path)
        elif is_audio(name):
            if _is_utf8(name):
                self._file(path, entry)
            else:
                self.passed.append((path, "its name is not UTF-8; rename it"))

    def _file(self, path: str, entry: _Listed) -> None:
        try:
            status = _status(entry)
        except FileNotFoundError:
            if entry.is_symlink():
                # What it leads to may lie on a volume that is away: not a removal.
                self.unread.append(path)
                self.passed.append((path, "leads to a file that is not there"))
            return
        if not stat.S_ISREG(status.st_mode):
            return
        if _dataless(status):
            self.unread.append(path)
            self.passed.append((path, "is in the cloud only; download it to have it read"))
        elif not status.st_size:
            self.known[path] = _numbers(status, "empty (0 bytes)")
            self.passed.append((path, "empty (0 bytes)"))
        else:
            self.changed.append(path)

    def _incomplete(self, path: str, error: OSError) -> None:
        self.complete = False
        self.passed.append((path, _reason(error)))


class _Entry:
    """One path, as a listing would give it."""

    def __init__(self, path: Path) -> None:
        self.name, self.path = path.name, os.fspath(path)

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether it is a folder."""
        path = Path(self.path)
        return path.is_dir() and (follow_symlinks or not path.is_symlink())

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        return Path(self.path).is_symlink()

    def stat(self) -> os.stat_result:
        """What the file system says of it, or of what it leads to."""
        return Path(self.path).stat()


_Listed = os.DirEntry[str] | _Entry


def _status(entry: _Listed) -> os.stat_result:
    # What Windows tells with a folder's listing has no inodes.
    return Path(entry.path).stat() if os.name == "nt" else entry.stat()


def _numbers(status: os.stat_result, error: str = "") -> Cached:
    return Cached(
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
        error=error,
    )


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _dataless(status: os.stat_result) -> bool:
    """Whether reading the file would download it.

    `st_blocks == 0` alone does not say so: some network file systems give 0 for every file.
    """
    return bool(
        getattr(status, "st_flags", 0) & _MAC_DATALESS
        or getattr(status, "st_file_attributes", 0) & _WINDOWS_DATALESS
    )


def _is_utf8(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(base: Path, path: str) -> str:
    return os.fsencode(base / path).decode("utf-8", "backslashreplace")


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
