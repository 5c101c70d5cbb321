"""What one candidate is worth: a file's readings held against one track, as a score and a reason.

A score is 1 less what every weakness costs. Some weaknesses (another version, another length)
bar a candidate whatever its score.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from engine.titles import (
    Title,
    artist_key,
    artists_key,
    compact,
    from_file_name,
    key,
    readings,
    split_title,
)
from state.values import Ref, Tags

UPPER = 0.85
"""From here on a candidate is a match."""
LOWER = 0.6
"""From here on a candidate is worth a person's look."""
NEAR = 0.92
"""From this ratio on two titles (or artists) may be one with a typing error."""

SAME_LENGTH = 2.0
"""Seconds within which two recordings may have one length: encoders pad, services round."""
LONGEST_DRIFT = 7.0
"""Seconds beyond which nothing matches by title."""
LONGEST_DOUBT = 15.0
"""Seconds beyond which a person is not asked either."""
ISRC_DRIFT = 10.0
"""Seconds beyond which a length speaks against an equal ISRC."""

By = Literal["isrc", "title", "playlist folder"]

_GENERIC_TITLE = re.compile(
    r"(?:(?:audio )?track|titel|piste|pista|untitled|unknown(?: title| track)?|audio|recording)"
    r"(?: ?\d+)?"
)
_NOBODY = frozenset({"", "variousartists", "various", "va", "unknownartist", "unknown"})


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """A track of the library."""

    ref: Ref
    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int = 0
    """0: unknown."""
    isrc: str = ""
    explicit: bool | None = None
    playlists: tuple[str, ...] = ()
    """Names of the playlists that it is on, as people see them."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """An audio on the disk."""

    audio: str
    tags: Tags = Tags()
    duration_ms: int = 0
    """0: unknown."""
    paths: tuple[str, ...] = ()
    """Every place where this audio lies, relative, with `/`."""


# ---- made comparable ---------------------------------------------------------------------------


class Track(msgspec.Struct, frozen=True, gc=False):
    """A wanted track as keys."""

    wanted: Wanted
    title: Title
    base: str
    main: str
    """The first artist; empty if none is known."""
    artists: frozenset[str]
    playlists: frozenset[str]
    explicit: bool | None


class Reading(msgspec.Struct, frozen=True):
    """One way to understand what a file says about itself."""

    title: Title
    base: str
    artists: frozenset[str]
    source: str = ""
    """Empty for tags, else what stands in for them, at a `cost`."""
    cost: float = 0.0
    guess: bool = False
    """Not the plain sense: means something only together with an artist who fits."""


class Folders(msgspec.Struct, frozen=True):
    """The names of the folders above a file, which may be playlists' or artists'."""

    playlists: frozenset[str]
    artists: frozenset[str]


class Verdict(msgspec.Struct, frozen=True):
    """What became of one track as a candidate."""

    track: Track
    by: By
    score: float
    why: str
    may_match: bool
    """False: whatever the score, never without a person."""
    may_review: bool = True

    @property
    def passes(self) -> bool:
        return self.may_match and self.score >= UPPER

    @property
    def reviewable(self) -> bool:
        return self.passes or (self.may_review and self.score >= LOWER)

    @property
    def order(self) -> tuple[bool, bool, float, Ref]:
        return (not self.passes, not self.reviewable, -self.score, self.track.wanted.ref)


class Known:
    """Keys worked out before: libraries name the same artists and playlists again and again."""

    def __init__(self) -> None:
        self._artists: dict[str, frozenset[str]] = {}
        self._playlists: dict[tuple[str, ...], frozenset[str]] = {}

    def artists(self, names: tuple[str, ...]) -> frozenset[str]:
        for name in names:
            if name not in self._artists:
                self._artists[name] = artists_key((name,))
        if len(names) == 1:
            return self._artists[names[0]]
        return frozenset().union(*[self._artists[name] for name in names])

    def playlists(self, names: tuple[str, ...]) -> frozenset[str]:
        if names not in self._playlists:
            self._playlists[names] = frozenset(compact(name) for name in names)
        return self._playlists[names]


def comparable(wanted: Wanted, known: Known) -> Track:
    """Make a track comparable."""
    title = split_title(wanted.title)
    credited = wanted.artists
    if not "".join(credited).strip():  # some backups hold `Artist - Title` as title
        artist, rest = from_file_name(title.base)
        if artist:
            title = msgspec.structs.replace(title, base=rest)
            credited = (artist,)
    said = _explicit(title)
    return Track(
        wanted=wanted,
        title=title,
        base=compact(title.base),
        main=artist_key(credited[0]) if credited else "",
        artists=known.artists(credited + title.featured),
        playlists=known.playlists(wanted.playlists),
        explicit=wanted.explicit if said is None else said,
    )


def readings_of(heard: Heard) -> Iterator[Reading]:
    """Give what a file may mean: its tags, and its name where they are missing."""
    tags = heard.tags
    tagged = artists_key(tags.artists)
    if tagged <= _NOBODY:
        tagged = frozenset()
    stems = [_stem(path) for path in heard.paths]
    titled = bool(tags.title.strip())
    if titled:
        yield _reading(tags.title, tagged)
        if not tagged:
            for stem in stems:
                if artist := from_file_name(stem)[0]:
                    yield _reading(tags.title, artists_key((artist,)), "artist by file name", 0.02)
        # A file with several titles: converters join them with a semicolon.
        if ";" in tags.title:
            for title in filter(None, map(str.strip, tags.title.split(";"))):
                yield _reading(title, tagged, "one of its titles", 0.02)
        for artist, title in readings(tags.title):
            if artist:
                keys = artists_key((artist,))
                yield _reading(title, keys, "artist within the title", 0.02, guess=True)
    if not titled or _GENERIC_TITLE.fullmatch(key(tags.title)):
        for stem in stems:
            for place, (artist, title) in enumerate(readings(stem)):
                keys = tagged | artists_key((artist,))
                cost = 0.04 if place else 0.02
                yield _reading(title, keys, "by file name", cost, guess=place > 0)


def _reading(
    text: str, artists: frozenset[str], source: str = "", cost: float = 0.0, guess: bool = False
) -> Reading:
    title = split_title(text)
    # With only a guest named, the artist still counts as missing.
    credited = artists | artists_key(title.featured) if artists else artists
    return Reading(title, compact(title.base), credited, source, cost, guess)


def folders_of(paths: Iterable[str]) -> Folders:
    names = {name for path in paths for name in path.split("/")[:-1] if name}
    return Folders(
        playlists=frozenset(compact(name) for name in names),
        artists=frozenset(artist_key(name) for name in names) - _NOBODY,
    )


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _explicit(title: Title) -> bool | None:
    if ("explicit" in title.neutral) != ("clean" in title.neutral):
        return "explicit" in title.neutral
    return None


# ---- judged ------------------------------------------------------------------------------------


def by_isrc(heard: Heard, isrc: str, said: Collection[Reading], track: Track) -> Verdict:
    """Judge a track of the same ISRC: it needs one more thing that agrees."""
    apart = apart_from(heard, track.wanted)
    same_title = any(
        reading.base == track.base and reading.title.versions == track.title.versions
        for reading in said
    )
    same_length = apart is not None and apart <= ISRC_DRIFT
    score = 1.0 if same_title and same_length else 0.95 if same_title or same_length else 0.7
    title = "title equal" if same_title else "other title" if said else "no title"
    why = f"ISRC {isrc}, {title}, {_apart_words(apart)}"
    return Verdict(track, "isrc", score, why, may_match=same_title or same_length)


def by_title(
    heard: Heard,
    reading: Reading,
    folders: Folders,
    track: Track,
    ratio: float = 1.0,
    rivals: Collection[Track] = (),
) -> Verdict:
    """Judge a track of the same title, or nearly (`ratio`). `rivals`: all tracks of that title."""
    title_cost = 0.0 if ratio == 1.0 else 0.05 + 1.0 - ratio
    apart = apart_from(heard, track.wanted)
    near_in_time = apart is None or apart <= LONGEST_DRIFT
    artist_cost, artist_words, by, may_match, may_review = _artist(
        reading, folders, track, near_in_time
    )
    rest_equal = title_cost == 0.0 and artist_cost <= 0.05
    if apart is None:
        unique = rest_equal and sum(same_song(track, rival) for rival in rivals) == 1
        length_cost = 0.13 if unique else 0.25
        may_match = may_match and unique
        may_review = may_review and artist_cost < 0.3
    elif apart <= LONGEST_DRIFT:
        length_cost = 0.05 * max(0.0, apart - SAME_LENGTH)
    else:
        length_cost = 0.3 + 0.01 * (min(apart, LONGEST_DOUBT) - LONGEST_DRIFT)
        may_match = False
        may_review = may_review and rest_equal and apart <= LONGEST_DOUBT
    version_words = _other_version(reading.title, track)
    version_cost = 0.5 if version_words else 0.0  # under LOWER, whatever else agrees
    score = 1.0 - reading.cost - title_cost - artist_cost - length_cost - version_cost
    title_words = "title equal" if ratio == 1.0 else f"title nearly equal ({ratio:.2f})"
    if ratio == 1.0 and artist_words == "artist equal":
        title_words, artist_words = "title and artist equal", ""
    told = (version_words, title_words, artist_words, _apart_words(apart), reading.source)
    why = ", ".join(words for words in told if words)
    return Verdict(track, by, round(max(score, 0.0), 3), why, may_match, may_review)


def _artist(
    reading: Reading, folders: Folders, track: Track, near_in_time: bool
) -> tuple[float, str, By, bool, bool]:
    """How artists agree: cost, words, what the evidence is then, may match, may be reviewed."""
    if track.main in reading.artists:
        return 0.0, "artist equal", "title", True, True
    if not track.artists.isdisjoint(reading.artists):
        return 0.05, "an artist in common", "title", True, True
    on_playlist = not folders.playlists.isdisjoint(track.playlists)
    if reading.artists:
        if near_in_time and any(_nearly_equal(one, track.main) for one in reading.artists):
            return 0.1, "artist nearly equal", "title", True, True
        if on_playlist:
            return 0.3, "other artist, in its playlist's folder", "playlist folder", False, True
        return 0.5, "other artist", "title", False, False
    if track.main in folders.artists:
        return 0.05, "in the artist's folder", "title", True, True
    weak = _says_little(reading)
    if on_playlist:
        words = f"in the folder of {playlist_of(track, folders)}"
        return 0.1, words, "playlist folder", not weak, True
    return 0.35, "no artist", "title", False, not weak


def playlist_of(track: Track, folders: Folders) -> str:
    """The track's playlist whose name one of the folders bears; empty if there is none."""
    names = track.wanted.playlists
    return next((name for name in names if compact(name) in folders.playlists), "")


def _other_version(title: Title, track: Track) -> str:
    if title.versions != track.title.versions:
        heard, wanted = (
            " + ".join(sorted(versions)) or "plain"
            for versions in (title.versions, track.title.versions)
        )
        return f"other version ({heard}, not {wanted})"
    said = _explicit(title)
    if said is not None and track.explicit is not None and said != track.explicit:
        return "other version (explicit or clean)"
    return ""


def shares_only_the_title(heard: Heard, reading: Reading, folders: Folders, track: Track) -> bool:
    """Whether neither artist nor length nor place speak for the track: no candidate at all."""
    if not reading.artists.isdisjoint(track.artists):
        return False
    if not folders.playlists.isdisjoint(track.playlists) or track.main in folders.artists:
        return False
    apart = apart_from(heard, track.wanted)
    return (apart is not None and apart > LONGEST_DOUBT) or (
        reading.guess and bool(reading.artists)
    )


def same_song(one: Track, other: Track) -> bool:
    """Whether two tracks of one title are also the same version by a common artist."""
    return one is other or (
        one.title.versions == other.title.versions and not one.artists.isdisjoint(other.artists)
    )


def apart_from(heard: Heard, wanted: Wanted) -> float | None:
    """Seconds between the two lengths; None where one is unknown."""
    if not heard.duration_ms or not wanted.duration_ms:
        return None
    return abs(heard.duration_ms - wanted.duration_ms) / 1000


def _apart_words(apart: float | None) -> str:
    return "length unknown" if apart is None else f"{apart:.1f} s apart"


def _says_little(reading: Reading) -> bool:
    """Whether a title is too common or too short to mean anything without an artist."""
    return (
        len(reading.base) < 3
        or not any(c.isalnum() for c in reading.base)
        or _GENERIC_TITLE.fullmatch(key(reading.title.base)) is not None
    )


def _nearly_equal(one: str, other: str) -> bool:
    if not len(one) > 5 < len(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= NEAR and matcher.ratio() >= NEAR
