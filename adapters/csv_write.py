"""Playlists → Exportify CSV, in the form that exportify.net writes since 2025-05-23.

`adapters/csv_export.py` reads it back: the same references in the same order, with what is known
of them. The columns that nobody can know any more (popularity, most audio features) stay empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.contract import Row
from adapters.csv_cells import PITCHES
from state.events import TrackSeen

HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)


def exportify(rows: Iterable[tuple[Row, TrackSeen]]) -> str:
    """The text of a backup: each row of a playlist with what is known of its track.

    The form has no way to write a `;` in an artist's name; it becomes a `,`.
    """
    listed = list(rows)
    # Until 2025-07 a comma stood between two artists. Where no row has two, a reader cannot tell
    # that it does not any more, and would take `Tyler,The Creator` apart.
    several = any(len(track.artists) > 1 for _, track in listed)
    return "\n".join([HEADER, *(_line(row, track, several) for row, track in listed)]) + "\n"


def _line(row: Row, track: TrackSeen, several: bool) -> str:
    key, mode = _pitch(track.key)
    cells = [
        _bare(row.track if row.track.startswith("spotify:") else ""),
        _quoted(track.title),
        _quoted(track.album),
        _quoted(_joined(track.artists, several)),
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
