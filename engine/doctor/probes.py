"""What a file system can do, tried out rather than guessed."""

from __future__ import annotations

import os
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from adapters.disk import Disk, rename_exclusively

LONGEST = 255
"""Bytes: names of ours are never longer."""
_STEPS = (1, 100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000)
_TIME = 1_700_000_001_123_456_789


class Abilities(msgspec.Struct, frozen=True):
    """Of one folder's file system."""

    case_sensitive: bool
    normalises: bool
    """`é` in one code point and in two are one name."""
    hard_links: bool
    reflinks: bool
    """Two files may share their bytes until one is written to."""
    exclusive_rename: bool
    """A rename that never overwrites, in one step."""
    longest_name: int
    """Bytes of ASCII, as far as it was tried (255)."""
    mtime_step_ns: int
    """Times of change are multiples of it; 0: they are not kept."""


def probe(folder: Path) -> Abilities:
    """Try it out with small files in a folder of ours; none of them stays.

    Raises:
        OSError: not even a small file can be made there.
    """
    with _scratch(folder) as base:
        name = f"{base.name}-"
        plain = base.with_name(name + "a")
        plain.write_bytes(b"cratelog")
        composed = base.with_name(unicodedata.normalize("NFC", name + "é"))
        composed.write_bytes(b"")
        return Abilities(
            case_sensitive=not base.with_name(name + "A").exists(),
            normalises=base.with_name(unicodedata.normalize("NFD", name + "é")).exists(),
            hard_links=_can(lambda: os.link(plain, base.with_name(name + "link"))),
            reflinks=Disk().copy(plain, base.with_name(name + "clone"), may_link=False) == "cloned",
            exclusive_rename=_exclusive(plain, base.with_name(name + "moved")),
            longest_name=_longest(base),
            mtime_step_ns=_step(composed),
        )


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A path whose name begins the names of all probes; they are removed at the end."""
    base = folder / f"doctor-{uuid.uuid4().hex[:12]}"
    try:
        yield base
    finally:
        for path in list(folder.iterdir()):
            if path.name.startswith(base.name):
                with suppress(FileNotFoundError):
                    path.unlink()


def _can(attempt: object) -> bool:
    assert callable(attempt)
    try:
        attempt()
    except OSError:
        return False
    return True


def _exclusive(source: Path, target: Path) -> bool:
    """Whether a rename onto a file that is there is refused by the system itself."""
    target.write_bytes(b"")
    try:
        rename_exclusively(source, target)
    except FileExistsError:
        return True
    except OSError:
        return False
    return False


def _longest(base: Path) -> int:
    """By halving: the longest name that can be made."""
    low, high = len(base.name), LONGEST
    while low < high:
        middle = (low + high + 1) // 2
        path = base.with_name(base.name.ljust(middle, "x"))
        if _can(lambda path=path: path.write_bytes(b"")):
            low = middle
        else:
            high = middle - 1
    return low


def _step(path: Path) -> int:
    try:
        os.utime(path, ns=(_TIME, _TIME))
        kept = path.stat().st_mtime_ns
    except OSError:
        return 0
    return next((step for step in _STEPS if kept == _TIME // step * step), 0)
