"""What the sites have: tracks, who uploaded and who liked them, sets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

SITES = ("soundcloud", "youtube", "youtube-music", "direct")
DAY = 86_400
EPOCH = 1_790_000_000
"""Seconds since 1970, in September 2026: the first upload; each next one is an hour later."""

Policy = Literal["ALLOW", "SNIP", "BLOCK"]
"""`SNIP`: only half a minute is to be had; `BLOCK`: not in this country."""


@dataclass
class Track:
    """One upload. The same recording may be there several times."""

    id: int
    title: str
    uploader: str
    seconds: float
    bpm: float
    key: str
    seed: int
    sites: tuple[str, ...]
    created: int
    """Seconds since 1970."""
    isrc: str = ""
    album: str = ""
    genre: str = ""
    plays: int = 1000
    policy: Policy = "ALLOW"
    drm: bool = False
    gone: bool = False
    live: bool = False

    @property
    def user(self) -> str:
        """The uploader as in an address."""
        return slug(self.uploader)

    @property
    def slug(self) -> str:
        return f"{slug(self.title)}-{self.id}"

    @property
    def video(self) -> str:
        """The id at YouTube."""
        return hashlib.sha256(f"video {self.id}".encode()).hexdigest()[:11]

    @property
    def soundcloud_url(self) -> str:
        return f"https://soundcloud.com/{self.user}/{self.slug}"

    @property
    def youtube_url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.video}"

    @property
    def direct_url(self) -> str:
        """A file on some server."""
        return f"https://tunes.example/{self.slug}.m4a"


@dataclass
class Set:
    """A list of tracks that a user made."""

    id: int
    title: str
    user: str
    tracks: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://soundcloud.com/{self.user}/sets/{slug(self.title)}"


@dataclass(frozen=True)
class Like:
    """What a user liked; `target` is a track's id, or a set's if it is negative."""

    target: int
    at: int


class Catalogue:
    """All sites together. Whatever is added later is newer."""

    def __init__(self) -> None:
        self.tracks: dict[int, Track] = {}
        self.sets: dict[int, Set] = {}
        self.likes: dict[str, list[Like]] = {}
        """By user, the newest first."""
        self.users: dict[str, tuple[int, str]] = {}
        """By name in addresses: number and name."""
        self._next, self._now = 101, EPOCH

    def add(
        self,
        title: str,
        uploader: str,
        seconds: float,
        bpm: float = 126,
        key: str = "Am",
        *,
        sites: Iterable[str] = ("soundcloud", "youtube"),
        seed: int | None = None,
        isrc: str = "",
        album: str = "",
        genre: str = "",
        plays: int = 1000,
        policy: Policy = "ALLOW",
        drm: bool = False,
        live: bool = False,
    ) -> Track:
        """Upload a track.

        Args:
            seconds: its length; a second costs about 15 ms to make when it is first fetched.
            sites: of `SITES`.
            seed: the tune; by default one of its own.

        Raises:
            ValueError: there is no such site.
        """
        if unknown := set(sites) - set(SITES):
            raise ValueError(f"no site {min(unknown)!r}; there are: {', '.join(SITES)}")
        number = self._number()
        track = Track(
            number, title, uploader, seconds, bpm, key, number if seed is None else seed,
            tuple(sites), self._tick(), isrc, album, genre, plays, policy, drm, False, live,
        )  # fmt: skip
        self.user(uploader)
        self.tracks[number] = track
        return track

    def add_set(self, title: str, user: str, tracks: Iterable[int] = ()) -> Set:
        """Make a set of tracks, by their numbers."""
        made = Set(self._number(), title, self.user(user), list(tracks))
        self.sets[made.id] = made
        return made

    def like(self, user: str, target: int) -> None:
        """Like a track, or the set with the number `-target`. Raises LookupError."""
        if target not in self.tracks and -target not in self.sets:
            raise LookupError(f"there is no track {target}")
        likes = self.likes.setdefault(self.user(user), [])
        likes.insert(0, Like(target, self._tick()))

    def unlike(self, user: str, target: int) -> None:
        """Take a like back."""
        name = self.user(user)
        self.likes[name] = [like for like in self.likes.get(name, []) if like.target != target]

    def user(self, name: str) -> str:
        """The name of a user in addresses; one who is not known yet registers."""
        known = slug(name)
        if known not in self.users:
            self.users[known] = (9000 + len(self.users), name)
        return known

    def there(self, site: str) -> list[Track]:
        """What a site has, the newest first."""
        found = [one for one in self.tracks.values() if site in one.sites and not one.gone]
        return sorted(found, key=lambda one: -one.created)

    def find(self, site: str, words: str) -> list[Track]:
        """What has most of the words in its title or uploader, the best first."""
        wanted = _words(words)
        scored = []
        for track in self.there(site):
            met = len(wanted & _words(f"{track.title} {track.uploader} {track.isrc}"))
            if wanted and met * 2 >= len(wanted):
                scored.append((-met, -track.plays, track.id, track))
        return [track for *_, track in sorted(scored, key=lambda one: one[:3])]

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _tick(self) -> int:
        self._now += 3600
        return self._now


def slug(name: str) -> str:
    """A name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
