"""Which endpoint answers a request, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.sandbox.messages import Request
from adapters.sandbox.notion.bodies import allowed, an_object
from adapters.sandbox.notion.model import Json
from adapters.sandbox.notion.problems import Problem, not_json, not_present
from adapters.sandbox.notion.shapes import OLD, Shapes
from adapters.sandbox.notion.workspace import Workspace

if TYPE_CHECKING:
    from adapters.sandbox.notion.sandbox import Sandbox

MOST_BYTES = 500 * 1024
ID = "{id}"


@dataclass(frozen=True)
class Call:
    """A request that found its endpoint. `ids` stand for the `{id}`s of the path."""

    sandbox: Sandbox
    request: Request
    version: str
    ids: tuple[str, ...]

    @property
    def workspace(self) -> Workspace:
        return self.sandbox.workspace

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.workspace, self.version)

    @cached_property
    def _told(self) -> Json:
        if len(self.request.body) > MOST_BYTES:
            raise Problem(
                400,
                "validation_error",
                f"Request body is too large: {len(self.request.body)} bytes of "
                f"{MOST_BYTES} (500 KB) at most.",
            )
        if not self.request.body.strip():
            return {}
        try:
            told: Any = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise not_json() from None
        return an_object(told, "body")

    def body(self, keys: Iterable[str]) -> Json:
        """The body. `archived` becomes `in_trash`, where the version still has it.

        Raises:
            Problem: it is no JSON, too large, or has other keys than these.
        """
        told = self._told
        if "in_trash" in keys and self.version == OLD and "archived" in told:
            told = {key: value for key, value in told.items() if key != "archived"}
            told.setdefault("in_trash", self._told["archived"])
        allowed(told, "body", keys)
        return told

    def parameters(self, *keys: str) -> dict[str, str]:
        """The query of the address; raises Problem if it has other keys than these."""
        for key, value in self.request.query.items():
            if key not in keys:
                raise not_present(f"query.{key}", value)
        return dict(self.request.query)


Endpoint = Callable[[Call], Json]


@dataclass(frozen=True)
class Route:
    """`writes`: what a fault may leave saved without saying so."""

    name: str
    endpoint: Endpoint

    @property
    def writes(self) -> bool:
        method, _, path = self.name.partition(" ")
        return method != "GET" and not path.endswith(("/query", "/search"))


class Routes:
    """All endpoints. One is a method and a path below `/v1`, in which `{id}` is anything."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, ...], Route] = {}

    def add(self, name: str) -> Callable[[Endpoint], Endpoint]:
        """A decorator for what answers `GET /pages/{id}`."""

        def register(endpoint: Endpoint) -> Endpoint:
            method, _, path = name.partition(" ")
            self._routes[(method, *path.strip("/").split("/"))] = Route(name, endpoint)
            return endpoint

        return register

    def find(self, method: str, path: tuple[str, ...]) -> tuple[Route, tuple[str, ...]] | None:
        """The route of a request, and what stood in for `{id}`; literal words go first."""
        choices = [(part,) if place % 2 == 0 else (part, ID) for place, part in enumerate(path)]
        for parts in product(*choices):
            if route := self._routes.get((method, *parts)):
                ids = (path[place] for place, part in enumerate(parts) if part == ID)
                return route, tuple(ids)
        return None


ROUTES = Routes()
