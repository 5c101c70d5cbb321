"""A value of the catalogue as a property of Notion, and back: pure, and equal compares equal.

`normal` is what a property will say after a value was written to it; `read` is what it says;
`shown` is either as a text for the log.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Json = dict[str, Any]
Value = str | int | float | bool | tuple[str, ...] | None

WRITABLE = (
    "title", "rich_text", "number", "select", "multi_select", "url", "checkbox", "date", "relation",
    "status",
)  # fmt: skip
PART, PARTS = 1000, 100
"""Code points in a part of a text, and parts: Notion counts 2,000 UTF-16 units in one."""
OPTION, OPTIONS, MOST_URL = 100, 100, 2000
RELATED = 100
"""Pages that a relation may be told in one request."""
SHORT = 120
"""Longer texts stand in the log as a digest; relations stand as they are."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def normal(type: str, value: Value) -> Value:
    """What a property of this type will say once the value is written."""
    match type:
        case "title" | "rich_text":
            return _text(value)[: PART * PARTS]
        case "number":
            return _number(value)
        case "select" | "status":
            return _option(_text(value)) or None
        case "multi_select":
            many = value if isinstance(value, tuple) else (_text(value),)
            options = (option for each in many if (option := _option(each)))
            unique = {option.casefold(): option for option in reversed(list(options))}
            return tuple(sorted(unique.values())[:OPTIONS])
        case "url":
            text = _text(value).strip()
            return text if 0 < len(text) <= MOST_URL else None
        case "checkbox":
            return bool(value)
        case "date":
            return _date(_text(value))
        case "relation":
            return tuple(sorted(set(value))) if isinstance(value, tuple) else ()
    raise ValueError(f"a {type} cannot be written")


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else ""
        case tuple():
            return ", ".join(value)
        case float() | int():
            return f"{value:g}" if isinstance(value, float) else str(value)
    return value.replace("\0", "")


def _number(value: Value) -> float | int | None:
    if isinstance(value, bool | tuple) or value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number


def _option(text: str) -> str:
    """An option's name: Notion takes none with a comma."""
    return " ".join(text.replace(",", ";").split())[:OPTION].strip()


def _date(text: str) -> str | None:
    """A day: seconds and zones come back as others than they were sent."""
    found = _DATE.match(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).isoformat()
    except ValueError:
        return None  # Notion refuses the whole page


def written(type: str, value: Value) -> Json:
    """The property as a request says it; the value has to be `normal`."""
    match type:
        case "title" | "rich_text":
            text = str(value or "")
            parts = [text[start : start + PART] for start in range(0, len(text), PART)]
            return {type: [{"type": "text", "text": {"content": part}} for part in parts]}
        case "select" | "status":
            return {type: {"name": value} if value else None}
        case "multi_select":
            return {type: [{"name": name} for name in _many(value)]}
        case "date":
            return {type: {"start": value} if value else None}
        case "relation":
            return {type: [{"id": page} for page in _many(value)]}
    return {type: value}


def _many(value: Value) -> Sequence[str]:
    return value if isinstance(value, tuple) else ()


def read(told: Mapping[str, Any]) -> Value:
    """What a property says. A relation with `has_more` says only a part of it."""
    kind = str(told["type"])
    value: Any = told.get(kind)
    match kind:
        case "title" | "rich_text":
            return "".join(str(part.get("plain_text") or "") for part in value or ())
        case "number":
            return _number(value)
        case "select" | "status":
            return str(value["name"]) if value else None
        case "multi_select":
            return tuple(sorted(str(each["name"]) for each in value or ()))
        case "checkbox":
            return bool(value)
        case "date":
            return str(value["start"])[:10] if value else None
        case "relation":
            return tuple(sorted(str(each["id"]) for each in value or ()))
    return str(value) if isinstance(value, str | int | float) else None


def shown(value: Value, *, whole: bool = False) -> str:
    """A value for the log: two are equal if these are; nothing is an empty text.

    Args:
        whole: however long (relations).
    """
    if value is None or value is False or value == ():
        return ""
    text = ",".join(value) if isinstance(value, tuple) else _text(value)
    if isinstance(value, float):
        text = repr(value)
    if whole or len(text) <= SHORT:
        return text
    return digest(text)


def digest(text: str) -> str:
    """What stands in the log for a text that is too long for it, or not for it."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
