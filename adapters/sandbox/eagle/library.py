"""A library of the app as it is in memory: items, folders, and what has not surfaced yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.sandbox.eagle.problems import Problem

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IMAGES = frozenset({"bmp", "gif", "jpeg", "jpg", "png", "svg", "webp"})


@dataclass
class Item:
    """One file of the library with what is said about it. Times are ms since 1970."""

    id: str
    name: str
    ext: str = ""
    size: int = 0
    """Bytes."""
    tags: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    url: str = ""
    annotation: str = ""
    star: int = 0
    deleted: bool = False
    added: int = 0
    """`modificationTime`: when it was imported, until somebody sets another."""
    changed: int = 0
    """`lastModified`, and what `mtime.json` says."""
    surfaces: float = 0.0
    """Seconds since 1970 from when on it is seen; before, it is being imported."""
    origin: str = ""
    """Path of the file that it was imported from."""
    content: bytes | None = None
    """What is in it, where it was not imported from a path."""
    no_thumbnail: bool = False
    no_preview: bool = False

    @property
    def side(self) -> int:
        """Width and height, in pixels; sound has none."""
        return 640 if self.ext in IMAGES else 0

    @property
    def palettes(self) -> list[dict[str, Any]]:
        """The colours of a picture."""
        return [{"color": [250, 178, 28], "ratio": 43.5}] if self.ext in IMAGES else []


@dataclass
class Folder:
    """A folder; `parent` is an id, empty at the top. `changed` is ms since 1970."""

    id: str
    name: str
    parent: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    color: str = ""
    changed: int = 0


class Library:
    """What is in one library, and where it lies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.items: dict[str, Item] = {}
        self.folders: dict[str, Folder] = {}
        self.importing: dict[str, Item] = {}
        """Added, and not seen yet; so many at most as were added in the last moments."""
        self.starred: list[str] = []
        self.changed = 0
        self._made = 0

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(".library")

    def an_id(self, now: int) -> str:
        """A new id: 13 of 0-9 and A-Z, the first 8 from the time. `now` is ms since 1970."""
        while True:
            self._made += 1
            digest = hashlib.sha256(f"{self.path.name} {self._made}".encode()).digest()
            made = base36(now, 8) + base36(int.from_bytes(digest[:8], "big"), 5)
            if not self.knows(made):
                return made

    def knows(self, id: str) -> bool:
        """Whether anything has this id."""
        return id in self.items or id in self.importing or id in self.folders

    def surface(self, now: float) -> list[Item]:
        """Let what was imported by now (seconds) be seen; returns it."""
        done = [item for item in self.importing.values() if item.surfaces <= now]
        for item in done:
            self.items[item.id] = self.importing.pop(item.id)
        return done

    def item(self, id: object) -> Item:
        """Raises Problem: there is none, or it is not seen yet."""
        found = self.items.get(id) if isinstance(id, str) else None
        if found is None:
            raise Problem(f"Item not found: {id}")
        return found

    def folder(self, id: object) -> Folder:
        """Raises Problem: there is none."""
        found = self.folders.get(id) if isinstance(id, str) else None
        if found is None:
            raise Problem(f"Folder not found: {id}")
        return found

    def listed(self) -> list[Item]:
        """The newest first, without the trash."""
        alive = (item for item in self.items.values() if not item.deleted)
        return sorted(alive, key=lambda item: (-item.added, item.id))

    def below(self, parent: str) -> Iterator[Folder]:
        """Folders that lie directly in this one; `""` is the top."""
        return (one for one in self.folders.values() if one.parent == parent)

    def within(self, folder: str) -> set[str]:
        """Ids of a folder and all below it."""
        return {folder}.union(*(self.within(one.id) for one in self.below(folder)))

    def counts(self) -> dict[str, int]:
        """Items that lie directly in each folder."""
        found = dict.fromkeys(self.folders, 0)
        for item in self.items.values():
            for id in item.folders if not item.deleted else ():
                found[id] = found.get(id, 0) + 1
        return found

    def tags(self) -> dict[str, int]:
        """All tags, with how many items have each."""
        found: dict[str, int] = {}
        for item in self.items.values():
            for tag in item.tags if not item.deleted else ():
                found[tag] = found.get(tag, 0) + 1
        return found


def base36(number: int, length: int) -> str:
    """The last so many digits."""
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text
