"""Conditions on dates: times to the minute, days in UTC, and the weeks and months around today."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.sandbox.notion import times
from adapters.sandbox.notion.bodies import a_text, an_object
from adapters.sandbox.notion.problems import wrong

Test = Callable[[str | None], bool]
"""Whether a kept date fits; None is an empty one."""
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda kept, told: bool(kept == told),
    "does_not_equal": lambda kept, told: bool(kept != told),
    "before": lambda kept, told: bool(kept < told),
    "after": lambda kept, told: bool(kept > told),
    "on_or_before": lambda kept, told: bool(kept <= told),
    "on_or_after": lambda kept, told: bool(kept >= told),
}
AROUND = (
    "past_week", "past_month", "past_year", "this_week", "next_week", "next_month", "next_year",
)  # fmt: skip
DAYS = {"today": 0, "tomorrow": 1, "yesterday": -1, "one_week_ago": -7, "one_week_from_now": 7}
MONTHS = {"one_month_ago": -1, "one_month_from_now": 1}
"""Days that may be compared with by name: how far they are from today."""
KEYS = (*COMPARED, *AROUND, "is_empty", "is_not_empty")


def test(operator: str, told: Any, where: str, now: float) -> Test:
    """Raises Problem: the condition is none."""
    if operator in AROUND:
        an_object(told, where)
        first, last = around(operator, datetime.fromtimestamp(now, UTC).date())
        return lambda kept: kept is not None and first <= utc_day(kept) <= last
    compare = COMPARED[operator]
    text = a_text(told, where)
    if text in DAYS or text in MONTHS:
        text = relative(text, datetime.fromtimestamp(now, UTC).date()).isoformat()
    empty = operator == "does_not_equal"
    try:
        if times.is_day(text):
            wanted = times.day(text)
            return lambda kept: empty if kept is None else compare(times.day(kept), wanted)
        minute = times.minutes(text)
    except ValueError:
        raise wrong(where, "a valid ISO 8601 date string", told) from None
    return lambda kept: empty if kept is None else compare(times.minutes(kept), minute)


def utc_day(text: str) -> date:
    if times.is_day(text):
        return times.day(text)
    return times.moment(text).astimezone(UTC).date()


def relative(name: str, today: date) -> date:
    if name in MONTHS:
        return months(today, MONTHS[name])
    return today + timedelta(days=DAYS[name])


def around(operator: str, today: date) -> tuple[date, date]:
    """First and last day, today included."""
    match operator:
        case "this_week":
            first = today - timedelta(days=(today.weekday() + 1) % 7)
            return first, first + timedelta(days=6)
        case "past_week":
            return today - timedelta(days=7), today
        case "next_week":
            return today, today + timedelta(days=7)
        case "past_month":
            return months(today, -1), today
        case "next_month":
            return today, months(today, 1)
        case "past_year":
            return months(today, -12), today
    return today, months(today, 12)


def months(today: date, more: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + more, 12)
    most = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(today.day, most))
