"""How each service is, as of the last look: read when, asked how often, what waits, blocked."""

from __future__ import annotations

import msgspec

from engine.glance import Glance
from engine.spotify import CURSOR, NAME, REQUESTS
from state.models import Damaged, ReadModels

DAY = 86_400
SHOWN = 3
"""So many playlists that may not be read are named."""


class Service(msgspec.Struct, frozen=True):
    """One service that was looked at."""

    service: str
    read: int
    """The last look that was not cut off, milliseconds since 1970; 0: there was none."""
    requests: int
    """In the last 24 hours."""
    playlists: int
    """Whose rows were read."""
    waiting: int
    """Playlists that the last look did not come to."""
    withheld: tuple[str, ...]
    """Names of those that may not be read."""
    blocked: int
    """Until when it wants no requests, milliseconds since 1970; 0: it is not blocked."""
    why: str


def services(glance: Glance, now: int) -> tuple[Service, ...]:
    """All services that the log or a look knows.

    Args:
        now: milliseconds since 1970.
    """
    from adapters.spotify.cursor import loaded
    from adapters.spotify.quota import times

    told, history = (_bookmark(glance.saved, name) for name in (CURSOR, REQUESTS))
    rows = glance.query("SELECT until, why FROM blocked WHERE service = ?", NAME)
    until, why = rows[0] if rows else (0, "")
    if until <= now:
        until, why = 0, ""
    if told is None and not rows:
        return ()
    cursor = loaded(told)
    made = [at for at in times(history or "[]") if at * 1000 > now - DAY * 1000]
    withheld = sorted(refused.name for refused in cursor.refused.values())
    return (
        Service(
            NAME,
            int(cursor.polled * 1000),
            len(made),
            len(cursor.read),
            cursor.waiting,
            tuple(withheld),
            until,
            why,
        ),
    )


def _bookmark(models: ReadModels, name: str) -> str | None:
    try:
        return models.bookmark(name)
    except Damaged:
        return None
