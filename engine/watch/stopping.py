"""Stopping in good time, in the middle of anything.

A signal is only noted; the watch ends where it is safe: between two actions, two files, two
requests. What does not come to such a place within a second is left as if the machine had gone
down, which every run is made for: nobody writes to the log any more, programs that work for us are
ended, and the process leaves.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from state.locks import Locked, lock

PATIENCE = 1.0
"""Seconds from the signal to the hard way."""


class Stopped(BaseException):
    """The watch shall end."""


class Stop:
    """Whether the watch shall end.

    Args:
        home: the library's folder.
        wake: ends the watch's sleep.
        leave: the hard way; by default the process ends.
    """

    def __init__(
        self, home: Path, wake: Callable[[], None], leave: Callable[[], None] | None = None
    ) -> None:
        self._home, self._wake = home, wake
        self._leave = leave or self._end
        self._asked = False
        self._over = threading.Event()
        self.farewell: Callable[[], None] = lambda: None
        """Done before the hard way: what shall not be left behind on a screen."""

    @property
    def asked(self) -> bool:
        """Whether somebody asked for it."""
        return self._asked

    def ask(self) -> None:
        """The watch shall end; from a signal handler or any thread."""
        if not self._asked:
            self._asked = True
            threading.Thread(target=self._late, name="stop", daemon=True).start()
            self._wake()

    def check(self) -> None:
        """Raises Stopped if it was asked for. Called where it is safe to end."""
        if self._asked:
            raise Stopped

    def _late(self) -> None:
        if not self._over.wait(PATIENCE):
            self._leave()

    def _end(self) -> None:
        # A program that is ended looks like a damaged file to whoever waits for it; that must not
        # come to be known. A lock that another process holds keeps this one out as well.
        with suppress(Locked), lock(self._home / "write.lock", "stop", wait=0.3):
            with suppress(Exception):
                self.farewell()
            _end_children()
            os._exit(0)
        os._exit(0)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask for the end while the block runs."""

        def heard(number: int, frame: FrameType | None) -> None:
            self.ask()

        before = {each: signal.signal(each, heard) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            self._over.set()
            for each, handler in before.items():
                signal.signal(each, handler)


def _end_children() -> None:
    for pid in children(os.getpid()):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def children(pid: int) -> list[int]:
    """Processes below a process, those furthest down first."""
    below: dict[int, list[int]] = {}
    for child, parent in _pairs():
        below.setdefault(parent, []).append(child)
    found, todo = [], [pid]
    while todo:
        more = below.get(todo.pop(), [])
        found += more
        todo += more
    return found[::-1]


def _pairs() -> Iterator[tuple[int, int]]:
    """Process and parent, of all that can be seen."""
    if sys.platform == "linux":
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                # The name, in brackets, may hold anything.
                fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                yield int(folder.name), int(fields[1])
        return
    import subprocess

    told = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, timeout=0.5, check=False
    )
    for line in told.stdout.decode("ascii", "replace").splitlines():
        pid, _, parent = line.strip().partition(" ")
        yield int(pid), int(parent)
