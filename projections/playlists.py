"""Which playlists of which sources are one, and what is on it.

A CSV's playlist and a service's are one when their sanitised names are equal and at least half of
the shorter one's rows are shared; a person's word decides otherwise. Two playlists of one origin
are never one. A backup's name has often lost signs, so beside a live service's it is enough if the
plain letters and digits agree; and once found to be a service's, it stays so (`SamePlaylistFound`).
Whose list counts: one whose rows are all known, a live service before a backup, one that is listed,
then whoever spoke last. What a person put on a playlist or took off it by hand (`MembershipSet`)
comes on top of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from projections.contract import Row
from projections.identity import Identity
from projections.library import BACKUPS, Library, MemberRow, PlaylistRow
from projections.naming import collision_key, part
from state.values import PlaylistRef, TrackId

LAST = "~"
"""A rank behind all others: the order of what a person put there is that of their words."""


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


class Alike(Row, frozen=True):
    """A backup's playlist and a live service's that are one, and how that is known."""

    one: PlaylistRef
    other: PlaylistRef
    evidence: str


def groups(library: Library, identity: Identity) -> tuple[list[Group], list[Doubt]]:
    """All playlists, ordered by when they got their name, and those that a person should decide."""
    joined, doubts, _ = _joined(library, identity)
    found = [_group(library, identity, rows) for rows in joined]
    found.sort(key=lambda group: (group.named_at, group.lead))
    return found, doubts


def alike(library: Library, identity: Identity) -> list[Alike]:
    """Playlists that are one as far as names and rows tell today, and that the log does not hold
    as such."""
    return _joined(library, identity)[2]


def _group(library: Library, identity: Identity, rows: Sequence[PlaylistRow]) -> Group:
    lead = max(rows, key=_rank)
    refs = tuple(sorted(row.ref for row in rows))
    members = library.ordered(lead.ref)
    if len(library.said):
        members = _as_said(library, identity, lead.ref, refs, members)
    return Group(lead.ref, lead.name, refs, lead.named_at, tuple(members))


def _as_said(
    library: Library,
    identity: Identity,
    lead: PlaylistRef,
    refs: Iterable[PlaylistRef],
    members: list[MemberRow],
) -> list[MemberRow]:
    """The rows of a source without those that a person took off, and with what they put on."""
    rows = sorted((row for ref in refs for row in library.said.of(ref)), key=lambda r: r.position)
    said = {identity.track(row.track): row for row in rows}
    there = {identity.track(row.track) for row in members}
    kept = [
        row
        for row in members
        if (word := said.get(identity.track(row.track))) is None or word.wanted
    ]
    added = [
        MemberRow(lead, f"said:{row.track}", row.track, LAST, "", "", row.position)
        for track, row in said.items()
        if row.wanted and track not in there
    ]
    return [*kept, *added]


def _rank(row: PlaylistRow) -> tuple[bool, bool, bool, int]:
    return not row.partial, row.source not in BACKUPS, row.listed, row.position


def _joined(
    library: Library, identity: Identity
) -> tuple[list[list[PlaylistRow]], list[Doubt], list[Alike]]:
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
    for known in sorted(library.found, key=lambda known: known.position):
        if known.one in by_ref and known.other in by_ref:
            here, there = joined[known.one], joined[known.other]
            if here is not there and not _held_apart(library, here, there):
                join(known.one, known.other)
    doubts, found = [], []
    for one, other, exact in namesakes(rows):
        here, there = joined[one.ref], joined[other.ref]
        if here is there or _held_apart(library, here, there):
            continue
        shared, shorter = _shared(library, identity, one.ref, other.ref)
        if 2 * shared >= shorter and (shorter or _both_empty(library, one.ref, other.ref)):
            join(one.ref, other.ref)
            if (one.source in BACKUPS) != (other.source in BACKUPS):
                text = (
                    f"both are called {one.name!r}" if exact else f"{one.name!r} is {other.name!r}"
                )
                found.append(Alike(one.ref, other.ref, f"{text}, with {shared} tracks in common"))
        elif exact:
            doubts.append(Doubt(one.ref, other.ref, one.name))
    return list({id(rows): rows for rows in joined.values()}.values()), doubts, found


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


def namesakes(rows: Iterable[PlaylistRow]) -> list[tuple[PlaylistRow, PlaylistRow, bool]]:
    """Pairs from different origins that may be one by their names: those of the same sanitised name
    (True), then a backup's and a live one whose plain letters and digits agree."""
    rows = sorted(rows, key=lambda row: row.ref)
    exact: dict[str, list[PlaylistRow]] = {}
    plain: dict[str, list[PlaylistRow]] = {}
    for row in rows:
        exact.setdefault(collision_key(part(row.name)), []).append(row)
        if letters := re.sub(r"[^a-z0-9]", "", row.name.casefold()):
            plain.setdefault(letters, []).append(row)
    pairs = [(one, other, True) for one, other in _pairs(exact.values())]
    met = {(one.ref, other.ref) for one, other, _ in pairs}
    pairs += [
        (one, other, False)
        for one, other in _pairs(plain.values())
        if (one.ref, other.ref) not in met and (one.source in BACKUPS) != (other.source in BACKUPS)
    ]
    return pairs


def _pairs(
    alike: Iterable[Sequence[PlaylistRow]],
) -> list[tuple[PlaylistRow, PlaylistRow]]:
    return [
        (one, other)
        for same in alike
        for number, one in enumerate(same)
        for other in same[number + 1 :]
        if (one.source, one.origin) != (other.source, other.origin)
    ]


def _shared(
    library: Library, identity: Identity, one: PlaylistRef, other: PlaylistRef
) -> tuple[int, int]:
    """How many tracks two playlists share, and how many the shorter one has."""
    mine = {identity.track(row.track) for row in library.members.of(one)}
    theirs = {identity.track(row.track) for row in library.members.of(other)}
    return len(mine & theirs), min(len(mine), len(theirs))


def _both_empty(library: Library, one: PlaylistRef, other: PlaylistRef) -> bool:
    return not (library.members.of(one) or library.members.of(other))
