"""The services that do not honour a login any more."""

from __future__ import annotations

from typing import Any

from projections.contract import Fold, Row, Rows
from state.events import AccessExpired, AccessGranted, Event


class ExpiredRow(Row, frozen=True):
    """A service that wants a person to log in again. Fields as in `AccessExpired`."""

    service: str
    why: str
    position: int


class Access:
    """AccessExpired, AccessGranted → services that want a person."""

    name = "access"
    version = 1

    def __init__(self) -> None:
        self.expired: Rows[ExpiredRow] = Rows("expired", ExpiredRow, ("service",))
        self.tables: tuple[Rows[Any], ...] = (self.expired,)
        self.folds: dict[type[Event], Fold] = {
            AccessExpired: lambda event, at: self.expired.put(
                ExpiredRow(event.service, event.why, at.position)
            ),
            AccessGranted: lambda event, at: self.expired.drop(event.service),
        }

    def loaded(self) -> None:
        """Nothing is derived."""
