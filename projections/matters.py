"""What waits for a person, and what did."""

from __future__ import annotations

from typing import Any

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import Event, MatterClosed, MatterOpened
from state.values import Candidate, RootId


class MatterRow(Row, frozen=True):
    """One open matter. Fields as in `MatterOpened`."""

    matter: str
    topic: str
    text: str
    root: RootId
    path: str
    candidates: tuple[Candidate, ...]
    position: int
    """Of the event that said its present words."""
    options: tuple[str, ...] = ()
    since: int = 0
    """When it was opened, milliseconds since 1970."""


class ClosedRow(Row, frozen=True):
    """The last end of a matter; it may be open again. Fields as in `MatterRow`."""

    matter: str
    topic: str
    text: str
    root: RootId
    path: str
    candidates: tuple[Candidate, ...]
    options: tuple[str, ...]
    since: int
    answer: str
    """Empty: it closed by itself."""
    by: str
    at: int
    """Milliseconds since 1970."""
    position: int


class Matters:
    """MatterOpened, MatterClosed → the open ones, and how others ended."""

    name = "matters"
    version = 2

    def __init__(self) -> None:
        self.open: Rows[MatterRow] = Rows("matter", MatterRow, ("matter",), index="topic")
        self.closed: Rows[ClosedRow] = Rows("matter_closed", ClosedRow, ("matter",), index="by")
        self.tables: tuple[Rows[Any], ...] = (self.open, self.closed)
        self.folds: dict[type[Event], Fold] = {
            MatterOpened: self._opened,
            MatterClosed: self._closed,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def _opened(self, event: MatterOpened, at: At) -> None:
        old = self.open.get(event.matter)
        self.open.put(
            MatterRow(
                event.matter,
                event.topic,
                event.text,
                event.root,
                event.path,
                event.candidates,
                at.position,
                event.options,
                old.since if old is not None else at.at,
            )
        )

    def _closed(self, event: MatterClosed, at: At) -> None:
        row = self.open.get(event.matter)
        if row is None:
            return
        self.open.drop(event.matter)
        told = msgspec.structs.asdict(row) | {"position": at.position}
        self.closed.put(ClosedRow(answer=event.answer, by=event.by, at=at.at, **told))
