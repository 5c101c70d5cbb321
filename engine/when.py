"""Positions and times as people write them, and as they read them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Protocol

_AGO = re.compile(r"(\d+)([smhdw])")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Log(Protocol):
    """What is asked of the log (`state.log.EventLog`)."""

    def position_at(self, at: int) -> int: ...


def local(at: int) -> str:
    """A time (milliseconds since 1970) in the time zone of this machine, ISO 8601."""
    return datetime.fromtimestamp(at / 1000).astimezone().isoformat(sep=" ", timespec="seconds")


def moment(text: str, now: int) -> int | None:
    """A time in milliseconds since 1970: `2h` (ago), `now`, or an ISO date or time.

    A date alone is its beginning; what names no time zone is meant in this machine's.
    None: it is not a time.
    """
    text = text.strip()
    if text == "now":
        return now
    if found := _AGO.fullmatch(text):
        return now - int(found[1]) * _SECONDS[found[2]] * 1000
    try:
        return int(datetime.fromisoformat(text).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def span(text: str) -> int | None:
    """A length of time in milliseconds: `90m`, `3h`, `2d`. None: it is none."""
    found = _AGO.fullmatch(text.strip())
    return int(found[1]) * _SECONDS[found[2]] * 1000 if found else None


def coming(text: str, now: int) -> int | None:
    """A time in milliseconds since 1970: an ISO date or time, or the next time that a clock here
    shows `23:30`. None: it is not a time."""
    text = text.strip()
    if _AGO.fullmatch(text):
        return None
    if not (found := _CLOCK.fullmatch(text)):
        return moment(text, now)
    today = datetime.fromtimestamp(now / 1000).astimezone().replace(tzinfo=None)
    try:
        then = today.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    except ValueError:
        return None
    if then <= today:
        then += timedelta(days=1)
    return int(then.astimezone().timestamp() * 1000)


def position(text: str, log: Log, head: int, now: int) -> int:
    """The position in the log that a position or a time stands for.

    Raises:
        ValueError: with a line for people.
    """
    if text.strip().isdecimal():
        found = int(text)
        if found > head:
            raise ValueError(f"{found}: the log ends at event {head}")
        return found
    at = moment(text, now)
    if at is None:
        raise ValueError(
            f"{text!r} is neither a position nor a time; say 1234, 2h, 3d, 2026-01-31 or "
            f"2026-01-31T18:00"
        )
    return log.position_at(at)
