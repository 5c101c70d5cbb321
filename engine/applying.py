"""Actions carried out within a run: what may be touched now, what came of it, who is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from engine.effects import Effects, Outcome
from engine.holding import Holding
from engine.library import Library
from engine.observe import World
from engine.planner import Blocked
from engine.ports import AudioHash, Disk, Progress
from engine.report import Report
from engine.roots import mark
from state.actions import Action
from state.values import RootId

Told = Callable[[Outcome], None]


class Applying:
    """The hands of a run. The caller holds the effects lock.

    Args:
        world: learns what was touched, so that it is not taken for somebody else's change.
        report: told what was done, what failed, and what waits.
        told: of every outcome.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        audio: AudioHash,
        world: World,
        holding: Holding,
        report: Report,
        progress: Progress,
        told: Told,
    ) -> None:
        self.library, self.disk, self.audio, self.world = library, disk, audio, world
        self.holding, self.report, self.progress, self.told = holding, report, progress, told

    def recover(self) -> None:
        """Find out what became of the intents of a run that was cut off."""
        for outcome in self._effects().recover():
            self.report.recovered += 1
            self._count(outcome, retried=True)

    def apply(self, actions: Sequence[Action], texts: dict[str, str]) -> bool:
        """Carry out actions; whether any of them was done."""
        if self.is_held(actions) or not actions:
            return False
        unmarked = self.mark({action.root for action in actions})
        actions = [action for action in actions if action.root not in unmarked]
        self.world.recall(actions)
        any_done = False
        for number, outcome in enumerate(self._effects().apply(actions, texts), 1):
            self.progress("applying", number, len(actions))
            any_done |= outcome.event is not None
            self._count(outcome)
        return any_done

    def is_held(self, actions: Sequence[Action]) -> bool:
        """Whether something stands in the way of actions; they are told of in the report then."""
        why = self.holding.why() if actions else ""
        if why:
            for action in actions:
                self.report.hold(why, action.kind)
        return bool(why)

    def mark(self, roots: Collection[RootId]) -> set[RootId]:
        """Put our marker into roots that have none yet; those that it cannot be put into."""
        failed = set()
        for row in [row for row in self.library.state.files.roots if row.root in roots]:
            try:
                event = mark(self.disk, row, self.library.log.identity())
            except OSError as error:
                self.report.failed.append(f"{error.filename or row.path}: {error.strerror}")
                failed.add(row.root)
                continue
            if event is not None:
                self.library.append([event])
        return failed

    def _effects(self) -> Effects:
        world = self.world
        return Effects(
            self.library, self.disk, self.audio, world.roots(), world.known, self.holding.why
        )

    def _count(self, outcome: Outcome, *, retried: bool = False) -> None:
        action = outcome.action
        if outcome.event is not None:
            self.report.done[action.kind] += 1
            self._touched(outcome)
        elif outcome.waits:
            self.report.hold(outcome.why, action.kind)
        elif not outcome.tried:
            self.report.blocked.append(Blocked(action.path, outcome.why))
        elif not retried:
            self.report.failed.append(outcome.why)
        self.told(outcome)

    def _touched(self, outcome: Outcome) -> None:
        action, world = outcome.action, self.world
        if action.source:
            root = action.source_root or action.root
            world.touched(root, action.source, world.known(root, action.source))
        world.touched(action.root, action.path, outcome.stamp)
