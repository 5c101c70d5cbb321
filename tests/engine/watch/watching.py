"""A watch with a clock that is turned by hand and ears that hear what they are told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.notify import Heard, Notices
from engine.config import load
from engine.library import Library
from engine.report import Report
from engine.watch.loop import Watch
from engine.watch.picture import Picture
from tests.crate import Crate


class Ears:
    """Hears what a test says."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.watched: set[Path] = set()
        self.blind: dict[Path, str] = {}

    def watch(self, folders: Collection[Path]) -> set[Path]:
        """All that are there."""
        there = {folder for folder in folders if folder.is_dir()}
        fresh, self.watched = there - self.watched, there
        return fresh

    def wait(self, seconds: float) -> None:
        """Not needed."""

    def drain(self) -> Heard:
        """What was said."""
        heard, self.heard = self.heard, Heard()
        return heard


class Said:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.reports: list[Report] = []
        self.doings: set[str] = set()

    def said(self, kind: str, text: str) -> None:
        """One line."""
        self.lines.append((kind, text))

    def report(self, report: Report) -> None:
        """A pass."""
        self.reports.append(report)

    def picture(self, picture: Picture) -> None:
        """What is being done is kept."""
        self.doings.add(picture.doing)


class Watched:
    """A watch over a crate.

    Args:
        real: what notices, instead of what hears what a test says.
    """

    def __init__(self, crate: Crate, library: Library, real: Notices | None = None) -> None:
        self.crate, self.library = crate, library
        self.ears, self.told, self.now = Ears(), Said(), 1000.0
        self.held = ""
        self.picture = Picture(1, 0)
        self.watch = Watch(
            library,
            lambda: load(crate.home / "config.toml"),
            real or self.ears,
            self.told,
            self.picture,
            held=lambda config: self.held,
            clock=lambda: self.now,
        )

    @property
    def there(self) -> list[Path]:
        """The folders that are to be watched, as far as they are there."""
        return [path for path in self.watch.folders.watched if path.is_dir()]

    @property
    def passes(self) -> int:
        """How many were made."""
        return len(self.told.reports)

    def nudge(self, *paths: Path, folder: bool = False) -> None:
        """Something is noticed at these paths."""
        for path in paths:
            for base in self.ears.watched:
                if str(path).startswith(f"{base}/"):
                    kind = self.ears.heard.folders if folder else self.ears.heard.files
                    kind.setdefault(base, set()).add(str(path).removeprefix(f"{base}/"))

    def go(self, seconds: float) -> None:
        """Time passes."""
        until = self.now + seconds
        while self.now < until:
            self.watch.step()
            self.now += 0.25
        self.watch.step()

    def calm(self) -> int:
        """Let everything settle; how many passes were made."""
        before = self.passes
        self.go(12)
        return self.passes - before

    def kinds(self, after: int = 0) -> list[str]:
        """Kinds of the events after a position."""
        return [each.event.kind for each in self.library.log.read(after)]

    @property
    def position(self) -> int:
        """The log's end."""
        return self.library.log.head().position


@contextmanager
def watched(crate: Crate, real: Notices | None = None) -> Iterator[Watched]:
    """A watch that has made its first pass."""
    with crate.library("sync watch") as library, library.effects():
        found = Watched(crate, library, real)
        found.calm()
        yield found
