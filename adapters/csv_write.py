"""Playlists → Exportify CSV, in the form that exportify.net writes since 2025-05-23.

`adapters/csv_export.py` reads it back: the same references in the same order, with what is known
of them. The columns that nobody can know any more (popularity, most audio features) stay empty.
A library file holds all playlists in one, with some columns more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.contract import Row
from state.events import TrackSeen
from state.musical import PITCHES

HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)


LIBRARY = (
    f"Playlist name,Playlist number,{HEADER},ISRC,Album Artist Name(s),Disc Number,Track Number"
)
"""Number 0 is the Liked Songs; of two playlists with one name it tells which is which."""


def exportify(rows: Iterable[tuple[Row, TrackSeen]]) -> str:
    """The text of a backup: each row of a playlist with what is known of its track.

    The form has no way to write a `;` in an artist's name; it becomes a `,`.
    """
    listed = list(rows)
    # Until 2025-07 a comma stood between two artists. Where no row has two, a reader cannot tell
    # that it does not any more, and would take `Tyler,The Creator` apart.
    several = any(len(track.artists) > 1 for _, track in listed)
    return "\n".join([HEADER, *(_line(row, track, several) for row, track in listed)]) + "\n"


def library(playlists: Iterable[tuple[str, int, Iterable[tuple[Row, TrackSeen]]]]) -> str:
    """The text of a file of many playlists: each with its name, its number and its rows."""
    lines = [LIBRARY]
    blank = "," * (LIBRARY.count(",") - 1)
    for name, number, rows in playlists:
        place = f"{_quoted(name)},{number}"
        said = [f"{place},{_full_line(row, track)}" for row, track in rows]
        lines += said or [place + blank]
    return "\n".join(lines) + "\n"


def _full_line(row: Row, track: TrackSeen) -> str:
    more = [
        track.isrc,
        _quoted(_escaped(track.album_artists)),
        str(track.disc or ""),
        str(track.number or ""),
    ]
    return ",".join([_cells(row, track, _escaped(track.artists)), *more])


def _escaped(artists: Sequence[str]) -> str:
    return ";".join(name.replace(";", "\\;") for name in artists)


def _line(row: Row, track: TrackSeen, several: bool) -> str:
    return _cells(row, track, _joined(track.artists, several))


def _cells(row: Row, track: TrackSeen, artists: str) -> str:
    key, mode = _pitch(track.key)
    cells = [
        _bare(row.track if row.track.startswith("spotify:") else ""),
        _quoted(track.title),
        _quoted(track.album),
        _quoted(artists),
        _bare(track.released),
        str(track.duration_ms or ""),
        "",
        "" if track.explicit is None else str(track.explicit).lower(),
        _bare(row.added_by),
        _bare(row.added_at),
        _quoted(",".join(track.genres)),
        _quoted(track.label),
        *("", "", key, "", mode, "", "", "", "", ""),
        str(track.bpm or ""),
        "",
    ]
    return ",".join(cells)


def _joined(artists: Sequence[str], several: bool) -> str:
    names = [name.replace(";", ",") for name in artists]
    closing = ";" if not several and any("," in name for name in names) else ""
    return ";".join(names) + closing


def _pitch(key: str) -> tuple[str, str]:
    """Spotify's pitch class and mode (1: major) of a key like `F#m`."""
    major = key.removesuffix("m")
    if major not in PITCHES:
        return "", ""
    return str(PITCHES.index(major)), "1" if major == key else "0"


def _bare(text: str) -> str:
    """A cell that Exportify writes without quotes, unless it needs them."""
    return _quoted(text) if any(char in text for char in ',"\r\n') else text.replace("\0", "")


def _quoted(text: str) -> str:
    doubled = text.replace("\0", "").replace('"', '""')
    return f'"{doubled}"'
