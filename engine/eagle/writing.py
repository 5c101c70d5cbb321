"""Adding and changing items: intent, request, outcome; and recovery.

Nothing makes an add repeatable, so the intent is durable before it, and what a run asked for that
was cut off is looked for, and waited for, before it is asked for again. Changes say how it should
be and may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.contract import AdapterError, Permanent
from adapters.eagle.items import Desired, Item
from adapters.eagle.merging import changes
from adapters.eagle.sink import Eagle, Outcome, Update
from engine.eagle.planning import Change, differs, labels, meant, seen, was
from engine.library import Library
from engine.ports import Progress, quiet
from projections.eagle import EagleIntentRow, EagleRefusedRow
from projections.eagle_items import EagleItem
from state.events import (
    ActionFailed,
    EagleImported,
    EagleIntended,
    EagleItemChanged,
    EagleItemClaimed,
    EagleItemGone,
    Event,
)
from state.intervals import doubled
from state.log import New
from state.values import Ref, RootId

CHUNK = 20
"""Changes whose intents go into one commit."""
SETTLED = 60_000
"""Milliseconds after which what an intent asked for is there to be seen, or was never asked for."""
FIRST_MS, LAST_MS = 600_000, 7 * 86_400_000
"""Milliseconds until what was refused is tried again: the first time, and at most."""

Add = tuple[EagleItem, Desired]


def due(row: EagleRefusedRow) -> int:
    """When a write that was refused is tried again, milliseconds since 1970: after ever longer
    times."""
    return row.at + doubled(row.times, FIRST_MS, LAST_MS)


class Writing:
    """Writes of one turn. The caller holds the effects lock.

    Every method raises the errors of `Eagle`; what was done is in the log then, and what is unclear
    is an open intent for the next start.
    """

    def __init__(self, library: Library, eagle: Eagle, progress: Progress = quiet) -> None:
        self.library, self.eagle, self.progress = library, eagle, progress
        self.named = eagle.settings.named
        self.failed: list[str] = []
        self.added = self.changed = 0

    # -- adding ----------------------------------------------------------------------------------

    def add(self, adds: Sequence[Add]) -> None:
        """Import files, in batches."""
        adds = [
            (what, wanted)
            for what, wanted in adds
            if not self._is_refused(self._intended(what, wanted), wanted.name)
        ]
        size = self.eagle.settings.batch
        for start in range(0, len(adds), size):
            self.progress("importing into Eagle", start, len(adds))
            self._batch(adds[start : start + size])

    def _batch(self, adds: Sequence[Add]) -> None:
        intents = self.library.append([self._intended(*each) for each in adds])
        outcomes = self.eagle.add_all([wanted for _, wanted in adds], first=True)
        facts: list[Event | New] = []
        for intent, (what, wanted) in zip(intents, adds, strict=True):
            outcome = outcomes[wanted.url]
            facts += self._came(intent.position, what.file.root, what.file.path, wanted, outcome)
            if isinstance(outcome, AdapterError):
                self.failed.append(f"{wanted.name}: {outcome}")
        self.library.append(facts)

    def _intended(self, what: EagleItem, wanted: Desired) -> EagleIntended:
        return EagleIntended(
            self.named, Ref(what.track), labels(wanted), "", what.file.root, what.file.path
        )

    def _came(
        self, intent: int, root: RootId, path: str, wanted: Desired, outcome: Outcome
    ) -> list[Event | New]:
        """What the log shall say of an import."""
        row = self.library.state.eagle.pending.get(intent)
        assert row is not None
        if isinstance(outcome, Permanent):
            return [New(ActionFailed(str(outcome)), intent)]
        if isinstance(outcome, AdapterError):
            return []  # nobody knows: the next start looks for it
        if outcome.deleted:
            why = "it lay in the trash with our address"
            return [
                New(ActionFailed("a person put it into Eagle's trash"), intent),
                EagleItemClaimed(self.named, outcome.id, row.track, why),
                EagleItemGone(self.named, outcome.id, "trashed"),
            ]
        self.added += 1
        says = row.says
        imported = EagleImported(
            self.named, outcome.id, row.track, says, root, path, outcome.ext, outcome.size
        )
        told: list[Event | New] = [New(imported, intent)]
        if not outcome.untold and labels(outcome) != says:
            told.append(seen(self.named, outcome))
        return told

    # -- changing --------------------------------------------------------------------------------

    def change(self, all_of_it: Sequence[Change]) -> None:
        """Change items, one after the other."""
        all_of_it = [
            each
            for each in all_of_it
            if not self._is_refused(self._intended_change(each), each.desired.name)
        ]
        for start in range(0, len(all_of_it), CHUNK):
            self.progress("changing items of Eagle", start, len(all_of_it))
            self._chunk(all_of_it[start : start + CHUNK])

    def _intended_change(self, each: Change) -> EagleIntended:
        return EagleIntended(self.named, each.row.track, each.after, each.row.item)

    def _is_refused(self, intended: EagleIntended, name: str) -> bool:
        """Whether just this could not be done, and it is too early to try again; it is told."""
        row = self.library.state.eagle.refused.get((self.named, intended.track))
        if row is None or self.library.now() >= due(row):
            return False
        told = (intended.says, intended.item, intended.root, intended.path)
        if told != (row.says, row.item, row.root, row.path):
            return False
        self.failed.append(f"{name}: {row.why}")
        return True

    def _chunk(self, several: Sequence[Change]) -> None:
        intents = self.library.append([self._intended_change(each) for each in several])
        updates = [
            Update(Item(each.row.item, each.row.seen.name), each.desired, was(each.row))
            for each in several
        ]
        outcomes = self.eagle.update_all(updates)
        facts: list[Event | New] = []
        for intent, each in zip(intents, several, strict=True):
            facts += self._changed(intent.position, each, outcomes[each.row.item])
        self.library.append(facts)

    def _changed(self, intent: int, each: Change, outcome: Outcome) -> list[Event | New]:
        """What the log shall say of a change."""
        if isinstance(outcome, AdapterError):
            self.failed.append(f"{each.desired.name}: {outcome}")
            return [New(ActionFailed(str(outcome)), intent)]
        if outcome.deleted:
            why = "a person put it into Eagle's trash"
            gone = EagleItemGone(self.named, outcome.id, "trashed")
            return [New(ActionFailed(why), intent), gone]
        self.changed += 1
        changed = EagleItemChanged(self.named, outcome.id, each.after)
        told: list[Event | New] = [New(changed, intent)]
        if not outcome.untold and differs(each.row, outcome):
            told.append(seen(self.named, outcome))
        return told

    # -- recovery --------------------------------------------------------------------------------

    def recover(self) -> None:
        """Find out what became of writes whose outcome is not in the log."""
        pending = sorted(self.library.state.eagle.pending, key=lambda row: row.position)
        if not pending:
            return
        self.eagle.client.right_library()
        # What was merely read may be lost again by a power cut: durable first, then acted upon.
        self.library.barrier()
        mine = [row for row in pending if row.library == self.named]
        self._close([row for row in pending if row.library != self.named])
        self._recover_added([row for row in mine if not row.item])
        self._recover_changed([row for row in mine if row.item])

    def _recover_added(self, rows: Sequence[EagleIntentRow]) -> None:
        if not rows:
            return
        wanted = {row.position: self._desired(row) for row in rows}
        fresh = any(self.library.now() - row.at < SETTLED for row in rows)
        look = self.eagle.awaited if fresh else self.eagle.held
        found = look(list(wanted.values()))
        for row in rows:
            item = found.get(row.says.url)
            if item is None:
                self._close([row])
            else:
                told = self._came(row.position, row.root, row.path, wanted[row.position], item)
                self.library.append(told)

    def _desired(self, row: EagleIntentRow) -> Desired:
        root = self.library.state.files.roots.get(row.root)
        path = str(Path(root.path, row.path)) if root is not None else row.path
        return meant(row.says, path=path)

    def _recover_changed(self, rows: Sequence[EagleIntentRow]) -> None:
        ids = list(dict.fromkeys(row.item for row in rows))
        there = {item.id: item for item in self.eagle.client.by_ids(ids)}
        for pending in rows:
            row = self.library.state.eagle.items.get((self.named, pending.item))
            item = there.get(pending.item)
            if (
                row is None
                or item is None
                or item.deleted
                or item.untold
                or changes(item, meant(pending.says, pending.item), was(row))
            ):
                self._close([pending])
            else:
                done = EagleItemChanged(self.named, row.item, pending.says)
                self.library.append([New(done, pending.position)])

    def _close(self, rows: Sequence[EagleIntentRow]) -> None:
        why = "the run was cut off before it"
        self.library.append([New(ActionFailed(why, True), row.position) for row in rows])
