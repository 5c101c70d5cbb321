"""Only news is an event, and absence is news only where it was witnessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import (
    FilesListed,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Unreadable,
)
from engine.witness import Gone, news
from projections.registry import State
from state.events import (
    Event,
    FileSeen,
    FileVanished,
    FileWritten,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistSeen,
    RootCameOnline,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
)
from state.log import Recorded
from state.values import PlaylistRef, Ref, RootId, Tags

A, B = Ref("spotify:track:a"), Ref("spotify:track:b")
HOUSE = PlaylistRef("csv:x/House")
MUSIC = RootId("files/music")


class Witness:
    """A state that is told what is news."""

    def __init__(self, *told: Event) -> None:
        self.state = State()
        self._fold(told)

    def _fold(self, events: Iterable[Event]) -> None:
        for event in events:
            self.state.fold([Recorded(self.state.position + 1, 0, None, event)])

    def sees(self, *sightings: Sighting, gone: Gone | None = None) -> list[Event]:
        """What is news of it; seeing the same again is none."""
        events = news(self.state, sightings, gone)
        self._fold(events)
        assert news(self.state, sightings) == []
        return events

    def order(self) -> list[str]:
        return [row.track for row in self.state.library.ordered(HOUSE)]


def seen(title: str = "One", **facts: object) -> TrackSeen:
    return TrackSeen(A, "spotify", title, **facts)  # type: ignore[arg-type]


def listed(tracks: Iterable[str], *, complete: bool = True, name: str = "House") -> PlaylistListed:
    rows = tuple(Row(Ref(track)) for track in tracks)
    return PlaylistListed(PlaylistSeen(HOUSE, "csv", name, "x"), rows, complete)


def found(events: Iterable[Event]) -> list[PlaylistMembershipFound]:
    return [event for event in events if isinstance(event, PlaylistMembershipFound)]


# ---- tracks ------------------------------------------------------------------------------------


def test_a_b_a_are_three_events() -> None:
    witness = Witness()
    told = [witness.sees(seen(title)) for title in ("One", "Two", "One")]
    assert told == [[seen("One")], [seen("Two")], [seen("One")]]


def test_a_backup_that_is_overruled_is_no_news_and_one_that_adds_something_is() -> None:
    witness = Witness(seen("One"))
    assert witness.sees(TrackSeen(A, "csv", "Uno")) == []
    more = TrackSeen(A, "csv", "Uno", bpm=128.0)
    assert witness.sees(more) == [more]


def test_a_new_name_of_a_known_track_is_news() -> None:
    assert Witness(seen()).sees(seen(aka=(B,))) == [seen(aka=(B,))]


def test_that_two_known_tracks_are_one_is_news() -> None:
    witness = Witness(seen(), TrackSeen(B, "spotify", "Two"))
    assert witness.sees(seen(aka=(B,))) == [seen(aka=(B,))]
    assert witness.state.identity.track(B) == witness.state.identity.track(A)


@pytest.mark.parametrize("word", [TracksMerged(A, B), TracksSeparated(A, B)])
def test_what_a_person_said_of_two_tracks_makes_no_news_for_ever(word: Event) -> None:
    Witness(seen(), word).sees(seen(aka=(B, A)))


# ---- playlists ---------------------------------------------------------------------------------


def test_a_listing_tells_the_playlist_and_its_rows_once() -> None:
    witness = Witness()
    first, *rows = witness.sees(listed("ab"))
    assert first == PlaylistSeen(HOUSE, "csv", "House", "x")
    assert [row.track for row in found(rows)] == witness.order() == ["a", "b"]


def test_a_row_that_is_not_there_any_more_is_lost() -> None:
    witness = Witness()
    witness.sees(listed("abc"))
    assert witness.sees(listed("ac")) == [PlaylistMembershipLost(HOUSE, "b")]
    assert witness.sees(listed("")) == [
        PlaylistMembershipLost(HOUSE, "a"),
        PlaylistMembershipLost(HOUSE, "c"),
    ]


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcde"), max_size=6)
)
def test_an_incomplete_listing_loses_nothing(before: list[str], now: list[str]) -> None:
    witness = Witness()
    witness.sees(listed(before))
    events = witness.sees(listed(now, complete=False))
    assert all(isinstance(event, PlaylistMembershipFound) for event in events)
    assert witness.order()[: len(before)] == before, "what was known keeps its place"
    assert set(witness.order()) == {*before, *now}


def test_a_track_that_is_listed_twice_is_two_occurrences() -> None:
    witness = Witness()
    witness.sees(listed("aba"))
    assert witness.order() == ["a", "b", "a"]
    witness.sees(listed("ba"))
    assert witness.order() == ["b", "a"]


def test_when_it_was_added_is_filled_and_never_emptied() -> None:
    witness = Witness()

    def row(added_at: str) -> PlaylistListed:
        return PlaylistListed(PlaylistSeen(HOUSE, "csv", "House", "x"), (Row(A, added_at),))

    assert len(witness.sees(row(""))) == 2
    [event] = witness.sees(row("2024"))
    assert isinstance(event, PlaylistMembershipFound) and event.added_at == "2024"
    assert witness.sees(row("")) == []


def test_a_new_name_is_news_and_no_row_is() -> None:
    witness = Witness()
    witness.sees(listed("ab"))
    [event] = witness.sees(listed("ab", name="Deep House"))
    assert isinstance(event, PlaylistSeen) and event.name == "Deep House"


def test_a_playlist_is_gone_only_if_its_whole_source_says_so_and_loses_no_row() -> None:
    witness = Witness()
    witness.sees(listed("ab"))
    assert witness.sees() == witness.sees(SourceListed("csv", "other", frozenset())) == []
    assert witness.sees(SourceListed("csv", "x", frozenset([HOUSE]))) == []
    assert witness.sees(SourceListed("csv", "x", frozenset())) == [PlaylistNoLongerListed(HOUSE)]
    assert witness.order() == ["a", "b"]
    assert len(witness.sees(listed("ab"))) == 1, "it is back"


# ---- order -------------------------------------------------------------------------------------


def test_one_insertion_into_five_thousand_is_one_event() -> None:
    witness = Witness()
    tracks = [f"t{number}" for number in range(5000)]
    witness.sees(listed(tracks))
    for place in (0, 2500, 5002):
        tracks.insert(place, f"new {place}")
        assert len(witness.sees(listed(tracks))) == 1
        assert witness.order() == tracks


def test_a_row_that_moves_is_one_event() -> None:
    witness = Witness()
    witness.sees(listed("abcdefgh"))
    [event] = witness.sees(listed("habcdefg"))
    assert isinstance(event, PlaylistMembershipFound) and event.track == "h"


def longest_increasing(values: Sequence[int]) -> int:
    """By trying all, for few values."""
    for size in range(len(values), 0, -1):
        for some in combinations(values, size):
            if all(one < other for one, other in pairwise(some)):
                return size
    return 0


@settings(max_examples=150)
@given(st.permutations(range(8)), st.integers(0, 8))
def test_the_fewest_rows_that_explain_an_order_are_told_again(order: list[int], size: int) -> None:
    witness = Witness()
    witness.sees(listed([f"t{number}" for number in range(8)]))
    now = order[:size]
    events = witness.sees(listed([f"t{number}" for number in now]))
    assert len(found(events)) == len(now) - longest_increasing(now)
    assert witness.order() == [f"t{number}" for number in now]


@st.composite
def edited(draw: st.DrawFn) -> list[list[str]]:
    """A list and what a person made of it, several times."""
    tracks = [f"t{number}" for number in range(draw(st.integers(0, 60)))]
    versions = [list(tracks)]
    for number in range(draw(st.integers(1, 12))):
        what = draw(st.sampled_from(["insert", "remove", "move", "reverse", "repeat"]))
        place = draw(st.integers(0, len(tracks)))
        if what == "insert" or not tracks:
            tracks.insert(place, f"new {number}")
        elif what == "repeat":
            tracks.insert(place, draw(st.sampled_from(tracks)))
        elif what == "reverse":
            tracks.reverse()
        else:
            track = tracks.pop(min(place, len(tracks) - 1))
            if what == "move":
                tracks.insert(draw(st.integers(0, len(tracks))), track)
        versions.append(list(tracks))
    return versions


@settings(max_examples=150)
@given(edited())
def test_folding_the_news_gives_the_listed_order(versions: list[list[str]]) -> None:
    witness = Witness()
    for version in versions:
        witness.sees(listed(version))
        assert witness.order() == version


# ---- files -------------------------------------------------------------------------------------


def file(path: str, audio: str = "aa", size: int = 5) -> FileSeen:
    return FileSeen(MUSIC, path, size, audio, 200_000, "mp3", Tags("T"))


def tree(*paths: str, root: RootId = MUSIC) -> FilesListed:
    return FilesListed(root, frozenset(paths))


def test_a_file_is_told_once_and_again_when_it_is_another() -> None:
    witness = Witness(RootCameOnline(MUSIC, "/m"))
    assert witness.sees(tree("a"), file("a")) == [file("a")]
    for other in (file("a", "bb"), file("a", "bb", 6)):
        assert witness.sees(tree("a"), other) == [other]


def test_a_file_vanishes_only_from_a_whole_listing_of_its_own_root() -> None:
    witness = Witness(file("a"), file("b"))
    assert witness.sees(file("b")) == witness.sees(tree(root=RootId("files/other"))) == []
    assert witness.sees(tree("b")) == [FileVanished(MUSIC, "a")]


def test_what_is_not_music_and_what_is_parked_does_not_vanish() -> None:
    text = FileWritten(MUSIC, "House.m3u8", "written", "x", 5, text="digest")
    parked = FileWritten(MUSIC, ".cratelog/park/a.mp3", "moved", "x", 5, audio="aa")
    assert Witness(text, parked).sees(tree()) == []


def test_a_file_that_lies_elsewhere_now_was_moved() -> None:
    witness = Witness(file("a"), file("c", "cc"))
    moved = FileSeen(MUSIC, "b", 5, "aa", 200_000, "mp3", Tags("T"), moved_from="a")
    assert witness.sees(tree("b"), file("b")) == [
        FileVanished(MUSIC, "a"),
        FileVanished(MUSIC, "c"),
        moved,
    ]


def test_two_copies_of_one_audio_were_moved_one_by_one() -> None:
    witness = Witness(file("a"), file("b"))
    events = witness.sees(tree("c", "d", "e"), file("c"), file("d"), file("e"))
    told = {event.path: event.moved_from for event in events if isinstance(event, FileSeen)}
    assert sorted(told.values()) == ["", "a", "b"]


def test_a_move_is_seen_although_the_look_is_told_in_parts() -> None:
    witness, gone = Witness(file("a")), {}  # type: ignore[var-annotated]
    assert witness.sees(tree("b"), gone=gone) == [FileVanished(MUSIC, "a")]
    [event] = witness.sees(file("b"), gone=gone)
    assert isinstance(event, FileSeen) and event.moved_from == "a"


def test_what_cannot_be_read_is_nothing_for_the_log() -> None:
    assert Witness(file("a")).sees(tree("a"), Unreadable("/m/a", "half-written")) == []
