"""Tempo and key of tunes whose tempo and key are known: `python -m scripts.bench.tempo_key`.

26 tempi from 92 to 145 beats a minute, and all 24 keys twice; the tunes are those of
`adapters/sandbox/tunes.py`. The rules were tuned on other seeds, but these were looked at as well:
on wholly new tunes it may do a little worse.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import cycle
from pathlib import Path

import numpy as np

from adapters.audio.analysis import stretch
from adapters.audio.decoding import RATE, decode
from adapters.audio.musical_key import musical_key
from adapters.audio.tempo import tempo
from adapters.contract import AdapterError
from adapters.ignored import is_audio
from adapters.sandbox.tunes import KEYS, render
from state.musical import PITCHES

TEMPI, TEMPI_MUST = 26, 24
KEYS_MUST = 44  # of 48


def main() -> int:
    """Print a table as Markdown; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?", help="music of any tempo")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=5000)
    said = parser.parse_args()
    print("| what | right | must | median error | milliseconds |\n|---|---|---|---|---|")
    beats = tempi(said.seconds, said.seed)
    harmonies = keys(said.seconds, said.seed)
    if said.folder:
        whole(said.folder)
    return int(beats < TEMPI_MUST or harmonies < KEYS_MUST)


def tempi(seconds: float, seed: int) -> int:
    """How many are right to a tenth of a beat a minute."""
    errors: list[float] = []
    spent = 0.0
    names = cycle(KEYS)
    for number, bpm in enumerate(np.linspace(92, 145, TEMPI)):
        true = round(float(bpm), 2)
        samples = render(true, next(names), seconds, seed + number, RATE)
        began = time.perf_counter()
        heard = tempo(samples, RATE)
        spent += time.perf_counter() - began
        errors.append(abs(heard.bpm - true))
        if errors[-1] > 0.1:
            print(f"{true:g} was heard as {heard}", file=sys.stderr)
    right = sum(error <= 0.1 for error in errors)
    cells = [f"{right} of {TEMPI}", str(TEMPI_MUST), f"{np.median(errors):.3f}"]
    print(f"| tempo within 0.1 | {' | '.join(cells)} | {spent / TEMPI * 1000:.0f} |", flush=True)
    return right


def keys(seconds: float, seed: int) -> int:
    """How many are right; of the others, how many are near."""
    spent = 0.0
    right = near = 0
    for number, key in enumerate(KEYS * 2):
        samples = render(118 + number / 3, key, seconds, seed + 100 + number, RATE)
        began = time.perf_counter()
        heard = musical_key(samples, RATE)
        spent += time.perf_counter() - began
        right += heard.name == key
        near += heard.name in neighbours(key)
        if heard.name != key:
            print(f"{key} was heard as {heard}", file=sys.stderr)
    count = 2 * len(KEYS)
    cells = [f"{right} of {count}, {near} a neighbour", str(KEYS_MUST), "–"]
    print(f"| key | {' | '.join(cells)} | {spent / count * 1000:.0f} |", flush=True)
    return right


def neighbours(key: str) -> set[str]:
    """A fifth up or down, and the parallel and relative keys."""
    third = "m" if key.endswith("m") else ""
    tonic, other = PITCHES.index(key.removesuffix("m")), "" if third else "m"
    relative = PITCHES[(tonic + (3 if third else 9)) % 12] + other
    return {PITCHES[(tonic + up) % 12] + third for up in (5, 7)} | {
        PITCHES[tonic] + other,
        relative,
    }


def whole(folder: Path) -> None:
    """Music made on machines mostly has a whole number of beats a minute; by chance, a tenth."""
    found = near = 0
    for path in sorted(folder.rglob("*")):
        if not (path.is_file() and is_audio(path.name)):
            continue
        try:
            samples = stretch(decode(path).samples, RATE)
        except AdapterError:
            continue
        if len(samples) >= 45 * RATE:
            bpm = tempo(samples, RATE).bpm
            found, near = found + 1, near + (abs(bpm - round(bpm)) <= 0.05)
    print(f"| within 0.05 of a whole number | {near} of {found} | – | – | – |")


if __name__ == "__main__":
    sys.exit(main())
