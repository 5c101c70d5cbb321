"""The watch's own log for people: what it saw and did, in files of bounded size.

The lines are those that a command shows; no secret ever enters one.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from engine.report import Report
from engine.watch.picture import Picture, Show

FOLDER, FILE = "logs", "watch.log"
BYTES, FILES = 1_000_000, 5


class Diary:
    """Writes down what is told to somebody.

    Args:
        home: the library's folder.
        show: who is told too.
    """

    def __init__(self, home: Path, show: Show) -> None:
        self._show = show
        folder = home / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            folder / FILE, maxBytes=BYTES, backupCount=FILES, encoding="utf-8", delay=True
        )
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._handler.handleError = lambda record: None  # type: ignore[method-assign]  # a full disk

    def note(self, kind: str, text: str) -> None:
        """Write one line."""
        line = " ".join(f"{kind}: {text}".splitlines())
        self._handler.emit(logging.LogRecord("watch", logging.INFO, "", 0, line, None, None))

    def said(self, kind: str, text: str) -> None:
        """One line."""
        self.note(kind, text)
        self._show.said(kind, text)

    def report(self, report: Report) -> None:
        """A pass has ended."""
        for kind, lines in lines_of(report):
            for line in lines:
                self.note(kind, line)
        done = ", ".join(f"{number} {kind}" for kind, number in report.done.items())
        self.note("pass", f"{done or 'nothing to do'}; {report.events} events")
        self._show.report(report)

    def picture(self, picture: Picture) -> None:
        """Not worth a line."""
        self._show.picture(picture)

    def close(self) -> None:
        """The end."""
        self._handler.close()


def lines_of(report: Report) -> list[tuple[str, list[str]]]:
    """What a report says beside its numbers, by kind."""
    return [
        ("note", report.notes),
        ("unreadable", report.unreadable),
        ("blocked", [each.why for each in report.blocked]),
        ("waits", [report.held_by] if report.held else []),
        ("refused", [each.text for each in report.refused]),
        ("failed", report.failed),
        ("not fetched", report.unfetched),
    ]
