"""The text of one Exportify backup → what it says of its tracks, and its rows in their order."""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from adapters import csv_cells as cell
from adapters.contract import Row
from adapters.csv_dialects import FEATURES, Columns, NotABackup, Tool, sniff
from state.events import TrackSeen
from state.values import Ref

# The module's own limit of 128 KiB would refuse a cell that a person pasted something into.
csv.field_size_limit(1 << 20)


class Table(NamedTuple):
    """A backup as it was read."""

    tracks: list[TrackSeen]
    """One for each row."""
    rows: list[Row]
    torn: str
    """Why this may not be all of it; empty: it is."""


class _Cells(NamedTuple):
    """What a record says of its track, by field; empty where the file has no such column."""

    uri: str
    id: str
    url: str
    title: str
    artists: str
    album: str
    album_artists: str
    released: str
    disc: str
    number: str
    duration: str
    explicit: str
    isrc: str
    genres: str
    album_genres: str
    label: str
    key: str
    mode: str
    tempo: str


class _Records(NamedTuple):
    cells: list[_Cells]
    added: list[tuple[str, str]]
    """When and by whom, for each of `cells`."""
    faults: list[str]
    end: bool
    """The last record is whole even if no line break follows it."""


def read_table(text: str) -> Table:
    """Read a backup's text. Raises `NotABackup` if it has no header that names tracks.

    Rows that are not whole are left out, and `torn` says so; rows without music are just left out.
    """
    stream = io.StringIO(text, newline="")
    header, before = "", 0
    while not header.strip():
        header = stream.readline()
        before += 1
        if not header:
            raise NotABackup("it is empty; export the playlist again, or delete the file")
    delimiter, columns = sniff(header)
    records = _records(stream, delimiter, columns, before)
    torn = records.faults
    if not torn and not records.end and not text.endswith(("\n", "\r")):
        torn = ["the file ends in the middle of a row"]
    joint = _joint(records.cells, columns.tool)
    tracks, rows = [], []
    for cells, (at, by) in zip(records.cells, records.added, strict=True):
        track = _read_track(cells, joint)
        if track is not None:
            tracks.append(track)
            by = cell.text(by).removeprefix("spotify:user:")
            rows.append(Row(track.ref, cell.added_at(at), by))
    more = f" (and {len(torn) - 1} more like it)" if len(torn) > 1 else ""
    return Table(tracks, rows, "".join(torn[:1]) + more)


def _records(stream: io.StringIO, delimiter: str, columns: Columns, before: int) -> _Records:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    features = columns.at.get("danceability", -1)
    # A field without a column reads the empty cell that every record gets at its end.
    pick = itemgetter(*(columns.at.get(field, -1) for field in _Cells._fields))
    pick_added = itemgetter(*(columns.at.get(field, -1) for field in ("added_at", "added_by")))
    records: list[_Cells] = []
    added: list[tuple[str, str]] = []
    faults: list[str] = []
    end = False
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return _Records(records, added, faults, end)
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
        records.append(_Cells._make(pick(cells)))
        added.append(pick_added(cells))


def _joint(records: list[_Cells], tool: Tool) -> re.Pattern[str]:
    """What stands between two artists of this file.

    exportify.net joined with `,` until 2025-07, when it also dropped quotes from names, and joins
    with `;` since; so in its files a comma with a blank always belongs to a name.
    """
    if tool == "app":
        return cell.COMMA_BLANK
    if any(";" in cells.artists for cells in records):
        return cell.SEMICOLON
    if tool == "other":
        return cell.COMMA_BLANK
    quoted = any('"' in cells.title or '"' in cells.album for cells in records)
    return cell.SEMICOLON if quoted else cell.BARE_COMMA


@lru_cache(maxsize=1 << 15)
def _read_track(cells: _Cells, joint: re.Pattern[str]) -> TrackSeen | None:
    """What a record says of its track; None if that is no music: a podcast, nothing at all.

    Remembered, because a track is on several playlists and every backup says the same of it.
    """
    title = cell.text(cells.title)
    artists = cell.names(cells.artists, joint)
    album = cell.text(cells.album)
    duration = cell.number(cells.duration)
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
