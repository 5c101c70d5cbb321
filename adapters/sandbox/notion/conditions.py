"""Conditions on one value: `{"contains": "x"}` becomes a test, by the kind of the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.sandbox.notion import datefilter
from adapters.sandbox.notion.bodies import a_bool, a_number, a_text, an_object
from adapters.sandbox.notion.ids import dashed
from adapters.sandbox.notion.problems import UNDEFINED, not_present, wrong

Test = Callable[[Any], bool]
EMPTY = ("is_empty", "is_not_empty")
TEXT: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda value, told: value == told,
    "does_not_equal": lambda value, told: value != told,
    "contains": lambda value, told: told in value,
    "does_not_contain": lambda value, told: told not in value,
    "starts_with": lambda value, told: value.startswith(told),
    "ends_with": lambda value, told: value.endswith(told),
}
NUMBER: dict[str, Callable[[float, float], bool]] = {
    "equals": lambda value, told: value == told,
    "does_not_equal": lambda value, told: value != told,
    "greater_than": lambda value, told: value > told,
    "less_than": lambda value, told: value < told,
    "greater_than_or_equal_to": lambda value, told: value >= told,
    "less_than_or_equal_to": lambda value, told: value <= told,
}
KEYS: dict[str, tuple[str, ...]] = {
    "text": (*TEXT, *EMPTY),
    "number": (*NUMBER, *EMPTY),
    "checkbox": ("equals", "does_not_equal"),
    "option": ("equals", "does_not_equal", *EMPTY),
    **dict.fromkeys(("options", "people", "pages"), ("contains", "does_not_contain", *EMPTY)),
    "files": EMPTY,
    "date": datefilter.KEYS,
}
"""Operators by kind of value."""
ME = "me"
"""Who asks, in conditions on people."""


def one(told: Any, where: str, keys: tuple[str, ...]) -> tuple[str, Any]:
    """The only operator of a condition, and what it is told.

    Raises:
        Problem: there is none, more than one, or one that the kind does not have.
    """
    inner = an_object(told, where)
    for place, (key, value) in enumerate(inner.items()):
        if key not in keys or place:
            raise not_present(f"{where}.{key}", value)
    if not inner:
        raise wrong(f"{where}.{keys[0]}", "defined", UNDEFINED)
    return next(iter(inner.items()))


def test(
    kind: str, told: Any, where: str, now: float, known: Callable[[str], str] = str
) -> tuple[Test, frozenset[str] | None]:
    """The test of a condition; of an equation of texts also the only text that passes it.

    Args:
        kind: a key of `KEYS`. Texts are `str`, options ids or None, lists of ids, dates kept ones.
        known: what an option or an id in the condition is kept as.
    """
    operator, value = one(told, where, KEYS[kind])
    here = f"{where}.{operator}"
    if operator in EMPTY:
        if value is not True:
            raise wrong(here, "`true`", value)
        wanted = operator == "is_not_empty"
        return lambda kept: (kept is not None and kept != "" and kept != []) is wanted, None
    if kind == "date":
        return datefilter.test(operator, value, here, now), None
    if kind == "checkbox":
        flag = a_bool(value, here) is (operator == "equals")
        return lambda kept: kept is flag, None
    if kind == "number":
        return _number(operator, a_number(value, here)), None
    if kind == "text":
        text = a_text(value, here).casefold()
        compare = TEXT[operator]
        same = frozenset((text,)) if operator == "equals" else None
        return lambda kept: compare(kept.casefold(), text), same
    positive = operator in ("equals", "contains")
    if kind in ("option", "options"):
        names = value if isinstance(value, list) else [value]
        ids = {known(a_text(name, here)) for name in names}
        if kind == "option":
            return lambda kept: (kept in ids) is positive, None
        return lambda kept: ids.isdisjoint(kept) is not positive, None
    an_id = known(_id(value, here, kind))
    return lambda kept: (an_id in kept) is positive, None


def _id(told: Any, where: str, kind: str) -> str:
    text = a_text(told, where)
    if kind == "people" and text == ME:
        return text
    if (an_id := dashed(text)) is None:
        raise wrong(where, "a valid uuid", told)
    return an_id


def _number(operator: str, told: float) -> Test:
    compare, empty = NUMBER[operator], operator == "does_not_equal"
    return lambda kept: empty if kept is None else compare(kept, told)
