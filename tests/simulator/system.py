"""The system calls that `adapters/disk.py` makes, over a simulated volume.

The product's own `Disk` runs here, from its own source, in a module whose `os`, `shutil`, `fcntl`,
`ctypes` and `Path` are these: so a crash falls between the very calls that the real one makes.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple

from adapters import disk
from tests.simulator.disk import Node, Volume, failure, parent


class Features(NamedTuple):
    """What the file system can do."""

    exclusive: bool = True
    """Rename without overwriting."""
    links: bool = True
    clones: bool = False


class Stat:
    """As `os.stat_result`."""

    __slots__ = ("_names", "_node", "st_ino", "st_mode", "st_mtime_ns", "st_size")

    def __init__(self, node: Node, names: dict[str, Node]) -> None:
        self._node, self._names = node, names
        self.st_mode = stat.S_IFDIR if node.folder else stat.S_IFREG
        self.st_size, self.st_mtime_ns, self.st_ino = len(node.content), node.mtime, node.number

    @property
    def st_nlink(self) -> int:
        return sum(node is self._node for node in self._names.values())


class SimPath:
    """As much of `pathlib.Path` as effects and the disk use."""

    __slots__ = ("_parent", "_system", "text")

    def __init__(self, system: System, text: str) -> None:
        self._system, self.text = system, text
        self._parent: SimPath | None = None

    def __truediv__(self, more: str) -> SimPath:
        return self._system.path(f"{self.text}/{more}")

    @property
    def parent(self) -> SimPath:
        if self._parent is None:
            self._parent = self._system.path(parent(self.text))
        return self._parent

    @property
    def parents(self) -> list[SimPath]:
        found, path = [], self
        while path.text != "/":
            path = path.parent
            found.append(path)
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SimPath) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    __repr__ = __fspath__ = __str__

    def stat(self) -> Stat:
        system = self._system
        system.look(self.text)
        return Stat(system.volume.there(self.text), system.volume.names)

    def is_dir(self) -> bool:
        node = self._system.volume.find(self.text)
        return node is not None and node.folder

    def read_bytes(self) -> bytes:
        self._system.look(self.text)
        node = self._system.volume.there(self.text)
        if node.folder:
            raise failure(errno.EISDIR, self.text)
        return node.content

    def samefile(self, other: SimPath) -> bool:
        return self._system.volume.there(self.text) is self._system.volume.there(other.text)

    def mkdir(self) -> None:
        self._system.volume.mkdir(self.text)

    def rmdir(self) -> None:
        self._system.volume.rmdir(self.text)

    def unlink(self) -> None:
        self._system.volume.unlink(self.text)

    def rename(self, other: SimPath) -> None:
        self._system.volume.rename(self.text, other.text, exclusive=False)

    replace = rename

    def open(self, mode: str) -> Open:
        volume = self._system.volume
        node = volume.create(self.text, exclusive=True) if mode == "xb" else volume.there(self.text)
        return self._system.opened(self.text, node)


class Open:
    """An open file. What was written but not flushed dies with the process."""

    def __init__(self, system: System, path: str, node: Node, number: int) -> None:
        self.system, self.path, self.node, self.number = system, path, node, number
        self.buffer = b""

    def fileno(self) -> int:
        return self.number

    def write(self, content: bytes) -> None:
        self.buffer += content

    def flush(self) -> None:
        content, self.buffer = self.buffer, b""
        if content:
            self.system.volume.write(self.path, self.node, content)

    def __enter__(self) -> Open:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self.flush()
        self.system.close(self.number)


class System:
    """One machine's system calls, under the names that the disk calls them by.

    Args:
        look: called before a file is looked at, with its path.
    """

    def __init__(self, volume: Volume, features: Features, look: Any) -> None:
        self.volume, self.features, self.look = volume, features, look
        self._paths: dict[str, SimPath] = {}
        self._files: dict[int, Open] = {}
        self._number = 2
        self._errno = 0
        self.os = SimpleNamespace(
            path=SimpleNamespace(lexists=self._lexists),
            open=self._open,
            close=self.close,
            fsync=self._fsync,
            link=self._link,
            scandir=self._scandir,
            fsencode=str,
            strerror=os.strerror,
            O_RDONLY=os.O_RDONLY,
            O_WRONLY=os.O_WRONLY,
            O_CREAT=os.O_CREAT,
            O_EXCL=os.O_EXCL,
        )
        self.shutil = SimpleNamespace(copyfile=self._copyfile, copystat=self._copystat)
        self.fcntl = SimpleNamespace(ioctl=self._ioctl)
        libc = SimpleNamespace(renameat2=self._renameat2)
        self.ctypes = SimpleNamespace(
            CDLL=lambda name, use_errno: libc, get_errno=lambda: self._errno
        )

    def path(self, text: str) -> SimPath:
        """A path, the same object for the same text."""
        found = self._paths.get(text)
        if found is None:
            found = self._paths[text] = SimPath(self, text)
        return found

    def opened(self, path: str, node: Node) -> Open:
        """A file under a new number."""
        self._number += 1
        self._files[self._number] = Open(self, path, node, self._number)
        return self._files[self._number]

    def close(self, number: int) -> None:
        """Let go of a number."""
        del self._files[number]

    def _lexists(self, path: SimPath) -> bool:
        self.look(path.text)
        return self.volume.find(path.text) is not None

    def _open(self, path: SimPath, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            node = self.volume.create(path.text, exclusive=bool(flags & os.O_EXCL))
        else:
            node = self.volume.there(path.text)
        return self.opened(path.text, node).number

    def _fsync(self, number: int) -> None:
        file = self._files[number]
        if file.node.folder:
            self.volume.sync_folder(file.path)
        else:
            self.volume.sync_file(file.path, file.node)

    def _link(self, source: SimPath, path: SimPath) -> None:
        if not self.features.links:
            raise failure(errno.EPERM, path.text)
        self.volume.link(source.text, path.text)

    @contextmanager
    def _scandir(self, folder: SimPath) -> Iterator[Iterator[SimpleNamespace]]:
        self.volume.there(folder.text)
        yield iter(
            [
                SimpleNamespace(path=path, name=path.rpartition("/")[2])
                for path in self.volume.inside(folder.text)
            ]
        )

    def _copyfile(self, source: SimPath, work: SimPath) -> None:
        content = source.read_bytes()
        node = self.volume.create(work.text, exclusive=False)
        self.volume.write(work.text, node, content)

    def _copystat(self, source: SimPath, work: SimPath) -> None:
        self.volume.touch(work.text, self.volume.there(source.text).mtime)

    def _ioctl(self, made: int, request: int, origin: int) -> None:
        assert request == disk.FICLONE
        target, source = self._files[made], self._files[origin]
        if not self.features.clones:
            raise failure(errno.EOPNOTSUPP, target.path)
        self.volume.write(target.path, target.node, source.node.content)

    def _renameat2(self, _old: int, source: str, _new: int, path: str, flags: int) -> int:
        assert flags == disk.RENAME_NOREPLACE
        if not self.features.exclusive:
            self._errno = errno.EINVAL
            return -1
        try:
            self.volume.rename(source, path, exclusive=True)
        except OSError as error:
            self._errno = error.errno or 0
            return -1
        return 0


def _copy_of_the_disk() -> Any:
    spec = importlib.util.spec_from_file_location("simulated_disk", disk.__file__)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.sys = SimpleNamespace(platform="linux")  # type: ignore[attr-defined]
    return module


DISK = _copy_of_the_disk()
"""`adapters/disk.py` a second time, for one simulated machine at a time."""


def boot(system: System) -> None:
    """Let the product's disk make its calls to this machine."""
    DISK.os, DISK.shutil, DISK.fcntl, DISK.ctypes = (
        system.os,
        system.shutil,
        system.fcntl,
        system.ctypes,
    )
    DISK.Path = system.path
