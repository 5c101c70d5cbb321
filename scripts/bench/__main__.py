"""All benches, as one table: `make bench`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.bench import commands, log
from scripts.bench.measure import Measured


def main() -> None:
    """Print the table as Markdown, a line as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="of the log")
    parser.add_argument("--tracks", type=int, default=100_000, help="of the large library")
    parser.add_argument("--few", type=int, default=5_000, help="of the small one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("log", "commands"))
    said = parser.parse_args()
    print("| what | figure | must | stretch | | measured |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        folder = Path(name)
        if said.only != "commands":
            (folder / "log").mkdir()
            for each in log.measure(folder / "log", said.events, said.rounds):
                print(row(each), flush=True)
        if said.only != "log":
            for each in commands.measure(folder, said.few, said.tracks, said.rounds):
                print(row(each), flush=True)


def row(measured: Measured) -> str:
    """A line of the table."""
    bar, figure = measured.bar, measured.figure
    sign = "≥" if bar.at_least else "≤"
    stretch = f"{sign} {bar.stretch:g}{bar.unit}" if bar.stretch is not None else "–"
    shown = f"{figure:.0f}" if figure >= 100 else f"{figure:.2f}"
    cells = [
        bar.what,
        f"{shown}{bar.unit}",
        f"{sign} {bar.must:g}{bar.unit}",
        stretch,
        bar.met(figure),
        measured.detail,
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
