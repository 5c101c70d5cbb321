"""Tracks that a person asked for one by one."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import Event, TrackRequested
from state.values import Ref


class RequestRow(Row, frozen=True):
    """A track that was asked for, and the event that first said so."""

    ref: Ref
    position: int


class Requests:
    """TrackRequested → what was asked for."""

    name = "requests"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[RequestRow] = Rows("request", RequestRow, ("ref",))
        self.tables: tuple[Rows[Any], ...] = (self.rows,)
        self.folds: dict[type[Event], Fold] = {TrackRequested: self._asked}

    def loaded(self) -> None:
        """Nothing is derived."""

    def _asked(self, event: TrackRequested, at: At) -> None:
        if event.ref not in self.rows:
            self.rows.put(RequestRow(event.ref, at.position))
