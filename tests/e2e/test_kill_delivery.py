"""A run that is killed while it delivers, beside a program that takes what it is given: every track
gets there once, whatever was killed and whenever it was taken."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.crate import Crate, song
from tests.e2e import killer, worlds
from tests.e2e.killer import Point

WORDS = ("reconcile", "--json")
ONE = song(1)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    """A library with a drop folder and nothing else, where copies of it cost little."""
    worlds.quick(monkeypatch)
    with worlds.fast_folder(tmp_path) as base:
        crate = Crate(base / "ready")
        crate.playlist("House", [ONE])
        crate.music(ONE)
        targets = f'[targets.djay]\nroot = "{crate.base}/djay"\nformat = "keep"\n'
        crate.configure(f'[csv]\nfolders = ["{crate.csv}"]\n[files]\nfolders = ["{crate.files}"]\n')
        crate.reconcile()  # all is read and known; what follows is the delivery alone
        config = crate.home / "config.toml"
        config.write_text(config.read_text("utf-8") + targets, "utf-8")
        yield crate


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _take(crate: Crate, taken: Counter[str]) -> None:
    """The other program takes everything that it sees."""
    for path in [*(crate.base / "djay").glob("*.wav")]:
        taken[_digest(path)] += 1
        path.unlink()


def test_a_delivery_can_be_killed_anywhere(ready: Crate) -> None:
    worlds.read_once(ready)
    music = Counter(_digest(path) for path in ready.files.glob("*.wav"))
    base = ready.base.parent
    gates, said = killer.count(ready.copy(base / "counted"), WORDS)
    assert said.code == 0 and said.summary["actions"] == {"deliver": 1}, said.summary
    touching = [number for number, (_, path) in enumerate(gates) if "/djay" in path]
    after = next(n for n in range(touching[-1], len(gates)) if gates[n][0] == "commit")
    points = [point for point in killer.points(gates) if touching[0] <= point.number <= after]
    assert {"create", "rename", "commit", "fsync"} <= {point.gate[0] for point in points}

    def look(point: Point) -> None:
        crate = ready.copy(base / f"{point.when}-{point.number}")
        taken: Counter[str] = Counter()
        killer.kill(crate, WORDS, point)
        assert worlds.undecodable(crate.base) == []
        if point.number % 3:  # else it lies there until the end
            _take(crate, taken)
        status, again = killer.child(lambda: killer.sync(crate, WORDS))
        assert status == 0 and again.code == 0, again
        _take(crate, taken)
        assert taken == music, "once, and whole"
        assert not list((crate.base / "djay/.cratelog/work").iterdir())
        assert crate.kinds().count("FileDelivered") == 1
        shutil.rmtree(crate.base)

    failed = killer.each(points, look)
    assert not failed, killer.told(failed, len(points))
