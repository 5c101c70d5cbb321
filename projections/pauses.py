"""Whether a person paused the library."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import Event, Paused, Resumed

ALL = "files"
"""What is paused: there is one pause, and it is for all files."""


class PauseRow(Row, frozen=True):
    """A pause that nobody has ended by a word; it may have run out."""

    what: str
    until: int
    """Milliseconds since 1970; 0: until somebody says so."""
    at: int
    """Since when, milliseconds since 1970."""
    position: int


class Pauses:
    """Paused, Resumed → the last word. Whether a pause ran out is asked of a clock, not of this."""

    name = "pauses"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[PauseRow] = Rows("pause", PauseRow, ("what",))
        self.tables: tuple[Rows[Any], ...] = (self.rows,)
        self.folds: dict[type[Event], Fold] = {
            Paused: self._paused,
            Resumed: lambda event, at: self.rows.drop(ALL),
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def at(self, now: int) -> PauseRow | None:
        """The pause that is in force at a time (milliseconds since 1970)."""
        row = self.rows.get(ALL)
        return row if row is not None and (not row.until or row.until > now) else None

    def _paused(self, event: Paused, at: At) -> None:
        self.rows.put(PauseRow(ALL, event.until, at.at, at.position))
