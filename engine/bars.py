"""Progress on a terminal: a line for what is being done, and one below it for each download."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from engine.amounts import size
from engine.ports import Transfer

if TYPE_CHECKING:
    from rich.console import Console

OFTEN = 0.1
"""Seconds between two words about the same thing."""
NAME = 48
"""Longer names are cut."""


class Bars:
    """Lines that go on and are taken away at the end. May be told of things by several threads."""

    def __init__(self, console: Console) -> None:
        self._lock = threading.RLock()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[speed]}"),
            _Left(),
            console=console,
            transient=True,
        )
        self._what, self._done, self._total = "", 0, 0
        self._task: TaskID | None = None
        self._drawn = 0.0
        self._running: dict[str, tuple[TaskID, Transfer]] = {}
        self._progress.start()

    def progress(self, what: str, done: int, total: int) -> None:
        """How far something is (`engine.ports.Progress`)."""
        with self._lock:
            now = time.monotonic()
            if what == self._what and done != total and now - self._drawn < OFTEN:
                return
            self._drawn = now
            if what != self._what or self._task is None:
                if self._task is not None:
                    self._progress.remove_task(self._task)
                self._task = self._progress.add_task(escape(what), count="", speed="", left=0.0)
            self._what, self._done, self._total = what, done, total
            self._draw()

    def transfer(self, at: Transfer) -> None:
        """How far one download is (`engine.ports.Transfers`)."""
        with self._lock:
            if at.done:
                if at.name in self._running:
                    self._progress.remove_task(self._running.pop(at.name)[0])
            else:
                self._show(at)
            if self._task is not None:
                self._draw()

    def stop(self) -> None:
        """Take them away."""
        self._progress.stop()

    def _show(self, at: Transfer) -> None:
        known = self._running.get(at.name)
        if known is None:
            name = at.name if len(at.name) <= NAME else at.name[: NAME - 1] + "…"
            task = self._progress.add_task(f"  {escape(name)}", count="", speed="", left=0.0)
        else:
            task = known[0]
        self._running[at.name] = task, at
        self._progress.update(
            task,
            completed=at.bytes,
            total=at.total or None,
            count=f"{size(at.bytes)} of {size(at.total)}" if at.total else size(at.bytes),
            speed=f"{size(at.speed)}/s" if at.speed else "",
            left=at.left,
        )

    def _draw(self) -> None:
        """The line of it all. What is half fetched counts as half a track."""
        assert self._task is not None
        now = [at for _, at in self._running.values()]
        part = sum(min(1.0, at.bytes / at.total) for at in now if at.total)
        speed = sum(at.speed for at in now)
        self._progress.update(
            self._task,
            completed=min(self._done + part, self._total or self._done),
            total=self._total or None,
            count=f"{self._done}/{self._total}" if self._total else "",
            speed=f"{size(speed)}/s" if speed else "",
        )


class _Left(ProgressColumn):
    """The time that is left: as it was told, else as it follows from how it went so far."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        told: float = task.fields["left"]
        left = told or task.time_remaining
        return Text(f"{clock(left)} left" if left else "", style="progress.remaining")


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:05:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
