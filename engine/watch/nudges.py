"""Paths where something may have changed, kept until nobody writes there any more.

A notice says nothing but *look again*, and it mostly comes while a file is still being written. So
a path is looked at when it was quiet for a while and its numbers stayed the same meanwhile. What is
kept is bounded: too many paths are one wish to look at everything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)
LIMIT = 10_000
"""More paths than that are looked at as a whole."""
LONGEST = 60.0
"""Seconds: where there is no end of changes, the whole is looked at after so long."""


class _Kept(Generic[Place]):
    __slots__ = ("at", "numbers", "seen")

    def __init__(self, at: float) -> None:
        self.at = at
        self.seen = False
        self.numbers: object = None


class Nudges(Generic[Place]):
    """Places (hashable names of paths) with the time of their last nudge.

    Args:
        quiet: seconds without a nudge before a place is looked at.
        limit: so many places are kept.
    """

    def __init__(self, quiet: float, limit: int = LIMIT) -> None:
        self.quiet, self._limit = quiet, limit
        self._kept: dict[Place, _Kept[Place]] = {}
        self._all: float | None = None
        """The last nudge since anything may have changed."""
        self._all_since = 0.0

    def add(self, place: Place, now: float) -> None:
        """Something may have changed there.

        Args:
            now: seconds of a clock that is never put back.
        """
        if self._all is not None:
            self._all = now
            return
        kept = self._kept.get(place)
        if kept is not None:
            kept.at, kept.seen = now, False
        elif len(self._kept) < self._limit:
            self._kept[place] = _Kept(now)
        else:
            self.add_all(now)

    def add_all(self, now: float) -> None:
        """Anything may have changed."""
        self._kept.clear()
        if self._all is None:
            self._all_since = now
        self._all = now

    def take(self, now: float, numbers: Callable[[Place], object]) -> list[Place]:
        """Places that are quiet and stable: they are given once.

        Args:
            numbers: what a file system says of a place: equal, as long as nobody writes there.
        """
        ready = []
        for place, kept in list(self._kept.items()):
            age = now - kept.at
            if not kept.seen:
                if age >= self.quiet / 2:
                    kept.seen, kept.numbers = True, numbers(place)
            elif age >= self.quiet:
                found = numbers(place)
                if found == kept.numbers:
                    ready.append(place)
                    del self._kept[place]
                else:
                    kept.at, kept.numbers = now, found
        return ready

    def take_all(self, now: float) -> bool:
        """Whether everything is to be looked at now; said once."""
        if self._all is None:
            return False
        if now - self._all < self.quiet and now - self._all_since < LONGEST:
            return False
        self._all = None
        return True

    @property
    def pending(self) -> int:
        """Places that are waited for; everything counts as one."""
        return len(self._kept) + (self._all is not None)
