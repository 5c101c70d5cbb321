"""Changes to rows: values with their mirrors, trash and what lies in it."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion import richtext
from adapters.sandbox.notion.model import TITLE, Block, Database, DataSource, Page, Property
from adapters.sandbox.notion.values import Written
from adapters.sandbox.notion.workspace import Workspace


def write(workspace: Workspace, page: Page, written: Written) -> None:
    """Set values that were found right. Both sides of a relation change together."""
    source = workspace.source_of(page)
    for prop, option in written.options:
        add_option(prop, option)
    for an_id, value in written.values.items():
        prop_ = source.properties[an_id] if source else None
        if source is not None and prop_ is not None and prop_.type == "relation":
            relate(workspace, source, page, prop_, value)
        else:
            put(page, an_id, value, prop_.type if prop_ else TITLE)
    if TITLE in written.values:
        workspace.index.note(workspace.clock(), page.id, "page", page.title, page.in_trash)
    workspace.touch(page)
    if source is not None:
        source.changed(schema=bool(written.options))


def put(page: Page, an_id: str, value: Any, kind: str) -> None:
    page.values[an_id] = value
    if kind in ("title", "rich_text"):
        page.text[an_id] = richtext.plain(value)


def add_option(prop: Property, option: dict[str, Any]) -> None:
    if prop.option(option["id"]) is None:
        prop.config["options"].append(option)


def relate(
    workspace: Workspace, source: DataSource, page: Page, prop: Property, new: dict[str, None]
) -> None:
    """Replace a relation. Pages that come or go see it on their side, at its end."""
    old = page.values.get(prop.id) or {}
    page.values[prop.id] = dict(new)
    mirror = prop.config["synced"]
    if mirror is None:
        return
    other = workspace.data_sources[prop.config["data_source_id"]]
    for an_id in old.keys() - new.keys():
        if (row := other.rows.get(an_id)) is not None:
            (row.values.get(mirror) or {}).pop(page.id, None)
            workspace.touch(row)
    for an_id in new:
        if an_id not in old:
            row = other.rows[an_id]
            row.values.setdefault(mirror, {})[page.id] = None
            workspace.touch(row)
    other.changed()


def trash(workspace: Workspace, thing: Page | Block | Database | DataSource, gone: bool) -> None:
    """Into the trash or out of it."""
    if thing.in_trash == gone:
        return
    thing.in_trash = gone
    workspace.touch(thing)
    if isinstance(thing, Page):
        workspace.index.note(workspace.clock(), thing.id, "page", thing.title, gone)
        if (source := workspace.source_of(thing)) is not None:
            source.changed()
            for prop in source.properties.values():
                if prop.type == "relation":
                    workspace.data_sources[prop.config["data_source_id"]].changed()
    elif isinstance(thing, DataSource):
        title = richtext.plain(thing.title)
        workspace.index.note(workspace.clock(), thing.id, "data_source", title, gone)


def purge(workspace: Workspace, page: Page) -> None:
    """Out of the trash, for good."""
    source = workspace.source_of(page)
    if source is not None:
        for prop in source.properties.values():
            if prop.type == "relation":
                relate(workspace, source, page, prop, {})
        for prop in _pointing_at(workspace, source):
            for row in _rows_with(workspace, prop):
                (row.values.get(prop.id) or {}).pop(page.id, None)
        del source.rows[page.id]
        source.changed()
    else:
        workspace.children[page.parent.id].remove(page.id)
    del workspace.pages[page.id]
    workspace.index.forget(page.id)


def _pointing_at(workspace: Workspace, source: DataSource) -> list[Property]:
    """One-way relations that lead there."""
    return [
        prop
        for other in workspace.data_sources.values()
        for prop in other.properties.values()
        if prop.type == "relation" and prop.config["data_source_id"] == source.id
    ]


def _rows_with(workspace: Workspace, prop: Property) -> list[Page]:
    return [
        row
        for source in workspace.data_sources.values()
        if source.properties.get(prop.id) is prop
        for row in source.rows.values()
    ]


def detach_mirror(workspace: Workspace, prop: Property) -> None:
    """The other side of a relation stays, and leads one way from now on."""
    mirror = prop.config["synced"]
    if mirror is not None:
        other = workspace.data_sources[prop.config["data_source_id"]]
        other.properties[mirror].config |= {"type": "single_property", "synced": None}
        other.changed(schema=True)


def remove_mirror(workspace: Workspace, prop: Property) -> None:
    """The other side of a relation goes with this one."""
    mirror = prop.config["synced"]
    if mirror is not None:
        other = workspace.data_sources[prop.config["data_source_id"]]
        drop(other, mirror)


def drop(source: DataSource, an_id: str) -> None:
    """A property and all its values."""
    if source.properties.pop(an_id, None) is not None:
        for row in source.rows.values():
            row.values.pop(an_id, None)
            row.text.pop(an_id, None)
    source.changed(schema=True)
