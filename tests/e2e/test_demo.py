"""The demo runs, checks what it shows, and says so when a check does not hold."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from engine.cli.demo import _told
from engine.demo import kept, made_up
from engine.demo.child import Sync
from engine.demo.story import Demo
from engine.render import Out
from state.log import LogError
from tests.crate import Crate, run, song
from tests.e2e import killer


@pytest.mark.skipif(killer.EVERY > 1, reason="make demo shows it; make kills tries this too")
def test_the_demo_shows_the_whole_journey_and_leaves_it_to_play_with(tmp_path: Path) -> None:
    base = tmp_path / "kept"
    sync = Sync(base / "home")
    said = sync("demo", "--keep", str(base), "--json")
    assert said.code == 0, said
    try:
        lines = [json.loads(line) for line in said.out.splitlines()]
        steps = [line["number"] for line in lines if line["type"] == "step"]
        assert steps == [1, 2, 3, 4, 5, 6]
        checks = [line["text"] for line in lines if line["type"] == "check"]
        assert "the run really was cut off in the middle" in checks
        assert said.summary["checks"] == len(checks) >= 25
        assert (said.summary["failed"], said.summary["folder"]) == (0, str(base))
        told = json.loads(kept.page(base).read_text("utf-8"))
        assert set(told) == {"spotify", "media", "notion", "eagle"}
        again = sync("reconcile", "--json")
        assert again.code == 3 and again.summary["events"] == 0, "services and library go on"
    finally:
        stopped = run(("demo", "--stop", str(base)))
    assert stopped.code == 0, stopped
    with pytest.raises(URLError):
        urlopen(told["eagle"]["url"])
    assert (base / "home" / "log.db").exists(), "what it made stays"


def test_what_is_not_kept_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Demo, "run", lambda self: self.home.mkdir())
    said = run(("demo", "--json"))
    assert said.code == 0 and said.summary["folder"] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_does_not_hold_ends_it_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_up, "library", lambda base, services: None)
    said = run(("demo", "--keep", str(tmp_path / "kept"), "--foreground"))
    assert said.code == 1
    login = "`sync login spotify --paste --json`"
    assert said.err.startswith(f"demo: {login} ended with 10 instead of 0: ")
    assert "a check failed, 0 checks held" in said.out and str(tmp_path / "kept") in said.out


def test_a_kept_demo_outlives_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends when the addresses are there; the process behind it goes on."""
    base = tmp_path / "kept"
    base.mkdir()
    waits = (
        "import sys, time; from pathlib import Path; from engine.demo import kept\n"
        "page = kept.page(Path(sys.argv[3])); page.write_text('{}'); kept.silence()\n"
        "kept.serve(page.parent); (page.parent / 'ended').touch()"
    )
    monkeypatch.setattr(kept, "MAIN", waits)
    assert kept.in_background(base) == 0
    assert kept.page(base).exists() and not (base / "ended").exists()
    assert kept.stop(base) and not kept.stop(base)
    _wait((base / "ended").exists)


def test_what_fails_in_the_background_is_the_commands_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MAIN", "raise SystemExit(7)")
    assert kept.in_background(tmp_path) == 7


def test_there_is_nothing_to_stop(tmp_path: Path) -> None:
    said = run(("demo", "--stop", str(tmp_path)))
    assert said.code == 2 and "no services of a demo" in said.err


def test_what_it_says_may_be_typed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    _told(Out(False), Path("/de mo"))
    said = capsys.readouterr().out
    assert "export CRATELOG_HOME='/de mo/home'\n" in said and "--stop '/de mo'\n" in said


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


def _wait(due: Callable[[], bool], seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not due():
        assert time.monotonic() < ends
        time.sleep(0.01)
