"""Tempo and keys, as people and programs write them."""

from __future__ import annotations

import pytest

from state.musical import PITCHES, beats, camelot, key_name, spelled

KEYS = [key_name(pitch, minor=minor) for pitch in range(12) for minor in (False, True)]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_and_its_place_on_the_wheel_are_one(key: str) -> None:
    assert spelled(key) == key
    assert spelled(camelot(key)) == key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("A minor", "Am"),
        ("a-Moll", "Am"),
        ("Amin", "Am"),
        ("Bbm", "A#m"),
        ("B♭ minor", "A#m"),
        ("b flat minor", "A#m"),
        ("F#", "F#"),
        ("Gb maj", "F#"),
        ("Cb", "B"),
        ("C", "C"),
        ("CM", "C"),
        ("08a", "Am"),
        ("12B", "E"),
        ("1m", "Am"),  # Open Key: 1d is C major
        ("1d", "C"),
        ("8m", "A#m"),
        ("3A", "A#m"),
        (" 8A ", "Am"),
    ],
)
def test_other_spellings_are_understood(written: str, key: str) -> None:
    assert spelled(written) == key


@pytest.mark.parametrize("text", ["", "0A", "13A", "H", "Am7", "8", "fast", "All", "A B"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert spelled(text) == ""


def test_all_keys_have_different_places() -> None:
    assert len({camelot(key) for key in KEYS}) == 24 == 2 * len(PITCHES)


def test_beats_are_a_number_that_music_may_have() -> None:
    assert (beats("126"), beats(" 126,5 "), beats("0.5")) == (126.0, 126.5, 0.5)
    assert not any(map(beats, ("", "fast", "0", "-126", "1000", "nan", "inf")))
