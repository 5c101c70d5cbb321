"""Endpoints of pages and of their properties."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from adapters.sandbox.notion import blocks, bodies, changes, values
from adapters.sandbox.notion.bodies import a_bool, a_text, allowed, an_object, needed
from adapters.sandbox.notion.cells import LISTED, Cells
from adapters.sandbox.notion.ids import escaped, uuid
from adapters.sandbox.notion.model import TITLE, DataSource, Json, Page, Parent, Property
from adapters.sandbox.notion.paging import a_list, cut
from adapters.sandbox.notion.problems import (
    UNDEFINED,
    fix_one,
    no_private_page,
    no_property,
    not_a_property,
    trashed,
    trashed_above,
    wrong,
)
from adapters.sandbox.notion.richtext import parse, text
from adapters.sandbox.notion.routes import ROUTES, Call
from adapters.sandbox.notion.shapes import BARE
from adapters.sandbox.notion.values import Written
from adapters.sandbox.notion.workspace import Workspace

PARENTS = ("type", "page_id", "data_source_id", "database_id", "block_id", "workspace")
LOOKS = ("icon", "cover")
CREATE = ("parent", "properties", *LOOKS, "children", "content", "markdown", "template",
          "position")  # fmt: skip
UPDATE = ("properties", *LOOKS, "is_locked", "template", "erase_content", "in_trash",
          "is_archived")  # fmt: skip


def parent_of(workspace: Workspace, told: Any, where: str) -> Parent:
    """Where something new shall lie. A database stands for its only data source.

    Raises:
        Problem: there is no such thing.
    """
    inner = an_object(told, where)
    allowed(inner, where, PARENTS)
    named = [key for key in PARENTS[1:] if key in inner]
    if not inner:
        raise fix_one(where, inner, ("page_id", "database_id", "data_source_id", "workspace"))
    kind = inner.get("type", named[0] if named else None)
    if kind not in named:
        raise wrong(f"{where}.{kind or 'page_id'}", "defined", UNDEFINED)
    here = f"{where}.{kind}"
    match kind:
        case "workspace":
            return Parent("workspace")
        case "page_id":
            return Parent("page_id", workspace.page(inner[kind], here).id)
        case "block_id":
            return Parent("block_id", workspace.block(inner[kind], here).id)
        case "data_source_id":
            return Parent("data_source_id", workspace.data_source(inner[kind], here).id)
    return Parent("data_source_id", workspace.only_source(workspace.database(inner[kind], here)).id)


@ROUTES.add("POST /pages")
def create(call: Call) -> Json:
    told, workspace = call.body(CREATE), call.workspace
    parent = parent_of(workspace, needed(told, "parent", "body"), "body.parent")
    if parent.kind == "workspace":
        raise no_private_page()
    source = workspace.data_sources.get(parent.id)
    over = source or workspace.pages.get(parent.id) or workspace.blocks.get(parent.id)
    if over is not None and workspace.trashed(over):
        raise trashed_above()
    written = _written(workspace, source, told.get("properties", {}))
    looks = {key: bodies.icon(told[key], f"body.{key}") for key in LOOKS if key in told}
    _no_template(workspace, told)
    content = blocks.parse_all(told.get("children", []), "body.children")
    content += blocks.parse_all(told.get("content", []), "body.content")
    if "markdown" in told:
        content += _paragraphs(a_text(told["markdown"], "body.markdown"))
    there = workspace.children.setdefault(parent.id, []) if source is None else []
    at = blocks.place(workspace, there, told, "position")
    page = workspace.add_page(parent)
    if source is None:
        there.insert(at, there.pop())
    changes.write(workspace, page, written)
    page.icon, page.cover = looks.get("icon"), looks.get("cover")
    blocks.append(workspace, Parent("page_id", page.id), content)
    call.sandbox.committed = page.id
    return call.shapes.page(page)


def _no_template(workspace: Workspace, told: Json) -> None:
    """Raises Problem: a template is asked for; there are none."""
    if "template" in told:
        inner = an_object(told["template"], "body.template")
        if inner.get("type") not in ("none", "default"):
            an_id = workspace.checked(inner.get("template_id"), "body.template.template_id")
            raise workspace.missing("template", an_id)


def _paragraphs(markdown: str) -> list[blocks.Parsed]:
    lines = (line.strip() for line in markdown.split("\n\n"))
    return [
        blocks.Parsed("paragraph", {"rich_text": text(line), "icon": None, "color": "default"})
        for line in lines
        if line
    ]


def _written(workspace: Workspace, source: DataSource | None, told: Any) -> Written:
    where = "body.properties"
    if source is not None:
        return values.parse(workspace, source, told, where)
    written = Written()
    for name, value in an_object(told, where).items():
        if name != "title":
            raise not_a_property(name)
        inner = value
        if isinstance(value, dict):
            allowed(value, f"{where}.title", ("id", "type", "title"))
            inner = needed(value, "title", f"{where}.title")
        written.values[TITLE] = parse(inner, f"{where}.title")
    return written


@ROUTES.add("GET /pages/{id}")
def retrieve(call: Call) -> Json:
    page = call.workspace.page(call.ids[0])
    source = call.workspace.source_of(page)
    only = None
    asked = [value for key, value in call.request.pairs if key.startswith("filter_properties")]
    if asked and source is not None:
        only = {_property(source, name).id for name in asked}
    return call.shapes.page(page, only)


@ROUTES.add("PATCH /pages/{id}")
def update(call: Call) -> Json:
    told, workspace = call.body(UPDATE), call.workspace
    page = workspace.page(call.ids[0])
    for flag in ("in_trash", "is_locked", "is_archived", "erase_content"):
        if flag in told:
            a_bool(told[flag], f"body.{flag}", optional=True)
    if workspace.trashed_above(page):
        raise trashed_above()
    gone = told.get("in_trash", page.in_trash)
    if page.in_trash and gone and told.keys() - {"in_trash"}:
        raise trashed()
    _no_template(workspace, told)
    source = workspace.source_of(page)
    written = _written(workspace, source, told.get("properties", {}))
    looks = {key: bodies.icon(told[key], f"body.{key}") for key in LOOKS if key in told}
    changes.trash(workspace, page, gone)
    if told.keys() - {"in_trash"}:
        changes.write(workspace, page, written)
    page.is_locked = told.get("is_locked", page.is_locked)
    page.is_archived = told.get("is_archived", page.is_archived)
    page.icon, page.cover = looks.get("icon", page.icon), looks.get("cover", page.cover)
    if told.get("erase_content"):
        blocks.erase(workspace, page.id)
    call.sandbox.committed = page.id
    return call.shapes.page(page)


@ROUTES.add("POST /pages/{id}/move")
def move(call: Call) -> Json:
    told, workspace = call.body(("parent",)), call.workspace
    page = workspace.page(call.ids[0])
    parent = parent_of(workspace, needed(told, "parent", "body"), "body.parent")
    if page.parent.kind == "data_source_id" or parent.kind == "data_source_id":
        raise wrong("body.parent", "a page; rows stay in their data source here", told["parent"])
    workspace.children[page.parent.id].remove(page.id)
    workspace.children.setdefault(parent.id, []).append(page.id)
    page.parent = parent
    workspace.touch(page)
    return call.shapes.page(page)


def _property(source: DataSource | None, name: str) -> Property:
    if source is None:
        if name == "title":
            return BARE
        raise no_property(name)
    if (prop := source.find(name)) is None:
        raise no_property(name)
    return prop


@ROUTES.add("GET /pages/{id}/properties/{id}")
def retrieve_property(call: Call) -> Json:
    told = call.parameters("page_size", "start_cursor")
    page = call.workspace.page(call.ids[0])
    prop = _property(call.workspace.source_of(page), call.ids[1])
    size = bodies.page_size(told, "query")
    cells = Cells(call.workspace)
    if prop.type not in LISTED:
        return cells.item(page, prop)
    items = list(enumerate(cells.items(page, prop)))
    some, cursor = cut(items, told.get("start_cursor"), size, lambda one: _token(page, prop, *one))
    following = None
    if cursor is not None:
        more = urlencode({"start_cursor": cursor, "page_size": size})
        path = f"/v1/pages/{page.id}/properties/{escaped(prop.id)}"
        following = f"{call.request.host}{path}?{more}"
    head: Json = {"id": prop.shown_id, "next_url": following, "type": prop.type}
    head[prop.type] = cells.summary(page, prop)
    return a_list([item for _, item in some], cursor, "property_item", head)


def _token(page: Page, prop: Property, place: int, item: Json) -> str:
    """A short name of an item; that of a relation stays when others come or go before it."""
    inner = item["relation"]["id"] if prop.type == "relation" else str(place)
    return uuid(f"{page.id} {prop.id} {inner}").replace("-", "")[:8]
