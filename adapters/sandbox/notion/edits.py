"""What a person does in the app: calls of the sandbox for tests and demos.

A page or data source is named by its id, or by its title if only one has it; a property by its
name or id. Values are told plainly: `convert.value_of`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from adapters.sandbox.notion import changes, convert, declare, richtext
from adapters.sandbox.notion.ids import dashed
from adapters.sandbox.notion.model import Database, DataSource, Page, Parent, Property
from adapters.sandbox.notion.problems import Problem
from adapters.sandbox.notion.values import Written
from adapters.sandbox.notion.workspace import Workspace

CALLS = (
    "add_database",
    "add_page",
    "add_property",
    "add_row",
    "archive",
    "delete_database",
    "delete_property",
    "edit",
    "purge",
    "relate",
    "rename_database",
    "rename_property",
    "restore",
    "restore_database",
    "share",
    "retype_property",
    "trash",
    "unrelate",
    "unshare",
)


class Edits:
    """A workspace that people use. All calls raise LookupError for what is not there."""

    workspace: Workspace
    lock: threading.RLock

    @contextmanager
    def _person(self) -> Iterator[Workspace]:
        """Edits are the person's, and errors in them are values that are wrong."""
        with self.lock:
            before, self.workspace.actor = self.workspace.actor, self.workspace.person
            try:
                yield self.workspace
            except Problem as problem:
                raise ValueError(problem.message) from None
            finally:
                self.workspace.actor = before

    # ---- looking up --------------------------------------------------------------------------

    def find_page(self, page: str) -> Page:
        known = self.workspace.pages
        if found := known.get(dashed(page) or ""):
            return found
        named = [one for one in known.values() if one.title == page and not one.in_trash]
        if len(named) != 1:
            raise LookupError(f"{len(named) or 'no'} pages are called {page!r}")
        return named[0]

    def find_source(self, data_source: str) -> DataSource:
        """By its id or title, or by the id of its database."""
        an_id = dashed(data_source) or ""
        if found := self.workspace.data_sources.get(an_id):
            return found
        if database := self.workspace.databases.get(an_id):
            return self.workspace.only_source(database)
        named = [
            one
            for one in self.workspace.data_sources.values()
            if richtext.plain(one.title) == data_source
        ]
        if len(named) != 1:
            raise LookupError(f"{len(named) or 'no'} data sources are called {data_source!r}")
        return named[0]

    def find_database(self, database: str) -> Database:
        if found := self.workspace.databases.get(dashed(database) or ""):
            return found
        return self.workspace.databases[self.find_source(database).parent.id]

    def _property(self, source: DataSource, name: str) -> Property:
        if (found := source.find(name)) is None:
            raise LookupError(f"no property {name!r}")
        return found

    def _row(self, page: str) -> tuple[DataSource, Page]:
        found = self.find_page(page)
        if (source := self.workspace.source_of(found)) is None:
            raise LookupError(f"{page!r} is in no data source")
        return source, found

    # ---- rows --------------------------------------------------------------------------------

    def add_row(self, data_source: str, values: Mapping[str, Any] | None = None) -> str:
        """A row made by hand; its id."""
        with self._person():
            return self._seed(self.find_source(data_source), [values or {}])[0]

    def seed(self, data_source: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Many rows at once, as if the connection had made them; their ids.

        Raises:
            LookupError: no such property. ValueError: it has another type.
        """
        with self.lock:
            before, self.workspace.actor = self.workspace.actor, self.workspace.bot
            try:
                return self._seed(self.find_source(data_source), rows)
            finally:
                self.workspace.actor = before

    def _seed(self, source: DataSource, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        made = []
        for row in rows:
            written = self._written(source, row)
            page = self.workspace.add_page(Parent("data_source_id", source.id))
            changes.write(self.workspace, page, written)
            made.append(page.id)
        return made

    def _written(self, source: DataSource, told: Mapping[str, Any]) -> Written:
        written = Written()
        for name, value in told.items():
            prop = self._property(source, name)
            if prop.type == "relation":
                written.values[prop.id] = {self.find_page(one).id: None for one in value or ()}
            elif prop.type == "people":
                written.values[prop.id] = [self.workspace.users[one].id for one in value or ()]
            else:
                written.values[prop.id] = convert.value_of(source, prop, value)
        return written

    def edit(self, page: str, property: str, value: Any) -> None:
        """Set a property; of a relation, all of it."""
        with self._person() as workspace:
            source, row = self._row(page)
            changes.write(workspace, row, self._written(source, {property: value}))

    def relate(self, page: str, property: str, to: str) -> None:
        """Add one page to a relation, at its end."""
        self._relation(page, property, to, there=True)

    def unrelate(self, page: str, property: str, to: str) -> None:
        self._relation(page, property, to, there=False)

    def _relation(self, page: str, name: str, to: str, *, there: bool) -> None:
        with self._person() as workspace:
            source, row = self._row(page)
            prop, other = self._property(source, name), self.find_page(to)
            if prop.type != "relation":
                raise LookupError(f"{name!r} is not a relation")
            now = dict(row.values.get(prop.id) or {})
            if not there and other.id not in now:
                raise LookupError(f"{to!r} is not related")
            now.pop(other.id, None)
            if there:
                now[other.id] = None
            changes.write(workspace, row, Written({prop.id: now}))

    def add_page(self, title: str, parent: str = "") -> str:
        """A page that is no row, under another one; its id."""
        with self._person() as workspace:
            over = self.find_page(parent) if parent else workspace.pages[workspace.root]
            return workspace.add_page(Parent("page_id", over.id), title=title).id

    def trash(self, page: str) -> None:
        with self._person() as workspace:
            changes.trash(workspace, self.find_page(page), True)

    def restore(self, page: str) -> None:
        """Out of the trash; the page is named by its id."""
        with self._person() as workspace:
            changes.trash(workspace, self.find_page(page), False)

    def purge(self, page: str) -> None:
        """Out of the trash for good; the page is named by its id."""
        with self._person() as workspace:
            changes.purge(workspace, self.find_page(page))

    def archive(self, page: str, archived: bool = True) -> None:
        """Out of sight, but not into the trash."""
        with self._person() as workspace:
            found = self.find_page(page)
            found.is_archived = archived
            workspace.touch(found)
            if (source := workspace.source_of(found)) is not None:
                source.changed()

    def unshare(self, page: str) -> None:
        """Take a page or database, and all below it, out of the connections' sight."""
        self._share(page, there=False)

    def share(self, page: str) -> None:
        self._share(page, there=True)

    def _share(self, name: str, *, there: bool) -> None:
        with self._person():
            try:
                self.find_page(name).shared = there
            except LookupError:
                self.find_database(name).shared = there

    # ---- databases ---------------------------------------------------------------------------

    def add_database(
        self, title: str, properties: Mapping[str, Any] | None = None, parent: str = ""
    ) -> str:
        """A database with one data source; the data source's id.

        Args:
            properties: by name, as the API is told them, or just the name of the type.
        """
        with self._person() as workspace:
            over = self.find_page(parent) if parent else workspace.pages[workspace.root]
            told = {name: self._declared(one) for name, one in (properties or {}).items()}
            database = workspace.add_database(Parent("page_id", over.id), title)
            source = workspace.add_data_source(database, title)
            declare.create(workspace, source, told, "properties")
            return source.id

    def _declared(self, told: Any) -> Any:
        return {told: {}} if isinstance(told, str) else told

    def rename_database(self, database: str, title: str) -> None:
        with self._person() as workspace:
            found = self.find_database(database)
            found.title = richtext.text(title)
            workspace.touch(found)
            if len(found.data_sources) == 1:
                source = workspace.data_sources[found.data_sources[0]]
                source.title = found.title
                workspace.note(source)

    def delete_database(self, database: str) -> None:
        """Into the trash, with everything in it."""
        with self._person() as workspace:
            changes.trash(workspace, self.find_database(database), True)

    def restore_database(self, database: str) -> None:
        with self._person() as workspace:
            changes.trash(workspace, self.find_database(database), False)

    def add_property(self, data_source: str, name: str, type: Any) -> None:
        """`type` is its name, or what the API is told."""
        self._declare(data_source, {name: self._declared(type)})

    def rename_property(self, data_source: str, property: str, name: str) -> None:
        self._declare(data_source, {property: {"name": name}})

    def delete_property(self, data_source: str, property: str) -> None:
        self._declare(data_source, {property: None})

    def retype_property(self, data_source: str, property: str, type: Any) -> None:
        """Values come along as far as they mean something in the new type."""
        self._declare(data_source, {property: self._declared(type)})

    def _declare(self, data_source: str, told: Mapping[str, Any]) -> None:
        with self._person() as workspace:
            source = self.find_source(data_source)
            declare.update(workspace, source, dict(told), "properties")
            workspace.touch(source)
