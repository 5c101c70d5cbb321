"""A library with its folders, in time: what a person does to it is done here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.config import Config
from engine.library import Library
from state.log import EventLog
from tests.machine.sound import SONGS, Song

DAY_MS = 24 * 60 * 60 * 1000
HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Added By,Added At"
)
OTHER_HEADER = '"title";"artist";"album";"isrc"'
TEMPLATE = "{playlist}/{artist} - {title}"
FOLDERS = ("root", "music", "backups", "more")


class World:
    """Everything lies below `base`. Times of files are our own: two edits never look like one."""

    def __init__(self, base: Path) -> None:
        self.base, self.home = base, base / "home"
        self.away: set[str] = set()
        """Folders whose volume is not mounted."""
        for name in FOLDERS[1:]:
            (base / name).mkdir(parents=True)
        self.seconds = 1_700_000_000
        self.exclude: tuple[str, ...] = ()
        self.on_edit, self.template, self.lists = "ask", TEMPLATE, True
        self.rows: dict[str, tuple[Song, ...]] = {}
        """What every backup says, as far as it says it; by its name in `backups`."""
        self.broken: set[str] = set()
        """Backups that are not whole."""
        self.elsewhere: set[str] = set()
        """Backups in `more`."""
        self._library: Library | None = None

    # -- folders ---------------------------------------------------------------------------------

    def folder(self, name: str) -> Path:
        """Where the content of a folder is, mounted or not."""
        return self.base / (f"{name} away" if name in self.away else name)

    def leave(self, name: str, *, mount_point: bool = False) -> None:
        """Unmount a folder; its empty mount point may stay."""
        if name not in self.away and self.folder(name).exists():
            self.folder(name).rename(self.base / f"{name} away")
            self.away.add(name)
            if mount_point:
                (self.base / name).mkdir()

    def come_back(self, name: str) -> None:
        """Mount it again. AssertionError if something was put where it was not."""
        if name in self.away:
            mount = self.base / name
            if mount.exists():
                strays = [path for path in mount.rglob("*") if not path.is_dir()]
                assert not strays, f"written while {name} was not mounted: {strays}"
                shutil.rmtree(mount)
            (self.base / f"{name} away").rename(mount)
            self.away.remove(name)

    def put(self, path: Path, content: bytes, *, in_place: bool = False) -> None:
        """Write a file as a person's program does: as a new one, or into the one that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path if in_place else path.with_name(".being written")
        work.write_bytes(content)
        self.seconds += 1
        os.utime(work, ns=(self.seconds * 10**9, self.seconds * 10**9))
        work.rename(path)

    # -- backups ---------------------------------------------------------------------------------

    def playlist(self, path: Path, songs: Sequence[Song], form: str = "whole") -> None:
        """Write a backup; `form`: whole, cut (in its last row), void (no byte), other (dialect)."""
        header, rows = HEADER, [_row(song) for song in songs]
        if form == "other":
            header, rows = OTHER_HEADER, [_other_row(song) for song in songs]
        text = "\n".join([header, *rows]) + "\n"
        if form == "cut":
            text = text[:-40]
        self.put(path, b"" if form == "void" else text.encode())
        if path.parent == self.folder("backups"):
            self.rows[path.name] = tuple(songs)
            (self.broken.discard if form in ("whole", "other") else self.broken.add)(path.name)
        else:
            self.elsewhere.add(path.name)

    def rename(self, path: Path, to: Path) -> None:
        """Give a backup another name (or hide it); what has that name is replaced."""
        path.rename(to)
        self.rows[to.name] = self.rows.pop(path.name)
        (self.broken.add if path.name in self.broken else self.broken.discard)(to.name)

    # -- the library -----------------------------------------------------------------------------

    def config(self) -> Config:
        """As `config.toml` would say it."""
        return Config.model_validate(
            {
                "csv": {"folders": [self.base / "backups", self.base / "more"]},
                "files": {"folders": [self.base / "music"]},
                "playlists": {"exclude": self.exclude},
                "targets": {
                    "playlists": {
                        "root": self.base / "root",
                        "path": self.template,
                        "on_edit": self.on_edit,
                    },
                    "m3u8": {"enabled": self.lists},
                },
            }
        )

    def now(self) -> int:
        """Milliseconds since 1970."""
        return self.seconds * 1000

    @property
    def library(self) -> Library:
        """The open library; it stays open from command to command, since opening takes long."""
        if self._library is None:
            self._library = Library(self.home, "machine", now=self.now)
        return self._library

    def end_process(self) -> None:
        """What the process knew is gone; what is on the disk stays."""
        if self._library is not None:
            self._library.close()
            self._library = None

    def lose_state(self) -> None:
        """Remove the disposable database."""
        self.end_process()
        for path in self.home.glob("state.db*"):
            path.unlink()

    def back_up_log(self) -> None:
        """Copy the log while nothing runs."""
        self.end_process()
        if (self.home / "log.db").exists():
            shutil.copy(self.home / "log.db", self.base / "log backup")

    def restore_log(self) -> bool:
        """Put the last copy of the log in its place, if it holds anything."""
        self.end_process()
        backup = self.base / "log backup"
        if not backup.exists():
            return False
        log = EventLog(backup, read_only=True)
        events = log.head().position
        log.close()
        if events:
            for path in self.home.glob("log.db-*"):
                path.unlink()
            shutil.copy(backup, self.home / "log.db")
        return bool(events)


def _row(song: Song) -> str:
    said = f'{song.uri},"{song.title}","{song.album}","{song.artist}",2020-01-01'
    return f"{said},{song.seconds * 1000},me,2024-01-01T00:00:00Z"


def _other_row(song: Song) -> str:
    return f'"{song.title}";"{song.artist}";"{song.album}";"{song.isrc}"'


def songs(numbers: Sequence[int]) -> list[Song]:
    """The songs with these indices."""
    return [SONGS[number % len(SONGS)] for number in numbers]
