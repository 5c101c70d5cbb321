"""Options of select, multi-select and status properties."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion.bodies import a_list, a_text, allowed, an_object, filled
from adapters.sandbox.notion.ids import uuid
from adapters.sandbox.notion.model import Json, Property
from adapters.sandbox.notion.problems import invalid, wrong
from adapters.sandbox.notion.richtext import NAMES

COLORS = ("default", *NAMES)
MOST_NAME = 100
STATUS = (
    ("To-do", "gray", (("Not started", "default"),)),
    ("In progress", "blue", (("In progress", "blue"),)),
    ("Complete", "green", (("Done", "green"),)),
)


def checked_name(name: Any, kind: str, where: str) -> str:
    """Raises Problem: it is too long, empty, or has a comma."""
    text = filled(name, where, MOST_NAME)
    if "," in text:
        raise invalid(f"Invalid {kind} option, commas not allowed: {text}")
    return text


def checked_color(color: Any, where: str) -> str:
    if color not in COLORS:
        raise wrong(where, "a color", color)
    return str(color)


def parse(told: Any, kind: str, where: str, old: list[Json], seed: str) -> list[Json]:
    """The whole list of options, as it is written into a schema; those known keep their ids.

    Another name for a known one is passed over without a word, as there.

    Raises:
        Problem: a name occurs twice or is none, or the colour of a known one would change.
    """
    by_id = {one["id"]: one for one in old}
    by_name = {one["name"]: one for one in old}
    made: list[Json] = []
    for place, value in enumerate(a_list(told, where)):
        here = f"{where}[{place}]"
        inner = an_object(value, here)
        allowed(inner, here, ("id", "name", "color", "description"))
        for key in ("id", "name"):
            if key in inner:
                a_text(inner[key], f"{here}.{key}", optional=True)
        known = by_id.get(inner.get("id", "")) or by_name.get(inner.get("name", ""))
        if known is None and "name" not in inner:
            raise invalid(f"Could not find option with id: {inner.get('id')}")
        name = checked_name(inner["name"], kind, f"{here}.name") if "name" in inner else ""
        color = inner.get("color")
        if color is not None:
            checked_color(color, f"{here}.color")
        if known is not None and color not in (None, known["color"]):
            by = "id" if "id" in inner else "name"
            raise invalid(f"Cannot update color of select with {by}: {known[by]}.")
        made.append(
            {
                "id": known["id"] if known else uuid(f"{seed} {name}"),
                "name": known["name"] if known else name,
                "color": known["color"] if known else color or "default",
                "description": _description(inner, known, here),
            }
        )
    names = [one["name"] for one in made]
    for name in names:
        if names.count(name) > 1:
            raise invalid(f"{where} has more than one option named {name}")
    return made


def _description(told: Json, known: Json | None, where: str) -> str | None:
    if told.get("description") is not None:
        return a_text(told["description"], f"{where}.description")
    return known["description"] if known else None


def status(options: list[Json] | None, seed: str) -> Json:
    """Configuration of a new status property. Options that were named all begin as to-do."""
    groups: list[Json] = []
    there: list[Json] = [] if options is None else options
    for name, color, defaults in STATUS:
        own: list[str] = []
        if options is None:
            for option, shade in defaults:
                an_id = uuid(f"{seed} {option}")
                there.append({"id": an_id, "name": option, "color": shade, "description": None})
                own.append(an_id)
        elif name == "To-do":
            own = [one["id"] for one in options]
        group = {"id": uuid(f"{seed} group {name}"), "name": name, "color": color}
        groups.append(group | {"option_ids": own})
    return {"options": there, "groups": groups}


def chosen(prop: Property, told: Any, where: str, seed: str) -> tuple[str, Json | None]:
    """The option that a written value means: its id, and the option itself if it is new.

    An option is named by id or by name. Select and multi-select properties get an option that
    they do not have yet; status properties refuse it.

    Raises:
        Problem: there is none, and none can be made.
    """
    inner = an_object(told, where)
    allowed(inner, where, ("id", "name", "color", "description"))
    if "id" in inner and (found := prop.option(a_text(inner["id"], f"{where}.id"))):
        return found["id"], None
    if "name" not in inner:
        raise invalid(f"Could not find option with id: {inner.get('id')}")
    kind = prop.type
    name = checked_name(inner["name"], kind, f"{where}.name")
    if known := prop.option_named(name):
        return known["id"], None
    if kind == "status":
        raise invalid(f'Invalid status option. Status option "{name}" does not exist.')
    color = checked_color(inner.get("color") or "default", f"{where}.color")
    an_id = uuid(seed + name)
    return an_id, {"id": an_id, "name": name, "color": color, "description": None}
