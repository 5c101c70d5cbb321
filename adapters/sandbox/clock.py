"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Clock:
    """Called, it tells seconds since 1970, as `time.time` does."""

    def __init__(self, start: datetime = START) -> None:
        self.seconds = start.timestamp()

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float = 0, *, hours: float = 0, days: float = 0) -> None:
        self.seconds += timedelta(days=days, hours=hours, seconds=seconds).total_seconds()
