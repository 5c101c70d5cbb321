"""How many requests may still be made: a budget for a day, a window, and never two at once.

Spotify counts in a rolling window of 30 seconds, and over about 24 hours for all apps of a
developer together; neither number is published. What is used here stays well below what was seen
to be refused.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable

from adapters.contract import Transient

DAY, WINDOW = 86_400, 30
PER_WINDOW = 45
BURST = 10
"""So many requests in a window need no gap: an idle poll should not dawdle."""
GAP = 0.7
"""Seconds between requests once there were more."""


class Spent(Transient):
    """The day's budget is used up."""


class Quota:
    """A queue for requests, and its memory.

    Args:
        budget: requests in 24 hours.
        clock: seconds since 1970.
        sleep: waits for so many seconds; never asked for more than a window.
        history: what `saved` gave earlier; None: unknown, which counts as half a budget spent.
    """

    def __init__(
        self,
        budget: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
        history: str | None = "[]",
    ) -> None:
        self.budget, self.clock, self.sleep = budget, clock, sleep
        now = clock()
        made = [now] * (budget // 2) if history is None else times(history)
        # A time to come was written under a clock that was wrong.
        self._made = deque(sorted(min(at, now) for at in made))

    @property
    def used(self) -> int:
        """Requests in the last 24 hours."""
        self._forget()
        return len(self._made)

    @property
    def left(self) -> int:
        """How many more may be made now."""
        return max(0, self.budget - self.used)

    def saved(self) -> str:
        """A small JSON text for `history`."""
        self._forget()
        return json.dumps([int(at) for at in self._made], separators=(",", ":"))

    def afford(self, requests: int) -> None:
        """Make sure that so many can be made without a stop between them.

        Raises:
            Spent: not now. What is too much for a whole day's budget is begun all the same.
        """
        if requests > self.left and (requests <= self.budget or not self.left):
            raise self._spent(min(requests, self.budget))

    def take(self) -> None:
        """Wait for the turn of one request, and count it.

        Raises:
            Spent: none may be made now.
        """
        self.afford(1)
        if (wait := self._wait()) > 0:
            self.sleep(wait)
        self._made.append(self.clock())

    def _wait(self) -> float:
        now = self.clock()
        recent = [at for at in self._made if at > now - WINDOW]
        if len(recent) >= PER_WINDOW:
            return recent[-PER_WINDOW] + WINDOW - now
        return recent[-1] + GAP - now if len(recent) >= BURST else 0.0

    def _spent(self, requests: int) -> Spent:
        over = len(self._made) + requests - self.budget
        wait = self._made[over - 1] + DAY - self.clock()
        return Spent(f"the budget of {self.budget} requests in 24 hours is used up", wait)

    def _forget(self) -> None:
        now = self.clock()
        while self._made and self._made[0] <= now - DAY:
            self._made.popleft()


def times(history: str) -> list[float]:
    """When requests were made, from a saved history; what cannot be read is empty."""
    try:
        told = json.loads(history)
    except ValueError:
        return []
    return [float(at) for at in told if isinstance(at, int | float)] if told else []
