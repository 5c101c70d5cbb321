"""What the log was told since it was last shown, by us and by others."""

from __future__ import annotations

from engine.library import Library
from engine.names import Known
from engine.sentences import sentence
from engine.watch.picture import LAST, Picture, Show
from state.log import Recorded

SHOWN = 20
"""Of the events of one look so many are told; the rest is counted."""


class Told:
    """Follows the log."""

    def __init__(self, library: Library, show: Show, picture: Picture) -> None:
        self.library, self._show, self.picture = library, show, picture
        self._shown = library.log.head().position

    def show(self) -> bool:
        """Tell of what was appended since the last call; whether anything was."""
        head = self.library.log.head().position
        if head == self._shown:
            return False
        self.library.refresh()
        names = Known(self.library.state)
        first = max(self._shown, head - SHOWN)
        if first > self._shown:
            self._show.said("event", f"{first - self._shown} events, then")
        for recorded in self.library.log.read(first, head):
            self._event(recorded, names)
        self._shown = self.picture.position = head
        rows = sorted(self.library.state.matters.open, key=lambda row: row.position)
        self.picture.matters = [row.text for row in rows]
        return True

    def _event(self, recorded: Recorded, names: Known) -> None:
        line = f"{recorded.event.kind}: {sentence(recorded.event, names)}"
        self.picture.events = [*self.picture.events, line][-LAST:]
        self._show.said("event", f"{recorded.position} {line}")
