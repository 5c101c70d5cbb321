"""Which folders are watched, and what a path in one of them is to the library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from engine.config import OUTBOX, Config
from engine.handoff.folder import ANSWERS
from engine.places import MARKER
from engine.roots import source_roots
from projections.layout import target_root
from state.values import RootId


class Place(NamedTuple):
    """A path below a watched folder."""

    kind: Literal["root", "csv", "answers"]
    root: RootId
    """Of `root`; empty otherwise."""
    path: str
    """Relative, with `/`."""
    full: str


class Folders:
    """The folders of a configuration.

    Args:
        home: the library's folder.
    """

    def __init__(self, config: Config, home: Path) -> None:
        self.roots: dict[RootId, Path] = dict(source_roots(config.files.folders))
        self.roots |= {target_root(name): path for name, path in config.roots().items()}
        # Not `Path.is_file`: below a folder that may not be read, that raises.
        self._files = [path for path in config.csv.folders if os.path.isfile(path)]  # noqa: PTH113
        self._csv = [path for path in config.csv.folders if path not in self._files]
        outbox = config.handoff.outbox
        self._answers = (outbox if outbox.parts else home / OUTBOX) / ANSWERS
        self._inner = {path: self._inside(path) for path in self.roots.values()}

    def _inside(self, folder: Path) -> tuple[str, ...]:
        """Roots inside a root, relative to it."""
        inner = [path for path in self.roots.values() if folder in path.parents]
        return tuple(f"{path.relative_to(folder).as_posix()}/" for path in inner)

    @property
    def others(self) -> dict[Path, Literal["csv", "answers"]]:
        """Folders that are no roots, and what they hold."""
        return {**dict.fromkeys(self._csv, "csv"), self._answers: "answers"}

    @property
    def watched(self) -> list[Path]:
        """Folders to be watched, whether they are there or not."""
        return list(dict.fromkeys([*self.roots.values(), *self._csv, self._answers]))

    def places(self, folder: Path, path: str) -> Iterator[Place]:
        """What a path below a watched folder is; nothing, if it belongs to a root inside it.

        A name that is not UTF-8 can be in no log: what lies below it counts as that name alone,
        which a look tells people to change.
        """
        path = _sayable(path)
        full = os.path.join(folder, path)  # noqa: PTH118  (they come in tens of thousands)
        if folder == self._answers:
            yield Place("answers", RootId(""), path, full)
        if folder in self._csv:
            yield Place("csv", RootId(""), path, full)
        for root, base in self.roots.items():
            if base == folder and not f"{path}/".startswith(self._inner[base]):
                yield Place("root", root, path, full)

    def signs(self) -> dict[str, object]:
        """What shows that a volume came or went, or that a single backup changed, by its name."""
        found: dict[str, object] = {root: _sign(path) for root, path in self.roots.items()}
        return found | {str(path): numbers(path) for path in self._files}


def _sayable(path: str) -> str:
    """A path as far as its names are UTF-8, and the first one that is not."""
    if is_utf8(path):
        return path
    names = path.split("/")
    bad = next(number for number, name in enumerate(names) if not is_utf8(name))
    return "/".join(names[: bad + 1])


def is_utf8(name: str) -> bool:
    """Whether a name, as the system gives it, is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(name: str) -> str:
    """A name for people, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _sign(path: Path) -> object:
    found = numbers(path)
    return found and (found[2:], numbers(path / MARKER) is not None)


def numbers(path: str | Path) -> tuple[int, int, int, int] | None:
    """Size, time of change, device and inode of what is there; None: nothing, or not now."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino
