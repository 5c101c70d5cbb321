"""A saved plan, applied again after all of it was done, finds nothing to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crate import Crate, Said, song

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture
def saved(crate: Crate) -> Path:
    """A plan over two renamed playlists, one of them in nothing but its case."""
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Lower", [THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    (crate.csv / "House.csv").rename(crate.csv / "Club.csv")
    (crate.csv / "Lower.csv").rename(crate.csv / "LOWER.csv")
    path = crate.base / "plan.json"
    assert crate.sync("plan", "--out", str(path)).code == 0
    return path


def _apply(crate: Crate, plan: Path) -> Said:
    said = crate.sync("apply", str(plan), "--json")
    assert said.code == 0, said
    return said


def test_what_a_plan_leads_to_is_done_with_it(crate: Crate, saved: Path) -> None:
    summary = _apply(crate, saved).summary
    assert summary["actions"] == {"move": 7, "write": 2} and summary["pending"] == 0
    assert crate.sync("reconcile", "--json").summary["events"] == 0


def test_a_plan_that_was_applied_has_nothing_left_to_do(crate: Crate, saved: Path) -> None:
    _apply(crate, saved)
    summary = _apply(crate, saved).summary
    assert (summary["events"], summary["actions"]) == (0, {})


def test_a_plan_that_reconcile_carried_out_has_nothing_left_to_do(
    crate: Crate, saved: Path
) -> None:
    crate.reconcile()
    assert _apply(crate, saved).summary["actions"] == {}


def test_a_plan_that_would_come_out_differently_is_refused(crate: Crate, saved: Path) -> None:
    before = crate.tree()
    crate.playlist("Club", [ONE])
    said = crate.sync("apply", str(saved))
    assert said.code == 5 and "the saved plan is out of date" in said.err
    assert crate.tree() == before
