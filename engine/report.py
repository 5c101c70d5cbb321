"""What a run saw, did and left: the one thing that a command tells of it."""

from __future__ import annotations

from collections import Counter

import msgspec

from engine.guard import Refusal
from engine.planner import Blocked
from engine.spotify import Turn


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
    pending: int = 0
    """Actions that were planned and not tried (a dry run, a template that wants `apply`)."""

    def hear(self, turn: Turn | None) -> None:
        """Take in what came of looking at a service."""
        if turn is not None:
            self.notes += turn.notes
            self.unreadable += [f"{line.where}: {line.why}" for line in turn.unreadable]
            self.blocked += [Blocked("", line) for line in turn.waits]

    @property
    def partly(self) -> bool:
        """Whether something asked of this run was not done."""
        return bool(self.failed or self.blocked or self.unreadable)
