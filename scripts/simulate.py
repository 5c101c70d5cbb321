"""Runs histories of the simulator: many for a night, or one again that failed.

python -m scripts.simulate --seeds 1000000 --workers 2
python -m scripts.simulate --seed 4711
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulator.bugs import BUGS
from tests.simulator.history import draw
from tests.simulator.run import PRODUCT, Build, Found, shortest, simulate, told

PORTION = 1_000
"""Seeds that a worker takes at a time."""


def failing(build: Build, seeds: range) -> int | None:
    """The first of the seeds that fails."""
    for seed in seeds:
        try:
            simulate(draw(seed), build)
        except Found:
            return seed
    return None


def _portions(first: int, seeds: int) -> Iterator[range]:
    for start in range(first, first + seeds, PORTION):
        yield range(start, min(start + PORTION, first + seeds))


def main() -> int:
    """Exit code 1 if a seed failed; its shortest history is on stdout then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--workers", type=int, default=1, help="processes side by side")
    parser.add_argument("--bug", choices=list(BUGS), help="with a bug that is put in on purpose")
    parser.add_argument("--whole", action="store_true", help="show the history as it was drawn")
    said = parser.parse_args()
    build = BUGS[said.bug].build if said.bug else PRODUCT
    first, seeds = (said.first, said.seeds) if said.seed is None else (said.seed, 1)
    began = time.perf_counter()
    with ProcessPoolExecutor(said.workers) as pool:
        found = (seed for seed in pool.map(partial(_named, said.bug), _portions(first, seeds)))
        bad = next((seed for seed in found if seed is not None), None)
        pool.shutdown(cancel_futures=True)
    took = time.perf_counter() - began
    if bad is None:
        print(f"{seeds} seeds, {seeds / took:.0f} a second: nothing was lost")
        return 0
    if said.whole:
        try:
            simulate(draw(bad), build)
        except Found as whole:
            print(told(whole))
    else:
        shown = shortest(draw(bad), build)
        assert shown is not None
        print(told(shown))
    return 1


def _named(bug: str | None, seeds: range) -> int | None:
    return failing(BUGS[bug].build if bug else PRODUCT, seeds)


if __name__ == "__main__":
    sys.exit(main())
