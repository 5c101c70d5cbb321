"""What a rollup makes of the values of related pages."""

from __future__ import annotations

from statistics import median
from typing import Any

from adapters.sandbox.notion.model import Json
from adapters.sandbox.notion.times import minutes

Cell = tuple[str, Any]
"""The type of a property, and its value as a page shows it."""


def rolled_up(function: str, cells: list[Cell]) -> Json:
    """`{"type", TYPE: value, "function"}`: a number, a date or an array."""
    if function in ("show_original", "show_unique"):
        told: list[Json] = [{"type": kind, kind: value} for kind, value in cells]
        if function == "show_unique":
            told = [one for place, one in enumerate(told) if one not in told[:place]]
        return {"type": "array", "array": told, "function": function}
    if function in ("earliest_date", "latest_date", "date_range"):
        return {"type": "date", "date": _date(function, cells), "function": function}
    return {"type": "number", "number": _number(function, cells), "function": function}


def is_empty(value: Any) -> bool:
    return value is None or value == [] or value == ""


def number_of(cell: Cell) -> float | None:
    """A value as a number, for sums: formulas and rollups of numbers count too."""
    kind, value = cell
    if kind in ("formula", "rollup") and isinstance(value, dict):
        value = value.get("number")
    if kind == "unique_id" and isinstance(value, dict):
        value = value["number"]
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _number(function: str, cells: list[Cell]) -> float | None:
    full = [value for _, value in cells if not is_empty(value)]
    checked = [value for _, value in cells if value is True]
    every = len(cells)
    match function:
        case "count" | "count_per_group":
            return every
        case "count_values":
            return sum(len(value) if isinstance(value, list) else 1 for value in full)
        case "unique":
            return len({repr(value) for value in full})
        case "empty":
            return every - len(full)
        case "not_empty":
            return len(full)
        case "checked":
            return len(checked)
        case "unchecked":
            return every - len(checked)
        case "percent_empty":
            return (every - len(full)) / every if every else None
        case "percent_not_empty":
            return len(full) / every if every else None
        case "percent_checked" | "percent_per_group":
            return len(checked) / every if every else None
        case "percent_unchecked":
            return (every - len(checked)) / every if every else None
    return _of_numbers(function, [one for cell in cells if (one := number_of(cell)) is not None])


def _of_numbers(function: str, numbers: list[float]) -> float | None:
    if function == "sum":
        return sum(numbers)
    if not numbers:
        return None
    match function:
        case "average":
            return sum(numbers) / len(numbers)
        case "median":
            return median(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
    return max(numbers) - min(numbers)


def _date(function: str, cells: list[Cell]) -> Json | None:
    starts = [
        text
        for _, value in cells
        if (text := value.get("start") if isinstance(value, dict) else value)
        and isinstance(text, str)
    ]
    if not starts:
        return None
    first, last = min(starts, key=minutes), max(starts, key=minutes)
    start = last if function == "latest_date" else first
    end = last if function == "date_range" else None
    return {"start": start, "end": end, "time_zone": None}
