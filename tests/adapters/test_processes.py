"""What programs are called, and running one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from adapters import processes
from adapters.contract import Fatal
from adapters.processes import Ran, names, run

running = processes.running  # before the tests' own stands in for it


@pytest.mark.parametrize(
    ("name", "path", "called"),
    [
        ("djay Pro", "/Applications/djay Pro.app/Contents/MacOS/djay Pro", {"djay Pro"}),
        (
            "Traktor",
            "/Applications/Native Instruments/Traktor Pro 4.app/Contents/MacOS/Traktor",
            {"Traktor", "Traktor Pro 4"},
        ),
        ("rekordbox.exe", r"C:\Program Files\rekordbox\rekordbox 7\rekordbox.exe", {"rekordbox"}),
        ("Serato DJ Pro.exe", "", {"Serato DJ Pro"}),
        ("mixxx", "/usr/bin/mixxx", {"mixxx"}),
        ("kthreadd", "", {"kthreadd"}),
        ("", "", set()),
    ],
)  # fmt: skip
def test_names_are_those_of_the_process_its_exe_and_its_bundle(
    name: str, path: str, called: set[str]
) -> None:
    assert names(name, path) == called


def test_a_helper_in_a_bundle_is_not_the_program() -> None:
    bundle = "/Applications/rekordbox 7/rekordbox.app/Contents/MacOS"
    agent = f"{bundle}/rekordboxAgent.app/Contents/MacOS/rekordboxAgent"
    assert names("rekordboxAgent", agent) == {"rekordboxAgent"}


@pytest.mark.skipif(sys.platform != "linux", reason="copies a program under another name")
def test_a_program_that_runs_is_found_and_one_that_ended_is_not(tmp_path: Path) -> None:
    path = Path(shutil.copy(shutil.which("sleep") or "", tmp_path / "A Player Pro 7"))
    program = subprocess.Popen([path, "60"])
    try:
        assert "A Player Pro 7" in set(running())
    finally:
        program.kill()
    os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet taken note of
    assert "A Player Pro 7" not in set(running())
    program.wait()


def test_a_machine_that_does_not_say_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(attrs: list[str], ad_value: None) -> None:
        raise FileNotFoundError(2, "No such file or directory", "/proc")

    monkeypatch.setattr(psutil, "process_iter", broken)
    with pytest.raises(Fatal, match=r"programs = \[\] below \[hold\]"):
        list(running())


def test_running_a_program() -> None:
    assert run([sys.executable, "-c", "print('one'); print('two '); exit(3)"]) == Ran(3, "two")
    assert run(["there-is-no-such-program"]) is None
