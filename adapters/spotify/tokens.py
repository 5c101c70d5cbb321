"""An access token that works, for as long as a person's consent lasts. Never asks anybody."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from adapters.contract import NotAuthorised
from adapters.spotify.accounts import SCOPES, Accounts, Clock, InvalidGrant, client_id
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.store import LOG_IN, Login, Pair, Store

SPARE = 60.0
"""Seconds that a token must still have, to be good for a request."""


class Tokens:
    """The tokens of one library's login to Spotify.

    Args:
        home: the library's folder.
        now: seconds since 1970.

    `access` and `renew` raise NotAuthorised (the message says what to type), Transient (the
    accounts service does not answer now) or Fatal.
    """

    def __init__(
        self,
        settings: SpotifySettings,
        home: Path,
        *,
        now: Clock = time.time,
        session: requests.Session | None = None,
    ) -> None:
        self.settings, self.now = settings, now
        self.store = Store(home)
        self.accounts = Accounts(settings, now=now, session=session)
        self._pair: Pair | None = None

    def access(self) -> str:
        """An access token that is good for at least a minute."""
        if self._pair is None:
            self._pair = self.store.pair(self._login())
        if self._short(self._pair):
            self._pair = self._renewed(self._pair)
        return self._pair.access

    def renew(self) -> str:
        """Another access token: the last one was refused (401), although it should be good."""
        old = self._pair or self.store.pair(self._login())
        self._pair = self._renewed(old)
        return self._pair.access

    def _short(self, pair: Pair) -> bool:
        return pair.until - self.now() < SPARE

    def _login(self) -> Login:
        login = self.store.read()
        app = client_id(self.settings)
        if login is None:
            raise NotAuthorised(f"not logged in to Spotify: {LOG_IN}")
        if login.dead:
            raise _expired(login)
        if login.client_id != app:
            raise NotAuthorised(
                f"the login to Spotify is of another app than client_id {app!r}: {LOG_IN}"
            )
        if missing := [scope for scope in SCOPES if scope not in login.scopes]:
            raise NotAuthorised(
                f"the login to Spotify does not allow {', '.join(missing)}: {LOG_IN}"
            )
        return login

    def _renewed(self, old: Pair) -> Pair:
        with self.store.alone():
            login = self._login()
            pair = self.store.pair(login)
            if pair.access != old.access and not self._short(pair):
                return pair  # another process was quicker
            try:
                pair = self.accounts.refresh(pair.refresh)
            except InvalidGrant as error:
                raise _expired(self.store.keep_dead(login, str(error))) from None
            self.store.keep(login, pair)
            return pair


def _expired(login: Login) -> NotAuthorised:
    day = datetime.fromtimestamp(login.authorized_at, UTC).date()
    return NotAuthorised(
        f"Spotify does not honour the login of {day} any more ({login.dead}): {LOG_IN}",
        expired=login.dead,
    )
