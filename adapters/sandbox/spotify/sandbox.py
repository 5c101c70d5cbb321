"""A Spotify of one's own: the Web API and the accounts service on one port."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import ClassVar, cast, get_args

import adapters.sandbox.spotify.catalogue as catalogue
import adapters.sandbox.spotify.player as player
import adapters.sandbox.spotify.reads as reads
import adapters.sandbox.spotify.remote as remote
import adapters.sandbox.spotify.search as search
import adapters.sandbox.spotify.writes as writes
from adapters.sandbox.faults import Fault
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.server import CONTROL, Server
from adapters.sandbox.spotify import made_up
from adapters.sandbox.spotify.accounts import HOUR, Accounts
from adapters.sandbox.spotify.edits import CALLS, Edits
from adapters.sandbox.spotify.library import Library
from adapters.sandbox.spotify.player import Played, Playing
from adapters.sandbox.spotify.problems import (
    NOT_PREMIUM,
    UNREGISTERED,
    Problem,
    bad_token,
    forbidden,
    not_found,
    problem,
    too_many,
)
from adapters.sandbox.spotify.remote import Deck
from adapters.sandbox.spotify.routes import GONE, REMOVED, ROUTES, Call, without_user
from adapters.sandbox.spotify.shapes import Regime

ENDPOINTS = (catalogue, player, reads, remote, search, writes)
"""Importing them fills the table of routes."""

REDIRECT = "http://127.0.0.1:8888/callback"
DAY, WINDOW = 86_400, 30
QUOTA_OVER = 48_925
"""Seconds: the `Retry-After` of a full quota, as it was seen."""


class Sandbox(Edits, Server):
    """A stand-in for Spotify. Use it as a context manager, or `start` and `stop` it.

    Args:
        library: what is known there; a small made-up one by default.
        clock: seconds since 1970; `adapters.sandbox.clock.Clock` stands still until it is moved.
        regime: which fields and endpoints there are (`spotify.shapes`); may be changed at any time.
        redirects: registered redirect addresses; any on a loopback IP literal by default.
        per_window: requests in 30 seconds after which 429 is answered; None for no limit.
        per_day: requests in 24 hours after which the quota is full.
    """

    name = "spotify"
    kinds: ClassVar[tuple[str, ...]] = (
        "429 small",
        "429 huge",
        "429 text",
        "quota",
        "401 once",
        "403",
        "403 unregistered",
        "403 no premium",
        "404",
        "torn",
    )
    calls: ClassVar[tuple[str, ...]] = (
        "advance",
        "fault",
        "forget",
        "revoke",
        "use_regime",
        *CALLS,
    )

    def __init__(
        self,
        library: Library | None = None,
        *,
        clock: Callable[[], float] = time.time,
        regime: Regime = "dev2026",
        redirects: tuple[str, ...] | None = None,
        per_window: int | None = None,
        per_day: int | None = None,
    ) -> None:
        super().__init__()
        self.library = made_up.small() if library is None else library
        self.regime, self.ahead = regime, 0.0
        self._clock = clock
        self.per_window, self.per_day = per_window, per_day
        self.accounts = Accounts(self.library.account.id, self.clock, redirects)
        self.playing: Playing | None = None
        self.deck = Deck()
        self.history: list[Played] = []
        self._recent: deque[float] = deque()
        self._token = self.accounts.token()

    def clock(self) -> float:
        """Seconds since 1970."""
        return self._clock() + self.ahead

    def advance(self, seconds: float = 0, *, hours: float = 0, days: float = 0) -> None:
        """Let time pass: tokens grow old, limits are forgotten."""
        with self.lock:
            self.ahead += seconds + hours * HOUR + days * DAY

    def use_regime(self, regime: str) -> None:
        """From now on answer as for an app of that kind. Raises ValueError: there is none such."""
        if regime not in (known := get_args(Regime)):
            raise ValueError(f"no regime {regime!r}; there are: {', '.join(known)}")
        with self.lock:
            self.regime = cast(Regime, regime)

    def revoke(self) -> None:
        """The person takes back every permission."""
        with self.lock:
            self.accounts.revoke()

    @property
    def url(self) -> str:
        """What `https://api.spotify.com/v1/` is for a client."""
        return f"{self.root}/v1/"

    @property
    def token(self) -> str:
        """An access token with every scope, good for an hour from when the sandbox was made."""
        return self._token

    @property
    def account(self) -> str:
        """The id of the account."""
        return self.library.account.id

    def introduction(self) -> dict[str, str]:
        return {
            "url": self.url,
            "token": self.accounts.token(),
            "accounts_url": self.root,
            "authorize_url": f"{self.root}/authorize",
            "token_url": f"{self.root}/api/token",
            "client_id": self.accounts.client_id,
            "client_secret": self.accounts.client_secret,
            "refresh_token": self.accounts.agree(),
            "redirect_uri": REDIRECT,
            "user_id": self.account,
            "regime": self.regime,
            "control_url": f"{self.root}/{CONTROL}",
        }

    # ---- requests ----------------------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        path = below(request)
        found = ROUTES.find(request.method, path)
        return found[0].name if found else f"{request.method} /{'/'.join(path)}"

    def answer(self, request: Request) -> Response:
        path = below(request)
        match request.method, path:
            case "GET", ("authorize",):
                return self.accounts.authorize(request)
            case "GET", ("login",):
                return Response.text("INVALID_CLIENT: Invalid client", 400)
            case "POST", ("api", "token"):
                return self.accounts.answer_token(request)
        try:
            return self._serve(request, path)
        except Problem as problem:
            return problem.response

    def _serve(self, request: Request, path: tuple[str, ...]) -> Response:
        access = self.accounts.access(request)
        if refused := self._too_many():
            return refused
        where = "/" + "/".join(path)
        if any(fnmatchcase(where, gone) for gone in GONE):
            raise forbidden()
        found = ROUTES.find(request.method, path)
        dev = self.regime == "dev2026"
        if dev and (found[0].old if found else any(fnmatchcase(where, one) for one in REMOVED)):
            raise forbidden()
        if found is None:
            if ROUTES.knows(path):
                raise problem(405, "Method not allowed")
            raise not_found("Service not found")
        route, ids = found
        call = Call(self, request, access, ids)
        if route.user and not access.user:
            raise without_user()
        if route.scopes:
            call.need(*route.scopes)
        return route.endpoint(call)

    def _too_many(self) -> Response | None:
        """Counts a request against both limits, unless one of them is reached."""
        now, recent = self.clock(), self._recent
        while recent and recent[0] <= now - DAY:
            recent.popleft()
        if self.per_day is not None and len(recent) >= self.per_day:
            return too_many(recent[0] + DAY - now, quota=True)
        if self.per_window is not None:
            window = [at for at in recent if at > now - WINDOW]
            if len(window) >= self.per_window:
                return too_many(max(1, window[0] + WINDOW - now))
        if self.per_day is not None or self.per_window is not None:
            recent.append(now)
        return None

    # ---- faults ------------------------------------------------------------------------------

    def fault(
        self,
        kind: str,
        *,
        endpoint: str = "*",
        times: int = 1,
        after: int = 0,
        seconds: float | None = None,
    ) -> None:
        """See `Server.fault`. A torn read wants a list, so by default it takes a playlist's."""
        if kind == "torn" and endpoint == "*":
            endpoint = "/playlists/{id}*"
        super().fault(kind, endpoint=endpoint, times=times, after=after, seconds=seconds)

    def faulty(self, fault: Fault, request: Request) -> Response | None:
        match fault.kind:
            case "429 small":
                return too_many(fault.seconds or 3)
            case "429 huge":
                return too_many(fault.seconds or DAY)
            case "429 text":
                return too_many(fault.seconds or 3, text=True)
            case "quota":
                return too_many(fault.seconds or QUOTA_OVER, quota=True)
            case "401 once":
                return bad_token().response
            case "403":
                return forbidden().response
            case "403 unregistered":
                return Response.text(UNREGISTERED, 403)
            case "403 no premium":
                return Response.text(NOT_PREMIUM, 403)
            case "404":
                return not_found().response
            case "torn":
                return self._torn(request)
        return None

    def _torn(self, request: Request) -> Response:
        """A right answer, and then the list is another one."""
        response = self.answer(request)
        path = below(request)
        if path[:1] == ("playlists",) and path[1:2] and path[1] in self.library.playlists:
            self.shift(path[1])
        elif path == ("me", "tracks"):
            self.shift_liked()
        elif path == ("me", "playlists") and self.library.listed:
            self.library.listed.append(self.library.listed.pop(0))
        return response


def below(request: Request) -> tuple[str, ...]:
    """The path below `/v1`, however often a client has put that before it."""
    path = request.segments
    while path[:1] == ("v1",):
        path = path[1:]
    return path
