"""How each service is, as of the last look: read when, asked how often, what waits, blocked."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from engine.chain import BLOCKED
from engine.glance import Glance
from engine.spotify import CURSOR, NAME, REQUESTS
from state.models import Damaged, ReadModels

DAY = 86_400
FETCHING = "fetching"
"""What all sites that audio is fetched from are called together: each is blocked by itself, as
`BLOCKED` and its name."""
SHOWN = 3
"""So many playlists that may not be read are named."""


class Service(msgspec.Struct, frozen=True):
    """One service that was looked at."""

    service: str
    read: int
    """The last look that was not cut off, milliseconds since 1970; 0: there was none."""
    requests: int | None
    """In the last 24 hours; None: nobody counts them."""
    playlists: int
    """Whose rows were read."""
    waiting: int
    """Playlists that the last look did not come to."""
    withheld: tuple[str, ...]
    """Names of those that may not be read."""
    blocked: int
    """Until when it wants no requests, milliseconds since 1970; 0: it is not blocked."""
    why: str
    again: int = 0
    """When it is asked next, milliseconds since 1970; 0: by the next run."""


def services(
    glance: Glance, now: int, minutes: Mapping[str, int] | None = None
) -> tuple[Service, ...]:
    """All services that the log or a look knows: what is read, and the sites that audio is from.

    Args:
        now: milliseconds since 1970.
        minutes: so long a service is left alone after a look, by its name.
    """
    found = (_spotify(glance, now), _soundcloud(glance, now), _fetching(glance, now))
    wait = minutes or {}
    return tuple(
        msgspec.structs.replace(one, again=one.again or _again(one, wait.get(one.service, 0), now))
        for one in found
        if one is not None
    )


def _again(one: Service, minutes: int, now: int) -> int:
    at = one.read + minutes * 60_000 if one.read and minutes else 0
    return at if at > now else 0


def _blocked(glance: Glance, name: str, now: int) -> tuple[int, str]:
    rows = glance.query("SELECT until, why FROM blocked WHERE service = ?", name)
    until, why = rows[0] if rows else (0, "")
    return (until, why) if until > now else (0, "")


def _spotify(glance: Glance, now: int) -> Service | None:
    from adapters.spotify.cursor import loaded
    from adapters.spotify.quota import times

    told, history = (_bookmark(glance.saved, name) for name in (CURSOR, REQUESTS))
    known = glance.number("SELECT count(*) FROM blocked WHERE service = ?", NAME)
    if told is None and not known:
        return None
    cursor = loaded(told)
    made = [at for at in times(history or "[]") if at * 1000 > now - DAY * 1000]
    withheld = sorted(refused.name for refused in cursor.refused.values())
    return Service(
        NAME,
        int(cursor.polled * 1000),
        len(made),
        len(cursor.read),
        cursor.waiting,
        tuple(withheld),
        *_blocked(glance, NAME, now),
    )


def _soundcloud(glance: Glance, now: int) -> Service | None:
    from adapters.media.cursor import loaded
    from engine import soundcloud

    told = _bookmark(glance.saved, soundcloud.CURSOR)
    until, why = _blocked(glance, soundcloud.NAME, now)
    if told is None and not until:
        return None
    cursor = loaded(told)
    read = sum(bool(page.at) for page in cursor.pages.values())
    left = len(cursor.pages) - read
    return Service(soundcloud.NAME, int(cursor.polled * 1000), None, read, left, (), until, why)


def _fetching(glance: Glance, now: int) -> Service | None:
    """The sites that audio is fetched from: nothing is read there, so there is no last look."""
    from engine.still import IN_STEP

    sql = "SELECT until, why FROM blocked WHERE service LIKE ? AND until > ? ORDER BY until"
    shut = glance.query(sql, f"{BLOCKED}%", now)
    until, why = (shut[0][0], "; ".join(each[1] for each in shut)) if shut else (0, "")
    told = _bookmark(glance.saved, IN_STEP)
    due = int(json.loads(told)[2]) if told else 0
    if not until and due <= now:
        return None
    return Service(FETCHING, 0, None, 0, 0, (), until, why, max(due, until))


def _bookmark(models: ReadModels, name: str) -> str | None:
    try:
        return models.bookmark(name)
    except Damaged:
        return None
