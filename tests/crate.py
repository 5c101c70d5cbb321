"""A small library to test on: backups, music, a configuration, and the product run over them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.sandbox import music
from engine.config import load
from engine.library import Library
from engine.reconcile import Reconciler
from engine.report import Report
from state.log import EventLog, Recorded

HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)
SECONDS = 3


@dataclass(frozen=True)
class Song:
    """A track of the test library; `number` makes its Spotify id and its sound."""

    number: int
    title: str
    artist: str
    seconds: int = SECONDS
    album: str = "Album"

    @property
    def uri(self) -> str:
        """The reference that a backup gives."""
        return f"spotify:track:{self.number:022d}"

    def row(self, added: str = "2024-01-01T00:00:00Z") -> str:
        """Its row in an Exportify file."""
        quoted = [f'"{text.replace(chr(34), chr(34) * 2)}"' for text in (self.title, self.album)]
        artist = f'"{self.artist}"'
        return (
            f"{self.uri},{quoted[0]},{quoted[1]},{artist},2020-01-01,{self.seconds * 1000},50,"
            f'false,me,{added},"house","Label",0.5,0.5,5,-5,1,0.1,0.1,0.1,0.1,0.1,128.0,4'
        )


@lru_cache(256)
def _audio(song: Song, suffix: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"song{suffix}")
        music.make(
            path,
            seconds=song.seconds,
            seed=song.number,
            title=song.title,
            artists=(song.artist,),
            album=song.album,
        )
        return path.read_bytes()


def song(number: int, **more: Any) -> Song:
    """Some track."""
    return Song(number, f"Title {_word(number)}", f"Artist {_word(number + 7)}", **more)


def _word(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number)) * 2


@dataclass
class Crate:
    """Folders of a test library. Everything lies below `base`."""

    base: Path
    home: Path = field(init=False)
    csv: Path = field(init=False)
    files: Path = field(init=False)
    root: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home, self.csv = self.base / "home", self.base / "spotify_playlists"
        self.files, self.root = self.base / "music", self.base / "Playlists"
        for folder in (self.home, self.csv, self.files):
            folder.mkdir(parents=True)
        self.configure()

    def configure(self, text: str | None = None, *, extra: str = "", target: str = "") -> None:
        """Write the configuration: `text`, or the usual one with lines for the target added."""
        usual = (
            f'[csv]\nfolders = ["{self.csv}"]\n[files]\nfolders = ["{self.files}"]\n'
            f'[targets.playlists]\nroot = "{self.root}"\n{target}\n{extra}\n'
        )
        (self.home / "config.toml").write_text(usual if text is None else text, "utf-8")

    def playlist(self, name: str, songs: Iterable[Song], *, header: str = HEADER) -> Path:
        """Write a backup."""
        path = self.csv / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *(song.row() for song in songs)]) + "\n", "utf-8")
        return path

    def music(self, song: Song, path: str | None = None, *, root: Path | None = None) -> Path:
        """Put the song's audio somewhere (default: below `files`, wav); made once, then copied."""
        target = (root or self.files) / (path or f"{song.artist} - {song.title}.wav")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_audio(song, target.suffix))
        return target

    # -- running ---------------------------------------------------------------------------------

    def reconcile(self, **options: Any) -> Report:
        """One run in this process."""
        with self.library() as library, library.effects():
            return Reconciler(library, load(self.home / "config.toml"), **options).run()

    def library(self, command: str = "test", *, read_only: bool = False) -> _Open:
        """The library, to be used in a `with`."""
        return _Open(Library(self.home, command, read_only=read_only))

    def sync(self, *words: str) -> Said:
        """The command line, in this process."""
        return run(words)

    # -- looking ---------------------------------------------------------------------------------

    def tree(self, *, private: bool = False) -> list[str]:
        """Relative paths of all files below the root, sorted; without our own folder."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        names = [path.relative_to(self.root).as_posix() for path in found]
        return sorted(name for name in names if private or not name.startswith(".cratelog"))

    def audio_tree(self) -> list[str]:
        """`tree` without playlist files."""
        return [name for name in self.tree() if not name.endswith(".m3u8")]

    def trash(self) -> list[str]:
        """Names of the files in the root's trash."""
        folder = self.root / ".cratelog" / "trash"
        return sorted(path.name for path in folder.rglob("*") if path.is_file())

    def events(self) -> list[Recorded]:
        """The whole log."""
        log = EventLog(self.home / "log.db", read_only=True)
        try:
            return list(log.read())
        finally:
            log.close()

    def kinds(self) -> list[str]:
        """The kinds of all events, in order."""
        return [recorded.event.kind for recorded in self.events()]

    def lose_state(self) -> None:
        """Remove the disposable database."""
        for path in self.home.glob("state.db*"):
            path.unlink()

    def copy(self, base: Path) -> Crate:
        """The same library at another place (paths in the configuration follow)."""
        shutil.copytree(self.base, base, symlinks=True)
        made = Crate.__new__(Crate)
        made.base = base
        made.home, made.csv = base / "home", base / "spotify_playlists"
        made.files, made.root = base / "music", base / "Playlists"
        config = made.home / "config.toml"
        config.write_text(config.read_text("utf-8").replace(str(self.base), str(base)), "utf-8")
        return made


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        """The last JSON line."""
        return self.lines[-1]


def run(words: Sequence[str]) -> Said:
    """Run the command line in this process, as `main` does."""
    import sys

    from engine.cli.app import main

    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["sync", *words]
    code = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.argv = before
    return Said(code, out.getvalue(), err.getvalue())


class _Open:
    """Closes the library at the end of a `with`."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __enter__(self) -> Library:
        return self.library

    def __exit__(self, *error: object) -> None:
        self.library.close()
