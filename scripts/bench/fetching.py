"""Tracks of a playlist, fetched from a stand-in of SoundCloud, and a second run:
`python -m scripts.bench.fetching`.

The first run searches, judges, downloads, listens, converts, tags and lays out. The second one has
nothing to do, and must find that out without asking the site.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path

from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Catalogue
from scripts.bench.__main__ import row
from scripts.bench.measure import Bar, Measured, sync

ASKED = Bar("requests to media sites by a second run", 0, None, "")
WRITTEN = Bar("events of a second run", 0, None, "")
MISSING = Bar("tracks without a file after the first run", 0, None, "")


def main() -> int:
    """Print a table as Markdown; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30, help="of a track")
    said = parser.parse_args()
    print("| what | figure | must | stretch | | measured |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        lines = measure(Path(name), said.tracks, said.seconds)
    for each in lines:
        print(row(each), flush=True)
    return int(any(each.bar.met(each.figure) == "missed" for each in lines))


def measure(base: Path, tracks: int, seconds: float) -> list[Measured]:
    """All lines."""
    home, target = base / "home", base / "Playlists"
    for folder in (home, base / "csv"):
        folder.mkdir()
    uploads = Catalogue()
    names = [(f"Harbour Song No. {number}", f"Band {number % 17}") for number in range(tracks)]
    for title, artist in names:
        uploads.add(title, artist, seconds, sites=("soundcloud",))
    _backup(base / "csv" / "House.csv", names, seconds)
    with Sandbox(uploads) as media:
        (home / "config.toml").write_text(
            f"[csv]\nfolders = ['{base / 'csv'}']\n"
            f"[targets.playlists]\nroot = '{target}'\nformat = 'm4a'\n"
            f"[fetch]\nsources = ['soundcloud']\nbase_url = '{media.url}'\nlimit = {tracks}\n"
        )
        first = sync("reconcile", home=home)
        there = len(list(target.glob("House/*.m4a")))
        asked = media.requests.total()
        media.forget()
        second = sync("reconcile", "--json", home=home)
        again = media.requests.total()
    events = json.loads(second.out.splitlines()[-1])["events"]
    each = f"{first.seconds / tracks:.1f} s a track, the stand-in's music included"
    return [
        Measured(MISSING, tracks - there, each),
        Measured(ASKED, again, f"{asked} by the first run"),
        Measured(WRITTEN, events, f"{second.seconds:.2f} s"),
    ]


def _backup(path: Path, names: list[tuple[str, str]], seconds: float) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Track URI", "Track Name", "Artist Name(s)", "Track Duration (ms)"))
        for number, (title, artist) in enumerate(names):
            uri = f"spotify:track:{number:022d}"
            rows.writerow((uri, title, artist, round(seconds * 1000)))


if __name__ == "__main__":
    sys.exit(main())
