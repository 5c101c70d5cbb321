"""After a turn that was cut off: what became of the writes whose outcome is not in the log."""

from __future__ import annotations

from adapters.notion.client import Invalid, Missing
from adapters.notion.fields import FIELDS
from engine.library import Library
from engine.notion.looking import NOT_THERE, Looking, Removed
from engine.notion.planning import TRASHED, Bound, held, row_of, text
from engine.notion.writing import Writing
from projections.notion import RELATIONS, PageRow, PendingRow
from state.events import ActionFailed, NotionPageGone, NotionSynced
from state.log import New, Recorded

SETTLED = 60_000
"""Milliseconds after which an intent's page is there to be seen, or was never made."""


class Recovering:
    """One recovery. The caller holds the effects lock.

    Every method raises the errors of `adapters.notion.client.Client`.
    """

    def __init__(self, library: Library, looking: Looking, writing: Writing) -> None:
        self.library, self.looking, self.writing = library, looking, writing

    def look(self, bound: Bound) -> Bound:
        """Recover, and read what was edited; once more if the properties are not what they were.

        Returns:
            The database as it is now.

        Raises:
            Removed: it is not there.
        """
        try:
            self._look(bound)
        except Invalid:
            self.looking.forget(bound.source)
            bound = self.looking.bound(bound.kind)
            self._look(bound)
        return bound

    def _look(self, bound: Bound) -> None:
        self.recover(bound)
        self.looking.look(bound)

    def drop(self) -> None:
        """Close what is open in data sources that are none of ours any more."""
        notion = self.library.state.notion
        sources = {row.source for row in notion.databases}
        if rows := [row for row in notion.pending if row.source not in sources]:
            self._close(rows)

    def recover(self, bound: Bound) -> None:
        """Close what is open in a database; what is open in the others is left to them.

        Raises:
            Removed: the database is not there.
        """
        pending = [row for row in self.library.state.notion.pending if row.source == bound.source]
        pending.sort(key=lambda row: row.position)
        if not pending:
            return
        # What was merely read may be lost again by a power cut: durable first, then acted upon.
        self.library.barrier()
        try:
            self._made(bound, [row for row in pending if not row.page])
        except Missing:
            raise Removed(NOT_THERE) from None
        for row in pending:
            if row.page:
                self._changed(bound, row)

    def _made(self, bound: Bound, rows: list[PendingRow]) -> None:
        if not rows:
            return
        keys = list(dict.fromkeys(row.key for row in rows))
        fresh = any(self.library.now() - row.at < SETTLED for row in rows)
        found = self.writing.awaited(bound, keys, fresh)
        for row in rows:
            page = found.get(row.key)
            if page is None:
                self._close([row])
            else:
                synced = NotionSynced(row.key, page.page, row.source, row.values)
                self.library.append([New(synced, row.position)])

    def _changed(self, bound: Bound, pending: PendingRow) -> None:
        if self._hidden(bound, pending):
            return  # it stays open: what nobody can read now is not known
        row = row_of(self.library.state.notion, bound, pending.key)
        if row is None or row.page != pending.page:
            self._close([pending])
            return
        try:
            page = self.looking.read(bound, pending.page)
        except Missing:
            self.library.append(self.looking.gone(row))
            self._close([pending])
            return
        if TRASHED in pending.values:
            left = NotionPageGone(row.key, row.page, "left")
            self.library.append([New(left, pending.position)] if page.trashed else [])
            if not page.trashed:
                self._close([pending])
            return
        read = page.values
        said = {field: text(field, read[field]) for field in pending.values if field in read}
        if done := _done(row, pending, said):
            synced = NotionSynced(row.key, row.page, row.source, done)
            self.library.append([New(synced, pending.position)])
        else:
            self._close([pending])

    def _hidden(self, bound: Bound, pending: PendingRow) -> bool:
        """Whether it is about a relation to a database that is absent now."""
        fields = FIELDS[bound.kind]
        return any(
            fields[field].to in self.looking.absent
            for field in pending.values
            if field in fields and field not in bound.fields
        )

    def _close(self, rows: list[PendingRow]) -> list[Recorded]:
        why = "the run was cut off before it"
        return self.library.append([New(ActionFailed(why, True), row.position) for row in rows])


def _done(row: PageRow, pending: PendingRow, said: dict[str, str]) -> dict[str, str]:
    """What of an intent the page says: of a relation, as much of it as was done."""
    done = {}
    for field, intended in pending.values.items():
        if field not in said:
            continue  # its property is not there any more
        pushed = row.pushed.get(field, "")
        if field in RELATIONS:
            ours = held(intended, pushed, row.seen.get(field, pushed), said[field])
            if ours != pushed:
                done[field] = ours
        elif said[field] == intended:
            done[field] = intended
    return done
