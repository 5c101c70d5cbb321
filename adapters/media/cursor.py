"""What the source remembers between two looks. Losing it costs requests, never correctness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from adapters.contract import Row
from state.values import PlaylistRef, Ref

Times = dict[Ref, str]
"""Tracks, and when they were liked or uploaded."""


class Known(msgspec.Struct):
    """What is remembered of a page."""

    id: int
    name: str
    ref: str
    at: float = 0.0
    """Seconds since 1970: when all of it was read; 0: never, or not since something was missed."""
    count: int = 0
    """As the service told it when it was last read."""
    gone: list[int] = []
    """Tracks that are not there any more, and whose rows stay."""


class Cursor(msgspec.Struct):
    """What is remembered of all of them."""

    pages: dict[str, Known] = {}
    """By kind and address, `likes someone`."""
    polled: float = 0.0
    """Seconds since 1970: the end of the last look that was not cut off."""


def saved(cursor: Cursor) -> str:
    """A JSON text."""
    return msgspec.json.encode(cursor).decode()


def loaded(text: str | None) -> Cursor:
    """From `saved`; an empty one, if there is none or it cannot be read."""
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.MsgspecError:
        return Cursor()


class Memory(Protocol):
    """What the log knows already."""

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        """The rows of a playlist, in order; empty, if it is not known."""


class Nothing:
    """The memory of a new library."""

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        return ()
