"""Which branches of the code that changes files the simulator reaches, by itself.

Run as a process of its own, since measuring starts before the product is imported:
`python -m tests.simulator.reached SEEDS` prints coverage's report as JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]
MEASURED = ("engine/effects.py", "engine/evidence.py", "engine/prepared.py")


def main(seeds: int) -> None:
    """Live through histories, and print what was reached."""
    measured = coverage.Coverage(
        data_file=None,
        config_file=False,
        branch=True,
        include=[str(ROOT / path) for path in MEASURED],
    )
    measured.start()
    from tests.simulator.run import run_seed

    for seed in range(seeds):
        run_seed(seed)
    measured.stop()
    measured.json_report(outfile="-")


if __name__ == "__main__":
    main(int(sys.argv[1]))
