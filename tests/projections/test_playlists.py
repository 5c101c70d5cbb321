"""Which playlists of which sources are one."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings

from projections.identity import Identity
from projections.library import Library
from projections.playlists import Doubt, Group, groups
from projections.registry import dispatch, fold
from state.events import (
    Event,
    MembershipSet,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
    TracksMerged,
)
from state.log import Recorded
from state.values import PlaylistRef, Ref
from tests.histories import histories, playlists, record

ONE, TWO, LIVE = PlaylistRef("csv:a/House"), PlaylistRef("csv:b/House"), PlaylistRef("spotify:p:1")
ORIGINS = {ONE: ("csv", "a"), TWO: ("csv", "b"), LIVE: ("spotify", "ann")}


def playlist(
    ref: PlaylistRef, tracks: Iterable[str], name: str = "House", origin: str = ""
) -> list[Event]:
    source, usual = ORIGINS.get(ref, ("csv", "a"))
    listed = [
        PlaylistMembershipFound(ref, track, Ref(track), f"a{number}")
        for number, track in enumerate(tracks)
    ]
    return [PlaylistSeen(ref, source, name, origin or usual), *listed]


def grouped(told: Iterable[Event]) -> tuple[list[Group], list[Doubt]]:
    return of(record(*told))


def of(history: Iterable[Recorded]) -> tuple[list[Group], list[Doubt]]:
    library, identity = Library(), Identity()
    fold(dispatch([library, identity]), history)
    return groups(library, identity)


def sets(told: Iterable[Event]) -> set[frozenset[PlaylistRef]]:
    return {frozenset(group.refs) for group in grouped(told)[0]}


def doubted(told: Iterable[Event]) -> set[frozenset[PlaylistRef]]:
    return {frozenset((doubt.one, doubt.other)) for doubt in grouped(told)[1]}


BOTH = {frozenset((ONE, TWO))}
EACH = {frozenset((ONE,)), frozenset((TWO,))}


def test_equal_names_and_half_of_the_shorter_list_are_one_playlist() -> None:
    told = playlist(ONE, "abcdefgh") + playlist(TWO, "axby")
    assert sets(told) == BOTH and doubted(told) == set()


def test_less_in_common_is_a_doubt_and_two_playlists_meanwhile() -> None:
    for other in ("axyz", ""):
        told = playlist(ONE, "abcd") + playlist(TWO, other)
        assert sets(told) == EACH and doubted(told) == BOTH


def test_names_are_compared_as_folders_would_be() -> None:
    told = playlist(ONE, "ab", "Café: House?") + playlist(TWO, "ab", "CAFE\u0301_ house_")
    assert sets(told) == BOTH
    assert sets(playlist(ONE, "ab", "House") + playlist(TWO, "ab", "Haus")) == EACH


def test_what_is_shared_is_recordings_not_references() -> None:
    told = playlist(ONE, "abcd") + playlist(TWO, "wxyz")
    told += [TracksMerged(Ref("a"), Ref("w")), TracksMerged(Ref("b"), Ref("x"))]
    assert sets(told) == BOTH


def test_a_person_decides() -> None:
    alike, unlike = (
        playlist(ONE, "ab") + playlist(TWO, "ab"),
        playlist(ONE, "ab") + playlist(TWO, ""),
    )
    for told, word, result in (
        (alike, PlaylistsSeparated(ONE, TWO), EACH),
        (unlike, PlaylistsMerged(TWO, ONE), BOTH),
    ):
        assert sets([*told, word]) == result and doubted([*told, word]) == set()
    other_names = playlist(ONE, "ab", "House") + playlist(TWO, "", "Techno")
    assert sets([*other_names, PlaylistsMerged(ONE, TWO)]) == BOTH
    assert sets([*other_names, PlaylistsMerged(ONE, PlaylistRef("never seen"))]) == EACH


def test_two_playlists_of_one_origin_are_never_one() -> None:
    again = PlaylistRef("csv:a/House_")
    told = playlist(ONE, "ab") + playlist(again, "ab")
    assert sets(told) == {frozenset((ONE,)), frozenset((again,))} and doubted(told) == set()


def test_two_playlists_of_one_origin_are_not_one_through_a_third() -> None:
    again = PlaylistRef("csv:a/House_")
    told = playlist(ONE, "ab") + playlist(again, "ab") + playlist(LIVE, "ab")
    assert len(sets(told)) == 2
    assert not any({ONE, again} <= refs for refs in sets(told))


def test_a_playlist_that_is_gone_does_not_keep_its_successor_out() -> None:
    again = PlaylistRef("csv:a/House_")
    told = [*playlist(ONE, "ab"), *playlist(LIVE, "ab"), PlaylistNoLongerListed(ONE)]
    assert sets(told + playlist(again, "ab")) == {frozenset((ONE, again, LIVE))}


def test_what_a_person_separated_is_not_one_through_a_third() -> None:
    told = playlist(ONE, "ab") + playlist(TWO, "ab") + playlist(LIVE, "ab")
    assert sets(told) == {frozenset((ONE, TWO, LIVE))}
    parted = sets([*told, PlaylistsSeparated(ONE, TWO)])
    assert not any({ONE, TWO} <= refs for refs in parted) and len(parted) == 2


def test_a_live_service_s_list_counts_before_a_backup_s_then_whoever_spoke_last() -> None:
    told = playlist(LIVE, "ab", "house") + playlist(ONE, "abc", "House") + playlist(TWO, "ab")
    [group], _ = grouped(told)
    assert (group.lead, group.name, len(group.members)) == (LIVE, "house", 2)
    [group], _ = grouped(playlist(TWO, "ab") + playlist(ONE, "abc"))
    assert (group.lead, len(group.members)) == (ONE, 3)
    [group], _ = grouped([*playlist(TWO, "ab"), *playlist(ONE, "abc"), PlaylistNoLongerListed(ONE)])
    assert group.lead == TWO


def test_groups_are_in_the_order_in_which_they_got_their_names() -> None:
    told = playlist(TWO, "", "Techno") + playlist(ONE, "", "House") + playlist(TWO, "", "Trance")
    assert [group.name for group in grouped(told)[0]] == ["House", "Trance"]


def test_a_track_stands_on_a_playlist_as_often_as_it_does() -> None:
    told = [*playlist(ONE, "ab"), PlaylistMembershipFound(ONE, "a#2", Ref("a"), "a9")]
    [group], _ = grouped(told)
    assert [row.member for row in group.members] == ["a", "b", "a#2"]
    assert group.tracks(Identity()) == ["a", "b"]


@settings(max_examples=200)
@given(histories(playlists, beginning=()))
def test_every_playlist_is_in_one_group_and_no_rule_is_broken(history: list[Recorded]) -> None:
    library, identity = Library(), Identity()
    fold(dispatch([library, identity]), history)
    found, _ = groups(library, identity)
    assert sorted(ref for group in found for ref in group.refs) == sorted(
        row.ref for row in library.playlists
    )
    pairs = [pair for pair in library.pairs if pair.one != pair.other]
    for group in found:
        within = [pair for pair in pairs if {pair.one, pair.other} <= set(group.refs)]
        if not any(pair.same for pair in within):
            rows = [row for row in library.playlists if row.ref in group.refs and row.listed]
            assert within == []
            assert len({(row.source, row.origin) for row in rows}) == len(rows)


# ---- what a person put there ---------------------------------------------------------------------


def listed(*told: Event) -> str:
    """What is on the one playlist, in order."""
    (group,), _ = grouped(told)
    return "".join(row.track for row in group.members)


def test_what_a_person_put_there_comes_last_and_what_they_took_off_is_gone() -> None:
    there = playlist(LIVE, "abc")
    said = [MembershipSet(LIVE, Ref(track), True) for track in "ya"]
    assert listed(*there, *said, MembershipSet(LIVE, Ref("b"), False)) == "acy"
    assert listed(*there, *said, MembershipSet(LIVE, Ref("y"), False)) == "abc"


def test_a_word_stands_until_the_source_says_the_same() -> None:
    off = [*playlist(LIVE, "ab"), MembershipSet(LIVE, Ref("b"), False)]
    found = PlaylistMembershipFound(LIVE, "b", Ref("b"), "a9")
    assert listed(*off, found) == "a"
    assert listed(*off, PlaylistMembershipLost(LIVE, "b"), found) == "ab"
    put = [*playlist(LIVE, "a"), MembershipSet(LIVE, Ref("b"), True)]
    assert listed(*put, found) == "ab"
    assert listed(*put, found, PlaylistMembershipLost(LIVE, "b")) == "a"


def test_a_word_is_about_the_recording_whatever_it_is_called() -> None:
    told = [*playlist(LIVE, "ab"), TracksMerged(Ref("a"), Ref("x"))]
    assert listed(*told, MembershipSet(LIVE, Ref("x"), True)) == "ab"
    assert listed(*told, MembershipSet(LIVE, Ref("x"), False)) == "b"


def test_a_word_goes_with_the_playlist_to_its_other_source() -> None:
    told = [*playlist(ONE, "ab"), MembershipSet(ONE, Ref("b"), False), *playlist(LIVE, "ab")]
    assert listed(*told) == "a"
