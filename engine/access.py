"""What the log is told of logins: that one is not honoured any more, and that there is a new one.

Each only once: what is known already is no event.
"""

from __future__ import annotations

from engine.library import Library
from state.events import AccessExpired, AccessGranted
from state.log import Recorded

_EXPIRED = "SELECT service FROM expired WHERE service = ?"


def expired(library: Library, service: str, why: str) -> list[Recorded]:
    """A service does not honour its login any more (`NotAuthorised.expired` is why; empty: it
    was not that, and nothing is recorded)."""
    return library.decide(
        lambda state: (
            [AccessExpired(service, why)] if why and service not in state.access.expired else []
        )
    )


def granted(library: Library, service: str) -> list[Recorded]:
    """A person logged in, or a login is seen to work. Loads no state where nothing had expired."""
    if library.saved_at_head() and not library.models.query(_EXPIRED, service):
        return []
    return library.decide(
        lambda state: [AccessGranted(service)] if service in state.access.expired else []
    )
