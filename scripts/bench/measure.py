"""What a bench gives: ratios within one run, medians of several rounds."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Bar(NamedTuple):
    """A line of the table: what is measured, and what it must not exceed (or must reach)."""

    what: str
    must: float
    stretch: float | None
    unit: str = "×"
    at_least: bool = False
    """The figure must be this or more (times faster than a peer), not this or less."""

    def met(self, figure: float) -> str:
        """`stretch`, `met` or `missed`."""
        for name, limit in (("stretch", self.stretch), ("met", self.must)):
            if limit is not None and (figure >= limit if self.at_least else figure <= limit):
                return name
        return "missed"


class Measured(NamedTuple):
    """A bar with its figure, and the two figures behind a ratio in words."""

    bar: Bar
    figure: float
    detail: str


def medians(rounds: int, *works: Callable[[], float]) -> list[float]:
    """Seconds that each takes: all of them by turns, so that a slow minute slows all alike."""
    times = [[work() for work in works] for _ in range(rounds)]
    return [statistics.median(each) for each in zip(*times, strict=True)]


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Ran(NamedTuple):
    """A finished process."""

    seconds: float
    peak: int
    """Bytes of memory that it held at most."""
    out: str


def process(words: Sequence[str], *, home: Path | None = None, fine: Sequence[int] = (0,)) -> Ran:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed.
    """
    env = dict(os.environ)
    env |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
    if home is not None:
        env["CRATELOG_HOME"] = str(home)
    began = time.perf_counter()
    # Through a file: a full pipe would stop it, and `wait4` alone tells its memory.
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=ROOT
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if child.returncode not in fine:
        raise RuntimeError(f"{' '.join(words)}: exit code {child.returncode}\n{text}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Ran(seconds, usage.ru_maxrss * scale, text)


def sync(*words: str, home: Path, fine: Sequence[int] = (0,)) -> Ran:
    """Run one of our commands."""
    start = "from engine.cli.app import main; main()"
    return process([sys.executable, "-c", start, *words], home=home, fine=fine)


def peak_of_self() -> int:
    """Bytes of memory that this process held at most."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
