"""The index behind `POST /v1/search`: late, and not exact."""

from __future__ import annotations

import re
from collections import deque

LAG = 30.0
"""Seconds until a search knows what has happened."""


class Index:
    """Titles as they were `lag` seconds ago."""

    def __init__(self, lag: float = LAG) -> None:
        self.lag = lag
        self._coming: deque[tuple[float, str, str, str, bool]] = deque()
        self._known: dict[str, tuple[str, str, bool]] = {}

    def note(self, at: float, an_id: str, kind: str, title: str, trashed: bool) -> None:
        self._coming.append((at, an_id, kind, title, trashed))

    def forget(self, an_id: str) -> None:
        self._known.pop(an_id, None)
        self._coming = deque(one for one in self._coming if one[1] != an_id)

    def settle(self) -> None:
        """Everything so far has been there for long."""
        self._coming = deque((float("-inf"), *one[1:]) for one in self._coming)

    def find(self, now: float, query: str, kind: str | None) -> list[str]:
        """Ids of what shares a word with the query, or of everything if it has none."""
        while self._coming and self._coming[0][0] <= now - self.lag:
            _, an_id, what, title, trashed = self._coming.popleft()
            self._known[an_id] = (what, title, trashed)
        wanted = words(query)
        return [
            an_id
            for an_id, (what, title, trashed) in self._known.items()
            if not trashed and kind in (None, what) and (not wanted or wanted & words(title))
        ]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
