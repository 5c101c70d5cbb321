"""Putting `sync watch` into this machine's care, and taking it out again.

A file of ours is known by its first lines. Whatever else lies under its name is left alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shlex import join

import msgspec

from adapters.contract import Fatal
from adapters.processes import Ran, Run, run
from engine.config import home
from engine.service_files import MARK, Service, Words, launchd, suffix, systemd

KEPT = ("CRATELOG_HOME", "CRATELOG_SPOTIFY_CLIENT_ID", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
"""Variables that say where things are. A service is started by no shell, so it is told them."""
FOLDERS = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin")
"""Of programs, beside our own; what a shell's PATH says changes from day to day."""
PATIENCE = 20.0
"""Seconds for one that was stopped to be gone."""


class Done(msgspec.Struct, frozen=True):
    """What came of installing or uninstalling."""

    changed: bool
    """A file was written, or removed."""
    runs: bool
    trouble: str = ""
    """Why it was not started or stopped, in words."""


class State(msgspec.Struct, frozen=True):
    """How a service is."""

    installed: bool
    current: bool
    """The file is what `install` would write now."""
    runs: bool


# ---- which one ---------------------------------------------------------------------------------


def service(
    platform: str, env: Mapping[str, str], person: Path, command: Path, default: Path
) -> Service:
    """The service of the library in use.

    Args:
        platform: as `sys.platform`.
        person: the home folder.
        command: the program, an absolute path.
        default: where a library is if nobody says where.

    Raises:
        Fatal: there is none for this platform.
    """
    folder = home().absolute()
    words = (str(command), "watch", "--plain")
    kept = {name: env[name] for name in KEPT if env.get(name)}
    if "CRATELOG_HOME" in kept:
        kept["CRATELOG_HOME"] = str(folder)
    kept["PATH"] = ":".join((str(command.parent), *FOLDERS))
    apart = suffix(folder, default)
    if platform == "darwin":
        return launchd(words, kept, folder, apart, person, os.getuid())
    if platform == "linux":
        config = Path(env.get("XDG_CONFIG_HOME") or person / ".config")
        return systemd(words, kept, folder, apart, config / "systemd" / "user")
    line = f'"{command}" watch --plain'
    raise Fatal(f"there is no service for this system: have its Task Scheduler run {line} at logon")


def here() -> Service:
    """The service of the library in use, on this machine.

    Raises:
        Fatal: there is none for it, or the program is not to be found.
    """
    from platformdirs import user_data_path

    default = user_data_path("cratelog").absolute()
    return service(sys.platform, os.environ, Path.home(), executable(), default)


def executable() -> Path:
    """The program that runs now, by a path that also holds tomorrow.

    Raises:
        Fatal: it was not started by its own name, and does not lie where it would be installed.
    """
    ending = ".exe" if sys.platform == "win32" else ""
    beside = Path(sys.executable).with_name(f"cratelog{ending}")
    mine = [Path(sys.argv[0]).absolute(), beside, Path(shutil.which("cratelog") or beside)]
    for path in mine:
        if path.name in (f"cratelog{ending}", f"sync{ending}") and path.is_file():
            return path
    raise Fatal(f"{beside}: is not there; install cratelog, and run its own command")


def secrets(env: Mapping[str, str]) -> list[str]:
    """Names of variables with secrets: those are in no file of ours, so the service lacks them."""
    return sorted(name for name in env if name.startswith("CRATELOG_") and name.endswith("_TOKEN"))


# ---- what to do with it ------------------------------------------------------------------------


def state(service: Service, run: Run = run) -> State:
    """How a service is.

    Raises:
        Fatal: a file that is not ours has its name.
    """
    there = _there(service)
    return State(there is not None, there == service.content, _runs(service, run))


def install(
    service: Service,
    *,
    start: bool = True,
    run: Run = run,
    sleep: Callable[[float], None] = time.sleep,
) -> Done:
    """Write the file, and start what it describes; nothing is done that is so already.

    Raises:
        Fatal: a file that is not ours has its name.
    """
    there, ran = _there(service), _runs(service, run)
    changed = there != service.content
    if changed:
        _write(service.path, service.content)
    if not start or (ran and not changed):
        return Done(changed, ran)
    trouble = _all(service.restart if ran else service.start, service, run, sleep)
    return Done(changed, not trouble, trouble)


def uninstall(
    service: Service, *, run: Run = run, sleep: Callable[[float], None] = time.sleep
) -> Done:
    """Stop what runs, and remove the file.

    Raises:
        Fatal: a file that is not ours has its name.
    """
    there, ran = _there(service), _runs(service, run)
    if there is None and not ran:
        return Done(False, False)
    trouble = _all(service.stop, service, run, sleep)
    service.path.unlink(missing_ok=True)
    for words in service.forget:
        run(words)
    return Done(there is not None, ran and bool(trouble), trouble if ran else "")


def _there(service: Service) -> bytes | None:
    try:
        content = service.path.read_bytes()
    except FileNotFoundError:
        return None
    if MARK.encode() not in content:
        raise Fatal(f"{service.path}: is there already and not by cratelog; move it away first")
    return content


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; it holds no secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}.part")
    work.write_bytes(content)
    work.replace(path)


def _runs(service: Service, run: Run) -> bool:
    ran = run(service.runs)
    return ran is not None and ran.code == 0


def _all(
    commands: Sequence[Words], service: Service, run: Run, sleep: Callable[[float], None]
) -> str:
    """Run commands until one fails; why, in words."""
    for words in commands:
        ran: Ran | None = run(words)
        if ran is None:
            return f"there is no {words[0]} here"
        if ran.code and words not in service.stop:
            return f"{join(words)}: {ran.said or f'ended with {ran.code}'}"
        if words in service.stop and not _gone(service, run, sleep):
            return f"{join(words)}: it still runs"
    return ""


def _gone(service: Service, run: Run, sleep: Callable[[float], None]) -> bool:
    """Whether it is gone; launchd does not wait for that by itself."""
    waited = 0.0
    while _runs(service, run):
        if waited >= PATIENCE:
            return False
        sleep(0.2)
        waited += 0.2
    return True
