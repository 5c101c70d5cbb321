"""Tempo: of tunes whose tempo is known, in the range that is asked for, and of what has none."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.audio.decoding import RATE
from adapters.audio.tempo import Tempo, tempo
from adapters.sandbox.tunes import render


@pytest.mark.parametrize(
    ("bpm", "key", "seed"),
    [(92.0, "Am", 1), (107.3, "F", 2), (120.0, "C#m", 3), (126.55, "G", 4), (133.0, "Dm", 5),
     (145.0, "A#", 6)],
)  # fmt: skip
def test_the_tempo_of_house_is_right_to_a_tenth(bpm: float, key: str, seed: int) -> None:
    heard = tempo(render(bpm, key, 45, seed, RATE), RATE)
    assert heard.bpm == pytest.approx(bpm, abs=0.1)
    assert heard.confidence > 0.7


def test_the_rate_and_the_loudness_do_not_matter() -> None:
    loud = render(124, "Em", 20, 7, 44_100)
    assert tempo(loud, 44_100).bpm == pytest.approx(124, abs=0.1)
    assert tempo(loud // 50, 44_100).bpm == pytest.approx(124, abs=0.1)
    assert tempo(loud / 32768, 44_100).bpm == pytest.approx(124, abs=0.1)


def test_the_range_says_which_octave_is_meant() -> None:
    samples = render(174, "Fm", 30, 8, RATE)
    assert tempo(samples, RATE, 120, 180).bpm == pytest.approx(174, abs=0.1)
    assert tempo(samples, RATE, 60, 110).bpm == pytest.approx(87, abs=0.1)


def test_noise_is_not_trusted() -> None:
    noise = np.random.default_rng(1).standard_normal(60 * RATE)
    assert tempo(noise, RATE).confidence < 0.2


@pytest.mark.parametrize("seconds", [0, 1, 5, 30])
def test_silence_has_no_tempo(seconds: int) -> None:
    assert tempo(np.zeros(seconds * RATE, np.int16), RATE) == Tempo(0.0, 0.0)


def test_a_held_tone_has_no_tempo() -> None:
    tone = 9000 * np.sin(2 * np.pi * 175.5 * np.arange(30 * RATE) / RATE)
    assert tempo(tone, RATE) == Tempo(0.0, 0.0)


@pytest.mark.parametrize(("low", "high"), [(120, 120), (180, 70), (0, 100), (-5, 100)])
def test_an_empty_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="beats a minute"):
        tempo(np.zeros(RATE), RATE, low, high)
