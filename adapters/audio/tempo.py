"""How fast a piece is, to a hundredth of a beat a minute.

Music of machines keeps one tempo from end to end, so a pulse is looked for that stays in step with
the onsets of the whole stretch: the onsets' spectrum at a tempo and its multiples. The longer the
stretch, the sharper its peak: 90 seconds tell 127.00 from 127.05.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOW, HIGH = 70.0, 180.0
"""Beats a minute: half and double tempo are the same music, and this says which is meant."""

_STEPS = 172  # onset values a second, about
_FRAME = 0.0465  # seconds
_EDGES = (30.0, 120.0, 400.0, 1200.0, 2600.0, 5000.0)  # Hz, of the bands that are listened to
_LOUD = (2.0, 1.0, 1.0, 1.0, 1.0)  # their weights: the kick is the beat
_GRID = 0.02  # beats a minute
_MULTIPLES = {1: 1.0, 2: 0.7, 3: 0.25, 4: 0.6}  # beats, eighths, triplets, sixteenths
_LIKING = 0.8  # octaves
_SHARP = (1, 2, 4, 8)  # multiples of the beat that say exactly how fast it is
_STEADY = 0.01  # a band whose loudness rises by less is a held tone
_SHORTEST = 6.0  # seconds


class Tempo(NamedTuple):
    """What was heard; 0 beats a minute if nothing was."""

    bpm: float
    confidence: float
    """0 to 1: how much of the rhythm is in step with it."""


def tempo(samples: NDArray[np.generic], rate: int, low: float = LOW, high: float = HIGH) -> Tempo:
    """The tempo of mono samples (integers or floats), shape (samples,).

    Args:
        rate: Hz, 11,025 or more.
        low, high: the range of answers, beats a minute; its middle is liked best.

    Raises:
        ValueError: the range is empty.
    """
    if not 0 < low < high:
        raise ValueError(f"no tempo is between {low:g} and {high:g} beats a minute")
    if len(samples) < _SHORTEST * rate:
        return Tempo(0.0, 0.0)
    onsets, steps = _onsets(samples, rate)
    if not onsets.any():
        return Tempo(0.0, 0.0)
    tempi = np.linspace(low, high, max(2, round((high - low) / _GRID) + 1))
    scores = _scores(onsets, steps, tempi)
    octaves = np.log2(tempi / np.sqrt(low * high))
    best = float(tempi[np.argmax(scores * np.exp(-0.5 * (octaves / _LIKING) ** 2))])
    bpm = min(max(_sharpened(onsets, steps, best), low), high)
    # Of noise, the strongest tempo is twice as strong as the median one.
    confidence = 1.0 - 2.0 * float(np.median(scores) / scores.max())
    return Tempo(round(bpm, 2), round(max(0.0, confidence), 3))


def _onsets(samples: NDArray[np.generic], rate: int) -> tuple[Array, float]:
    """How much begins at each moment, and how many moments a second has."""
    hop = round(rate / _STEPS)
    frame = 1 << round(np.log2(_FRAME * rate))
    count = (len(samples) - frame) // hop + 1
    edges = [round(edge * frame / rate) for edge in _EDGES]
    window = np.hanning(frame)
    energy = np.zeros((count, len(edges) - 1))
    for start in range(0, count, 512):
        stop = min(count, start + 512)
        piece = samples[start * hop : (stop - 1) * hop + frame].astype(np.float64)
        frames = np.lib.stride_tricks.sliding_window_view(piece, frame)[::hop] * window
        power = np.abs(np.fft.rfft(frames)[:, edges[0] : edges[-1]]) ** 2
        energy[start:stop] = np.add.reduceat(power, [e - edges[0] for e in edges[:-1]], axis=1)
    # Loudness as the ear has it, with a floor so that the noise between notes does not count.
    floor = 1e-3 * energy.mean(axis=0) + 1e-5 * energy.sum(axis=1).mean() + 1e-9
    loudness = np.log1p(energy / floor)
    rise = np.maximum(0.0, np.diff(loudness, axis=0, prepend=loudness[:1]))
    spread = rise.std(axis=0)
    rise = np.divide(rise, spread, out=np.zeros_like(rise), where=spread > _STEADY)
    onsets = rise @ np.array(_LOUD)
    return onsets - onsets.mean(), rate / hop


def _scores(onsets: Array, steps: float, tempi: Array) -> Array:
    """How strongly the onsets repeat at each tempo and its multiples."""
    size = 1 << (16 * len(onsets) - 1).bit_length()  # so fine that no peak falls between two
    spectrum = np.abs(np.fft.rfft(onsets * np.hanning(len(onsets)), size))
    scores = np.zeros(len(tempi))
    for multiple, weight in _MULTIPLES.items():
        place = np.round(tempi / 60.0 * multiple * size / steps).astype(int)
        scores += weight * spectrum[place]
    return scores


def _sharpened(onsets: Array, steps: float, bpm: float) -> float:
    """The tempo near `bpm` that the onsets stay in step with from end to end."""
    seconds = np.arange(len(onsets)) / steps
    tempi = bpm + np.linspace(-0.06, 0.06, 25)
    turns = np.exp(np.outer(tempi, -2j * np.pi / 60.0 * seconds))
    strength = np.zeros(len(tempi))
    for _ in _SHARP:
        strength += np.abs(turns @ onsets) ** 2
        turns *= turns
    top = int(np.clip(np.argmax(strength), 1, len(tempi) - 2))
    left, middle, right = strength[top - 1 : top + 2]
    curve = left - 2 * middle + right
    offset = 0.5 * (left - right) / curve if curve else 0.0
    return float(tempi[top] + np.clip(offset, -1, 1) * (tempi[1] - tempi[0]))
