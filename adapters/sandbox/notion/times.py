"""Times as Notion keeps them: to the minute, and dates with or without one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@lru_cache(4096)
def _minute(minutes: int) -> str:
    return datetime.fromtimestamp(minutes * 60, UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def minute(seconds: float) -> str:
    """`2026-07-04T09:08:00.000Z`: times of pages and data sources lose their seconds."""
    return _minute(int(seconds // 60))


def exact(seconds: float) -> str:
    """`2026-07-04T09:08:57.778+00:00`: times of databases keep theirs."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_day(text: str) -> bool:
    return DAY.fullmatch(text) is not None


def moment(text: str, zone: str | None = None) -> datetime:
    """A time with its zone; a day is its midnight in UTC.

    Raises:
        ValueError: it is neither.
    """
    told = datetime.fromisoformat(text)
    if told.tzinfo is not None and zone is None:
        return told
    known = ZoneInfo(zone) if zone else UTC
    return told.astimezone(known) if told.tzinfo is not None else told.replace(tzinfo=known)


def kept(text: str, zone: str | None = None) -> str:
    """What becomes of a date that is written: seconds go, the zone becomes an offset.

    Raises:
        ValueError: it is none.
    """
    if is_day(text):
        return date.fromisoformat(text).isoformat()
    told = moment(text, zone).replace(second=0, microsecond=0)
    return told.isoformat(timespec="milliseconds")


def minutes(text: str) -> int:
    """Whole minutes since 1970 of a kept date."""
    return int(moment(text).timestamp() // 60)


def day(text: str) -> date:
    """The day of a kept date, where it was written."""
    return date.fromisoformat(text[:10])
