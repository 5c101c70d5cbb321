"""The text of a CSV → what it says of its tracks, and its rows in their order."""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from adapters import csv_cells as cell
from adapters.contract import Row
from adapters.csv_book import LIKED, Book, CannotRead, Table
from adapters.csv_dialects import FEATURES, Columns, Tool, sniff
from state.events import TrackSeen
from state.values import Ref

# The module's own limit of 128 KiB would refuse a cell that a person pasted something into.
csv.field_size_limit(1 << 20)


class Cells(NamedTuple):
    """What a record says of its track, by field; empty where the file has no such column."""

    uri: str = ""
    id: str = ""
    url: str = ""
    title: str = ""
    artists: str = ""
    album: str = ""
    album_artists: str = ""
    released: str = ""
    disc: str = ""
    number: str = ""
    duration: str = ""
    length: str = ""
    explicit: str = ""
    isrc: str = ""
    genres: str = ""
    album_genres: str = ""
    label: str = ""
    key: str = ""
    mode: str = ""
    tempo: str = ""


class _About(NamedTuple):
    """What a record says of its place on a playlist."""

    added_at: str
    added_by: str
    playlist: str
    playlist_number: str
    type: str


class _Records(NamedTuple):
    cells: list[Cells]
    about: list[_About]
    """For each of `cells`."""
    faults: list[str]
    end: bool
    """The last record is whole even if no line break follows it."""


def read_book(text: str) -> Book:
    """Read a backup's text.

    Rows that are not whole are left out, and `torn` says so; rows without music are just left out.

    Raises:
        CannotRead: there is no text.
        NotABackup: it has no header that names tracks.
    """
    stream = io.StringIO(text, newline="")
    header, before = "", 0
    while not header.strip():
        header = stream.readline()
        before += 1
        if not header:
            raise CannotRead("it is empty; export the playlist again, or delete the file")
    delimiter, columns = sniff(header)
    records = _records(stream, delimiter, columns, before)
    torn = records.faults
    if not torn and not records.end and not text.endswith(("\n", "\r")):
        torn = ["the file ends in the middle of a row"]
    more = f" (and {len(torn) - 1} more like it)" if len(torn) > 1 else ""
    # The name of a column may be cut too, even the one that tells of several playlists.
    lacking = bool(torn) and (columns.several or not header.endswith(("\n", "\r")))
    thin = columns.tool in ("tunemymusic", "other")
    return Book(_tables(records, columns), "".join(torn[:1]) + more, lacking, thin)


def _tables(records: _Records, columns: Columns) -> list[Table]:
    joint = _joint(records.cells, columns.tool)
    alone = None if columns.several else Table([], [])
    tables: dict[tuple[bool, str, str], Table] = {}
    for cells, about in zip(records.cells, records.about, strict=True):
        if columns.tool == "tunemymusic" and not cells.artists.strip():
            cells = _parted(cells)
        track = read_track(cells, joint)
        if track is None and (alone is not None or not about.playlist.strip()):
            continue
        table = alone if alone is not None else _table(tables, about, columns.tool)
        if track is not None:
            by = cell.text(about.added_by).removeprefix("spotify:user:")
            table.tracks.append(track)
            table.rows.append(Row(track.ref, cell.added_at(about.added_at), by))
    return list(tables.values()) if alone is None else [alone]


def _table(tables: dict[tuple[bool, str, str], Table], about: _About, tool: Tool) -> Table:
    """The playlist that a row of a file of several is on; an empty one has a row of its own."""
    name, number = cell.playlist(about.playlist), about.playlist_number.strip()
    favourite = about.type.strip().casefold().startswith(("favorite", "favourite"))
    liked = number == "0" if tool == "ours" else favourite
    name = LIKED if liked else name
    key = (liked, name, number)
    if key not in tables:
        tables[key] = Table([], [], name, liked)
    return tables[key]


def _parted(cells: Cells) -> Cells:
    """A row from YouTube names both in one: `Artist - Title`."""
    artist, dash, title = cells.title.partition(" - ")
    whole = dash and artist.strip() and title.strip()
    return cells._replace(artists=artist, title=title) if whole else cells


def _records(stream: io.StringIO, delimiter: str, columns: Columns, before: int) -> _Records:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    features = columns.at.get("danceability", -1)
    # A field without a column reads the empty cell that every record gets at its end.
    pick = itemgetter(*(columns.at.get(field, -1) for field in Cells._fields))
    pick_about = itemgetter(*(columns.at.get(field, -1) for field in _About._fields))
    records: list[Cells] = []
    about: list[_About] = []
    faults: list[str] = []
    end = False
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return _Records(records, about, faults, end)
        except csv.Error as error:
            faults.append(f"line {line}: a quote is not closed or out of place ({error})")
            continue
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        missing = columns.width - len(cells)
        # A cut inside the last cell leaves it empty, a cut before the features leaves them out.
        end = missing == 0 and bool(cells[-1].strip())
        if missing == FEATURES and features >= 0:
            # The features of this track could not be had, and its row was written without them.
            cells[features:features] = [""] * FEATURES
        elif missing:
            faults.append(f"line {line}: {len(cells)} columns instead of {columns.width}")
            continue
        cells.append("")
        records.append(Cells._make(pick(cells)))
        about.append(_About._make(pick_about(cells)))


def _joint(records: list[Cells], tool: Tool) -> re.Pattern[str]:
    """What stands between two artists of this file.

    exportify.net joined with `,` until 2025-07, when it also dropped quotes from names, and joins
    with `;` since; so in its files a comma with a blank always belongs to a name.
    """
    if tool in ("app", "ours"):
        return cell.COMMA_BLANK if tool == "app" else cell.OWN_SEMICOLON
    if any(";" in cells.artists for cells in records):
        return cell.SEMICOLON
    if tool != "net":
        return cell.COMMA_BLANK
    quoted = any('"' in cells.title or '"' in cells.album for cells in records)
    return cell.SEMICOLON if quoted else cell.BARE_COMMA


@lru_cache(maxsize=1 << 15)
def read_track(cells: Cells, joint: re.Pattern[str]) -> TrackSeen | None:
    """What a record says of its track; None if that is no music: a podcast, nothing at all.

    Remembered, because a track is on several playlists and every backup says the same of it.
    """
    title = cell.text(cells.title)
    artists = cell.names(cells.artists, joint)
    album = cell.text(cells.album)
    duration = cell.number(cells.duration) or cell.length(cells.length)
    ref = cell.reference(cells.uri)
    if ref == "":
        ref = cell.reference(cells.id) or cell.reference(cells.url)
    if ref is None or not (ref or title):
        return None
    if not ref:
        ref = cell.row_reference(artists, title, album, duration)
    elif ref.startswith("spotify:local:"):
        local = cell.local(ref)
        title, artists = title or local.title, artists or local.artists
        album, duration = album or local.album, duration or local.duration_ms
    return TrackSeen(
        ref=Ref(ref),
        source="csv",
        title=title,
        artists=artists,
        album=album,
        album_artists=cell.names(cells.album_artists, joint),
        duration_ms=duration,
        isrc=cell.isrc(cells.isrc),
        released=cell.released(cells.released),
        disc=cell.number(cells.disc),
        number=cell.number(cells.number),
        explicit=cell.explicit(cells.explicit),
        genres=cell.genres(cells.genres) or cell.genres(cells.album_genres),
        label=cell.text(cells.label),
        bpm=cell.tempo(cells.tempo),
        key=cell.key(cells.key, cells.mode),
    )
