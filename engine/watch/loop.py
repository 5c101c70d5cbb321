"""The loop: notice, wait until it is quiet, look; where there was news, a whole pass of reconcile.

Level-triggered, as everything here: a notice, a timer or another command's event is only a reason
to look again. What is lost, the next whole look finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from adapters.contract import AdapterError
from engine import listening, requested
from engine.config import Config, ConfigError
from engine.library import Library
from engine.observe import World
from engine.ports import Transfer, quiet
from engine.spotify import Turn
from engine.watch.folders import Folders, Place, is_utf8, numbers, printable
from engine.watch.nudges import Nudges
from engine.watch.passes import Passes
from engine.watch.picture import Picture, Show
from engine.watch.polling import Polls
from engine.watch.told import Told
from engine.watch.turns import CATALOGUES, Turns
from state.locks import Locked
from state.log import LogError, Replaced
from state.values import RootId

TICK, IDLE = 0.1, 1.0
"""Seconds between two steps, while paths are waited for and while nothing is."""
SIGNS = 5.0
"""Seconds between two looks at volumes and at the configuration."""
FAILURES = (AdapterError, LogError, Locked, OSError)
"""What may go wrong with a part of a step: it is told, and tried again later."""


class Heard(Protocol):
    """What was noticed (`adapters.notify.Heard`)."""

    files: dict[Path, set[str]]
    folders: dict[Path, set[str]]
    lost: bool


class Ears(Protocol):
    """Who notices (`adapters.notify.Notices`)."""

    @property
    def blind(self) -> dict[Path, str]: ...
    def watch(self, folders: Collection[Path]) -> set[Path]: ...
    def wait(self, seconds: float) -> None: ...
    def drain(self) -> Heard: ...


class Watch:
    """A watch over an open library. The caller holds the effects lock.

    Args:
        configured: gives the configuration as it is now; raises ConfigError, OSError.
        held: why nothing may be changed now; empty: it may.
        clock: seconds of a clock that is never put back.
        kind_of: the kind of file system that a folder lies on.
    """

    def __init__(
        self,
        library: Library,
        configured: Callable[[], Config],
        ears: Ears,
        show: Show,
        picture: Picture,
        *,
        held: Callable[[Config], str] = lambda config: "",
        clock: Callable[[], float] | None = None,
        kind_of: Callable[[Path], str] = lambda path: "",
    ) -> None:
        self.library, self.ears, self.show, self.picture = library, ears, show, picture
        self._configured, self._clock, self._kind_of = configured, clock or steady, kind_of
        self._told = Told(library, show, picture)
        self.passes = Passes(library, lambda: held(self.config))
        self._said: dict[str, str] = {}
        self._signs_at = 0.0
        self._begin(configured())
        self._want("the watch begins")

    def _begin(self, config: Config) -> None:
        """The configuration is this one from now on."""
        self.config = config
        self.folders = Folders(config, self.library.home)
        self.nudges: Nudges[Place] = Nudges(config.watch.quiet_seconds)
        self.turns = Turns(config)
        self.polls = Polls(self.library, config, self._kind_of)
        self._signs = self.folders.signs()
        self._listen()

    def _listen(self) -> set[Path]:
        """Watch what can be watched; what is watched since now."""
        polled = self.polls.choose(self.folders, {})
        fresh = self.ears.watch([each for each in self.folders.watched if each not in polled])
        polled = self.polls.choose(self.folders, self.ears.blind)
        blind = [f"{path}: {why}" for path, why in polled.items()]
        for line in blind:
            if line not in self.picture.blind:
                self.show.said("polled", line)
        self.picture.blind = blind
        return fresh

    def run(self) -> None:
        """For ever."""
        while True:
            self.ears.wait(self.step())
            if self.nudges.pending:  # they come in crowds; each of them would wake it
                time.sleep(TICK)

    def step(self) -> float:
        """Do whatever is due now; for how many seconds nothing else will be.

        Raises:
            Replaced: somebody put another log in the place of the one that was opened.
        """
        now = self._clock()
        for part in (self._notice, self._look_closely, self._ask_services, self._pass_if_due):
            try:
                part(now)
            except Replaced:
                raise  # what it knows is of another log
            except FAILURES as error:
                self._say("failed", in_words(error))
                self.passes.retry(now)
        self.picture.pending = self.nudges.pending
        self.show.picture(self.picture)
        return TICK if self.nudges.pending else IDLE

    def _want(self, why: str, delay: float = 0.0) -> None:
        self.passes.want(why, self._clock(), delay)

    # -- noticing --------------------------------------------------------------------------------

    def _notice(self, now: float) -> None:
        self._hear(now)
        if self._told.show():  # our own ones are told where they are made
            self._want("another command said something", delay=1.0)
            self._find_out()
        if now >= self._signs_at:
            self._signs_at = now + SIGNS
            self.library.refresh()
            self._look_for_signs()
        for place in self.polls.differing(now):
            self.nudges.add(place, now)

    def _hear(self, now: float) -> None:
        heard = self.ears.drain()
        if heard.lost:
            self.nudges.add_all(now)
            return
        for folder, paths in heard.files.items():
            for path in paths:
                for place in self.folders.places(folder, path):
                    self.nudges.add(place, now)
        for folder, paths in heard.folders.items():
            for path in paths:
                for place in self.folders.places(folder, path):
                    # With all that is below it; what is as it was there is no news.
                    whole = place.kind == "root" and is_utf8(place.path)
                    for each in self.polls.below(place) if whole else [place]:
                        self.nudges.add(each, now)

    def _look_for_signs(self) -> None:
        """Volumes that came or went, another configuration."""
        try:
            config = self._configured()
        except (ConfigError, OSError) as error:
            self._say("failed", f"{in_words(error)}; the watch goes on with what it knew")
        else:
            if config != self.config:
                self.show.said("note", "the configuration was changed")
                self._begin(config)
                self._want("the configuration was changed")
        fresh, signs = self._listen(), self.folders.signs()
        if fresh or signs != self._signs:
            self._signs = signs
            self._want("a volume or a backup came or went", delay=self.nudges.quiet)

    # -- looking ---------------------------------------------------------------------------------

    def _look_closely(self, now: float) -> None:
        if places := self.nudges.take(now, lambda place: numbers(place.full)):
            self._look_at_some(places)
        if self.nudges.take_all(now):
            self._want("much changed at once")

    def _look_at_some(self, places: list[Place]) -> None:
        by_root: dict[RootId, list[str]] = {}
        for place in places:
            if place.kind == "root":
                by_root.setdefault(place.root, []).append(place.path)
            else:
                self._want(f"{printable(Path(place.full).name)} changed")
        world = World(self.library, self.config, quiet)
        for root, paths in by_root.items():
            if not world.observe_some(root, paths):
                self._want("a volume came or went")
            elif self._lists_gone(root, paths):
                self._want("a playlist file was taken away")
        for line in world.unreadable:
            self._say("unreadable", f"{line.where}: {line.why}")
        if self._told.show():
            self._want("files changed", delay=max(self.nudges.quiet, self.passes.took / 2))
        self.picture.last_look = self.library.now()

    def _lists_gone(self, root: RootId, paths: list[str]) -> bool:
        """Whether playlist files of ours are not there any more: a look is for audio alone."""
        files, where = self.library.state.files.files, self.folders.roots[root]
        rows = (files.get((root, path)) for path in paths if path.endswith(".m3u8"))
        return any(row and row.text and numbers(where / row.path) is None for row in rows)

    def _ask_services(self, now: float) -> None:
        names = self.turns.due(self.library.now())
        if not names:
            return
        asked = [name for name in names if name not in CATALOGUES]
        if len(asked) < len(names):
            self._want("it is a catalogue's turn")
        try:
            if asked:
                self._doing("asking services")
                self._hear_of(self._asked(asked))
        finally:  # whatever came of it: not at once again
            self.turns.asked(names, self.library)
        if self._told.show():
            self._want("a service has news")
        self._doing("")
        self.picture.services = list(self.turns.shown(self.library))

    def _find_out(self) -> None:
        """What was asked for by another command, which could not ask Spotify what it is."""
        if self.config.spotify is not None:
            turn = requested.find_out(self.library, self.config.spotify)
            if turn is not None:
                self._hear_of(turn)
                self._told.show()

    def _asked(self, names: list[str]) -> Turn:
        try:
            return listening.look(self.library, self.config, self._progress, names) or Turn()
        except AdapterError as error:
            return Turn(waits=[str(error)])

    def _hear_of(self, turn: Turn) -> None:
        for kind, lines in (("note", turn.notes), ("blocked", turn.waits)):
            for line in lines:
                self._say(kind, line)
        for seen in turn.unreadable:
            self._say("unreadable", f"{seen.where}: {seen.why}")

    # -- passes ----------------------------------------------------------------------------------

    def _pass_if_due(self, now: float) -> None:
        if why := self.passes.why(now, calm=not self.nudges.pending):
            self._pass(why)

    def _pass(self, why: str) -> None:
        self._doing(f"reconcile: {why}")
        try:
            report = self.passes.run(self.config, self._progress, self._clock, self._transfer)
        finally:
            self._told.show()
            self._doing("")
        picture, now = self.picture, self.library.now()
        picture.waits = [each.why for each in report.blocked]
        picture.waits += [each.text for each in report.refused]
        if report.held:
            picture.waits.insert(0, f"{report.held.total()} changes wait: {report.held_by}")
        picture.last_look = now
        picture.next_look = now + round(1000 * (self.passes.next_at - self._clock()))
        self.show.report(report)

    # -- telling ---------------------------------------------------------------------------------

    def _say(self, kind: str, text: str) -> None:
        """A line, unless it was the last one of its kind."""
        if self._said.get(kind) != text:
            self._said[kind] = text
            self.show.said(kind, text)

    def _progress(self, what: str, done: int, total: int) -> None:
        self.picture.doing, self.picture.done, self.picture.total = what, done, total
        self.show.picture(self.picture)

    def _transfer(self, at: Transfer) -> None:
        part = f" {100 * at.bytes // at.total} %" if at.total else ""
        self._progress(f"fetching {at.name}{part}", 0, 0)

    def _doing(self, what: str) -> None:
        self._progress(what, 0, 0)


def in_words(error: Exception) -> str:
    """An error as one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the system'}: {error.strerror}"
    return str(error)


def steady() -> float:
    """Seconds of a clock that goes on while the machine sleeps, and is never put back."""
    kind = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))  # Linux, macOS
    return time.clock_gettime(kind) if kind is not None else time.monotonic()
