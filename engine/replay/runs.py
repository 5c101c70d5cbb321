"""Who did what, and why: the log, run by run and command by command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from state.events import (
    ActionFailed,
    ActionIntended,
    Event,
    FileDelivered,
    FileTrashed,
    FileWritten,
    ReconcileFinished,
    ReconcileStarted,
)
from state.log import EventLog, Recorded

Batch = tuple[int, int, int, str]
"""First and last position, time (ms), actor."""


class Deed(msgspec.Struct):
    """One run, or what one command of a person appended."""

    first: int
    last: int
    at: int
    """When it began, milliseconds since 1970."""
    actor: str
    run: bool
    finished: bool = False
    """Of a run: it ended by itself."""
    events: Counter[str] = msgspec.field(default_factory=Counter)
    """Kind of event → how many."""
    done: Counter[str] = msgspec.field(default_factory=Counter)
    """Kind of action → how many."""
    failed: int = 0
    because: Counter[str] = msgspec.field(default_factory=Counter)
    """Why something was done → how often."""

    @property
    def ended(self) -> str:
        """How it ended, in words; empty for what is no run."""
        return "" if not self.run else "finished" if self.finished else "cut off"


def deeds(log: EventLog) -> list[Deed]:
    """The whole log, in order."""
    return list(told(log.actors(), log.read()))


def told(batches: Iterable[Batch], events: Iterable[Recorded]) -> Iterator[Deed]:
    """The same from its batches and events."""
    deed: Deed | None = None
    intents: dict[int, str] = {}
    stream = iter(events)
    for first, last, at, actor in batches:
        batch = [next(stream) for _ in range(first, last + 1)]
        begins = isinstance(batch[0].event, ReconcileStarted)
        if deed is None or begins or actor != deed.actor or deed.finished:
            if deed is not None:
                yield deed
            deed = Deed(first, last, at, actor, begins)
        deed.last = last
        for recorded in batch:
            _take(deed, recorded, intents)
    if deed is not None:
        yield deed


def _take(deed: Deed, recorded: Recorded, intents: dict[int, str]) -> None:
    event: Event = recorded.event
    deed.events[event.kind] += 1
    match event:
        case ActionIntended():
            intents[recorded.position] = event.action.kind
        case FileDelivered(source=""):
            pass  # it lay there already
        case FileWritten() | FileDelivered() | FileTrashed():
            deed.done[intents.pop(recorded.cause or 0, event.kind)] += 1
            deed.because[event.because] += 1
        case ActionFailed():
            intents.pop(recorded.cause or 0, None)
            deed.failed += 1
        case ReconcileFinished():
            deed.finished = True


def reasons(deed: Deed) -> list[tuple[str, int]]:
    """Why things were done, the most frequent first, without what is said of single files."""
    short: Counter[str] = Counter()
    for because, number in deed.because.items():
        short[because.partition("; ")[0]] += number
    return short.most_common()
