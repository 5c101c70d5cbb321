"""The service that keeps `sync watch` running: its file, and what install does with it."""

from __future__ import annotations

import os
import plistlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.contract import Fatal
from adapters.processes import Ran
from engine import service
from engine.service import Done, State, install, state, uninstall
from engine.service_files import MARK, Service, launchd
from tests.crate import Crate

COMMAND = Path("/opt/my music/bin/cratelog")
DEFAULT = Path("/home/ann/.local/share/cratelog")


class Machine:
    """Stands for launchctl and systemctl: remembers what runs."""

    def __init__(self, service: Service, *, there: bool = True) -> None:
        self.service, self.there = service, there
        self.ran: list[Sequence[str]] = []
        self.is_up, self.lingers = False, 0
        self.refusal = ""

    def __call__(self, words: Sequence[str]) -> Ran | None:
        if not self.there:
            return None
        if words == self.service.runs:
            self.lingers -= not self.is_up and self.lingers > 0
            return Ran(0 if self.is_up or self.lingers else 3, "")
        self.ran.append(words)
        if self.refusal:
            return Ran(5, self.refusal)
        if {"bootout", "disable"} & set(words):
            self.is_up = False
        if {"bootstrap", "enable", "restart"} & set(words[1:3]):
            self.is_up = True
        return Ran(0, "")

    def install(self, *, start: bool = True) -> Done:
        return install(self.service, start=start, run=self, sleep=lambda seconds: None)

    def uninstall(self) -> Done:
        return uninstall(self.service, run=self, sleep=lambda seconds: None)


@pytest.fixture(params=["darwin", "linux"])
def machine(request: pytest.FixtureRequest, crate: Crate) -> Machine:
    return Machine(made(request.param, crate))


def made(platform: str, crate: Crate, **env: str) -> Service:
    env = {"CRATELOG_HOME": str(crate.home), "CRATELOG_NOTION_TOKEN": "ntn_secret"} | env
    return service.service(platform, env, crate.base / "ann", COMMAND, DEFAULT)


# ---- the file ----------------------------------------------------------------------------------


def test_the_agent_of_launchd(crate: Crate) -> None:
    found = made("darwin", crate)
    told = plistlib.loads(found.content)
    assert found.path.parent == crate.base / "ann" / "Library" / "LaunchAgents"
    assert found.path.name == f"{told['Label']}.plist"
    assert told["ProgramArguments"][-3:] == [str(COMMAND), "watch", "--plain"]
    assert told["EnvironmentVariables"] == {
        "CRATELOG_HOME": str(crate.home),
        "PATH": "/opt/my music/bin:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin",
    }
    assert told["RunAtLoad"] and told["KeepAlive"] == {"SuccessfulExit": False}
    assert told["StandardErrorPath"] == str(crate.home / "logs" / "service.log")


def test_the_unit_of_systemd(crate: Crate) -> None:
    found = made("linux", crate)
    lines = found.content.decode().splitlines()
    assert found.path.parent == crate.base / "ann" / ".config" / "systemd" / "user"
    assert 'ExecStart=/usr/bin/env "/opt/my music/bin/cratelog" "watch" "--plain"' in lines
    assert f'Environment="CRATELOG_HOME={crate.home}"' in lines
    assert {"Restart=on-failure", "RestartPreventExitStatus=2 10 11"} <= set(lines)


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_no_secret_is_in_the_file(crate: Crate, platform: str) -> None:
    assert b"ntn_" not in made(platform, crate).content
    assert service.secrets({"CRATELOG_NOTION_TOKEN": "x", "CRATELOG_HOME": "y"}) == [
        "CRATELOG_NOTION_TOKEN"
    ]


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_every_library_has_a_service_of_its_own(
    crate: Crate, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(platform, crate)
    monkeypatch.setenv("CRATELOG_HOME", str(crate.base / "another"))
    assert made(platform, crate).path != one.path
    monkeypatch.setenv("CRATELOG_HOME", str(DEFAULT))
    assert made(platform, crate).path.stem in ("cratelog-watch", "local.cratelog.watch")


def test_other_systems_are_told_what_to_do(crate: Crate) -> None:
    with pytest.raises(Fatal, match=r'Task Scheduler run "/opt/.*/cratelog" watch --plain'):
        made("win32", crate)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_systemd_understands_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / 'my "music" 100% $HOME Ann\'s é' / "cratelog"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setenv("CRATELOG_HOME", str(tmp_path / "a b%n"))
    env = {"CRATELOG_HOME": "set"}
    found = service.service("linux", env, tmp_path, command, DEFAULT)
    found.path.parent.mkdir(parents=True)
    found.path.write_bytes(found.content)
    told = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(found.path)],
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )
    about = [line for line in told.stderr.splitlines() if found.path.name in line]
    assert about == [] and told.returncode == 0, told.stderr


# ---- how launchd's ends ------------------------------------------------------------------------


def once(tmp_path: Path, script: str) -> list[str]:
    """What launchd runs, with another program in the place of ours."""
    program = tmp_path / "a program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    found = launchd([str(program), "watch", "--plain"], {}, tmp_path, "", tmp_path, 501)
    return list(plistlib.loads(found.content)["ProgramArguments"])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 1), (2, 0), (3, 3), (10, 0), (11, 0)])
def test_what_is_of_no_use_to_repeat_ends_well(tmp_path: Path, code: int, ends: int) -> None:
    words = once(tmp_path, f'[ "$1 $2" = "watch --plain" ] && exit {code}')
    assert subprocess.run(words).returncode == ends


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
@pytest.mark.parametrize("code", [0, 7])
def test_a_signal_reaches_the_program_and_its_end_counts(tmp_path: Path, code: int) -> None:
    there = tmp_path / "there"
    trap = f'trap "touch {tmp_path}/told; exit {code}" TERM'
    script = f"{trap}; touch {there}; while :; do sleep 0.02; done"
    program = subprocess.Popen(once(tmp_path, script))
    try:
        while not there.exists():
            time.sleep(0.005)
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == code and (tmp_path / "told").exists()
    finally:
        program.kill()


# ---- install -----------------------------------------------------------------------------------


def test_install_writes_and_starts(machine: Machine) -> None:
    assert machine.install() == Done(True, True)
    assert machine.service.path.read_bytes() == machine.service.content
    assert machine.ran == list(machine.service.start)
    assert state(machine.service, machine) == State(True, True, True)


def test_a_second_install_does_nothing(machine: Machine) -> None:
    machine.install()
    before, ran = machine.service.path.stat(), len(machine.ran)
    assert machine.install() == Done(False, True)
    assert machine.service.path.stat() == before and len(machine.ran) == ran


def test_without_a_start_it_is_only_written(machine: Machine) -> None:
    assert machine.install(start=False) == Done(True, False)
    assert machine.ran == []
    assert machine.install() == Done(False, True)


def test_another_program_takes_the_place_of_the_first(machine: Machine) -> None:
    machine.install()
    machine.service.path.write_text(f"# {MARK}\nan older one")
    assert state(machine.service, machine) == State(True, False, True)
    machine.ran.clear()
    assert machine.install() == Done(True, True)
    assert machine.ran == list(machine.service.restart)


def test_what_stops_slowly_is_waited_for(machine: Machine) -> None:
    machine.install()
    machine.lingers = 3
    assert machine.uninstall() == Done(True, False) and machine.lingers == 0


def test_uninstall_stops_and_removes(machine: Machine) -> None:
    machine.install()
    machine.ran.clear()
    assert machine.uninstall() == Done(True, False)
    assert machine.ran == [*machine.service.stop, *machine.service.forget]
    assert not machine.service.path.exists()
    assert machine.uninstall() == Done(False, False)
    assert state(machine.service, machine) == State(False, False, False)


def test_the_file_of_somebody_else_is_left_alone(machine: Machine) -> None:
    machine.service.path.parent.mkdir(parents=True)
    machine.service.path.write_text("mine")
    for command in (machine.install, machine.uninstall):
        with pytest.raises(Fatal, match=r"is there already and not by cratelog"):
            command()
    assert machine.service.path.read_text() == "mine" and machine.ran == []


def test_where_nothing_can_start_it_that_is_said(machine: Machine) -> None:
    machine.there = False
    done = machine.install()
    assert done.changed and not done.runs
    assert done.trouble in ("there is no launchctl here", "there is no systemctl here")
    assert machine.uninstall() == Done(True, False)


def test_a_refusal_is_told_in_the_words_of_who_refused(machine: Machine) -> None:
    machine.refusal = "Bootstrap failed: 5: Input/output error"
    done = machine.install()
    assert not done.runs and done.trouble.endswith(machine.refusal)


# ---- the command -------------------------------------------------------------------------------


@pytest.fixture
def linux(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine(made("linux", crate))
    monkeypatch.setattr(service, "here", lambda: found.service)
    for name in ("install", "uninstall", "state"):
        function = getattr(service, name)
        monkeypatch.setitem(function.__kwdefaults__ or {}, "run", found)
    monkeypatch.setattr(service, "state", lambda of: state(of, found))
    return found


def test_the_command(crate: Crate, linux: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRATELOG_NOTION_TOKEN", "ntn_secret")
    said = crate.sync("service", "install", "--no-start")
    assert said.code == 0 and "systemctl --user enable --now" in said.out
    assert "CRATELOG_NOTION_TOKEN is a secret" in said.err and "ntn_" not in said.err + said.out
    said = crate.sync("service", "install")
    assert said.code == 0 and "is running" in said.out and (crate.home / "logs").is_dir()
    assert crate.sync("service", "status", "--json").summary["running"] is True
    assert crate.sync("service", "uninstall", "--json").summary["changed"] is True
    assert "not installed" in crate.sync("service", "status").out
    linux.there = False
    said = crate.sync("service", "install")
    assert said.code == 3 and said.err.endswith("sync: there is no systemctl here\n")


def test_without_a_library_there_is_no_service(crate: Crate, linux: Machine) -> None:
    (crate.home / "config.toml").unlink()
    assert crate.sync("service", "install").code == 10
    assert not linux.service.path.exists()


def test_the_program_is_the_one_that_runs_or_lies_beside_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(sys, "argv", ["/nowhere/pytest"])
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Fatal, match="is not there; install cratelog"):
        service.executable()
    (tmp_path / "cratelog").touch()
    assert service.executable() == tmp_path / "cratelog"
    (tmp_path / "sync").touch()
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "sync")])
    assert service.executable() == tmp_path / "sync"
