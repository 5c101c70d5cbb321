"""What waits for a person."""

from __future__ import annotations

from typing import Any

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


class Matters:
    """MatterOpened, MatterClosed → the open ones."""

    name = "matters"
    version = 1

    def __init__(self) -> None:
        self.open: Rows[MatterRow] = Rows("matter", MatterRow, ("matter",), index="topic")
        self.tables: tuple[Rows[Any], ...] = (self.open,)
        self.folds: dict[type[Event], Fold] = {
            MatterOpened: self._opened,
            MatterClosed: lambda event, at: self.open.drop(event.matter),
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def _opened(self, event: MatterOpened, at: At) -> None:
        self.open.put(
            MatterRow(
                event.matter,
                event.topic,
                event.text,
                event.root,
                event.path,
                event.candidates,
                at.position,
            )
        )
