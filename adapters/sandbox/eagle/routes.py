"""Which endpoint answers a request, and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.sandbox.eagle import shapes
from adapters.sandbox.eagle.library import Library
from adapters.sandbox.eagle.problems import Problem
from adapters.sandbox.messages import Request

if TYPE_CHECKING:
    from adapters.sandbox.eagle.sandbox import Sandbox

LISTS = ("ids", "keywords", "tags", "folders", "fields", "itemIds")
"""Parameters that are lists: with commas in an address, arrays in a body."""
TEXTS = {
    "annotation", "base64", "bookmarkURL", "description", "ext", "filePath", "folderId",
    "folderName", "iconColor", "id", "itemId", "keyword", "libraryPath", "name", "newColor",
    "newDescription", "newName", "orderBy", "originalName", "parent", "path", "query", "shape",
    "source", "target", "url", "website",
}  # fmt: skip
FLAGS = ("noThumbnail", "noPreview", "isDeleted")


@dataclass(frozen=True)
class Call:
    """A request that found its endpoint."""

    sandbox: Sandbox
    told: dict[str, Any]

    @property
    def library(self) -> Library:
        """The one that is open."""
        return self.sandbox.open

    def number(self, name: str, default: int) -> int:
        """Raises Problem: it is none, or less than 0."""
        return number(self.told, name, default)

    def page(self, rows: Sequence[Any], default: int, most: int) -> dict[str, Any]:
        """The page that was asked for; a limit beyond the most is the most."""
        limit = min(self.number("limit", default), most)
        return shapes.page(rows, self.number("offset", 0), limit)


def told(request: Request) -> dict[str, Any]:
    """What a request says.

    Raises:
        Problem: its body is no JSON object, or something in it is of another type than it should.
    """
    if request.method != "POST":
        return {key: _value(key, value) for key, value in request.query.items()}
    body = request.json()
    if body is None and not request.body.strip():
        return {}
    if not isinstance(body, dict):
        raise Problem("The body must be a JSON object")
    several = body.get("items")
    for one in (body, *(several if isinstance(several, list) else ())):
        if isinstance(one, dict):
            _check(one)
    return body


def _check(told: dict[str, Any]) -> None:
    # What was kept once would make every later answer fail.
    for key, value in told.items():
        if value is None:
            continue
        if key in TEXTS and (not isinstance(value, str) or "\0" in value):
            raise Problem(f"{key} must be a string")
        if key in FLAGS and not isinstance(value, bool):
            raise Problem(f"{key} must be true or false")
        if key in LISTS:
            strings(told, key)


def _value(key: str, value: str) -> Any:
    if key in LISTS:
        return [part for part in value.split(",") if part]
    if key.startswith("is"):
        return value.lower() in ("true", "1")
    return int(value) if key == "rating" and value.isdigit() else value


def text(told: dict[str, Any], name: str) -> str:
    """Raises Problem: there is none."""
    value = told.get(name)
    if not isinstance(value, str) or (not value and name not in ("annotation", "url", "website")):
        raise Problem(f"{name} must be a string")
    return value


def number(told: dict[str, Any], name: str, default: int) -> int:
    """Raises Problem: it is none, or less than 0."""
    try:
        found = int(told.get(name, default))
    except (TypeError, ValueError, OverflowError):
        found = -1
    if found < 0:
        raise Problem(f"{name} must be an integer of 0 or more")
    return found


def stars(told: dict[str, Any], default: int) -> int:
    """Raises Problem: it is no number of stars."""
    star = told.get("star", default)
    if not isinstance(star, int) or isinstance(star, bool) or not 0 <= star <= 5:
        raise Problem("star must be an integer from 0 to 5")
    return star


def strings(told: dict[str, Any], name: str, default: Sequence[str] = ()) -> list[str]:
    """Raises Problem: it is not a list of strings."""
    value = told.get(name, list(default))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Problem(f"{name} must be an array of strings")
    return list(dict.fromkeys(value))


Endpoint = Callable[[Call], Any]


class Routes(dict[str, Endpoint]):
    """Endpoints by method and path below `/api`, as in `POST v2/item/get`."""

    def add(self, *names: str) -> Callable[[Endpoint], Endpoint]:
        """Decorates an endpoint; what it returns becomes `data` of the envelope."""

        def keep(endpoint: Endpoint) -> Endpoint:
            self.update(dict.fromkeys(names, endpoint))
            return endpoint

        return keep
