"""Endpoints of databases and data sources."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion import bodies, changes, declare, pages, richtext
from adapters.sandbox.notion.bodies import a_bool, allowed, an_object, needed
from adapters.sandbox.notion.model import Database, DataSource, Json, Parent
from adapters.sandbox.notion.problems import not_present, trashed, trashed_above, wrong
from adapters.sandbox.notion.routes import ROUTES, Call
from adapters.sandbox.notion.workspace import Workspace

CREATE = ("parent", "title", "description", "is_inline", "initial_data_source", "icon", "cover")
UPDATE = ("parent", "title", "description", "is_inline", "icon", "cover", "in_trash", "is_locked")
SOURCE = ("title", "description", "icon", "cover", "properties", "in_trash", "parent")
FLAGS = ("is_inline", "in_trash", "is_locked")


def _looks(told: Json) -> dict[str, Any]:
    """Title, description, icon and cover of a request, checked."""
    found: dict[str, Any] = {}
    for key in ("title", "description"):
        if key in told:
            found[key] = richtext.parse(told[key], f"body.{key}", optional=True)
    for key in ("icon", "cover"):
        if key in told:
            found[key] = bodies.icon(told[key], f"body.{key}")
    for key in FLAGS:
        if key in told:
            found[key] = a_bool(told[key], f"body.{key}", optional=True)
    return found


def _page_parent(workspace: Workspace, told: Any) -> Parent:
    parent = pages.parent_of(workspace, told, "body.parent")
    if parent.kind not in ("page_id", "workspace", "block_id"):
        raise wrong("body.parent.page_id", "defined", told)
    return parent


@ROUTES.add("POST /databases")
def create(call: Call) -> Json:
    told, workspace = call.body(CREATE), call.workspace
    parent = _page_parent(workspace, needed(told, "parent", "body"))
    over = workspace.pages.get(parent.id)
    if over is not None and workspace.trashed(over):
        raise trashed_above()
    looks = _looks(told)
    first = an_object(told.get("initial_data_source", {}), "body.initial_data_source")
    allowed(first, "body.initial_data_source", ("properties", "title"))
    properties = first.get("properties", {})
    database = workspace.add_database(parent)
    _put(database, looks)
    try:
        _new_source(workspace, database, looks, properties, "body.initial_data_source.properties")
    except Exception:
        workspace.forget_database(database)
        raise
    call.sandbox.committed = database.id
    return call.shapes.database(database)


def _new_source(
    workspace: Workspace, database: Database, looks: dict[str, Any], properties: Any, where: str
) -> DataSource:
    title = looks.get("title", [])
    source = workspace.add_data_source(database, richtext.plain(title))
    source.title, source.description = title, looks.get("description", [])
    try:
        declare.create(workspace, source, properties, where)
    except Exception:
        workspace.forget_source(source)
        raise
    return source


def _put(thing: Database | DataSource, looks: dict[str, Any]) -> None:
    for key, value in looks.items():
        if key != "in_trash":
            setattr(thing, key, value)


@ROUTES.add("GET /databases/{id}")
def retrieve(call: Call) -> Json:
    return call.shapes.database(call.workspace.database(call.ids[0]))


@ROUTES.add("PATCH /databases/{id}")
def update(call: Call) -> Json:
    told, workspace = call.body(UPDATE), call.workspace
    database = workspace.database(call.ids[0])
    looks = _looks(told)
    parent = _page_parent(workspace, told["parent"]) if "parent" in told else None
    gone = looks.get("in_trash", database.in_trash)
    if database.in_trash and gone and told.keys() - {"in_trash"}:
        raise trashed()
    _put(database, looks)
    if parent is not None:
        workspace.children[database.parent.id].remove(database.id)
        workspace.children.setdefault(parent.id, []).append(database.id)
        database.parent = parent
    # The only data source goes by the names of its database.
    if len(database.data_sources) == 1:
        source = workspace.data_sources[database.data_sources[0]]
        _put(source, {key: looks[key] for key in ("title", "description") if key in looks})
        workspace.note(source)
    changes.trash(workspace, database, gone)
    if told.keys() - {"description", "is_locked"}:  # these do not count as edits
        workspace.touch(database)
    call.sandbox.committed = database.id
    return call.shapes.database(database)


@ROUTES.add("POST /data_sources")
def create_source(call: Call) -> Json:
    told = call.body(("parent", "title", "icon", "properties"))
    workspace = call.workspace
    inner = an_object(needed(told, "parent", "body"), "body.parent")
    allowed(inner, "body.parent", ("type", "database_id"))
    an_id = needed(inner, "database_id", "body.parent")
    database = workspace.database(an_id, "body.parent.database_id")
    if workspace.trashed(database):
        raise trashed_above()
    looks = _looks(told)
    properties = needed(told, "properties", "body")
    source = _new_source(workspace, database, looks, properties, "body.properties")
    source.icon = looks.get("icon")
    call.sandbox.committed = source.id
    return call.shapes.data_source(source)


@ROUTES.add("GET /data_sources/{id}")
def retrieve_source(call: Call) -> Json:
    return call.shapes.data_source(call.workspace.data_source(call.ids[0]))


@ROUTES.add("PATCH /data_sources/{id}")
def update_source(call: Call) -> Json:
    told, workspace = call.body(SOURCE), call.workspace
    source = workspace.data_source(call.ids[0])
    looks = _looks(told)
    if workspace.trashed_above(source):
        raise trashed_above()
    gone = looks.get("in_trash", source.in_trash)
    if source.in_trash and gone and told.keys() - {"in_trash"}:
        raise trashed()
    if "parent" in told:
        _move(workspace, source, told["parent"])
    if "properties" in told:
        declare.update(workspace, source, told["properties"], "body.properties")
    _put(source, looks)
    database = workspace.databases[source.parent.id]
    if len(database.data_sources) == 1 and "title" in looks:
        database.title = looks["title"]
    changes.trash(workspace, source, gone)
    workspace.note(source)
    workspace.touch(source)
    call.sandbox.committed = source.id
    return call.shapes.data_source(source)


def _move(workspace: Workspace, source: DataSource, told: Any) -> None:
    inner = an_object(told, "body.parent")
    allowed(inner, "body.parent", ("type", "database_id"))
    an_id = needed(inner, "database_id", "body.parent")
    database = workspace.database(an_id, "body.parent.database_id")
    workspace.databases[source.parent.id].data_sources.remove(source.id)
    database.data_sources.append(source.id)
    source.parent = Parent("database_id", database.id)


@ROUTES.add("GET /data_sources/{id}/templates")
def templates(call: Call) -> Json:
    """There are none."""
    call.workspace.data_source(call.ids[0])
    for key, value in call.parameters("name", "page_size", "start_cursor").items():
        if key == "start_cursor":
            raise not_present("query.start_cursor", value)
    return {"templates": [], "has_more": False, "next_cursor": None}
