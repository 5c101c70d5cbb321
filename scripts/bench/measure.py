"""What a bench gives: ratios within one run, medians of several rounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
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
    child = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=ROOT,
        encoding="utf-8",
        errors="replace",
    )
    seconds = time.perf_counter() - began
    if child.returncode not in fine:
        raise RuntimeError(f"{' '.join(words)}: exit code {child.returncode}\n{child.stdout}")
    return Ran(seconds, child.stdout)


_PEAK = """import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)"""


def peak(words: Sequence[str], *, home: Path) -> int:
    """Bytes of memory that a command holds at most.

    Asked of a process between, which holds next to nothing itself: a child's peak is counted from
    its fork on, when it still is a copy of who started it.
    """
    said = process([sys.executable, "-I", "-S", "-c", _PEAK, *words], home=home).out
    scale = 1 if sys.platform == "darwin" else 1024
    return int(said.split()[-1]) * scale


def command(*words: str) -> list[str]:
    """One of our commands, as a process is started."""
    return [sys.executable, "-c", "from engine.cli.app import main; main()", *words]


def sync(*words: str, home: Path, fine: Sequence[int] = (0,)) -> Ran:
    """Run one of our commands."""
    return process(command(*words), home=home, fine=fine)
