"""Spotify's accounts service: a code, or a refresh token, becomes an access token (by PKCE).

spotipy's own flow asks at the terminal in mid-run, has no clock to test it with, and writes the
refresh token into its debug log; so this is plain HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import requests

from adapters.contract import Fatal, NotAuthorised, Transient, seconds
from adapters.spotify.settings import CLIENT_ID, SpotifySettings
from adapters.spotify.store import LOG_IN, Pair

SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-library-read",
    "user-read-currently-playing",
)
"""What reading needs; nothing that could change anything."""
TIMEOUT = (5.0, 20.0)
"""Seconds: to connect, and between two bytes."""
HOUR = 3600.0

Clock = Callable[[], float]
"""Seconds since 1970."""


class InvalidGrant(Exception):
    """The code or the refresh token is not honoured (any more); the message is Spotify's word."""


class _Answer(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = HOUR
    refresh_token: str | None = None
    scope: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    error: str = ""
    error_description: str = ""


def client_id(settings: SpotifySettings) -> str:
    """The client id that is in force. Raises NotAuthorised: none is known."""
    if not settings.app:
        raise NotAuthorised(
            f"[spotify] client_id is empty (and {CLIENT_ID} is not set): make an app at "
            f"developer.spotify.com, put its id there, then {LOG_IN}"
        )
    return settings.app


class Accounts:
    """The token endpoint.

    Every call raises Transient (try later), Fatal, or NotAuthorised (the app is not known there).
    """

    def __init__(
        self,
        settings: SpotifySettings,
        *,
        now: Clock = time.time,
        session: requests.Session | None = None,
    ) -> None:
        self.settings, self.now = settings, now
        self.url = f"{settings.accounts_url.rstrip('/')}/api/token"
        self.host = urlsplit(self.url).netloc
        self._session = session or requests.Session()
        if (urlsplit(self.url).hostname or "") in ("127.0.0.1", "::1", "localhost"):
            self._session.trust_env = False  # no proxy leads to this machine

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> tuple[Pair, tuple[str, ...]]:
        """The tokens for a code, and the scopes that they have. Raises InvalidGrant too."""
        pair, scopes = self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
        )
        if not pair.refresh:
            raise Fatal(f"{self.host} gave no refresh token; this app cannot be used with PKCE")
        return pair, scopes or SCOPES

    def refresh(self, token: str) -> Pair:
        """New tokens; the refresh token often stays the same. Raises InvalidGrant too."""
        pair, _ = self._tokens({"grant_type": "refresh_token", "refresh_token": token})
        return pair if pair.refresh else msgspec.structs.replace(pair, refresh=token)

    def _tokens(self, form: dict[str, str]) -> tuple[Pair, tuple[str, ...]]:
        asked = self.now()
        told = {"client_id": client_id(self.settings), **form}
        try:
            response = self._session.post(
                self.url, data=told, timeout=TIMEOUT, allow_redirects=False
            )
        # Its own words may hold anything; ours are enough.
        except requests.exceptions.Timeout:
            raise Transient(f"{self.host} did not answer in time; run it again later") from None
        except requests.exceptions.RequestException:
            raise Transient(f"{self.host} cannot be reached; run it again later") from None
        if response.status_code != 200:
            raise self._refused(response, told)
        try:
            answer = msgspec.json.decode(response.content, type=_Answer)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Transient(f"{self.host} gave half an answer; run it again later") from None
        pair = Pair(answer.access_token, asked + answer.expires_in, answer.refresh_token or "")
        return pair, tuple((answer.scope or "").split())

    def _refused(self, response: requests.Response, told: dict[str, str]) -> Exception:
        try:
            said = msgspec.json.decode(response.content, type=_Refusal)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            said = _Refusal()
        code = response.status_code
        if said.error == "invalid_grant":
            return InvalidGrant(_quotable(said, told))
        if said.error == "invalid_client":
            return NotAuthorised(
                f"{self.host} knows no app {told['client_id']!r}: correct [spotify] client_id, "
                f"then {LOG_IN}"
            )
        if code == 429 or code >= 500:
            return Transient(
                f"{self.host} is busy or down (HTTP {code}); run it again later",
                seconds(response.headers.get("Retry-After")),
            )
        return Fatal(f"{self.host} refused a token (HTTP {code}: {_quotable(said, told)})")


def _quotable(said: _Refusal, told: dict[str, str]) -> str:
    """Spotify's word, as far as it repeats nothing of what it was told."""
    word = " ".join((said.error_description or said.error or "no reason given").split())
    if any(len(value) > 8 and value in word for value in told.values()):
        word = said.error
    return word[:100]
