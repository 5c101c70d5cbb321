"""Bugs put in on purpose, each as a patch of the product's code: all must be found.

A simulator that finds none of them would prove nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.effects import Effects, Outcome
from engine.evidence import Done
from engine.places import WORK
from state.actions import Action
from state.events import ActionFailed, ActionIntended, Event
from state.log import New, Recorded
from state.values import Stamp
from tests.simulator.log import SimLibrary, SimLog
from tests.simulator.music import DROP
from tests.simulator.run import Build
from tests.simulator.system import DISK


class NoBarrier(SimLibrary):
    """Recovery acts on intents that were merely read."""

    def barrier(self) -> None:
        pass


class NoFsync(DISK.Disk):  # type: ignore[misc]
    """Contents reach the platter some day."""

    def sync_file(self, path: Path) -> None:
        pass


class NoFolderFsync(DISK.Disk):  # type: ignore[misc]
    """Names reach the platter some day."""

    def sync_folder(self, path: Path) -> None:
        pass


class IntentNotSynced(SimLog):
    """A commit of intents returns before it is durable (SQLite's synchronous=NORMAL)."""

    def sync(self, recorded: list[Recorded]) -> None:
        if not isinstance(recorded[-1].event, ActionIntended):
            super().sync(recorded)


class BlindRetry(Effects):
    """Recovery does every open intent again without looking."""

    def _closed(self, position: int, action: Action) -> tuple[Outcome, list[Event | New]]:
        try:
            done = self._do(position, action, {action.text: ""})
        except Exception as error:
            fact: Event = ActionFailed(str(error), interrupted=True)
            return Outcome(action, None, str(error)), [New(fact, position)]
        return Outcome(action, done), [New(done, position)]


class NoPrecondition(Effects):
    """Whatever is there must be what was planned."""

    def _hindrance(self, action: Action, leaving: set[Path]) -> tuple[str, Stamp | None]:
        self.known = lambda root, path: None
        return super()._hindrance(action, leaving)

    def _do(self, position: int, action: Action, texts: dict[str, str]) -> Done:
        stamp = self.disk.stamp(self._evidence.source(action))
        return super()._do(position, _stamped(action, stamp), texts)

    def _text_hindrance(self, action: Action, there: bytes | None) -> str:
        return ""


class LateLook(Effects):
    """Everything is looked at before its intent, and nothing again before its effect."""

    def _do(self, position: int, action: Action, texts: dict[str, str]) -> Done:
        stamp = self.disk.stamp(self._evidence.source(action))
        return super()._do(position, _stamped(action, stamp), texts)


class EffectBeforeIntent(Effects):
    """What was done is told afterwards, as a script would."""

    def _chunk(self, actions: Sequence[Action], texts: dict[str, str]) -> Iterator[Outcome]:
        for action in actions:
            leaving = {self._evidence.source(other) for other in actions if other.kind != "place"}
            why, stamp = self._hindrance(action, leaving)
            if why:
                yield Outcome(action, None, why, tried=False)
                continue
            ready = _stamped(action, stamp)
            position = self.library.state.position + 1
            outcome = self._attempt(position, ready, texts)
            fact = outcome.event or ActionFailed(outcome.why)
            self.library.append([ActionIntended(ready), New(fact, position)])
            yield outcome


class SweepFirst(Effects):
    """Work files go before anybody looked at the intents that they belong to."""

    def recover(self) -> list[Outcome]:
        for root, path in self.roots.items():
            if root.startswith("target/"):
                self.disk.remove_work(path / WORK)
        return super().recover()


class SweepAll(DISK.Disk):  # type: ignore[misc]
    """What waits to be delivered is swept with the rest."""

    def remove_work(self, folder: Path, keep: Collection[str] = ()) -> int:
        return int(super().remove_work(folder))


class PreparedNotDurable(DISK.Disk):  # type: ignore[misc]
    """What is to be delivered may be gone after a power cut, and is thought to be delivered."""

    def sync_folder(self, path: Path) -> None:
        if not str(path).endswith(f"{DROP}/{WORK}"):
            super().sync_folder(path)


class DeliverByLink(DISK.Disk):  # type: ignore[misc]
    """What is delivered has two names for a moment."""

    def deliver(self, work: Path, path: Path) -> None:
        self.publish(work, path)


class LooksWhereItShouldLie(Effects):
    """What is not where it was delivered to is thought not to be delivered."""

    def _closed(self, position: int, action: Action) -> tuple[Outcome, list[Event | New]]:
        if action.kind == "deliver" and self.disk.stamp(self.roots[action.root] / action.path):
            return super()._closed(position, action)
        if action.kind == "deliver":
            why = "it is not there"
            fact = ActionFailed(why, interrupted=True)
            return Outcome(action, None, why), [New(fact, position)]
        return super()._closed(position, action)


class InPlace(DISK.Disk):  # type: ignore[misc]
    """What takes the place of another file is written over its bytes."""

    def replace(self, work: Path, path: Path) -> None:
        DISK.shutil.copyfile(work, path)
        self.sync_file(path)
        work.unlink()


class PreparedMeansUndone(Effects):
    """A power cut that kept both names of a file with new tags is thought to have undone it."""

    def _closed(self, position: int, action: Action) -> tuple[Outcome, list[Event | New]]:
        if action.kind == "retag" and self.disk.taken(self._evidence.prepared(action)):
            fact = ActionFailed("it was not done", interrupted=True)
            return Outcome(action, None, fact.reason), [New(fact, position)]
        return super()._closed(position, action)


def _stamped(action: Action, stamp: Stamp | None) -> Action:
    return msgspec.structs.replace(action, stamp=stamp)


class Bug(NamedTuple):
    """A build with one bug, and the seed before which it must be found."""

    build: Build
    seeds: int = 10_000


BUGS = {
    "no barrier": Bug(Build(library=NoBarrier), 50_000),
    "no fsync": Bug(Build(disk=NoFsync)),
    "no fsync of folders": Bug(Build(disk=NoFolderFsync)),
    "intent not synced": Bug(Build(log=IntentNotSynced)),
    "blind retry": Bug(Build(effects=BlindRetry)),
    "no precondition": Bug(Build(effects=NoPrecondition)),
    "no second look": Bug(Build(effects=LateLook)),
    "effect before intent": Bug(Build(effects=EffectBeforeIntent)),
    "sweep before recovery": Bug(Build(effects=SweepFirst)),
    "sweep of what waits": Bug(Build(disk=SweepAll)),
    "prepared, not durable": Bug(Build(disk=PreparedNotDurable)),
    "delivered by a link": Bug(Build(disk=DeliverByLink)),
    "looks where it should lie": Bug(Build(effects=LooksWhereItShouldLie)),
    "in place": Bug(Build(disk=InPlace)),
    "prepared means undone": Bug(Build(effects=PreparedMeansUndone)),
}
