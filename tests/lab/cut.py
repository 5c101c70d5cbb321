"""A run that is cut off at every gate on a real volume; afterwards the same command heals all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from state.events import ActionFailed
from state.log import LogError
from tests.crate import Crate, Said
from tests.e2e import killer, worlds
from tests.e2e.killer import Gate, Gates, Point
from tests.e2e.worlds import Seen
from tests.lab import volumes
from tests.lab.volumes import Kind, Volume

WORDS = ("reconcile", "--json", *worlds.MANY)


class Fault(NamedTuple):
    """What happens at a gate."""

    name: str
    dead: tuple[str, ...] = ()
    """Which volumes lose their power: `disk`, `log`. Those not named are only mounted anew."""
    how: int = volumes.LOSE_ALL
    goes_on: bool = False
    """The process meets nothing but errors there, and is not killed: a drive was pulled."""


KILL = Fault("kill -9")
DRIVER = Fault("driver and run killed", ("disk", "log"))
CUT = Fault("power cut", ("disk", "log"))
TORN = Fault("power cut, journal written", ("disk", "log"), volumes.LOSE_CONTENTS)
DISK_CUT = Fault("power cut of the music's volume", ("disk",))
LOG_CUT = Fault("power cut of the log's volume", ("log",))
PULLED = Fault("drive pulled, run goes on", ("disk",), goes_on=True)


class Healed(NamedTuple):
    """How one library that was cut off came in step again."""

    lost: bool
    """Whether the fault took back something that the run had seen in the tree."""
    recorded: int
    """Intents found open that had been carried out, and were recorded from what the disk says."""
    again: int
    """Intents found open that had not been carried out; they were planned again."""


class Swept(NamedTuple):
    """A sweep over all points of a run."""

    points: int
    failed: dict[Point, str]
    healed: list[Healed]


class Rig(NamedTuple):
    """A library on volumes that are not mounted, ready for a run."""

    disk: Volume
    """Holds backups, music and the tree."""
    log: Volume | None
    """Holds the library's home, where that is another volume."""
    crate: Crate
    words: Sequence[str] = WORDS

    @property
    def volumes(self) -> dict[str, Volume]:
        """All of them."""
        return {"disk": self.disk} | ({"log": self.log} if self.log else {})

    def copy(self, folder: Path) -> Rig:
        """The same in other images."""
        made = {name: each.copy(folder / name) for name, each in self.volumes.items()}
        return self._replace(disk=made["disk"], log=made.get("log"))

    @contextmanager
    def mounted(self) -> Iterator[Crate]:
        """All volumes, at their places."""
        with mounted(self.volumes.values()):
            yield self.crate


@contextmanager
def mounted(these: Collection[Volume]) -> Iterator[None]:
    """Volumes at their places; whatever is there at the end goes."""
    try:
        for each in these:
            each.mount()
        yield
    finally:
        for each in these:
            if each.mounted:
                each.unmount()


def rig(kind: Kind, folder: Path, world: Callable[[Crate], None], *, apart: bool = False) -> Rig:
    """Volumes with a library that is made by `world`; its home on one of its own if `apart`."""
    folder.mkdir()
    disk = Volume(kind, folder / "disk.img", folder / "disk").make()
    log = Volume(kind, folder / "log.img", folder / "log").make() if apart else None
    with mounted([disk, *([log] if log else [])]):
        crate = Crate(disk.path / "library")
        if log is not None:
            crate.home = log.path / "home"
            crate.home.mkdir()
            crate.configure()
        world(crate)
        worlds.read_once(crate)
    return Rig(disk, log, crate)


def sweep(ready: Rig, fault: Fault, folder: Path) -> Swept:
    """Let a fault happen at every gate, each time to a copy; `folder` is for their images."""
    folder.mkdir()
    status, (gates, expected) = killer.child(partial(_whole, ready, folder / "whole"))
    assert status == 0
    points = killer.points(gates)

    def look(point: Point) -> Healed:
        with _own(ready, folder / f"{point.when}-{point.number}") as mine:
            return _cut_off(mine, point, expected, fault)

    failed: dict[Point, str] = {}
    healed: list[Healed] = []
    for point, worked, value in killer.answers(points, look):
        if worked:
            healed.append(value)
        else:
            failed[point] = value
    return Swept(len(points), failed, healed)


def _whole(ready: Rig, folder: Path) -> tuple[list[Gate], Seen]:
    """The run without a cut: its gates, and what is to be seen after it."""
    with _own(ready, folder) as mine:
        gates, said = killer.count(mine.crate, mine.words)
        assert said.code == 0, said
        expected = worlds.seen(mine.crate)
        worlds.settled(mine.crate, mine.words)
        return gates, expected


@contextmanager
def _own(ready: Rig, folder: Path) -> Iterator[Rig]:
    """A copy, mounted where only this process and its children see it."""
    volumes.apart()
    folder.mkdir()
    mine = ready.copy(folder)
    try:
        with mine.mounted():
            yield mine
    finally:
        shutil.rmtree(folder)


def _cut_off(mine: Rig, point: Point, expected: Seen, fault: Fault) -> Healed:
    crate = mine.crate
    before = _commits(crate)
    told = _run_until(mine, point, fault)
    for name, each in mine.volumes.items():
        assert each.is_dead() == (name in fault.dead), f"{each.path}: was its power cut?"
        each.again()

    after = _commits(crate)
    made = before is None and told.commits > 0  # the first commit makes the tables
    acknowledged = (before or 0) + told.commits - made
    assert acknowledged <= (after or 0) <= acknowledged + 1, (
        f"{acknowledged} commits were acknowledged, and the log holds {after}"
    )
    lost = told.tree != _tree(crate)
    begun = _open(crate) if after else frozenset()
    _verifies(crate, *((0,) if after else (0, 10)))
    worlds.heals(crate, mine.words, expected)
    _verifies(crate, 0)
    closing = [each.event for each in crate.events() if each.cause in begun]
    assert len(closing) == len(begun)
    again = sum(isinstance(event, ActionFailed) for event in closing)
    return Healed(lost, len(begun) - again, again)


class Told(NamedTuple):
    """What a run that was cut off had seen."""

    commits: int
    """Commits of the log that were acknowledged."""
    tree: str
    """A digest of the tree when it happened."""


def _run_until(mine: Rig, point: Point, fault: Fault) -> Told:
    """Run it until the fault happens at a point; AssertionError if it does not."""
    crate = mine.crate
    log = ("commit", str(crate.home / "log.db"))
    reading, writing = os.pipe()
    hit = False

    def happen(number: int, gate: Gate) -> None:
        nonlocal hit
        if number == point.number:
            hit = True
            done = gates.passed if point.when == "after" else gates.passed[:-1]
            _write(writing, json.dumps([done.count(log), _tree(crate)]).encode())
            for name in fault.dead:
                if name in mine.volumes:
                    mine.volumes[name].die(fault.how)
            if not fault.goes_on:
                os.kill(os.getpid(), signal.SIGKILL)

    gates = Gates(**{point.when: happen})

    def work() -> tuple[bool, int, Said]:
        gates.put_up()
        said = killer.sync(crate, mine.words)
        return hit, gates.passed.count(log), said

    status, ended = killer.child(work)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        said = file.read()
    assert said, f"nothing happened {point}: it ended with status {status} and said {ended}"
    told = Told(*json.loads(said))
    if not fault.goes_on:
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed, f"was not killed {point}: it ended with status {status} and said {ended}"
        return told
    happened, commits, last = ended
    assert status == 0 and happened and last.code in (0, 1, 3), last
    assert "unexpected" not in last.err and "Traceback" not in last.err, last
    return told._replace(commits=commits)


_write = os.write  # the plain one: no gate


def _tree(crate: Crate) -> str:
    """A digest of every name and content in the tree, our own folder included."""
    found = worlds.contents(crate.root) if crate.root.exists() else {}
    return hashlib.sha256(json.dumps(sorted(found.items())).encode()).hexdigest()


def _commits(crate: Crate) -> int | None:
    """How many commits the log holds; None: there is no log."""
    try:
        with crate.library(read_only=True) as library:
            return len(library.log.actors())
    except LogError:
        return None


def _open(crate: Crate) -> frozenset[int]:
    with crate.library(read_only=True) as library:
        return frozenset(row.position for row in library.state.runs.intents)


def _verifies(crate: Crate, *codes: int) -> None:
    said = killer.sync(crate, ("replay", "--verify"))
    assert said.code in codes, f"replay --verify ended with {said}"
