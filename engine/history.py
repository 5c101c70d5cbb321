"""The log as people read it: which events, when, by whom."""

from __future__ import annotations

import difflib
import json
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator
from itertools import islice

from state.codec import canonical
from state.events import EVENTS, Event
from state.log import EventLog, Recorded

KINDS = tuple(event.kind for event in EVENTS)


class Actors:
    """Who appended what: a command and the person who ran it."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._read()

    def _read(self) -> None:
        rows = self._log.actors()
        self._last = [last for _, last, _, _ in rows]
        self._who = [actor for _, _, _, actor in rows]

    def of(self, position: int) -> str:
        """The actor of the commit that holds an event."""
        if not self._last or position > self._last[-1]:
            self._read()
        return self._who[bisect_left(self._last, position)]


def kinds(given: Collection[str]) -> frozenset[str]:
    """Kinds of events as a person wrote them: case does not count.

    Raises:
        ValueError: one is not known; suggests the nearest.
    """
    known = {kind.casefold(): kind for kind in KINDS}
    for name in given:
        if name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.4)
            hint = f"did you mean {known[near[0]]}?" if near else f"known are {', '.join(KINDS)}"
            raise ValueError(f"{name!r} is not a kind of event; {hint}")
    return frozenset(known[name.casefold()] for name in given)


class Wanted:
    """Which events are asked for.

    Args:
        kinds: empty: all.
        subject: text that the event must hold somewhere: a reference, a path, a name; neither case
            nor the way accents are written count.
    """

    def __init__(self, kinds: frozenset[str] = frozenset(), subject: str = "") -> None:
        self._kinds = kinds
        self._subject = _plain(json.dumps(subject, ensure_ascii=False)[1:-1])

    def __call__(self, event: Event) -> bool:
        if self._kinds and event.kind not in self._kinds:
            return False
        return not self._subject or self._subject in _plain(canonical(event).decode())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def entries(
    log: EventLog, wanted: Wanted, after: int = 0, until: int | None = None
) -> Iterator[Recorded]:
    """The wanted events behind a position, in the order of the log."""
    return (recorded for recorded in log.read(after, until) if wanted(recorded.event))


def last(found: Iterator[Recorded], number: int) -> list[Recorded]:
    """The last so many of them."""
    kept: list[Recorded] = []
    while part := list(islice(found, max(number, 1000))):
        kept = [*kept, *part][-number:]
    return kept
