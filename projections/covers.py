"""Pictures of albums: which were fetched, and where they lie."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import CoverFailed, CoverFetched, Event
from state.intervals import doubled
from state.values import RootId

HOUR_MS = 3_600_000
WEEK_MS = 168 * HOUR_MS


class CoverRow(Row, frozen=True):
    """What is known of a picture."""

    url: str
    root: RootId
    path: str
    digest: str
    """sha256 (hex); empty: it could not be had."""
    failures: int
    """In a row."""
    at: int
    """When that was, milliseconds since 1970."""
    permanent: bool


class Covers:
    """CoverFetched, CoverFailed → picture by address."""

    name = "covers"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[CoverRow] = Rows("cover", CoverRow, ("url",), index="digest")
        self.tables: tuple[Rows[Any], ...] = (self.rows,)
        self.folds: dict[type[Event], Fold] = {
            CoverFetched: self._fetched,
            CoverFailed: self._failed,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def digest(self, url: str) -> str:
        """Of the picture at an address; empty, if there is none."""
        row = self.rows.get(url)
        return row.digest if row is not None else ""

    def is_due(self, url: str, now: int) -> bool:
        """Whether a picture is to be asked for: never, or after an hour, two, four … a week."""
        return self.rows.get(url) is None or 0 < self.again(url) <= now

    def again(self, url: str) -> int:
        """When a picture that could not be had is due, milliseconds since 1970; 0: never."""
        row = self.rows.get(url)
        if row is None or row.digest or row.permanent:
            return 0
        return row.at + doubled(row.failures, HOUR_MS, WEEK_MS)

    def _fetched(self, event: CoverFetched, at: At) -> None:
        self.rows.put(CoverRow(event.url, event.root, event.path, event.digest, 0, at.at, False))

    def _failed(self, event: CoverFailed, at: At) -> None:
        row = self.rows.get(event.url)
        failures = 1 + (row.failures if row is not None else 0)
        nowhere = RootId("")
        new = CoverRow(event.url, nowhere, "", "", failures, at.at, event.permanent)
        self.rows.put(new)
