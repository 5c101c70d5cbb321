"""SoundCloud's JSON → what it says of tracks and rows. Pure. Anything may be null or missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from adapters.contract import Row
from state.events import TrackSeen
from state.values import Ref

SOURCE = "soundcloud"
Json = dict[str, Any]


class Entry(NamedTuple):
    """One row of a page as it was read."""

    number: int
    """Of the track; 0: there is none (a set that was liked, or something deleted)."""
    added_at: str
    seen: TrackSeen | None
    """None: only its number was told."""
    lost: bool = False
    """Nothing is there any more, and it is not told what it was."""


def ref(number: int) -> Ref:
    """Of a track."""
    return Ref(f"soundcloud:{number}")


def number(track: Ref) -> int:
    """Of a reference; 0: it is none with a number."""
    rest = track.removeprefix("soundcloud:")
    return int(rest) if rest.isascii() and rest.isdigit() else 0


def line(told: Any) -> str:
    """A text as one line without signs that steer a terminal."""
    if not isinstance(told, str):
        return ""
    plain = "".join(c if unicodedata.category(c) != "Cc" else " " for c in told)
    return unicodedata.normalize("NFC", plain.strip())


def count(told: Any) -> int:
    """A number that cannot be negative."""
    return int(told) if isinstance(told, int | float) and told > 0 else 0


def entry(row: Any) -> Entry:
    """A row of uploads (a track) or of likes (an object that holds one)."""
    if not isinstance(row, dict):
        return Entry(0, "", None, lost=True)
    if "playlist" in row or row.get("kind") == "playlist":
        return Entry(0, "", None)
    track = row.get("track") if "track" in row else row
    if not isinstance(track, dict):
        return Entry(0, line(row.get("created_at")), None, lost=True)
    # Of a like it is when it was liked, of an upload when it was uploaded.
    return Entry(count(track.get("id")), line(row.get("created_at")), seen(track))


def seen(track: Json) -> TrackSeen | None:
    """What is told of a track; None: nothing but its number."""
    title, id = line(track.get("title")), count(track.get("id"))
    if not title or not id:
        return None
    user, published = _object(track.get("user")), _object(track.get("publisher_metadata"))
    artist = line(published.get("artist")) or line(user.get("username"))
    genre, explicit = line(track.get("genre")), published.get("explicit")
    isrc = line(published.get("isrc"))
    length = count(track.get("full_duration")) or count(track.get("duration"))
    return TrackSeen(
        ref=ref(id),
        source=SOURCE,
        title=title,
        artists=(artist,) if artist else (),
        album=line(published.get("album_title")),
        duration_ms=length,
        isrc="".join(isrc.replace("-", "").split()).upper(),
        released=line(track.get("release_date"))[:10],
        explicit=explicit if isinstance(explicit, bool) else None,
        genres=(genre,) if genre else (),
        label=line(track.get("label_name")),
        cover=_picture(track.get("artwork_url")),
    )


def _picture(told: Any) -> str:
    """The address of the artwork: of 100 pixels as it is told, of 500 under another name."""
    return line(told).replace("-large.", "-t500x500.")


def _object(told: Any) -> Json:
    return told if isinstance(told, dict) else {}


def kept(read: Sequence[Row], known: Sequence[Row], gone: Iterable[Ref]) -> list[Row]:
    """Rows as they were read, and those of tracks that are gone at the place where they were."""
    rows, lost = list(read), set(gone)
    there = [row.track for row in rows]
    for place, row in enumerate(known):
        if row.track not in lost or row.track in there:
            continue
        before = next((one.track for one in reversed(known[:place]) if one.track in there), None)
        at = there.index(before) + 1 if before is not None else 0
        rows.insert(at, row)
        there.insert(at, row.track)
    return rows
