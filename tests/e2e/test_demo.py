"""The demo runs, checks what it shows, and says so when a check does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.demo import made_up
from engine.demo.child import Sync
from state.log import LogError
from tests.crate import Crate, run, song


def test_the_demo_shows_the_main_job_and_every_check_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = run(("demo", "--json"))
    assert said.code == 0, said
    assert [line["number"] for line in said.lines if line["type"] == "step"] == [1, 2, 3, 4, 5]
    checks = [line["text"] for line in said.lines if line["type"] == "check"]
    assert "the run really was cut off in the middle" in checks
    assert said.summary["checks"] == len(checks) >= 14
    assert (said.summary["failed"], said.summary["folder"]) == (0, "")
    assert list(tmp_path.iterdir()) == [], "what it made is gone"


def test_a_check_that_does_not_hold_ends_it_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_up, "library", lambda base, spotify, media: base.mkdir())
    said = run(("demo", "--keep", str(tmp_path / "kept")))
    assert said.code == 1
    login = "`sync login spotify --paste --json`"
    assert said.err.startswith(f"demo: {login} ended with 10 instead of 0: ")
    assert "a check failed, 0 checks held" in said.out and str(tmp_path / "kept") in said.out


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    said = run(("demo", "--keep", str(tmp_path)))
    assert said.code == 2 and "is not an empty folder" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_run_that_ends_by_itself_was_not_killed(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    assert not Sync(crate.home).kill_when(lambda: False, "reconcile")
    assert crate.sync("reconcile", "--json").summary["events"] == 0


def test_a_run_that_is_killed_was(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    assert Sync(crate.home).kill_when(lambda: True, "reconcile")
    assert "ReconcileFinished" not in _kinds(crate)
    assert crate.sync("reconcile").code == 0


def _kinds(crate: Crate) -> list[str]:
    try:
        return crate.kinds()
    except LogError:  # killed before there was a log
        return []
