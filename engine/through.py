"""The track of one page in Notion, taken through to its end: then the page says so."""

from __future__ import annotations

from engine.next import Next
from engine.publishing import publish_one
from engine.report import Report


class Through(Next):
    """A run that brings one track in line, and at its end the track's page."""

    def _finish(self) -> Report:
        if self.asked is not None:
            publish_one(self.library, self.config, self.report, self.progress, self.asked)
        return super()._finish()
