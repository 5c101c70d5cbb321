"""Properties of a data source: how they are declared, and how they are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.sandbox.notion import options
from adapters.sandbox.notion.bodies import a_text, allowed, an_object, needed
from adapters.sandbox.notion.model import DataSource, Json, Property
from adapters.sandbox.notion.problems import UNDEFINED, invalid, no_property, wrong

if TYPE_CHECKING:
    from adapters.sandbox.notion.workspace import Workspace

SIMPLE = (
    "title",
    "rich_text",
    "date",
    "people",
    "files",
    "checkbox",
    "url",
    "email",
    "phone_number",
    "created_time",
    "created_by",
    "last_edited_time",
    "last_edited_by",
    "button",
    "place",
    "verification",
)
"""Types that have nothing to configure."""
OPTIONS = ("select", "multi_select", "status")
TYPES = (*SIMPLE, *OPTIONS, "number", "formula", "relation", "rollup", "unique_id")
FUNCTIONS = (
    "average", "checked", "count", "count_per_group", "count_values", "date_range",
    "earliest_date", "empty", "latest_date", "max", "median", "min", "not_empty",
    "percent_checked", "percent_empty", "percent_not_empty", "percent_per_group",
    "percent_unchecked", "range", "show_original", "show_unique", "sum", "unchecked", "unique",
)  # fmt: skip
NAMED = re.compile(r'prop\("((?:[^"\\]|\\.)*)"\)')
SIDES = ("single_property", "dual_property")


def type_of(told: Json, where: str) -> str | None:
    """The type that a declaration names; None if it names none.

    Raises:
        Problem: it names one that there is not, or two.
    """
    allowed(told, where, ("id", "name", "description", "type", *TYPES))
    named = [key for key in told if key in TYPES]
    kind = told.get("type")
    if kind is not None and kind not in TYPES:
        raise wrong(f"{where}.type", "a type of property", kind)
    if kind is not None and kind not in told:
        raise wrong(f"{where}.{kind}", "defined", UNDEFINED)
    for other in named[1:] if kind is None else [one for one in named if one != kind]:
        raise wrong(f"{where}.{other}", "not present", told[other])
    return kind or (named[0] if named else None)


def config(
    workspace: Workspace, source: DataSource, told: Any, kind: str, where: str, old: Property | None
) -> Json:
    """The configuration of a declared property, as `Property.config` keeps it.

    Args:
        old: what it was until now, if that had the same type.
    """
    inner = an_object(told, where)
    if kind in OPTIONS:
        return _options(source, inner, kind, where, old)
    match kind:
        case "number":
            allowed(inner, where, ("format",))
            before = old.config["format"] if old else "number"
            return {"format": a_text(inner.get("format", before), f"{where}.format")}
        case "unique_id":
            allowed(inner, where, ("prefix",))
            if (prefix := inner.get("prefix")) is not None:
                a_text(prefix, f"{where}.prefix")
            return {"prefix": prefix}
        case "formula":
            allowed(inner, where, ("expression",))
            expression = inner.get("expression", old.config["expression"] if old else "")
            return {"expression": a_text(expression, f"{where}.expression")}
        case "relation":
            return _relation(workspace, inner, where)
        case "rollup":
            keys = ("relation_property", "rollup_property")
            names = [f"{key}_{part}" for key in keys for part in ("name", "id")]
            allowed(inner, where, (*names, "function"))
            function = needed(inner, "function", where)
            if function not in FUNCTIONS:
                raise wrong(f"{where}.function", "a rollup function", function)
            return dict(inner)
    allowed(inner, where, ())
    return {}


def _options(source: DataSource, told: Json, kind: str, where: str, old: Property | None) -> Json:
    allowed(told, where, ("options", "groups") if kind == "status" else ("options",))
    seed = f"{source.id} {where}"
    before = old.config["options"] if old else []
    if "options" not in told and old is not None:
        return old.config
    found = None
    if "options" in told:
        found = options.parse(told["options"], kind, f"{where}.options", before, seed)
    if kind != "status":
        return {"options": found or []}
    if old is None:
        return options.status(found, seed)
    known = {one["id"] for one in before}
    there = {one["id"] for one in found or []}
    groups = [
        group | {"option_ids": [one for one in group["option_ids"] if one in there]}
        for group in old.config["groups"]
    ]
    groups[0]["option_ids"] += [one["id"] for one in found or [] if one["id"] not in known]
    return {"options": found or [], "groups": groups}


def _relation(workspace: Workspace, told: Json, where: str) -> Json:
    allowed(told, where, ("data_source_id", "database_id", "type", *SIDES))
    if "data_source_id" in told:
        other = workspace.data_source(told["data_source_id"], f"{where}.data_source_id")
    else:
        database = workspace.database(needed(told, "database_id", where), f"{where}.database_id")
        other = workspace.only_source(database)
    side = told.get("type") or next((one for one in SIDES if one in told), None)
    if side not in SIDES:
        raise wrong(f"{where}.type", '`"single_property"` or `"dual_property"`', side or UNDEFINED)
    inner = an_object(told.get(side, {}), f"{where}.{side}")
    names = ("synced_property_name", "synced_property_id") if side == "dual_property" else ()
    allowed(inner, f"{where}.{side}", names)
    name = inner.get("synced_property_name")
    return {"data_source_id": other.id, "type": side, "synced": None, "synced_name": name}


def resolve_rollup(source: DataSource, prop: Property) -> None:
    """Names of properties become ids, once all of them are declared."""
    told, kept = prop.config, {"function": prop.config["function"]}
    relation = _named(source, told, "relation_property")
    if relation is None or relation.type != "relation":
        raise invalid(f"{prop.name} rolls up what is not a relation property of this data source.")
    kept["relation"] = relation.id
    kept["rollup_told"] = {key: value for key, value in told.items() if key.startswith("rollup_")}
    prop.config = kept


def resolve_rolled(workspace: Workspace, source: DataSource, prop: Property) -> None:
    """And so does that of the property on the other side."""
    told = prop.config.pop("rollup_told")
    relation = source.properties[prop.config["relation"]]
    other = workspace.data_sources[relation.config["data_source_id"]]
    rolled = _named(other, told, "rollup_property")
    if rolled is None:
        raise no_property(str(next(iter(told.values()), "")))
    prop.config["rollup"] = rolled.id


def resolve_formula(workspace: Workspace, source: DataSource, prop: Property) -> None:
    """Names of properties in a formula become ids, so that it outlives a new name."""

    def by_id(found: re.Match[str]) -> str:
        known = source.find(found.group(1).replace('\\"', '"'))
        if known is None:
            return found.group()
        return f"{{{{notion:block_property:{known.shown_id}:{source.id}:{workspace.id}}}}}"

    prop.config = {"expression": NAMED.sub(by_id, prop.config["expression"])}


def _named(source: DataSource, told: Json, key: str) -> Property | None:
    name = told.get(f"{key}_id") or told.get(f"{key}_name")
    return source.find(name) if isinstance(name, str) else None


def shape(workspace: Workspace, source: DataSource, prop: Property) -> Json:
    """A property as its data source shows it."""
    return {
        "id": prop.shown_id,
        "name": prop.name,
        "description": prop.description,
        "type": prop.type,
        prop.type: _config_shape(workspace, source, prop),
    }


def _config_shape(workspace: Workspace, source: DataSource, prop: Property) -> Json:
    kept = prop.config
    if prop.type == "relation":
        other = workspace.data_sources[kept["data_source_id"]]
        told: Json = {
            "database_id": other.parent.id,
            "data_source_id": other.id,
            "type": kept["type"],
            kept["type"]: {},
        }
        if kept["synced"] is not None:
            mirror = other.properties[kept["synced"]]
            told["dual_property"] = {
                "synced_property_name": mirror.name,
                "synced_property_id": mirror.shown_id,
            }
        return told
    if prop.type == "rollup":
        relation = source.properties.get(kept["relation"])
        rolled = None
        if relation is not None and relation.type == "relation":
            other = workspace.data_sources[relation.config["data_source_id"]]
            rolled = other.properties.get(kept["rollup"])
        return {
            "rollup_property_name": rolled.name if rolled else "",
            "relation_property_name": relation.name if relation else "",
            "rollup_property_id": kept["rollup"],
            "relation_property_id": kept["relation"],
            "function": kept["function"],
        }
    return kept
