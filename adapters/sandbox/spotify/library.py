"""The music that the sandbox knows: artists, albums, tracks, shows, playlists, liked songs.

Rows name their item by URI, so that what happens to an item (renamed, withdrawn, relinked) happens
to it in every playlist.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote_plus

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARKETS = ("AR", "AU", "AT", "DE", "GB", "JP", "NL", "SE", "US")
"""Where everything is to be had; the real list has 184 of them."""


def an_id(seed: str) -> str:
    """22 digits of base 62: what every object but a user has for an id. Equal seeds, equal ids."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16])
    return "".join(DIGITS[number // 62**place % 62] for place in range(21, -1, -1))


def iso(seconds: float) -> str:
    """`2026-11-22T10:00:00Z`: the form of `added_at`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class User:
    """`account_id` is what the account keeps for ever; only the own account shows it."""

    id: str
    name: str | None
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Artist:
    id: str
    name: str
    genres: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        return f"spotify:artist:{self.id}"


@dataclass(frozen=True, slots=True)
class Album:
    """`released` is `2024-05-31`, `2024-05` or `2024`."""

    id: str
    name: str
    artists: tuple[Artist, ...]
    released: str = "2020-01-01"
    kind: str = "album"
    total_tracks: int = 1
    upc: str = ""
    label: str = ""

    @property
    def uri(self) -> str:
        return f"spotify:album:{self.id}"


@dataclass(frozen=True, slots=True)
class Track:
    """`restriction` is why it cannot be played (`market`, `product`, `explicit`), or nothing.

    A ghost, of which the service has kept nothing but the id, is a track without a name.
    """

    id: str
    name: str
    artists: tuple[Artist, ...]
    album: Album
    duration_ms: int = 200_000
    isrc: str = ""
    number: int = 1
    disc: int = 1
    explicit: bool = False
    popularity: int = 50
    restriction: str = ""

    @property
    def uri(self) -> str:
        return f"spotify:track:{self.id}"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the person's own that lies on a playlist; the service knows only its tags."""

    artist: str
    album: str
    name: str
    seconds: int

    @property
    def uri(self) -> str:
        words = ":".join(quote_plus(word) for word in (self.artist, self.album, self.name))
        return f"spotify:local:{words}:{self.seconds}"


@dataclass(frozen=True, slots=True)
class Show:
    id: str
    name: str
    publisher: str = ""
    total_episodes: int = 1

    @property
    def uri(self) -> str:
        return f"spotify:show:{self.id}"


@dataclass(frozen=True, slots=True)
class Episode:
    id: str
    name: str
    show: Show
    duration_ms: int = 1_800_000
    released: str = "2024-01-01"

    @property
    def uri(self) -> str:
        return f"spotify:episode:{self.id}"


Item = Track | LocalFile | Episode


@dataclass(slots=True)
class Row:
    """One place on a playlist. `by` is a user's id, empty where nobody knows any more."""

    uri: str
    added_at: str | None
    by: str | None = ""


@dataclass(slots=True)
class Playlist:
    """`withheld` is one of the service's own: null in the list of playlists, 404 by itself."""

    id: str
    name: str
    owner: User
    rows: list[Row] = field(default_factory=list)
    description: str | None = ""
    public: bool | None = True
    collaborative: bool = False
    collaborators: set[str] = field(default_factory=set)
    withheld: bool = False
    revision: int = 1

    @property
    def uri(self) -> str:
        return f"spotify:playlist:{self.id}"

    @property
    def snapshot_id(self) -> str:
        """Four bytes that count the changes, twenty that nobody can guess, in base 64."""
        chance = hashlib.sha1(f"{self.id} {self.revision}".encode()).digest()
        return base64.b64encode(self.revision.to_bytes(4, "big") + chance).decode()

    def belongs_to(self, user: str) -> bool:
        """Whether its rows are the user's to read and to write."""
        return self.owner.id == user or (self.collaborative and user in self.collaborators)


@dataclass(frozen=True, slots=True)
class Liked:
    uri: str
    added_at: str


class Library:
    """An account and everything around it. Lists are in the order in which the service shows them.

    `listed` are ids of playlists, own and followed; `liked` is newest first; `relinked` names for
    a track's URI the URI of the one that is played in its place.
    """

    def __init__(self, account: User) -> None:
        self.account = account
        self.users: dict[str, User] = {account.id: account}
        self.artists: dict[str, Artist] = {}
        self.albums: dict[str, Album] = {}
        self.shows: dict[str, Show] = {}
        self.items: dict[str, Item | None] = {}
        self.playlists: dict[str, Playlist] = {}
        self.listed: list[str] = []
        self.liked: list[Liked] = []
        self.kept: dict[str, str] = {}
        self.relinked: dict[str, str] = {}
        self._on_album: dict[str, list[str]] = {}

    def put(self, *items: Item) -> None:
        """Make items known, with their artists, albums and shows; a known one is replaced."""
        for item in items:
            self.items[item.uri] = item
            if isinstance(item, Episode):
                self.shows[item.show.id] = item.show
            elif isinstance(item, Track):
                self.albums[item.album.id] = item.album
                for artist in (*item.artists, *item.album.artists):
                    self.artists[artist.id] = artist
                there = self._on_album.setdefault(item.album.id, [])
                if item.uri not in there:
                    there.append(item.uri)

    def put_playlist(self, playlist: Playlist, *, listed: bool = True) -> Playlist:
        self.playlists[playlist.id] = playlist
        self.users.setdefault(playlist.owner.id, playlist.owner)
        if listed and playlist.id not in self.listed:
            self.listed.append(playlist.id)
        return playlist

    def like(self, uris: Iterable[str], added_at: str) -> None:
        """The last one becomes the newest."""
        known = {liked.uri for liked in self.liked}
        new = [Liked(uri, added_at) for uri in uris if uri not in known]
        self.liked[:0] = reversed(new)

    def track(self, uri: str) -> Track | None:
        found = self.items.get(uri)
        return found if isinstance(found, Track) else None

    def tracks(self) -> Iterator[Track]:
        return (item for item in self.items.values() if isinstance(item, Track))

    def on_album(self, album: str) -> list[Track]:
        """In the album's order."""
        found = [self.track(uri) for uri in self._on_album.get(album, [])]
        return sorted((t for t in found if t), key=lambda track: (track.disc, track.number))

    def albums_of(self, artist: str) -> list[Album]:
        """Newest first."""
        own = [a for a in self.albums.values() if artist in (one.id for one in a.artists)]
        return sorted(own, key=lambda album: album.released, reverse=True)

    def episodes_of(self, show: str) -> list[Episode]:
        found = (item for item in self.items.values() if isinstance(item, Episode))
        return [episode for episode in found if episode.show.id == show]
