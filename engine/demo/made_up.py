"""A small library to show things on: playlists on Spotify and in backups, and a messy folder."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.sandbox import music
from adapters.sandbox.media.catalogue import Catalogue
from adapters.sandbox.spotify import Library
from adapters.sandbox.spotify.library import Playlist, Row, Track, an_id
from adapters.sandbox.spotify.made_up import ACCOUNT, track

if TYPE_CHECKING:
    from engine.demo.stand_ins import StandIns

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
LIKED, SUMMER, HOUSE, WARM_UP = "Liked Songs", "Summer 2025", "House", "Warm up"
ADDED = "2025-06-{:02d}T18:00:00Z"


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
    def laid_out(self) -> str:
        """The suffix that its audio has in the tree: what players read is not converted."""
        return self.suffix if self.suffix in ("m4a", "mp3") else "m4a"

    @property
    def file(self) -> str:
        """Its path below the folder of music."""
        return f"{self.name or f'{self.album}/{self.title}'}.{self.suffix}"

    @property
    def label(self) -> str:
        """What its file is called where it is laid out, without suffix."""
        return f"{self.artist} - {self.title}"


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
    Song("Nova Kade", "Harbour Lights", "Harbour"),
)
HALF_WRITTEN = "Tides/Undertow.m4a"
AMBIGUOUS = "downloads/intro.mp3"
UPLOADED = 22
"""The song whose file is half-written; strangers have it."""
PLAYED = 24
"""The song that starts playing; only strangers have it."""

ON_SPOTIFY: dict[str, tuple[int, ...]] = {
    LIKED: (0, 4, 10, 2, 18, 7, 15, 21, 22),
    SUMMER: (10, 11, 4, 5, 16, 17, 18, 19, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 0, 1),
    WARM_UP: (0, 1, 23, 2, PLAYED),
    HOUSE: (14, 15, PLAYED, 8, 9, 3),
}
IN_BACKUPS: dict[str, tuple[int, ...]] = {
    "Späti & Sonne": (18, 16, 17, 10, 16),  # one of them twice
    "Peak_time": (14, 8, 20),
}
PLAYLISTS = ON_SPOTIFY | {name.replace("_", " "): rows for name, rows in IN_BACKUPS.items()}


def known(number: int) -> Track:
    """A song as Spotify knows it."""
    song = SONGS[number]
    return track(song.title, song.artist, song.album, seconds=SECONDS, isrc="")


def backup(folder: Path, name: str, songs: Sequence[int]) -> None:
    """Write a playlist's backup, as Exportify does."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for day, number in enumerate(songs, 1):
            song = SONGS[number]
            facts = (known(number).uri, song.title, song.album, song.artist, "2024-05-01")
            rows.writerow((*facts, SECONDS * 1000, "me", ADDED.format(day)))


def account() -> Library:
    """What the person has on Spotify."""
    made = Library(ACCOUNT)
    made.put(*[known(number) for number in range(len(SONGS))])
    for name, songs in ON_SPOTIFY.items():
        dated = [(known(number).uri, ADDED.format(day)) for day, number in enumerate(songs, 1)]
        if name == LIKED:
            for uri, added in reversed(dated):
                made.like([uri], added)
        else:
            rows = [Row(uri, added, ACCOUNT.id) for uri, added in dated]
            made.put_playlist(Playlist(an_id(name), name, ACCOUNT, rows))
    return made


def uploads() -> Catalogue:
    """What strangers have put on SoundCloud: two tracks that are missing, and others."""
    made = Catalogue()
    song, played = SONGS[UPLOADED], SONGS[PLAYED]
    made.add(f"{song.label} (Nightcore)", "sped up daily", SECONDS, sites=("soundcloud",))
    made.add(song.title, song.artist, SECONDS, sites=("soundcloud",))
    made.add(f"{song.label} (Kiosk 24 Remix)", "Kiosk 24", SECONDS + 1, sites=("soundcloud",))
    made.add(f"{played.label} (Live)", "somebody's phone", SECONDS + 2, sites=("soundcloud",))
    made.add(played.title, played.artist, SECONDS, sites=("soundcloud",))
    return made


def library(base: Path, services: StandIns) -> None:
    """Write backups, music and the configuration below a folder; the services must run."""
    backups, folder, home = base / "spotify_playlists", base / "music", base / "home"
    drops = base / "djay", base / "Apple Music"
    for each in (backups, folder, home, *drops):
        each.mkdir(parents=True)
    for name, songs in IN_BACKUPS.items():
        backup(backups, name, songs)
    _music(folder)
    (home / "config.toml").write_text(
        f"[spotify]\nclient_id = '{services.spotify.accounts.client_id}'\n"
        f"base_url = '{services.spotify.url}'\naccounts_url = '{services.spotify.root}'\n\n"
        f"[csv]\nfolders = [{_quoted(backups)}]\n\n[files]\nfolders = [{_quoted(folder)}]\n\n"
        f"[fetch]\nsources = ['soundcloud']\nbase_url = '{services.media.url}'\n\n"
        f"[notion]\nparent = '{services.notion.page}'\nbase_url = '{services.notion.root}'\n"
        "per_minute = 6000\n\n"
        "[hold]\nprograms = []\n\n"  # whatever plays on this machine plays none of these files
        f"[eagle]\nlibrary = {_quoted(services.eagle.open.path)}\n"
        f"base_url = '{services.eagle.url}'\n\n"
        f"[targets.playlists]\nroot = {_quoted(base / 'Playlists')}\nformat = 'm4a'\n\n"
        f"[targets.djay]\nroot = {_quoted(drops[0])}\n\n"
        f"[targets.apple-music]\nroot = {_quoted(drops[1])}\n",
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
    said = song if song.tagged else Song("", "", "")
    artists = (said.artist,) if said.artist else ()
    music.make(
        path,
        seconds=SECONDS,
        seed=seed,
        title=said.title,
        artists=artists,
        album=said.album,
    )
