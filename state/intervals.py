"""How long to wait until something is tried again."""

from __future__ import annotations


def doubled(times: int, first: int, most: int) -> int:
    """The wait after so many failures in a row, 1 or more: `first`, then twice as long each time,
    `most` at most; in the unit of both."""
    return min(first << min(times - 1, 20), most)
