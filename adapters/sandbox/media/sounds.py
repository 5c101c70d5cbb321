"""The audio of a track, in the formats that the sites have; made once each, and kept in memory."""

from __future__ import annotations

import struct
import subprocess
import threading
from collections.abc import Iterator
from functools import lru_cache

from adapters.audio.program import ffmpeg

RATE = 44_100
PREVIEW = 30.0
"""Seconds of a preview."""
PIECE = 5.0
"""Seconds of one piece of a stream."""

_AAC = ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "128k")
_ENCODERS = {
    "m4a": (*_AAC, "-movflags", "+faststart", "-f", "ipod"),
    "fmp4": (*_AAC, "-movflags", "+empty_moov+default_base_moof",
             "-frag_duration", str(round(PIECE * 1e6)), "-f", "mp4"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"),
    "webm": ("-c:a", "libopus", "-b:a", "96k", "-ar", "48000", "-compression_level", "0",
             "-f", "webm"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav"),
}  # fmt: skip
FORMATS = tuple(_ENCODERS)


class Sounds:
    """Encoded tunes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._made: dict[tuple[float, str, float, int, str], bytes] = {}
        self._lock = threading.Lock()

    def encoded(self, bpm: float, key: str, seconds: float, seed: int, form: str) -> bytes:
        """One of `FORMATS`; equal arguments give equal bytes."""
        wanted = (bpm, key, seconds, seed, form)
        with self._lock:
            if wanted not in self._made:
                self._made[wanted] = _encode(*wanted)
            return self._made[wanted]


def _encode(bpm: float, key: str, seconds: float, seed: int, form: str) -> bytes:
    samples = _rendered(bpm, key, seconds, seed)
    source = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")
    plain = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
    if form == "m4a":  # its index is written last and put in front: that takes a file
        return _through_file(source, plain, samples)
    run = subprocess.run(
        [ffmpeg(), "-v", "error", *source, *plain, *_ENCODERS[form], "pipe:1"],
        input=samples,
        check=True,
        capture_output=True,
    )
    return run.stdout


@lru_cache(maxsize=2)
def _rendered(bpm: float, key: str, seconds: float, seed: int) -> bytes:
    from adapters.sandbox.tunes import render  # numpy: only who listens pays for it

    return render(bpm, key, seconds, seed, RATE).tobytes()


def _through_file(source: tuple[str, ...], plain: tuple[str, ...], samples: bytes) -> bytes:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tune.m4a"
        command = [ffmpeg(), "-v", "error", *source, *plain, *_ENCODERS["m4a"], f"file:{path}"]
        subprocess.run(command, input=samples, check=True, capture_output=True)
        return path.read_bytes()


def pieces(form: str, content: bytes) -> tuple[bytes, list[bytes]]:
    """A stream as its beginning, which all pieces need, and the pieces; joined they are whole."""
    if form != "fmp4":
        size = max(1, len(content) // 8)
        return b"", [content[start : start + size] for start in range(0, len(content), size)]
    first, parts, rest = b"", list[bytes](), b""
    for kind, box in _boxes(content):
        if kind == b"moof":
            if rest:
                parts.append(rest)
            rest = box
        elif rest:
            rest += box
        else:
            first += box
    return first, [*parts, rest]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The outermost boxes of an MP4 file."""
    place = 0
    while place < len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        yield kind, content[place : place + size]
        place += size
