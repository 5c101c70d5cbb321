"""References → track: which names mean the same recording.

A union-find over edges taken by strength, then by position in the log. A person's word is the
strongest edge; what a person separated is never joined by a weaker one. The earliest reference
names the track and survives every merge. Edges:

- 0  a person merged them (`TracksMerged`)
- 1  a source itself uses both for one recording (`TrackSeen.aka`)
- 2  the same ISRC, and title, artist and duration agree (an ISRC alone is a hint: one ISRC has many
     ids, and one recording can have two ISRCs)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from projections.contract import At, Fold, Row, Rows
from projections.naming import collision_key
from state.events import Event, TrackSeen, TracksMerged, TracksSeparated
from state.values import Ref, TrackId

PERSON, SOURCE, ISRC = 0, 1, 2
NEAR_MS = 2_000
"""Durations of one recording differ by less than this between sources."""


class RefRow(Row, frozen=True):
    """One reference, the track it belongs to, and what an ISRC edge has to agree upon."""

    own: ClassVar[frozenset[str]] = frozenset({"about"})

    ref: Ref
    track: TrackId
    position: int
    isrc: str = ""
    about: str = ""
    duration_ms: int = 0


class EdgeRow(Row, frozen=True):
    """Two references that somebody says are one recording; `one` < `other`."""

    one: Ref
    other: Ref
    strength: int
    position: int


class ApartRow(Row, frozen=True):
    """Two references that a person separated; `one` < `other`."""

    one: Ref
    other: Ref
    position: int


class Identity:
    """References, edges, separations → tracks."""

    name = "identity"
    version = 1

    def __init__(self) -> None:
        self.refs: Rows[RefRow] = Rows("ref", RefRow, ("ref",), index="track")
        self.edges: Rows[EdgeRow] = Rows("edge", EdgeRow, ("one", "other"))
        self.apart: Rows[ApartRow] = Rows("apart", ApartRow, ("one", "other"))
        self.tables: tuple[Rows[Any], ...] = (self.refs, self.edges, self.apart)
        self.folds: dict[type[Event], Fold] = {
            TrackSeen: self._seen,
            TracksMerged: self._merged,
            TracksSeparated: self._separated,
        }
        self._near: dict[Ref, set[Ref]] = {}
        self._by_isrc: dict[str, list[Ref]] = {}

    def loaded(self) -> None:
        """Derive the neighbours and the ISRC index from the rows."""
        self._near, self._by_isrc = {}, {}
        for edge in self.edges:
            self._link(edge.one, edge.other)
        for row in sorted(self.refs, key=lambda row: (row.position, row.ref)):
            if row.isrc:
                self._by_isrc.setdefault(row.isrc, []).append(row.ref)

    def track(self, ref: Ref) -> TrackId:
        """The track of a reference; one that nobody spoke of yet is its own."""
        row = self.refs.get(ref)
        return row.track if row is not None else TrackId(ref)

    def members(self, track: TrackId) -> list[Ref]:
        """All references of a track, the earliest first."""
        rows = sorted(self.refs.of(track), key=lambda row: (row.position, row.ref))
        return [row.ref for row in rows] or [Ref(track)]

    def said_to_be_one(self, a: Ref, b: Ref) -> bool:
        """Whether a source or a person already called these two one recording."""
        one, other = sorted((a, b))
        edge = self.edges.get((one, other))
        return a == b or (edge is not None and edge.strength <= SOURCE)

    # -- folding ---------------------------------------------------------------------------------

    def _seen(self, event: TrackSeen, at: At) -> None:
        about = ""
        if event.isrc and event.title and event.artists:
            about = collision_key(f"{event.title}|{event.artists[0]}")
        row = self.refs.get(event.ref) or RefRow(event.ref, TrackId(event.ref), at.position)
        known = RefRow(
            row.ref,
            row.track,
            row.position,
            event.isrc or row.isrc,
            about or row.about,
            event.duration_ms or row.duration_ms,
        )
        self.refs.put(known)
        for other in event.aka:
            if other != event.ref:
                self._know(other, at)
                self._join(event.ref, other, SOURCE, at)
        if known.isrc:
            self._agreeing(known, row.isrc, at)

    def _agreeing(self, row: RefRow, before: str, at: At) -> None:
        if before != row.isrc:
            if before:
                self._by_isrc[before].remove(row.ref)
            self._by_isrc.setdefault(row.isrc, []).append(row.ref)
        same = self._by_isrc[row.isrc]
        if len(same) == 1:
            return
        # The list has the order of first positions, so that a loaded state has the same.
        same.sort(key=lambda ref: (self._row(ref).position, ref))
        for ref in same:
            other = self._row(ref)
            near = abs(other.duration_ms - row.duration_ms) < NEAR_MS
            if ref != row.ref and row.about and other.about == row.about and near:
                self._join(row.ref, ref, ISRC, at)

    def _merged(self, event: TracksMerged, at: At) -> None:
        for ref in (event.one, event.other):
            self._know(ref, at)
        one, other = sorted((event.one, event.other))
        self.apart.drop((one, other))
        self._join(one, other, PERSON, at)

    def _separated(self, event: TracksSeparated, at: At) -> None:
        for ref in (event.one, event.other):
            self._know(ref, at)
        one, other = sorted((event.one, event.other))
        edge = self.edges.get((one, other))
        if edge is not None and edge.strength == PERSON:
            self.edges.drop((one, other))
            self._near[one].discard(other)
            self._near[other].discard(one)
        self.apart.put(ApartRow(one, other, at.position))
        self._settle({one, other})

    def _row(self, ref: Ref) -> RefRow:
        row = self.refs.get(ref)
        assert row is not None
        return row

    def _know(self, ref: Ref, at: At) -> RefRow:
        row = self.refs.get(ref)
        if row is None:
            row = RefRow(ref, TrackId(ref), at.position)
            self.refs.put(row)
        return row

    def _link(self, one: Ref, other: Ref) -> None:
        self._near.setdefault(one, set()).add(other)
        self._near.setdefault(other, set()).add(one)

    def _join(self, a: Ref, b: Ref, strength: int, at: At) -> None:
        one, other = sorted((a, b))
        known = self.edges.get((one, other))
        if known is not None and known.strength <= strength:
            return
        self.edges.put(EdgeRow(one, other, strength, at.position))
        self._link(one, other)
        if len(self.apart) == 0:
            self._unite({self.track(one), self.track(other)})
        else:
            self._settle({one, other})

    def _unite(self, tracks: set[TrackId]) -> None:
        """Join whole tracks: no separation is in the way."""
        if len(tracks) > 1:
            self._name([row for track in tracks for row in self.refs.of(track)])

    def _name(self, rows: Iterable[RefRow]) -> None:
        """These are one track, named after the earliest of them."""
        rows = list(rows)
        first = min(rows, key=lambda row: (row.position, row.ref))
        for row in rows:
            if row.track != TrackId(first.ref):
                self.refs.put(
                    RefRow(
                        row.ref,
                        TrackId(first.ref),
                        row.position,
                        row.isrc,
                        row.about,
                        row.duration_ms,
                    )
                )

    def _settle(self, start: set[Ref]) -> None:
        """Decide anew about everything that the edges connect with these references."""
        reach, todo = set(start), list(start)
        while todo:
            for ref in self._near.get(todo.pop(), ()):
                if ref not in reach:
                    reach.add(ref)
                    todo.append(ref)
        parts: dict[Ref, set[Ref]] = {ref: {ref} for ref in reach}
        edges = [
            edge
            for ref in reach
            for other in self._near.get(ref, ())
            if ref < other and (edge := self.edges.get((ref, other))) is not None
        ]
        for edge in sorted(edges, key=lambda e: (e.strength, e.position, e.one, e.other)):
            one, other = parts[edge.one], parts[edge.other]
            if one is not other and not self._held_apart(one, other):
                one |= other
                for ref in other:
                    parts[ref] = one
        for part in {id(part): part for part in parts.values()}.values():
            self._name([self._row(ref) for ref in part])

    def _held_apart(self, one: set[Ref], other: set[Ref]) -> bool:
        return any(
            (row.one in one and row.other in other) or (row.one in other and row.other in one)
            for row in self.apart
        )
