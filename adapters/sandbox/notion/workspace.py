"""Everything that a workspace holds, and how it is found. Times come from its clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from adapters.sandbox.notion import ids, richtext
from adapters.sandbox.notion.model import (
    TITLE,
    Block,
    Database,
    DataSource,
    Page,
    Parent,
    Property,
    Thing,
    User,
)
from adapters.sandbox.notion.problems import a_database, a_page, invalid, not_found, wrong
from adapters.sandbox.notion.search import Index


class Workspace:
    """A workspace with one person, one connection and one page, `root`, that it may write under.

    Args:
        clock: seconds since 1970.
        name: of the connection, as errors name it.
        bot: id of the connection's user; made up if it is empty.
    """

    def __init__(
        self, clock: Callable[[], float] = time.time, name: str = "Sandbox", bot: str = ""
    ) -> None:
        self.clock, self.name = clock, f"{name} workspace"
        self.users: dict[str, User] = {}
        self.pages: dict[str, Page] = {}
        self.databases: dict[str, Database] = {}
        self.data_sources: dict[str, DataSource] = {}
        self.blocks: dict[str, Block] = {}
        self.children: dict[str, list[str]] = {}
        self.index = Index()
        self._made = 0
        self.id = self.new_id()
        self.person = self.put_user(User(self.new_id(), "Robin Vale", "robin@example.com"))
        self.bot = self.put_user(User(bot or self.new_id(), name, bot=True))
        self.actor = self.person
        self.root = self.add_page(Parent("workspace"), title="Music").id
        self.index.settle()
        self.actor = self.bot

    # ---- new things --------------------------------------------------------------------------

    def new_id(self) -> str:
        self._made += 1
        return ids.uuid(f"{self._made}")

    def put_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_page(self, parent: Parent, *, title: str = "", an_id: str = "") -> Page:
        """A page without values, but for its title."""
        page = Page(id=an_id or self.new_id(), parent=parent, serial=self._made, **self._stamp())
        self._made += 1
        if title:
            page.values[TITLE], page.text[TITLE] = richtext.text(title), title
        self.pages[page.id] = page
        if parent.kind == "data_source_id":
            source = self.data_sources[parent.id]
            source.rows[page.id] = page
            for prop in source.properties.values():
                if prop.type == "unique_id":
                    page.values[prop.id] = source.next_number
            source.next_number += 1
            source.changed()
        else:
            self.children.setdefault(parent.id, []).append(page.id)
        self.index.note(self.clock(), page.id, "page", title, False)
        return page

    def add_database(self, parent: Parent, title: str = "", an_id: str = "") -> Database:
        """A database without data sources."""
        made = Database(
            id=an_id or self.new_id(), parent=parent, title=richtext.text(title), **self._stamp()
        )
        self.databases[made.id] = made
        self.children.setdefault(parent.id, []).append(made.id)
        return made

    def add_data_source(self, database: Database, title: str = "", an_id: str = "") -> DataSource:
        """A data source whose only property is its title, `Name`."""
        made = DataSource(
            id=an_id or self.new_id(),
            parent=Parent("database_id", database.id),
            title=richtext.text(title),
            **self._stamp(),
        )
        made.properties[TITLE] = Property(TITLE, "Name", "title")
        self.data_sources[made.id] = made
        database.data_sources.append(made.id)
        self.index.note(self.clock(), made.id, "data_source", title, False)
        return made

    def add_block(self, parent: Parent, kind: str, content: dict[str, Any]) -> Block:
        made = Block(id=self.new_id(), parent=parent, type=kind, content=content, **self._stamp())
        self.blocks[made.id] = made
        self.children.setdefault(parent.id, []).append(made.id)
        return made

    def _stamp(self) -> dict[str, Any]:
        now, actor = self.clock(), self.actor.id
        return {"created": now, "edited": now, "created_by": actor, "edited_by": actor}

    def forget_database(self, database: Database) -> None:
        """One that could not be made after all."""
        del self.databases[database.id]
        self.children[database.parent.id].remove(database.id)

    def forget_source(self, source: DataSource) -> None:
        del self.data_sources[source.id]
        self.databases[source.parent.id].data_sources.remove(source.id)
        self.index.forget(source.id)

    def note(self, source: DataSource) -> None:
        """Let the search know, in its own time, what a data source is called now."""
        title = richtext.plain(source.title)
        self.index.note(self.clock(), source.id, "data_source", title, source.in_trash)

    # ---- looking up --------------------------------------------------------------------------

    def page(self, an_id: object, where: str = "path.page_id") -> Page:
        """Raises Problem: the id is none, or of no page."""
        known = self.pages.get(found := self.checked(an_id, where))
        if known is None or self.hidden(known):
            if (other := self.databases.get(found)) is not None and not self.hidden(other):
                raise a_database(found)
            raise self.missing("page", found)
        return known

    def database(self, an_id: object, where: str = "path.database_id") -> Database:
        known = self.databases.get(found := self.checked(an_id, where))
        if known is None or self.hidden(known):
            if (other := self.pages.get(found)) is not None and not self.hidden(other):
                raise a_page(found)
            raise self.missing("database", found)
        return known

    def data_source(self, an_id: object, where: str = "path.data_source_id") -> DataSource:
        known = self.data_sources.get(found := self.checked(an_id, where))
        if known is None or self.hidden(known):
            raise self.missing("data_source", found)
        return known

    def user(self, an_id: object, where: str = "path.user_id") -> User:
        known = self.users.get(found := self.checked(an_id, where))
        if known is None:
            raise self.missing("user", found)
        return known

    def block(self, an_id: object, where: str = "path.block_id") -> Block | Page | Database:
        """A block, or the page or database that stands as one in its parent."""
        found = self.checked(an_id, where)
        known = self.blocks.get(found) or self.pages.get(found) or self.databases.get(found)
        if known is None or self.hidden(known):
            raise self.missing("block", found)
        return known

    def checked(self, an_id: object, where: str) -> str:
        found = ids.dashed(an_id) if isinstance(an_id, str) else None
        if found is None:
            raise wrong(where, "a valid uuid", an_id)
        return found

    def missing(self, kind: str, an_id: str) -> Exception:
        connection = self.actor if self.actor.bot else self.bot
        return not_found(kind, an_id, connection.name, connection.id)

    def only_source(self, database: Database) -> DataSource:
        """Raises Problem: the database has more than one data source, or none."""
        if len(database.data_sources) != 1:
            raise invalid(
                f"Database with ID {database.id} has {len(database.data_sources)} data sources; "
                "name one of them by its data_source_id."
            )
        return self.data_sources[database.data_sources[0]]

    def source_of(self, page: Page) -> DataSource | None:
        """The data source that a page is a row of."""
        return self.data_sources[page.parent.id] if page.parent.kind == "data_source_id" else None

    # ---- trash -------------------------------------------------------------------------------

    def above(self, thing: Thing) -> Thing | None:
        match thing.parent.kind:
            case "page_id":
                return self.pages.get(thing.parent.id)
            case "data_source_id":
                return self.data_sources.get(thing.parent.id)
            case "database_id":
                return self.databases.get(thing.parent.id)
            case "block_id":
                return self.blocks.get(thing.parent.id)
        return None

    def trashed_above(self, thing: Thing) -> bool:
        over = self.above(thing)
        return over is not None and self.trashed(over)

    def trashed(self, thing: Thing) -> bool:
        """Whether it, or anything that it lies under, is in the trash."""
        return thing.in_trash or self.trashed_above(thing)

    def hidden(self, thing: Thing) -> bool:
        """Whether connections may not see it, nor what it lies under."""
        over: Thing | None = thing
        while over is not None and over.shared:
            over = self.above(over)
        return self.actor.bot and over is not None

    def touch(self, thing: Thing) -> None:
        """It was edited now, by whoever acts."""
        thing.edited, thing.edited_by = self.clock(), self.actor.id
        if isinstance(thing, Page) and (source := self.source_of(thing)) is not None:
            source.changed()

    def living(self, an_id: str) -> list[str]:
        """Ids of what lies directly under a page or block, and not in the trash."""
        there = []
        for child in self.children.get(an_id, []):
            thing = self.blocks.get(child) or self.pages.get(child) or self.databases[child]
            if not thing.in_trash:
                there.append(child)
        return there
