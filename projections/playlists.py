"""Which playlists of which sources are one, and what is on it.

A CSV's playlist and a service's are one when their sanitised names are equal and at least half of
the shorter one's rows are shared; a person's word decides otherwise. Two playlists of one origin
are never one. Whose list counts: a live service before a backup, then whoever spoke last.
"""

from __future__ import annotations

from collections.abc import Sequence

from projections.contract import Row
from projections.identity import Identity
from projections.library import BACKUPS, Library, MemberRow, PlaylistRow
from projections.naming import collision_key, part
from state.values import PlaylistRef, TrackId


class Group(Row, frozen=True):
    """One playlist as a person sees it."""

    lead: PlaylistRef
    """The source's playlist whose name and list count."""
    name: str
    refs: tuple[PlaylistRef, ...]
    named_at: int
    members: tuple[MemberRow, ...]
    """In order; one track may stand there several times."""

    def tracks(self, identity: Identity) -> list[TrackId]:
        """Its tracks in order, each once."""
        return list(dict.fromkeys(identity.track(row.track) for row in self.members))


class Doubt(Row, frozen=True):
    """Two playlists of one name with too little in common: a person should say."""

    one: PlaylistRef
    other: PlaylistRef
    name: str


def groups(library: Library, identity: Identity) -> tuple[list[Group], list[Doubt]]:
    """All playlists, ordered by when they got their name, and those that a person should decide."""
    joined, doubts = _joined(library, identity)
    found = [_group(library, rows) for rows in joined]
    found.sort(key=lambda group: (group.named_at, group.lead))
    return found, doubts


def _group(library: Library, rows: Sequence[PlaylistRow]) -> Group:
    lead = max(rows, key=lambda row: (row.source not in BACKUPS, row.listed, row.position))
    refs = tuple(sorted(row.ref for row in rows))
    return Group(lead.ref, lead.name, refs, lead.named_at, tuple(library.ordered(lead.ref)))


def _joined(library: Library, identity: Identity) -> tuple[list[list[PlaylistRow]], list[Doubt]]:
    rows = sorted(library.playlists, key=lambda row: row.ref)
    joined: dict[PlaylistRef, list[PlaylistRow]] = {row.ref: [row] for row in rows}
    by_ref = {row.ref: row for row in rows}

    def join(one: PlaylistRef, other: PlaylistRef) -> None:
        here, there = joined[one], joined[other]
        if here is not there:
            here += there
            for row in there:
                joined[row.ref] = here

    for row in rows:
        before = by_ref.get(row.renamed_from)
        if before is not None and not before.listed:
            join(row.ref, before.ref)
    for pair in sorted(library.pairs, key=lambda pair: (pair.one, pair.other)):
        if pair.same and pair.one in by_ref and pair.other in by_ref:
            join(pair.one, pair.other)
    doubts = []
    for one, other in _namesakes(rows):
        here, there = joined[one.ref], joined[other.ref]
        if here is there or _held_apart(library, here, there):
            continue
        if _alike(library, identity, one.ref, other.ref):
            join(one.ref, other.ref)
        else:
            doubts.append(Doubt(one.ref, other.ref, one.name))
    return list({id(rows): rows for rows in joined.values()}.values()), doubts


def _held_apart(library: Library, here: list[PlaylistRow], there: list[PlaylistRow]) -> bool:
    """Whether a person parted any two of them, or two are listed by one origin."""
    for one in here:
        for other in there:
            both = one.listed and other.listed
            if both and (one.source, one.origin) == (other.source, other.origin):
                return True
            low, high = sorted((one.ref, other.ref))
            if library.pairs.get((low, high)) is not None:
                return True
    return False


def _namesakes(rows: Sequence[PlaylistRow]) -> list[tuple[PlaylistRow, PlaylistRow]]:
    """Pairs with the same sanitised name from different origins, in order of reference."""
    by_name: dict[str, list[PlaylistRow]] = {}
    for row in rows:
        by_name.setdefault(collision_key(part(row.name)), []).append(row)
    return [
        (one, other)
        for same in by_name.values()
        for number, one in enumerate(same)
        for other in same[number + 1 :]
        if (one.source, one.origin) != (other.source, other.origin)
    ]


def _alike(library: Library, identity: Identity, one: PlaylistRef, other: PlaylistRef) -> bool:
    mine = {identity.track(row.track) for row in library.members.of(one)}
    theirs = {identity.track(row.track) for row in library.members.of(other)}
    shorter = min(len(mine), len(theirs))
    return shorter > 0 and 2 * len(mine & theirs) >= shorter
