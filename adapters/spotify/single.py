"""One thing at Spotify, by its address: a playlist, an album, a track."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from adapters.contract import Permanent, PlaylistListed, Row, Sighting
from adapters.spotify import reading, rows
from adapters.spotify.client import Client, Json
from state.events import PlaylistSeen, TrackSeen
from state.values import PlaylistRef, Ref

ASKED = "asked for"
"""The origin of playlists that no account's listing holds: none can say that they are gone."""
_URL = re.compile(
    r"(?:https?://)?open\.spotify\.com/(?:intl-[\w-]+/)?(?:embed/)?(?:user/[^/]+/)?"
    r"([a-z]+)/([0-9A-Za-z]{22})(?:[/?#].*)?"
)
_URI = re.compile(r"spotify:(?:user:[^:]+:)?([a-z]+):([0-9A-Za-z]{22})")
BY_CSV = "export it (with Exportify, say), then sync import csv FILE"


class Address(NamedTuple):
    """What a web address or a URI of Spotify names."""

    kind: str
    """`playlist`, `album`, `track`, or what we know nothing of (`artist`, `episode`, …)."""
    id: str

    @property
    def ref(self) -> str:
        """Its URI."""
        return f"spotify:{self.kind}:{self.id}"


def address(said: str) -> Address | None:
    """What is meant; None: it is no address of one thing at Spotify."""
    found = _URL.fullmatch(said.strip()) or _URI.fullmatch(said.strip())
    return Address(found[1], found[2]) if found else None


def playlist(
    client: Client, id: str, known: Sequence[Row] = (), origin: str = ""
) -> Iterator[Sighting]:
    """A playlist with its rows, also one that is not in the account's library.

    Args:
        known: its rows as far as is known.
        origin: of the playlist, if it is known already.

    Raises:
        Permanent: it may not be read. And all that `Client` raises.
    """
    ref = rows.playlist_ref(id)
    try:
        read = reading.read(client, id, known)
    except Permanent as error:
        raise Permanent(f"{ref}: {error}; {BY_CSV}") from None
    part = rows.sort(read.entries, known)
    yield from part.tracks
    yield from part.gone
    partial = not (read.whole or read.guessed or known)
    seen = PlaylistSeen(ref, rows.SOURCE, read.name, origin or ASKED, partial=partial)
    yield PlaylistListed(seen, tuple(part.rows), read.whole, read.from_top)


def album(client: Client, id: str) -> Iterator[Sighting]:
    """An album as a playlist of its tracks, in their order; its tracks come without ISRC.

    Raises:
        Permanent: there is no such album. And all that `Client` raises.
    """
    ref = PlaylistRef(f"spotify:album:{id}")
    try:
        told, found = _album(client, id)
    except Permanent as error:
        raise Permanent(f"{ref}: {error}") from None
    bare = {key: value for key, value in told.items() if key != "tracks"}
    whole = [item | {"album": bare} for item in found]
    entries = rows.entries([{"item": item} for item in whole])
    part = rows.sort(entries)
    yield from part.tracks
    artists = ", ".join(rows.names(told.get("artists")))
    name = " - ".join(word for word in (artists, rows.line(told.get("name"))) if word)
    total = rows.total(told)
    seen = PlaylistSeen(ref, rows.SOURCE, name, ASKED)
    yield PlaylistListed(seen, tuple(part.rows), len(found) == total and not part.nameless)


def _album(client: Client, id: str) -> tuple[Json, list[Json]]:
    """An album, and all its tracks."""
    told = client.album(id)
    page = rows.page(told) or {}
    found = list(page.get("items") or ())
    while page.get("next") and len(found) < (rows.total(told) or 0):
        page = client.album_tracks(id, len(found))
        more = page.get("items")
        if not isinstance(more, list) or not more:
            break
        found += more
    return told, [item for item in found if isinstance(item, dict)]


def track(client: Client, id: str) -> Iterator[TrackSeen]:
    """A track.

    Raises:
        Permanent: there is none. And all that `Client` raises.
    """
    ref = f"spotify:track:{id}"
    try:
        seen = rows.track(client.track(id))
    except Permanent as error:
        raise Permanent(f"{ref}: {error}") from None
    if seen is None or not seen.title:
        raise Permanent(f"{ref}: Spotify has nothing behind it any more")
    if ref not in (seen.ref, *seen.aka):
        seen = msgspec.structs.replace(seen, aka=(*seen.aka, Ref(ref)))
    yield seen
