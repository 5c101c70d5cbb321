"""Budgets of requests: one for each connection, one for the workspace."""

from __future__ import annotations

import math
from dataclasses import dataclass

from adapters.sandbox.notion.problems import Problem

MINUTE = 60.0
CONNECTION, WORKSPACE, ENDPOINT, BLOCKED = (
    "public_api_request_rate_limit",
    "public_api_space_request_rate_limit",
    "public_api_endpoint_rate_limit",
    "public_api_request_blocked",
)


@dataclass
class Window:
    """So many requests in so many seconds, from the first of them on; they may come at once."""

    most: int
    seconds: float = MINUTE
    since: float = -math.inf
    spent: int = 0

    def wait(self, now: float) -> int:
        """Whole seconds until there is a budget again; 0 if there is one."""
        if now >= self.since + self.seconds:
            self.since, self.spent = now, 0
        if self.spent < self.most:
            return 0
        return max(1, math.ceil(self.since + self.seconds - now))


class Limits:
    """None, until `set` is called."""

    def __init__(self) -> None:
        self.per_minute: int | None = None
        self.workspace: Window | None = None
        self._connections: dict[str, Window] = {}

    def set(self, per_minute: int | None, workspace: int | None, seconds: float) -> None:
        self.per_minute = per_minute
        self.workspace = None if workspace is None else Window(workspace, seconds)
        self._connections.clear()

    def spend(self, connection: str, now: float) -> None:
        """Raises Problem: one of the budgets is spent. What is refused costs nothing."""
        windows: list[tuple[Window, str]] = []
        if self.per_minute is not None:
            own = self._connections.setdefault(connection, Window(self.per_minute))
            windows.append((own, CONNECTION))
        if self.workspace is not None:
            windows.append((self.workspace, WORKSPACE))
        for window, reason in windows:
            if wait := window.wait(now):
                raise too_many(wait, reason)
        for window, _ in windows:
            window.spent += 1


def too_many(seconds: float, reason: str = CONNECTION) -> Problem:
    text = str(max(1, round(seconds)))
    return Problem(
        429,
        "rate_limited",
        "You have been rate limited. Please try again in a few minutes.",
        {"rate_limit_reason": reason, "retry_after": text},
        {"Retry-After": text},
    )
