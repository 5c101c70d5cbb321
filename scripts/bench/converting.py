"""Conversion after a download, both cores busy: `python -m scripts.bench.converting`.

What media sites send (Opus) becomes m4a and WAV, track after track, and so does AAC, whose packets
are only copied. Held against one run of ffmpeg that makes the same two files and does nothing else:
no reading before, no verification, no fsync.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from adapters.audio import ffmpeg
from adapters.audio.converting import Output, convert
from adapters.audio.generations import SUFFIX, Format
from adapters.audio.tagging import TagSet, cover, retagged
from adapters.sandbox.tunes import render
from scripts.bench.__main__ import row
from scripts.bench.measure import Bar, Measured, timed

RATE = 48_000  # Hz, as Opus has it
BOTH: tuple[Format, ...] = ("m4a", "wav")

OPUS = Bar("Opus to m4a and WAV, each of a batch / one run of ffmpeg alone", 1, 0.8)
AAC = Bar("AAC to m4a, each of a batch / the same run of ffmpeg", 0.1, 0.05)
AAC_WAV = Bar("AAC to m4a and WAV, each of a batch / the same run of ffmpeg", 0.3, 0.1)
TAGS = Bar("all tags and a cover into an m4a / the same run of ffmpeg", 0.1, 0.05)


def main() -> int:
    """Print a table as Markdown; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=240, help="of a track")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    said = parser.parse_args()
    print("| what | figure | must | stretch | | measured |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        lines = measure(Path(name), said.tracks, said.seconds, said.workers)
    return int(any(each.bar.met(each.figure) == "missed" for each in lines))


def measure(folder: Path, tracks: int, seconds: float, workers: int) -> list[Measured]:
    """All lines, each printed as soon as it is known."""
    opus, aac = sources(folder, seconds)
    alone = [timed(partial(bare, opus, folder)) for _ in range(2)]
    works: tuple[tuple[Bar, Path, Sequence[Format]], ...] = (
        (OPUS, opus, BOTH),
        (AAC, aac, ("m4a",)),
        (AAC_WAV, aac, BOTH),
    )
    batches = [timed(partial(batch, folder, each, tracks, to, workers)) for _, each, to in works]
    alone.append(timed(partial(bare, opus, folder)))  # a busy machine would slow this one as well
    floor = statistics.median(alone)
    tags = timed(partial(tagged, aac, folder / "tagged.m4a"))
    lines = [
        Measured(bar, spent / tracks / floor, f"{spent / tracks:.2f} s, ffmpeg {floor:.2f} s")
        for (bar, _, _), spent in zip(works, batches, strict=True)
    ]
    lines.append(Measured(TAGS, tags / floor, f"{tags * 1000:.0f} ms"))
    for each in lines:
        print(row(each), flush=True)
    return lines


def sources(folder: Path, seconds: float) -> tuple[Path, Path]:
    """A tune in stereo as sites send it, in Opus and in AAC."""
    sides = [render(124, "Am", seconds, seed, RATE) for seed in (1, 2)]
    raw = np.stack(sides, axis=1).astype("<i2").tobytes()
    opus, aac = folder / "source.webm", folder / "source.m4a"
    command = [ffmpeg(), "-v", "error", "-f", "s16le", "-ar", f"{RATE}", "-ac", "2", "-i", "pipe:0"]
    command += ["-c:a", "libopus", "-b:a", "128k", str(opus)]
    command += ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "256k", str(aac)]
    subprocess.run(command, input=raw, check=True)
    return opus, aac


def bare(source: Path, folder: Path) -> None:
    """What anybody would type."""
    m4a, wav = folder / "bare.m4a", folder / "bare.wav"
    command = [ffmpeg(), "-v", "error", "-y", "-i", str(source)]
    command += ["-map", "0:a:0", "-c:a", "aac", "-b:a", "256k", "-movflags", "+faststart", str(m4a)]
    command += ["-map", "0:a:0", "-c:a", "pcm_s16le", "-ar", "44100", str(wav)]
    subprocess.run(command, check=True)


def batch(folder: Path, source: Path, tracks: int, formats: Sequence[Format], workers: int) -> None:
    """Convert a track as often as there are tracks, some at a time."""

    def one(number: int) -> None:
        place = folder / f"{number}"
        place.mkdir()
        outputs = [Output(place / f"x.{SUFFIX[each]}", each) for each in formats]
        convert(source, outputs)
        shutil.rmtree(place)

    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(one, range(tracks)):
            pass


def tagged(source: Path, work: Path) -> None:
    """Write everything that we ever write."""
    picture = cover(b"\xff\xd8\xff" + bytes(76_000))
    wanted = TagSet(title="T", artists=("A", "B"), bpm=124, key="Am", camelot="8A", cover=picture)
    retagged(source, work, wanted)


if __name__ == "__main__":
    sys.exit(main())
