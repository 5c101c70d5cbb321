"""The file that has this machine keep `sync watch` running: launchd's on macOS, systemd's on Linux.

Pure: what it is called, what it says, and which commands start and stop what it describes.
"""

from __future__ import annotations

import hashlib
import plistlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

MARK = "Made by cratelog (sync service install); the next install writes it anew."
USELESS = (2, 10, 11)
"""Exit codes that starting again does not mend: usage, no library, somebody else watches it."""
PAUSE, LAST = 60, 15
"""Seconds before it is started again, and for an end in good order."""

Words = tuple[str, ...]


class Service(msgspec.Struct, frozen=True):
    """One service of this machine, for one library."""

    name: str
    path: Path
    content: bytes
    start: tuple[Words, ...]
    """Commands, in order."""
    restart: tuple[Words, ...]
    """After another file has taken the place of the one that it was started from."""
    stop: tuple[Words, ...]
    forget: tuple[Words, ...]
    """After the file is gone."""
    runs: Words
    """Ends with 0 if it is running."""
    logs: str
    """Where people find what it says."""


def launchd(
    command: Sequence[str], env: Mapping[str, str], home: Path, suffix: str, person: Path, uid: int
) -> Service:
    """An agent of launchd (`man launchd.plist`).

    Args:
        home: the library's folder.
        suffix: what sets this library's service apart.
        person: the home folder of whom it runs for, and their number.
    """
    label = ".".join(filter(None, ("local.cratelog.watch", suffix)))
    path = person / "Library" / "LaunchAgents" / f"{label}.plist"
    domain, target = f"gui/{uid}", f"gui/{uid}/{label}"
    told = {
        "Label": label,
        "ProgramArguments": ["/bin/sh", "-c", _ONCE, *command],
        "EnvironmentVariables": dict(env),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": PAUSE,
        "ExitTimeOut": LAST,
        "Nice": 10,
        # What it says is in a log of its own, which does not grow for ever; a file of launchd does.
        "StandardOutPath": "/dev/null",
        "StandardErrorPath": str(home / "logs" / "service.log"),
    }
    head, _, rest = plistlib.dumps(told).partition(b"<plist")
    content = head + f"<!-- {MARK} -->\n".encode() + b"<plist" + rest
    begin = (
        ("launchctl", "enable", target),
        ("launchctl", "bootstrap", domain, str(path)),
    )
    stop = (("launchctl", "bootout", target),)
    runs = ("launchctl", "print", target)
    logs = str(home / "logs")
    return Service(label, path, content, begin, (*stop, *begin), stop, (), runs, logs)


_ONCE = (
    'trap \'[ "$!" ] || exit; kill "$!"\' TERM INT; "$0" "$@" & wait $!; code=$?; '
    "if [ $code -gt 128 ]; then wait $!; code=$?; fi; "
    f"case $code in {'|'.join(map(str, USELESS))}) exit 0;; esac; exit $code"
)
"""launchd tells only good ends from bad ones: what is of no use to repeat becomes a good one."""


def systemd(
    command: Sequence[str], env: Mapping[str, str], home: Path, suffix: str, units: Path
) -> Service:
    """A unit of systemd for one user (`man systemd.service`).

    Args:
        home: the library's folder.
        suffix: what sets this library's service apart.
        units: the folder of the user's units.
    """
    # By way of env: systemd starts no program with a quote in its own path.
    name = "-".join(filter(None, ("cratelog-watch", suffix)))
    unit = f"{name}.service"
    environment = "".join(f"Environment={_quoted(f'{key}={env[key]}')}\n" for key in sorted(env))
    content = f"""\
# {MARK}
[Unit]
Description=cratelog keeps a music library in step

[Service]
ExecStart=/usr/bin/env {" ".join(_quoted(word).replace("$", "$$") for word in command)}
{environment}Restart=on-failure
RestartSec={PAUSE}
RestartPreventExitStatus={" ".join(map(str, USELESS))}
TimeoutStopSec={LAST}
KillMode=mixed
Nice=10

[Install]
WantedBy=default.target
"""
    user = ("systemctl", "--user")
    again = (*user, "daemon-reload")
    start = (again, (*user, "enable", "--now", unit))
    return Service(
        unit,
        units / unit,
        content.encode(),
        start,
        (*start, (*user, "restart", unit)),
        ((*user, "disable", "--now", unit),),
        (again,),
        (*user, "is-active", "--quiet", unit),
        f"{home / 'logs'}, journalctl --user -u {name}",
    )


def suffix(home: Path, default: Path) -> str:
    """What sets a library's service apart from those of others; empty for the usual library."""
    return "" if home == default else hashlib.sha256(str(home).encode()).hexdigest()[:8]


def _quoted(word: str) -> str:
    """A word of a unit file: quoted, and nothing in it is taken for more than it is."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + plain.replace("\n", "\\n").replace("\t", "\\t") + '"'
