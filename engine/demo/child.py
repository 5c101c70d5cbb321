"""The command line in processes of its own, as a person would run it; one of them gets killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

MAIN = "from engine.cli.app import main; main()"
_HERE = Path(__file__).parents[2]
_PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The last line of `--json`."""
        told: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return told


class Sync:
    """`sync`, over the library in `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        path = os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH"))))
        own = {"CRATELOG_HOME": str(home), "PYTHONPATH": path, "PYTHONUTF8": "1", "NO_COLOR": "1"}
        # What is only made up has no business in a person's keyring.
        own["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
        self._env = os.environ | own

    def __call__(self, *words: str, said: str = "") -> Said:
        """Run a command to its end; `said` is what a person types in."""
        run = subprocess.run(
            self._command(words),
            env=self._env,
            input=said,
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE,
        )
        return Said(words, run.returncode, run.stdout, run.stderr)

    def log_in(self, service: str) -> Said:
        """`sync login --paste`, and a browser whose person agrees."""
        words = ("login", service, "--paste", "--json")
        process = subprocess.Popen(
            self._command(words),
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        with requests.Session() as browser:
            browser.trust_env = False
            url = json.loads(first)["url"] if first else ""
            sent = browser.get(url, allow_redirects=False, timeout=_PATIENCE) if url else None
        address = sent.headers["Location"] if sent is not None else ""
        out, err = process.communicate(f"{address}\n", timeout=_PATIENCE)
        return Said(words, process.returncode, first + out, err)

    def kill_when(self, due: Callable[[], bool], *words: str) -> bool:
        """Start a command and kill it as soon as `due` says so; whether that happened."""
        log = self.home / "log.db-wal"
        before = _numbers(log)
        process = subprocess.Popen(
            self._command(words),
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        killed = False
        try:
            while process.poll() is None and _numbers(log) == before:
                time.sleep(0.001)
            # It has begun to write: from here on it may be over within milliseconds, so no sleep.
            while process.poll() is None and not killed:
                if due():
                    process.kill()
                    killed = True
        finally:
            process.kill()
            code = process.wait()
        return killed and code != 0

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-c", MAIN, *words]


def _numbers(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
