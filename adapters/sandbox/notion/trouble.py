"""Faults of Notion: what is refused, and what is saved and then looks as if it were not."""

from __future__ import annotations

from adapters.sandbox.notion.limits import BLOCKED, CONNECTION, ENDPOINT, WORKSPACE, too_many
from adapters.sandbox.notion.problems import Problem, conflict, unauthorized

KINDS = (
    "401",
    "403 blocks",
    "409",
    "429",
    "429 workspace",
    "429 endpoint",
    "429 blocked",
    "503 query",
    "529",
    "lost",
    "saved 502",
    "saved 503",
    "saved 503 bare",
    "saved 504",
    "saved drop",
    "saved slow",
)
"""Besides those of every service. `lost` closes the connection, and nothing is done. Those that
begin with `saved` wait for a request that writes."""
READ_AGAIN = ["Read the object again to confirm the saved change.", "Do not repeat the write."]
QUERY_LESS = [
    "Retry the request with exponential backoff.",
    "Reduce page_size.",
    "Narrow the filters.",
]
LONG = 300.0
"""Seconds that the workspace's limit may take to pass."""


def refusal(kind: str, seconds: float | None) -> Problem | None:
    """The answer of a fault that does nothing; None if it is another one."""
    match kind:
        case "401":
            return unauthorized()
        case "403 blocks":
            return Problem(
                403,
                "restricted_resource",
                "This workspace has reached its limit of blocks.",
                {"block_limit": "block_creation"},
            )
        case "409":
            return conflict()
        case "429":
            return too_many(seconds or 20, CONNECTION)
        case "429 workspace":
            return too_many(seconds or LONG, WORKSPACE)
        case "429 endpoint":
            return too_many(seconds or 20, ENDPOINT)
        case "429 blocked":
            return too_many(seconds or LONG, BLOCKED)
        case "500":
            return Problem(500, "internal_server_error", "Unexpected error occurred.")
        case "503":
            return unavailable()
        case "503 query":
            return unavailable({"retry_guidance": QUERY_LESS})
        case "504":
            return timed_out()
        case "529":
            headers = {"Retry-After": str(round(seconds))} if seconds else {}
            message = "Notion is overloaded. Please try again later."
            return Problem(529, "service_overload", message, None, headers)
    return None


def unavailable(additional: dict[str, object] | None = None) -> Problem:
    message = "Notion is unavailable. Please try again later."
    return Problem(503, "service_unavailable", message, additional)


def timed_out() -> Problem:
    return Problem(
        504,
        "gateway_timeout",
        "Notion timed out while attempting to complete this request. Please try again later.",
    )


def saved(created: str, children: list[str]) -> Problem:
    """503 of a write that is done: what was made by it is named."""
    told: dict[str, object] = {"retry_guidance": READ_AGAIN}
    if created:
        told["committed_resource_id"] = created
    if children:
        told["committed_child_ids"] = children
    return unavailable(told)
