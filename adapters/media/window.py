"""How many requests SoundCloud may still be asked: about 600 in ten minutes are too many for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from adapters.media.problems import RateLimited

REQUESTS, SECONDS = 500, 600.0


class Window:
    """Counts requests in a rolling window; safe to use from several threads.

    Args:
        requests: so many fit into `seconds`.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        requests: int = REQUESTS,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.requests, self.seconds, self.clock = requests, seconds, clock
        self._made: deque[float] = deque()
        self._closed_until = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many more may be made now."""
        with self._lock:
            return self._left()

    def take(self) -> None:
        """Count one request.

        Raises:
            RateLimited: it may not be made now.
        """
        with self._lock:
            now = self.clock()
            if self._left() <= 0:
                until = max(self._closed_until, self._made[0] + self.seconds if self._made else 0)
                why = (
                    f"SoundCloud: {self.requests} requests in {self.seconds / 60:.0f} min were made"
                )
                if now < self._closed_until:
                    why = "SoundCloud wants no more requests for now"
                raise RateLimited(why, until, until - now)
            self._made.append(now)

    def close(self, until: float) -> None:
        """Let no request through before a time: the service said so."""
        with self._lock:
            self._closed_until = max(self._closed_until, until)

    def _left(self) -> int:
        now = self.clock()
        while self._made and self._made[0] <= now - self.seconds:
            self._made.popleft()
        if now < self._closed_until:
            return 0
        return max(0, self.requests - len(self._made))


_WINDOWS: dict[str, Window] = {}


def window(base: str) -> Window:
    """The one window of this process for the service, or for the stand-in at `base`."""
    return _WINDOWS.setdefault(base, Window())
