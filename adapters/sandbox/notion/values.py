"""Values of properties as they are written, in the form that pages keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.sandbox.notion import options, richtext, times
from adapters.sandbox.notion.bodies import (
    MOST_URL,
    a_bool,
    a_list,
    a_number,
    a_text,
    allowed,
    an_object,
    filled,
    needed,
)
from adapters.sandbox.notion.model import DataSource, Json, Property
from adapters.sandbox.notion.problems import UNDEFINED, invalid, not_a_property, wrong
from adapters.sandbox.notion.schema import TYPES

if TYPE_CHECKING:
    from adapters.sandbox.notion.workspace import Workspace

READ_ONLY = (
    "button", "created_by", "created_time", "formula", "last_edited_by", "last_edited_time",
    "rollup", "unique_id",
)  # fmt: skip
MOST_CONTACT, MOST_FILE_NAME = 200, 100
EMPTY: dict[str, Any] = {"checkbox": False}
LISTS = ("title", "rich_text", "multi_select", "people", "files")


def empty(kind: str) -> Any:
    """The value of a property that nobody has set."""
    if kind in LISTS:
        return []
    return {} if kind == "relation" else EMPTY.get(kind)


@dataclass
class Written:
    """Values by id of property, and the options that have to be made for them."""

    values: dict[str, Any] = field(default_factory=dict)
    options: list[tuple[Property, Json]] = field(default_factory=list)


def parse(workspace: Workspace, source: DataSource, told: Any, where: str) -> Written:
    """All values of a request.

    Raises:
        Problem: one of them is wrong, and nothing has changed; or some do not fit the data
            source, which are named all together.
    """
    written, unfit = Written(), list[str]()
    for name, value in an_object(told, where, optional=True).items():
        here = f"{where}.{name}"
        prop, inner = source.find(name), an_object(value, here)
        if prop is None:
            unfit.append(not_a_property(name).message)
        elif _of_other_type(prop, inner):
            unfit.append(f"{prop.name} is expected to be {prop.type}.")
        else:
            kept = _inner(prop, inner, here)
            written.values[prop.id] = _parsed(
                workspace, source, prop, kept, f"{here}.{prop.type}", written
            )
    if unfit:
        raise invalid(" ".join(unfit))
    return written


def _of_other_type(prop: Property, told: Json) -> bool:
    if told.get("type", prop.type) != prop.type:
        return True
    return prop.type not in told and any(key in TYPES for key in told)


def _inner(prop: Property, value: Json, where: str) -> Any:
    allowed(value, where, ("id", "type", "name", "has_more", prop.type))
    if prop.type in READ_ONLY:
        raise invalid(f"{prop.name} is a {prop.type} property, which cannot be updated.")
    return needed(value, prop.type, where)


def _parsed(
    workspace: Workspace,
    source: DataSource,
    prop: Property,
    told: Any,
    where: str,
    written: Written,
) -> Any:
    match prop.type:
        case "title" | "rich_text":
            return richtext.parse(told, where)
        case "checkbox":
            return a_bool(told, where)
        case "select" | "status" if told is not None:
            return _option(source, prop, told, where, written)
        case "multi_select":
            found = [
                _option(source, prop, one, f"{where}[{place}]", written)
                for place, one in enumerate(a_list(told, where))
            ]
            return list(dict.fromkeys(found))
        case "relation":
            return related(workspace, prop, told, where)
        case "people":
            return [
                workspace.user(_id(one, f"{where}[{place}]")).id
                for place, one in enumerate(a_list(told, where))
            ]
        case "files":
            return [
                _file(one, f"{where}[{place}]") for place, one in enumerate(a_list(told, where))
            ]
    return None if told is None else _scalar(prop.type, told, where)


def _scalar(kind: str, told: Any, where: str) -> Any:
    match kind:
        case "number":
            return a_number(told, where)
        case "url":
            return filled(told, where, MOST_URL)
        case "email" | "phone_number":
            return filled(told, where, MOST_CONTACT)
        case "date":
            return _date(told, where)
    return an_object(told, where)


def _option(source: DataSource, prop: Property, told: Any, where: str, written: Written) -> str:
    an_id, made = options.chosen(prop, told, where, f"{source.id} {prop.id} ")
    if made is not None:
        written.options.append((prop, made))
    return an_id


def _id(told: Any, where: str) -> str:
    inner = an_object(told, where)
    return a_text(needed(inner, "id", where), f"{where}.id")


def related(workspace: Workspace, prop: Property, told: Any, where: str) -> dict[str, None]:
    """Ids of pages, each once, all of them rows of the other data source."""
    other = workspace.data_sources[prop.config["data_source_id"]]
    found: dict[str, None] = {}
    for place, one in enumerate(a_list(told, where)):
        page = workspace.page(_id(one, f"{where}[{place}]"), f"{where}[{place}].id")
        if page.id not in other.rows:
            raise invalid(
                f"{prop.name} relates to data source {other.id}, which page {page.id} is not in."
            )
        found[page.id] = None
    return found


def _date(told: Any, where: str) -> Json:
    inner = an_object(told, where)
    allowed(inner, where, ("start", "end", "time_zone"))
    zone = inner.get("time_zone")
    if zone is not None and not times.is_zone(a_text(zone, f"{where}.time_zone")):
        raise wrong(f"{where}.time_zone", "a valid time zone", zone)
    if inner.get("start") is None:
        raise wrong(f"{where}.start", "defined", UNDEFINED)
    kept: Json = {"start": None, "end": None, "time_zone": None}
    for key in ("start", "end"):
        value = inner.get(key)
        if value is None:
            continue
        text = a_text(value, f"{where}.{key}")
        try:
            kept[key] = times.kept(text, zone)
        except ValueError:
            raise wrong(f"{where}.{key}", "a valid ISO 8601 date string", value) from None
    return kept


def _file(told: Any, where: str) -> Json:
    inner = an_object(told, where)
    allowed(inner, where, ("name", "type", "external", "file", "file_upload"))
    name = a_text(needed(inner, "name", where), f"{where}.name", MOST_FILE_NAME)
    kind = next((one for one in ("external", "file", "file_upload") if one in inner), "external")
    link = an_object(needed(inner, kind, where), f"{where}.{kind}")
    if kind != "file_upload":
        a_text(needed(link, "url", f"{where}.{kind}"), f"{where}.{kind}.url", MOST_URL)
    return {"name": name, "type": kind, kind: link}
