"""Keys: of tunes whose key is known, their names and their places on the wheel."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.audio.decoding import RATE
from adapters.audio.musical_key import Key, musical_key
from adapters.sandbox.tunes import KEYS, render
from state.musical import camelot, key_name

WHEEL = ("G#m", "B", "D#m", "F#", "A#m", "C#", "Fm", "G#", "Cm", "D#", "Gm", "A#",
         "Dm", "F", "Am", "C", "Em", "G", "Bm", "D", "F#m", "A", "C#m", "E")  # fmt: skip
"""From 1A and 1B to 12A and 12B."""


@pytest.mark.parametrize("key", ["Am", "C", "F#m", "D#", "Gm", "E", "Bm", "G#"])
def test_the_key_of_a_cadence_is_heard(key: str) -> None:
    heard = musical_key(render(124, key, 25, KEYS.index(key), RATE), RATE)
    assert heard.name == key
    assert heard.camelot == camelot(key)
    assert 0.0 < heard.confidence <= 1.0


def test_a_recording_may_be_tuned_otherwise() -> None:
    """Played 1.5 % too fast it is a quarter of a semitone sharp."""
    samples = render(124, "Am", 25, KEYS.index("Am"), RATE)
    assert musical_key(samples, round(RATE * 1.015)).name == "Am"


def test_a_semitone_more_is_another_key() -> None:
    samples = render(124, "Am", 25, KEYS.index("Am"), RATE)
    assert musical_key(samples, round(RATE * 2 ** (1 / 12))).name == "A#m"


def test_every_key_has_its_place_on_the_wheel() -> None:
    places = [f"{hour}{half}" for hour in range(1, 13) for half in "AB"]
    assert [camelot(name) for name in WHEEL] == places
    assert sorted(WHEEL) == sorted(KEYS)
    assert {key_name(pitch, minor=minor) for pitch in range(12) for minor in (False, True)} == set(
        KEYS
    )


@pytest.mark.parametrize("name", ["", "m", "H", "Bb", "A minor"])
def test_a_key_that_is_none_has_no_place(name: str) -> None:
    with pytest.raises(ValueError):
        camelot(name)


def test_silence_has_no_key_and_noise_is_not_trusted() -> None:
    assert musical_key(np.zeros(0), RATE) == Key("", "", 0.0)
    assert musical_key(np.zeros(30 * RATE, np.int16), RATE) == Key("", "", 0.0)
    noise = np.random.default_rng(1).standard_normal(60 * RATE)
    assert musical_key(noise, RATE).confidence < 0.2
