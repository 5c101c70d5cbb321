from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from engine.watch import stopping
from engine.watch.stopping import Stop, Stopped
from state.locks import Locked, lock


def test_it_leaves_the_hard_way_only_where_the_soft_one_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "PATIENCE", 0.05)
    left, said = threading.Event(), []
    stop = Stop(tmp_path, lambda: said.append("farewell"), left.set)
    assert not left.wait(0.1)
    with pytest.raises(Stopped):
        stop.ask()
    stop.ask()  # a second signal changes nothing
    assert left.wait(5) and said[0] == "farewell"


def test_programs_are_ended_and_nobody_writes_to_the_log_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "PATIENCE", 0.0)
    held, left = [], threading.Event()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    def leave() -> None:
        try:
            with lock(tmp_path / "write.lock", "append"):
                held.append(False)
        except Locked:
            held.append(True)
        left.set()

    with pytest.raises(Stopped):
        Stop(tmp_path, lambda: None, leave).ask()
    assert left.wait(10)
    assert child.wait(10) != 0
    assert held[0] is True


def test_a_main_thread_that_hears_nothing_is_left_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "PATIENCE", 0.05)
    left: list[float] = []
    stop = Stop(tmp_path, lambda: None, lambda: left.append(time.monotonic()))
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(tmp_path / "a.db", timeout=1, isolation_level=None)) as held:
            threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
            with stop.listening():
                for _ in range(9):
                    with suppress(sqlite3.OperationalError):  # hangs where no signal is heard
                        held.execute("BEGIN EXCLUSIVE")
            ended = time.monotonic()
    assert left and left[0] < ended - 0.2
    assert signal.set_wakeup_fd(-1) == -1
