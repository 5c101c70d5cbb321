"""Endpoints of users, and the search."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion import bodies
from adapters.sandbox.notion.bodies import a_text, allowed, an_object
from adapters.sandbox.notion.model import DataSource, Json, Page
from adapters.sandbox.notion.paging import a_list, cut
from adapters.sandbox.notion.problems import UNDEFINED, invalid, one_of, wrong
from adapters.sandbox.notion.routes import ROUTES, Call
from adapters.sandbox.notion.sorts import DIRECTIONS
from adapters.sandbox.notion.users import user


@ROUTES.add("GET /users/me")
def me(call: Call) -> Json:
    return user(call.workspace, call.workspace.actor)


@ROUTES.add("GET /users/{id}")
def retrieve(call: Call) -> Json:
    return user(call.workspace, call.workspace.user(call.ids[0]))


@ROUTES.add("GET /users")
def users(call: Call) -> Json:
    told = call.parameters("page_size", "start_cursor")
    size = bodies.page_size(told, "query")
    there = list(call.workspace.users.values())
    some, cursor = cut(there, told.get("start_cursor"), size, lambda one: one.id)
    return a_list([user(call.workspace, one) for one in some], cursor, "user")


@ROUTES.add("POST /search")
def search(call: Call) -> Json:
    told = call.body(("query", "filter", "sort", "start_cursor", "page_size"))
    size = bodies.page_size(told, "body")
    workspace, shapes = call.workspace, call.shapes
    query = a_text(told.get("query", ""), "body.query", optional=True)
    kind = _kind(told["filter"]) if "filter" in told else None
    oldest_first = _oldest_first(told["sort"]) if "sort" in told else False
    found: list[Page | DataSource] = []
    for an_id in workspace.index.find(workspace.clock(), query, kind):
        if thing := workspace.pages.get(an_id) or workspace.data_sources.get(an_id):
            found.append(thing)
    found.sort(key=lambda one: one.edited, reverse=not oldest_first)
    some, cursor = cut(found, told.get("start_cursor"), size, lambda one: one.id)
    results = [
        shapes.page(one) if isinstance(one, Page) else shapes.data_source(one) for one in some
    ]
    return a_list(results, cursor, "page_or_data_source")


def _kind(told: Any) -> str:
    inner = an_object(told, "body.filter", optional=True)
    allowed(inner, "body.filter", ("property", "value"))
    if inner.get("property") != "object":
        raise wrong("body.filter.property", '`"object"`', inner.get("property", UNDEFINED))
    value = inner.get("value", UNDEFINED)
    if value not in ("page", "data_source"):
        raise wrong("body.filter.value", '`"page"` or `"data_source"`', value)
    return str(value)


def _oldest_first(told: Any) -> bool:
    inner = an_object(told, "body.sort", optional=True)
    allowed(inner, "body.sort", ("direction", "timestamp"))
    direction = inner.get("direction", "descending")
    if direction not in DIRECTIONS:
        raise wrong("body.sort.direction", one_of(DIRECTIONS, "`undefined`"), direction)
    if inner.get("timestamp", "last_edited_time") != "last_edited_time":
        raise invalid('body.sort.timestamp should be "last_edited_time" when sorting by timestamp.')
    return bool(direction == "ascending")
