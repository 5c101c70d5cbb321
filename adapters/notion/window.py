"""How many requests may be made: so many in a minute, over all endpoints."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Window:
    """A queue for requests.

    Args:
        most: requests in a minute.
        clock: seconds since 1970.
        sleep: waits for so many seconds.
    """

    def __init__(
        self, most: int, *, clock: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        self.most, self.clock, self.sleep = most, clock, sleep
        self._made: deque[float] = deque(maxlen=most)

    def take(self) -> None:
        """Wait for the turn of one request."""
        if len(self._made) == self.most:
            wait = self._made[0] + MINUTE - self.clock()
            if 0 < wait <= MINUTE:
                self.sleep(wait)
        self._made.append(self.clock())
