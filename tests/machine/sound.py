"""Files that only say what they would sound like: reading one costs microseconds, not ffmpeg."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from adapters.contract import Permanent, Probe
from state.values import Tags

CODECS = {"mp3": "mp3", "flac": "flac", "m4a": "aac"}


class Song(NamedTuple):
    """A track; its number makes its Spotify id and its audio."""

    number: int
    artist: str
    title: str
    album: str
    seconds: int

    @property
    def uri(self) -> str:
        """The reference that a backup gives."""
        return f"spotify:track:{self.number:022d}"

    @property
    def isrc(self) -> str:
        """The code of the recording, as tags and some backups give it."""
        return f"DEA12{2_000_000 + self.number}"

    @property
    def file_name(self) -> str:
        """What a person would call a file of it, without extension."""
        return f"{self.artist} - {self.title}"


SONGS = (
    Song(1, "Mira Kvist", "Nordlicht", "Polar", 201),
    Song(2, "Late Bus Home", "Last Stop", "Night Lines", 243),
    Song(3, "Oda Renn", "Salt", "Salt and Stone", 187),
    Song(4, "Oda Renn", "SALT", "Live", 305),  # where case does not count, they have one name
    Song(5, "Pavel Hora", "Tramway", "Lines", 222),
    Song(6, "Pavel Hora", "Tramway", "Best of", 222),  # one recording with two ids, perhaps
    Song(7, "Casa Amarela", "Mariposa", "Quintal", 164),
)


def sound(song: Song, take: str, *, tagged: bool = True, note: str = "") -> bytes:
    """A file's bytes: one take of a song.

    Args:
        take: two takes are two audio hashes.
        note: a tag that nobody looks at.
    """
    told = {
        "audio": f"{song.number}{take}".encode().hex().ljust(64, "0"),
        "seconds": song.seconds,
        "tags": [song.title, song.artist, song.album, song.isrc] if tagged else [],
        "note": note,
    }
    return json.dumps(told).encode()


def heard(content: bytes) -> str:
    """The audio in some bytes; empty: there is none."""
    try:
        return str(json.loads(content)["audio"])
    except (ValueError, TypeError, KeyError):
        return ""


def song_of(content: bytes) -> Song | None:
    """The song in some bytes."""
    audio = heard(content)
    found = [song for song in SONGS if audio.startswith(str(song.number).encode().hex())]
    return found[0] if found else None


def probe(path: Path) -> Probe:
    """What `adapters.audio.probe` would say of such a file."""
    content = path.read_bytes()
    if not heard(content):
        raise Permanent(f"{path}: half-written: fetch it again")
    told = json.loads(content)
    tags = Tags()
    if told["tags"]:
        title, artist, album, isrc = told["tags"]
        tags = Tags(title, (artist,), album, isrc)
    codec = CODECS.get(path.suffix[1:].lower(), "pcm_s16le")
    return Probe(told["audio"], told["seconds"] * 1000, codec, 256_000, tags)
