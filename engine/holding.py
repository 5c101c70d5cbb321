"""What stands in the way of effects now: a pause, or a program that plays from the files.

A player that has a file open must not have it moved, retagged or replaced under its hands, and
nothing shall take the machine's strength while it plays. So while one of the configured programs
runs, or a person has paused the library, a run looks, records and plans as always, and what it
would do waits: the next run does it. Whoever is about to change something asks here first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from engine.config import HoldSettings
from engine.library import Library
from engine.when import local
from state.events import Event, Paused, Resumed

if TYPE_CHECKING:
    from adapters.processes import Running
    from projections.registry import State

FRESH = 2.0
"""Seconds for which the list of programs is taken to be true: asking costs some 30 ms."""

Held = Callable[[], str]
"""Why nothing may be changed now, in words; empty: it may."""


def free() -> str:
    """Nothing stands in the way."""
    return ""


class Holding:
    """Asks the log and the machine what stands in the way.

    Args:
        running: names of the programs that run; by default those of this machine.
        clock: seconds, from any beginning.
    """

    def __init__(
        self,
        library: Library,
        settings: HoldSettings,
        running: Running | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.library, self.settings = library, settings
        self._running, self._clock = running, clock
        self._asked: float | None = None
        self._program = ""

    def why(self) -> str:
        """Why nothing may be changed now, in words; empty: it may.

        Raises:
            Fatal: this machine does not say which programs run.
        """
        self.library.refresh()  # a person may have paused it since
        pause = self.library.state.pauses.at(self.library.now())
        if pause is not None:
            return f"the library is {words(pause.until)}"
        return f"{program} is running" if (program := self._held_by()) else ""

    def _held_by(self) -> str:
        now = self._clock()
        if self._asked is None or now - self._asked >= FRESH:
            self._program = player(self.settings, self._running)
            self._asked = now
        return self._program


def player(settings: HoldSettings, running: Running | None = None) -> str:
    """The name of a configured program that runs; empty: none does.

    Raises:
        Fatal: this machine does not say which programs run.
    """
    if not settings.programs:
        return ""
    if running is None:
        from adapters import processes  # a run that finds nothing to do needs none of it

        running = processes.running
    return among(settings.programs, running())


def among(patterns: Sequence[str], names: Iterable[str]) -> str:
    """The first name, in order of the alphabet, that a shell pattern fits; case does not count."""
    folded = [pattern.casefold() for pattern in patterns]
    fit = (name for name in names if any(fnmatchcase(name.casefold(), each) for each in folded))
    return min(fit, default="")


def words(until: int) -> str:
    """A pause, by its end in milliseconds since 1970 (0: none)."""
    return f"paused until {local(until)}" if until else "paused until sync resume"


# ---- a person's word ---------------------------------------------------------------------------


def paused(state: State, until: int, now: int) -> list[Event]:
    """What a pause is in the log: nothing, if it is so already.

    Args:
        until: milliseconds since 1970; 0: until `resumed`.
    """
    pause = state.pauses.at(now)
    return [] if pause is not None and pause.until == until else [Paused(until)]


def resumed(state: State, now: int) -> list[Event]:
    """What the end of a pause is in the log: nothing, if there is none or it ran out."""
    return [] if state.pauses.at(now) is None else [Resumed()]
