"""The order of a query's results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.sandbox.notion import times
from adapters.sandbox.notion.bodies import a_list, a_text, allowed, an_object, needed
from adapters.sandbox.notion.cells import Cells
from adapters.sandbox.notion.model import DataSource, Page, Property
from adapters.sandbox.notion.problems import UNDEFINED, no_sort_property, one_of, wrong
from adapters.sandbox.notion.workspace import Workspace

DIRECTIONS = ("ascending", "descending")
Key = Callable[[Page], Any]
"""What a page is sorted by; None for nothing, which comes last in either direction."""


def parse(
    workspace: Workspace, source: DataSource, told: Any, where: str = "body.sorts"
) -> list[tuple[Key, bool]]:
    """Keys and whether each is turned round.

    Raises:
        Problem: one of them is none.
    """
    found: list[tuple[Key, bool]] = []
    for place, one in enumerate(a_list(told, where, optional=True)):
        here = f"{where}[{place}]"
        inner = an_object(one, here)
        allowed(inner, here, ("property", "timestamp", "direction"))
        direction = needed(inner, "direction", here)
        if direction not in DIRECTIONS:
            raise wrong(f"{here}.direction", one_of(DIRECTIONS), direction)
        if "timestamp" in inner:
            name = inner["timestamp"]
            if name not in ("created_time", "last_edited_time"):
                raise wrong(f"{here}.timestamp", '`"created_time"` or `"last_edited_time"`', name)
            key: Key = _created if name == "created_time" else _edited
        elif "property" in inner:
            name = a_text(inner["property"], f"{here}.property")
            if (prop := source.find(name)) is None:
                raise no_sort_property(name)
            key = _key(workspace, prop)
        else:
            raise wrong(f"{here}.property", "defined", UNDEFINED)
        found.append((key, direction == "descending"))
    return found


def ordered(rows: list[Page], sorts: list[tuple[Key, bool]]) -> list[Page]:
    """In place and given back. What ties keeps its order."""
    for key, turned in reversed(sorts):
        full = [(value, row) for row in rows if (value := key(row)) is not None]
        none = [row for row in rows if key(row) is None] if len(full) < len(rows) else []
        full.sort(key=lambda pair: pair[0], reverse=turned)
        rows = [row for _, row in full] + none
    return rows


def _created(page: Page) -> Any:
    return (page.created, page.serial)


def _edited(page: Page) -> Any:
    return (page.edited, page.serial)


def _key(workspace: Workspace, prop: Property) -> Key:
    an_id, cells = prop.id, Cells(workspace)
    match prop.type:
        case "title" | "rich_text":
            return lambda page: page.text.get(an_id, "").casefold() or None
        case "url" | "email" | "phone_number":
            return lambda page: (page.values.get(an_id) or "").casefold() or None
        case "number" | "unique_id":
            return lambda page: page.values.get(an_id)
        case "checkbox":
            return lambda page: page.values.get(an_id) is True
        case "created_time":
            return _created
        case "last_edited_time":
            return _edited
        case "date":
            return lambda page: _minutes(page.values.get(an_id))
        case "select" | "status":
            places = {one["id"]: place for place, one in enumerate(prop.config["options"])}
            return lambda page: places.get(page.values.get(an_id) or prop.unset)
    return lambda page: _loosely(cells.value(page, prop))


def _minutes(value: Any) -> int | None:
    return times.minutes(value["start"]) if value else None


def _loosely(value: Any) -> str | None:
    """Of people, lists and formulas only that equal ones stand together is promised."""
    return str(value) if value else None
