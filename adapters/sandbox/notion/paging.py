"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from adapters.sandbox.notion.model import Json
from adapters.sandbox.notion.problems import invalid

T = TypeVar("T")


def bad_cursor(cursor: object) -> Exception:
    return invalid(f"The start_cursor provided is invalid: {cursor}")


def a_list(
    results: list[Json], cursor: str | None, kind: str, of: Json | None = None
) -> dict[str, Any]:
    """A list object. `of` lies under the name of the kind."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": cursor,
        "has_more": cursor is not None,
        "type": kind,
        kind: {} if of is None else of,
    }


def cut(
    rows: Sequence[T], start: object, size: int, name: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """The page that begins with the row of that name, and the name of the one after it.

    Raises:
        Problem: no row has the name.
    """
    first = 0
    if start is not None:
        first = next((place for place, row in enumerate(rows) if name(row) == start), -1)
        if first < 0:
            raise bad_cursor(start)
    last = first + size
    return rows[first:last], name(rows[last]) if last < len(rows) else None
