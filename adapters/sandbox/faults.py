"""Faults that can be asked for: which request goes wrong next, and how.

Kinds that every service knows are here; a service adds its own (`Server.kinds`, `Server.faulty`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from adapters.sandbox.messages import Response

HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"

KINDS = ("500", "502 html", "503", "504", "drop", "slow", "truncated")
"""`drop` closes the connection without an answer, `truncated` in the middle of it."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, `times` times, after `after` matching requests went well."""

    kind: str
    endpoint: str = "*"
    times: int = 1
    after: int = 0
    seconds: float | None = None

    def matches(self, *names: str) -> bool:
        """Whether the pattern is one of the names, with or without their method."""
        words = [*names, *(name.partition(" ")[2] for name in names)]
        return any(fnmatchcase(word, self.endpoint) or word == self.endpoint for word in words)

    def response(self) -> Response | None:
        """The answer of a kind that every service knows; None if the service has to say."""
        match self.kind:
            case "500":
                error = {"status": 500, "message": "Server error."}
                return Response.json({"error": error}, 500)
            case "502 html":
                return Response.text(HTML.format("502 Bad Gateway"), 502, "text/html")
            case "503":
                error = {"status": 503, "message": "Service unavailable"}
                return Response.json({"error": error}, 503)
            case "504":
                return Response.text("upstream request timeout", 504)
        return None


class Faults:
    """Those that wait for their request, the oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault, more: tuple[str, ...] = ()) -> None:
        """Raises ValueError for an unknown kind."""
        kinds = (*KINDS, *more)
        if fault.kind not in kinds:
            raise ValueError(f"no fault {fault.kind!r}; there are: {', '.join(kinds)}")
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, *names: str) -> Fault | None:
        """The fault of a request with these names, if one waits for it."""
        for place, fault in enumerate(self._waiting):
            if not fault.matches(*names):
                continue
            if fault.after:
                self._waiting[place] = replace(fault, after=fault.after - 1)
                continue
            if fault.times > 1:
                self._waiting[place] = replace(fault, times=fault.times - 1)
            else:
                del self._waiting[place]
            return fault
        return None
