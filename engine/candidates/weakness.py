"""What speaks against an upload, and a title read as a list of such things."""

from __future__ import annotations

import msgspec

OTHER = 0.45
"""At most this much for what is surely another recording."""
DOUBTFUL = 0.8
"""At most this much for what only a person can tell."""


class Weakness(msgspec.Struct, frozen=True, gc=False):
    """Something that speaks against a candidate."""

    why: str
    cost: float = 0.0
    most: float = 1.0
    """The score is never higher."""
    by_whom: bool = False
    """It is about the artist: an equal ISRC answers it."""


class Reading(msgspec.Struct, frozen=True):
    """One way to understand a title."""

    weaknesses: tuple[Weakness, ...]
    versions: frozenset[str]
    neutral: frozenset[str]

    @property
    def order(self) -> tuple[float, float, int]:
        most = min((each.most for each in self.weaknesses), default=1.0)
        return (-most, sum(each.cost for each in self.weaknesses), len(self.versions))
