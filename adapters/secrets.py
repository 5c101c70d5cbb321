"""Keeping secrets: in the system's keyring where there is one, else in a file of one's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

SERVICE = "cratelog"
"""What our entries in a keyring are filed under."""
REAL = 1
"""A keyring's own measure: below are those that keep nothing, refuse, or ask at the terminal."""
PATIENCE = 10.0
"""Seconds for a keyring to answer in a run; one that is locked asks a person, who may be away."""

T = TypeVar("T")


def write(path: Path, content: bytes) -> None:
    """Replace a file whole, durably, and readable for nobody else at any moment.

    Callers keep each other out. Raises OSError; then the file is as it was.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    work = working(path)
    work.unlink(missing_ok=True)  # of a writer who was killed
    try:
        fd = os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        work.replace(path)
    except BaseException:
        with suppress(OSError):
            work.unlink(missing_ok=True)
        raise
    fd = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove(path: Path) -> None:
    """Take a file away, and what a killed writer left of it."""
    for one in (path, working(path)):
        one.unlink(missing_ok=True)


def working(path: Path) -> Path:
    """Where a file is made before it takes its place."""
    return path.with_name(f".{path.name}.new")


class Unanswered(Exception):
    """The keyring did not do what it was asked for; the message says why, and no secret."""


class Keyring:
    """The system's keyring. Every call raises Unanswered.

    Args:
        patience: seconds that a call may take.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience

    def get(self, entry: str) -> str | None:
        """What was kept, or None: there is no such entry."""
        import keyring

        return self._asked(lambda: keyring.get_password(SERVICE, entry))

    def set(self, entry: str, secret: str) -> None:
        import keyring

        self._asked(lambda: keyring.set_password(SERVICE, entry, secret))

    def delete(self, entry: str) -> None:
        """Forget an entry, if it is there."""
        import keyring

        if self.get(entry) is not None:
            self._asked(lambda: keyring.delete_password(SERVICE, entry))

    def _asked(self, call: Callable[[], T]) -> T:
        """A keyring may open a window and wait for ever, so it is asked beside the run."""
        answer: SimpleQueue[T | Unanswered] = SimpleQueue()

        def ask() -> None:
            try:
                answer.put(call())
            except Exception as error:
                answer.put(Unanswered(f"refused ({type(error).__name__}); is it locked?"))

        Thread(target=ask, daemon=True).start()
        try:
            given = answer.get(timeout=self.patience)
        except Empty:
            given = Unanswered(f"did not answer within {self.patience:g} s; is it locked?")
        if isinstance(given, Unanswered):
            raise given
        return given


def there_is_a_keyring() -> bool:
    """Whether the library `keyring` is installed and has a real one to talk to."""
    try:
        import keyring

        return bool(keyring.get_keyring().priority >= REAL)
    except Exception:  # whatever is wrong with it: there is none that can be used
        return False
