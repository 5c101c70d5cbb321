"""Objects as the service shows them, with the keys of the version that was asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from adapters.sandbox.notion import richtext, schema, times
from adapters.sandbox.notion.cells import Cells
from adapters.sandbox.notion.ids import page_url
from adapters.sandbox.notion.model import (
    TITLE,
    Block,
    Database,
    DataSource,
    Json,
    Page,
    Property,
    Thing,
)
from adapters.sandbox.notion.users import user_id
from adapters.sandbox.notion.workspace import Workspace

OLD, NEW = "2025-09-03", "2026-03-11"
VERSIONS = (OLD, NEW)
PUBLISHED = ("2021-05-11", "2021-05-13", "2021-08-16", "2022-02-22", "2022-06-28", *VERSIONS)
"""All that the service knows; those before `OLD` are not spoken here."""
UNTITLED = "New database"
"""What a database without a title is called. Its data source has none, but for lists of them."""
BARE = Property(TITLE, "title", "title")
"""The only property of a page that is no row."""


@dataclass(frozen=True)
class Shapes:
    """Of one workspace, in one version."""

    workspace: Workspace
    version: str = NEW

    def _archived(self, told: Json, gone: bool) -> Json:
        return told | {"archived": gone} if self.version == OLD else told

    def page(self, page: Page, only: Collection[str] | None = None) -> Json:
        """`only`: ids of the properties to show."""
        gone = self.workspace.trashed(page)
        cells = Cells(self.workspace)
        source = self.workspace.source_of(page)
        if source is None:
            properties = {"title": cells.cell(page, BARE)}
        else:
            properties = {
                prop.name: cells.cell(page, prop)
                for prop in source.ordered()
                if only is None or prop.id in only
            }
        told = {
            "object": "page",
            "id": page.id,
            "created_time": times.minute(page.created),
            "last_edited_time": times.minute(page.edited),
            "created_by": user_id(page.created_by),
            "last_edited_by": user_id(page.edited_by),
            "cover": page.cover,
            "icon": page.icon,
            "parent": self._parent(page),
            "in_trash": gone,
            "is_archived": page.is_archived,
            "is_locked": page.is_locked,
            "properties": properties,
            "url": page_url(page.id, page.title),
            "public_url": None,
        }
        return self._archived(told, gone)

    def _parent(self, thing: Thing) -> Json:
        told = thing.parent.shape()
        if thing.parent.kind == "data_source_id":
            told["database_id"] = self.workspace.data_sources[thing.parent.id].parent.id
        return told

    def data_source(self, source: DataSource) -> Json:
        gone = self.workspace.trashed(source)
        database = self.workspace.databases[source.parent.id]
        told = {
            "object": "data_source",
            "id": source.id,
            "cover": source.cover,
            "icon": source.icon,
            "created_time": times.minute(source.created),
            "created_by": user_id(source.created_by),
            "last_edited_by": user_id(source.edited_by),
            "last_edited_time": times.minute(source.edited),
            "title": source.title,
            "description": source.description,
            "is_inline": database.is_inline,
            "properties": {
                prop.name: schema.shape(self.workspace, source, prop) for prop in source.ordered()
            },
            "parent": source.parent.shape(),
            "database_parent": database.parent.shape(),
            "url": page_url(database.id, ""),
            "public_url": None,
            "in_trash": gone,
        }
        return self._archived(told, gone)

    def database(self, database: Database) -> Json:
        gone = self.workspace.trashed(database)
        sources = [self.workspace.data_sources[one] for one in database.data_sources]
        told = {
            "object": "database",
            "id": database.id,
            "title": database.title or richtext.text(UNTITLED),
            "description": database.description,
            "parent": database.parent.shape(),
            "is_inline": database.is_inline,
            "in_trash": gone,
            "is_locked": database.is_locked,
            "created_time": times.exact(database.created),
            "last_edited_time": times.exact(database.edited),
            "data_sources": [
                {"id": one.id, "name": richtext.plain(one.title) or UNTITLED}
                for one in sources
                if not one.in_trash
            ],
            "icon": database.icon,
            "cover": database.cover,
            "url": page_url(database.id, ""),
            "public_url": None,
        }
        return self._archived(told, gone)

    def block(self, thing: Block | Page | Database) -> Json:
        """A block; a page or a database as the block that it is in its parent."""
        gone = self.workspace.trashed(thing)
        kind, content, children = self._content(thing)
        told = {
            "object": "block",
            "id": thing.id,
            "parent": self._parent(thing),
            "created_time": times.minute(thing.created),
            "last_edited_time": times.minute(thing.edited),
            "created_by": user_id(thing.created_by),
            "last_edited_by": user_id(thing.edited_by),
            "has_children": bool(children),
            "in_trash": gone,
            "type": kind,
            kind: content,
        }
        return self._archived(told, gone)

    def _content(self, thing: Block | Page | Database) -> tuple[str, Json, list[str]]:
        if isinstance(thing, Page):
            return "child_page", {"title": thing.title}, self.workspace.living(thing.id)
        if isinstance(thing, Database):
            return "child_database", {"title": richtext.plain(thing.title) or UNTITLED}, []
        return thing.type, thing.content, self.workspace.living(thing.id)
