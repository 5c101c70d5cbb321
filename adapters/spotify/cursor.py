"""What a source remembers between two looks. Losing it costs requests, never correctness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import msgspec

from adapters.contract import Row
from state.values import PlaylistRef

TIMES = 2
"""So often a playlist refuses itself before it is left alone."""


class Read(msgspec.Struct):
    """A playlist whose rows were read."""

    snapshot: str
    name: str
    at: float
    """Seconds since 1970: when all of it was read."""
    guessed: bool = False
    """Only the rows around a change were read since."""


class Refused(msgspec.Struct):
    """A playlist that may not be read."""

    snapshot: str
    name: str
    times: int
    at: float


class Liked(msgspec.Struct):
    """Liked Songs."""

    next: int = 0
    """So many were read from the top before a look was cut off; 0: none was."""
    nameless: int = 0
    """Rows that no reference is known of."""
    at: float = 0.0
    """When all of them were read; 0: never."""


class Cursor(msgspec.Struct):
    """The memory of one account."""

    origin: str = ""
    """Whose playlists they are."""
    user: str = ""
    """The account's id, as it stands in rows and owners."""
    consent: str = ""
    """The login that this was asked with."""
    read: dict[str, Read] = {}
    refused: dict[str, Refused] = {}
    nulls: int = 0
    """Listed playlists without a name, besides `hidden`."""
    hidden: list[str] = []
    """Playlists that are null in the list, as far as one can tell."""
    liked: Liked = msgspec.field(default_factory=Liked)
    polled: float = 0.0
    """Seconds since 1970: the last look that was not cut off."""
    waiting: int = 0
    """Playlists that a cut-off look did not come to, Liked Songs among them."""

    def ready(self, id: str, snapshot: str, name: str, stale: float) -> bool:
        """Whether a playlist need not be read: nothing was changed, or it refused itself."""
        read, refused = self.read.get(id), self.refused.get(id)
        if refused is not None and refused.snapshot == snapshot and refused.at > stale:
            return refused.times >= TIMES
        if read is None or (read.snapshot, read.name) != (snapshot, name):
            return False
        return not (read.guessed and read.at <= stale)

    def refuse(self, id: str, snapshot: str, name: str, now: float, *, surely: bool) -> None:
        """Note that it may not be read."""
        before = self.refused.get(id)
        times = before.times if before is not None and before.snapshot == snapshot else 0
        self.refused[id] = Refused(snapshot, name, TIMES if surely else times + 1, now)


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

    def origins(self) -> Collection[str]:
        """Accounts that playlists are known of."""

    def listed(self, origin: str) -> Collection[PlaylistRef]:
        """Playlists of an account that are listed as far as is known."""


class Nothing:
    """The memory of a new library."""

    rows: Callable[[PlaylistRef], Sequence[Row]] = staticmethod(lambda playlist: ())
    origins: Callable[[], Collection[str]] = staticmethod(lambda: ())
    listed: Callable[[str], Collection[PlaylistRef]] = staticmethod(lambda origin: ())
