"""Small tagged audio files made of nothing: for the demo, and for whoever wants to try first.

A seed is a tune: equal seeds give equal audio packets in a format, different seeds different ones.
"""

from __future__ import annotations

import math
import random
import subprocess
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mutagen
import mutagen.id3
import mutagen.mp4

from adapters.audio import ID3, MP4, VORBIS, ffmpeg

_RATE = 44_100
_BEAT = 0.25  # seconds
_PENTATONIC = (220.0, 247.5, 275.0, 330.0, 366.7, 440.0, 495.0, 550.0, 660.0, 733.3)  # Hz

_ENCODERS = {
    "m4a": (
        "-c:a",
        "aac",
        "-aac_coder",
        "fast",
        "-b:a",
        "96k",
        "-movflags",
        "+faststart",
        "-f",
        "ipod",
    ),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "96k", "-f", "mp3"),
    "flac": ("-c:a", "flac", "-f", "flac"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav"),
    "aiff": ("-c:a", "pcm_s16be", "-f", "aiff"),
    "aif": ("-c:a", "pcm_s16be", "-f", "aiff"),
    "ogg": ("-c:a", "libvorbis", "-f", "ogg"),
    "oga": ("-c:a", "libvorbis", "-f", "ogg"),
    "opus": ("-c:a", "libopus", "-b:a", "48k", "-f", "opus"),
}


def make(
    path: Path,
    *,
    seconds: float = 4,
    seed: int,
    title: str = "",
    artists: Sequence[str] = (),
    album: str = "",
    isrc: str = "",
) -> None:
    """Write a tune in the format that the suffix of `path` names; its folder must exist."""
    encoder = _ENCODERS[path.suffix[1:].lower()]
    source = ("-f", "s16le", "-ar", str(_RATE), "-ac", "1", "-i", "pipe:0")
    plain = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
    subprocess.run(
        [ffmpeg(), "-v", "error", "-y", *source, *plain, *encoder, f"file:{path}"],
        input=tune(seed, seconds),
        check=True,
        capture_output=True,
    )
    retag(path, title=title, artists=artists, album=album, isrc=isrc)


def retag(
    path: Path,
    *,
    title: str | None = None,
    artists: Sequence[str] | None = None,
    album: str | None = None,
    isrc: str | None = None,
) -> None:
    """Change tags in place, as any tag editor does. None leaves one alone, empty removes it."""
    given = {"title": title, "artists": artists, "album": album, "isrc": isrc}
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    for field, value in given.items():
        if value is not None:
            texts = [value] if isinstance(value, str) else list(value)
            _put(file.tags, field, [text for text in texts if text])
    file.save()


def tune(seed: int, seconds: float) -> bytes:
    """16-bit mono PCM, little-endian, 44,100 Hz: a melody in quarter seconds."""
    chance = random.Random(seed)
    overtones = [(harmonic, chance.uniform(0.05, 0.5)) for harmonic in (2, 3, 5)]
    samples = array("h")
    while len(samples) < seconds * _RATE:
        # Whole periods of a whole number of samples: no clicks, and cheap without numpy.
        period = round(_RATE / chance.choice(_PENTATONIC)) + chance.randrange(3)
        wave = array("h", (_sample(i / period, overtones) for i in range(period)))
        samples.extend(wave * round(_BEAT * _RATE / period))
    return samples[: round(seconds * _RATE)].tobytes()


def _sample(turn: float, overtones: list[tuple[int, float]]) -> int:
    height = math.sin(math.tau * turn)
    height += sum(weight * math.sin(math.tau * harmonic * turn) for harmonic, weight in overtones)
    return round(8_000 * height)


def _put(tags: Any, field: str, texts: list[str]) -> None:
    match tags:
        case mutagen.id3.ID3():
            key = ID3[field]
            new: Any = getattr(mutagen.id3, key)(encoding=mutagen.id3.Encoding.UTF8, text=texts)
        case mutagen.mp4.MP4Tags():
            key = MP4[field]
            new = [text.encode() for text in texts] if key.startswith("----") else texts
        case _:
            key, new = VORBIS[field], texts
    if texts:
        tags[key] = new
    elif key in tags:
        del tags[key]
