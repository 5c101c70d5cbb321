"""A disk that fails, is full or turns read-only: one line, an exit code, and nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import exc

from tests.crate import Crate, Said, song
from tests.e2e import killer, worlds
from tests.e2e.killer import Gate, Point
from tests.e2e.worlds import Seen

WORDS = ("reconcile", *worlds.MANY)


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    """A library whose next run holds an action of each kind."""
    worlds.quick(monkeypatch)
    with worlds.fast_folder(tmp_path) as base:
        crate = Crate(base / "ready")
        worlds.one_of_each(crate)
        worlds.read_once(crate)
        yield crate


def _error(code: int, gate: Gate) -> Exception:
    """What the call at a gate would raise."""
    if gate[0] == "commit":
        words = "database or disk is full" if code == errno.ENOSPC else "disk I/O error"
        return exc.OperationalError("COMMIT", {}, sqlite3.OperationalError(words))
    return OSError(code, os.strerror(code), gate[1].split(" → ")[0])


def _told_well(crate: Crate, said: Said) -> None:
    """One line that names a file or folder, and the exit code of an error or of a part."""
    assert said.code in (1, 3), said
    lines = said.err.splitlines()
    assert len(lines) == 1 and str(crate.base) in lines[0], said
    assert "unexpected" not in said.err and "Traceback" not in said.err, said


def _nothing_lost(before: Seen, after: Seen) -> None:
    there = {*after.tree.values(), *after.trash}
    lost = {name: content for name, content in before.tree.items() if content not in there}
    lost = {name: content for name, content in lost.items() if not name.endswith(".m3u8")}
    assert not lost and set(before.trash) <= there, f"lost: {lost}"
    assert after.sources == before.sources and not after.chain and not after.replayed


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_any_call_may_fail(ready: Crate, code: int) -> None:
    base = ready.base.parent
    before = killer.child(lambda: worlds.seen(ready))[1]
    counted = ready.copy(base / "counted")
    gates, said = killer.count(counted, WORDS)
    assert said.code == 0, said
    expected = worlds.seen(counted)

    def look(point: Point) -> None:
        crate = ready.copy(base / str(point.number))
        said = killer.fail(crate, WORDS, point, lambda gate: _error(code, gate))
        after = worlds.seen(crate)
        _nothing_lost(before, after)
        if (
            said.code or after != expected
        ):  # some calls may fail without harm: an empty folder stays
            _told_well(crate, said)
        worlds.heals(crate, (*WORDS, "--json"), expected)
        shutil.rmtree(crate.base)

    every = killer.points(gates, locks=code == errno.EIO)
    points = [point for point in every if point.when == "before"]
    if killer.EVERY > 1:
        points = points[::2]
    failed = killer.each(points, look)
    assert not failed, killer.told(failed, len(points))


def test_a_root_turned_read_only_in_mid_run(ready: Crate) -> None:
    base = ready.base.parent
    counted = ready.copy(base / "counted")
    gates, _ = killer.count(counted, WORDS)
    expected = worlds.seen(counted)
    inside = [number for number, (_, path) in enumerate(gates) if path.startswith("/Playlists")]
    for first in (inside[0], inside[len(inside) // 2], inside[-3]):
        crate = ready.copy(base / f"from-{first}")
        said = _read_only_from(crate, first)
        _told_well(crate, said)
        assert said.code == 3
        killer.child(partial(worlds.heals, crate, (*WORDS, "--json"), expected))


def _read_only_from(crate: Crate, first: int) -> Said:
    def refuse(number: int, gate: Gate) -> None:
        if number >= first and gate[1].startswith(str(crate.root)):
            raise _error(errno.EROFS, gate)

    def work() -> Said:
        killer.Gates(before=refuse).put_up()
        return killer.sync(crate, WORDS)

    said = killer.child(work)[1]
    assert isinstance(said, Said)
    return said


# ---- real volumes ------------------------------------------------------------------------------


@contextmanager
def volume(folder: Path, options: str) -> Iterator[Callable[[str], None]]:
    """A small file system in memory; what is given mounts it anew with other options."""
    folder.mkdir(parents=True)
    try:
        _mount("-t", "tmpfs", "-o", options, "cratelog-test", str(folder))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this needs the right to mount")
    try:
        yield lambda options: _mount("-o", f"remount,{options}", str(folder))
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


def _music(crate: Crate, number: int) -> None:
    """Songs of 88 kB each, on one playlist."""
    songs = [song(each, seconds=1) for each in range(1, number + 1)]
    for each in songs:
        crate.music(each)
    crate.playlist("House", songs)


def _is_in_step(crate: Crate, files: int) -> None:
    assert crate.sync("reconcile").code == 0
    assert len(crate.audio_tree()) == files
    again = crate.sync("reconcile", "--json")
    assert (again.code, again.summary["events"]) == (0, 0)


def test_a_volume_that_is_full_takes_what_it_can(crate: Crate) -> None:
    with volume(crate.base / "volume", "size=400k") as remount:
        crate.root = crate.base / "volume" / "Playlists"
        crate.configure()
        _music(crate, 8)
        said = crate.sync("reconcile")
        _told_well(crate, said)
        assert said.code == 3 and "No space left on device" in said.err
        assert 1 <= len(crate.audio_tree()) < 8
        remount("size=4m")
        _is_in_step(crate, 8)


def test_a_volume_that_is_read_only(crate: Crate) -> None:
    with volume(crate.base / "volume", "size=4m") as remount:
        crate.root = crate.base / "volume" / "Playlists"
        crate.configure()
        _music(crate, 2)
        assert crate.sync("reconcile").code == 0
        remount("ro")
        _music(crate, 3)
        said = crate.sync("reconcile")
        _told_well(crate, said)
        assert said.code == 3 and "Read-only file system" in said.err
        assert len(crate.audio_tree()) == 2
        remount("rw")
        _is_in_step(crate, 3)


def test_a_full_volume_under_the_log(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    with volume(crate.base / "volume", "size=2m") as remount:
        crate.home = crate.base / "volume" / "home"
        crate.home.mkdir()
        crate.configure()
        monkeypatch.setenv("CRATELOG_HOME", str(crate.home))
        _music(crate, 2)
        assert crate.sync("reconcile").code == 0
        _music(crate, 3)
        _fill(crate.base / "volume" / "filler")
        status, said = killer.child(lambda: crate.sync("reconcile"))
        assert status == 0 and said.code == 1
        _told_well(crate, said)
        assert "disk is full" in said.err
        assert len(crate.audio_tree()) == 2
        remount("size=8m")
        _is_in_step(crate, 3)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC
