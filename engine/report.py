"""What a run saw, did and left: the one thing that a command tells of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from engine.guard import Refusal
from engine.planner import Blocked
from engine.spotify import Turn

if TYPE_CHECKING:  # a run that finds nothing to do needs none of it
    from engine.converting import Turn as Converted
    from engine.fetching import Turn as Fetched


class Report(msgspec.Struct):
    """What a run saw, did and left."""

    events: int = 0
    done: Counter[str] = msgspec.field(default_factory=Counter)
    failed: list[str] = msgspec.field(default_factory=list)
    blocked: list[Blocked] = msgspec.field(default_factory=list)
    refused: tuple[Refusal, ...] = ()
    waiting: int = 0
    unreadable: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    recovered: int = 0
    matters: int = 0
    fetched: int = 0
    searched: int = 0
    made: int = 0
    """Files of another format."""
    analysed: int = 0
    """Files that were listened to."""
    unfetched: list[str] = msgspec.field(default_factory=list)
    """Tracks whose audio was tried to be had, and why it could not."""
    due: int = 0
    """When fetching may be tried again, milliseconds since 1970; 0: not by itself."""
    more: int = 0
    """Tracks that could be fetched at once, and were over the limit."""
    pending: int = 0
    """Actions that were planned and not tried (a dry run, a template that wants `apply`)."""

    held: Counter[str] = msgspec.field(default_factory=Counter)
    """Kind → how many of it wait until nothing stands in the way of changing files."""
    held_by: str = ""
    """What stands in the way, in words."""

    def hold(self, why: str, kind: str, number: int = 1) -> None:
        """Something cannot be done now, and nothing is wrong with it."""
        self.held_by = why
        self.held[kind] += number

    def hear(self, turn: Turn | None) -> None:
        """Take in what came of looking at a service; what was told before is not told again."""
        if turn is None:
            return
        odd = [f"{line.where}: {line.why}" for line in turn.unreadable]
        waits = [Blocked("", line) for line in turn.waits]
        self.notes += [line for line in turn.notes if line not in self.notes]
        self.unreadable += [line for line in odd if line not in self.unreadable]
        self.blocked += [each for each in waits if each not in self.blocked]

    def hear_of_fetching(self, turn: Fetched) -> None:
        """Take in what came of fetching."""
        self.fetched += len(turn.paths)
        self.searched += turn.searched
        self.due = turn.due
        self.unfetched += turn.failed
        self.blocked += [Blocked("", line) for line in turn.waits]
        if turn.held:
            self.hold(turn.held_by, "fetch", turn.held)
        self.more = turn.more
        if turn.more:
            self.notes.append(f"{turn.more} more tracks can be fetched: the next run goes on")

    def hear_of_converting(self, turn: Converted) -> None:
        """Take in what came of converting."""
        self.made += len(turn.paths)
        self.failed += turn.failed
        if turn.held:
            self.hold(turn.held_by, "convert", turn.held)

    @property
    def partly(self) -> bool:
        """Whether something asked of this run was not done."""
        return bool(self.failed or self.blocked or self.unreadable or self.unfetched)
