"""The heartbeat: a small file that says that a watch lives, and what it does.

It is no event and no promise: it may be lost, and whoever finds an old one knows that the watch
ended without a word. That a watch runs is proven by its lock alone.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.watch.picture import Picture
from state.locks import held
from state.log import clock

FILE = "watch.json"
EVERY = 5.0
"""Seconds between two beats."""


class Pulse:
    """Writes the picture of a watch every few seconds, however long a pass takes.

    Args:
        home: the library's folder.
    """

    def __init__(self, home: Path, picture: Picture) -> None:
        self._path, self._picture = home / FILE, picture
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beats, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin; the first beat is there when this returns."""
        self.beat()
        self._thread.start()

    def _beats(self) -> None:
        while not self._over.wait(EVERY):
            self.beat()

    def beat(self) -> None:
        """Write once; a full disk is none of its business."""
        self._picture.beat = clock()
        work = self._path.with_suffix(".tmp")
        with suppress(OSError):
            work.write_bytes(msgspec.json.encode(self._picture))
            os.replace(work, self._path)  # noqa: PTH105

    def halt(self) -> None:
        """Beat no more; what was written stays."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(1)

    def stop(self) -> None:
        """The watch ends in order: nothing is left behind."""
        self.halt()
        self._path.unlink(missing_ok=True)


class Pulsing(msgspec.Struct, frozen=True):
    """What the file says."""

    picture: Picture
    runs: bool
    """False: the watch ended without a word."""


def read(home: Path) -> Pulsing | None:
    """The watch of a library; None: there is none, and the last one ended in order."""
    try:
        picture = msgspec.json.decode((home / FILE).read_bytes(), type=Picture)
    except (OSError, msgspec.MsgspecError):
        return None
    holder = held(home / "effects.lock")
    return Pulsing(picture, f"(process {picture.pid})" in holder)
