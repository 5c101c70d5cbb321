"""Which recordings may be the same, without comparing each with each.

A fingerprint is some 900 distinct words of 32 bits, and two recordings of one piece have many in
common, however they were encoded; different pieces have next to none. So a table from word to
recording finds the few that are worth comparing.

It keeps every fourth word, chosen by a hash so that the choice is the same for all, as 8 bytes in
sorted blocks: some 230 words and 1.8 kB a recording, 180 MB for 100,000. Nothing is ever copied
that is larger than a block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

BLOCK = 1 << 20  # postings of a block: 8 MB
_GOLDEN = np.uint32(2_654_435_769)  # spreads words that differ in few bits (Knuth)


class Candidate(NamedTuple, Generic[T]):
    """A recording that shares words with the one that was asked for."""

    track: T
    shared: int
    """How many, of those that the index keeps."""


class Match(NamedTuple, Generic[T]):
    """A candidate that was compared."""

    track: T
    distance: float


class Index(Generic[T]):
    """Recordings by the words of their fingerprints (arrays of uint32).

    Args:
        every: 1 keeps all words, 4 a quarter of them; a power of two.
        least: so many kept words have to be shared. Two of a quarter stand for eight of all;
            different pieces were seen to share four.
        common: a word that more recordings of a block have than this is silence or a hum, and
            says nothing.
    """

    def __init__(self, *, every: int = 4, least: int = 2, common: int = 100) -> None:
        self._limit = np.uint32((1 << 32) // every - 1)
        self._least, self._common = least, common
        self._tracks: list[T] = []
        self._blocks: list[NDArray[np.uint64]] = []
        self._recent: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._new: list[NDArray[np.uint64]] = []
        self._new_size = 0

    def __len__(self) -> int:
        return len(self._tracks)

    @property
    def nbytes(self) -> int:
        """Bytes that the postings take."""
        parts = [*self._blocks, self._recent, *self._new]
        return sum(part.nbytes for part in parts)

    def add(self, track: T, words: NDArray[np.uint32]) -> None:
        """Know a recording from now on."""
        kept = self._kept(words)
        self._new.append(kept << np.uint64(32) | np.uint64(len(self._tracks)))
        self._tracks.append(track)
        self._new_size += len(kept)
        if self._new_size + len(self._recent) > BLOCK:
            self._sort()

    def candidates(self, words: NDArray[np.uint32]) -> list[Candidate[T]]:
        """Those that share enough words with this fingerprint, most first."""
        if self._new_size:
            self._sort()
        low = self._kept(words) << np.uint64(32)
        high = low | np.uint64(0xFFFF_FFFF)
        found = [self._having(block, low, high) for block in (*self._blocks, self._recent)]
        tracks, shared = np.unique(np.concatenate(found), return_counts=True)
        enough = shared >= self._least
        tracks, shared = tracks[enough], shared[enough]
        order = np.argsort(-shared, kind="stable")
        return [Candidate(self._tracks[tracks[at]], int(shared[at])) for at in order]

    def matches(
        self,
        words: NDArray[np.uint32],
        distance: Callable[[T], float],
        *,
        within: float,
        limit: int = 20,
    ) -> list[Match[T]]:
        """Those that are near, nearest first.

        Args:
            distance: from the fingerprint that is asked for to that of a recording in the index.
            within: how far is still near.
            limit: of candidates that are compared.
        """
        likely = self.candidates(words)[:limit]
        compared = [Match(each.track, distance(each.track)) for each in likely]
        near = [match for match in compared if match.distance <= within]
        return sorted(near, key=lambda match: match.distance)

    def _kept(self, words: NDArray[np.uint32]) -> NDArray[np.uint64]:
        distinct = np.unique(words)
        return distinct[distinct * _GOLDEN <= self._limit].astype(np.uint64)

    def _sort(self) -> None:
        """Bring what is new into order."""
        recent = np.concatenate([self._recent, *self._new])
        recent.sort(kind="stable")  # the larger part of it is sorted already
        self._new, self._new_size, self._recent = [], 0, recent
        if len(recent) > BLOCK:
            self._blocks.append(recent)
            self._recent = recent[:0].copy()

    def _having(
        self, block: NDArray[np.uint64], low: NDArray[np.uint64], high: NDArray[np.uint64]
    ) -> NDArray[np.int64]:
        """Numbers of recordings, one for each time that one has one of the words."""
        start = np.searchsorted(block, low, side="left")
        count = np.searchsorted(block, high, side="right") - start
        count[count > self._common] = 0
        before = count.cumsum() - count
        places = np.repeat(start - before, count) + np.arange(count.sum())
        return np.asarray(block[places] & np.uint64(0xFFFF_FFFF), np.int64)
