"""Tracks, playlists and members, as the sources tell them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.library import Library, merged
from projections.registry import dispatch, fold
from state.events import (
    Event,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
    TrackSeen,
)
from state.values import PlaylistRef, Ref
from tests.histories import record, tracks_seen
from tests.strategies import struct

A = Ref("spotify:track:a")
HOUSE, OTHER = PlaylistRef("csv:x/House"), PlaylistRef("csv:x/Other")


def library(*told: Event) -> Library:
    made = Library()
    fold(dispatch([made]), record(*told))
    return made


def track(*told: TrackSeen) -> Any:
    row = library(*told).tracks.get(A)
    assert row is not None
    return row


def said(source: str, **facts: Any) -> TrackSeen:
    return TrackSeen(A, source, facts.pop("title", "One"), **facts)


# ---- authority ---------------------------------------------------------------------------------


def test_a_backup_never_overrules_a_live_service_and_fills_what_is_missing() -> None:
    row = track(
        said("spotify", album="Live", explicit=False),
        said("csv", title="Uno", album="Old", explicit=True, bpm=128.0, key="Am"),
    )
    assert (row.title, row.album, row.explicit) == ("One", "Live", False)
    assert (row.bpm, row.key, row.live) == (128.0, "Am", True)


def test_a_live_service_overrules_a_backup_and_unsays_nothing() -> None:
    row = track(said("csv", title="Uno", album="Old", bpm=128.0), said("spotify", explicit=False))
    assert (row.title, row.album, row.bpm, row.explicit) == ("One", "Old", 128.0, False)


def test_a_newer_backup_corrects_an_older_one() -> None:
    assert track(said("csv", title="Uno"), said("csv")).title == "One"


def test_a_service_s_own_correction_counts() -> None:
    assert track(said("spotify", explicit=True), said("spotify", explicit=False)).explicit is False


def test_a_row_says_when_it_last_learnt_something() -> None:
    assert track(said("csv"), said("csv", bpm=1.0), said("csv")).position == 2


@settings(max_examples=300)
@given(st.lists(tracks_seen, min_size=1, max_size=5), struct(TrackSeen))
def test_who_says_the_same_again_says_no_news(before: list[TrackSeen], event: TrackSeen) -> None:
    row = None
    for number, one in enumerate(before):
        row = merged(row, one, number)
    for one in (before[-1], event):
        row = merged(row, one, 100)
        assert merged(row, one, 101) is row


@given(st.lists(struct(TrackSeen), max_size=4), struct(TrackSeen))
def test_nothing_that_was_known_gets_lost(before: list[TrackSeen], event: TrackSeen) -> None:
    row = None
    for one in before:
        row = merged(row, one, 1)
    if row is not None:
        after = merged(row, event, 2)
        known = [name for name in row.__struct_fields__ if getattr(row, name) not in ("", (), None)]
        lost = [name for name in known if getattr(after, name) in ("", (), None)]
        assert lost == []


# ---- playlists ---------------------------------------------------------------------------------


def seen(name: str, ref: PlaylistRef = HOUSE) -> PlaylistSeen:
    return PlaylistSeen(ref, "csv", name, "x")


def found(member: str, rank: str, playlist: PlaylistRef = HOUSE) -> PlaylistMembershipFound:
    return PlaylistMembershipFound(playlist, member, Ref(member.partition("#")[0]), rank)


def test_a_playlist_remembers_when_it_got_its_name() -> None:
    row = library(seen("House"), seen("House"), seen("Deep House"), seen("Deep House"))
    assert [(each.name, each.named_at) for each in row.playlists] == [("Deep House", 3)]


def test_a_playlist_that_is_not_listed_any_more_keeps_its_members_and_can_return() -> None:
    told: list[Event] = [seen("House"), found("a", "a0"), PlaylistNoLongerListed(HOUSE)]
    gone = library(*told)
    assert [row.listed for row in gone.playlists] == [False]
    assert [row.member for row in gone.ordered(HOUSE)] == ["a"]
    [back] = library(*told, seen("House")).playlists
    assert back.listed and back.named_at == 1


def test_members_are_in_the_order_of_their_ranks() -> None:
    made = library(found("a", "a2"), found("b", "a0"), found("a#2", "a1"), found("b", "a3"))
    assert [row.member for row in made.ordered(HOUSE)] == ["a#2", "a", "b"]
    assert library(found("a", "a0", OTHER)).ordered(HOUSE) == []


def test_a_lost_member_is_gone_and_only_that_one() -> None:
    made = library(found("a", "a0"), found("a#2", "a1"), PlaylistMembershipLost(HOUSE, "a"))
    assert [row.member for row in made.ordered(HOUSE)] == ["a#2"]
    assert library(PlaylistMembershipLost(HOUSE, "a")).ordered(HOUSE) == []


@pytest.mark.parametrize(
    "event", [found("a", "a0"), PlaylistMembershipLost(HOUSE, "a"), PlaylistNoLongerListed(HOUSE)]
)
def test_a_playlist_remembers_the_last_event_about_it(event: Event) -> None:
    [row] = library(seen("House"), event).playlists
    assert (row.named_at, row.position) == (1, 2)


def test_the_last_word_of_a_person_on_two_playlists_counts() -> None:
    both = PlaylistsMerged(OTHER, HOUSE), PlaylistsSeparated(HOUSE, OTHER)
    assert [pair.same for pair in library(*both).pairs] == [False]
    assert [pair.same for pair in library(*reversed(both)).pairs] == [True]
