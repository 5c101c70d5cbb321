"""Values that are told as plain text and numbers, and values whose property changes its type."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion import options, richtext, times
from adapters.sandbox.notion.cells import Cells
from adapters.sandbox.notion.changes import add_option, put
from adapters.sandbox.notion.functions import NoValue, plain, text
from adapters.sandbox.notion.ids import uuid
from adapters.sandbox.notion.model import DataSource, Json, Property
from adapters.sandbox.notion.workspace import Workspace


def texts(workspace: Workspace, source: DataSource, prop: Property) -> dict[str, str]:
    """The text of every row's value, where it has one."""
    cells, found = Cells(workspace), {}
    for row in source.rows.values():
        try:
            shown = text(plain(prop.type, cells.value(row, prop)))
        except (NoValue, TypeError, KeyError):
            continue
        if shown:
            found[row.id] = shown
    return found


def fill(source: DataSource, prop: Property, told: dict[str, str]) -> None:
    """Texts become values of the property's type; what means nothing there is lost."""
    for an_id, shown in told.items():
        try:
            value = _read(source, prop, shown)
        except ValueError:
            continue
        if value is not None:
            put(source.rows[an_id], prop.id, value, prop.type)


def _read(source: DataSource, prop: Property, told: str) -> Any:
    match prop.type:
        case "rich_text":
            return richtext.text(told)
        case "number":
            value = float(told)
            return int(value) if value.is_integer() else value
        case "checkbox":
            return told in ("true", "Yes")
        case "url" | "email" | "phone_number":
            return told
        case "date":
            return {"start": times.kept(told), "end": None, "time_zone": None}
        case "select":
            return option_named(source, prop, told.replace(",", " "))
        case "multi_select":
            names = [one.strip() for one in told.split(",")]
            return [option_named(source, prop, name) for name in names if name]
    return None


def option_named(source: DataSource, prop: Property, name: str) -> str:
    """The id of an option, which is made if it has to be."""
    if known := prop.option_named(name):
        return str(known["id"])
    made = {"name": options.checked_name(name, prop.type, "name"), "color": "default"}
    an_id = uuid(f"{source.id} {prop.id} {name}")
    add_option(prop, {"id": an_id, **made, "description": None})
    source.changed(schema=True)
    return an_id


def value_of(source: DataSource, prop: Property, told: Any) -> Any:
    """A value that is told plainly, as a page keeps it; relations are not among them.

    Args:
        told: a text, a number, a bool, a list of names; a date as ISO text or a pair of them.

    Raises:
        ValueError: the property has another type.
    """
    if told is None:
        return [] if prop.type in ("title", "rich_text", "multi_select") else None
    match prop.type, told:
        case (("title" | "rich_text"), str()):
            return richtext.text(told)
        case (("url" | "email" | "phone_number"), str()):
            return told or None
        case "number", int() | float() if not isinstance(told, bool):
            return told
        case "checkbox", bool():
            return told
        case (("select" | "status"), str()):
            return option_named(source, prop, told)
        case "multi_select", list() | tuple():
            return [option_named(source, prop, name) for name in told]
        case (("people" | "files"), list() | tuple()):
            return list(told)
        case "date", str():
            return _date(told, None)
        case "date", [str() as start, str() as end]:
            return _date(start, end)
    raise ValueError(f"{prop.name} is a {prop.type} property, and cannot be {told!r}")


def _date(start: str, end: str | None) -> Json:
    last = times.kept(end) if end else None
    return {"start": times.kept(start), "end": last, "time_zone": None}
