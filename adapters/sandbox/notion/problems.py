"""What goes wrong, in the words of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

UNDEFINED = object()
"""In a message: the key is not there at all."""


class Problem(Exception):
    """An answer that is not the one hoped for; the request id is added when it is sent."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        additional: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.additional, self.headers = additional, headers or {}

    def body(self, request_id: str) -> dict[str, Any]:
        told: dict[str, Any] = {
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        }
        if self.additional is not None:
            told["additional_data"] = self.additional
        return told | {"request_id": request_id}


def shown(value: Any) -> str:
    """A value as messages quote it."""
    text = "undefined" if value is UNDEFINED else msgspec.json.encode(value).decode()
    return f"`{text}`"


def invalid(message: str) -> Problem:
    return Problem(400, "validation_error", message)


def wrong(where: str, should: str, value: Any, *, optional: bool = False) -> Problem:
    """``body failed validation: body.children should be an array, instead was `"x"`.``

    What may also be left out should be that "or `undefined`".
    """
    root = where.partition(".")[0].partition("[")[0]
    more = " or `undefined`" if optional else ""
    return invalid(f"{root} failed validation: {where} should be {should}{more}, instead was "
                   f"{shown(value)}.")  # fmt: skip


def fix_one(where: str, told: dict[str, Any], keys: Sequence[str]) -> Problem:
    """None of several forms fits, each of which needs another key."""
    root = where.partition(".")[0]
    lines = [
        f"{where}.{key} should be defined, instead was {shown(UNDEFINED)}."
        for key in keys
        if key not in told
    ]
    return invalid("\n".join([f"{root} failed validation. Fix one:", *lines]))


def not_present(where: str, value: Any) -> Problem:
    return wrong(where, "not present", value)


def too_long(where: str, most: int, length: int) -> Problem:
    return wrong(f"{where}.length", f"≤ `{most}`", length)


def not_a_property(name: str) -> Problem:
    """A value was written to what the data source does not have."""
    return invalid(f"{name} is not a property that exists.")


def no_property(name: str) -> Problem:
    """A filter, a sort or an address names what the data source does not have."""
    return invalid(f"Could not find property with name or id: {name}")


def other_type(prop: str, told: str) -> Problem:
    """A condition is meant for properties of another type."""
    return invalid(
        "The property type in the database does not match the property type of the filter "
        f"provided: database property {prop} does not match filter {told}"
    )


def no_sort_property(name: str) -> Problem:
    return invalid(f"Could not find sort property with name or id: {name}")


def invalid_url() -> Problem:
    return Problem(400, "invalid_request_url", "Invalid request URL.")


def unauthorized(message: str = "API token is invalid.") -> Problem:
    return Problem(401, "unauthorized", message)


def missing_version() -> Problem:
    return _version("defined", UNDEFINED)


def wrong_version(version: str, known: Sequence[str]) -> Problem:
    return _version(one_of(known), version)


def _version(should: str, value: Any) -> Problem:
    problem = wrong("Notion-Version header", should, value)
    return Problem(400, "missing_version", problem.message)


def one_of(values: Sequence[str], more: str = "") -> str:
    """Values as messages list them; `more` is another one, in its quotes already."""
    quoted = [shown(one) for one in values] + ([more] if more else [])
    if len(quoted) < 3:
        return " or ".join(quoted)
    return f"{', '.join(quoted[:-1])}, or {quoted[-1]}"


def not_json() -> Problem:
    return Problem(400, "invalid_json", "Error parsing JSON body.")


def no_private_page() -> Problem:
    return invalid(
        "Provide a `parent.page_id` or `parent.database_id` parameter to create a page, or use a "
        "public integration with `insert_content` capability. Internal integrations aren't owned "
        "by a single user, so creating workspace-level private pages is not supported."
    )


def trashed() -> Problem:
    return invalid(
        "Can't edit block that is archived. You must unarchive the block before editing."
    )


def trashed_above() -> Problem:
    return invalid(
        "Can't edit page on block with an archived ancestor. You must unarchive the ancestor "
        "before editing page."
    )


def not_found(kind: str, an_id: str, connection: str, integration: str) -> Problem:
    """404 for what is not there and for what is not shared, in the same words."""
    return Problem(
        404,
        "object_not_found",
        f"Could not find {kind} with ID: {an_id}. Make sure the relevant pages and databases are "
        f'shared with your integration "{connection}".',
        {"integration_id": integration},
    )


def a_database(an_id: str) -> Problem:
    """A page was asked for. Only who may see the database is told so; others get 404."""
    return invalid(
        f"Provided ID {an_id} is a database, not a page. Use the retrieve database API instead."
    )


def a_page(an_id: str) -> Problem:
    return invalid(
        f"Provided database_id {an_id} is a page, not a database. Use the pages API instead, or "
        "pass the ID of the database itself."
    )


def conflict() -> Problem:
    return Problem(409, "conflict_error", "Conflict occurred while saving. Please try again.")
