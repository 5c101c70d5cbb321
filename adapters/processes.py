"""Other programs on this machine: which of them run, and having one do something."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath, PureWindowsPath

import msgspec
import psutil

from adapters.contract import Fatal

PATIENCE = 30
"""Seconds for a program to do what it was asked to."""


class Ran(msgspec.Struct, frozen=True):
    """What came of running a program."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    said: str
    """The last line that it printed."""


Running = Callable[[], Iterator[str]]
"""Gives the names of the programs that run."""

Run = Callable[[Sequence[str]], Ran | None]
"""Runs a program with arguments; None: there is no such program."""


def running() -> Iterator[str]:
    """The names of all programs that run, as people know them; one may come more than once.

    On Linux it is the name of the process (of 15 characters at most, if it changed its own), on
    Windows that of its exe without the suffix, on macOS both that and the name of its bundle. A
    process that says nothing of itself to us, or is gone already, is passed over.

    Raises:
        Fatal: the machine does not say.
    """
    try:
        for process in psutil.process_iter(["name", "exe", "status"], ad_value=None):
            told = process.info
            if told["status"] != psutil.STATUS_ZOMBIE:  # it has ended and holds no file any more
                yield from names(told["name"] or "", told["exe"] or "")
    except (OSError, psutil.Error) as error:
        raise Fatal(
            f"which programs run cannot be told ({error}), and one might have files open; "
            f"programs = [] below [hold] in the configuration turns that question off"
        ) from error


def names(name: str, path: str) -> set[str]:
    """What a program is called, by the name of its process and the path of its executable.

    A helper inside of a bundle has a bundle of its own, so the innermost one counts: rekordbox's
    agent runs from login to logout and is not rekordbox.
    """
    found = {_plain(name), _plain(PureWindowsPath(path).name)}
    folder = PurePosixPath(path).parent
    if folder.parts[-2:] == ("Contents", "MacOS"):
        found.add(folder.parent.parent.name.removesuffix(".app"))
    return found - {""}


def _plain(name: str) -> str:
    return name[:-4] if name.lower().endswith(".exe") else name


def run(words: Sequence[str]) -> Ran | None:
    """Run a program to its end, with nobody to answer its questions."""
    try:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            encoding="utf-8",
            errors="replace",
        )
    except (FileNotFoundError, PermissionError):
        return None
    except subprocess.TimeoutExpired:
        return Ran(-1, f"{words[0]} did not end within {PATIENCE} seconds")
    lines = [line.strip() for line in ended.stdout.splitlines() if line.strip()]
    return Ran(ended.returncode, lines[-1] if lines else "")


def end_children() -> None:
    """End all programs that work for this process, and those that work for them, at once."""
    try:
        below = psutil.Process().children(recursive=True)
    except (OSError, psutil.Error):
        return
    for process in below:
        with suppress(OSError, psutil.Error):
            process.kill()
