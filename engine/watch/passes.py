"""Passes of reconcile: when one is wanted, when it is made, and when it is made again."""

from __future__ import annotations

from collections.abc import Callable

from engine.config import Config
from engine.fetching import Media
from engine.library import Library
from engine.ports import Progress, Transfers, silent
from engine.reconcile import Reconciler
from engine.report import Report
from engine.spotify import Turn

PATIENCE = 60.0
"""Seconds: where there is no end of changes, a pass is made after so long."""
AGAIN, SELDOM = 60.0, 3600.0
"""Seconds after which what could not be done is tried again: at first, and at most."""
FETCHED = 5
"""So many tracks are fetched by one pass: new files are seen between two."""
HELD = 30.0
"""Seconds between two questions whether what stands in the way of changes is gone."""


class Passes:
    """The passes of a watch. All times are seconds of a clock that is never put back.

    Args:
        held: why nothing may be changed now; empty: it may.
        media: the sites to fetch from; by default the configured ones.
    """

    def __init__(
        self, library: Library, held: Callable[[], str], media: Media | None = None
    ) -> None:
        self.library, self._held, self._media = library, held, media
        self._wanted: dict[str, float] = {}
        """Why a pass is to be made → since when."""
        self._at = 0.0
        self._again_at = self._whole_at = self._held_at = float("inf")
        self._again = AGAIN
        self._lines: frozenset[str] = frozenset()
        self.took = 0.0
        """The last one, seconds."""
        library.begin()

    # -- when ------------------------------------------------------------------------------------

    def want(self, why: str, now: float, delay: float = 0.0) -> None:
        """A pass is to be made, not before `delay` seconds have passed."""
        self._wanted.setdefault(why, now)
        self._at = max(self._at, now + delay)

    def why(self, now: float, *, calm: bool) -> str:
        """Why a pass is to be made now, in words; empty: it is not.

        Args:
            calm: nothing is changing that will have to be looked at too.
        """
        self._come_due(now)
        if not self._wanted:
            return ""
        waited = now - min(self._wanted.values())
        if waited < max(PATIENCE, 20 * self.took) and not (calm and now >= self._at):
            return ""
        return ", ".join(self._wanted)

    def _come_due(self, now: float) -> None:
        if now >= self._whole_at:
            self._whole_at = float("inf")
            self.want("everything is looked at now and then", now)
        if now >= self._again_at:
            self._again_at = float("inf")
            self.want("what could not be done is tried again", now)
        if now >= self._held_at:
            self._held_at = now + HELD
            if not self._held():
                self._held_at = float("inf")
                self.want("files may be changed again", now)

    @property
    def next_at(self) -> float:
        """When one is made at the latest."""
        return min(self._whole_at, self._again_at)

    # -- what ------------------------------------------------------------------------------------

    def run(
        self,
        config: Config,
        progress: Progress,
        clock: Callable[[], float],
        transfers: Transfers = silent,
    ) -> Report:
        """Make one; the services have been asked already.

        Raises:
            AdapterError, LogError, OSError: it could not be made; it is wanted again later.
        """
        self._wanted.clear()
        began = clock()
        try:
            report = Reconciler(
                self.library,
                _in_small_bites(config),
                progress=progress,
                transfers=transfers,
                turn=Turn(),
                media=self._media,
            ).run()
        finally:
            self.took = clock() - began
            # Each pass is a run of its own; one that found nothing is no event.
            self.library.appended = 0
            self.library.notes.clear()
            self.library.begin()
        self._ended(report, clock(), 60.0 * config.watch.look_minutes)
        return report

    def _ended(self, report: Report, now: float, every: float) -> None:
        self._whole_at, self._again_at = now + every, float("inf")
        lines = [*report.failed, *report.unfetched, *(each.why for each in report.blocked)]
        if not lines or self._lines != frozenset(lines):
            self._lines, self._again = frozenset(lines), AGAIN
        if report.failed or report.blocked:
            self.retry(now)
        if report.more:
            self._again_at = now + (1.0 if report.fetched else AGAIN)
        elif report.due:
            wait = max(AGAIN, (report.due - self.library.now()) / 1000)
            self._again_at = min(self._again_at, now + wait)
        self._held_at = now + HELD if report.held else float("inf")

    def retry(self, now: float) -> None:
        """Something could not be done: again later, and less and less often."""
        self._again_at = min(self._again_at, now + self._again)
        self._again = min(2 * self._again, SELDOM)


def _in_small_bites(config: Config) -> Config:
    fetch = config.fetch.model_copy(update={"limit": min(config.fetch.limit, FETCHED)})
    return config.model_copy(update={"fetch": fetch})
