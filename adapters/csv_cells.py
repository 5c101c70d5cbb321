"""Single cells of a backup → values. Whatever cannot be read is missing, never wrong."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus

from state.musical import beats, key_name

SEMICOLON = re.compile(";")
OWN_SEMICOLON = re.compile(r"(?<!\\);")
COMMA_BLANK = re.compile(r"(?<!\\), ")
BARE_COMMA = re.compile(r",(?! )(?!(?<=\d,)\d{3}\b)")
"""A comma that joins two names, not the one of `Earth, Wind & Fire` or `10,000 Maniacs`."""

_ID = re.compile(r"[0-9A-Za-z]{22}")
_TRACK = re.compile(r"spotify:track:([0-9A-Za-z]+)")
_URI = re.compile(r"spotify:[a-z]+:.+", re.DOTALL)
_URL = re.compile(r"https?://open\.spotify\.com/(?:intl-[\w-]+/)?([a-z]+)/([0-9A-Za-z]+)")

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_LENGTH = re.compile(r"(\d{1,9})(?:\.\d+)? ?s?")
_MINUTES = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([AaPp][Mm])?")

_LARGEST = 2**31

# Most cells of a library were met before (artists, dates, labels); that halves the time of a read.
_remembered = lru_cache(maxsize=1 << 15)


class Local(NamedTuple):
    """What the name of a local file says."""

    title: str
    artists: tuple[str, ...]
    album: str
    duration_ms: int


@_remembered
def text(cell: str) -> str:
    """The cell, or empty for the word that JavaScript writes when it has nothing."""
    cell = cell.strip()
    return "" if cell == "undefined" else cell


@_remembered
def number(cell: str) -> int:
    """A whole number from 0 on; 0 if it is none, or absurd."""
    value = _decimal(cell)
    return int(value) if 0 <= value < _LARGEST else 0


@_remembered
def tempo(cell: str) -> float:
    """Beats per minute; 0 if missing. Excel's comma is one of a decimal fraction."""
    return beats(cell)


def _decimal(cell: str) -> float:
    """-1 for what is no number."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return -1.0


@_remembered
def length(cell: str) -> int:
    """`225s`, `225` or `3:45` in milliseconds; 0 if it is none of these."""
    cell = text(cell)
    if (match := _LENGTH.fullmatch(cell)) is not None:
        # Without its unit it is in seconds, unless that would be ten hours.
        seconds = cell.endswith("s") or int(match[1]) < 36_000
        return int(match[1]) * (1000 if seconds else 1)
    if (match := _MINUTES.fullmatch(cell)) is not None:
        return ((int(match[1] or 0) * 60 + int(match[2])) * 60 + int(match[3])) * 1000
    return 0


@_remembered
def key(pitch: str, mode: str) -> str:
    """`Am`, `F#m`, `C`: sharps only; empty if either half is missing."""
    pitch_class, third = _decimal(pitch), _decimal(mode)
    if pitch_class not in range(12) or third not in (0, 1):
        return ""
    return key_name(int(pitch_class), minor=not third)


@_remembered
def explicit(cell: str) -> bool | None:
    """`true` and `false` in any case."""
    return {"true": True, "false": False}.get(cell.strip().lower())


@_remembered
def isrc(cell: str) -> str:
    """Upper case, without blanks or hyphens."""
    return "".join(text(cell).replace("-", "").split()).upper()


@_remembered
def names(cell: str, joint: re.Pattern[str]) -> tuple[str, ...]:
    """Artists, split where `joint` matches; `\\,` and `\\;` are signs of a name."""
    cell = text(cell)
    if "," not in cell and ";" not in cell:
        return (cell,) if cell else ()
    parts = [text(part) for part in joint.split(cell)]
    if "\\" in cell:
        parts = [part.replace("\\,", ",").replace("\\;", ";") for part in parts]
    return tuple(filter(None, parts))


@_remembered
def playlist(cell: str) -> str:
    """The name of a playlist as one line, without signs that steer a terminal."""
    cell = "".join(c if unicodedata.category(c) != "Cc" else " " for c in cell)
    return unicodedata.normalize("NFC", cell.strip())


@_remembered
def genres(cell: str) -> tuple[str, ...]:
    """Genres, each once, in their order."""
    return tuple(dict.fromkeys(g for part in cell.split(",") if (g := text(part))))


def reference(cell: str) -> str | None:
    """`spotify:track:…` or a whole `spotify:local:…`; empty for what names nothing.

    None for what is no music: a podcast's episode, an audiobook's chapter.
    """
    cell = text(cell)
    if _TRACK.fullmatch(cell) or cell.startswith("spotify:local:"):
        return cell
    if _ID.fullmatch(cell):
        return f"spotify:track:{cell}"
    if (match := _URL.match(cell)) is not None:
        return f"spotify:track:{match[2]}" if match[1] == "track" else None
    return None if _URI.fullmatch(cell) and not cell.startswith("spotify:track:") else ""


def row_reference(artists: tuple[str, ...], title: str, album: str, duration_ms: int) -> str:
    """A name for a row without an id: the same for the same artists, title, album and duration."""
    said = "\x1f".join(("\x1e".join(artists), title, album, str(duration_ms)))
    said = unicodedata.normalize("NFC", said).casefold()
    return "csv:row:" + hashlib.sha256(said.encode()).hexdigest()[:16]


def local(uri: str) -> Local:
    """The parts of `spotify:local:{artist}:{album}:{title}:{seconds}`; any may be empty."""
    parts = [unquote_plus(part).strip() for part in uri.split(":")[2:]]
    if len(parts) != 4:
        return Local("", (), "", 0)
    artist, album, title, seconds = parts
    return Local(title, (artist,) if artist else (), album, number(seconds) * 1000)


@_remembered
def released(cell: str) -> str:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty for `0000` and for what is no date."""
    cell = text(cell)
    if (match := _DATE.fullmatch(cell)) is not None:
        year, month, day = match.groups()
        if year == "0000":
            return ""
        if month is None or not 1 <= int(month) <= 12:
            return year
        return cell if day is None or 1 <= int(day) <= 31 else f"{year}-{month}"
    return _date(cell)


def added_at(cell: str) -> str:
    """ISO 8601 as given; Excel's forms become it (their clock is that of the export, UTC)."""
    cell = text(cell)
    if _TIMESTAMP.fullmatch(cell):
        return cell
    day, _, clock = cell.partition(" ")
    date = _date(day)
    match = _CLOCK.fullmatch(clock.strip())
    if not date or match is None:
        return "" if clock else date
    hour, minute, second = int(match[1]), match[2], match[3] or "00"
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return f"{date}T{hour:02}:{minute}:{second}Z" if hour < 24 and minute < "60" else ""


def _date(cell: str) -> str:
    """Excel's M/D/YYYY, also D/M/YYYY where that alone is possible, D.M.YYYY, YYYY/M/D."""
    if (match := _YEAR_FIRST.fullmatch(cell)) is not None:
        year, month, day = match[1], int(match[2]), int(match[3])
    elif (match := _YEAR_LAST.fullmatch(cell)) is not None:
        year, month, day = match[4], int(match[1]), int(match[3])
        if match[2] == "." or (month > 12 >= day):
            month, day = day, month
    else:
        return ""
    return f"{year}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""
