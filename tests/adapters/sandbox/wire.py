"""A client that shows what really comes over the wire."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit

from adapters.sandbox.server import Server


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        """Of an error object."""
        return str(self.json["error"]["message"])


class Wire:
    """Requests to one server, each over a connection of its own."""

    def __init__(self, server: Server, token: str = "") -> None:
        self.port, self.token = server.port, token

    def __call__(
        self, method: str, where: str, body: Any = None, *, headers: Any = None,
        form: Any = None, **query: Any,
    ) -> Answer:  # fmt: skip
        """`where` is an address or a path; one without a slash at the front lies under `/v1/`."""
        path = where if where.startswith(("/", "http")) else f"/v1/{where}"
        if path.startswith("http"):
            url = urlsplit(path)
            path = url.path + (f"?{url.query}" if url.query else "")
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        told = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None
        if form is not None:
            data = urlencode(form).encode()
            told["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            told["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            connection.request(method, path, data, told | (headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())

    def get(self, where: str, **query: Any) -> Any:
        """The JSON of an answer that is 200."""
        answer = self("GET", where, **query)
        assert answer.status == 200, answer.text
        return answer.json
