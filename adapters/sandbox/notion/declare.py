"""Changes to a schema: properties come, change and go. All is checked before anything changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.sandbox.notion import changes, convert, richtext, schema
from adapters.sandbox.notion.bodies import a_text, an_object
from adapters.sandbox.notion.ids import property_id
from adapters.sandbox.notion.model import TITLE, DataSource, Json, Property
from adapters.sandbox.notion.problems import UNDEFINED, invalid, no_property, wrong
from adapters.sandbox.notion.workspace import Workspace

Change = Callable[[], None]


def create(workspace: Workspace, source: DataSource, told: Any, where: str) -> None:
    """The first properties of a new data source.

    Raises:
        Problem: one of them is wrong, or there is not exactly one title.
    """
    properties = an_object(told, where)
    if not properties:
        return
    kinds = {name: _kind(value, f"{where}.{name}") for name, value in properties.items()}
    titles = [name for name, kind in kinds.items() if kind == "title"]
    if len(titles) != 1:
        raise invalid(
            "Title is not provided" if not titles else "There is more than one title property."
        )
    source.properties[TITLE].name = titles[0]
    made = []
    for name, value in properties.items():
        if kinds[name] == "title":
            continue
        prop = _new(workspace, source, name, value, kinds[name], f"{where}.{name}")
        source.properties[prop.id] = prop
        made.append(prop)
    _finish(workspace, source, made)


def update(workspace: Workspace, source: DataSource, told: Any, where: str) -> None:
    """Add, rename, change and delete, by name or id.

    Raises:
        Problem: one of the changes is wrong; then none of them is made.
    """
    todo: list[Change] = []
    made: list[Property] = []
    for key, value in an_object(told, where).items():
        here = f"{where}.{key}"
        prop = source.find(key)
        if prop is not None:
            todo += _changed(workspace, source, prop, value, here)
        elif value is not None:
            inner = an_object(value, here)
            kind = schema.type_of(inner, here)
            if kind is None:
                raise no_property(key)
            if kind == "title":
                raise invalid("There is more than one title property.")
            name = a_text(inner.get("name", key), f"{here}.name")
            made.append(_new(workspace, source, name, inner, kind, here))
        else:
            raise no_property(key)
    for change in todo:
        change()
    for prop in made:
        source.properties[prop.id] = prop
    _finish(workspace, source, made)


def _kind(told: Any, where: str) -> str:
    kind = schema.type_of(an_object(told, where), where)
    if kind is None:
        raise wrong(f"{where}.type", "defined", UNDEFINED)
    return kind


def _new(
    workspace: Workspace, source: DataSource, name: str, told: Json, kind: str, where: str
) -> Property:
    if any(one.name == name for one in source.properties.values()):
        raise invalid(f"There is already a property named {name}.")
    config = schema.config(workspace, source, told[kind], kind, f"{where}.{kind}", None)
    return Property(_next_id(source), name, kind, config, told.get("description"))


def _next_id(source: DataSource) -> str:
    while True:
        source.made += 1
        made = property_id(f"{source.id} {source.made}")
        if made not in source.properties:
            return made


def _finish(workspace: Workspace, source: DataSource, made: list[Property]) -> None:
    """What new properties bring along: mirrors, numbers, what a rollup looks at."""
    for prop in made:
        if prop.type == "rollup":
            schema.resolve_rollup(source, prop)
            schema.resolve_rolled(workspace, source, prop)
        elif prop.type == "relation":
            mirror(workspace, source, prop)
        elif prop.type == "formula":
            schema.resolve_formula(workspace, source, prop)
        elif prop.type == "unique_id":
            number(source, prop)
    source.changed(schema=True)


def mirror(workspace: Workspace, source: DataSource, prop: Property) -> None:
    """The other side of a two-way relation."""
    name = prop.config.pop("synced_name", None)
    if prop.config["type"] != "dual_property":
        return
    other = workspace.data_sources[prop.config["data_source_id"]]
    told = name or f"Related to {richtext.plain(source.title)} ({prop.name})"
    names = {one.name for one in other.properties.values()}
    free = next(
        text for count in range(len(names) + 1) if (text := told + f" {count}" * (count > 0))
        not in names
    )  # fmt: skip
    config = {"data_source_id": source.id, "type": "dual_property", "synced": prop.id}
    made = Property(_next_id(other), free, "relation", config)
    other.properties[made.id] = made
    prop.config["synced"] = made.id
    other.changed(schema=True)


def number(source: DataSource, prop: Property) -> None:
    """Rows that are there already are numbered in the order of their creation."""
    for place, row in enumerate(source.rows.values(), 1):
        row.values[prop.id] = place
    source.next_number = len(source.rows) + 1


def _changed(
    workspace: Workspace, source: DataSource, prop: Property, told: Any, where: str
) -> list[Change]:
    if told is None:
        if prop.type == "title":
            raise invalid("Title property cannot be deleted.")
        return [lambda: delete(workspace, source, prop)]
    inner = an_object(told, where)
    kind = schema.type_of(inner, where)
    todo: list[Change] = []
    if kind is not None and kind != prop.type:
        if "title" in (kind, prop.type):
            raise invalid("Title property cannot change its type, nor another become one.")
        config = schema.config(workspace, source, inner[kind], kind, f"{where}.{kind}", None)
        todo.append(lambda: retype(workspace, source, prop, kind, config))
    elif kind is not None and kind not in ("relation", "rollup"):
        config = schema.config(workspace, source, inner[kind], kind, f"{where}.{kind}", prop)
        todo.append(lambda: reconfigure(workspace, source, prop, config))
    elif kind is not None:
        config = schema.config(workspace, source, inner[kind], kind, f"{where}.{kind}", None)
        if kind == "rollup" or config["data_source_id"] != prop.config["data_source_id"] or (
            config["type"] != prop.config["type"]
        ):  # fmt: skip
            todo.append(lambda: retype(workspace, source, prop, kind, config))
    if "name" in inner:
        name = a_text(inner["name"], f"{where}.name")
        if any(one.name == name and one is not prop for one in source.properties.values()):
            raise invalid(f"There is already a property named {name}.")
        todo.append(lambda: rename(source, prop, name))
    if "description" in inner:
        description = inner["description"]
        if description is not None:
            a_text(description, f"{where}.description")
        todo.append(lambda: describe(source, prop, description))
    return todo


def rename(source: DataSource, prop: Property, name: str) -> None:
    prop.name = name
    source.changed(schema=True)


def describe(source: DataSource, prop: Property, description: str | None) -> None:
    prop.description = description
    source.changed(schema=True)


def delete(workspace: Workspace, source: DataSource, prop: Property) -> None:
    if prop.type == "relation":
        changes.remove_mirror(workspace, prop)
    changes.drop(source, prop.id)


def reconfigure(workspace: Workspace, source: DataSource, prop: Property, config: Json) -> None:
    """Options that are gone leave the rows, too."""
    prop.config = config
    if prop.type == "formula":
        schema.resolve_formula(workspace, source, prop)
    if "options" in config:
        there = {one["id"] for one in config["options"]}
        for row in source.rows.values():
            kept = row.values.get(prop.id)
            if isinstance(kept, list):
                row.values[prop.id] = [one for one in kept if one in there]
            elif kept is not None and kept not in there:
                row.values[prop.id] = None
    source.changed(schema=True)


def retype(
    workspace: Workspace, source: DataSource, prop: Property, kind: str, config: Json
) -> None:
    """Another type under the same id. Values come along as far as their text says enough.

    Relations keep their pages if these are still in the right data source.
    """
    texts = convert.texts(workspace, source, prop)
    related: dict[str, Any] = {}
    if prop.type == "relation":
        changes.detach_mirror(workspace, prop)
        if config.get("data_source_id") == prop.config["data_source_id"]:
            related = {row.id: row.values.get(prop.id, {}) for row in source.rows.values()}
    prop.type, prop.config = kind, config
    for row in source.rows.values():
        row.values.pop(prop.id, None)
        row.text.pop(prop.id, None)
    _finish(workspace, source, [prop])
    convert.fill(source, prop, texts)
    for an_id, pages in related.items():
        changes.relate(workspace, source, source.rows[an_id], prop, pages)
