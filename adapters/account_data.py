"""Spotify's "Download your data": `YourLibrary.json` and `Playlist1.json`, `Playlist2.json`, …

It knows no ids of playlists, one artist of each track, and when a track was added to the day.
The Liked Songs come without dates, and nobody says in which order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters import csv_cells as cell
from adapters.contract import Row
from adapters.csv_book import LIKED, Book, CannotRead, NotABackup, Table
from adapters.csv_rows import Cells, read_track

_WHOLE = re.compile(r"(?!)")
"""Matches nothing: the one artist may have any sign in the name."""


def read_book(text: str) -> Book:
    """Read one of the files.

    Raises:
        CannotRead: it is no whole JSON.
        NotABackup: it holds neither playlists nor liked tracks.
    """
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        why = f"it is not whole ({error}); unpack it again, or ask Spotify for your data again"
        raise CannotRead(why) from error
    tracks, playlists = _list(said, "tracks"), _list(said, "playlists")
    if tracks is None and playlists is None:
        raise NotABackup(
            "it holds neither `tracks` nor `playlists`; give `YourLibrary.json` and "
            "`Playlist1.json` of Spotify's account data, or take the file away"
        )
    faults: list[str] = []
    tables: list[Table] = []
    if tracks is not None:
        tables.append(Table([], [], LIKED, liked=True, ordered=False))
        _fill(tables[0], ((each, "") for each in tracks), _LIBRARY, faults)
    for playlist in playlists or ():
        items = _list(playlist, "items")
        if items is None:
            faults.append("a playlist has no list of `items`")
            continue
        tables.append(Table([], [], cell.playlist(_text(playlist, "name"))))
        _fill(tables[-1], map(_entry, items), _PLAYLIST, faults)
    more = f" (and {len(faults) - 1} more like it)" if len(faults) > 1 else ""
    return Book(tables, "".join(faults[:1]) + more, bool(faults), thin=True)


_LIBRARY = {"uri": "uri", "title": "track", "artists": "artist", "album": "album"}
_PLAYLIST = {
    "uri": "trackUri",
    "title": "trackName",
    "artists": "artistName",
    "album": "albumName",
}
"""What our fields are called."""


def _entry(item: Any) -> tuple[Any, str]:
    """What an item is, and when it was added; episodes and what is gone from Spotify are None."""
    if not isinstance(item, dict):
        return item, ""
    entry = item.get("track")
    if entry is None and isinstance(item.get("localTrack"), dict):
        entry = {"trackUri": _text(item["localTrack"], "uri")}
    return entry, cell.added_at(_text(item, "addedDate"))


def _fill(
    table: Table, entries: Iterable[tuple[Any, str]], names: dict[str, str], faults: list[str]
) -> None:
    for number, (entry, added_at) in enumerate(entries, 1):
        if entry is None:
            continue
        if not isinstance(entry, dict):
            faults.append(f"entry {number} of {table.name!r} is not what it should be")
            continue
        fields = {field: _text(entry, name) for field, name in names.items()}
        track = read_track(Cells(**fields), _WHOLE)
        if track is not None:
            table.tracks.append(track)
            table.rows.append(Row(track.ref, added_at))


def _list(said: Any, name: str) -> list[Any] | None:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, list) else None


def _text(said: Any, name: str) -> str:
    found = said.get(name)
    return found.replace("\0", "") if isinstance(found, str) else ""
