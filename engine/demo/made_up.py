"""A small library to show things on: backups of playlists, and a messy folder of music for them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from adapters.sandbox import music

SECONDS = 4
HEADER = (
    "Track URI",
    "Track Name",
    "Album Name",
    "Artist Name(s)",
    "Release Date",
    "Duration (ms)",
    "Added By",
    "Added At",
)
SUMMER, HOUSE, WARM_UP = "Summer 2025", "House", "Warm_up"


@dataclass(frozen=True)
class Song:
    """A recording that nobody ever made."""

    artist: str
    title: str
    album: str
    suffix: str = ""
    """Of its audio file; empty: there is none."""
    name: str = ""
    """Of its audio file below the folder of music, without suffix; empty: one is made."""
    tagged: bool = True

    @property
    def file(self) -> str:
        """Its path below the folder of music."""
        return f"{self.name or f'{self.album}/{self.title}'}.{self.suffix}"


SONGS = (
    Song("Mira Kvist", "Nordlicht", "Polar", "flac"),
    Song("Mira Kvist", "Eisblumen", "Polar", "flac"),
    Song("Late Bus Home", "Last Stop", "Night Lines", "m4a"),
    Song("Late Bus Home", "Wet Windows", "Night Lines", "m4a"),
    Song("Die Müßiggänger", "Über den Dächern", "Sonntag", "mp3"),
    Song("Die Müßiggänger", "Kein Bock auf Montag", "Sonntag", "mp3"),
    Song("Oda Renn", "Salt", "Salt and Stone", "aiff"),
    Song("Oda Renn", "Stone", "Salt and Stone", "aiff"),
    Song("Pavel Hora", "Tramway No. 9", "Lines", "wav"),
    Song("Pavel Hora", "Tramway No. 22", "Lines", "wav"),
    Song("Casa Amarela", "Mariposa", "Quintal", "ogg"),
    Song("Casa Amarela", "Quintal", "Quintal", "ogg"),
    Song("Tin Roof Choir", "Rain on Rain", "Weather", "opus"),
    Song("Tin Roof Choir", "Hail Mary", "Weather", "opus"),
    Song("Ninety Volts", "Ground Loop", "Hum", "mp3", "new/02 ground loop FINAL"),
    Song("Ninety Volts", "Live Wire", "Hum", "mp3", "Ninety Volts - Live Wire", False),
    Song("Étienne Roux", "Été sans fin", "Été", "m4a", "Étienne Roux - Été sans fin", False),
    Song("Étienne Roux", "Août", "Été", "m4a"),
    Song("Kiosk 24", "Späti", "Ecke", "mp3"),
    Song("Kiosk 24", "Wechselgeld", "Ecke", "wav", "from a friend/Wechselgeld (master)"),
    Song("Sun Faces", "Intro", "Faces", "flac"),
    Song("Moon Faces", "Intro", "Other Faces"),
    Song("Glass Harbour", "Undertow", "Tides", "m4a"),
    Song("Nobody's Band", "The One Nobody Has", "Rarities"),
)
HALF_WRITTEN = "Tides/Undertow.m4a"
AMBIGUOUS = "downloads/intro.mp3"
NO_AUDIO = SONGS[-1]

PLAYLISTS: dict[str, tuple[int, ...]] = {
    "Liked_Songs": (0, 4, 10, 2, 18, 0, 7, 15, 21, 22),  # the first one twice
    SUMMER: (10, 11, 4, 5, 16, 17, 18, 19, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 0, 1),
    WARM_UP: (0, 1, 23, 2),
    HOUSE: (14, 15, 8, 9, 3),
    "Späti & Sonne": (18, 16, 17, 10),
    "Peak_time": (14, 8, 20),
}


def uri(number: int) -> str:
    """The reference of a song."""
    return f"spotify:track:{number + 1:022d}"


def backup(folder: Path, name: str, songs: Sequence[int]) -> None:
    """Write a playlist's backup, as Exportify does."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for day, number in enumerate(songs, 1):
            song = SONGS[number]
            facts = (uri(number), song.title, song.album, song.artist, "2024-05-01")
            rows.writerow((*facts, SECONDS * 1000, "me", f"2025-06-{day:02d}T18:00:00Z"))


def library(base: Path) -> None:
    """Write backups, music and the configuration below a folder."""
    backups, folder, home = base / "spotify_playlists", base / "music", base / "home"
    for each in (backups, folder, home):
        each.mkdir(parents=True)
    for name, songs in PLAYLISTS.items():
        backup(backups, name, songs)
    _music(folder)
    (home / "config.toml").write_text(
        f"[csv]\nfolders = [{_quoted(backups)}]\n\n[files]\nfolders = [{_quoted(folder)}]\n\n"
        f"[targets.playlists]\nroot = {_quoted(base / 'Playlists')}\n",
        "utf-8",
    )


def _quoted(path: Path) -> str:
    return "'" + path.as_posix() + "'"


def _music(folder: Path) -> None:
    there = [(number, song) for number, song in enumerate(SONGS) if song.suffix]
    for _, song in there:
        (folder / song.file).parent.mkdir(parents=True, exist_ok=True)
    (folder / AMBIGUOUS).parent.mkdir()
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(_make, folder / song.file, number, song) for number, song in there]
        nameless = Song("", "Intro", "")
        made.append(pool.submit(_make, folder / AMBIGUOUS, 99, nameless))
        for each in made:
            each.result()
    whole = (folder / HALF_WRITTEN).read_bytes()
    (folder / HALF_WRITTEN).write_bytes(whole[: len(whole) // 2])
    (folder / "Night Lines" / "._Last Stop.m4a").write_bytes(b"\0\5\26\7" + bytes(4092))
    (folder / "from a friend" / "unfinished.mp3.part").write_bytes(bytes(1000))


def _make(path: Path, seed: int, song: Song) -> None:
    known = song if song.tagged else Song("", "", "")
    artists = (known.artist,) if known.artist else ()
    music.make(
        path,
        seconds=SECONDS,
        seed=seed,
        title=known.title,
        artists=artists,
        album=known.album,
    )
