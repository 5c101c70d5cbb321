"""Runs histories of the whole engine: many for a night, or those of one seed again.

python -m scripts.machine --examples 5000
python -m scripts.machine --examples 60 --seed 4711
"""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Kept
from tests.machine.meddled import Meddled
from tests.machine.test_machine import STEPS, profile


def main() -> int:
    """A history that fails is told as short as it gets, with its traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=1_000, help="how many histories of each kind"
    )
    parser.add_argument("--steps", type=int, default=STEPS, help="of each, at most")
    parser.add_argument("--seed", type=int, help="begin with this one (default: by chance)")
    parser.add_argument("--whole", action="store_true", help="show the history as it was drawn")
    said = parser.parse_args()
    number = said.seed if said.seed is not None else time.time_ns() % 10**9
    print(f"seed {number}", flush=True)
    began = time.perf_counter()
    for world in (Kept, Meddled):
        print(f"{world.__name__}: {said.examples} histories", flush=True)
        run_state_machine_as_test(
            seed(number)(world),
            settings=profile(said.examples, said.steps, fixed=False, shrink=not said.whole),
        )
    took = time.perf_counter() - began
    print(f"{took:.0f} s: all ended in step, and nothing was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
