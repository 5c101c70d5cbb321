"""Logins to services: are there any, how old are they, who can read them? Asks no service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.contract import NotAuthorised
from adapters.notion.tokens import token
from adapters.spotify.settings import CLIENT_ID, SpotifySettings
from adapters.spotify.store import LOG_IN, Login, Store
from engine.config import Config
from engine.doctor.check import Check, ok, problem, warning
from engine.when import local

DAY = 86_400
OLD = 167
"""Days: five and a half months, two weeks before the end."""
WHAT = "spotify login"


def checks(home: Path, config: Config, now: int) -> Iterator[Check]:
    """The logins that the configuration wants.

    Args:
        now: milliseconds since 1970.
    """
    if config.spotify is not None:
        yield from _spotify(home, config.spotify, now)
    if config.notion is not None:
        yield _notion(home)


def _notion(home: Path) -> Check:
    try:
        token(home)
    except NotAuthorised as error:
        return problem("notion token", str(error), "sync notion token")
    return ok("notion token", "there is one")


def _spotify(home: Path, settings: SpotifySettings, now: int) -> Iterator[Check]:
    if not settings.app:
        yield problem(
            WHAT,
            f"[spotify] client_id is empty, and {CLIENT_ID} is not set",
            f"make an app at developer.spotify.com and put its client id there, then {LOG_IN}",
        )
        return
    store = Store(home)
    try:
        login = store.read()
    except NotAuthorised as error:
        yield problem(WHAT, str(error), LOG_IN)
        return
    if login is None:
        yield problem(WHAT, "not logged in", LOG_IN)
        return
    yield _login(login, settings.app, now / 1000)
    if store.open_to_others():
        yield warning(
            "spotify login: file",
            f"{store.path}: others on this machine may read it",
            f"chmod 600 '{store.path}'",
        )


def _login(login: Login, app: str, now: float) -> Check:
    since, until = (local(int(at * 1000))[:10] for at in (login.authorized_at, login.good_until))
    days = max(0, int((now - login.authorized_at) // DAY))
    if login.dead:
        return problem(WHAT, f"of {since}: Spotify says: {login.dead}", LOG_IN)
    if login.client_id != app:
        return problem(WHAT, f"of another app than client_id {app!r}", LOG_IN)
    if now >= login.good_until:
        return problem(WHAT, f"{days} days old: it ended on {until}", LOG_IN)
    kept = "in the keyring" if login.entry else "in a file"
    if days >= OLD:
        return warning(WHAT, f"{days} days old: it ends on {until}; kept {kept}", LOG_IN)
    return ok(WHAT, f"{days} days old, good until {until}; kept {kept}")
