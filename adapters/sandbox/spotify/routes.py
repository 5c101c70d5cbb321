"""Which endpoint answers a request, whether the regime still has it, and which scope it wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.sandbox.messages import Request, Response
from adapters.sandbox.spotify.accounts import Access
from adapters.sandbox.spotify.fields import BadFields, parse, select
from adapters.sandbox.spotify.library import Library, Playlist
from adapters.sandbox.spotify.paging import echo, number, page
from adapters.sandbox.spotify.problems import bad, forbidden, not_found, problem
from adapters.sandbox.spotify.shapes import Json, Shapes

if TYPE_CHECKING:
    from adapters.sandbox.spotify.sandbox import Sandbox

BASE62 = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
COUNTRY = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

GONE = (
    "/audio-analysis/*",
    "/audio-features",
    "/audio-features/*",
    "/artists/*/related-artists",
    "/browse/*",
    "/recommendations",
    "/recommendations/*",
)
"""Refused in every regime since November 2024."""
REMOVED = (
    "/audiobooks",
    "/chapters",
    "/episodes",
    "/markets",
    "/me/*/contains",
    "/me/albums",
    "/me/audiobooks",
    "/me/episodes",
    "/me/following",
    "/me/shows",
    "/playlists/*/followers/contains",
    "/shows",
    "/users/*",
)
"""Refused in development mode where no endpoint answers (what the person keeps is only read), and
not made here for the other regimes."""


@dataclass(frozen=True)
class Call:
    """A request that found its endpoint and may be answered."""

    sandbox: Sandbox
    request: Request
    access: Access
    ids: tuple[str, ...]

    @property
    def library(self) -> Library:
        return self.sandbox.library

    @property
    def base(self) -> str:
        return f"{self.request.host}/v1"

    def shapes(self, *, playable: bool = False) -> Shapes:
        """Raises Problem: the market is none."""
        query = self.request.query
        market = query.get("market")
        if market not in (None, "from_token") and not (len(market) == 2 and set(market) <= COUNTRY):
            raise bad("Invalid market code")
        additional = tuple(query.get("additional_types", "track").split(","))
        known = playable or market is not None
        return Shapes(self.library, self.sandbox.regime, self.base, known, additional)

    def need(self, *scopes: str) -> None:
        """Raises Problem: the token has none of these scopes."""
        if not self.access.scopes & set(scopes):
            raise forbidden("Insufficient client scope")

    def page(
        self,
        rows: Any,
        shape: Callable[[Any], Any],
        where: str,
        *,
        default: int = 20,
        most: int = 50,
        furthest: int = 100_000,
        more: dict[str, str] | None = None,
    ) -> Json:
        """The page that was asked for. `where` follows `/v1/`.

        Raises:
            Problem: limit or offset are out of bounds.
        """
        limit = number(self.request.query, "limit", default, 1, most)
        offset = number(self.request.query, "offset", 0, 0, furthest)
        told = echo(self.request) if more is None else more
        return page(rows, shape, f"{self.base}/{where}", limit=limit, offset=offset, more=told)

    def filtered(self, told: Json) -> Json:
        """What `fields` leaves of an answer."""
        wanted = self.request.query.get("fields")
        if not wanted:
            return told
        try:
            left: Json = select(told, parse(wanted))
        except BadFields:
            raise bad("Invalid fields") from None
        return left

    def playlist(self) -> Playlist:
        """Raises Problem: the id is none, or of no playlist that the service shows."""
        found = self.library.playlists.get(checked(self.ids[0]))
        if found is None or found.withheld:
            raise not_found()
        return found

    def readable(self, playlist: Playlist) -> bool:
        """Whether its rows may be read: in development mode only by those who may write them."""
        return self.sandbox.regime != "dev2026" or playlist.belongs_to(self.access.user)


def checked(an_id: str) -> str:
    """Raises Problem: it cannot be an id."""
    if len(an_id) != 22 or not BASE62.issuperset(an_id):
        raise bad("Invalid base62 id")
    return an_id


Endpoint = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """`scopes`: one of them is needed. `old`: development mode has lost it."""

    name: str
    endpoint: Endpoint
    scopes: tuple[str, ...]
    old: bool

    @property
    def user(self) -> bool:
        """Whether it needs a person, and not only an app."""
        return self.name.split("/")[1] == "me"


class Routes:
    """All endpoints. One is a method and a path in which `{id}` stands for anything."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, ...], Route] = {}
        self._paths: set[tuple[str, ...]] = set()

    def add(self, name: str, *scopes: str, old: bool = False) -> Callable[[Endpoint], Endpoint]:
        """A decorator for what answers `GET /playlists/{id}`."""

        def register(endpoint: Endpoint) -> Endpoint:
            method, _, path = name.partition(" ")
            parts = tuple(path.strip("/").split("/"))
            self._routes[(method, *parts)] = Route(name, endpoint, scopes, old)
            self._paths.add(parts)
            return endpoint

        return register

    def find(self, method: str, path: tuple[str, ...]) -> tuple[Route, tuple[str, ...]] | None:
        """The route of a request, and what stood in for `{id}`."""
        for parts, ids in readings(path):
            if route := self._routes.get((method, *parts)):
                return route, ids
        return None

    def knows(self, path: tuple[str, ...]) -> bool:
        """Whether some other method would find something there."""
        return any(parts in self._paths for parts, _ in readings(path))


def readings(path: tuple[str, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """A path as it is, and with its second part taken for an id."""
    plain: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(path, ())]
    return plain if len(path) < 2 else [*plain, ((path[0], "{id}", *path[2:]), (path[1],))]


def without_user() -> Exception:
    return problem(401, "Valid user authentication required")


ROUTES = Routes()
