"""Where a run may die, fail or lose its volume: every call of the disk, commit and save."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast
from unittest.mock import patch

from adapters.disk import Disk
from engine.library import Library
from engine.ports import Disk as DiskPort
from state.log import LogError

Kind = Literal["dies before", "dies within", "dies after", "EIO", "ENOSPC", "volume leaves"]
KINDS: tuple[Kind, ...] = (
    "dies before",
    "dies within",
    "dies after",
    "EIO",
    "ENOSPC",
    "volume leaves",
)


class Dead(BaseException):
    """The process was killed: nothing that handles errors may handle this one."""


CHANGES = ("append", "save", "copy", "write", "move", "publish", "replace", "tidy", "sync_folder")
"""The calls that matter to who dies; the many others only look."""


class Fault(NamedTuple):
    """What happens at which gate of a run; the gates are counted from 0, for most faults only those
    at which something changes."""

    number: int
    kind: Kind


class Gates:
    """Counts the gates of one run, and lets its fault happen.

    Args:
        leave: takes the volume away.
    """

    def __init__(self, fault: Fault | None, leave: Callable[[], None]) -> None:
        self.fault, self.leave = fault, leave
        self.passed = 0
        self.happened = False

    def disk(self) -> DiskPort:
        """The real disk behind gates."""
        return cast(DiskPort, _Disk(self, Disk()))

    @contextmanager
    def around(self, library: Library) -> Iterator[None]:
        """Gates at the commits of a library."""
        with ExitStack() as stack:
            for owner, name in ((library.log, "append"), (library.models, "save")):
                call = self.through(name, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, call))
            yield

    def through(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call behind a gate."""

        def gate(*args: Any, **named: Any) -> Any:
            if self.fault is None or not (name in CHANGES or self.fault.kind == "EIO"):
                return call(*args, **named)
            number, self.passed = self.passed, self.passed + 1
            if number != self.fault.number:
                return call(*args, **named)
            self.happened = True
            return self._fail(self.fault.kind, name, call, args, named)

        return gate

    def _fail(self, kind: Kind, name: str, call: Any, args: Any, named: Any) -> Any:
        if kind == "volume leaves":
            self.leave()
            return call(*args, **named)
        if kind in ("EIO", "ENOSPC"):
            if name in ("append", "save"):
                raise LogError("log.db: cannot be written (disk I/O error)")
            code = getattr(errno, kind)
            raise OSError(code, os.strerror(code), str(args[0]))
        if kind == "dies within":
            _half(name, args)
        elif kind == "dies after":
            call(*args, **named)
        raise Dead(f"{kind} {name}")


class _Disk:
    def __init__(self, gates: Gates, disk: Disk) -> None:
        self._gates, self._disk = gates, disk

    def __getattr__(self, name: str) -> Any:
        return self._gates.through(name, getattr(self._disk, name))


def _half(name: str, args: Any) -> None:
    """What a call leaves that was cut off in its middle."""
    if name == "copy":
        content = Path(args[0]).read_bytes()
        Path(args[1]).write_bytes(content[: len(content) // 2])
    elif name == "write":
        Path(args[0]).write_bytes(args[1][: len(args[1]) // 2])
