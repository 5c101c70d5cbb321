"""The sound of a file as numbers, by one run of ffmpeg.

numpy is loaded here and by whoever listens to files; import these modules inside the functions
that need them, so that a command that hears nothing does not pay for it.
"""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.audio.program import ffmpeg
from adapters.contract import Fatal, Permanent, Transient

RATE = 11_025
"""Hz. What a fingerprint is made of; beats and harmonies are heard in it as well."""

# Without it, a text file called `x.m4a` may be taken for a playlist, and what it names be read.
_DEMUXERS = "aac,aiff,flac,matroska,mov,mp3,ogg,wav"
_PATIENCE = 60.0  # seconds, and one more for each megabyte
_TALK = 32_768  # bytes of ffmpeg's last words that are read: some files make it say megabytes
_TIME = re.compile(r"^out_time_us=(\d+)$", re.MULTILINE)


class Sound(NamedTuple):
    """The beginning of a file, decoded."""

    samples: NDArray[np.int16]
    """Of one channel, shape (samples,)."""
    duration_ms: int
    """Of the whole file, by its packets."""


def decode(path: Path, *, seconds: float = 120.0, rate: int = RATE) -> Sound:
    """Decode the first `seconds` of a file to mono at `rate` Hz; read it to its end all the same.

    Raises Permanent if it is not audio, Transient if that took too long, both with one line that
    starts with the path; OSError if it is not there; Fatal without ffmpeg.
    """
    timeout = _PATIENCE + path.stat().st_size / 1e6
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-nostats", "-v", "error"]
    command += ["-stats_period", "3600", "-progress", "pipe:2"]
    command += ["-format_whitelist", _DEMUXERS, "-i", f"file:{path}"]
    command += ["-map", "0:a:0", "-t", f"{seconds}", "-ac", "1", "-ar", f"{rate}"]
    # What follows the beginning is not decoded: its packets are only counted.
    command += ["-f", "s16le", "pipe:1", "-map", "0:a:0", "-c", "copy", "-f", "null", "-"]
    with tempfile.TemporaryFile() as talk:
        try:
            run = subprocess.run(command, stdout=subprocess.PIPE, stderr=talk, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Transient(f"{path}: could not be decoded within {timeout:.0f} s") from error
        except OSError as error:
            raise Fatal(f"ffmpeg cannot be started: {error}; install cratelog again") from error
        said = _last_words(talk)
    times = _TIME.findall(said)
    if run.returncode or not times:
        raise Permanent(f"{path}: cannot be decoded: {_complaint(said)}")
    samples = np.frombuffer(run.stdout, dtype="<i2").astype(np.int16, copy=False)
    if not samples.size:
        raise Permanent(f"{path}: holds no audio")
    return Sound(samples, round(int(times[-1]) / 1000))


def _last_words(talk: IO[bytes]) -> str:
    talk.seek(max(0, talk.seek(0, io.SEEK_END) - _TALK))
    return talk.read().decode("utf-8", "replace").replace("\r\n", "\n")


def _complaint(said: str) -> str:
    """The first line that is more than progress and "invalid data"."""
    lines = [re.sub(r"^\[[^\]]*\] ", "", line).strip() for line in said.splitlines()]
    words = [line for line in lines if line and not re.match(r"[a-z_0-9]+=", line)]
    telling = [line for line in words if not line.startswith("Invalid data")]
    return next(iter(telling or words), "no reason given")[:200]
