"""`POST /v1/data_sources/{id}/query`: filter, sort, pages, and the cap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from adapters.sandbox.notion import sorts
from adapters.sandbox.notion.bodies import a_bool, page_size
from adapters.sandbox.notion.filters import Filters
from adapters.sandbox.notion.ids import dashed, uuid
from adapters.sandbox.notion.model import DataSource, Json, Page
from adapters.sandbox.notion.paging import a_list, bad_cursor
from adapters.sandbox.notion.problems import no_property, wrong
from adapters.sandbox.notion.routes import ROUTES, Call
from adapters.sandbox.notion.shapes import OLD
from adapters.sandbox.notion.workspace import Workspace

KEYS = ("filter", "sorts", "start_cursor", "page_size", "is_archived", "result_type")
INCOMPLETE = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
REMEMBERED = 64
"""Evaluated queries that are kept until a row changes."""


@dataclass
class Results:
    """The rows that a query found, where each stands, and whether there were more of them."""

    rows: list[Page]
    capped: bool
    revision: int
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {row.id: place for place, row in enumerate(self.rows)}


class Queries:
    """Evaluates queries; the pages of one are cut from the same results while no row changes.

    Args:
        most: results of one query, after which it is cut off.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._known: dict[tuple[str, bytes], Results] = {}

    def results(self, workspace: Workspace, source: DataSource, told: Json) -> Results:
        asked: Json = {key: told[key] for key in ("filter", "sorts", "in_trash", "is_archived")
                 if key in told}  # fmt: skip
        key = (source.id, msgspec.json.encode([asked, workspace.clock() // 60, self.most]))
        known = self._known.get(key)
        # What a rollup or a formula shows changes with rows of other data sources too.
        revision = sum(one.revision for one in workspace.data_sources.values())
        if known is not None and known.revision == revision:
            return known
        rows = self._evaluate(workspace, source, asked)
        found = Results(rows[: self.most], len(rows) > self.most, revision)
        self._known.pop(key, None)
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = found
        return found

    def _evaluate(self, workspace: Workspace, source: DataSource, told: Json) -> list[Page]:
        gone, archived = told.get("in_trash") is True, told.get("is_archived") is True
        test = Filters(workspace, source).test(told["filter"]) if "filter" in told else None
        order = sorts.parse(workspace, source, told.get("sorts", []))
        rows = [
            row
            for row in reversed(source.rows.values())
            if row.in_trash is gone and row.is_archived is archived and (test is None or test(row))
        ]
        return sorts.ordered(rows, order)


@ROUTES.add("POST /data_sources/{id}/query")
def query(call: Call) -> Json:
    told = call.body((*KEYS, "in_trash") if call.version == OLD else KEYS)
    workspace = call.workspace
    source = workspace.data_source(call.ids[0])
    if workspace.trashed(source):
        raise workspace.missing("data_source", source.id)
    size = page_size(told, "body")
    for flag in ("in_trash", "is_archived"):
        if flag in told:
            a_bool(told[flag], f"body.{flag}", optional=True)
    kind = told.get("result_type", "page")
    if kind not in ("page", "data_source"):
        raise wrong("body.result_type", '`"page"` or `"data_source"`', kind)
    only = _only(source, call)
    found = call.sandbox.queries.results(workspace, source, told)
    first = _start(told.get("start_cursor"), found, source)
    last = first + size
    rows = found.rows[first:last] if kind == "page" else []
    cursor = None
    if last < len(found.rows):
        following = found.rows[last].id
        cursor = f"s:{uuid(f'{source.id} {following}')}:{following}"
    shapes = call.shapes
    listed = a_list([shapes.page(row, only) for row in rows], cursor, "page_or_data_source")
    return listed | ({"request_status": INCOMPLETE} if found.capped else {})


def _start(cursor: Any, found: Results, source: DataSource) -> int:
    """Where a page begins: at the row that the cursor names, or at the next one still there."""
    if cursor is None:
        return 0
    if not isinstance(cursor, str):
        raise wrong("body.start_cursor", "a string", cursor, optional=True)
    an_id = dashed(cursor.rpartition(":")[2])
    if an_id is None or an_id not in source.rows:
        raise bad_cursor(cursor)
    if an_id in found.places:
        return found.places[an_id]
    # The row has left the results since: go on after those that stood before it by creation.
    serial = source.rows[an_id].serial
    return next(
        (place for place, row in enumerate(found.rows) if row.serial < serial), len(found.rows)
    )


def _only(source: DataSource, call: Call) -> set[str] | None:
    """Ids of the properties that `filter_properties` asks for; None for all."""
    asked = [
        value
        for key, value in call.request.pairs
        if key in ("filter_properties", "filter_properties[]")
    ]
    if not asked:
        return None
    found = set()
    for name in asked:
        prop = source.properties.get(name) or next(
            (one for one in source.properties.values() if one.name == name), None
        )
        if prop is None:
            raise no_property(name)
        found.add(prop.id)
    return found
