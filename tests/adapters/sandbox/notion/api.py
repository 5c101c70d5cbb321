"""The sandbox as a client sees it, without a client's library."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.wire import Answer, Wire

VERSION = "2026-03-11"


class Api:
    """Requests of one version; `ok` and `refused` say what they expect."""

    def __init__(self, notion: Sandbox, version: str = VERSION, token: str = "") -> None:
        self.notion = notion
        self.wire = Wire(notion, token or notion.token)
        self.headers = {"Notion-Version": version}

    def __call__(self, method: str, where: str, body: Any = None) -> Answer:
        return self.wire(method, where, body, headers=self.headers)

    def ok(self, method: str, where: str, body: Any = None) -> Any:
        answer = self(method, where, body)
        assert answer.status == 200, answer.text
        return answer.json

    def refused(self, method: str, where: str, body: Any = None, *, status: int = 400) -> str:
        """The message of an error."""
        answer = self(method, where, body)
        assert answer.status == status, answer.text
        assert answer.json["object"] == "error" and answer.json["status"] == status
        return str(answer.json["message"])

    def get(self, where: str) -> Any:
        return self.ok("GET", where)

    def database(self, title: str, properties: dict[str, Any]) -> str:
        """A database under the page; the id of its data source."""
        told = self.ok(
            "POST",
            "databases",
            {
                "parent": {"type": "page_id", "page_id": self.notion.page},
                "title": rich(title),
                "initial_data_source": {"properties": properties},
            },
        )
        return str(told["data_sources"][0]["id"])

    def page(self, data_source: str, **properties: Any) -> str:
        """A row; its id."""
        parent = {"type": "data_source_id", "data_source_id": data_source}
        told = self.ok("POST", "pages", {"parent": parent, "properties": properties})
        return str(told["id"])

    def cell(self, page: str, name: str) -> Any:
        """The value of a property, as its page shows it."""
        prop = self.get(f"pages/{page}")["properties"][name]
        return prop[prop["type"]]

    def titles(self, data_source: str, **asked: Any) -> list[str]:
        """Titles of the rows that a query finds, in order."""
        told = self.ok("POST", f"data_sources/{data_source}/query", asked)
        return [title(row) for row in told["results"]]


def rich(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"content": text}}]


def named(text: str) -> dict[str, Any]:
    """The value of a title."""
    return {"title": rich(text)}


def title(page: dict[str, Any]) -> str:
    prop = next(one for one in page["properties"].values() if one["type"] == "title")
    return "".join(part["plain_text"] for part in prop["title"])
