"""All that is heard in a file, at one decoding: fingerprint, tempo, key."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.audio import tempo as beats
from adapters.audio.decoding import RATE, decode
from adapters.audio.fingerprint import SECONDS, Words, words
from adapters.audio.musical_key import Key, musical_key
from adapters.audio.tempo import Tempo, tempo
from adapters.contract import Fatal
from state.musical import camelot, key_name

By = Literal["numpy", "essentia"]

_INTRO, _STRETCH = 30, 90  # seconds: what is listened to for beats and harmonies
_ESSENTIA_RATE = 44_100  # Hz: its beat tracker knows no other
_ESSENTIA_CERTAIN = 5.32  # its beat tracker's highest confidence
_PITCHES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")  # as essentia names


class Analysis(NamedTuple):
    """What was heard; 0 and empty where nothing was."""

    fingerprint: Words
    """See `adapters.audio.fingerprint`."""
    duration_ms: int
    """Of the whole file, by its packets."""
    bpm: float
    bpm_confidence: float
    key: str
    """`Am`, `F#`: sharps only."""
    camelot: str
    """`8A`, `2B`."""
    key_confidence: float
    by: By
    """Who heard tempo and key. Confidences, 0 to 1, compare only if it was the same."""


def analyse(
    path: Path, low: float = beats.LOW, high: float = beats.HIGH, by: By = "numpy"
) -> Analysis:
    """Listen to the first two minutes of a file, for beats and harmonies from 0:30 on.

    Args:
        low, high: the range of tempi, beats a minute.
        by: `essentia` needs the extra `analysis`, and decodes a second time.

    Raises what `adapters.audio.decoding.decode` raises; Fatal if `by` is not installed; ValueError
    if the range is empty.
    """
    listen = _essentia(low, high) if by == "essentia" else None
    sound = decode(path, seconds=SECONDS)
    if listen is None:
        heard = stretch(sound.samples, RATE)
        pulse, key = tempo(heard, RATE, low, high), musical_key(heard, RATE)
    else:
        full = decode(path, seconds=SECONDS, rate=_ESSENTIA_RATE).samples
        pulse, key = listen(stretch(full, _ESSENTIA_RATE))
    return Analysis(
        fingerprint=words(sound.samples),
        duration_ms=sound.duration_ms,
        bpm=pulse.bpm,
        bpm_confidence=pulse.confidence,
        key=key.name,
        camelot=key.camelot,
        key_confidence=key.confidence,
        by=by,
    )


def stretch(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """Ninety seconds from 0:30 on: of a shorter track the last ninety, or all of it."""
    start = min(_INTRO * rate, max(0, len(samples) - _STRETCH * rate))
    return samples[start : start + _STRETCH * rate]


def _essentia(low: float, high: float) -> Any:
    """A function from samples at 44,100 Hz to what essentia hears.

    Raises:
        Fatal: it is not installed.
    """
    if not 0 < low < high:
        raise ValueError(f"no tempo is between {low:g} and {high:g} beats a minute")
    try:
        standard = importlib.import_module("essentia.standard")
    except ImportError as error:
        raise Fatal(
            "essentia is not installed; pip install 'cratelog[analysis]', or analyse by numpy"
        ) from error
    # It takes whole numbers, and these are all that it takes.
    slowest, fastest = max(40, min(180, int(low))), max(60, min(250, int(np.ceil(high))))
    rhythm = standard.RhythmExtractor2013(method="multifeature", minTempo=slowest, maxTempo=fastest)
    harmony = standard.KeyExtractor(profileType="edma", sampleRate=_ESSENTIA_RATE)

    def listen(samples: NDArray[np.int16]) -> tuple[Tempo, Key]:
        audio = samples.astype(np.float32) / 32_768
        bpm, _, certain, *_ = rhythm(audio)
        pitch, scale, strength = harmony(audio)
        name = key_name(_PITCHES.index(pitch), minor=scale == "minor")
        pulse = Tempo(round(float(bpm), 2), round(float(certain) / _ESSENTIA_CERTAIN, 3))
        return pulse, Key(name, camelot(name), round(float(strength), 3))

    return listen
