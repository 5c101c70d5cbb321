"""A library read from disk, while the app is closed. Never written: Eagle asks for that.

`mtime.json` holds when each item changed; an item whose time is the same as at the last look is not
read again, and where nothing changed at all nothing else is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from adapters.contract import Transient, Unreadable
from adapters.eagle.items import Folder, Item, read_folders, read_item

TRIES, PAUSE = 3, 0.2
"""A file that the app is just writing is read again, after so many seconds."""


class Cache(msgspec.Struct, frozen=True):
    """What a look at the disk leaves for the next one; may be lost."""

    library: str = ""
    times: dict[str, int] = {}
    """ms since 1970, as `mtime.json` says; without items that could not be read."""
    stamp: tuple[int, int] = (0, 0)
    """Size and mtime (ns) of the `metadata.json` that the folders are from."""
    items: dict[str, Item] = {}
    folders: tuple[Folder, ...] = ()


class Disk(Protocol):
    """Where the library lies. All raise OSError."""

    def read(self, path: Path) -> bytes: ...

    def stamp(self, path: Path) -> tuple[int, int]:
        """Size in bytes and mtime in ns, without opening it."""

    def names(self, path: Path) -> list[str]:
        """What lies in a folder."""


class Files:
    """The real one."""

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def stamp(self, path: Path) -> tuple[int, int]:
        told = path.stat()
        return told.st_size, told.st_mtime_ns

    def names(self, path: Path) -> list[str]:
        return [one.name for one in path.iterdir()]


class Look(msgspec.Struct, frozen=True):
    """What was seen; `unreadable` holds a line for each thing that could not be read."""

    cache: Cache
    unreadable: tuple[Unreadable, ...] = ()


def look(
    library: Path,
    cache: Cache | None = None,
    disk: Disk | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Look:
    """Read what changed since the cache was made.

    Raises:
        Transient: there is no library, as when its volume is not there.
    """
    reader = _Reader(library, disk or Files(), sleep)
    old = cache if cache is not None and cache.library == str(library) else Cache(str(library))
    try:
        stamp = reader.disk.stamp(library / "metadata.json")
    except OSError:
        raise Transient(f"no Eagle library at {library}: is its volume there?") from None
    times = reader.times()
    if old.times == times and old.stamp == stamp and old.items.keys() <= times.keys():
        return Look(old)
    folders = old.folders if old.stamp == stamp else reader.folders(old.folders)
    items: dict[str, Item] = {}
    for id in reader.ids():
        known = old.items.get(id)
        if known is None or times.get(id) is None or old.times.get(id) != times.get(id):
            known = reader.item(id, known)
        if known is not None:
            items[id] = known
    read = {id: at for id, at in times.items() if id not in reader.failed}
    stamp = (0, 0) if "" in reader.failed else stamp
    return Look(Cache(str(library), read, stamp, items, folders), tuple(reader.failed.values()))


class _Reader:
    """One look. `failed` is what could not be read, by id; `""` stands for the folders."""

    def __init__(self, library: Path, disk: Disk, sleep: Callable[[float], None]) -> None:
        self.library, self.disk, self._sleep = library, disk, sleep
        self.failed: dict[str, Unreadable] = {}

    def times(self) -> dict[str, int]:
        """Without `all`, which is wrong in real libraries; empty if the file cannot be read."""
        try:
            told = self._json(self.library / "mtime.json")
        except (OSError, ValueError):
            return {}
        return {id: at for id, at in told.items() if id != "all" and isinstance(at, int)}

    def folders(self, known: tuple[Folder, ...]) -> tuple[Folder, ...]:
        path = self.library / "metadata.json"
        try:
            return read_folders(self._json(path).get("folders"))
        except (OSError, ValueError) as error:
            self.failed[""] = _line(path, error)
            return known

    def ids(self) -> list[str]:
        """Of all items that are there."""
        try:
            names = self.disk.names(self.library / "images")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Transient(f"{self.library / 'images'}: {error.strerror}") from None
        return sorted(name.removesuffix(".info") for name in names if name.endswith(".info"))

    def item(self, id: str, known: Item | None) -> Item | None:
        """One item; as it was known, if it cannot be read now."""
        path = self.library / "images" / f"{id}.info" / "metadata.json"
        try:
            found = read_item(self._json(path))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.failed[id] = _line(path, error)
            return known
        if found is None or found.id != id:
            self.failed[id] = Unreadable(str(path), "is of no item; Eagle can repair its library")
            return known
        return found

    def _json(self, path: Path) -> dict[str, Any]:
        """Raises OSError, or ValueError: it holds no object, however often it is read."""
        for left in range(TRIES - 1, -1, -1):
            try:
                return msgspec.json.decode(self.disk.read(path), type=dict[str, Any])
            except msgspec.MsgspecError:
                if not left:
                    raise
                self._sleep(PAUSE)
        raise AssertionError("unreachable")


def _line(path: Path, error: Exception) -> Unreadable:
    said = error.strerror if isinstance(error, OSError) and error.strerror else "is not whole JSON"
    return Unreadable(str(path), f"{said}; it is looked at again next time")
