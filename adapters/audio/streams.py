"""The audio stream of a file, asked of ffmpeg; and how ffmpeg is run for it.

Unlike `probe`, this also reads what media sites send (Matroska, WebM), and says how the samples
are kept. Nothing here decodes.
"""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from adapters.audio.generations import lossless
from adapters.audio.program import ffmpeg
from adapters.contract import Fatal, Permanent, Transient

PATIENCE = 60.0
"""Seconds that ffmpeg gets for anything; more for what is long."""

# Without it, a text file called `x.m4a` may be taken for a playlist, and what it names be read.
_DEMUXERS = "aac,aiff,flac,matroska,mov,mp3,ogg,wav"
_TALK = 32_768  # bytes of ffmpeg's talk that are read at each end: some files make it say megabytes

# Lines that no tag can forge: tags are printed indented.
_STREAM = re.compile(
    r"^  Stream #0:\d+[^\n]*?: Audio: (\w+)[^\n]*?, (\d+) Hz, ([^,\n]+), (\w+)", re.M
)
_PARTIAL = re.compile(
    r"^\[[^\]\n]*mov,[^\]\n]*\] stream \d+, offset 0x[0-9a-f]+: partial file$", re.M
)
_PROTECTED = re.compile(r"^  Stream #0:\d+[^\n]*?: Audio: \w+[^\n]*? \((?:drm[si]|enca) /", re.M)
_COMPLAINT = re.compile(r"^\[[^\]\n]*\] (?:Error opening input: )?(.+)$", re.MULTILINE)
_TIME = re.compile(r"^out_time_us=(\d+)$", re.MULTILINE)


class Stream(NamedTuple):
    """The first audio stream of a file."""

    codec: str
    """As ffmpeg names it."""
    rate: int
    """Hz."""
    layout: str
    """`mono`, `stereo`, `5.1` …"""
    wide: bool
    """Its samples have more than 16 bits that mean something."""
    duration: float
    """Seconds, by its packets."""


def stream(source: Path) -> Stream:
    """What can be known of a file's audio without decoding it. Errors as of `convert`."""
    command = ["-progress", "pipe:2", "-stats_period", "3600", *whitelisted(source)]
    command += ["-map", "0:a:0", "-c", "copy", "-f", "null", "-"]
    code, said = run(command, source, PATIENCE + source.stat().st_size / 1e6)
    found, times = _STREAM.search(said), _TIME.findall(said)
    if code or not found:
        raise Permanent(f"{source}: cannot be read as audio: {complaint(said)}")
    if not times or not int(times[-1]):
        raise Permanent(f"{source}: holds no audio")
    duration = int(times[-1]) / 1e6
    if _PARTIAL.search(said):
        raise Permanent(
            f"{source}: half-written: only {duration:.0f} seconds are there; fetch it again"
        )
    if _PROTECTED.search(said):
        raise Permanent(f"{source}: is protected (DRM) and plays only where it was bought")
    codec, rate, layout, depth = found.groups()
    wide = lossless(codec) and not depth.startswith(("s16", "u8"))
    return Stream(codec, int(rate), layout, wide, duration)


def whitelisted(source: Path) -> list[str]:
    """The arguments that open a file as audio, and as nothing else."""
    return ["-format_whitelist", _DEMUXERS, "-i", f"file:{source}"]


def run(arguments: Sequence[str], source: Path, timeout: float) -> tuple[int, str]:
    """Run ffmpeg to its end: its exit code, and the beginning and the end of what it said.

    Raises Transient if it takes longer than `timeout` seconds or is killed; Fatal without ffmpeg.
    """
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-nostats", *arguments]
    with tempfile.TemporaryFile() as talk:
        try:
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=talk, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Transient(f"{source}: was not done within {timeout:.0f} s") from error
        except OSError as error:
            raise Fatal(f"ffmpeg cannot be started: {error}; install cratelog again") from error
        said = _ends(talk)
    if done.returncode < 0:
        raise Transient(f"{source}: ffmpeg was killed by signal {-done.returncode}")
    return done.returncode, said


def _ends(talk: IO[bytes]) -> str:
    size = talk.seek(0, io.SEEK_END)
    talk.seek(0)
    said = talk.read(_TALK)
    talk.seek(max(_TALK, size - _TALK))
    said += talk.read(_TALK)
    return said.decode("utf-8", "replace").replace("\r\n", "\n")


def complaint(said: str) -> str:
    """The most telling of ffmpeg's lines: the last that is more than "invalid data"."""
    lines = _COMPLAINT.findall(said) or said.splitlines() or ["no reason given"]
    telling = [line for line in lines if not line.startswith(("Invalid data", "Terminating"))]
    return str((telling or lines)[-1])[:200].strip()
