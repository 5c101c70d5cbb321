"""Which key a piece is in: how much of each pitch class sounds, and which key that fits best."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from state.musical import camelot, key_name

Array = NDArray[np.float64]

_FRAME = 0.743  # seconds: long enough to tell two low semitones apart
_OCTAVES = 4  # above them there are overtones only
_LOWEST = 261.6256 / 4  # Hz: a C, where the bass begins
_FINE = 5  # places in a semitone: one is the tuning, its neighbours are how far a note strays
_OCTAVE = 12 * _FINE  # places
_LOUDNESS = 0.3  # the power of the amplitude that is added up: quiet notes count nearly like loud
_OVERTONES = ((19 * _FINE, 0.3), (28 * _FINE, 0.1))
"""Places and strength of the twelfth and the seventeenth, which sound like notes of their own."""
_EVEN = 0.7  # the power that keeps a bass note from drowning the third that tells minor from major
_CLEAR = 0.1  # a lead over the next best key that leaves no doubt
_NOISE, _NOTES = 0.01, 0.03  # how much notes rise above the rest: not at all, as in any music

# How much of each degree sounds in electronic music in a major and a minor key (Faraldo, Gómez,
# Jordà, Herrera: Key Estimation in Electronic Dance Music, 2016).
_MAJOR = (0.165, 0.047, 0.083, 0.067, 0.100, 0.093, 0.053, 0.132, 0.052, 0.074, 0.069, 0.064)
_MINOR = (0.172, 0.053, 0.076, 0.100, 0.056, 0.085, 0.050, 0.135, 0.075, 0.050, 0.092, 0.055)


class Key(NamedTuple):
    """What was heard; empty if nothing was."""

    name: str
    """`Am`, `F#`: sharps only."""
    camelot: str
    """`8A`, `2B`: neighbours on this wheel go together."""
    confidence: float
    """0 to 1: by how much it fits better than any other."""


def musical_key(samples: NDArray[np.generic], rate: int) -> Key:
    """The key of mono samples (integers or floats), shape (samples,), at 8,000 Hz or more."""
    sounding, rising = _pitch_classes(samples, rate)
    if np.count_nonzero(sounding) < 2:
        return Key("", "", 0.0)
    fits = np.array(
        [
            np.corrcoef(sounding, np.roll(profile, tonic))[0, 1]
            for profile in (_MAJOR, _MINOR)
            for tonic in range(12)
        ]
    )
    second, best = np.argsort(fits)[-2:]
    lead = min(1.0, float(fits[best] - fits[second]) / _CLEAR)
    tonal = min(1.0, max(0.0, (rising - _NOISE) / (_NOTES - _NOISE)))
    name = key_name(int(best) % 12, minor=bool(best >= 12))
    return Key(name, camelot(name), round(max(0.0, float(fits[best])) * lead * tonal, 3))


def _pitch_classes(samples: NDArray[np.generic], rate: int) -> tuple[Array, float]:
    """How much of each pitch class sounds, C first, shape (12,); how far notes rise above noise."""
    heard = _spectrum(samples, rate)
    # Drums are broad and notes are narrow: what rises above its surroundings is a note.
    edge = np.pad(heard, _OCTAVE // 2, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(edge, _OCTAVE + 1)
    noise = np.median(around, axis=1)
    notes = np.maximum(0.0, heard - noise)
    rising = float(notes.sum() / max(noise.sum(), 1e-9))
    for above, strength in _OVERTONES:
        for stray in (-1, 0, 1):
            echo = strength * np.roll(notes, stray)[:-above]
            notes[above:] = np.maximum(0.0, notes[above:] - echo)
    octave = notes.reshape(_OCTAVES, _OCTAVE).sum(axis=0)
    # A recording that is tuned higher or lower has all its notes beside the middle.
    tuning = int(np.argmax([octave[place::_FINE].sum() for place in range(_FINE)])) - _FINE // 2
    semitones = np.roll(octave, -tuning).reshape(12, _FINE)[:, 1:-1].sum(axis=1)
    return semitones**_EVEN, rising


def _spectrum(samples: NDArray[np.generic], rate: int) -> Array:
    """Mean loudness on a scale of fifths of semitones, shape (4 octaves x 60,)."""
    frame = 1 << round(np.log2(_FRAME * rate))
    window = np.hanning(frame)
    places = np.arange(_OCTAVES * _OCTAVE) - _FINE // 2
    bins = _LOWEST * 2.0 ** (places / _OCTAVE) * frame / rate
    total = np.zeros(len(places))
    for start in range(0, len(samples) - frame + 1, frame // 2):
        strength = np.abs(np.fft.rfft(samples[start : start + frame].astype(np.float64) * window))
        total += np.interp(bins, np.arange(len(strength)), strength) ** _LOUDNESS
    return total
