"""What the engine needs of the outside: the seams where tests and the simulator put their own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from state.values import Stamp

Now = Callable[[], int]
"""Milliseconds since 1970."""

AudioHash = Callable[[Path], str]
"""The hash of a file's audio packets; raises `adapters.contract.Permanent` if it has none."""

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)."""


class Transfer(NamedTuple):
    """How far one download is; 0: not known (yet)."""

    name: str
    """What is fetched, for people."""
    bytes: int = 0
    total: int = 0
    speed: float = 0.0
    """Bytes a second."""
    left: float = 0.0
    """Seconds."""
    done: bool = False
    """It ended, whatever came of it."""


Transfers = Callable[[Transfer], None]
"""Told of downloads, by several threads at once."""


class Disk(Protocol):
    """The file system (`adapters.disk.Disk` says what each call promises)."""

    def stamp(self, path: Path) -> Stamp | None: ...
    def taken(self, path: Path) -> bool: ...
    def read(self, path: Path) -> bytes | None: ...
    def make_folders(self, path: Path) -> None: ...
    def copy(
        self, source: Path, work: Path, *, may_link: bool
    ) -> Literal["cloned", "linked", "copied"]: ...
    def write(self, work: Path, content: bytes) -> None: ...
    def move(self, source: Path, path: Path) -> None: ...
    def publish(self, work: Path, path: Path) -> None: ...
    def finish_move(self, source: Path, path: Path) -> None: ...
    def replace(self, work: Path, path: Path) -> None: ...
    def deliver(self, work: Path, path: Path) -> None: ...
    def remove_work(self, folder: Path, keep: Collection[str] = ()) -> int: ...
    def tidy(self, folder: Path, root: Path) -> None: ...
    def sync_file(self, path: Path) -> None: ...
    def sync_folder(self, path: Path) -> None: ...


def quiet(what: str, done: int, total: int) -> None:
    """No progress is shown."""


def silent(at: Transfer) -> None:
    """No download is shown."""
