"""Fingerprints: equal to Chromaprint's, near for one recording, far for two, found without pairs.

    python -m scripts.bench.fingerprints [FOLDER] [--few N]

FOLDER holds any music (for example the unpacked game-music packages of Debian); without one, tunes
are made up. Words are compared with ffmpeg's chromaprint muxer, where it has one, and with fpcalc,
where it is installed (libchromaprint-tools); both are given what we hear.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.audio import ffmpeg
from adapters.audio.decoding import RATE, decode
from adapters.audio.fingerprint import Words, comparable, distance, fingerprint, to_text, words
from adapters.contract import AdapterError
from adapters.ignored import is_audio
from adapters.sandbox import music
from engine.duplicates import Index

FORMS = {
    "flac": ("x.flac", ()),
    "m4a 256k": ("x.m4a", ("-b:a", "256k")),
    "m4a 128k": ("x.m4a", ("-b:a", "128k")),
    "mp3 320k": ("x.mp3", ("-b:a", "320k")),
    "mp3 128k": ("x.mp3", ("-b:a", "128k")),
    "mp3 64k": ("x.mp3", ("-b:a", "64k")),
    "opus 96k": ("x.opus", ("-b:a", "96k")),
    "6 dB softer": ("x.flac", ("-af", "volume=-6dB")),
    "0.5 s cut off": ("x.flac", ("-ss", "0.5")),
    "2 s cut off": ("x.flac", ("-ss", "2.03")),
    "3 s of silence before": ("x.flac", ("-af", "adelay=3000:all=1")),
    "6 dB more bass": ("x.flac", ("-af", "bass=g=6")),
    "left channel": ("x.flac", ("-af", "pan=mono|c0=c0")),
    "2 % faster": ("x.flac", ("-af", "atempo=1.02")),
    "a semitone higher": ("x.flac", ("-af", "asetrate=46722,aresample=44100")),
}


def main() -> None:
    """Print tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--few", type=int, default=7, help="tracks that are encoded anew")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        work = Path(name)
        folder = said.folder or made_up(work / "tunes")
        known = compared(folder)
        apart(known)
        encoded(known, work, said.few)
        looked_up(100_000)


def made_up(folder: Path) -> Path:
    """Twelve tunes of two minutes."""
    folder.mkdir()
    for seed in range(12):
        music.make(folder / f"{seed}.flac", seed=seed, seconds=130)
    return folder


def compared(folder: Path) -> dict[Path, Words]:
    """Ours and the library's, word by word; gives what may be compared further."""
    known: dict[Path, Words] = {}
    words_equal, words_total, texts, tracks = Counter[str](), Counter[str](), Counter[str](), 0
    seconds = 0.0
    others = judges()
    for path in sorted(folder.rglob("*")):
        if not (path.is_file() and is_audio(path.name)):
            continue
        try:
            samples = decode(path).samples
        except AdapterError as error:
            print("left out:", error)
            continue
        began = time.perf_counter()
        ours = words(samples)
        seconds += time.perf_counter() - began
        if comparable(ours):
            known[path] = ours
        if not len(ours):
            continue
        tracks += 1
        for name, judge in others.items():
            its, text = judge(path, samples)
            words_total[name] += len(its)
            if len(its) == len(ours):
                words_equal[name] += int((its == ours).sum())
            texts[name] += text == to_text(ours)
    print("| what | figure |\n|---|---|")
    for name in others:
        print(
            f"| words equal to those of {name} | {words_equal[name]:,} of {words_total[name]:,} |"
        )
        print(f"| texts equal to those of {name} | {texts[name]} of {tracks} |")
    print(f"| tracks that can be compared | {len(known)} |")
    print(f"| milliseconds a track, decoded | {seconds / max(1, len(known)) * 1000:.0f} |\n")
    return known


Judge = Callable[[Path, NDArray[np.int16]], tuple[Words, str]]
"""Words and text of a file, and of what we heard of it."""


def judges() -> dict[str, Judge]:
    """Who is there to compare with."""
    found: dict[str, Judge] = {}
    if "chromaprint" in ran("-muxers").decode():
        found["ffmpeg's muxer"] = lambda path, samples: (
            np.frombuffer(theirs(path, "raw"), "<u4").astype(np.uint32),
            theirs(path, "base64").decode().strip(),
        )
    if shutil.which("fpcalc"):
        found["fpcalc"] = lambda path, samples: (
            np.array(calculated(samples, "-raw").split(","), np.uint32),
            calculated(samples),
        )
    return found


def calculated(samples: NDArray[np.int16], *options: str) -> str:
    """What fpcalc says of the first two minutes."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(samples.astype("<i2").tobytes())
        file.flush()
        command = ["fpcalc", "-plain", "-length", "120", *options, file.name]
        # It takes the end of a WAV for an error (exit code 3) and says all the same what it heard.
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def theirs(path: Path, form: str) -> bytes:
    """What the library writes."""
    decoded = ("-nostdin", "-i", str(path), "-map", "0:a:0", "-t", "120", "-ac", "1")
    return ran(*decoded, "-ar", str(RATE), "-f", "chromaprint", "-fp_format", form, "-")


def ran(*words: str) -> bytes:
    """What ffmpeg says."""
    return subprocess.run([ffmpeg(), "-v", "error", *words], capture_output=True, check=True).stdout


def apart(known: dict[Path, Words], pairs: int = 1000) -> None:
    """Distances of pieces that are different; equal names are taken for one piece."""
    chance = random.Random(1)
    paths = sorted(known)
    found: list[float] = []
    nearest = ""
    while len(found) < pairs and len(paths) > 1:
        one, other = chance.sample(paths, 2)
        if one.name != other.name:
            found.append(distance(known[one], known[other]))
            if found[-1] == min(found):
                nearest = f"{one.name}, {other.name}"
    if not found:
        return
    print("| two pieces | lowest | 1 % | median | nearest |\n|---|---|---|---|---|")
    low, median = np.quantile(found, 0.01), np.median(found)
    print(f"| {len(found)} pairs | {min(found):.3f} | {low:.3f} | {median:.3f} | {nearest} |\n")


def encoded(known: dict[Path, Words], work: Path, few: int) -> None:
    """Distances of one recording in other forms, and whether the index finds it."""
    index: Index[Path] = Index()
    for path, its in known.items():
        index.add(path, its)
    chosen = random.Random(2).sample(sorted(known), min(few, len(known)))
    print("| the same piece | lowest | highest | found | shared, least | strangers |")
    print("|---|---|---|---|---|---|")
    for form, (name, options) in FORMS.items():
        far, found, shared, strangers = [], 0, [], 0
        for path in chosen:
            copy = work / name
            ran(
                "-nostdin", "-y", "-i", str(path), "-map", "0:a:0", "-t", "130", *options, str(copy)
            )
            its = fingerprint(copy)
            far.append(distance(known[path], its))
            candidates = {each.track: each.shared for each in index.candidates(its)}
            found += path in candidates
            shared.append(candidates.pop(path, 0))
            strangers += len(candidates)
        cells = [form, f"{min(far):.4f}", f"{max(far):.4f}", f"{found} of {len(chosen)}"]
        print(f"| {' | '.join([*cells, str(min(shared)), str(strangers)])} |", flush=True)
    print()


def looked_up(tracks: int) -> None:
    """What an index of a large library costs, of words made up."""
    index: Index[int] = Index()
    made = list(random_words(tracks))
    began = time.perf_counter()
    for number, each in enumerate(made):
        index.add(number, each)
    adding = time.perf_counter() - began
    index.candidates(made[0])
    asked = made[:: tracks // 100]
    asking = seconds(lambda: [index.candidates(each) for each in asked])
    comparing = seconds(lambda: [distance(each, made[1]) for each in asked])
    print(f"| an index of {tracks:,} | figure |\n|---|---|")
    print(f"| bytes a track | {index.nbytes / tracks:.0f} |")
    print(f"| megabytes | {index.nbytes / 1e6:.0f} |")
    print(f"| microseconds to add one | {adding / tracks * 1e6:.0f} |")
    print(f"| milliseconds to ask for one | {asking / len(asked) * 1e3:.2f} |")
    print(f"| milliseconds to compare one pair | {comparing / len(asked) * 1e3:.2f} |")


def random_words(tracks: int) -> Iterator[Words]:
    """948 words each."""
    chance = np.random.default_rng(1)
    for _ in range(tracks):
        yield chance.integers(0, 2**32, 948, dtype=np.uint32)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
