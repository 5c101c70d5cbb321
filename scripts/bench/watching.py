"""The standing watch: what it costs while nothing happens, how soon it sees a file, what it keeps.

python -m scripts.bench.watching --tracks 10000 --seconds 60
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from scripts.bench.__main__ import row
from scripts.bench.library import Made, wav
from scripts.bench.measure import ROOT, Bar, Measured
from state.events import FileSeen
from state.log import EventLog

PER_MINUTE = 1000
NUDGES = 100_000
PATIENCE = 600
"""Seconds for anything."""
IDLE = Bar("share of a core that an idle watch takes", 1, 0.5, " %")
SOON = Bar("from a file's close to its event, 95 of 100, beyond the quiet time", 1, 0.5, " s")
FLAT = Bar(f"memory that {NUDGES:,} nudges leave behind", 5, 1, " MB")


class Watch:
    """A watch in a process of its own."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self._out = made.base / "said"
        with self._out.open("wb") as out:
            self.child = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "from engine.cli.app import main; main()",
                    "watch",
                    "--json",
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | {"CRATELOG_HOME": str(made.home), "PYTHONPATH": str(ROOT)},
            )
        self.process = psutil.Process(self.child.pid)

    def passes(self) -> int:
        """How many it has made."""
        lines = self._out.read_text("utf-8").splitlines()
        return sum(json.loads(line)["type"] == "pass" for line in lines if line.startswith("{"))

    def settle(self) -> None:
        """Wait until it has done what there is to do."""
        self.until(lambda: self.passes() > 0)
        while True:
            before = self._spent()
            time.sleep(3)
            if self._spent() - before < 0.1:
                return

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something."""
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end, "it does not come"
            assert self.child.poll() is None, self._out.read_text("utf-8")
            time.sleep(0.2)

    def _spent(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def idle(self, seconds: float) -> Measured:
        """What it takes while nothing happens."""
        before, began = self._spent(), time.monotonic()
        time.sleep(seconds)
        spent, passed = self._spent() - before, time.monotonic() - began
        return Measured(IDLE, 100 * spent / passed, f"{spent:.2f} s in {passed:.0f} s")

    def latency(self, seconds: float, quiet: float) -> Measured:
        """How soon files are seen that come all the time."""
        folder = self.made.music / "new"
        folder.mkdir()
        closed: dict[str, float] = {}
        began, passes = time.monotonic(), self.passes()
        for number in range(round(seconds * PER_MINUTE / 60)):
            path = folder / f"{number}.wav"
            path.write_bytes(wav(10_000_000 + number, f"New {number}", "Somebody", "New"))
            closed[f"new/{path.name}"] = time.time()
            time.sleep(max(0.0, began + (number + 1) * 60 / PER_MINUTE - time.monotonic()))
        self.until(lambda: len(_seen(self.made.home)) >= len(closed))
        seen = _seen(self.made.home)
        late = sorted(seen[path] - at - quiet for path, at in closed.items())
        detail = (
            f"{len(late)} files in {seconds:.0f} s: median {statistics.median(late):.2f} s, "
            f"longest {late[-1]:.2f} s, {self.passes() - passes} passes meanwhile"
        )
        return Measured(SOON, late[int(len(late) * 0.95)], detail)

    def memory(self) -> Measured:
        """What is left behind by notices of things that are nobody's music."""
        rounds = [self._nudged(number) for number in range(4)]
        grown = (rounds[-1] - rounds[0]) / 1e6
        return Measured(FLAT, grown, f"{rounds[0] / 1e6:.0f} MB, {rounds[-1] / 1e6:.0f} MB")

    def _nudged(self, round: int) -> int:
        folder = self.made.music / "nudges"
        folder.mkdir(exist_ok=True)
        # Each is noticed at least twice.
        for number in range(NUDGES // 8):
            path = folder / f"{round}-{number}.txt"
            path.touch()
            path.unlink()
        self.settle()
        return int(self.process.memory_info().rss)


def _seen(home: Path) -> dict[str, float]:
    """New file → when its event was recorded, seconds since 1970."""
    log = EventLog(home / "log.db", read_only=True)
    try:
        found = log.holding(["new/"])
        return {
            each.event.path: each.at / 1000 for each in found if isinstance(each.event, FileSeen)
        }
    finally:
        log.close()


@contextmanager
def watching(made: Made) -> Iterator[Watch]:
    """A watch that has settled."""
    watch = Watch(made)
    try:
        watch.settle()
        yield watch
    finally:
        watch.child.terminate()
        watch.child.wait(10)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000, help="of the library")
    parser.add_argument("--seconds", type=float, default=60, help="that each is measured")
    said = parser.parse_args()
    print("| what | figure | must | stretch | | measured |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        made = Made(Path(name) / "made", said.tracks, 1)
        with watching(made) as watch:
            print(row(watch.idle(said.seconds)), flush=True)
            print(row(watch.latency(said.seconds, 2.0)), flush=True)
            watch.settle()
            print(row(watch.memory()), flush=True)


if __name__ == "__main__":
    main()
