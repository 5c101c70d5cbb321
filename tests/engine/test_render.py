"""What people get to read at the end of a run."""

from __future__ import annotations

from tests.crate import Crate, song


def last_line(crate: Crate, command: str) -> str:
    """The summary that a command prints."""
    return crate.sync(command).out.strip().splitlines()[-1]


def test_the_summaries_of_a_plan_and_of_its_run(crate: Crate) -> None:
    crate.playlist("House", [song(1), song(2), song(3)])
    for number in (1, 2):
        crate.music(song(number))
    assert last_line(crate, "plan") == "plan: 2 place, 1 write, 1 waiting for audio"
    assert last_line(crate, "reconcile") == "reconcile: 2 place, 1 write, 1 waiting for audio"
    assert last_line(crate, "plan") == "plan: nothing to do, 1 waiting for audio"
    assert last_line(crate, "reconcile") == "reconcile: nothing to do, 1 waiting for audio"


def test_a_plan_is_no_run_that_was_cut_off(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    crate.sync("plan")
    assert crate.kinds()[-1] == "ReconcileFinished"
    said = crate.sync("replay").out
    assert "finished" in said
    assert "cut off" not in said
    before = crate.kinds()
    crate.sync("plan")
    assert crate.kinds() == before
