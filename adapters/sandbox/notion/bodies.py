"""What may be in the body of a request. Whatever is refused is named by its place in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.sandbox.notion.problems import UNDEFINED, not_present, too_long, wrong

MOST = 100
"""Items of any array that is written."""
MOST_URL = 2000


def allowed(told: dict[str, Any], where: str, keys: Iterable[str]) -> None:
    """Raises Problem: there is a key that nobody knows."""
    known = set(keys)
    for key, value in told.items():
        if key not in known:
            raise not_present(f"{where}.{key}", value)


def an_object(value: Any, where: str, *, optional: bool = False) -> dict[str, Any]:
    """`optional`, here and below: messages say that it may be left out."""
    if not isinstance(value, dict):
        raise wrong(where, "an object", value, optional=optional)
    return value


def a_list(value: Any, where: str, most: int = MOST, *, optional: bool = False) -> list[Any]:
    if not isinstance(value, list):
        raise wrong(where, "an array", value, optional=optional)
    if len(value) > most:
        raise too_long(where, most, len(value))
    return value


def a_text(value: Any, where: str, most: int | None = None, *, optional: bool = False) -> str:
    if not isinstance(value, str):
        raise wrong(where, "a string", value, optional=optional)
    if most is not None and length(value) > most:
        raise too_long(where, most, length(value))
    return value


def filled(value: Any, where: str, most: int) -> str:
    """A text that is not empty."""
    text = a_text(value, where, most)
    if not text:
        raise wrong(where, "populated", value)
    return text


def a_bool(value: Any, where: str, *, optional: bool = False) -> bool:
    if not isinstance(value, bool):
        raise wrong(where, "a boolean", value, optional=optional)
    return value


def a_number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(where, "a number", value)
    return value


def needed(told: dict[str, Any], key: str, where: str) -> Any:
    if key not in told:
        raise wrong(f"{where}.{key}", "defined", UNDEFINED)
    return told[key]


def length(text: str) -> int:
    """Characters as JavaScript counts them."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def page_size(told: dict[str, Any], where: str) -> int:
    """100, or what a body or a query says; a query has it as text."""
    value, here = told.get("page_size", MOST), f"{where}.page_size"
    if where == "query" and str(value).removeprefix("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(here, "a number", value, optional=True)
    if value < 1:
        raise wrong(here, "≥ `1`", value, optional=True)
    if value > MOST:
        raise wrong(here, f"≤ `{MOST}`", value, optional=True)
    return value


def icon(value: Any, where: str) -> dict[str, Any] | None:
    """An icon or a cover: an emoji or the address of a picture."""
    if value is None:
        return None
    told = an_object(value, where)
    if "emoji" in told:
        return {"type": "emoji", "emoji": a_text(told["emoji"], f"{where}.emoji")}
    for kind in ("external", "file", "custom_emoji", "file_upload", "icon"):
        if kind in told:
            inner = an_object(told[kind], f"{where}.{kind}")
            if kind in ("external", "file"):
                needed(inner, "url", f"{where}.{kind}")
                a_text(inner["url"], f"{where}.{kind}.url", MOST_URL)
            return {"type": kind, kind: inner}
    raise wrong(f"{where}.type", "defined", told.get("type", UNDEFINED))
