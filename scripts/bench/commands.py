"""Whole commands, in processes of their own, against the tools that do the same kind of work."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.bench.library import Made
from scripts.bench.measure import (
    Bar,
    Measured,
    Ran,
    command,
    medians,
    peak,
    process,
    sync,
    timed,
)

STATUS = Bar("`sync status` at 100,000 tracks / at none", 2, 1.3)
NO_OP = Bar("no-op `sync reconcile` of 95,000 tracks more / `rsync -an` of the same", 6, 3)
EMPTY = Bar("no-op process at an empty library / importing its libraries alone", 1.5, 1.2)
BEETS = Bar("no-op at 5,000 tracks, against `beet update`", 5, 10, "× faster", True)
RENAMES = Bar("5,000 renames / bare `os.rename` with the same fsyncs", 8, 4)
MEMORY = Bar("peak memory of a no-op, 100,000 tracks on three playlists each", 600, 300, " MB")
WHOLE = Bar("peak memory of a whole plan, 100,000 tracks on three playlists each", 600, 300, " MB")

_IMPORTS = "import sqlmodel, typer, rich, msgspec"


def measure(folder: Path, few: int, many: int, rounds: int) -> Iterator[Measured]:
    """All figures of commands; some libraries are left in `folder`."""
    none = Made(folder / "none", 0, 1)
    small, large = Made(folder / "small", few, 3), Made(folder / "large", many, 3)
    yield from _empty(none, rounds)
    yield from _statuses(none, large, rounds)
    yield from _no_ops(small, large, rounds)
    yield _beets(small, rounds)
    yield _whole(large)
    shutil.rmtree(large.base)
    yield _renames(folder / "renames", few, rounds)


def _seconds(run: Callable[[], Ran]) -> Callable[[], float]:
    return lambda: run().seconds


def _reconcile(made: Made) -> Ran:
    ran = sync("reconcile", "--json", home=made.home)
    assert json.loads(ran.out.splitlines()[-1])["events"] == 0, ran.out
    return ran


def _empty(none: Made, rounds: int) -> Iterator[Measured]:
    ours, alone = medians(
        rounds + 2,
        _seconds(lambda: _reconcile(none)),
        _seconds(lambda: process([sys.executable, "-c", _IMPORTS])),
    )
    yield Measured(EMPTY, ours / alone, f"{ours:.2f} s, {alone:.2f} s")


def _statuses(none: Made, large: Made, rounds: int) -> Iterator[Measured]:
    at_all, at_none = medians(
        rounds + 2,
        _seconds(lambda: sync("status", home=large.home)),
        _seconds(lambda: sync("status", home=none.home)),
    )
    yield Measured(STATUS, at_all / at_none, f"{at_all:.2f} s, {at_none:.2f} s")


def _no_ops(small: Made, large: Made, rounds: int) -> Iterator[Measured]:
    """Differences, so that starting a process is no part of it."""
    rsync = shutil.which("rsync")
    if rsync is None:
        print("rsync is not installed: left out", file=sys.stderr)
        return
    copies = {made: _copied(made) for made in (small, large)}

    def looked(made: Made) -> float:
        trees = [str(made.music), str(made.target)]
        return process([rsync, "-an", *trees, str(copies[made])]).seconds

    ours_large, ours_small, its_large, its_small = medians(
        rounds,
        _seconds(lambda: _reconcile(large)),
        _seconds(lambda: _reconcile(small)),
        lambda: looked(large),
        lambda: looked(small),
    )
    ours, its = ours_large - ours_small, its_large - its_small
    said = f"{ours:.2f} s, {its:.2f} s; whole {ours_large:.2f} s for {large.tracks * 4:,} files"
    yield Measured(NO_OP, ours / its, said)
    held = peak(command("reconcile"), home=large.home)
    yield Measured(MEMORY, held / 1e6, "")


def _copied(made: Made) -> Path:
    """The same trees again. Not by links: a link changes its file's ctime, and then it is read."""
    copy = made.base / "copy"
    for tree in (made.music, made.target):
        shutil.copytree(tree, copy / tree.name)
        for folder, _, _ in os.walk(tree):
            shutil.copystat(folder, copy / tree.name / Path(folder).relative_to(tree))
    return copy


def _whole(large: Made) -> Measured:
    """A plan always loads everything."""
    seconds = sync("plan", home=large.home).seconds
    held = peak(command("plan"), home=large.home)
    return Measured(WHOLE, held / 1e6, f"{seconds:.1f} s")


# ---- beets -------------------------------------------------------------------------------------


def _beets(small: Made, rounds: int) -> Measured:
    """The same music in the library of another program. It looks at one tree, we at two."""
    home = small.base / "beets"
    home.mkdir()
    (home / "config.yaml").write_text(
        f"directory: {small.music}\nlibrary: {home}/library.db\nimport:\n  copy: no\n  write: no\n"
        "  autotag: no\n  timid: no\nplugins: []\n"
    )
    beet = [sys.executable, "-m", "beets", "-c", str(home / "config.yaml")]
    process([*beet, "import", "-A", "-C", "-q", str(small.music)])
    known = process([*beet, "stats"]).out
    assert f"Tracks: {small.tracks}" in known, known
    its, ours = medians(
        rounds,
        lambda: process([*beet, "update"]).seconds,
        _seconds(lambda: _reconcile(small)),
    )
    return Measured(BEETS, its / ours, f"{ours:.2f} s, beets {its:.2f} s")


# ---- renames -----------------------------------------------------------------------------------


def _renames(base: Path, tracks: int, rounds: int) -> Measured:
    """An approved template change, there and back."""
    made = Made(base, tracks, 1)
    config = made.home / "config.toml"
    plain = config.read_text()
    plan = str(base / "plan.json")
    other = "{playlist}/{title} - {artist}"

    def approve() -> float:
        """Change the template, see the plan, and approve it."""
        now = config.read_text()
        text = now.replace(_PATH, other) if _PATH in now else now.replace(other, _PATH)
        assert text != now
        config.write_text(text)
        sync("plan", "--out", plan, home=made.home)
        ran = sync("apply", plan, "--json", home=made.home)
        done = json.loads(ran.out.splitlines()[-1])["actions"]
        assert done["move"] == tracks, done
        return ran.seconds

    bare_folder = base / "bare"
    shutil.copytree(made.target, bare_folder, ignore=shutil.ignore_patterns(".cratelog"))
    assert _PATH in plain
    ours, bare = medians(rounds, approve, lambda: timed(lambda: _bare(bare_folder)))
    return Measured(RENAMES, ours / bare, f"{ours:.2f} s, bare {bare:.2f} s")


_PATH = "{playlist}/{artist} - {title}"


def _bare(folder: Path) -> None:
    """Rename each file and sync its folder, as each of our moves does."""
    for path in sorted(folder.rglob("*.wav")):
        name = path.name.removeprefix("x ") if path.name.startswith("x ") else f"x {path.name}"
        path.rename(path.with_name(name))
        descriptor = os.open(path.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
