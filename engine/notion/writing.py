"""Making and changing pages: intent, request, outcome.

Making a page cannot be repeated safely, so the intent with its Sync Key is durable before the
request. Where the answer does not say whether a page was made, it is looked for: under the id that
Notion named, else by its Sync Key, and only what cannot be found is made again. Changes say whole
values and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.contract import AdapterError, Fatal, Permanent, Transient
from adapters.notion.client import Client, Invalid, Missing, Trashed, Unclear
from adapters.notion.reading import Seen, by_key
from adapters.notion.values import Value, written
from engine.library import Library
from engine.notion.looking import Looking
from engine.notion.planning import NOBODY, Bound, Crowd, Write, changing, row_of
from projections.notion import PageRow, RefusedRow
from state.events import ActionFailed, Event, NotionIntended, NotionSynced
from state.intervals import doubled
from state.log import New

CHUNK = 20
"""Writes whose intents go into one commit."""
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks for a page that may have been made: a query may lag behind."""
CHECKED = 3
"""Refusals of one turn after which the properties of a database are read again."""
RESHAPED = 3
"""So often the properties of a database may change in one turn."""
FIRST_MS, LAST_MS = 600_000, 7 * 86_400_000
"""Milliseconds until what was refused is tried again: the first time, and at most."""

Wants = Callable[[PageRow], Mapping[str, Value]]
"""What a page should say."""


def due(row: RefusedRow) -> int:
    """When a write that was refused is tried again, milliseconds since 1970: after ever longer
    times."""
    return row.at + doubled(row.times, FIRST_MS, LAST_MS)


def refused(
    library: Library, bound: Bound, key: str, page: str, said: Mapping[str, str]
) -> RefusedRow | None:
    """The refusal of just this write, while it is too early to ask again."""
    row = library.state.notion.refused.get(key)
    if row is None or (row.source, row.page, row.values) != (bound.source, page, said):
        return None
    return row if library.now() < due(row) else None


class Reshaped(Fatal):
    """The database has other properties than it had: what is to be written is another thing."""


class Writing:
    """Writes of one turn. The caller holds the effects lock."""

    def __init__(self, library: Library, client: Client, looking: Looking) -> None:
        self.library, self.client, self.looking = library, client, looking
        self.failed: list[tuple[str, str]] = []
        """Sync Keys, and why they could not be written."""
        self.made = self.changed = 0
        self._checks: dict[str, int] = {}

    def steadily(self, bound: Bound, do: Callable[[Bound], None]) -> None:
        """Write to a database; anew if it gets other properties meanwhile.

        Raises:
            Reshaped: it does so again and again.
        """
        for again in range(RESHAPED, -1, -1):
            try:
                do(bound)
                return
            except Reshaped:
                if not again:
                    raise
                bound = self.looking.bound(bound.kind)

    # -- making ----------------------------------------------------------------------------------

    def make(self, bound: Bound, writes: Sequence[Write]) -> None:
        """Make pages.

        Raises:
            Reshaped, Removed: the database is not what it was.
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
        found = self.awaited(bound, [key], True)
        return found[key].page if found else ""

    def awaited(self, bound: Bound, keys: list[str], wait: bool) -> dict[str, Seen]:
        """Pages by their Sync Keys; where some are not there, once more after a while."""
        found = by_key(self.client, bound.source, bound.fields, keys)
        for seconds in WAITS if wait else ():
            if len(found) == len(keys):
                break
            self.client.sleep(seconds)
            found |= by_key(self.client, bound.source, bound.fields, keys)
        return found

    # -- changing --------------------------------------------------------------------------------

    def change(
        self, bound: Bound, writes: Sequence[Write], wants: Wants, crowd: Crowd = NOBODY
    ) -> None:
        """Change pages. One of which a person may have changed the same is read again just before.

        Raises:
            Reshaped, Removed: the database is not what it was.
            AdapterError: no more can be changed now; what was, is in the log.
        """
        plain = [write for write in writes if write.is_ours(bound)]
        for start in range(0, len(plain), CHUNK):
            self._chunk(bound, plain[start : start + CHUNK], self._change)
        for write in writes:
            if write.is_ours(bound) or (row := self.fresh(bound, write.key)) is None:
                continue
            if (now := changing(row, wants(row), bound, crowd)) is not None:
                self._chunk(bound, [now], self._change)

    def _change(self, bound: Bound, write: Write) -> str:
        self.client.update_page(write.page, _properties(bound, write))
        return write.page

    def fresh(self, bound: Bound, key: str) -> PageRow | None:
        """A page as it is at this moment, known to the log; None: it is gone."""
        row = row_of(self.library.state.notion, bound, key)
        if row is None:
            return None
        try:
            page = self.looking.read(bound, row.page)
        except Missing:
            page = None
        if page is None or page.trashed:
            self.library.append(self.looking.gone(row))
        else:
            self.looking.tell(self.looking.news(bound, row, page))
        row = row_of(self.library.state.notion, bound, key)
        return row if row is not None and not row.gone else None

    # -- one commit of intents, the requests, one commit of outcomes ------------------------------

    def _chunk(
        self, bound: Bound, writes: Sequence[Write], do: Callable[[Bound, Write], str]
    ) -> None:
        writes = [write for write in writes if not self._is_refused(bound, write)]
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
                meant: list[Event] = []
                try:
                    meant = self._hindered(bound, write, error)
                except AdapterError as why:
                    stop = why
                failed = ActionFailed(str(error), stop is not None)
                facts += [New(failed, intent.position), *meant]
            except AdapterError as error:
                stop = error
                unknown = isinstance(error, Unclear) or (
                    isinstance(error, Transient) and bool(write.page)
                )
                if not unknown:  # else the intent stays open for the next start
                    facts.append(New(ActionFailed(str(error), True), intent.position))
            else:
                self.made += not write.page
                self.changed += bool(write.page)
                synced = NotionSynced(write.key, page, bound.source, write.said)
                facts.append(New(synced, intent.position))
        self.library.append(facts)
        if stop is not None:
            raise stop

    def _is_refused(self, bound: Bound, write: Write) -> bool:
        """Whether Notion refused just this, and it is too early to ask again; then it is told."""
        row = refused(self.library, bound, write.key, write.page, write.said)
        if row is not None:
            self.failed.append((write.key, row.why))
        return row is not None

    def _hindered(self, bound: Bound, write: Write, error: Permanent) -> list[Event]:
        """What a refusal of one page means.

        Raises:
            Reshaped, Removed: it is the database.
        """
        row = row_of(self.library.state.notion, bound, write.key)
        lost = isinstance(error, Missing | Trashed) and bool(write.page)
        if lost and row is not None and (gone := self.looking.gone(row)):
            return gone
        checks = self._checks[bound.source] = self._checks.get(bound.source, 0) + 1
        if isinstance(error, Invalid | Missing) and checks <= CHECKED:
            self.looking.forget(bound.source)
            if self.looking.bound(bound.kind).fields != bound.fields:
                raise Reshaped(str(error))
        self.failed.append((write.key, str(error)))
        return []


def _properties(bound: Bound, write: Write) -> dict[str, object]:
    return {
        bound.fields[field].id: written(bound.fields[field].type, value)
        for field, value in write.values.items()
    }
