"""What a watch knows of itself at a moment: for the terminal, for `sync status`, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:  # who reads a picture needs none of it
    from engine.report import Report

LAST = 10
"""So many events are shown."""


class Turn(msgspec.Struct):
    """A service, and when it is asked next."""

    service: str
    next: int = 0
    """Milliseconds since 1970; 0: with the next look."""
    asked: int = 0
    """Requests in the last 24 hours, where they are counted."""
    budget: int = 0
    """Of requests in 24 hours; 0: there is none."""
    why: str = ""
    """Why it is not asked earlier, if something is in the way."""


class Picture(msgspec.Struct):
    """All times are milliseconds since 1970; 0: not yet."""

    pid: int
    since: int
    beat: int = 0
    doing: str = ""
    """Empty: nothing but waiting."""
    done: int = 0
    total: int = 0
    pending: int = 0
    """Paths that are waited for to become quiet."""
    last_look: int = 0
    next_look: int = 0
    services: list[Turn] = []
    events: list[str] = []
    """The last ones, the newest last."""
    position: int = 0
    matters: list[str] = []
    """What waits for a person."""
    waits: list[str] = []
    """What could not be done now, and why."""
    blind: list[str] = []
    """Folders that are polled, and why."""


class Show(Protocol):
    """Who tells people."""

    def said(self, kind: str, text: str) -> None:
        """One line: `event`, `note`, `blocked`, `failed`, `unreadable`, …"""

    def report(self, report: Report) -> None:
        """A pass has ended."""

    def picture(self, picture: Picture) -> None:
        """Things are like this now; called often."""
