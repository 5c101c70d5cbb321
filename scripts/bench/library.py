"""Libraries to measure on: small distinct audio files, laid out by playlist.

Audio is written as the smallest WAV files that other programs take for music. What a first run
would have recorded is appended directly; that nothing is left to do then is checked by the program
itself.
"""

from __future__ import annotations

import json
import struct
from hashlib import sha256
from pathlib import Path

from fractional_indexing import generate_n_keys_between

from adapters.contract import Cached
from engine.config import load, written
from engine.library import Library
from engine.reconcile import Reconciler
from engine.roots import mark
from scripts.bench.measure import sync
from scripts.bench.mix import base62
from state.actions import Action
from state.events import (
    Event,
    FileMatched,
    FileSeen,
    FileWritten,
    PlaylistMembershipFound,
    PlaylistSeen,
    TrackSeen,
)
from state.values import PlaylistRef, Ref, RootId, Tags

ROWS = 100
"""Rows of a playlist."""
SOURCE = RootId("files/music")
TARGET = RootId("target/playlists")


class Made:
    """A library in a folder.

    Args:
        tracks: how many; a multiple of `ROWS`.
        playlists: that each track is on.
    """

    def __init__(self, base: Path, tracks: int, playlists: int) -> None:
        self.base, self.tracks, self.playlists = base, tracks, playlists
        self.home, self.music, self.target = base / "home", base / "music", base / "Playlists"
        for folder in (self.home, self.music, base / "csv"):
            folder.mkdir(parents=True)
        config = written([str(base / "csv")], [str(self.music)], str(self.target))
        (self.home / "config.toml").write_text(config)
        if tracks:
            self._know()
            self._lay_out()
        self.reconcile()  # what is recorded of roots and settings, where there was nothing else
        done = [json.loads(line) for line in self.reconcile().splitlines()]
        assert done[-1]["events"] == 0, done

    def reconcile(self) -> str:
        """What a run says."""
        return sync("reconcile", "--json", home=self.home).out

    def _know(self) -> None:
        library = Library(self.home, "bench")
        stats: dict[str, Cached] = {}
        events: list[Event] = []
        for number in range(self.tracks):
            events += self._track(number, stats)
        for number in range(self.tracks * self.playlists // ROWS):
            events += self._playlist(number)
        for start in range(0, len(events), 1000):
            library.append(events[start : start + 1000])
        library.save(stats={SOURCE: stats})
        library.close()

    def _track(self, number: int, stats: dict[str, Cached]) -> list[Event]:
        title, artist = f"Some title of a song, number {number}", f"Artist number {number % 9973}"
        album = f"The album with the number {number // 12}"
        path = f"{number // 1200:03d}/{number // 12:05d}/{number % 12:02d} Song {number}.wav"
        content = wav(number, title, artist, album)
        stats[path] = _put(self.music / path, content)
        audio = sha256(b"audio %d" % number).hexdigest()
        ref = _ref(number)
        tags = Tags(title, (artist,), album)
        return [
            TrackSeen(
                ref, "csv", title, (artist,), album,
                duration_ms=180_000 + number, released="2020-01-01", bpm=128.0, key="Am",
                genres=("house",), label="Label",
            ),
            FileSeen(
                SOURCE, path, len(content), audio, 180_000 + number, "pcm_s16le", tags, 705_600
            ),
            FileMatched(audio, ref, "title", 1.0, "title and artist equal, 0.0 s apart"),
        ]  # fmt: skip

    def _playlist(self, number: int) -> list[Event]:
        ref = PlaylistRef(f"csv:backups/Playlist {number}")
        found: list[Event] = [PlaylistSeen(ref, "csv", f"Playlist {number}", "backups")]
        step = (1, 7, 13)[number % self.playlists]
        first = number // self.playlists * ROWS
        for place, rank in enumerate(generate_n_keys_between(None, None, ROWS)):
            track = _ref((first + place * step) % self.tracks)
            found.append(PlaylistMembershipFound(ref, track, track, rank, "2024-01-01T00:00:00Z"))
        return found

    def _lay_out(self) -> None:
        """Do what a plan says, without the durability, and record it."""
        library = Library(self.home, "bench")
        config = load(self.home / "config.toml")
        with library.effects():
            reconciler = Reconciler(library, config)
            reconciler.look()
            made = reconciler.plan(templates=False).plan
            row = library.state.files.roots.get(TARGET)
            assert row is not None
            marked = mark(reconciler.disk, row, library.identity)
            assert marked is not None
            library.append([marked])
            stats: dict[str, Cached] = {}
            events: list[Event] = []
            for action in made.actions:
                events.append(self._do(action, made.texts, stats))
            for start in range(0, len(events), 1000):
                library.append(events[start : start + 1000])
            library.save(stats={TARGET: stats})
        library.close()

    def _do(self, action: Action, texts: dict[str, str], stats: dict[str, Cached]) -> Event:
        path = self.target / action.path
        if action.kind == "write":
            content = texts[action.text].encode()
            _put(path, content)
        else:
            content = (self.music / action.source).read_bytes()
            stats[action.path] = _put(path, content)
        return FileWritten(
            action.root, action.path, "written" if action.text else "copied", action.because,
            len(content), audio=action.audio, text=action.text, source_root=action.source_root,
            source=action.source, placement=action.placement,
            playlist=action.playlist if action.text else PlaylistRef(""),
            name=action.name, folder=action.folder,
        )  # fmt: skip


def _ref(number: int) -> Ref:
    return Ref(f"spotify:track:{base62(number)}")


def _put(path: Path, content: bytes) -> Cached:
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    found = path.stat()
    return Cached(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def wav(number: int, title: str, artist: str, album: str) -> bytes:
    """A tenth of a second of noise, 16 bit mono at 2 kHz, with an ID3 chunk."""
    samples = sha256(b"samples %d" % number).digest() * 12
    frames = b"".join(
        name + struct.pack(">IH", len(text) + 1, 0) + b"\x03" + text
        for name, text in (
            (b"TIT2", title.encode()), (b"TPE1", artist.encode()), (b"TALB", album.encode())
        )
    )  # fmt: skip
    size = len(frames)
    synchsafe = bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
    tag = b"ID3\x04\x00\x00" + synchsafe + frames
    form = struct.pack("<HHIIHH", 1, 1, 2_000, 4_000, 2, 16)
    chunks = b"".join(
        name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        for name, body in ((b"fmt ", form), (b"data", samples), (b"id3 ", tag))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
