"""The crash laboratory: `make lab`, or `python -m tests.lab [NAME …]` for some environments.

What this machine lacks is said, and the rest goes on. Exit code 1 if anything was lost, damaged
or left undone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crate import Crate
from tests.e2e import killer, worlds
from tests.lab import cut, scenes, volumes
from tests.lab.cut import Fault
from tests.lab.volumes import Kind, Missing

World = Callable[[Crate], None]


class Row(NamedTuple):
    """One line of the table."""

    where: str
    fault: str
    run: str
    points: int
    violations: int
    healed: str
    seconds: float


Scene = Callable[[Path], Row]
"""Plays in an empty folder; prints what it finds wrong."""


class Environment(NamedTuple):
    """A file system, what it takes, and what happens there."""

    name: str
    kind: Kind | None
    scenes: tuple[Scene, ...]


def crash(kind: Kind, fault: Fault, world: World, *, apart: bool = False) -> Scene:
    """A fault at every gate of a run."""

    def scene(folder: Path) -> Row:
        begun = time.monotonic()
        ready = cut.rig(kind, folder / "ready", world, apart=apart)
        swept = cut.sweep(ready, fault, folder / "sweep")
        if swept.failed:
            print(killer.told(swept.failed, swept.points), file=sys.stderr)
        lost = sum(each.lost for each in swept.healed)
        recorded = sum(each.recorded for each in swept.healed)
        again = sum(each.again for each in swept.healed)
        healed = f"{lost} rolled back; {recorded} recorded, {again} done again"
        name = world.__name__.replace("_", " ")
        took = time.monotonic() - begun
        return Row(kind.name, fault.name, name, swept.points, len(swept.failed), healed, took)

    return scene


def journaled(kind: Kind, *more: Scene) -> Environment:
    """A file system whose power can be cut."""
    return Environment(
        kind.name,
        kind,
        (
            crash(kind, cut.CUT, worlds.first_run),
            crash(kind, cut.CUT, worlds.every_kind),
            crash(kind, cut.TORN, worlds.one_of_each),
            crash(kind, cut.DISK_CUT, worlds.one_of_each, apart=True),
            crash(kind, cut.LOG_CUT, worlds.one_of_each, apart=True),
            crash(kind, cut.PULLED, worlds.one_of_each, apart=True),
            *more,
        ),
    )


def through_fuse(kind: Kind) -> Environment:
    """A file system with names of its own, served by a process that can be killed."""
    return Environment(
        kind.name,
        kind,
        (
            quiet(kind.name, "odd names; other times", partial(scenes.names_and_times, kind)),
            crash(kind, cut.KILL, scenes.odd_names),
            crash(kind, cut.KILL, worlds.one_of_each),
            crash(kind, cut.DRIVER, worlds.one_of_each),
            crash(kind, cut.PULLED, worlds.one_of_each, apart=True),
        ),
    )


def quiet(where: str, what: str, play: Callable[[Path], int]) -> Scene:
    """Something that is no crash."""

    def scene(folder: Path) -> Row:
        begun, points, violations = time.monotonic(), 1, 0
        try:
            points = play(folder)
        except AssertionError as error:
            print(f"{where}: {what}: {error}", file=sys.stderr)
            violations = 1
        name = play.func.__name__ if isinstance(play, partial) else ""
        took = time.monotonic() - begun
        return Row(where, what, name.replace("_", " "), points, violations, "", took)

    return scene


def cloned(kind: Kind) -> Scene:
    """A file system where files can share their bytes."""
    return quiet(kind.name, "files are cloned", partial(scenes.clones, kind))


ENVIRONMENTS = (
    journaled(volumes.EXT4),
    journaled(volumes.XFS, cloned(volumes.XFS)),
    Environment("btrfs", volumes.BTRFS, (cloned(volumes.BTRFS),)),
    through_fuse(volumes.EXFAT),
    through_fuse(volumes.NTFS),
    Environment(
        "tmpfs",
        None,
        (
            quiet("tmpfs", "runs full, then gets room", partial(scenes.full, "size")),
            quiet("tmpfs", "no more files, then some", partial(scenes.full, "nr_inodes")),
        ),
    ),
)


def play(wanted: Sequence[str]) -> Iterator[Row]:
    """Play all scenes of the environments that this machine can have."""
    for environment in ENVIRONMENTS:
        if wanted and environment.name not in wanted:
            continue
        try:
            if environment.kind is not None:
                volumes.need(environment.kind)
        except Missing as missing:
            print(f"{environment.name}: skipped: this machine lacks {missing}")
            continue
        for scene in environment.scenes:
            with tempfile.TemporaryDirectory(dir=_memory(), prefix="lab-") as folder:
                row = scene(Path(folder))
            print(f"{row.where}: {row.fault}: {row.points} points", file=sys.stderr)
            yield row


def _memory() -> str | None:
    """A folder in memory, where there is one: what a cut takes back, it takes back there too."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def table(rows: Sequence[Row]) -> str:
    """For people, and for docs/reliability.md."""
    lines = [
        "| file system | what happens | the run | points | violations | healed | time |",
        "|---|---|---|---:|---:|---|---:|",
    ]
    for row in rows:
        cells = (*map(str, row[:-1]), f"{row.seconds:.0f} s")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(wanted: Sequence[str]) -> int:
    """Exit code 1 if anything was lost, damaged or left undone."""
    names = [environment.name for environment in ENVIRONMENTS]
    if unknown := [name for name in wanted if name not in names]:
        print(f"there is no environment {unknown[0]!r}, only {', '.join(names)}", file=sys.stderr)
        return 2
    try:
        volumes.apart()
    except Missing as missing:
        print(f"the laboratory is skipped: it needs {missing}")
        return 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        patch.setenv("CRATELOG_HOME", "")
        worlds.quick(patch)
        rows = list(play(wanted))
    violations = sum(row.violations for row in rows)
    if rows:
        print(table(rows))
        print(f"{sum(row.points for row in rows)} points, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
