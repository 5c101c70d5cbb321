"""A volume that forgets: names and contents, and what a power cut leaves of them.

A file's content is durable once the file was synced, a name once its folder was. Whatever was not
is kept, dropped or (contents) torn by a coin when the power goes, names and contents separately. A
rename adds one name and removes another: the new one may be durable before the old one is gone,
but never the other way round, as every journal promises.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import lru_cache
from random import Random

Step = Callable[[str, str], None]
"""(primitive, path): called before a primitive changes anything; it may raise."""


class Node:
    """A file (or a folder: no content), whatever names it has."""

    __slots__ = ("content", "doomed", "folder", "mtime", "number", "saved")

    def __init__(self, number: int, content: bytes, mtime: int, *, folder: bool = False) -> None:
        self.number, self.content, self.mtime, self.folder = number, content, mtime, folder
        self.saved: bytes | None = content if folder else None
        """What a power cut leaves for certain; None: nothing yet."""
        self.doomed = False
        """A sync failed: the pages count as clean now, and no later sync writes them."""


class Change:
    """One name that was changed, not yet durable."""

    __slots__ = ("after", "done", "node", "path")

    def __init__(self, path: str, node: Node | None, after: Change | None = None) -> None:
        self.path, self.node, self.after = path, node, after
        self.done = False


class Volume:
    """Names by absolute path. `names` is what a process sees, `kept` what is durable."""

    def __init__(self, step: Step, coin: Random) -> None:
        self.step, self.coin = step, coin
        self.names: dict[str, Node] = {"/": Node(1, b"", 0, folder=True)}
        self.kept = dict(self.names)
        self.pending: list[Change] = []
        self.gone = ""
        """A mount point that is not mounted now; empty: all are."""
        self._numbers, self._now = 1, 0

    # -- looking ---------------------------------------------------------------------------------

    def find(self, path: str) -> Node | None:
        """What has this name."""
        if self.gone and path.startswith(self.gone + "/"):
            return None
        return self.names.get(path)

    def there(self, path: str) -> Node:
        """What has this name, or FileNotFoundError."""
        node = self.find(path)
        if node is None:
            raise failure(errno.ENOENT, path)
        return node

    def inside(self, folder: str) -> list[str]:
        """The paths directly in a folder."""
        return [path for path in self.names if path != "/" and parent(path) == folder]

    # -- primitives: each may be the last one ----------------------------------------------------

    def create(self, path: str, *, exclusive: bool) -> Node:
        """An empty file."""
        self.step("create", path)
        node = self.find(path)
        if node is not None:
            if exclusive:
                raise failure(errno.EEXIST, path)
            node.content = b""
            return node
        node = self._new(b"")
        self._add(path, node)
        return node

    def write(self, path: str, node: Node, content: bytes) -> None:
        """Append to a file's content, in two portions."""
        half = len(content) // 2
        for portion in (content[:half], content[half:]):
            self.step("write", path)
            node.content += portion
            node.mtime = self._tick()

    def touch(self, path: str, mtime: int) -> None:
        """Set a file's time."""
        self.step("utime", path)
        self.there(path).mtime = mtime

    def mkdir(self, path: str) -> None:
        """A folder; FileExistsError if the name is taken."""
        self.step("mkdir", path)
        if self.find(path) is not None:
            raise failure(errno.EEXIST, path)
        node = self._new(b"", folder=True)
        self._add(path, node)

    def link(self, source: str, path: str) -> None:
        """One more name; FileExistsError if it is taken."""
        self.step("link", path)
        node = self.there(source)
        if self.find(path) is not None:
            raise failure(errno.EEXIST, path)
        self._add(path, node)

    def rename(self, source: str, path: str, *, exclusive: bool) -> None:
        """Another name, in the place of what had it unless `exclusive`."""
        self.step("rename", path)
        node = self.there(source)
        taken = self.find(path)
        if taken is not None and exclusive:
            raise failure(errno.EEXIST, path)
        if taken is node:
            return  # POSIX: two names of one file; nothing happens
        added = self._add(path, node)
        self._drop(source, after=added)

    def unlink(self, path: str) -> None:
        """Take a name away."""
        self.step("unlink", path)
        self.there(path)
        self._drop(path)

    def rmdir(self, path: str) -> None:
        """Take an empty folder away."""
        self.step("rmdir", path)
        if not self.there(path).folder:
            raise failure(errno.ENOTDIR, path)
        if self.inside(path):
            raise failure(errno.ENOTEMPTY, path)
        self._drop(path)

    def sync_file(self, path: str, node: Node) -> None:
        """Make a content durable."""
        try:
            self.step("fsync", path)
        except OSError:
            node.doomed = node.doomed or node.saved != node.content
            raise
        if not node.doomed:
            node.saved = node.content

    def sync_folder(self, path: str) -> None:
        """Make the names in a folder durable."""
        self.step("fsync folder", path)
        for change in self.pending:
            if not change.done and parent(change.path) == path:
                self._keep(change)
        self.pending = [change for change in self.pending if not change.done]

    # -- what others do, durable at once ---------------------------------------------------------

    def put(self, path: str, content: bytes) -> Node:
        """A new file in the place of whatever was there."""
        node = self._new(content)
        node.saved = content
        self.place(path, node)
        return node

    def place(self, path: str, node: Node) -> None:
        """Give a file a name, and its folders where they are missing."""
        above = parent(path)
        if above not in self.names:
            self.place(above, self._new(b"", folder=True))
        self.settle(path)
        self.names[path] = self.kept[path] = node

    def take(self, path: str) -> None:
        """Take a name away."""
        self.settle(path)
        del self.names[path]
        self.kept.pop(path, None)

    def settle(self, path: str) -> None:
        """Make whatever happened to a name durable, the folders above it too."""
        above = {path}
        while path != "/":
            path = parent(path)
            above.add(path)
        for change in self.pending:
            if change.path in above and not change.done:
                self._keep(change)
        self.pending = [change for change in self.pending if not change.done]

    # -- the cut ---------------------------------------------------------------------------------

    def power_cut(self) -> None:
        """Everything that was not synced is kept, dropped or torn."""
        mood = self.coin.choice((0.0, 0.5, 0.5, 0.5, 1.0))
        for change in self.pending:
            waits = change.after is not None and not change.after.done
            if not waits and self.coin.random() < mood:
                self._keep(change)
        self.pending = []
        self.names = {"/": self.kept["/"]}
        for path in sorted(self.kept, key=len):  # a folder before what is in it
            if parent(path) in self.names:
                self.names[path] = self.kept[path]
        self.kept = dict(self.names)
        for node in {id(node): node for node in self.names.values()}.values():
            if node.content != node.saved:
                old = node.saved or b""
                cut = node.content[: self.coin.randrange(len(node.content) + 1)]
                node.content = self.coin.choice((old, cut, node.content))
                if node.doomed:
                    node.content = old
            node.saved, node.doomed = node.content, False

    def _keep(self, change: Change) -> None:
        if change.after is not None and not change.after.done:
            self._keep(change.after)
        change.done = True
        if change.node is not None:
            self.kept[change.path] = change.node
        elif any(parent(path) == change.path for path in self.kept):
            pass  # a folder whose names are still on the platter goes with the last of them
        else:
            self.kept.pop(change.path, None)

    # -- names -----------------------------------------------------------------------------------

    def _new(self, content: bytes, *, folder: bool = False) -> Node:
        self._numbers += 1
        return Node(self._numbers, content, self._tick(), folder=folder)

    def _tick(self) -> int:
        self._now += 1
        return self._now

    def _add(self, path: str, node: Node) -> Change:
        above = self.find(parent(path))
        if above is None or (self.gone and path.startswith(self.gone)):
            raise failure(errno.ENOENT, path)
        if not above.folder:
            raise failure(errno.ENOTDIR, path)
        self.names[path] = node
        change = Change(path, node)
        self.pending.append(change)
        return change

    def _drop(self, path: str, after: Change | None = None) -> None:
        del self.names[path]
        self.pending.append(Change(path, None, after))


@lru_cache(4096)
def parent(path: str) -> str:
    """The folder that a name is in."""
    return path.rpartition("/")[0] or "/"


def failure(code: int, path: str) -> OSError:
    """What the system call would have raised."""
    return OSError(code, os.strerror(code), path)
