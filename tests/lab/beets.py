"""The same question put to beets: an import that is killed, and run again.

python -m tests.lab.beets path/to/beet   (of an environment of its own: pip install beets)

Twelve times: a new library, `beet import -A -q` over six albums of twenty tracks, kill -9 when the
library holds 1/13, 2/13, … of the files, then the same command again, undisturbed. A damage is
anything in which the outcome differs from an import that was not killed; it is silent if the second
command exits with 0 and names no file.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from adapters.sandbox import music
from tests.e2e.worlds import contents

KILLS = 12
ALBUMS, TRACKS = 6, 20
CONFIG = """
directory: {base}/library
library: {base}/library.db
import: {{copy: yes, write: yes, timid: no, quiet: yes, autotag: no, resume: yes}}
threaded: no
"""


class Outcome(NamedTuple):
    """What is there after an import."""

    files: dict[str, str]
    """Path below the library's folder → digest."""
    rows: Counter[str]
    """Paths that the database tells."""

    def unlike(self, other: Outcome) -> list[str]:
        """In words: in what it differs from how it should be."""
        known = {path for path in self.files if path in self.rows}
        lost = other.files.keys() - self.files.keys()
        torn = [path for path, digest in other.files.items() if self.files.get(path) != digest]
        found = {
            "missing": len(lost),
            "not whole": len(torn) - len(lost),
            "not asked for": len(self.files.keys() - other.files.keys()),
            "unknown to the database": len(self.files.keys() - known),
            "known, but not in the library": len(self.rows.keys() - self.files.keys()),
            "known twice": sum(count > 1 for count in self.rows.values()),
        }
        return [f"{count} {what}" for what, count in found.items() if count]


def _albums(folder: Path) -> None:
    for number in range(ALBUMS * TRACKS):
        album = f"Album {number // TRACKS}"
        path = folder / album / f"{number % TRACKS:02d}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        name = f"Title {number}"
        music.make(path, seconds=2, seed=number, title=name, artists=("Artist",), album=album)


def _begin(beet: str, base: Path, music_folder: Path) -> subprocess.Popen[str]:
    base.mkdir(exist_ok=True)
    (base / "config.yaml").write_text(CONFIG.format(base=base), "utf-8")
    return subprocess.Popen(
        [beet, "import", "-A", "-q", str(music_folder)],
        env=os.environ | {"BEETSDIR": str(base)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _outcome(base: Path) -> Outcome:
    folder = base / "library"
    rows: Counter[str] = Counter()
    with closing(sqlite3.connect(base / "library.db")) as database:
        for (path,) in database.execute("SELECT path FROM items"):
            rows[os.path.relpath(folder / os.fsdecode(path), folder)] += 1
    return Outcome(contents(folder), rows)


def _copied(base: Path, files: int) -> None:
    """Wait until so many files are in the library."""
    while sum(1 for _ in (base / "library").rglob("*.flac")) < files:
        time.sleep(0.001)


def main(beet: str) -> None:
    """Print a line for each kill, and a table's row."""
    with tempfile.TemporaryDirectory() as folder:
        base, source = Path(folder), Path(folder) / "source"
        _albums(source)
        whole = _begin(beet, base / "whole", source)
        assert whole.wait() == 0, whole.communicate()
        expected = _outcome(base / "whole")
        assert len(expected.files) == ALBUMS * TRACKS == len(expected.rows)
        damaged = silent = 0
        for kill in range(1, KILLS + 1):
            own = base / str(kill)
            first = _begin(beet, own, source)
            _copied(own, ALBUMS * TRACKS * kill // (KILLS + 1))
            first.send_signal(signal.SIGKILL)
            first.communicate()
            assert first.returncode == -signal.SIGKILL, "it was not killed"
            again = _begin(beet, own, source)
            said, _ = again.communicate()
            wrong = _outcome(own).unlike(expected)
            quiet = again.returncode == 0 and ".flac" not in said
            damaged += bool(wrong)
            silent += bool(wrong) and quiet
            print(f"kill {kill}: exit {again.returncode}: {', '.join(wrong) or 'whole'}")
        print(f"{KILLS} kills: {damaged} damaged, {silent} of them silently")


if __name__ == "__main__":
    main(sys.argv[1])
