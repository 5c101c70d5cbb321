"""Which property of a data source holds which field: found by name once, known by id for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.notion.fields import FIELDS, Field, Kind
from adapters.notion.values import WRITABLE

Json = dict[str, Any]


class Property(msgspec.Struct, frozen=True):
    """A property that holds a field."""

    id: str
    """As Notion gives it: percent-encoded."""
    type: str
    name: str


class Fit(msgspec.Struct, frozen=True):
    """How a data source fits a part of the catalogue."""

    fields: dict[str, Property]
    missing: tuple[str, ...]
    """Fields that no property holds, of those that should be there."""
    lost: tuple[str, ...]
    """Fields whose property was there and is not any more, or cannot be written now."""
    notes: tuple[str, ...]
    """Lines for people: properties that have the name and not the type."""


def fit(
    kind: Kind,
    properties: Mapping[str, Json],
    *,
    known: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Fit:
    """Find the properties of a part of the catalogue.

    Args:
        properties: of the data source, by name, as Notion gives them.
        known: field → id of the property that held it so far; then nothing is looked for by name.
        names: field → the name that a person gave for it; empty: leave it out.
        sources: kind → its data source: a relation that leads elsewhere holds nothing.
    """
    names, sources = names or {}, sources or {}
    by_id = {str(each["id"]): (name, each) for name, each in properties.items()}
    found: dict[str, Property] = {}
    missing, lost, notes = [], [], []
    taken: set[str] = set()
    for field, about in FIELDS[kind].items():
        if names.get(field) == "":
            continue
        if known is not None:
            if field not in known:
                continue
            name, told = by_id.get(known[field], ("", {}))
            good = told and str(told["type"]) in WRITABLE and _type_fits(field, about, told)
            if good and _leads_right(about, told, sources):
                found[field] = Property(known[field], str(told["type"]), name)
            else:
                lost.append(field)
            continue
        wanted = (names[field],) if field in names else about.names
        hit = _named(wanted, about, properties, taken, sources, field)
        if hit is not None:
            found[field] = hit
            taken.add(hit.id)
            continue
        if about.made or field in names:
            missing.append(field)
        odd = [name for name in wanted if name in properties and not _free(name, properties, taken)]
        for name in [name for name in wanted if name in properties and name not in odd]:
            if about.made or field in names:
                notes.append(
                    f"property {name!r} is a {properties[name]['type']}: "
                    f"{field} wants one of {', '.join(about.types)}"
                )
    return Fit(found, tuple(missing), tuple(lost), tuple(notes))


def _free(name: str, properties: Mapping[str, Json], taken: set[str]) -> bool:
    return str(properties[name]["id"]) not in taken


def _named(
    wanted: tuple[str, ...],
    about: Field,
    properties: Mapping[str, Json],
    taken: set[str],
    sources: Mapping[str, str],
    field: str,
) -> Property | None:
    if about.types == ("title",):  # there is exactly one, whatever it is called
        wanted = tuple(name for name, told in properties.items() if told["type"] == "title")
    loose = {name.strip().casefold(): name for name in properties}
    for given in wanted:
        for name in (given, loose.get(given.strip().casefold(), "")):
            told = properties.get(name)
            if told is None or str(told["id"]) in taken:
                continue
            if _type_fits(field, about, told) and _leads_right(about, told, sources):
                return Property(str(told["id"]), str(told["type"]), name)
    return None


def _type_fits(field: str, about: Field, told: Json) -> bool:
    return str(told["type"]) in about.types


def _leads_right(about: Field, told: Json, sources: Mapping[str, str]) -> bool:
    if about.to is None or about.to not in sources:
        return True
    return str(told["relation"].get("data_source_id")) == sources[about.to]


def declared(about: Field, sources: Mapping[str, str]) -> Json:
    """What a request says of a property that is to be made for a field."""
    kind = about.types[0]
    if kind == "relation":
        assert about.to is not None
        return {
            "relation": {
                "data_source_id": sources[about.to],
                "type": "dual_property",
                "dual_property": {},
            }
        }
    if kind == "select" and about.options:
        return {kind: {"options": [{"name": option} for option in about.options]}}
    return {kind: {"format": "number"} if kind == "number" else {}}
