"""Values in formulas, and what operators and functions make of them.

Texts, numbers, booleans and lists are themselves, a date is `{"start", "end", "time_zone"}`, and
None is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.sandbox.notion import times
from adapters.sandbox.notion.datefilter import months
from adapters.sandbox.notion.model import Json


class NoValue(Exception):
    """It cannot be evaluated."""


def plain(kind: str, value: Any) -> Any:
    """A value of a property as formulas see it."""
    match kind:
        case "":
            raise NoValue
        case "title" | "rich_text":
            return "".join(part["plain_text"] for part in value)
        case "select" | "status":
            return value["name"] if value else ""
        case "multi_select" | "people" | "files" | "relation":
            return [str(one.get("name") or one["id"]) for one in value]
        case "created_time" | "last_edited_time":
            return {"start": value, "end": None, "time_zone": None}
        case "created_by" | "last_edited_by":
            return value["name"]
        case "unique_id":
            return f"{value['prefix']}-{value['number']}" if value["prefix"] else value["number"]
        case "formula" | "rollup":
            return value[value["type"]]
        case "url" | "email" | "phone_number":
            return value or ""
    return value


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(text, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value["start"]) if isinstance(value, dict) else str(value)


def applied(operator: str, left: Any, right: Any) -> Any:
    """An operator between two values. Nothing is less or more than what is empty."""
    match operator:
        case "or" | "||":
            return bool(left) or bool(right)
        case "and" | "&&":
            return bool(left) and bool(right)
        case "==":
            return left == right
        case "!=":
            return left != right
        case "+" if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
    if left is None or right is None:
        return False if operator[0] in "<>" else None
    if isinstance(left, dict) and isinstance(right, dict):
        left, right = times.minutes(left["start"]), times.minutes(right["start"])
    return ARITHMETIC[operator](left, right)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: math.fmod(left, right),
    "^": lambda left, right: left**right,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "hour": lambda value: times.moment(value["start"]).hour,
    "minute": lambda value: times.moment(value["start"]).minute,
    "dateAdd": lambda value, count, unit: moved(value, count, unit),
    "dateSubtract": lambda value, count, unit: moved(value, -count, unit),
    "dateBetween": lambda value, other, unit: between(value, other, unit),
    "timestamp": lambda value: times.minutes(value["start"]) * 60_000,
    "fromTimestamp": lambda value: dated(datetime.fromtimestamp(value / 1000, UTC)),
    "toNumber": lambda value: float(value) if text(value).strip() else None,
    "join": lambda value, between: between.join(map(text, value)),
    "contains": lambda value, part: part in value,
    "lower": lambda value: value.lower(),
    "upper": lambda value: value.upper(),
    "replaceAll": lambda value, old, new: re.sub(old, new, value),
    "replace": lambda value, old, new: re.sub(old, new, value, count=1),
    "test": lambda value, pattern: re.search(pattern, text(value)) is not None,
    "parseDate": lambda value: {"start": times.kept(value), "end": None, "time_zone": None},
    "round": lambda value: math.floor(value + 0.5),
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": abs,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": lambda left, right: left / right,
}


OF_EMPTY: dict[str, Callable[..., Any]] = {
    "empty": lambda value: value in (None, "", 0, False, []),
    "length": lambda value: len(text(value)),
    "format": text,
    "concat": lambda *parts: "".join(map(text, parts)),
    "or": lambda *values: any(values),
    "and": lambda *values: all(values),
    "not": lambda value: not value,
}
"""Functions to which what is empty is a value like others."""


def called(name: str, told: list[Any]) -> Any:
    """What a function makes of its arguments; None if one of them is empty.

    Raises:
        NoValue: there is no such function here.
    """
    if name in OF_EMPTY:
        return OF_EMPTY[name](*told)
    if name not in FUNCTIONS:
        raise NoValue
    return None if None in told else FUNCTIONS[name](*told)


DAYS = {"days": 1.0, "weeks": 7.0, "hours": 1 / 24, "minutes": 1 / 1440}
MONTHS = {"months": 1, "quarters": 3, "years": 12}


def dated(moment: datetime) -> Json:
    start = moment.isoformat(timespec="milliseconds")
    return {"start": start, "end": None, "time_zone": None}


def moved(value: Json, count: float, unit: str) -> Json:
    """A date so many units later."""
    moment = times.moment(value["start"])
    if unit in MONTHS:
        day = months(moment.date(), round(count * MONTHS[unit]))
        moment = datetime.combine(day, moment.timetz())
    else:
        moment += timedelta(days=count * DAYS[unit])
    if times.is_day(value["start"]) and unit not in ("hours", "minutes"):
        return value | {"start": moment.date().isoformat(), "end": None}
    return dated(moment)


def between(value: Json, other: Json, unit: str) -> int:
    """Whole units from the other date to this one."""
    late, early = times.moment(value["start"]), times.moment(other["start"])
    if unit in DAYS:
        return int((late - early) / timedelta(days=DAYS[unit]))
    count = (late.year - early.year) * 12 + late.month - early.month
    if count > 0 and (late.day, late.timetz()) < (early.day, early.timetz()):
        count -= 1
    elif count < 0 and (late.day, late.timetz()) > (early.day, early.timetz()):
        count += 1
    return int(count / MONTHS[unit])
