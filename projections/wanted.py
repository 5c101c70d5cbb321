"""What was tried to get the audio of tracks that have none: searches, addresses, failures.

Which track is next is an ordering over these rows (`engine/fetching.py`), not a path in the code.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import (
    AudioFetched,
    CandidatesFound,
    Event,
    FetchFailed,
    OfferPinned,
    OfferRejected,
    RetryRequested,
)
from state.values import Offer, Ref


class SearchRow(Row, frozen=True):
    """The last search for a track."""

    track: Ref
    offers: tuple[Offer, ...]
    times: int
    """So often it was searched for."""
    at: int
    """Milliseconds since 1970."""
    position: int


class FailureRow(Row, frozen=True):
    """An address that did not give a track's audio."""

    track: Ref
    url: str
    why: str
    permanent: bool
    times: int
    at: int
    position: int


class SaidRow(Row, frozen=True):
    """What a person said of an address for a track."""

    track: Ref
    url: str
    verdict: Literal["pinned", "rejected"]
    position: int


class FetchedRow(Row, frozen=True):
    """Where an audio came from."""

    audio: str
    track: Ref
    url: str
    ref: Ref
    at: int
    position: int


class Wanted:
    """CandidatesFound, FetchFailed, AudioFetched, OfferPinned, OfferRejected, RetryRequested → what
    was tried."""

    name = "wanted"
    version = 2

    def __init__(self) -> None:
        self.searches: Rows[SearchRow] = Rows("search", SearchRow, ("track",))
        self.failures: Rows[FailureRow] = Rows(
            "failure", FailureRow, ("track", "url"), index="track"
        )
        self.said: Rows[SaidRow] = Rows("offer_said", SaidRow, ("track", "url"), index="track")
        self.fetched: Rows[FetchedRow] = Rows("fetched", FetchedRow, ("audio",), index="track")
        self.tables: tuple[Rows[Any], ...] = (
            self.searches,
            self.failures,
            self.said,
            self.fetched,
        )
        self.folds: dict[type[Event], Fold] = {
            CandidatesFound: self._found,
            FetchFailed: self._failed,
            AudioFetched: self._fetched,
            OfferPinned: self._pinned,
            OfferRejected: self._rejected,
            RetryRequested: self._again,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def _found(self, event: CandidatesFound, at: At) -> None:
        old = self.searches.get(event.track)
        times = old.times + 1 if old is not None else 1
        self.searches.put(SearchRow(event.track, event.offers, times, at.at, at.position))

    def _failed(self, event: FetchFailed, at: At) -> None:
        old = self.failures.get((event.track, event.url))
        times = old.times + 1 if old is not None else 1
        self.failures.put(
            FailureRow(
                event.track, event.url, event.why, event.permanent, times, at.at, at.position
            )
        )

    def _fetched(self, event: AudioFetched, at: At) -> None:
        self.failures.drop((event.track, event.url))
        self.fetched.put(
            FetchedRow(event.audio, event.track, event.url, event.ref, at.at, at.position)
        )

    def _pinned(self, event: OfferPinned, at: At) -> None:
        for row in list(self.said.of(event.track)):
            if row.verdict == "pinned":
                self.said.put(msgspec.structs.replace(row, verdict="rejected"))
        self.said.put(SaidRow(event.track, event.url, "pinned", at.position))
        # A person who names an address wants it tried, whatever came of it before.
        self.failures.drop((event.track, event.url))

    def _again(self, event: RetryRequested, at: At) -> None:
        for row in list(self.failures.of(event.track)):
            self.failures.drop((row.track, row.url))

    def _rejected(self, event: OfferRejected, at: At) -> None:
        self.said.put(SaidRow(event.track, event.url, "rejected", at.position))
