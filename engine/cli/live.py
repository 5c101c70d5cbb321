"""How a watch is shown: as lines, or as a live view of a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from engine.render import Out, shown, summary
from engine.watch.diary import lines_of
from engine.when import local
from state.log import clock

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from engine.report import Report
    from engine.watch.picture import Picture, Turn

OFTEN = 0.25
"""Seconds between two drawings."""
FEW = 5
"""So many lines of a kind are shown."""


class Lines:
    """A line for everything that happens."""

    def __init__(self, as_json: bool) -> None:
        self._out = Out(as_json)

    def said(self, kind: str, text: str) -> None:
        """One line."""
        self._out.emit(kind, at=local(clock()), text=text)
        self._out.print(f"{local(clock())}  {kind}: {text}")
        sys.stdout.flush()  # a pipe or a journal would have it by the page

    def report(self, report: Report) -> None:
        """A pass has ended."""
        for kind, lines in lines_of(report):
            for line in lines[:FEW]:
                self.said(kind, line)
            if len(lines) > FEW:
                self.said(kind, f"{len(lines) - FEW} more; logs/watch.log has all")
        self.said("pass", summary(report))

    def picture(self, picture: Picture) -> None:
        """Not worth a line."""

    def close(self) -> None:
        """The end."""


class Live:
    """A view of the terminal that is drawn again and again.

    Args:
        console: by default that of stdout.
    """

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.live import Live as Drawn

        console = console or Console(highlight=False)
        self._drawn = Drawn(console=console, auto_refresh=False, transient=True)
        self._drawn.start()
        self._at = 0.0
        self._last = ""

    def said(self, kind: str, text: str) -> None:
        """One line; events are in the picture anyway."""
        if kind != "event":
            self._last = f"{kind}: {text}"

    def report(self, report: Report) -> None:
        """A pass has ended."""
        self._last = f"{local(clock())}  {summary(report)}"

    def picture(self, picture: Picture) -> None:
        """Draw it, if that was not done just now."""
        now = time.monotonic()
        if now - self._at >= OFTEN:
            self._at = now
            self._drawn.update(drawn(picture, clock(), self._last), refresh=True)

    def close(self) -> None:
        """Give the terminal back."""
        self._drawn.stop()


def drawn(picture: Picture, now: int, last: str = "") -> RenderableType:
    """A picture for a terminal.

    Args:
        now: milliseconds since 1970.
        last: what was said last.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    services = Table("service", "next look", "asked in 24 h", "", box=None, padding=(0, 2))
    for one in picture.services:
        services.add_row(one.service, when(one.next, now), _budget(one), Text(shown(one.why)))
    doing = picture.doing or "waiting for changes"
    if picture.total:
        doing += f" {picture.done}/{picture.total}"
    if picture.pending:
        doing += f"; {picture.pending} changes not quiet yet"
    parts: list[Any] = [
        Text(f"watching since {local(picture.since)}; Ctrl-C ends it", style="dim"),
        Text(shown(doing), style="bold"),
        Text(
            f"last look {when(picture.last_look, now)}, "
            f"next whole look {when(picture.next_look, now)}"
        ),
    ]
    parts += [services] if picture.services else []
    for title, lines in (
        ("waits", picture.waits),
        ("to review", picture.matters),
        ("polled", picture.blind),
        ("last events", picture.events),
    ):
        if lines:
            parts += [Text(f"{title} ({len(lines)})", style="bold")]
            some = lines[-FEW:] if title == "last events" else lines[:FEW]
            parts += [Text(f"  {shown(line)}", overflow="ellipsis", no_wrap=True) for line in some]
    parts += [Text(shown(last), style="dim")] if last else []
    return Group(*parts)


def when(at: int, now: int) -> str:
    """A time as people say it, seen from now: `in 3 min`, `2 h ago`; `–`: never."""
    if not at:
        return "–"
    seconds = abs(at - now) / 1000
    if seconds < 5:
        return "now"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            number = f"{seconds / size:.0f} {unit}"
            break
    return f"in {number}" if at > now else f"{number} ago"


def _budget(one: Turn) -> str:
    if one.budget:
        return f"{one.asked} of {one.budget}"
    return str(one.asked) if one.asked else ""
