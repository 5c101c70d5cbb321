"""What a person does in the app: calls of the sandbox for tests and demos.

An item is named by its id, its URL or its name, a folder by its id or its name, if only one has it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from adapters.sandbox.eagle.library import Folder, Item, Library

T = TypeVar("T")

CALLS = (
    "annotate",
    "create_folder",
    "erase",
    "import_file",
    "link",
    "move",
    "quit",
    "remove_folder",
    "rename",
    "rename_folder",
    "restore",
    "start_app",
    "switch_library",
    "tag",
    "trash",
    "untag",
)


class Edits:
    """A library that changes. All calls raise LookupError for what is not there."""

    open: Library
    libraries: list[Library]
    lock: threading.RLock
    running: bool

    def touch(self, *what: Item | Folder) -> None:
        """It was changed now: on disk too."""
        raise NotImplementedError

    def take(self, told: dict[str, Any]) -> Item:
        """Begin an import, as `item/add` does."""
        raise NotImplementedError

    def make_folder(self, name: str, parent: str = "", description: str = "") -> Folder:
        """As `folder/create` does."""
        raise NotImplementedError

    def settle(self, *, all: bool = False) -> None:
        """Let what was imported be seen."""
        raise NotImplementedError

    def add_library(self, name: str) -> Library:
        """A new one, empty and not open."""
        raise NotImplementedError

    def find_item(self, item: str) -> Item:
        self.settle()
        known = self.open.items
        if item in known:
            return known[item]
        return _only((one for one in known.values() if item in (one.url, one.name)), item)

    def find_folder(self, folder: str) -> Folder:
        known = self.open.folders
        if folder in known:
            return known[folder]
        return _only((one for one in known.values() if one.name == folder), folder)

    # ---- items -------------------------------------------------------------------------------

    def import_file(
        self,
        path: str,
        name: str = "",
        *,
        url: str = "",
        tags: Sequence[str] = (),
        folder: str = "",
    ) -> str:
        """Drop a file into the window; it is there at once. Its id."""
        with self.lock:
            if not Path(path).is_file():
                raise LookupError(f"no file {path}")
            folders = [self.find_folder(folder).id] if folder else []
            told = {"path": path, "website": url, "tags": list(tags), "folders": folders}
            item = self.take(told | ({"name": name} if name else {}))
            self.settle(all=True)
            return item.id

    def trash(self, item: str) -> None:
        self._deleted(item, True)

    def restore(self, item: str) -> None:
        """Out of the trash."""
        self._deleted(item, False)

    def _deleted(self, item: str, deleted: bool) -> None:
        with self.lock:
            found = self.find_item(item)
            found.deleted = deleted
            self.touch(found)

    def erase(self, item: str) -> None:
        """Empty the trash of it: gone from memory and from disk."""
        with self.lock:
            found = self.find_item(item)
            del self.open.items[found.id]
            self.touch(found)

    def tag(self, item: str, tag: str) -> None:
        with self.lock:
            found = self.find_item(item)
            found.tags = list(dict.fromkeys([*found.tags, tag]))
            self.touch(found)

    def untag(self, item: str, tag: str) -> None:
        with self.lock:
            found = self.find_item(item)
            found.tags = [one for one in found.tags if one != tag]
            self.touch(found)

    def move(self, item: str, folder: str, *, out_of: str = "") -> None:
        """Put it into a folder; it stays in those where it is, but for `out_of` (`*`: all)."""
        with self.lock:
            found, into = self.find_item(item), self.find_folder(folder).id
            left = found.folders if out_of == "*" else []
            if out_of and out_of != "*":
                left = [self.find_folder(out_of).id]
            found.folders = [id for id in found.folders if id not in left]
            found.folders = list(dict.fromkeys([*found.folders, into]))
            self.touch(found)

    def rename(self, item: str, name: str) -> None:
        with self.lock:
            found = self.find_item(item)
            found.name = name
            self.touch(found)

    def annotate(self, item: str, text: str) -> None:
        with self.lock:
            found = self.find_item(item)
            found.annotation = text
            self.touch(found)

    def link(self, item: str, url: str) -> None:
        """Give it another address."""
        with self.lock:
            found = self.find_item(item)
            found.url = url
            self.touch(found)

    # ---- folders -----------------------------------------------------------------------------

    def create_folder(self, name: str, parent: str = "") -> str:
        """Its id."""
        with self.lock:
            within = self.find_folder(parent).id if parent else ""
            return self.make_folder(name, within).id

    def rename_folder(self, folder: str, name: str) -> None:
        with self.lock:
            found = self.find_folder(folder)
            found.name = name
            self.touch(found)

    def remove_folder(self, folder: str) -> None:
        """With all below it; the items stay."""
        with self.lock:
            gone = self.open.within(self.find_folder(folder).id)
            for id in gone:
                del self.open.folders[id]
            held = [one for one in self.open.items.values() if not gone.isdisjoint(one.folders)]
            for item in held:
                item.folders = [id for id in item.folders if id not in gone]
            self.touch(*held)

    # ---- the app -----------------------------------------------------------------------------

    def switch_library(self, library: str) -> None:
        """Open another library, by path or name; one that is not there is made."""
        with self.lock:
            self.settle()
            known = [one for one in self.libraries if library in (str(one.path), one.name)]
            self.open = known[0] if known else self.add_library(library)

    def quit(self) -> None:
        """The app is off: every connection ends without an answer. What lies on disk stays."""
        with self.lock:
            self.settle()
            self.running = False

    def start_app(self) -> None:
        """The app is on again."""
        with self.lock:
            self.running = True


def _only(found: Iterable[T], name: str) -> T:
    there = list(found)
    if len(there) != 1:
        raise LookupError(f"{len(there) or 'nothing'} is called {name!r}")
    return there[0]
