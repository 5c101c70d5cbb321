"""The accounts service: who may do what, and for how long.

Authorization code with PKCE or with a secret, refresh tokens that die six months after the person
agreed, client credentials. Times are seconds since 1970 on the sandbox's clock.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from adapters.sandbox.messages import Request, Response
from adapters.sandbox.spotify.problems import Problem, bad_token, no_token, token_error

HOUR = 3600
CODE_LIVES = 600
MONTHS = 6
UNSUPPORTED = "grant_type must be client_credentials, authorization_code or refresh_token"

SCOPES = frozenset(
    {
        "app-remote-control",
        "playlist-modify-private",
        "playlist-modify-public",
        "playlist-read-collaborative",
        "playlist-read-private",
        "streaming",
        "ugc-image-upload",
        "user-follow-modify",
        "user-follow-read",
        "user-library-modify",
        "user-library-read",
        "user-modify-playback-state",
        "user-read-currently-playing",
        "user-read-email",
        "user-read-playback-position",
        "user-read-playback-state",
        "user-read-private",
        "user-read-recently-played",
        "user-top-read",
    }
)


@dataclass(frozen=True)
class Access:
    """What a token allows. `user` is empty for an app on its own."""

    user: str
    scopes: frozenset[str]
    until: float


@dataclass(frozen=True)
class Grant:
    """A person's yes."""

    user: str
    scopes: frozenset[str]
    at: float
    revoked: bool = False


@dataclass(frozen=True)
class Code:
    grant: Grant
    redirect: str
    challenge: str


class Accounts:
    """`deny` lets the person say no; `redirects` are the registered addresses.

    An app registers loopback addresses without their port. With `redirects` None it has registered
    every address on a loopback IP literal.
    """

    def __init__(
        self, user: str, now: Callable[[], float], redirects: tuple[str, ...] | None = None
    ) -> None:
        self.user, self.now, self.redirects = user, now, redirects
        self.client_id = secrets.token_hex(16)
        self.client_secret = secrets.token_hex(16)
        self.deny = False
        self.tokens: dict[str, Access] = {}
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}

    # ---- by hand -----------------------------------------------------------------------------

    def agree(self, *scopes: str) -> str:
        """A person's yes to these scopes (to all, if none is named): the refresh token."""
        refresh = "AQ" + secrets.token_urlsafe(96)
        allowed = frozenset(scopes) or SCOPES
        self.grants[refresh] = Grant(self.user, allowed, self.now())
        return refresh

    def token(self, *scopes: str) -> str:
        """An access token for an hour."""
        return self._access(self.user, frozenset(scopes) or SCOPES)

    def revoke(self) -> None:
        """The person takes back every yes: nothing works any more."""
        self.tokens.clear()
        for refresh, grant in self.grants.items():
            self.grants[refresh] = Grant(grant.user, grant.scopes, grant.at, revoked=True)

    def access(self, request: Request) -> Access:
        """Raises Problem: 401."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise no_token()
        found = self.tokens.get(token.strip())
        if found is None or found.until <= self.now():
            raise bad_token()
        return found

    # ---- GET /authorize ----------------------------------------------------------------------

    def authorize(self, request: Request) -> Response:
        """Send the browser back, as if the person had logged in and agreed."""
        asked = request.query
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != self.client_id:
            # The real one finds out only after the log-in.
            where = f"{request.host}/login?{urlencode({'continue': request.path})}"
            return Response(303, b"", {"Location": where})
        if not self._registered(redirect):
            return Response.text("INVALID_CLIENT: Invalid redirect URI", 400)
        scopes = frozenset(asked.get("scope", "").split())
        told = {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code":
            told = {"error": "unsupported_response_type"} | told
        elif asked.get("code_challenge_method", "S256") != "S256":
            told = {"error": "invalid_request"} | told
        elif scopes - SCOPES:
            told = {"error": "invalid_scope"} | told
        elif self.deny:
            told = {"error": "access_denied"} | told
        else:
            code = "AQ" + secrets.token_urlsafe(64)
            grant = Grant(self.user, scopes, self.now())
            self.codes[code] = Code(grant, redirect, asked.get("code_challenge", ""))
            told = {"code": code} | told
        separator = "&" if urlsplit(redirect).query else "?"
        return Response(302, b"", {"Location": f"{redirect}{separator}{urlencode(told)}"})

    def _registered(self, redirect: str) -> bool:
        try:
            url = urlsplit(redirect)
            loopback = url.scheme == "http" and url.hostname in ("127.0.0.1", "::1")
            bare = url._replace(netloc=url.netloc.removesuffix(f":{url.port}")).geturl()
        except ValueError:
            return False
        if self.redirects is None:
            return loopback
        return redirect in self.redirects or (loopback and bare in self.redirects)

    # ---- POST /api/token ---------------------------------------------------------------------

    def answer_token(self, request: Request) -> Response:
        form = request.form()
        try:
            match form.get("grant_type"):
                case "authorization_code":
                    told = self._from_code(request, form)
                case "refresh_token":
                    told = self._from_refresh(request, form)
                case "client_credentials":
                    self._client(request, form, secret_needed=True)
                    told = self._told("", frozenset())
                    del told["scope"]
                case None:
                    raise token_error("unsupported_grant_type", "grant_type parameter is missing")
                case _:
                    raise token_error("unsupported_grant_type", UNSUPPORTED)
        except Problem as problem:
            return problem.response
        return Response.json(told, headers={"Cache-Control": "no-store"})

    def _from_code(self, request: Request, form: dict[str, str]) -> dict[str, object]:
        code = self.codes.get(form.get("code", ""))
        self._client(request, form, secret_needed=code is not None and not code.challenge)
        if code is None:
            raise token_error("invalid_grant", "Invalid authorization code")
        if form.get("redirect_uri") != code.redirect:
            raise token_error("invalid_grant", "Invalid redirect URI")
        if code.challenge:
            verifier = form.get("code_verifier", "")
            if not verifier:
                raise token_error("invalid_request", "code_verifier must be supplied")
            if challenge(verifier) != code.challenge.rstrip("="):
                raise token_error("invalid_grant", "code_verifier was incorrect")
        del self.codes[form["code"]]
        if self.now() >= code.grant.at + CODE_LIVES:
            raise token_error("invalid_grant", "Authorization code expired")
        refresh = "AQ" + secrets.token_urlsafe(96)
        self.grants[refresh] = code.grant
        return {**self._told(code.grant.user, code.grant.scopes), "refresh_token": refresh}

    def _from_refresh(self, request: Request, form: dict[str, str]) -> dict[str, object]:
        self._client(request, form, secret_needed=False)
        if not form.get("refresh_token"):
            raise token_error("invalid_request", "refresh_token must be supplied")
        grant = self.grants.get(form["refresh_token"])
        if grant is None:
            raise token_error("invalid_grant", "Invalid refresh token")
        if grant.revoked:
            raise token_error("invalid_grant", "Refresh token revoked")
        if self.now() >= dies(grant.at):
            raise token_error("invalid_grant", "Refresh token expired")
        return self._told(grant.user, grant.scopes)

    def _client(self, request: Request, form: dict[str, str], *, secret_needed: bool) -> None:
        """Raises Problem: it is not the app that is registered here."""
        given, secret = form.get("client_id"), form.get("client_secret")
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                given, _, secret = base64.b64decode(coded).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise token_error("invalid_client", "Invalid client") from None
        if given != self.client_id:
            raise token_error("invalid_client", "Invalid client")
        if (secret_needed or secret) and secret != self.client_secret:
            raise token_error("invalid_client", "Invalid client secret")

    def _told(self, user: str, scopes: frozenset[str]) -> dict[str, object]:
        return {
            "access_token": self._access(user, scopes),
            "token_type": "Bearer",
            "expires_in": HOUR,
            "scope": " ".join(sorted(scopes)),
        }

    def _access(self, user: str, scopes: frozenset[str]) -> str:
        token = "BQ" + secrets.token_urlsafe(96)
        self.tokens[token] = Access(user, scopes, self.now() + HOUR)
        return token


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def dies(agreed: float) -> float:
    """When a refresh token stops working: six months, by the calendar, after the person's yes."""
    day = datetime.fromtimestamp(agreed, UTC)
    months = day.month - 1 + MONTHS
    year, month = day.year + months // 12, months % 12 + 1
    while True:
        try:
            return day.replace(year=year, month=month).timestamp()
        except ValueError:
            day = day.replace(day=day.day - 1)  # 31 August, and there is no 31 February
