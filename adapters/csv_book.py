"""What a backup was read as, whichever program wrote it."""

from __future__ import annotations

from typing import NamedTuple

from adapters.contract import Row
from state.events import TrackSeen

LIKED = "Liked Songs"


class CannotRead(Exception):
    """A file that is there cannot be read; the message says why and what to do."""


class NotABackup(Exception):
    """The text is whole and something else; the message says what is wrong and what to do."""


class Table(NamedTuple):
    """One playlist of a file."""

    tracks: list[TrackSeen]
    """One for each row."""
    rows: list[Row]
    name: str | None = None
    """None: the file holds this playlist alone and is called like it; empty: it has none."""
    liked: bool = False
    """These are the Liked Songs, and not a playlist that is called so."""
    ordered: bool = True
    """The rows stand in the playlist's order."""


class Book(NamedTuple):
    """One file."""

    tables: list[Table]
    torn: str
    """Why rows may be missing; empty: none is."""
    lacking: bool
    """Whole playlists may be missing."""
    thin: bool
    """It says little of a track: its words fill what better files leave empty."""
