"""The small projections: policy, matches, matters, runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import pytest

from projections.contract import Projection
from projections.matches import Matches
from projections.matters import Matters
from projections.policy import Policy
from projections.registry import dispatch, fold
from projections.runs import DAY_MS, Runs
from state.actions import Action
from state.events import (
    ActionFailed,
    ActionIntended,
    Event,
    FileMatched,
    FileTrashed,
    FileWritten,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    MatterOpened,
    PolicySet,
    ReconcileFinished,
    ReconcileStarted,
)
from state.log import Recorded
from state.values import PlaylistRef, Ref, RootId
from tests.histories import record

P = TypeVar("P", bound=Projection)
A, B = Ref("a"), Ref("b")
ROOT, HOUSE = RootId("target/playlists"), PlaylistRef("House")


def folded(made: P, told: Iterable[Event | Recorded]) -> P:
    told = list(told)
    fold(dispatch([made]), [each for each in told if isinstance(each, Recorded)] or record(*told))
    return made


# ---- policy ------------------------------------------------------------------------------------


def policy(*told: Event) -> Policy:
    return folded(Policy(), told)


def test_a_setting_has_its_last_value_and_knows_since_when() -> None:
    made = policy(PolicySet("x", "1"), PolicySet("y", "2"), PolicySet("x", "3"))
    assert (made.text("x"), made.set_at("x"), made.set_at("z")) == ("3", 3, 0)


def test_a_setting_that_is_gone_or_of_another_type_is_the_default() -> None:
    made = policy(PolicySet("x", "1"), PolicySet("x", None), PolicySet("y", ("a",)))
    assert made.text("x", "d") == made.text("y", "d") == "d"
    assert made.texts("x", ("d",)) == ("d",) and made.texts("y") == ("a",)


def test_targets_are_those_that_have_any_setting() -> None:
    made = policy(
        PolicySet("targets.playlists.path", "x"),
        PolicySet("targets.m3u8.path", "x"),
        PolicySet("targets.gone.path", "x"),
        PolicySet("targets.gone.path", None),
        PolicySet("playlists.include", ()),
    )
    assert made.targets() == ("m3u8", "playlists")


# ---- matches -----------------------------------------------------------------------------------


def matches(*told: Event) -> tuple[set[str], set[str]]:
    """The tracks that the audio serves, and those that a person said it is not."""
    made = folded(Matches(), told)
    return {row.track for row in made.tracks("x")}, set(made.rejected("x"))


def found(track: Ref, score: float = 1.0) -> FileMatched:
    return FileMatched("x", track, "isrc", score, "same isrc")


def pinned(track: Ref) -> MatchPinned:
    return MatchPinned("x", track)


def rejected(track: Ref) -> MatchRejected:
    return MatchRejected("x", track)


@pytest.mark.parametrize(
    ("told", "serves", "not_"),
    [
        ([found(A), found(B)], {A, B}, set()),
        ([found(A), found(B), pinned(A)], {A}, set()),
        ([pinned(A), found(B)], {A}, set()),
        ([pinned(A), found(A)], {A}, set()),
        ([pinned(A), pinned(B)], {B}, set()),
        ([found(A), rejected(A), found(A)], set(), {A}),
        ([found(A), found(B), rejected(A)], {B}, {A}),
        ([found(A), pinned(A), rejected(A)], set(), {A}),
        ([rejected(A), pinned(A)], {A}, set()),
        ([found(A), found(B), rejected(Ref(""))], set(), {A, B, Ref("")}),
        ([rejected(Ref("")), pinned(A)], {A}, set()),
        ([MatchPinned("y", A), found(B)], {B}, set()),
    ],
)
def test_a_person_s_word_outlives_every_guess(
    told: list[Event], serves: set[Ref], not_: set[Ref]
) -> None:
    assert matches(*told) == (serves, not_)


# ---- matters -----------------------------------------------------------------------------------


def test_a_matter_is_open_until_it_is_closed() -> None:
    one, other = (MatterOpened(name, "match", name) for name in ("m", "n"))
    again = MatterOpened("m", "match", "other words")
    made = folded(Matters(), [one, other, again, MatterClosed("n"), MatterClosed("never was")])
    assert [(row.matter, row.text, row.position) for row in made.open] == [("m", "other words", 3)]


# ---- runs --------------------------------------------------------------------------------------


def intended(kind: Any = "trash", *, removes: bool = True) -> ActionIntended:
    return ActionIntended(Action(kind, ROOT, "x.mp3", "b", playlist=HOUSE, removes=removes))


TRASHED = FileTrashed(ROOT, "x.mp3", ".cratelog/trash/1/x.mp3", "b")
WRITTEN = FileWritten(ROOT, "x.mp3", "moved", "b", 5)


@pytest.mark.parametrize("outcome", [TRASHED, WRITTEN, ActionFailed("disk full")])
def test_an_intent_is_open_until_its_own_outcome(outcome: Event) -> None:
    told = [Recorded(1, 0, None, intended()), Recorded(2, 0, None, intended())]
    made = folded(Runs(), [*told, Recorded(3, 0, None, outcome), Recorded(4, 0, 1, outcome)])
    assert [row.position for row in made.intents] == [2]
    assert len(made.removals) == (0 if isinstance(outcome, ActionFailed) else 1)


def test_what_was_removed_is_remembered_for_a_day() -> None:
    told = []
    for number, at in enumerate((0, 5, DAY_MS, DAY_MS + 1)):
        told += [
            Recorded(2 * number + 1, at, None, intended(removes=number != 1)),
            Recorded(2 * number + 2, at, 2 * number + 1, TRASHED),
        ]
    made = folded(Runs(), told)
    assert [(row.at, row.root, row.playlist) for row in made.removals] == [
        (DAY_MS, ROOT, HOUSE),
        (DAY_MS + 1, ROOT, HOUSE),
    ]


def test_a_run_is_finished_or_was_cut_off() -> None:
    told = [
        ReconcileFinished({"x": 1}),
        ReconcileStarted("reconcile", "1"),
        ReconcileFinished({"move": 2}, failed=1),
        ReconcileStarted("apply", "1"),
    ]
    made = folded(Runs(), told)
    assert [(row.position, row.finished, row.done, row.failed) for row in made.runs] == [
        (2, 3, {"move": 2}, 1),
        (4, None, {}, 0),
    ]
    last = made.last()
    assert last is not None and last.command == "apply"
    assert Runs().last() is None
