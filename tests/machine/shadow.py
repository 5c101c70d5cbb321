"""A fold of the log of our own, which no restart ever interrupts, and what it shows of the log."""

from __future__ import annotations

from collections.abc import Iterable

from projections.registry import State
from state.actions import Action
from state.events import ActionIntended, FileVanished, PlaylistMembershipLost
from state.log import EventLog, Recorded
from state.models import digest
from tests.machine.picture import Begun

Gone = FileVanished | PlaylistMembershipLost


class Shadow:
    """What follows from the log; never loaded from `state.db`."""

    def __init__(self) -> None:
        self.state = State()
        self.lost: list[Gone] = []
        """What was said to be gone, when the log was last followed."""

    def open(self) -> list[Begun]:
        """The intents without an outcome."""
        return [(row.position, row.intent.action) for row in self.state.runs.intents]

    def follow(self, log: EventLog) -> list[Begun]:
        """Fold what is new; the intents among it. AssertionError if one is of what is not ours."""
        fault = log.verify()
        assert fault is None, f"the log is broken: {fault}"
        head = log.head().position
        assert head >= self.state.position, f"the log ends at {head}, before {self.state.position}"
        begun: list[Begun] = []
        self.lost = []
        for recorded in log.read(self.state.position):
            begun += self._intended(recorded)
            if isinstance(recorded.event, Gone):
                self.lost.append(recorded.event)
            self.state.fold([recorded])
        return begun

    def _intended(self, recorded: Recorded) -> Iterable[Begun]:
        if isinstance(recorded.event, ActionIntended):
            action = recorded.event.action
            if action.kind in ("move", "trash"):
                self._is_ours(action)
            yield recorded.position, action

    def _is_ours(self, action: Action) -> None:
        place = (action.source_root or action.root, action.source or action.path)
        row = self.state.files.files.get(place)
        assert row is not None and row.ours, f"not ours, and to be moved: {action}"
        assert (row.audio, row.text) == (action.audio, action.text), f"another file: {action}"

    def unlike(self, state: State) -> str:
        """The projections of another state that are not what the log gives."""
        pairs = zip(self.state.projections, state.projections, strict=True)
        return " ".join(mine.name for mine, other in pairs if digest(mine) != digest(other))
