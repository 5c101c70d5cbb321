"""The product's own apply and recover code over a file system that crashes.

More seeds: `make simulate SEEDS=1000000`.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Sized
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from adapters.disk import Disk
from tests.simulator.bugs import NoFsync
from tests.simulator.disk import Volume
from tests.simulator.history import History, draw
from tests.simulator.music import OUT
from tests.simulator.reached import ROOT
from tests.simulator.run import Build, Found, shortest, simulate, told
from tests.simulator.system import DISK, Features, System, boot

SEEDS = 10_000
PART = 1_000


@pytest.mark.parametrize("first", range(0, SEEDS, PART))
def test_nothing_is_lost_whatever_crashes(first: int) -> None:
    for seed in range(first, first + PART):
        try:
            simulate(draw(seed))
        except Found:
            found = shortest(draw(seed))
            assert found is not None
            pytest.fail(told(found), pytrace=False)


def test_a_history_is_the_same_each_time() -> None:
    one, other = (simulate(draw(11)) for _ in range(2))
    assert one.log.events == other.log.events
    assert one.files() == other.files()


def test_a_failing_history_is_told_as_short_as_it_gets() -> None:
    build = Build(disk=NoFsync)
    seed = next(seed for seed in range(1000) if _found(draw(seed), build))
    found = shortest(draw(seed), build)
    assert found is not None
    whole, history = draw(seed), found.history
    assert sum(map(len, _parts(history))) < sum(map(len, _parts(whole)))
    for without in range(len(history.cuts)):
        cuts = history.cuts[:without] + history.cuts[without + 1 :]
        assert not _found(history._replace(cuts=cuts), build), (
            "a power cut that makes no difference"
        )
    assert f"python -m scripts.simulate --seed {seed}" in told(found)


def _parts(history: History) -> list[Sized]:
    return [history.cuts, history.edits, *(layout.wishes for layout in history.layouts)]


def _found(history: History, build: Build) -> bool:
    try:
        simulate(history, build)
    except Found:
        return True
    return False


def test_nearly_all_branches_that_change_files_are_reached() -> None:
    """In a process of its own, where nothing else measures."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    made = subprocess.run(
        [sys.executable, "-m", "tests.simulator.reached", "2200"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(made.stdout)
    missing = {name: file["missing_branches"] for name, file in told["files"].items()}
    assert told["totals"]["percent_branches_covered"] >= 95, f"never: {missing}"


# ---- the simulated machine answers as the real one ---------------------------------------------


class Machine:
    """One of the two, with a root folder and a few names in it."""

    def __init__(self, disk: Any, root: Any) -> None:
        self.disk, self.root = disk, root

    def do(self, call: str, *names: str) -> Any:
        """What a call of the disk returns, or the error it raises."""
        paths = [self.root / name for name in names]
        try:
            if call == "write":
                return self.disk.write(paths[0], b"text of " + names[0].encode())
            if call == "copy":
                return self.disk.copy(*paths, may_link=len(names[0]) % 2 == 0)
            if call == "tidy":
                return self.disk.tidy(paths[0], self.root)
            if call == "stamp":
                found = self.disk.stamp(paths[0])
                return None if found is None else found.size
            return getattr(self.disk, call)(*paths)
        except OSError as error:
            return errno.errorcode[error.errno or 0]


CALLS = {"write": 1, "copy": 2, "tidy": 1, "stamp": 1, "taken": 1, "read": 1, "make_folders": 1}
CALLS |= {"move": 2, "publish": 2, "deliver": 2, "replace": 2, "finish_move": 2, "remove_work": 1}
NAMES = ("a", "bb", "in/a", "in/bb", "in/it/a", "other/a")
FOLDERS = ("in", "in/it", "other")


@pytest.mark.parametrize("seed", range(12))
def test_the_simulated_machine_answers_as_the_real_one(tmp_path: Path, seed: int) -> None:
    volume = Volume(lambda what, path: None, Random(0))
    volume.put(f"{OUT}/.keep", b"")
    system = System(volume, Features(), lambda path: None)
    boot(system)
    (tmp_path / ".keep").touch()
    real, made = Machine(Disk(), tmp_path), Machine(DISK.Disk(), system.path(OUT))
    rng = Random(seed)
    for _ in range(60):
        call = rng.choice(list(CALLS))
        of = FOLDERS if call in ("tidy", "make_folders", "remove_work") else NAMES
        names = rng.sample(of, CALLS[call])
        if call == "remove_work" and any(path.is_dir() for path in (tmp_path / names[0]).glob("*")):
            continue  # a work folder holds no folders
        answers = [each.do(call, *names) for each in (real, made)]
        if call == "copy":  # what the file system below the test can do is its own affair
            answers = [str(each).replace("cloned", "linked") for each in answers]
            answers = [each.replace("copied", "linked") for each in answers]
        assert answers[0] == answers[1], (call, names)
        assert _tree(tmp_path) == _simulated(volume), (call, names)


def _tree(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
    }


def _simulated(volume: Volume) -> dict[str, bytes | None]:
    return {
        path[len(OUT) + 1 :]: None if node.folder else node.content
        for path, node in volume.names.items()
        if path.startswith(OUT + "/")
    }


# ---- what a power cut leaves -------------------------------------------------------------------


def _cut(keep: float, *, name: bool, content: bool) -> dict[str, bytes | None]:
    """A new file, with its name or its content synced, after a power cut."""

    class Coin:
        def choice(self, options: Any) -> Any:
            return keep if 0.5 in options else options[0]

        def random(self) -> float:
            return 0.5

        def randrange(self, most: int) -> int:
            return 0

    volume = Volume(lambda what, path: None, cast(Random, Coin()))
    volume.put(f"{OUT}/.keep", b"")
    node = volume.create(f"{OUT}/a", exclusive=True)
    volume.write(f"{OUT}/a", node, b"music")
    if content:
        volume.sync_file(f"{OUT}/a", node)
    if name:
        volume.sync_folder(OUT)
    volume.power_cut()
    return _simulated(volume)


def test_names_and_contents_are_lost_separately() -> None:
    assert _cut(0.0, name=True, content=True)["a"] == b"music"
    assert _cut(0.0, name=True, content=False)["a"] == b""
    assert "a" not in _cut(0.0, name=False, content=True)
    assert _cut(1.0, name=False, content=True)["a"] == b"music"
