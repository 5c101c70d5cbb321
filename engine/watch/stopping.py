"""Stopping in good time, in the middle of anything.

A signal ends the watch where it stands, as Ctrl-C ends any command: every run is made for being cut
off anywhere. It does not even wait for the end of an action, since whoever sends the signal may
send it to ffmpeg too, and a decoder that was ended looks like a damaged file. What keeps a process
from leaving (a thread that waits for an answer, a program that works for us) has a second; then
nobody may write to the log any more, those programs are ended, and the process leaves.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from adapters.processes import end_children
from state.locks import Locked, lock

PATIENCE = 1.0
"""Seconds from the signal to the hard way."""


class Stopped(BaseException):
    """The watch shall end."""


class Stop:
    """Ends the watch.

    Args:
        home: the library's folder.
        farewell: done before the hard way: nothing shall be left behind on a screen or a disk.
        leave: ends the process.
    """

    def __init__(
        self, home: Path, farewell: Callable[[], None], leave: Callable[[], None] | None = None
    ) -> None:
        self._home, self._farewell = home, farewell
        self._leave = leave or (lambda: os._exit(0))
        self.asked = False
        self._lock, self._hurried = threading.Lock(), False

    def ask(self) -> None:
        """The watch shall end; in the main thread. Raises Stopped the first time."""
        if not self.asked:
            self.asked = True
            self._hurry()
            raise Stopped

    def _hurry(self) -> None:
        with self._lock:
            begun, self._hurried = self._hurried, True
        if not begun:
            threading.Thread(target=self._late, name="stop", daemon=True).start()

    def _late(self) -> None:
        threading.Event().wait(PATIENCE)
        with suppress(Exception):
            self._farewell()
        # A lock that another process holds keeps out whoever would write in this one as well.
        with suppress(Locked), lock(self._home / "write.lock", "stop", wait=0.3):
            end_children()
            self._leave()
        self._leave()

    def _wait(self, signals: int, kinds: Collection[int]) -> None:
        """For a signal that the main thread cannot hear, held by a disk or a lock that hangs."""
        while number := os.read(signals, 1):
            if number[0] in kinds:
                self._hurry()
        os.close(signals)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the block: it is left without an error."""

        def heard(number: int, frame: FrameType | None) -> None:
            self.ask()

        kinds = (signal.SIGTERM, signal.SIGINT)
        signals, told = os.pipe()
        os.set_blocking(told, False)
        threading.Thread(target=self._wait, args=(signals, kinds), name="stop", daemon=True).start()
        before = {kind: signal.signal(kind, heard) for kind in kinds}
        woken = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        try:
            yield
        except Stopped:
            pass
        finally:
            signal.set_wakeup_fd(woken)
            os.close(told)
            for kind, handler in before.items():
                # Not the old ones at once: a second signal must not end what tidies up.
                signal.signal(kind, signal.SIG_IGN if self.asked else handler)
