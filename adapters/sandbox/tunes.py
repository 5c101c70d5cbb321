"""Dance tunes made of nothing, in a given tempo and key: what a listener's answers are held to.

A kick on every beat, hats, a clap, a bass line and chords of a progression that settles its key.
Equal arguments give equal samples; the seed chooses the progression, the sounds and the pattern.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
KEYS = tuple(f"{pitch}{third}" for third in ("", "m") for pitch in PITCHES)
"""All keys, as `musical_key` names them."""

# Degrees of the scale (0 is the tonic); loops such as vi-IV-I-V, of which nobody can tell whether
# they are in major or in its relative minor, are left out.
_MAJOR = ((0, 3, 4, 0), (0, 0, 3, 4), (0, 3, 0, 4), (0, 1, 4, 0))
_MINOR = ((0, 3, 4, 0), (0, 0, 3, 4), (0, 5, 4, 0), (0, 3, 0, 4))
_SCALES = {"": (0, 2, 4, 5, 7, 9, 11), "m": (0, 2, 3, 5, 7, 8, 10)}
_A4 = 69  # the MIDI number of 440 Hz


class _Style(NamedTuple):
    """What a seed chooses."""

    chords: tuple[int, ...]
    """Degree of each bar."""
    bass: tuple[int, ...]
    """Sixteenths of the bar on which it plays."""
    stabs: tuple[int, ...]
    """Sixteenths on which the chords are struck; none: they are held."""
    overtones: Wave
    swing: float
    """By how much of a sixteenth every other one is late."""
    dominant: bool
    """In minor: the fifth degree is major, as in a cadence."""


def render(
    bpm: float, key: str, seconds: float, seed: int, rate: int = 44_100
) -> NDArray[np.int16]:
    """Mono samples of a four-to-the-floor tune, shape (seconds x rate,).

    Args:
        bpm: beats a minute, a fraction too.
        key: one of `KEYS`, such as `Am` or `F#`.
    """
    chance = np.random.default_rng(seed)
    style = _style(chance, key)
    length = round(seconds * rate)
    sound = np.zeros(length + rate)  # the last notes ring out into the margin
    sixteenth = 60.0 / bpm / 4
    strikes = _drums(chance, rate)
    for step in range(int(seconds / sixteenth) + 1):
        place = step % 16
        start = round((step + style.swing * (step % 2)) * sixteenth * rate)
        if start >= length:
            break
        for wave in strikes[place]:
            _mix(sound, start, wave)
        notes = _chord(key, style, step // 16)
        if place in style.bass:
            _mix(sound, start, 0.30 * _bass(notes[0] - 12, 1.7 * sixteenth, rate))
        if place in style.stabs or (not style.stabs and place == 0):
            held = 2.0 * sixteenth if style.stabs else 15.5 * sixteenth
            for note in notes:
                _mix(sound, start, 0.08 * _stab(note, held, style.overtones, rate))
    sound = sound[:length] + 0.002 * chance.standard_normal(length)
    return np.asarray(np.round(20_000 * np.tanh(sound)), np.int16)


def _style(chance: np.random.Generator, key: str) -> _Style:
    minor = key.endswith("m")
    chords = (_MINOR if minor else _MAJOR)[chance.integers(4)]
    basses = ((2, 6, 10, 14), (0, 3, 6, 8, 11, 14), (2, 3, 6, 10, 11, 14), (0, 6, 8, 14))
    stabs: tuple[tuple[int, ...], ...] = ((), (2, 6, 10, 14), (0, 3, 6, 10, 13), (4, 12))
    overtones = chance.uniform(0.2, 1.0, 8) / np.arange(1, 9) ** 1.3
    return _Style(
        chords=chords,
        bass=basses[chance.integers(4)],
        stabs=stabs[chance.integers(4)],
        overtones=overtones / np.sqrt(np.sum(overtones**2)),  # as loud, whatever the sound
        swing=float(chance.choice([0.0, 0.0, 0.1, 0.2])),
        dominant=bool(minor and chance.integers(2)),
    )


def _chord(key: str, style: _Style, bar: int) -> tuple[int, ...]:
    """MIDI notes of a bar's triad, its root first."""
    pitch, third = key.rstrip("m"), "m" if key.endswith("m") else ""
    tonic, scale = 48 + PITCHES.index(pitch), _SCALES[third]
    degree = style.chords[bar % len(style.chords)]
    notes = [tonic + scale[(degree + up) % 7] + 12 * ((degree + up) // 7) for up in (0, 2, 4)]
    if degree == 4 and style.dominant:
        notes[1] = notes[0] + 4
    return tuple(notes)


# ---- sounds ------------------------------------------------------------------------------------


def _mix(sound: Wave, start: int, wave: Wave) -> None:
    part = sound[start : start + len(wave)]
    part += wave[: len(part)]


def _drums(chance: np.random.Generator, rate: int) -> list[list[Wave]]:
    """What is struck on each sixteenth of a bar."""
    time = np.arange(round(0.25 * rate)) / rate
    pitch = 48 + 130 * np.exp(-time * 35)
    kick = 0.9 * np.sin(2 * np.pi * np.cumsum(pitch) / rate) * np.exp(-time * 14)
    noise = chance.standard_normal(len(time))
    bright = np.diff(noise, prepend=0.0)
    hat, closed = 0.10 * bright * np.exp(-time * 25), 0.05 * bright * np.exp(-time * 70)
    clap = 0.22 * noise * np.exp(-time * 28)
    busy = bool(chance.integers(2))
    struck: list[list[Wave]] = [[] for _ in range(16)]
    for place in range(16):
        if place % 4 == 0:
            struck[place].append(kick)
        if place in (4, 12):
            struck[place].append(clap)
        if place % 4 == 2:
            struck[place].append(hat)
        elif busy:
            struck[place].append(closed)
    return struck


def _tone(note: float, seconds: float, overtones: Wave, rate: int) -> Wave:
    time = np.arange(round(seconds * rate)) / rate
    hertz = 440.0 * 2 ** ((note - _A4) / 12)
    wave = np.zeros(len(time))
    for number, loudness in enumerate(overtones, start=1):
        if number * hertz < rate / 2:
            wave += loudness * np.sin(2 * np.pi * number * hertz * time)
    ramp = np.minimum(1.0, np.minimum(time, seconds - time) / 0.005)  # without a click
    return np.asarray(wave * np.clip(ramp, 0.0, 1.0))


def _bass(note: int, seconds: float, rate: int) -> Wave:
    tone = _tone(note, seconds, np.array([1.0, 0.5, 0.25]), rate)
    return np.asarray(tone * np.exp(-np.arange(len(tone)) / rate * 4))


def _stab(note: int, seconds: float, overtones: Wave, rate: int) -> Wave:
    tone = _tone(note, seconds, overtones, rate)
    return np.asarray(tone * np.exp(-np.arange(len(tone)) / rate * (1.0 if seconds > 1 else 5.0)))
