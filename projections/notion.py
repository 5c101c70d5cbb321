"""What is known of Notion: our databases, our pages, and what is under way.

A page has what we wrote (`pushed`) and, where a person made something else of it, what it says
(`seen`). Of texts and numbers the person's word stays; of relations what they added stays added
and what they took out stays out, whatever we add and take out ourselves.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import (
    ActionFailed,
    Event,
    NotionDatabaseBound,
    NotionEdited,
    NotionIntended,
    NotionPageClaimed,
    NotionPageGone,
    NotionSynced,
)

RELATIONS = frozenset({"artists", "album", "playlists"})
"""Fields that are lists of pages."""


class DatabaseRow(Row, frozen=True):
    """One of the four databases. Fields as in `NotionDatabaseBound`."""

    catalogue: str
    database: str
    source: str
    properties: dict[str, str]
    types: dict[str, str]
    since: int
    """When its data source was first bound, milliseconds since 1970."""
    position: int


class PageRow(Row, frozen=True):
    """The page of a Sync Key."""

    own: ClassVar[frozenset[str]] = frozenset({"key", "page", "pushed", "seen", "edited"})

    key: str
    page: str
    source: str
    pushed: dict[str, str]
    """Field → what we wrote last."""
    seen: dict[str, str]
    """Field → what it says, where that is another's."""
    gone: str
    """As in `NotionPageGone`, or empty: it is there."""
    position: int
    edited: dict[str, int] = {}  # noqa: RUF012 (msgspec makes a fresh one for each)
    """Of what is `seen`, what a person changed since the page is ours: field → its event."""
    made: bool = False
    """We made it: it was not there before."""


class PendingRow(Row, frozen=True):
    """A write whose outcome is not in the log."""

    position: int
    at: int
    key: str
    source: str
    page: str
    values: dict[str, str]


class RefusedRow(Row, frozen=True):
    """A write that Notion refused, so that the same is not asked again and again."""

    own: ClassVar[frozenset[str]] = frozenset({"key", "page"})

    key: str
    source: str
    page: str
    values: dict[str, str]
    why: str
    times: int
    """One after the other."""
    at: int
    """The last time, milliseconds since 1970."""


class Notion:
    """The events of Notion → databases, pages, open intents, what was refused."""

    name = "notion"
    version = 5

    def __init__(self) -> None:
        self.databases: Rows[DatabaseRow] = Rows("notion_database", DatabaseRow, ("catalogue",))
        self.pages: Rows[PageRow] = Rows("notion_page", PageRow, ("key",), index="page")
        self.pending: Rows[PendingRow] = Rows(
            "notion_intent", PendingRow, ("position",), index="key"
        )
        self.refused: Rows[RefusedRow] = Rows("notion_refused", RefusedRow, ("key",))
        self.tables: tuple[Rows[Any], ...] = (
            self.databases,
            self.pages,
            self.pending,
            self.refused,
        )
        self.folds: dict[type[Event], Fold] = {
            NotionDatabaseBound: self._bound,
            NotionIntended: self._intended,
            NotionSynced: self._synced,
            NotionPageClaimed: self._claimed,
            NotionEdited: self._edited,
            NotionPageGone: self._gone,
            ActionFailed: self._failed,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def sources(self) -> dict[str, DatabaseRow]:
        """The four by their name, as far as they are bound."""
        return {row.catalogue: row for row in self.databases}

    def _bound(self, event: NotionDatabaseBound, at: At) -> None:
        for row in [row for row in self.refused if row.source == event.source]:
            self.refused.drop(row.key)
        old = self.databases.get(event.catalogue)
        known = old is not None and old.source == event.source
        if known and old is not None:
            self._void(old, event)
        self.databases.put(
            DatabaseRow(
                event.catalogue,
                event.database,
                event.source,
                event.properties,
                event.types,
                old.since if known and old is not None else at.at,
                at.position,
            )
        )

    def _failed(self, event: ActionFailed, at: At) -> None:
        row = self.pending.get(at.cause)
        self.pending.drop(at.cause)
        if row is None or event.interrupted:
            return
        before = self.refused.get(row.key)
        same = before is not None and (before.page, before.values) == (row.page, row.values)
        times = before.times + 1 if before is not None and same else 1
        self.refused.put(
            RefusedRow(row.key, row.source, row.page, row.values, event.reason, times, at.at)
        )

    def _void(self, old: DatabaseRow, event: NotionDatabaseBound) -> None:
        """Fields that are in another property from now on: what the old one said is void."""
        moved = {f for f, an_id in old.properties.items() if event.properties.get(f) != an_id}
        for row in list(self.pages) if moved else ():
            if row.source == event.source:
                pushed = {field: said for field, said in row.pushed.items() if field not in moved}
                seen = {field: said for field, said in row.seen.items() if field not in moved}
                edited = {field: by for field, by in row.edited.items() if field not in moved}
                changed = msgspec.structs.replace(row, pushed=pushed, seen=seen, edited=edited)
                self._put(changed)

    def _intended(self, event: NotionIntended, at: At) -> None:
        self.pending.put(
            PendingRow(at.position, at.at, event.key, event.source, event.page, event.values)
        )

    def _synced(self, event: NotionSynced, at: At) -> None:
        self.pending.drop(at.cause)
        self.refused.drop(event.key)
        old = self.pages.get(event.key)
        if old is None or old.page != event.page:
            new = PageRow(event.key, event.page, event.source, {}, {}, "", at.position, made=True)
            self._put(new)
            old = self.pages.get(event.key)
        assert old is not None
        pushed, seen = old.pushed | event.values, dict(old.seen)
        for field, value in event.values.items():
            if field not in RELATIONS:
                seen.pop(field, None)
            elif field in seen:
                seen[field] = merged(value, old.pushed.get(field, ""), seen[field])
        seen = {field: value for field, value in seen.items() if value != pushed.get(field, "")}
        edited = {field: by for field, by in old.edited.items() if field in seen}
        self._put(
            msgspec.structs.replace(
                old,
                source=event.source,
                pushed=pushed,
                seen=seen,
                gone="",
                position=at.position,
                edited=edited,
            )
        )

    def _claimed(self, event: NotionPageClaimed, at: At) -> None:
        self.refused.drop(event.key)
        before = [row for row in self.pages.of(event.page) if row.source == event.source]
        old = before[0] if before else PageRow(event.key, event.page, "", {}, {}, "", 0)
        edited = {
            field: by
            for field, by in old.edited.items()
            if event.values.get(field) == old.seen.get(field)
        }
        self._put(
            PageRow(
                event.key,
                event.page,
                event.source,
                old.pushed,
                event.values,
                "",
                at.position,
                edited,
                old.made,
            )
        )

    def _edited(self, event: NotionEdited, at: At) -> None:
        row = self.pages.get(event.key)
        if row is None or row.page != event.page:
            return
        field = event.property
        seen = {each: value for each, value in row.seen.items() if each != field}
        edited = {each: by for each, by in row.edited.items() if each != field}
        if event.value != row.pushed.get(field, ""):
            seen[field], edited[field] = event.value, at.position
        self._put(msgspec.structs.replace(row, seen=seen, edited=edited, position=at.position))

    def _gone(self, event: NotionPageGone, at: At) -> None:
        self.pending.drop(at.cause)
        row = self.pages.get(event.key)
        if row is not None and row.page == event.page:
            self._put(msgspec.structs.replace(row, gone=event.how, position=at.position))

    def _put(self, row: PageRow) -> None:
        """A page has one key, and a key one page."""
        for other in list(self.pages.of(row.page)):
            if other.key != row.key:
                self.pages.drop(other.key)
        self.pages.put(row)


def members(value: str) -> set[str]:
    """The pages of a relation."""
    return set(value.split(",")) - {""}


def merged(wanted: str, pushed: str, seen: str) -> str:
    """A relation that is wanted, with what a person added to and took out of the last one."""
    ours, theirs = members(pushed), members(seen)
    return ",".join(sorted((members(wanted) | (theirs - ours)) - (ours - theirs)))
