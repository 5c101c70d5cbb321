"""The life of a file through its moves: which events are about the same file."""

from __future__ import annotations

from collections.abc import Iterable

from state.events import (
    Event,
    FileClaimed,
    FileDelivered,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
)
from state.log import EventLog, Recorded
from state.values import RootId

Key = tuple[RootId, str]


def lives(log: EventLog, path: str) -> list[Recorded]:
    """All events about a path, and about every path that its files came from or went to."""
    known, paths = {path}, {path}
    found: dict[int, Recorded] = {}
    while paths:
        told = list(log.holding(paths))
        found |= {recorded.position: recorded for recorded in told}
        paths = {step for recorded in told for step in _steps(recorded.event, known)} - known
        known |= paths
    return [found[position] for position in sorted(found)]


def _steps(event: Event, known: set[str]) -> set[str]:
    """The paths at both ends of a move, if one of them is known."""
    match event:
        case FileWritten(how="moved" | "restored"):
            ends = {event.source, event.path}
        case FileTrashed():
            ends = {event.path, event.trash}
        case FileSeen() if event.moved_from:
            ends = {event.moved_from, event.path}
        case _:
            return set()
    return ends if ends & known else set()


class Thread:
    """One file, from when it was first met to its end."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.at: Key | None = None
        """Where it lies; None: nowhere that is known."""


def threads(log: Iterable[Recorded], key: Key) -> list[Thread]:
    """Every file that ever lay at a place, the one that came there last at the end.

    Only the threads that touch the place keep their events; of the others it is known where they
    lead, since one of them may come here yet.
    """
    here: dict[Key, Thread] = {}
    gone: dict[Key, Thread] = {}
    found: list[Thread] = []
    for recorded in log:
        event = recorded.event
        before: Key | None = None
        after: Key | None
        match event:
            case FileWritten(how="moved" | "restored"):
                source = (event.source_root or event.root, event.source)
                before, after = source, (event.root, event.path)
                thread = here.pop(source, Thread())
            case FileWritten(how="retagged"):
                after = (event.root, event.path)
                thread = here.get(after) or Thread()
            case FileWritten():
                after = (event.root, event.path)
                thread = Thread()
            case FileTrashed():
                source = (event.root, event.path)
                before, after = source, (event.root, event.trash)
                thread = here.pop(source, Thread())
            case FileVanished():
                source = (event.root, event.path)
                before, after = source, None
                gone[source] = thread = here.pop(source, Thread())
            case FileSeen():
                after = (event.root, event.path)
                lost = (event.root, event.moved_from) if event.moved_from else after
                thread = here.get(after) or gone.pop(lost, None) or Thread()
                before = lost if event.moved_from else None
            case FileClaimed() | FileDelivered():
                after = (event.root, event.path)
                thread = here.get(after) or Thread()
            case _:
                continue
        thread.events.append(recorded)
        thread.at = after
        if after is not None:
            here[after] = thread
        if key in (before, after) and thread not in found:
            found.append(thread)
    return found
