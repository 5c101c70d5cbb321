"""What a plan may not do unasked."""

from __future__ import annotations

import msgspec
import pytest

from engine.guard import COUNT, SHARE, Verdict, guard
from engine.places import PARK
from projections.layout import Layouter
from projections.runs import DAY_MS, RemovalRow
from state.events import PlaylistSeen, PolicySet
from state.values import PlaylistRef
from tests.engine.pretend import MUSIC, ROOT, Pretend
from tests.engine.test_planner import HOUSE, TECHNO, TRANCE, called, off, on, track

NOW = 10 * DAY_MS


def names(count: int) -> list[str]:
    return [chr(ord("a") + number) for number in range(count)]


def library(count: int, *playlists: PlaylistRef, lists: bool = False) -> Pretend:
    """So many tracks, all of them on each of the playlists, and laid out."""
    made = Pretend(lists=lists)
    for name in names(count):
        made.put(MUSIC, f"{name}.mp3", f"audio {name}")
        made.tell(*track(name))
    for playlist in playlists:
        made.tell(called(playlist, playlist.rpartition("/")[2]))
        made.tell(*(on(playlist, name) for name in names(count)))
    made.settle()
    return made


def drop(made: Pretend, playlist: PlaylistRef, count: int) -> None:
    made.tell(*(off(playlist, name) for name in names(count)))


def asked(made: Pretend, *, allowed: int = 0, now: int = NOW) -> Verdict:
    return guard(made.state, Layouter(made.state), made.plan(), now=now, allowed=allowed)


def lately(made: Pretend, count: int, *, at: int = NOW, playlist: PlaylistRef = HOUSE) -> None:
    """So many files were removed at that time."""
    for number in range(count):
        made.state.runs.removals.put(RemovalRow(number, at, ROOT, playlist))


# ---- how much ----------------------------------------------------------------------------------


def test_a_plan_that_removes_nothing_is_let_through() -> None:
    made = library(3, HOUSE)
    made.tell(called(TECHNO, "Techno"), on(TECHNO, "a"))
    verdict = asked(made)
    assert verdict.actions == made.plan().actions and len(verdict.actions) == 1
    assert (verdict.refused, verdict.held) == ((), 0)


@pytest.mark.parametrize(
    ("there", "leave", "refused"),
    [
        (50, COUNT, False),
        (50, COUNT + 1, True),
        (60, 12, False),  # many, but no more than the share
        (60, 13, True),
        (20, 5, False),  # a large share, but few
    ],
)
def test_more_than_a_count_and_a_share_is_refused(there: int, leave: int, refused: bool) -> None:
    assert (COUNT, SHARE) == (10, 0.2)
    made = library(there, HOUSE)
    drop(made, HOUSE, leave)
    verdict = asked(made)
    assert bool(verdict.refused) is refused
    assert len(verdict.actions) == (0 if refused else leave)
    assert verdict.held == (leave if refused else 0)


def test_a_refusal_says_what_would_be_lost_and_how_to_allow_it() -> None:
    made = library(50, HOUSE)
    drop(made, HOUSE, 20)
    texts = {refusal.playlist: refusal.text for refusal in asked(made).refused}
    assert set(texts) == {None, HOUSE}
    assert "playlist 'House' would lose 20 of 50 files" in texts[HOUSE]
    assert "nothing was touched" in texts[HOUSE]
    assert "--allow-removals 20" in texts[HOUSE]
    assert texts[None].startswith(f"{ROOT} would lose 20 of 50 files")


def test_allowing_them_lets_just_so_many_through() -> None:
    made = library(50, HOUSE)
    drop(made, HOUSE, 20)
    assert asked(made, allowed=19).actions == ()
    verdict = asked(made, allowed=20)
    assert len(verdict.actions) == 20 and verdict.refused == ()


def test_a_playlist_is_counted_by_itself() -> None:
    made = library(20, HOUSE, TECHNO, TRANCE)
    drop(made, HOUSE, 11)  # 11 of 20, and of 60 in the root no more than a fifth
    drop(made, TECHNO, 1)
    verdict = asked(made)
    assert [refusal.playlist for refusal in verdict.refused] == [HOUSE]
    assert [action.playlist for action in verdict.actions] == [TECHNO]


def test_small_losses_of_many_playlists_are_counted_together() -> None:
    made = library(20, HOUSE, TECHNO, TRANCE)
    for playlist in (HOUSE, TECHNO, TRANCE):
        drop(made, playlist, 5)
    verdict = asked(made)
    assert [refusal.playlist for refusal in verdict.refused] == [None]
    assert verdict.actions == ()


@pytest.mark.parametrize(("ago", "refused"), [(0, True), (DAY_MS, True), (DAY_MS + 1, False)])
def test_what_was_removed_during_the_last_day_counts(ago: int, refused: bool) -> None:
    made = library(40, HOUSE)
    lately(made, 10, at=NOW - ago)
    drop(made, HOUSE, 2)
    verdict = asked(made)
    assert bool(verdict.refused) is refused
    if refused:
        assert "10 more in the last 24 hours" in verdict.refused[0].text


def test_ten_a_pass_do_not_drain_a_library() -> None:
    made = library(26, HOUSE)
    gone = 0
    for name in names(26):
        made.tell(off(HOUSE, name))
        if asked(made).refused:
            break
        lately(made, gone := gone + 1)
        made.settle()
    assert gone == COUNT


# ---- emptied -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "leave", "words"),
    [
        (3, 3, "would lose all of its 3 files"),
        (3, 2, "would lose all but one of its 3 files"),
        (3, 1, ""),
        (2, 2, "would lose all of its 2 files"),
        (2, 1, ""),
        (1, 1, ""),
    ],
)
def test_a_playlist_that_would_be_emptied_is_refused(there: int, leave: int, words: str) -> None:
    made = library(there, HOUSE)
    drop(made, HOUSE, leave)
    assert [words in refusal.text for refusal in asked(made).refused] == [True] * bool(words)


def test_a_playlist_that_is_excluded_is_refused_with_its_list() -> None:
    made = library(4, HOUSE, lists=True)
    made.tell(PolicySet("playlists.exclude", ("House",)))
    verdict = asked(made)
    assert [action.path for action in verdict.actions] == []
    assert [refusal.playlist for refusal in verdict.refused] == [HOUSE]


def test_tracks_that_leave_unassigned_for_a_playlist_are_no_removals() -> None:
    made = library(20)
    assert set(made.tree()) == {f"Unassigned/Ann - {name.upper()}.mp3" for name in names(20)}
    made.tell(called(HOUSE, "House"), *(on(HOUSE, name) for name in names(20)))
    verdict = asked(made)
    assert verdict.refused == () and len(verdict.actions) == 20


# ---- what hangs on it --------------------------------------------------------------------------


def test_the_list_of_a_refused_playlist_stays_as_it_is_and_others_are_written() -> None:
    made = library(20, HOUSE, TECHNO, TRANCE, lists=True)
    drop(made, HOUSE, 11)
    drop(made, TECHNO, 1)
    written = [action.path for action in asked(made).actions if action.kind == "write"]
    assert written == ["Techno.m3u8"]


def test_a_renamed_playlist_that_takes_a_refused_one_s_name_waits_for_it() -> None:
    made = library(4, HOUSE, TECHNO)
    made.tell(called(HOUSE, "Old"), *(off(HOUSE, name) for name in names(4)))
    made.tell(PlaylistSeen(TECHNO, "csv", "House", "x"))
    verdict = asked(made)
    assert [refusal.playlist for refusal in verdict.refused] == [HOUSE]
    assert verdict.actions == ()
    assert verdict.held == len(made.plan().actions)


def test_nothing_is_parked_in_a_root_where_something_is_refused() -> None:
    made = library(4, HOUSE)
    drop(made, HOUSE, 4)
    plan = made.plan()
    parked = msgspec.structs.replace(plan.actions[0], path=f"{PARK}/x.mp3", removes=False)
    plan = msgspec.structs.replace(plan, actions=(parked, *plan.actions[1:]))
    verdict = guard(made.state, Layouter(made.state), plan, now=NOW)
    assert verdict.actions == () and verdict.held == 4


def test_a_plan_without_its_refused_actions_can_still_be_carried_out() -> None:
    made = library(12, HOUSE, TECHNO, lists=True)
    drop(made, HOUSE, 12)
    made.tell(called(TECHNO, "HOUSE "), off(TECHNO, "a"), on(TRANCE, "a"), called(TRANCE, "T"))
    verdict = asked(made)
    assert verdict.refused
    made.carry_out(verdict.actions)
    assert sum(path.startswith("House/") for path in made.tree()) == 12
