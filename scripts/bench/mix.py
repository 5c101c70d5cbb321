"""A million events, as a library of 100,000 tracks has after some years.

The mix is that of the measurements on which the log was designed: mean payload about 320 bytes,
a quarter of a million subjects. Deterministic: the same events at every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from fractional_indexing import generate_n_keys_between

from state.events import Event, FileSeen, FileWritten, PlaylistMembershipFound, TrackSeen
from state.values import Placement, PlaylistRef, Ref, RootId, Tags

TRACKS = 98_000
MEMBERS = 270_000
FILES = 100_000
PLAYLISTS = 900
_RANKS = generate_n_keys_between(None, None, 400)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def base62(number: int) -> str:
    """A 22-character id as services give it."""
    value, text = int.from_bytes(sha256(b"%d" % number).digest()[:17], "big"), ""
    for _ in range(22):
        value, digit = divmod(value, 62)
        text += _ALPHABET[digit]
    return text


def batches(events: int, size: int = 1_000) -> Iterator[list[Event]]:
    """So many events, in batches."""
    made: list[Event] = []
    for number in range(events):
        made.append(event(number))
        if len(made) == size:
            yield made
            made = []
    if made:
        yield made


def event(number: int) -> Event:
    """The event of a number."""
    turn, round_ = number % 20, number // 20
    if turn < 5:
        return _track(round_ * 5 + turn)
    if turn < 12:
        return _member(round_ * 7 + turn - 5)
    if turn < 16:
        return _seen(round_ * 4 + turn - 12)
    return _written(round_ * 4 + turn - 16)


def _track(number: int) -> Event:
    it, again = number % TRACKS, number // TRACKS
    return TrackSeen(
        Ref(f"spotify:track:{base62(it)}"),
        "spotify",
        f"Some title of a song, number {it}",
        (f"Artist number {it % 9973}", f"Guest {it % 4999}")[: 1 + it % 3 // 2],
        f"The album with the number {it % 23003}",
        duration_ms=180_000 + it,
        isrc=f"GBARL{it:07d}",
        released=f"{1990 + it % 35}-{1 + it % 12:02d}-{1 + it % 28:02d}",
        disc=1,
        number=1 + it % 14,
        explicit=it % 7 == 0,
        label=f"Label {it % 1009}",
        bpm=90.0 + it % 80 if again else 0.0,
        key="Am" if again > 1 else "",
    )


def _member(number: int) -> Event:
    it = number % MEMBERS
    track = Ref(f"spotify:track:{base62(it % TRACKS)}")
    return PlaylistMembershipFound(
        PlaylistRef(f"spotify:playlist:{base62(-1 - it % PLAYLISTS)}"),
        track,
        track,
        _RANKS[(it // PLAYLISTS + number // MEMBERS) % 400],
        f"20{10 + it % 16}-0{1 + it % 9}-{1 + it % 28:02d}T12:34:56Z",
        f"person{it % 5}",
    )


def _audio(it: int) -> str:
    return sha256(b"audio %d" % it).hexdigest()


def _path(it: int) -> str:
    artist, album = f"Artist number {it % 9973}", f"The album with the number {it % 23003}"
    return f"{artist}/{album}/{it % 14:02d} Song {it}.mp3"


def _seen(number: int) -> Event:
    it, again = number % FILES, number // FILES
    return FileSeen(
        RootId("files/music"),
        _path(it),
        8_000_000 + it,
        _audio(it),
        180_000 + it,
        "mp3",
        Tags(
            f"Some title of a song, number {it}",
            (f"Artist number {it % 9973}",),
            f"The album with the number {it % 23003}" + " (new)" * again,
        ),
        320_000,
    )


def _written(number: int) -> Event:
    it, again = number % FILES, number // FILES
    track = Ref(f"spotify:track:{base62(it % TRACKS)}")
    playlist = PlaylistRef(f"spotify:playlist:{base62(-1 - it % PLAYLISTS)}")
    name = f"Artist number {it % 9973} - Some title of a song, number {it}.mp3"
    return FileWritten(
        RootId("target/playlists"),
        f"Playlist {it % PLAYLISTS}/{name}",
        "copied",
        "on playlist" + " again" * again,
        8_000_000 + it,
        _audio(it),
        source_root=RootId("files/music"),
        source=_path(it),
        placement=Placement("playlists", playlist, track),
    )
