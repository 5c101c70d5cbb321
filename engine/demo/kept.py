"""A demo that was kept: its services go on in the background until somebody stops them.

They run as long as their page in the demo's folder is there: removing it, or the whole folder, is
how they are stopped, so nothing ever has to signal a process by its number.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.demo.child import MAIN
from engine.demo.stand_ins import StandIns

PAGE = "services.json"
LOOK = 0.2  # seconds
PATIENCE = 10.0
"""Seconds until services that were told to stop have stopped."""


def page(base: Path) -> Path:
    """Where the addresses of the services are, as long as they run."""
    return base / PAGE


def tell(base: Path, services: StandIns) -> dict[str, dict[str, str]]:
    """Write the page; what it says."""
    told = {server.name: server.introduction() for server in services.all}
    written = page(base).with_suffix(".new")
    written.write_text(json.dumps(told, indent=2), "utf-8")
    written.replace(page(base))
    return told


def serve(base: Path, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return when the page is gone."""
    while page(base).exists():
        sleep(LOOK)


def in_background(base: Path, *options: str) -> int:
    """Run the demo in a process of its own, which outlives this one; its exit code so far."""
    command = [sys.executable, "-c", MAIN, "demo", "--keep", str(base), "--foreground", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=os.name == "posix"
    )
    try:
        while process.poll() is None and not page(base).exists():
            time.sleep(LOOK)
    except KeyboardInterrupt:
        process.terminate()
        raise
    if process.returncode is None:
        process.returncode = 0  # nobody waits for it any more
    return process.returncode


def silence() -> None:
    """Let go of the terminal, so that whoever reads from this process is not kept waiting."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)


def stop(base: Path) -> bool:
    """Stop the services of a kept demo; False: none were running."""
    try:
        told = json.loads(page(base).read_text("utf-8"))
        page(base).unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    ends = time.monotonic() + PATIENCE
    while any(_answers(each["url"]) for each in told.values()) and time.monotonic() < ends:
        time.sleep(LOOK)
    return True


def _answers(url: str) -> bool:
    import socket
    from urllib.parse import urlsplit

    at = urlsplit(url)
    try:
        socket.create_connection((at.hostname or "", at.port or 0), timeout=1).close()
    except OSError:
        return False
    return True
