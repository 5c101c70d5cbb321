"""All projections, one line each, and the state that they make together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from projections.access import Access
from projections.analyses import Analyses
from projections.contract import At, Fold, Projection
from projections.covers import Covers
from projections.eagle import Eagle
from projections.files import Files
from projections.identity import Identity
from projections.library import Library
from projections.made import Made
from projections.matches import Matches
from projections.matters import Matters
from projections.notion import Notion
from projections.pauses import Pauses
from projections.policy import Policy
from projections.requests import Requests
from projections.runs import Runs
from projections.services import Services
from projections.wanted import Wanted
from state.events import Event


class Recorded(At, Protocol):
    """An event with its place in the log (`state.log.Recorded`)."""

    @property
    def event(self) -> Event: ...


class State:
    """Everything that follows from the log."""

    position: int
    """Of the last event folded."""

    def __init__(self) -> None:
        self.policy = Policy()
        self.identity = Identity()
        self.library = Library()
        self.files = Files()
        self.matches = Matches()
        self.matters = Matters()
        self.runs = Runs()
        self.services = Services()
        self.access = Access()
        self.pauses = Pauses()
        self.requests = Requests()
        self.wanted = Wanted()
        self.notion = Notion()
        self.eagle = Eagle()
        self.made = Made()
        self.analyses = Analyses()
        self.covers = Covers()
        self.projections: tuple[Projection, ...] = (
            self.policy,
            self.identity,
            self.library,
            self.files,
            self.matches,
            self.matters,
            self.runs,
            self.services,
            self.access,
            self.pauses,
            self.requests,
            self.wanted,
            self.notion,
            self.eagle,
            self.made,
            self.analyses,
            self.covers,
        )
        self.position = 0
        self._folds = dispatch(self.projections)

    def fold(self, events: Iterable[Recorded]) -> None:
        """Take events in, in the order of the log."""
        self.position = fold(self._folds, events) or self.position


Folds = dict[type[Event], list[Fold]]


def fold(folds: Folds, events: Iterable[Recorded]) -> int:
    """Give events to the folds that care about them; the last position, 0 if there was none."""
    position = 0
    for recorded in events:
        position = recorded.position
        event = recorded.event
        wanted = folds.get(type(event))
        if wanted:
            for one in wanted:
                one(event, recorded)
    return position


def dispatch(projections: Iterable[Projection]) -> Folds:
    """Which folds care about which event."""
    found: dict[type[Any], list[Fold]] = {}
    for projection in projections:
        for kind, fold in projection.folds.items():
            found.setdefault(kind, []).append(fold)
    return found
