"""Limits, offsets and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from adapters.sandbox.messages import Request
from adapters.sandbox.spotify.problems import bad

T = TypeVar("T")
FURTHEST = 100_000
ECHOED = ("additional_types", "market", "include_groups")


def number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query; 400 if it is none or out of bounds."""
    text = query.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        raise bad(f"Invalid {name}") from None
    if not least <= value <= most:
        raise bad(f"Invalid {name}")
    return value


def echo(request: Request) -> dict[str, str]:
    """Parameters that come back in the addresses of pages."""
    told = {name: request.query[name] for name in ECHOED if name in request.query}
    language = request.headers.get("Accept-Language", "")
    return told | ({"locale": language} if language else {})


def query(told: Mapping[str, Any]) -> str:
    """`offset=0&limit=50&locale=en-US,en;q%3D0.5`"""
    free = {"locale": ",;*"}
    return "&".join(
        f"{key}={quote(str(value), safe=free.get(key, ''))}" for key, value in told.items()
    )


def page(
    rows: Sequence[T],
    shape: Callable[[T], Any],
    where: str,
    *,
    limit: int,
    offset: int,
    more: Mapping[str, str],
) -> dict[str, Any]:
    """A paging object over all rows; beyond their end it is empty.

    Args:
        where: the address of the list, absolute.
        more: parameters that its pages have besides offset and limit.
    """

    def at(start: int) -> str:
        return f"{where}?{query({'offset': start, 'limit': limit, **more})}"

    end = offset + limit
    return {
        "href": at(offset),
        "items": [shape(row) for row in rows[offset:end]],
        "limit": limit,
        "next": at(end) if end < len(rows) else None,
        "offset": offset,
        "previous": at(max(0, offset - limit)) if offset > 0 else None,
        "total": len(rows),
    }
