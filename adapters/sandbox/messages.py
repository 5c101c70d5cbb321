"""A request and its answer, as the stand-ins of services see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Self
from urllib.parse import parse_qsl

import msgspec


@dataclass(frozen=True)
class Request:
    """What came in. Empty path segments are dropped, so `//me/` is `("me",)`."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Message[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()
    """The query as it was sent: a name may occur more than once."""

    @property
    def host(self) -> str:
        """`http://` and the host as the client called it."""
        return f"http://{self.headers.get('Host', '127.0.0.1')}"

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)

    def json(self) -> Any:
        """The body as JSON; None if there is none or it is not JSON."""
        try:
            return msgspec.json.decode(self.body) if self.body.strip() else None
        except msgspec.DecodeError:
            return None

    def form(self) -> dict[str, str]:
        """The body as an HTML form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Response:
    """What goes out. `body` None is an answer without content and without a length."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, told: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return cls(status, msgspec.json.encode(told), kind | dict(headers or {}))

    @classmethod
    def text(cls, text: str, status: int = 200, kind: str = "text/plain") -> Self:
        return cls(status, text.encode(), {"Content-Type": f"{kind}; charset=utf-8"})
