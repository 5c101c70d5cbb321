"""A log like SQLite's: a commit can be read once it is written, and is durable once synced.

A process killed between the two leaves a commit that the next one reads and that a power cut may
still take away; the next commit that is synced makes it durable too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from engine.library import Library
from projections.files import Files
from projections.matters import Matters
from projections.registry import State, dispatch
from projections.runs import Runs
from state.events import Event
from state.log import New, Recorded

Step = Callable[[str, str], None]


class SimLog:
    """The face of `state.log.EventLog` that a library uses."""

    def __init__(self, step: Step, coin: Random) -> None:
        self.step, self.coin = step, coin
        self.events: list[Recorded] = []
        self.synced = 0
        """Events that are durable."""
        self.commits: list[int] = []
        """Where commits end, those that are not durable yet."""

    def append(
        self, events: Sequence[Event | New], *, actor: str, expected: int | None = None
    ) -> list[Recorded]:
        """One commit. Nobody else appends, so `expected` always holds."""
        self.step("log write", "")
        recorded = []
        for number, entry in enumerate(events, len(self.events) + 1):
            fact, cause = entry if isinstance(entry, New) else (entry, None)
            recorded.append(Recorded(number, number * 1000, cause, fact))
        self.events += recorded
        self.commits.append(len(self.events))
        self.step("log sync", "")
        self.sync(recorded)
        self.step("log return", "")
        return recorded

    def sync(self, recorded: list[Recorded]) -> None:
        """Make everything durable that was written so far."""
        self.synced = len(self.events)
        self.commits = []

    def read(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Events with `after` < position ≤ `until`."""
        return iter(self.events[after:until])

    def check(self, seen: int) -> int:
        """Nobody puts another one in its place; the last position."""
        return len(self.events)

    def find(self, position: int) -> Recorded | None:
        """The event at a position."""
        return self.events[position - 1] if 0 < position <= len(self.events) else None

    def power_cut(self) -> None:
        """Of the commits that were not synced, the first ones stay."""
        for end in self.commits:
            if self.coin.random() < 0.5:
                break
            self.synced = end
        del self.events[self.synced :]
        self.commits = []


class SimState(State):
    """The projections that effects look at; the others would fold for nothing."""

    def __init__(self) -> None:
        self.files, self.matters, self.runs = Files(), Matters(), Runs()
        self.projections = (self.files, self.matters, self.runs)
        self.position = 0
        self._folds = dispatch(self.projections)


class SimLibrary(Library):
    """The product's library over a simulated log; it has no read models to save."""

    def __init__(self, log: SimLog) -> None:
        self.command = "simulate"
        self.actor = "somebody"
        self.log = log  # type: ignore[assignment]
        self._folded = SimState()
        self.appended = 0
        self._header = None
        self.refresh()

    @property
    def state(self) -> State:
        """Everything that follows from the log."""
        return self._folded
