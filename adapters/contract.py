"""What an adapter is: a source can be observed; its errors say what the caller should do.

A source reports *sightings*, everything it sees every time; `engine/witness.py` turns into events
only what is news. Whether something is absent is never the adapter's to say: it closes a listing
as complete, or it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from state.events import (
    FileSeen,
    PlaybackSeen,
    PlaylistRefused,
    PlaylistSeen,
    TrackDelisted,
    TrackSeen,
)
from state.values import Ref, RootId, Tags


class Row(msgspec.Struct, frozen=True):
    """One row of a playlist, in the playlist's order."""

    track: Ref
    added_at: str = ""
    added_by: str = ""


class PlaylistListed(msgspec.Struct, frozen=True):
    """A playlist as it was read. Only a complete listing may say that something is not on it."""

    playlist: PlaylistSeen
    rows: tuple[Row, ...]
    complete: bool = True
    from_top: bool = False
    """Of one that is not complete: its rows are the first ones, in order; others may follow."""


class SourceListed(msgspec.Struct, frozen=True):
    """Every playlist of one origin was met: those not in `playlists` are no longer listed."""

    source: str
    origin: str
    playlists: frozenset[str]


class FilesListed(msgspec.Struct, frozen=True):
    """A folder tree was read to its end: these files are there (readable or not)."""

    root: RootId
    paths: frozenset[str]


class Unreadable(msgspec.Struct, frozen=True):
    """One line for people about something that was passed over: what, where, what to do."""

    where: str
    why: str


class Probe(msgspec.Struct, frozen=True):
    """What was read of one audio file."""

    audio: str
    """sha256 (hex) of the packets of its first audio stream: the same whatever the tags say."""
    duration_ms: int
    """Of the packets that are really there."""
    codec: str
    """As ffmpeg names it."""
    bitrate: int
    """bit/s over the whole file."""
    tags: Tags


class Cached(msgspec.Struct, frozen=True, gc=False):
    """What an earlier look saw of a file: one with the same numbers is not read again."""

    size: int
    """Bytes."""
    mtime_ns: int
    ctime_ns: int
    """A tag editor can put back the size and the time of change, but not this."""
    inode: int
    error: str = ""
    """Why it was passed over."""


Sighting = (
    TrackSeen
    | TrackDelisted
    | PlaylistListed
    | PlaylistRefused
    | SourceListed
    | PlaybackSeen
    | FileSeen
    | FilesListed
    | Unreadable
)


class Source(Protocol):
    """Something that can be looked at."""

    name: str

    def observe(self) -> Iterator[Sighting]:
        """Yield all that is seen now. Raises one of the errors below if nothing can be seen."""


class AdapterError(Exception):
    """Base of them all; the message is one line for people: what, where, what to do."""


class Transient(AdapterError):
    """Try again, not before `retry_after` seconds have passed."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


LONGEST = 30 * 86_400.0
"""Seconds: no service is left alone for longer at a time, whatever it says."""


def seconds(header: object) -> float:
    """What a `Retry-After` says, at most `LONGEST`; 0: nothing, or no number of seconds."""
    text = str(header or "").strip()
    return min(float(text), LONGEST) if text.isascii() and text.isdigit() else 0.0


class Blocked(Transient):
    """The service wants no more requests for a while: its turn is over.

    Args:
        until: seconds since 1970.
    """

    def __init__(self, message: str, until: float, retry_after: float) -> None:
        super().__init__(message, retry_after)
        self.until = until


class Permanent(AdapterError):
    """This one item will not work, however often it is tried."""


class Fatal(AdapterError):
    """This adapter can do nothing more in this run."""


class NotAuthorised(AdapterError):
    """A person has to log in; the message says what to type.

    Args:
        expired: the service's word, if it does not honour a login any more that it once gave.
    """

    def __init__(self, message: str, expired: str = "") -> None:
        super().__init__(message)
        self.expired = expired


class Refused(AdapterError):
    """The guard says no; the message says how to allow it."""
