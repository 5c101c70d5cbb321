"""The index of fingerprints: what it finds, what it passes over, and what it costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import duplicates
from engine.duplicates import Candidate, Index, Match

Words = NDArray[np.uint32]


def words(seed: int, count: int = 948) -> Words:
    return np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32)


def altered(piece: Words, share: float, seed: int = 0) -> Words:
    """With another word in the place of some."""
    chance = np.random.default_rng(seed)
    return np.where(chance.random(len(piece)) < share, words(seed + 10**6, len(piece)), piece)


def filled(tracks: int, **options: int) -> Index[int]:
    index: Index[int] = Index(**options)
    for number in range(tracks):
        index.add(number, words(number))
    return index


def test_another_encoding_is_found_among_many() -> None:
    index = filled(300)
    for number in (0, 7, 299):
        (found,) = index.candidates(altered(words(number), 0.5))
        assert found.track == number
        assert found.shared > 50


def test_a_stranger_has_no_candidates() -> None:
    assert filled(300).candidates(words(10**7)) == []
    assert Index[str]().candidates(words(1)) == []


def test_nothing_is_lost_between_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "BLOCK", 1000)
    index: Index[int] = Index()
    for number in range(40):
        assert index.candidates(words(number)) == []
        index.add(number, words(number))
    assert len(index) == 40
    assert [index.candidates(words(number))[0].track for number in range(40)] == list(range(40))


def test_most_shared_words_come_first() -> None:
    index: Index[str] = Index()
    index.add("half", altered(words(1), 0.5))
    index.add("whole", words(1))
    index.add("most", altered(words(1), 0.2))
    found = index.candidates(words(1))
    assert [each.track for each in found] == ["whole", "most", "half"]
    assert all(left.shared > right.shared for left, right in pairwise(found))


def test_all_words_count_once_where_all_are_kept() -> None:
    index: Index[str] = Index(every=1, least=5)
    index.add("a", np.concatenate([words(1), words(1)]))
    assert index.candidates(words(1)[:5]) == [Candidate("a", 5)]
    assert index.candidates(words(1)[:4]) == []


def test_a_word_that_everything_has_says_nothing() -> None:
    hum = words(5, 40)
    index: Index[int] = Index(every=1, common=10)
    for number in range(11):
        index.add(number, np.concatenate([hum, words(number)]))
    assert index.candidates(hum) == []
    assert [each.track for each in index.candidates(words(3))] == [3]


def test_candidates_are_compared_and_the_near_ones_told() -> None:
    index: Index[str] = Index()
    for name, share in (("far", 0.6), ("near", 0.1), ("nearer", 0.3)):
        index.add(name, altered(words(1), share))
    index.add("stranger", words(2))
    told = {"far": 0.4, "near": 0.2, "nearer": 0.05}
    near = index.matches(words(1), told.__getitem__, within=0.2)
    assert near == [Match("nearer", 0.05), Match("near", 0.2)]
    assert index.matches(words(1), told.__getitem__, within=0.2, limit=1) == [Match("near", 0.2)]


def test_a_recording_takes_two_kilobytes() -> None:
    index = filled(200)
    assert index.nbytes / len(index) < 2_000
    assert filled(200, every=1).nbytes / 200 > 7_000
