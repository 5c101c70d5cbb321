"""Spotify's JSON → what it says of tracks and rows. Pure; both shapes, whatever the app's regime.

`items` and `item` are the names since 2026, `tracks` and `track` those before, and some apps get
both. Anything may be null, and anything may be missing.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from adapters.contract import Row
from state.events import TrackDelisted, TrackSeen
from state.values import PlaylistRef, Ref

SOURCE = "spotify"
LIKED = "Liked Songs"
LARGE = 1200
"""Pixels: more is not written into audio files."""
EPOCH = "1970-"
"""What very old rows have for a date."""


class Entry(NamedTuple):
    """One row as it was read."""

    seen: TrackSeen | None
    """None: no music (an episode), or nothing any more."""
    music: bool
    """False: an episode, a chapter. True without `seen`: a null row."""
    added_at: str
    added_by: str


class Sorted(NamedTuple):
    """Rows that can be told."""

    tracks: list[TrackSeen]
    rows: list[Row]
    gone: list[TrackDelisted]
    nameless: int
    """Rows that no reference is known of."""


def playlist_ref(id: str) -> PlaylistRef:
    """Of a playlist."""
    return PlaylistRef(f"spotify:playlist:{id}")


def liked_ref(account: str) -> PlaylistRef:
    """Of an account's Liked Songs."""
    return PlaylistRef(f"spotify:user:{account}:collection")


def line(told: Any) -> str:
    """A text as one line without signs that steer a terminal."""
    if not isinstance(told, str):
        return ""
    if not told.isprintable():
        told = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in told)
    return unicodedata.normalize("NFC", told.strip())


def page(playlist: dict[str, Any]) -> dict[str, Any] | None:
    """The first rows that come with a playlist; None: they may not be read."""
    for name in ("items", "tracks"):
        found = playlist.get(name)
        if isinstance(found, dict) and isinstance(found.get("items"), list):
            return found
    return None


def total(playlist: dict[str, Any]) -> int | None:
    """How many rows a listed playlist has; None: that is not told."""
    for name in ("items", "tracks"):
        found = playlist.get(name)
        if isinstance(found, dict) and isinstance(found.get("total"), int):
            return int(found["total"])
    return None


def entries(rows: Iterable[Any]) -> list[Entry]:
    """The rows of a page, of a playlist or of Liked Songs."""
    return [_entry(row if isinstance(row, dict) else {}) for row in rows]


def _entry(row: dict[str, Any]) -> Entry:
    item = row.get("item") or row.get("track")
    added_at = line(row.get("added_at"))
    by = row.get("added_by")
    seen = track(item) if isinstance(item, dict) else None
    music = not isinstance(item, dict) or _is_track(item)
    return Entry(
        seen,
        music,
        "" if added_at.startswith(EPOCH) else added_at,
        line(by.get("id")) if isinstance(by, dict) else "",
    )


def _is_track(item: dict[str, Any]) -> bool:
    uri = item.get("uri")
    known = isinstance(uri, str) and uri.startswith(("spotify:track:", "spotify:local:"))
    return known or item.get("type", "track") == "track" or bool(item.get("is_local"))


def track(item: dict[str, Any]) -> TrackSeen | None:
    """What an object says of a track; None: it is none, or has no name to call it by.

    A relinked track has its substitute's id, but still the web address of the one asked for.
    """
    own = _reference(item)
    if not own or not _is_track(item):
        return None
    ref = _original(item) or own
    if not own.startswith("spotify:track:"):
        ref = own
    album = item.get("album")
    album = album if isinstance(album, dict) else {}
    ids = item.get("external_ids")
    isrc = line(ids.get("isrc")) if isinstance(ids, dict) else ""
    released = line(album.get("release_date"))
    explicit = item.get("explicit")
    return TrackSeen(
        ref=Ref(ref),
        source=SOURCE,
        title=line(item.get("name")),
        artists=names(item.get("artists")),
        album=line(album.get("name")),
        album_artists=names(album.get("artists")),
        duration_ms=_number(item.get("duration_ms")),
        isrc="".join(isrc.replace("-", "").split()).upper(),
        released="" if released.startswith("0000") else released,
        disc=_number(item.get("disc_number")),
        number=_number(item.get("track_number")),
        explicit=explicit if isinstance(explicit, bool) else None,
        aka=() if ref == own else (Ref(own),),
        cover=_picture(album.get("images")),
    )


def _picture(images: Any) -> str:
    """The address of the largest picture that is not larger than players show."""
    told = images if isinstance(images, list) else []
    sized = [
        (width if width <= LARGE else 0, line(image.get("url")))
        for image in told
        if isinstance(image, dict) and isinstance(width := image.get("width") or 0, int)
    ]
    return max(sized, key=lambda one: one[0], default=(0, ""))[1]


def _reference(item: dict[str, Any]) -> str:
    uri, id = item.get("uri"), item.get("id")
    if isinstance(uri, str) and uri.startswith(("spotify:track:", "spotify:local:")):
        return uri
    return f"spotify:track:{id}" if isinstance(id, str) and id else ""


def _original(item: dict[str, Any]) -> str:
    """The reference that was asked for."""
    before = item.get("linked_from")
    if isinstance(before, dict) and (found := _reference(before)):
        return found
    urls = item.get("external_urls")
    url = urls.get("spotify") if isinstance(urls, dict) else None
    _, track, id = (url if isinstance(url, str) else "").partition("/track/")
    id = id.partition("?")[0]
    return f"spotify:track:{id}" if track and id.isalnum() else ""


def names(artists: Any) -> tuple[str, ...]:
    """Of artists."""
    if not isinstance(artists, list):
        return ()
    told = (line(artist.get("name")) for artist in artists if isinstance(artist, dict))
    return tuple(name for name in told if name)


def _number(told: Any) -> int:
    return int(told) if isinstance(told, int | float) and 0 < told < 2**31 else 0


def sort(read: Sequence[Entry], known: Sequence[Row] = ()) -> Sorted:
    """What rows tell, in their order.

    A null row that stands where a known one stood (added at the same time by the same person) is
    still that one: the service has lost the track, nobody has taken it off.
    """
    left = Counter(row.track for row in known)
    left.subtract(entry.seen.ref for entry in read if entry.seen is not None)
    lost = [row for row in known if left[row.track] > 0]
    told = Sorted([], [], [], sum(entry.seen is None and entry.music for entry in read))
    seen: set[Ref] = set()
    for entry in read:
        if entry.seen is not None:
            if entry.seen.ref not in seen:
                seen.add(entry.seen.ref)
                told.tracks.append(entry.seen)
            told.rows.append(Row(entry.seen.ref, entry.added_at, entry.added_by))
        elif entry.music:
            when = (entry.added_at, entry.added_by)
            # Without a date any row may be meant, also one that somebody has taken off.
            sure = bool(entry.added_at) or len(read) >= len(known)
            same = (row for row in lost if (row.added_at, row.added_by) == when)
            was = next(same, None) if sure else None
            if was is not None:
                lost.remove(was)
                told.rows.append(was)
                if was.track not in {gone.ref for gone in told.gone}:
                    told.gone.append(TrackDelisted(was.track, SOURCE))
    return told._replace(nameless=told.nameless - (len(told.rows) - _read(read)))


def _read(read: Sequence[Entry]) -> int:
    return sum(entry.seen is not None for entry in read)
