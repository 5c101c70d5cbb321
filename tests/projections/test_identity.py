"""Which references are one track: the rules one by one, then against their plain definition."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from projections.identity import ISRC, NEAR_MS, PERSON, SOURCE, Identity
from projections.naming import collision_key
from projections.registry import dispatch, fold
from state.events import Event, TrackSeen, TracksMerged, TracksSeparated
from state.log import Recorded
from state.values import Ref
from tests.histories import histories, identities, record

A, B, C, D = Ref("s:a"), Ref("s:b"), Ref("s:c"), Ref("s:d")


def identity(*told: Event) -> Identity:
    return folded(record(*told))


def folded(history: Sequence[Recorded]) -> Identity:
    made = Identity()
    fold(dispatch([made]), history)
    return made


def seen(ref: Ref, *aka: Ref, isrc: str = "", title: str = "One", ms: int = 200_000) -> TrackSeen:
    return TrackSeen(ref, "spotify", title, ("Ann",), duration_ms=ms, isrc=isrc, aka=aka)


def tracks(made: Identity) -> dict[Ref, str]:
    return {row.ref: made.track(row.ref) for row in made.refs}


def merged(one: Ref, other: Ref) -> TracksMerged:
    return TracksMerged(one, other)


def apart(one: Ref, other: Ref) -> TracksSeparated:
    return TracksSeparated(one, other)


# ---- rules -------------------------------------------------------------------------------------


def test_a_reference_that_nobody_spoke_of_is_its_own_track() -> None:
    track = identity().track(A)
    assert str(track) == A
    assert identity().members(track) == [A]


def test_the_earliest_reference_names_the_track_and_survives_every_merge() -> None:
    made = identity(seen(C), seen(B), seen(A), merged(A, B), merged(B, C))
    assert tracks(made) == dict.fromkeys([A, B, C], C)
    assert made.members(made.track(A)) == [C, B, A]


def test_what_a_source_calls_by_two_names_is_one_track() -> None:
    assert tracks(identity(seen(A, B), seen(B))) == {A: A, B: A}
    assert tracks(identity(seen(A, A))) == {A: A}


def test_the_same_isrc_joins_what_agrees_in_title_artist_and_length() -> None:
    near = seen(B, isrc="X", ms=200_000 + NEAR_MS - 1)
    assert tracks(identity(seen(A, isrc="X"), near)) == {A: A, B: A}


@pytest.mark.parametrize(
    "other",
    [
        seen(B, isrc="X", title="Two"),
        seen(B, isrc="X", ms=200_000 + NEAR_MS),
        seen(B, isrc="X", ms=0),
        seen(B, isrc="Y"),
        seen(B),
        TrackSeen(B, "spotify", "One", ("Bob",), duration_ms=200_000, isrc="X"),
        TrackSeen(B, "spotify", "One", (), duration_ms=200_000, isrc="X"),
        TrackSeen(B, "spotify", "", ("Ann",), duration_ms=200_000, isrc="X"),
    ],
)
def test_an_isrc_alone_is_a_hint(other: TrackSeen) -> None:
    assert tracks(identity(seen(A, isrc="X"), other)) == {A: A, B: B}


def test_a_corrected_isrc_leaves_the_old_one() -> None:
    made = identity(seen(A, isrc="X"), seen(A, isrc="Y"), seen(B, isrc="X"), seen(C, isrc="Y"))
    assert tracks(made) == {A: A, B: B, C: A}


@pytest.mark.parametrize("joining", [seen(A, B), merged(A, C)])
def test_what_a_person_separated_no_weaker_edge_joins(joining: Event) -> None:
    made = identity(seen(A, isrc="X"), seen(B, isrc="X"), seen(C, B), apart(A, B), joining)
    assert made.track(A) != made.track(B)


def test_a_separation_parts_what_was_one() -> None:
    made = identity(seen(A, isrc="X"), seen(B, isrc="X"), apart(A, B))
    assert tracks(made) == {A: A, B: B}
    assert tracks(identity(merged(A, B), apart(A, B))) == {A: A, B: B}


def test_a_merge_after_a_separation_wins_and_a_separation_after_a_merge() -> None:
    told: list[Event] = [seen(A, B), apart(A, B), merged(B, A)]
    assert tracks(identity(*told)) == {A: A, B: A}
    assert tracks(identity(*told, apart(A, B))) == {A: A, B: B}
    assert tracks(identity(*told, apart(A, B), merged(A, B))) == {A: A, B: A}


def test_of_two_ways_to_join_the_stronger_edge_wins_whatever_came_first() -> None:
    """A and B are apart; C belongs to one of them: to whom a person said, not to the alias."""
    made = identity(seen(A), seen(B), apart(A, B), seen(C, B), merged(C, A))
    assert tracks(made) == {A: A, B: B, C: A}


def test_of_edges_of_equal_strength_the_earlier_wins() -> None:
    begin: list[Event] = [seen(A), seen(B), seen(C), apart(A, B)]
    assert tracks(identity(*begin, seen(C, A), seen(C, B))) == {A: A, B: B, C: A}
    assert tracks(identity(*begin, seen(C, B), seen(C, A))) == {A: A, B: B, C: B}


def test_separations_hold_between_whole_tracks() -> None:
    made = identity(merged(A, B), merged(C, D), apart(A, C), seen(B, D))
    assert tracks(made) == {A: A, B: A, C: C, D: C}


# ---- against the definition --------------------------------------------------------------------


def reference(history: Sequence[Recorded]) -> dict[Ref, str]:
    """All edges by strength and position, joined unless that would join what is apart."""
    first: dict[Ref, int] = {}
    facts: dict[Ref, tuple[str, str, int]] = {}
    edges: dict[frozenset[Ref], tuple[int, int]] = {}
    separated: set[frozenset[Ref]] = set()

    def edge(one: Ref, other: Ref, strength: int, position: int) -> None:
        pair = frozenset((one, other))
        if pair not in edges or strength < edges[pair][0]:
            edges[pair] = (strength, position)

    for recorded in history:
        position, event = recorded.position, recorded.event
        match event:
            case TrackSeen():
                about = collision_key(f"{event.title}|{event.artists[:1]}")
                said = about if event.isrc and event.title and event.artists else ""
                isrc, known, ms = facts.get(event.ref, ("", "", 0))
                isrc, said = event.isrc or isrc, said or known
                ms = event.duration_ms or ms
                facts[event.ref] = isrc, said, ms
                for ref in (event.ref, *event.aka):
                    first.setdefault(ref, position)
                for ref in event.aka:
                    edge(event.ref, ref, SOURCE, position)
                for ref, (its, agreed, length) in facts.items():
                    same = isrc and said and (its, agreed) == (isrc, said)
                    if same and abs(ms - length) < NEAR_MS:
                        edge(event.ref, ref, ISRC, position)
            case TracksMerged() | TracksSeparated():
                pair = frozenset((event.one, event.other))
                for ref in pair:
                    first.setdefault(ref, position)
                if isinstance(event, TracksMerged):
                    separated.discard(pair)
                    edge(event.one, event.other, PERSON, position)
                else:
                    separated.add(pair)
                    if pair in edges and edges[pair][0] == PERSON:
                        del edges[pair]
            case _:
                pass
    part = {ref: {ref} for ref in first}
    parting = [pair for pair in separated if len(pair) == 2]
    for pair in sorted(edges, key=lambda pair: (*edges[pair], sorted(pair))):
        both = frozenset[Ref]().union(*(part[ref] for ref in pair))
        if not any(pair <= both for pair in parting):
            for ref in both:
                part[ref] = set(both)
    return {ref: min(part[ref], key=lambda other: (first[other], other)) for ref in first}


@settings(max_examples=300)
@given(histories(identities, beginning=(), size=25))
def test_the_fold_gives_what_the_definition_says(history: list[Recorded]) -> None:
    assert tracks(folded(history)) == reference(history)
