"""Making and changing pages: intent, request, outcome; and recovery.

Making a page cannot be repeated safely, so the intent with its Sync Key is durable before the
request. Where the answer does not say whether a page was made, it is looked for: under the id that
Notion named, else by its Sync Key, and only what cannot be found is made again. Changes say whole
values and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.contract import AdapterError, Permanent, Transient
from adapters.notion.client import Client, Invalid, Missing, Trashed, Unclear
from adapters.notion.reading import Seen, by_key
from adapters.notion.values import written
from engine.library import Library
from engine.notion.looking import Looking
from engine.notion.planning import Bound, Write, row_of, text
from projections.notion import PageRow, PendingRow, merged
from state.events import ActionFailed, Event, NotionIntended, NotionSynced
from state.log import New, Recorded

CHUNK = 20
"""Writes whose intents go into one commit."""
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks for a page that may have been made: a query may lag behind."""
SETTLED = 60_000
"""Milliseconds after which an intent's page is there to be seen, or was never made."""

Again = Callable[[PageRow], Write | None]
"""What is to be changed of a page, computed anew."""


class Writing:
    """Writes of one turn. The caller holds the effects lock."""

    def __init__(self, library: Library, client: Client, looking: Looking) -> None:
        self.library, self.client, self.looking = library, client, looking
        self.failed: list[str] = []
        self.made = self.changed = 0

    # -- making ----------------------------------------------------------------------------------

    def make(self, bound: Bound, writes: Sequence[Write]) -> None:
        """Make pages.

        Raises:
            AdapterError: no more can be made now; what was, is in the log.
        """
        for start in range(0, len(writes), CHUNK):
            self._chunk(bound, writes[start : start + CHUNK], self._make)

    def _make(self, bound: Bound, write: Write) -> str:
        properties = _properties(bound, write)
        for _ in range(2):
            try:
                told = self.client.create_page(bound.source, properties)
            except Unclear as error:
                page = self._resolved(bound, write.key, error.committed)
                if page:
                    return page
                continue
            return str(told["id"])
        raise Unclear("Notion does not say whether pages are made; the next run looks for them")

    def _resolved(self, bound: Bound, key: str, committed: str) -> str:
        """The page that was made after all; empty: there is none."""
        if committed:
            try:
                if self.looking.read(bound, committed).values.get("sync_key") == key:
                    return committed
            except Missing:
                pass
        found = self._awaited(bound, [key], True)
        return found[key].page if found else ""

    def _awaited(self, bound: Bound, keys: list[str], wait: bool) -> dict[str, Seen]:
        found = by_key(self.client, bound.source, bound.fields, keys)
        for seconds in WAITS if wait else ():
            if len(found) == len(keys):
                break
            self.client.sleep(seconds)
            found |= by_key(self.client, bound.source, bound.fields, keys)
        return found

    # -- changing --------------------------------------------------------------------------------

    def change(self, bound: Bound, writes: Sequence[Write], again: Again) -> None:
        """Change pages. One whose relations change is read again just before.

        Raises:
            AdapterError: no more can be changed now; what was, is in the log.
        """
        plain = [write for write in writes if not write.relates]
        for start in range(0, len(plain), CHUNK):
            self._chunk(bound, plain[start : start + CHUNK], self._change)
        for write in writes:
            if write.relates and (fresh := self._fresh(bound, write.key, again)) is not None:
                self._chunk(bound, [fresh], self._change)

    def _change(self, bound: Bound, write: Write) -> str:
        self.client.update_page(write.page, _properties(bound, write))
        return write.page

    def _fresh(self, bound: Bound, key: str, again: Again) -> Write | None:
        row = row_of(self.library.state.notion, bound, key)
        if row is None:
            return None
        try:
            page = self.looking.read(bound, row.page)
        except Missing:
            self.library.append(self.looking.gone(row))
            return None
        self.library.append(self.looking.news(bound, row, page))
        row = row_of(self.library.state.notion, bound, key)
        return again(row) if row is not None and not row.gone else None

    # -- one commit of intents, the requests, one commit of outcomes ------------------------------

    def _chunk(
        self, bound: Bound, writes: Sequence[Write], do: Callable[[Bound, Write], str]
    ) -> None:
        intents = self.library.append(
            [NotionIntended(write.key, bound.source, write.said, write.page) for write in writes]
        )
        facts: list[Event | New] = []
        stop: AdapterError | None = None
        for intent, write in zip(intents, writes, strict=True):
            if stop is not None:
                facts.append(New(ActionFailed(str(stop), True), intent.position))
                continue
            try:
                page = do(bound, write)
            except Permanent as error:
                facts.append(New(ActionFailed(str(error)), intent.position))
                facts += self._hindered(bound, write, error)
            except AdapterError as error:
                stop = error
                unknown = isinstance(error, Unclear) or (
                    isinstance(error, Transient) and bool(write.page)
                )
                if not unknown:  # else the intent stays open for the next start
                    facts.append(New(ActionFailed(str(error)), intent.position))
            else:
                self.made += not write.page
                self.changed += bool(write.page)
                synced = NotionSynced(write.key, page, bound.source, write.said)
                facts.append(New(synced, intent.position))
        self.library.append(facts)
        if stop is not None:
            raise stop

    def _hindered(self, bound: Bound, write: Write, error: Permanent) -> list[Event]:
        """What a refusal of one page means."""
        row = row_of(self.library.state.notion, bound, write.key)
        if isinstance(error, Missing | Trashed) and write.page and row is not None:
            return self.looking.gone(row)
        self.failed.append(f"Notion: {write.key}: {error}")
        if isinstance(error, Invalid | Missing):
            self.looking.forget(bound.source)
        return []

    # -- recovery --------------------------------------------------------------------------------

    def recover(self, bounds: Sequence[Bound]) -> None:
        """Find out what became of writes whose outcome is not in the log."""
        pending = sorted(self.library.state.notion.pending, key=lambda row: row.position)
        if not pending:
            return
        # What was merely read may be lost again by a power cut: durable first, then acted upon.
        self.library.barrier()
        by_source = {bound.source: bound for bound in bounds}
        for source in dict.fromkeys(row.source for row in pending):
            rows = [row for row in pending if row.source == source]
            bound = by_source.get(source)
            if bound is None:
                self._close(rows)
                continue
            self._recover_made(bound, [row for row in rows if not row.page])
            for row in rows:
                if row.page:
                    self._recover_changed(bound, row)

    def _recover_made(self, bound: Bound, rows: list[PendingRow]) -> None:
        if not rows:
            return
        keys = list(dict.fromkeys(row.key for row in rows))
        fresh = any(self.library.now() - row.at < SETTLED for row in rows)
        found = self._awaited(bound, keys, fresh)
        for row in rows:
            page = found.get(row.key)
            if page is None:
                self._close([row])
            else:
                synced = NotionSynced(row.key, page.page, row.source, row.values)
                self.library.append([New(synced, row.position)])

    def _recover_changed(self, bound: Bound, pending: PendingRow) -> None:
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
        if any(
            text(field, page.values.get(field)) == _target(row, field, value, bound)
            for field, value in pending.values.items()
        ):
            synced = NotionSynced(row.key, row.page, row.source, pending.values)
            self.library.append([New(synced, pending.position)])
        else:
            self._close([pending])

    def _close(self, rows: list[PendingRow]) -> list[Recorded]:
        why = "the run was cut off before it"
        return self.library.append([New(ActionFailed(why, True), row.position) for row in rows])


def _target(row: PageRow, field: str, value: str, bound: Bound) -> str:
    prop = bound.fields.get(field)
    if prop is None or prop.type != "relation":
        return value
    pushed = row.pushed.get(field, "")
    return merged(value, pushed, row.seen.get(field, pushed))


def _properties(bound: Bound, write: Write) -> dict[str, object]:
    return {
        bound.fields[field].id: written(bound.fields[field].type, value)
        for field, value in write.values.items()
    }
