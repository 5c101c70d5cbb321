"""Audio of one kind made of another, all outputs of a source by one run of ffmpeg.

Loudness is nobody's business here, and neither are channels: mono stays mono. What has more than
two is mixed to stereo by the usual matrix (which keeps peaks below full scale), since players of
the lossy formats and of CDs know no more; FLAC and ALAC keep all. Equal input and an equal ffmpeg
give equal bytes: no dates, no versions, no tags; tags are `tagging`'s.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from adapters.audio.generations import (
    CD_RATE,
    CODEC,
    Format,
    Generation,
    Need,
    best,
    needed,
)
from adapters.audio.probing import probe
from adapters.audio.program import ffmpeg
from adapters.audio.streams import PATIENCE, Stream, complaint, run, stream, whitelisted
from adapters.contract import Fatal, Permanent

__all__ = [
    "Format",
    "Generation",
    "Made",
    "Need",
    "Output",
    "Stream",
    "best",
    "convert",
    "needed",
    "stream",
]

_PLAIN = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]
_PLAIN += ["-flags:a", "+bitexact"]
_LARGEST = 0xFFFF_0000  # bytes: the sizes in WAV and AIFF have 32 bits
_LOSSY_RATE = 48_000  # Hz, at most

# Lines that no tag can forge: tags are printed indented, and before these.
_DECODED = re.compile(
    r"^\[in#0[^\]\n]*\]   Input stream #0:\d+ \(audio\):.*?\((\d+) samples\)", re.M
)
_UNWRITTEN = re.compile(
    r"^\[a?o(?:ut|st)#[^\n]*?\b(No space left on device|Disk quota exceeded|File too large|"
    r"Input/output error|Read-only file system)$",
    re.MULTILINE,
)


class Output(NamedTuple):
    """A file to be made: a work file's path, where nothing is yet."""

    path: Path
    format: Format


class Made(NamedTuple):
    """A file that was made, closed, on the disk, and read again."""

    path: Path
    format: Format
    how: Need
    size: int
    """Bytes."""
    audio: str
    """sha256 (hex) of its audio packets, as `probe` gives it."""
    codec: str
    duration_ms: int
    bitrate: int
    """bit/s over the whole file."""


def convert(source: Path, outputs: Sequence[Output]) -> tuple[Made, ...]:
    """Make files of the first audio stream of `source`, in the order of `outputs`.

    A codec that is already the right one is copied, packet for packet. Whether the source is whole
    is `probe`'s to say. After an error nothing is left of the outputs.

    Raises:
        Permanent: the source cannot be decoded (to its end), or something is in an output's way.
        Transient: it took too long, or ffmpeg was killed.
        Fatal: there is no ffmpeg, or an output cannot be written: the disk is full …
        OSError: the source cannot be opened.
    """
    if not outputs:
        return ()
    heard = stream(source)
    needs = [_need(heard, source, output.format) for output in outputs]
    _refuse_endless(source, heard, outputs)
    claimed: list[Path] = []
    try:
        for output in outputs:
            _claim(output.path)
            claimed.append(output.path)
        duration = _make(source, heard, outputs, needs)
        return tuple(
            _verified(output, need, heard, duration)
            for output, need in zip(outputs, needs, strict=True)
        )
    except BaseException:
        for path in claimed:
            with suppress(OSError):
                path.unlink()
        raise


def _need(heard: Stream, source: Path, format: Format) -> Need:
    return needed(heard.codec, source.suffix[1:], format, rate=heard.rate)


def _refuse_endless(source: Path, heard: Stream, outputs: Sequence[Output]) -> None:
    if heard.duration * CD_RATE * 4 < _LARGEST:
        return
    for output in outputs:
        if output.format in ("wav", "aiff"):
            hours = heard.duration / 3600
            raise Permanent(f"{source}: {hours:.1f} hours are too long for a {output.format} file")


def _claim(path: Path) -> None:
    """Make the empty file, so that ffmpeg can overwrite nothing else."""
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise Permanent(f"{path}: is in the way of what was to be made; move it") from error
    except OSError as error:
        raise Fatal(f"{path}: cannot be written: {error.strerror}") from error


def _make(source: Path, heard: Stream, outputs: Sequence[Output], needs: Sequence[Need]) -> float:
    """Run ffmpeg; how many seconds of sound there were."""
    # Only `verbose` ends with how many samples were decoded.
    command = ["-v", "verbose", "-y", *whitelisted(source)]
    for output, need in zip(outputs, needs, strict=True):
        command += ["-map", "0:a:0", *_PLAIN, *_encoder(output.format, need, heard)]
        command += [*_muxer(output.format), f"file:{output.path}"]
    if "encode" not in needs:  # copies would carry any damage on
        command += ["-map", "0:a:0", "-f", "null", "-"]
    code, said = run(command, source, PATIENCE + heard.duration)
    if unwritten := _UNWRITTEN.search(said):
        raise Fatal(f"{outputs[0].path.parent}: {_unwritten(unwritten[1])}")
    if code:
        raise Permanent(f"{source}: cannot be converted: {complaint(said)}")
    decoded = _DECODED.findall(said)
    duration = int(decoded[-1]) / heard.rate if decoded else 0.0
    if heard.duration - duration > max(1.0, heard.duration / 100):
        raise Permanent(
            f"{source}: damaged: only {duration:.0f} of {heard.duration:.0f} seconds can be "
            "decoded; fetch it again"
        )
    return duration


def _encoder(format: Format, need: Need, heard: Stream) -> list[str]:
    if need != "encode":
        return ["-c:a", "copy"]
    rate = _halved(heard.rate)
    stereo = "channel_layouts=mono|stereo"
    kilobits = 128 if heard.layout == "mono" else 256
    match format:
        case "m4a":
            encoder = ["-c:a", _aac(), "-b:a", f"{kilobits}k"]
            return ["-af", f"aformat={stereo}:sample_rates={rate}", *encoder]
        case "mp3":
            encoder = ["-c:a", "libmp3lame", "-b:a", "320k"]
            return ["-af", f"aformat={stereo}:sample_rates={rate}", *encoder]
        case "wav" | "aiff":
            return ["-af", f"aformat={stereo}:sample_rates={CD_RATE}", "-c:a", CODEC[format]]
        case "flac" | "alac":
            samples = ("s32" if heard.wide else "s16") + ("p" if format == "alac" else "")
            # FLAC keeps the size of the first frame, and that of an MP3 is a stump.
            frames = ",asetnsamples=4608:p=0" if format == "flac" else ""
            return ["-af", f"aformat=sample_fmts={samples}{frames}", "-c:a", format]


def _halved(rate: int) -> int:
    """The rate, or a whole fraction of it that lossy encoders and their players know."""
    while rate > _LOSSY_RATE:
        rate //= 2
    return rate


def _muxer(format: Format) -> list[str]:
    match format:
        case "m4a" | "alac":
            return ["-movflags", "+faststart", "-f", "ipod"]
        case _:
            return ["-f", format]


@cache
def _aac() -> str:
    """Apple's encoder is the better one; only their machines have it."""
    run = subprocess.run(
        [ffmpeg(), "-hide_banner", "-v", "error", "-encoders"], capture_output=True, timeout=60
    )
    return "aac_at" if b" aac_at " in run.stdout else "aac"


def _verified(output: Output, need: Need, heard: Stream, duration: float) -> Made:
    """Read what was made, once it is on the disk."""
    path = output.path
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        size = path.stat().st_size
    except OSError as error:
        raise Fatal(f"{path}: {_unwritten(error.strerror or str(error))}") from error
    found = probe(path)
    # An encoder's first and last frames are not all music, and copies are counted by packets.
    allowed = 0.05 + 0.001 * duration + 2 * 1152 / min(heard.rate, CD_RATE)
    if abs(found.duration_ms / 1000 - duration) > allowed or found.codec != CODEC[output.format]:
        raise Permanent(
            f"{path}: came out as {found.duration_ms / 1000:.2f} seconds of {found.codec}, not "
            f"{duration:.2f} of {CODEC[output.format]}; the source may be damaged: fetch it again"
        )
    return Made(
        path,
        output.format,
        need,
        size,
        found.audio,
        found.codec,
        found.duration_ms,
        found.bitrate,
    )


def _unwritten(why: str) -> str:
    full = why in ("No space left on device", "Disk quota exceeded")
    return "the disk is full; free some space" if full else f"cannot be written: {why}"
