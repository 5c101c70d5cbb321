"""A run that is killed anywhere, and run again, ends as if it had not been."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.crate import Crate
from tests.e2e import killer, worlds
from tests.e2e.killer import Gate, Point


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    """An empty library where hundreds of copies of it cost little."""
    worlds.quick(monkeypatch)
    with worlds.fast_folder(tmp_path) as base:
        yield Crate(base / "ready")


def _sweep(ready: Crate, words: Sequence[str], *, locks: bool = False) -> list[Gate]:
    """Kill a run at every gate; the gates."""
    worlds.read_once(ready)
    base = ready.base.parent
    counted = ready.copy(base / "counted")
    gates, said = killer.count(counted, words)
    assert said.code == 0, said
    expected = worlds.seen(counted)
    worlds.settled(counted, words)

    def look(point: Point) -> None:
        crate = ready.copy(base / f"{point.when}-{point.number}")
        killer.kill(crate, words, point)
        worlds.heals(crate, words, expected)
        shutil.rmtree(crate.base)

    points = killer.points(gates, locks=locks)
    failed = killer.each(points, look)
    assert not failed, killer.told(failed, len(points))
    return gates


def _kinds(gates: Sequence[Gate]) -> set[str]:
    return {what for what, _ in gates}


def test_a_first_run_can_be_killed_anywhere(ready: Crate) -> None:
    worlds.first_run(ready)
    gates = _sweep(ready, ("reconcile", "--json"), locks=True)
    assert ("mkdir", "/Playlists") in gates
    assert any(path.endswith("root.json") for _, path in gates)


def test_a_run_with_every_kind_of_action_can_be_killed_anywhere(ready: Crate) -> None:
    worlds.every_kind(ready)
    gates = _sweep(ready, ("reconcile", "--json", *worlds.MANY))
    assert _kinds(gates) >= {"commit", "create", "write", "rename", "link", "unlink", "fsync"}
    assert len(gates) > 200


def test_a_saved_plan_can_be_killed_anywhere_and_applied_again(ready: Crate) -> None:
    worlds.new_template(ready)
    file = ready.base / "plan.json"
    assert killer.child(lambda: killer.sync(ready, ("plan", "--out", str(file))))[1].code == 0
    gates = _sweep(ready, ("apply", str(file), "--json"))
    assert "rename" in _kinds(gates)


def test_a_kill_that_does_not_happen_is_noticed(ready: Crate) -> None:
    with pytest.raises(AssertionError, match="was not killed"):
        killer.kill(ready, ("status",), Point(100_000, "before", ("never", "")))
