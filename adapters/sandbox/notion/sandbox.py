"""A Notion of one's own: its API on a port."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from adapters.sandbox.faults import HTML, Fault
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.notion import blocks, databases, others, pages, queries
from adapters.sandbox.notion.edits import CALLS, Edits
from adapters.sandbox.notion.ids import uuid
from adapters.sandbox.notion.limits import Limits
from adapters.sandbox.notion.model import User
from adapters.sandbox.notion.problems import (
    Problem,
    invalid_url,
    missing_version,
    unauthorized,
    wrong_version,
)
from adapters.sandbox.notion.routes import ROUTES, Call, Route
from adapters.sandbox.notion.shapes import PUBLISHED, VERSIONS
from adapters.sandbox.notion.trouble import KINDS, refusal, saved, timed_out, unavailable
from adapters.sandbox.notion.workspace import Workspace
from adapters.sandbox.server import CONTROL, SLOW, Server

ENDPOINTS = (blocks, databases, others, pages, queries)
"""Importing them fills the table of routes."""
MOST_RESULTS = 10_000
HOUR, DAY = 3600, 86_400
WORKSPACE_WINDOW = 600.0


class Sandbox(Edits, Server):
    """A stand-in for Notion. Use it as a context manager, or `start` and `stop` it.

    Args:
        workspace: what is in it; one with an empty page by default.
        clock: seconds since 1970; `adapters.sandbox.clock.Clock` stands still until it is moved.
        per_minute: requests of one connection in a minute, after which 429 is answered.
        per_workspace: requests of all connections in ten minutes.
        results: rows after which a query is cut off.
    """

    name = "notion"
    kinds: ClassVar[tuple[str, ...]] = KINDS
    calls: ClassVar[tuple[str, ...]] = (
        "advance",
        "cap",
        "connect",
        "fault",
        "forget",
        "lag",
        "limit",
        "revoke",
        *CALLS,
    )

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        clock: Callable[[], float] = time.time,
        per_minute: int | None = None,
        per_workspace: int | None = None,
        results: int = MOST_RESULTS,
    ) -> None:
        super().__init__()
        self._clock, self.ahead = clock, 0.0
        self.workspace = Workspace(self.clock) if workspace is None else workspace
        self.workspace.clock = self.clock
        self.queries = queries.Queries(results)
        self.limits = Limits()
        self.limits.set(per_minute, per_workspace, WORKSPACE_WINDOW)
        self.committed, self.committed_children = "", list[str]()
        self._tokens: dict[str, User] = {}
        self._answered = 0
        self._after: dict[int, float | None] = {}
        self.token = self._grant(self.workspace.bot)

    def clock(self) -> float:
        """Seconds since 1970."""
        return self._clock() + self.ahead

    # ---- connections, limits, time -----------------------------------------------------------

    def _grant(self, bot: User) -> str:
        token = "ntn_" + uuid(f"token {bot.id} {len(self._tokens)}").replace("-", "")
        self._tokens[token] = bot
        return token

    def connect(self, name: str) -> str:
        """Another connection to the workspace, with a budget of its own; its token."""
        with self.lock:
            bot = User(self.workspace.new_id(), name, bot=True)
            return self._grant(self.workspace.put_user(bot))

    def revoke(self, token: str = "") -> None:
        """A token is good no longer; all of them, if none is named."""
        with self.lock:
            for one in [token] if token else list(self._tokens):
                del self._tokens[one]

    def advance(self, seconds: float = 0, *, hours: float = 0, days: float = 0) -> None:
        """Let time pass: minutes end, limits are forgotten, searches find more."""
        with self.lock:
            self.ahead += seconds + hours * HOUR + days * DAY

    def limit(
        self,
        per_minute: int | None = None,
        per_workspace: int | None = None,
        seconds: float = WORKSPACE_WINDOW,
    ) -> None:
        """Budgets of each connection in a minute, and of all in so many seconds; none if None."""
        with self.lock:
            self.limits.set(per_minute, per_workspace, seconds)

    def cap(self, results: int = MOST_RESULTS) -> None:
        """A query ends after so many rows."""
        with self.lock:
            self.queries.most = results

    def lag(self, seconds: float) -> None:
        """A search knows what happened so many seconds ago."""
        with self.lock:
            self.workspace.index.lag = seconds

    @property
    def url(self) -> str:
        """What `https://api.notion.com` is for a client."""
        return f"{self.root}/"

    @property
    def page(self) -> str:
        """The id of a page under which anything may be made."""
        return self.workspace.root

    def introduction(self) -> dict[str, str]:
        return {
            "url": self.url,
            "token": self.token,
            "page": self.page,
            "person": self.workspace.person.id,
            "bot": self.workspace.bot.id,
            "workspace": self.workspace.id,
            "version": VERSIONS[-1],
            "control_url": f"{self.root}/{CONTROL}",
        }

    # ---- requests ----------------------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        found = ROUTES.find(request.method, below(request))
        return found[0].name if found else f"{request.method} {request.path}"

    def answer(self, request: Request) -> Response:
        try:
            return self._response(self._serve(request), 200)
        except Problem as problem:
            return self._refused(problem)

    def _serve(self, request: Request) -> dict[str, object]:
        found = ROUTES.find(request.method, below(request))
        if found is None:
            raise invalid_url()
        bot = self._connection(request)
        self.limits.spend(bot.id, self.clock())
        version = request.headers.get("Notion-Version")
        if version is None:
            raise missing_version()
        if version not in VERSIONS:
            raise wrong_version(version, VERSIONS if version in PUBLISHED else PUBLISHED)
        route, ids = found
        self.committed, self.committed_children = "", []
        self.workspace.actor = bot
        return route.endpoint(Call(self, request, version, ids))

    def _connection(self, request: Request) -> User:
        match request.headers.get("Authorization", "").split():
            case [word, token] if word.lower() == "bearer":
                if (bot := self._tokens.get(token)) is not None:
                    return bot
                raise unauthorized()
            case []:
                raise unauthorized()
        raise unauthorized('Authorization header must use the format "Bearer <token>".')

    def _response(
        self, told: dict[str, object], status: int, headers: dict[str, str] | None = None
    ) -> Response:
        self._answered += 1
        an_id = uuid(f"request {self._answered}")
        more = {"x-notion-request-id": an_id} | (headers or {})
        # Lists of templates are the only answers that are no objects, and have no id either.
        body = told | {"request_id": an_id} if "object" in told else told
        return Response.json(body, status, more)

    def _refused(self, problem: Problem) -> Response:
        told = problem.body("")
        return self._response(told, problem.status, problem.headers)

    # ---- faults ------------------------------------------------------------------------------

    def handle(self, request: Request) -> tuple[Response, str]:
        """As every server, and then what a fault does to an answer that is there already."""
        response, wire = super().handle(request)
        if id(request) not in self._after:
            return response, wire
        seconds = self._after.pop(id(request))
        if seconds is None or self.stopped.wait(seconds):
            return response, "drop"
        return response, wire

    def faulty(self, fault: Fault, request: Request) -> Response | None:
        if fault.kind.startswith("saved"):
            found = ROUTES.find(request.method, below(request))
            if found is not None and found[0].writes:
                return self._saved(fault, request, found[0])
            self.faults.add(Fault(fault.kind, fault.endpoint, seconds=fault.seconds), self.kinds)
            return None
        if fault.kind == "lost":
            self._after[id(request)] = None
            return self._refused(unavailable())
        problem = refusal(fault.kind, fault.seconds)
        return None if problem is None else self._refused(problem)

    def _saved(self, fault: Fault, request: Request, route: Route) -> Response:
        """The write is done, unless it is wrong, and then its answer is another one."""
        response = self.answer(request)
        if response.status != 200:
            return response
        match fault.kind:
            case "saved 502":
                return Response.text(HTML.format("502 Bad Gateway"), 502, "text/html")
            case "saved 503":
                creates = route.name.startswith("POST ") or bool(self.committed_children)
                made = self.committed if creates else ""
                return self._refused(saved(made, self.committed_children))
            case "saved 503 bare":
                return self._refused(unavailable())
            case "saved 504":
                return self._refused(timed_out())
            case "saved drop":
                self._after[id(request)] = None
            case "saved slow":
                self._after[id(request)] = fault.seconds or SLOW
        return response


def below(request: Request) -> tuple[str, ...]:
    """The path below `/v1`, however often a client has put that before it; () if it is none."""
    path = request.segments
    if path[:1] != ("v1",):
        return ()
    while path[:1] == ("v1",):
        path = path[1:]
    return path
