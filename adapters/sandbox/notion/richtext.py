"""Rich text as it is written, and as it comes back."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion.bodies import (
    MOST_URL,
    a_bool,
    a_list,
    a_text,
    allowed,
    an_object,
    needed,
)
from adapters.sandbox.notion.model import Json, Text
from adapters.sandbox.notion.problems import wrong

MOST_TEXT, MOST_EQUATION = 2000, 1000
PLAIN: Json = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
KEYS = ("type", "text", "mention", "equation", "annotations", "plain_text", "href")
NAMES = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
COLORS = ("default", *NAMES, *(f"{name}_background" for name in ("default", *NAMES)))


def text(content: str) -> Text:
    """Rich text of one plain part; of none if it is empty."""
    return [_part("text", {"content": content, "link": None}, content, None, {})] if content else []


def plain(parts: Text) -> str:
    return "".join(part["plain_text"] for part in parts)


def parse(value: Any, where: str, *, optional: bool = False) -> Text:
    """Rich text of a request.

    Raises:
        Problem: it is none, or too long.
    """
    parts = a_list(value, where, optional=optional)
    return [_parsed(part, f"{where}[{place}]") for place, part in enumerate(parts)]


def _parsed(value: Any, where: str) -> Json:
    told = an_object(value, where)
    allowed(told, where, KEYS)
    annotations = _annotations(told.get("annotations"), f"{where}.annotations")
    if "mention" in told:
        inner = an_object(told["mention"], f"{where}.mention")
        return _part("mention", inner, told.get("plain_text", "Untitled"), None, annotations)
    if "equation" in told:
        inner = an_object(told["equation"], f"{where}.equation")
        expression = a_text(
            needed(inner, "expression", f"{where}.equation"),
            f"{where}.equation.expression",
            MOST_EQUATION,
        )
        return _part("equation", {"expression": expression}, expression, None, annotations)
    inner = an_object(needed(told, "text", where), f"{where}.text")
    allowed(inner, f"{where}.text", ("content", "link"))
    content = a_text(needed(inner, "content", f"{where}.text"), f"{where}.text.content", MOST_TEXT)
    link = None
    if inner.get("link") is not None:
        link = an_object(inner["link"], f"{where}.text.link")
        url = needed(link, "url", f"{where}.text.link")
        link = {"url": a_text(url, f"{where}.text.link.url", MOST_URL)}
    href = link["url"] if link else None
    return _part("text", {"content": content, "link": link}, content, href, annotations)


def _annotations(value: Any, where: str) -> Json:
    if value is None:
        return {}
    told = an_object(value, where)
    allowed(told, where, PLAIN)
    for key, inner in told.items():
        if key != "color":
            a_bool(inner, f"{where}.{key}", optional=True)
        elif inner not in COLORS:
            raise wrong(f"{where}.color", "a color", inner)
    return told


def _part(kind: str, inner: Json, shown: str, href: str | None, annotations: Json) -> Json:
    return {
        "type": kind,
        kind: inner,
        "annotations": PLAIN | annotations,
        "plain_text": shown,
        "href": href,
    }
