"""`sync watch` as a process of its own: stopped, killed, and with other commands beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.crate import Crate, song
from tests.e2e import worlds

START = "from engine.cli.app import main; main()"
SONGS = [song(number, seconds=1) for number in range(1, 13)]
PATIENCE = 20.0


@pytest.fixture
def ready(crate: Crate) -> Crate:
    """Twelve tracks, two of them with files, and a watch that does not dawdle."""
    crate.configure(extra="[watch]\nquiet_seconds = 0.3\n[hold]\nprograms = []")
    crate.playlist("House", SONGS)
    for each in SONGS[:2]:
        crate.music(each)
    return crate


class Process:
    """A watch that runs."""

    def __init__(self, crate: Crate, *words: str, env: dict[str, str] | None = None) -> None:
        self.crate = crate
        self._out = crate.base / f"said-{time.monotonic_ns()}"
        with self._out.open("wb") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-c", START, "watch", *(words or ("--json",))],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | (env or {}),
            )

    @property
    def said(self) -> str:
        """All that it said so far."""
        return self._out.read_text("utf-8")

    def passes(self) -> int:
        """How many it has made."""
        lines = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        return sum(line["type"] == "pass" for line in lines)

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something; AssertionError if it does not come."""
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert self._child.poll() is None, f"it ended: {self.said}"
            assert time.monotonic() < end, f"{what} did not come: {self.said}"
            time.sleep(0.1)

    def end(self, kind: signal.Signals) -> tuple[int, float]:
        """Send a signal: the exit code, and how many seconds it took."""
        began = time.monotonic()
        self._child.send_signal(kind)
        code = self._child.wait(PATIENCE)
        return code, time.monotonic() - began

    def close(self) -> None:
        """It is gone after this."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()


@contextmanager
def watch(crate: Crate, *words: str, env: dict[str, str] | None = None) -> Iterator[Process]:
    """A watch, ended at the latest with the block."""
    found = Process(crate, *words, env=env)
    try:
        yield found
    finally:
        found.close()


def test_other_commands_work_beside_it_and_it_ends_in_order(ready: Crate) -> None:
    with watch(ready) as process:
        process.until(lambda: len(ready.audio_tree()) == 2, "the first pass")
        for command in (("watch",), ("reconcile",)):
            second = ready.sync(*command)
            assert (second.code, second.out) == (11, "")
            assert "`sync watch` (process " in second.err
        assert "watch: runs since" in ready.sync("status").out
        assert ready.sync("add", "https://soundcloud.com/somebody/something").code == 0
        stranger = ready.music(song(99, seconds=1), "unknown.wav")
        other = SONGS[5]
        process.until(lambda: ready.kinds().count("FileSeen") == 3, "a new file")
        assert ready.sync("match", str(stranger), other.uri).code == 0
        process.until(lambda: _in_step(ready, 3), "what a person said")
        code, seconds = process.end(signal.SIGINT)
        assert code == 0 and seconds < 2
    assert not (ready.home / "watch.json").exists()
    assert "watch:" not in ready.sync("status").out
    assert "ends: it was stopped" in (ready.home / "logs" / "watch.log").read_text("utf-8")
    assert ready.sync("reconcile", "--json").summary["events"] == 0


def _in_step(crate: Crate, files: int) -> bool:
    """Whether so many files are laid out, and the pass is over."""
    return len(crate.audio_tree()) == files and crate.kinds()[-1] == "ReconcileFinished"


def test_it_ends_within_two_seconds_while_a_program_works_for_it(
    ready: Crate, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\ntouch "{pids}/$$"\nsleep 60 & wait\n')
    slow.chmod(0o755)
    for path in list(ready.files.iterdir()):
        path.rename(path.with_suffix(".mp3"))
    with watch(ready, env={"IMAGEIO_FFMPEG_EXE": str(slow)}) as process:
        process.until(lambda: any(pids.iterdir()), "the program")
        code, seconds = process.end(signal.SIGTERM)
        assert (code, seconds < 2) == (0, True), (code, seconds)
    time.sleep(0.2)
    assert not [path.name for path in pids.iterdir() if _runs(int(path.name))]
    assert not (ready.home / "watch.json").exists()
    assert "FileSeen" not in ready.kinds()


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_killed_at_any_moment_of_a_burst_it_ends_in_step(ready: Crate) -> None:
    expected = 2
    for number, wait in enumerate((0.0, 0.6)):
        with watch(ready) as process:
            process.until(lambda p=process: p.passes() > 0, "the first pass")  # type: ignore[misc]
            for each in SONGS[2 + 3 * number : 5 + 3 * number]:
                ready.music(each)
                expected += 1
            if wait:
                before = len(ready.kinds())
                process.until(lambda n=before: len(ready.kinds()) > n, "news")  # type: ignore[misc]
            time.sleep(wait)
            assert process.end(signal.SIGKILL)[0] == -signal.SIGKILL
        assert "ended without a word" in ready.sync("status").out
    with watch(ready) as process:
        process.until(lambda: _in_step(ready, expected), "all files")
        assert process.end(signal.SIGTERM)[0] == 0
    worlds.settled(ready, ("reconcile", "--json"))
    seen = worlds.seen(ready)
    assert (seen.open, seen.stray, seen.missing, seen.chain, seen.replayed) == (0, (), (), "", "")
