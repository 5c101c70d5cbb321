"""What a workspace consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from adapters.sandbox.notion.ids import escaped

Json = dict[str, Any]
Text = list[Json]
"""Rich text: a list of its parts."""
Kind = Literal["workspace", "page_id", "data_source_id", "database_id", "block_id"]
TITLE = "title"
"""The id of every title property."""


@dataclass(frozen=True)
class Parent:
    """What something lies under; `id` is empty for the workspace."""

    kind: Kind
    id: str = ""

    def shape(self) -> Json:
        return {"type": self.kind, self.kind: self.id or True}


@dataclass(frozen=True)
class User:
    """A person, or the bot of a connection."""

    id: str
    name: str
    email: str = ""
    bot: bool = False


@dataclass(kw_only=True)
class Thing:
    """What pages, blocks, databases and data sources have in common. Times: seconds since 1970."""

    id: str
    parent: Parent
    created: float
    edited: float
    created_by: str
    edited_by: str
    in_trash: bool = False
    shared: bool = True
    icon: Json | None = None
    cover: Json | None = None


@dataclass(kw_only=True)
class Page(Thing):
    """`values` are by id of property, in the form that `values.parse` gives them.

    Relations are dicts whose keys are ids of pages, in order. `text` is the plain text of rich
    text, kept for filters. `serial` counts pages in the order of their creation.
    """

    serial: int
    values: dict[str, Any] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    is_archived: bool = False
    is_locked: bool = False

    @property
    def title(self) -> str:
        return self.text.get(TITLE, "")


@dataclass(kw_only=True)
class Block(Thing):
    """`content` lies under the name of the type."""

    type: str
    content: Json


@dataclass
class Property:
    """One column. `config` is in the form that `schema` gives it; options are in it as a list."""

    id: str
    name: str
    type: str
    config: Json = field(default_factory=dict)
    description: str | None = None
    shown_id: str = ""
    _ids: dict[str, Json] = field(default_factory=dict)
    _names: dict[str, Json] = field(default_factory=dict)
    _known: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shown_id = escaped(self.id)

    def _indexed(self) -> None:
        """There may be thousands of options, and every row asks for some."""
        options = self.config["options"]
        if self._known is not options or len(self._ids) != len(options):
            self._known = options
            self._ids = {one["id"]: one for one in options}
            self._names = {one["name"]: one for one in options}

    def option(self, an_id: str) -> Json | None:
        """By its id."""
        self._indexed()
        return self._ids.get(an_id)

    @property
    def unset(self) -> str | None:
        """The option that rows show where nobody has set one: a status is never empty."""
        options = self.config["options"] if self.type == "status" else []
        return str(options[0]["id"]) if options else None

    def option_named(self, name: str) -> Json | None:
        self._indexed()
        return self._names.get(name)


@dataclass(kw_only=True)
class DataSource(Thing):
    """`rows` are all of them, trashed ones too, the oldest first.

    `revision` grows with every change of a row or of the schema: an evaluated query is good until
    then. `next_number` is what the next row's unique id will be.
    """

    title: Text
    description: Text = field(default_factory=list)
    properties: dict[str, Property] = field(default_factory=dict)
    rows: dict[str, Page] = field(default_factory=dict)
    revision: int = 0
    next_number: int = 1
    made: int = 0
    _ordered: list[Property] | None = None

    def ordered(self) -> list[Property]:
        """By id, the title last: the order in which objects show them."""
        if self._ordered is None:
            self._ordered = sorted(
                self.properties.values(), key=lambda one: (one.id == TITLE, one.id)
            )
        return self._ordered

    def changed(self, *, schema: bool = False) -> None:
        self.revision += 1
        if schema:
            self._ordered = None

    def find(self, key: str) -> Property | None:
        """A property by its name, or by its id, escaped or not."""
        for one in self.properties.values():
            if one.name == key:
                return one
        if found := self.properties.get(key):
            return found
        return next((one for one in self.properties.values() if one.shown_id == key), None)


@dataclass(kw_only=True)
class Database(Thing):
    """A container of data sources."""

    title: Text
    description: Text = field(default_factory=list)
    data_sources: list[str] = field(default_factory=list)
    is_inline: bool = False
    is_locked: bool = False
