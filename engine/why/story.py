"""A story: what something is, the events that led to it, and how it is now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from engine.history import Actors
from engine.library import Library
from engine.names import Known
from engine.sentences import sentence
from state.events import (
    CandidatesFound,
    Event,
    FileMatched,
    MatterOpened,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
)
from state.log import Recorded


class Told(msgspec.Struct, frozen=True):
    """One event of a story."""

    position: int
    at: int
    """Milliseconds since 1970."""
    actor: str
    kind: str
    text: str
    details: tuple[str, ...] = ()
    """Further lines: the candidates that lost."""


class Story(msgspec.Struct):
    """What `sync why` tells."""

    kind: str
    """`file`, `track` or `playlist`."""
    subject: str
    """Path, track id or playlist reference."""
    title: str
    about: list[str] = msgspec.field(default_factory=list)
    """What it is."""
    events: list[Told] = msgspec.field(default_factory=list)
    """What led to it, the oldest first."""
    now: list[str] = msgspec.field(default_factory=list)
    """How it is now, and why not otherwise."""


def scan(
    library: Library, texts: Collection[str], wanted: Callable[[Event], bool]
) -> list[Recorded]:
    """All events of the log that are wanted, in order.

    Args:
        texts: references, hashes, paths; every wanted event holds one of them.
    """
    found = library.log.holding([text for text in texts if text])
    return [recorded for recorded in found if wanted(recorded.event)]


def told(library: Library, found: Iterable[Recorded]) -> list[Told]:
    """Events as lines, in the order of the log."""
    names, actors = Known(library.state), Actors(library.log)
    on: set[tuple[str, str]] = set()
    lines = []
    for _, recorded in sorted({each.position: each for each in found}.items()):
        event = recorded.event
        text = sentence(event, names)
        if isinstance(event, PlaylistMembershipFound):
            if (event.playlist, event.member) in on:
                text = f"its place on {names.playlist(event.playlist)!r} or its date changed"
            on.add((event.playlist, event.member))
        elif isinstance(event, PlaylistMembershipLost):
            on.discard((event.playlist, event.member))
        lines.append(
            Told(
                recorded.position,
                recorded.at,
                actors.of(recorded.position),
                event.kind,
                text,
                _details(event, names),
            )
        )
    return lines


def _details(event: Event, names: Known) -> tuple[str, ...]:
    if isinstance(event, CandidatesFound):
        return tuple(
            f"lost: {each.url} {each.title!r} ({each.score:.2f}): {each.why}"
            for each in event.offers[1:]
        )
    if isinstance(event, FileMatched):
        found = event.others
        word = "lost"
    elif isinstance(event, MatterOpened):
        found, word = event.candidates, "candidate"
    else:
        return ()
    return tuple(
        f"{word}: {names.track(each.track)} ({each.score:.2f}): {each.why}" for each in found
    )
