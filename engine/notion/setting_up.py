"""The four databases: found where they are, made where they are not, and fitted to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.contract import Fatal, Permanent
from adapters.notion.client import Client, Unclear
from adapters.notion.fields import FIELDS, KINDS, TITLES, Field, Kind
from adapters.notion.fitting import Fit, declared, fit
from adapters.notion.settings import NotionSettings
from engine.library import Library
from engine.notion.writing import WAITS
from state.events import NotionDatabaseBound

_UUID = re.compile(r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})")
Json = dict[str, Any]
UNNAMED = "Related to "
"""So Notion calls the other side of a relation until it gets a name."""


class Database(msgspec.Struct):
    """What became of one of the four."""

    kind: Kind
    database: str
    source: str
    made: bool
    added: list[str] = []
    """Names of properties that were added."""
    missing: list[str] = []
    """Names of properties that it lacks."""
    notes: tuple[str, ...] = ()


def identifier(told: str) -> str:
    """The id in an id or an address of Notion.

    Raises:
        Permanent: there is none.
    """
    found = _UUID.findall(told.strip().lower().partition("?")[0])
    if not found:
        raise Permanent(f"{told!r} is no page or database of Notion: give its address or its id")
    return "-".join(found[-1])


class SetUp:
    """One set-up. Every method raises the errors of `Client`; what was made is found again by the
    next one."""

    def __init__(
        self,
        library: Library,
        settings: NotionSettings,
        client: Client,
        *,
        add: bool,
        tasks: bool = False,
    ) -> None:
        self.library, self.settings, self.client, self.add = library, settings, client, add
        self.databases: dict[Kind, Database] = {}
        tasks |= bool(settings.tasks) or "tasks" in library.state.notion.databases
        self.kinds: tuple[Kind, ...] = (*KINDS, "tasks") if tasks else KINDS

    def run(self, parent: str) -> list[Database]:
        """Find or make the databases, and record them.

        Args:
            parent: a page's id or address; empty: the databases are known.

        Raises:
            Permanent: something is missing that only a person can give.
        """
        there = self._below(identifier(parent)) if parent else {}
        for kind in self.kinds:
            self.databases[kind] = self._found(kind, there) or self._make(kind, parent)
        for kind in self.kinds:
            self._complete(self.databases[kind])
        for kind in self.kinds:
            self._record(self.databases[kind])
        return list(self.databases.values())

    def _below(self, page: str) -> dict[Kind, str]:
        """Databases on a page, by their titles; of several, the first."""
        found: dict[Kind, str] = {}
        for block in self.client.children(page):
            title = str((block.get("child_database") or {}).get("title") or "").strip().casefold()
            for kind in self.kinds:
                if title == TITLES[kind].casefold() and not block.get("in_trash"):
                    found.setdefault(kind, str(block["id"]))
        return found

    def _found(self, kind: Kind, there: dict[Kind, str]) -> Database | None:
        told = getattr(self.settings, kind)
        bound = self.library.state.notion.databases.get(kind)
        if told:
            an_id = identifier(told)
        elif there.get(kind):
            an_id = there[kind]
        elif bound is not None and not self._is_gone(bound.database):
            an_id = bound.database
        else:
            return None
        return Database(kind, an_id, self._source(kind, an_id), made=False)

    def _is_gone(self, database: str) -> bool:
        try:
            return bool(self.client.database(database).get("in_trash"))
        except Permanent:
            return True

    def _source(self, kind: Kind, database: str) -> str:
        """The data source of a database.

        Raises:
            Permanent: it shows none, or several.
        """
        sources = self.client.database(database).get("data_sources") or []
        if len(sources) == 1:
            return str(sources[0]["id"])
        named = [each for each in sources if each.get("name") == TITLES[kind]]
        if len(named) == 1:
            return str(named[0]["id"])
        raise Permanent(
            f"Notion: the database {TITLES[kind]} shows {len(sources) or 'no'} data sources: share "
            f"it with the connection, or call the one that is meant {TITLES[kind]!r}"
        )

    def _make(self, kind: Kind, parent: str) -> Database:
        if not parent:
            raise Permanent(
                f"Notion: there is no database {TITLES[kind]} yet: sync notion setup --parent PAGE"
            )
        page = identifier(parent)
        properties = {
            about.names[0]: declared(about, {})
            for field, about in self._fields(kind)
            if about.to is None and about.made
        }
        for _ in range(2):
            try:
                told = self.client.create_database(page, TITLES[kind], properties)
            except Unclear:
                made = self._awaited(page, kind)
                if made is None:
                    continue
                return Database(kind, made, self._source(kind, made), made=True)
            an_id = str(told["id"])
            return Database(kind, an_id, self._source(kind, an_id), made=True)
        raise Fatal("Notion does not say whether a database was made: run it again")

    def _awaited(self, page: str, kind: Kind) -> str | None:
        """The database that may have been made: Notion may still be at it."""
        for seconds in (0.0, *WAITS):
            if seconds:
                self.client.sleep(seconds)
            if (made := self._below(page).get(kind)) is not None:
                return made
        return None

    def _fields(self, kind: Kind) -> Iterable[tuple[str, Field]]:
        names = self.settings.properties.get(kind, {})
        for field, about in FIELDS[kind].items():
            if names.get(field) == "":
                continue
            if field in names:
                about = msgspec.structs.replace(about, names=(names[field],), made=True)
            yield field, about

    # -- properties ------------------------------------------------------------------------------

    def _fit(self, database: Database) -> tuple[Fit, dict[str, Json]]:
        properties = self.client.source(database.source)["properties"]
        fitted = fit(
            database.kind,
            properties,
            names=self.settings.properties.get(database.kind),
            sources={kind: one.source for kind, one in self.databases.items()},
        )
        return fitted, properties

    def _complete(self, database: Database) -> None:
        """Add what is missing: all to a database that we made, to another one if that is wanted."""
        fitted, properties = self._fit(database)
        database.notes = fitted.notes
        ours = database.made or self._is_unfinished(database)
        sources: dict[str, str] = {kind: one.source for kind, one in self.databases.items()}
        wanted = {}
        for field, about in self._fields(database.kind):
            if field in fitted.missing:
                free = [name for name in about.names if name not in properties]
                wanted[free[0] if free else f"{about.names[0]} (sync)"] = (field, about)
        relations = {name for name, (_, about) in wanted.items() if about.to is not None}
        if self.add or ours:
            adding = wanted
        else:
            adding = {}
            database.missing = sorted(wanted)
            if "sync_key" in fitted.missing:
                raise Permanent(
                    f"Notion: the database {TITLES[database.kind]} lacks the properties "
                    f"{', '.join(database.missing)}; at least Sync Key is needed: "
                    "sync notion setup --add-missing adds them"
                )
        if adding:
            told = {name: declared(about, sources) for name, (_, about) in adding.items()}
            self.client.update_source(database.source, told)
            database.added = sorted(adding)
        there = {prop.name for prop in fitted.fields.values() if prop.type == "relation"}
        self._name_other_sides(database, (relations & set(adding)) | (there if ours else set()))

    def _is_unfinished(self, database: Database) -> bool:
        """Whether we made it in a set-up that did not come to its end."""
        if database.kind in self.library.state.notion.sources():
            return False
        by = self.client.source(database.source).get("created_by") or {}
        return bool(by) and by.get("id") == self.client.me().get("id")

    def _name_other_sides(self, database: Database, relations: set[str]) -> None:
        """The other side of a relation is called after this one: Tracks, Albums."""
        if not relations:
            return
        properties = self.client.source(database.source)["properties"]
        for name in sorted(relations):
            relation = properties[name]["relation"]
            dual = relation.get("dual_property") or {}
            side, other = dual.get("synced_property_id"), relation.get("data_source_id")
            title = TITLES[database.kind]
            if not str(dual.get("synced_property_name") or UNNAMED).startswith(UNNAMED):
                continue
            if side and other and title not in self.client.source(other)["properties"]:
                self.client.update_source(other, {side: {"name": title}})

    def _record(self, database: Database) -> None:
        fitted, _ = self._fit(database)
        properties = {field: prop.id for field, prop in fitted.fields.items()}
        types = {field: prop.type for field, prop in fitted.fields.items()}
        event = NotionDatabaseBound(
            database.kind, database.database, database.source, properties, types
        )
        old = self.library.state.notion.databases.get(database.kind)
        if old is None or (old.database, old.source, old.properties, old.types) != (
            database.database,
            database.source,
            properties,
            types,
        ):
            self.library.append([event])
