from __future__ import annotations

import subprocess
import sys
import threading
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
