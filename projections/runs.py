"""Runs, intents without an outcome, and what was removed during the last day."""

from __future__ import annotations

from typing import Any

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import (
    ActionFailed,
    ActionIntended,
    Event,
    FileDelivered,
    FileTrashed,
    FileWritten,
    ReconcileFinished,
    ReconcileStarted,
)
from state.values import PlaylistRef, RootId

DAY_MS = 24 * 60 * 60 * 1000


class IntentRow(Row, frozen=True):
    """An intent whose outcome is not in the log."""

    position: int
    intent: ActionIntended


class RemovalRow(Row, frozen=True):
    """A file that left its place through us."""

    position: int
    at: int
    root: RootId
    playlist: PlaylistRef


class RunRow(Row, frozen=True):
    """One run, from its first event on."""

    position: int
    at: int
    command: str
    finished: int | None = None
    """Position of `ReconcileFinished`; None: it was cut off (or still runs)."""
    done: dict[str, int] = msgspec.field(default_factory=dict)
    failed: int = 0


class Runs:
    """ReconcileStarted/Finished, ActionIntended and its outcomes → runs, intents, removals."""

    name = "runs"
    version = 1

    def __init__(self) -> None:
        self.intents: Rows[IntentRow] = Rows("intent", IntentRow, ("position",))
        self.removals: Rows[RemovalRow] = Rows("removal", RemovalRow, ("position",))
        self.runs: Rows[RunRow] = Rows("run", RunRow, ("position",))
        self.tables: tuple[Rows[Any], ...] = (self.intents, self.removals, self.runs)
        self.folds: dict[type[Event], Fold] = {
            ReconcileStarted: self._started,
            ReconcileFinished: self._finished,
            ActionIntended: self._intended,
            ActionFailed: self._failed,
            FileWritten: self._done,
            FileDelivered: self._done,
            FileTrashed: self._done,
        }
        self._last: RunRow | None = None

    def loaded(self) -> None:
        """Derive which run is the last."""
        self._last = max(self.runs, key=lambda row: row.position, default=None)

    def last(self) -> RunRow | None:
        """The last run that appended anything."""
        return self._last

    def _started(self, event: ReconcileStarted, at: At) -> None:
        self._last = RunRow(at.position, at.at, event.command)
        self.runs.put(self._last)

    def _finished(self, event: ReconcileFinished, at: At) -> None:
        if self._last is not None:
            self._last = msgspec.structs.replace(
                self._last, finished=at.position, done=event.done, failed=event.failed
            )
            self.runs.put(self._last)

    def _intended(self, event: ActionIntended, at: At) -> None:
        self.intents.put(IntentRow(at.position, event))

    def _failed(self, event: ActionFailed, at: At) -> None:
        self.intents.drop(at.cause)

    def _done(self, event: FileWritten | FileDelivered | FileTrashed, at: At) -> None:
        row = self.intents.get(at.cause)
        if row is None:
            return
        self.intents.drop(at.cause)
        action = row.intent.action
        if action.removes:
            for old in [old for old in self.removals if old.at < at.at - DAY_MS]:
                self.removals.drop(old.position)
            self.removals.put(RemovalRow(at.position, at.at, action.root, action.playlist))
