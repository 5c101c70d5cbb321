"""A DJ program that really runs; one that is started at any action; and a kill on top of that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import processes
from engine import holding
from tests.crate import Crate, song
from tests.e2e import killer, worlds
from tests.e2e.killer import Point

running = processes.running  # before the tests' own stands in for it

WORDS = ("reconcile", "--json", *worlds.MANY)
TRIED = 4
"""Actions, spread over the run, where it is stopped; points where it is killed as well."""


@pytest.mark.skipif(sys.platform != "linux", reason="copies a program under another name")
def test_a_program_that_really_runs(
    crate: Crate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "running", running)
    crate.configure(extra='[hold]\nprograms = ["Test Player*"]')
    crate.playlist("House", [song(1)])
    crate.music(song(1))
    program = Path(shutil.copy(shutil.which("sleep") or "", tmp_path / "Test Player 5"))
    player = subprocess.Popen([program, "60"])
    try:
        said = crate.sync("reconcile")
        assert (said.code, said.out) == (0, "reconcile: 2 held\n")
        assert "waits: Test Player 5 is running: 1 place, 1 write" in said.err
        assert not crate.root.exists()
    finally:
        player.kill()
        player.wait()
    assert crate.sync("reconcile").out == "reconcile: 1 place, 1 write\n"
    assert len(crate.tree()) == 2


class Late:
    """A program that somebody starts while a run works, and closes again."""

    def __init__(self) -> None:
        self.at, self.asked = 0, 0
        """It is there from this question on; 0: not at all."""

    def __call__(self) -> Iterator[str]:
        self.asked += 1
        if self.at and self.asked >= self.at:
            yield "djay Pro"

    def starts(self, at: int) -> None:
        """It will be there from a question of the next run on."""
        self.at, self.asked = at, 0


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Late:
    made = Late()
    monkeypatch.setattr(processes, "running", made)
    monkeypatch.setattr(holding, "FRESH", 0.0)
    return made


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    worlds.quick(monkeypatch)
    with worlds.fast_folder(tmp_path) as base:
        crate = Crate(base / "ready")
        worlds.one_of_each(crate)
        worlds.read_once(crate)
        yield crate


def test_a_run_can_be_stopped_at_any_action_and_killed_then(ready: Crate, late: Late) -> None:
    base = ready.base.parent

    def whole() -> tuple[worlds.Seen, int]:
        crate = ready.copy(base / "whole")
        assert killer.sync(crate, WORDS).code == 0
        return worlds.seen(crate), late.asked

    _, (expected, asked) = killer.child(whole)
    assert asked > 8

    def stopped(point: Point) -> int:
        """Stopped before one of its actions; how many were left to the next run."""
        crate = ready.copy(base / f"stopped-{point.number}")
        late.starts(point.number)
        said = killer.sync(crate, WORDS)
        assert said.code == 0, said
        before = worlds.seen(crate)
        assert killer.sync(crate, WORDS).summary["actions"] == {}
        assert worlds.seen(crate) == before
        late.starts(0)
        worlds.heals(crate, WORDS, expected)
        shutil.rmtree(crate.base)
        return int(said.summary["held"])

    half = asked // 2
    numbers = sorted({1, half, *range(1, asked + 1, asked // TRIED)})
    held = {}
    questions = [Point(number, "before", ("question", "")) for number in numbers]
    for point, worked, value in killer.answers(questions, stopped):
        assert worked, f"{point}: {value}"
        held[point.number] = value
    assert held[1] > held[half] > 0

    late.starts(half)
    gates, said = killer.count(ready.copy(base / "counted"), WORDS)
    assert said.summary["held"] == held[half]

    def killed(point: Point) -> None:
        crate = ready.copy(base / f"{point.when}-{point.number}")
        late.starts(half)
        killer.kill(crate, WORDS, point)
        late.starts(1)
        assert killer.sync(crate, WORDS).code == 0
        late.starts(0)
        worlds.heals(crate, WORDS, expected)
        shutil.rmtree(crate.base)

    points = killer.points(gates)
    chosen = points[:: max(1, len(points) // TRIED)]
    failed = killer.each(chosen, killed)
    assert not failed, killer.told(failed, len(chosen))
