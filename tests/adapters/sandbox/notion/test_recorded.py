"""Recorded requests get the recorded answers, from a workspace that holds what they are about."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox, Workspace, changes, richtext, values
from adapters.sandbox.notion.model import TITLE, Database, DataSource, Page, Parent, Property
from tests.adapters.sandbox.notion.api import Api

RECORDED = Path(__file__).parents[5] / "shared" / "fixtures" / "notion"
"""Answers of the real service, where they lie beside the clone."""
FILES = sorted(RECORDED.glob("v*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason="no recorded answers here")
ROOT = "00000000-0000-4000-8000-0000000000aa"


class Seed:
    """Puts into a workspace what recorded answers show, under the ids that they have."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def page_under(self, an_id: str) -> Parent:
        if an_id not in self.workspace.pages:
            self.workspace.add_page(Parent("workspace"), an_id=an_id)
        return Parent("page_id", an_id)

    def database(self, an_id: str, parent: str = ROOT) -> Database:
        known = self.workspace.databases.get(an_id)
        return known or self.workspace.add_database(self.page_under(parent), an_id=an_id)

    def source(self, an_id: str, database: str, parent: str = ROOT) -> DataSource:
        known = self.workspace.data_sources.get(an_id)
        if known is not None:
            return known
        return self.workspace.add_data_source(self.database(database, parent), an_id=an_id)

    def data_source(self, told: dict[str, Any]) -> None:
        parent = told["database_parent"]["page_id"]
        source = self.source(told["id"], told["parent"]["database_id"], parent)
        source.title, source.description = told["title"], told["description"]
        source.icon = told["icon"]
        for prop in told["properties"].values():
            config = dict(prop[prop["type"]])
            if prop["type"] == "relation":
                mirror = config["dual_property"]
                other = self.source(config["data_source_id"], config["database_id"], parent)
                back = {"data_source_id": source.id, "type": "dual_property",
                        "synced": unquote(prop["id"])}  # fmt: skip
                an_id = unquote(mirror["synced_property_id"])
                name = mirror["synced_property_name"]
                other.properties[an_id] = Property(an_id, name, "relation", back)
                config = {**back, "data_source_id": other.id, "synced": an_id}
            self.property(source, prop["id"], prop["name"], prop["type"], config)

    def property(
        self, source: DataSource, an_id: str, name: str, kind: str, config: dict[str, Any]
    ) -> None:
        an_id = unquote(an_id)
        source.properties[an_id] = Property(an_id, name, kind, config)
        source.changed(schema=True)

    def row(self, told: dict[str, Any]) -> None:
        """A row, with what it shows of its data source."""
        parent = told["parent"]
        source = self.source(parent["data_source_id"], parent["database_id"])
        for name, prop in told["properties"].items():
            if unquote(prop["id"]) in source.properties and prop["id"] != TITLE:
                continue
            config: dict[str, Any] = {"options": []}
            if prop["type"] == "relation":
                config = {"data_source_id": source.id, "type": "single_property", "synced": None}
            self.property(source, prop["id"], name, prop["type"], config)
        page = self.workspace.add_page(Parent("data_source_id", source.id), an_id=told["id"])
        for name, prop in told["properties"].items():
            for one in prop["relation"] if prop["type"] == "relation" else []:
                if one["id"] not in self.workspace.pages:
                    self.workspace.add_page(page.parent, an_id=one["id"])
            if prop.get("has_more"):
                more = [self.workspace.add_page(page.parent).id for _ in range(5)]
                prop["relation"] += [{"id": one} for one in more]
            if prop["type"] not in values.READ_ONLY:
                written = values.parse(self.workspace, source, {name: prop}, "body")
                changes.write(self.workspace, page, written)
        if "created_time" in told:
            page.created = datetime.fromisoformat(told["created_time"]).timestamp()
            page.edited = datetime.fromisoformat(told["last_edited_time"]).timestamp()

    def page(self, told: dict[str, Any]) -> None:
        if told["parent"]["type"] == "data_source_id":
            self.row(told)
            return
        parent = self.page_under(told["parent"]["page_id"])
        page = self.workspace.add_page(parent, an_id=told["id"])
        changes.put(page, TITLE, told["properties"]["title"]["title"], "title")

    def thing(self, told: dict[str, Any], request: dict[str, Any]) -> None:
        """What the answer shows, but for what only the request makes."""
        match told["object"], request["method"]:
            case "page", "POST":
                self.row(told)
                del self.workspace.pages[told["id"]]
                del self.workspace.data_sources[told["parent"]["data_source_id"]].rows[told["id"]]
            case "page", _:
                self.page(told)
            case "block", _:
                page = self.workspace.add_page(self.page_under(told["parent"]["page_id"]))
                self.rename(page, told["id"])
                title = richtext.text(told["child_page"]["title"])
                changes.put(page, TITLE, title, "title")
            case "database", "POST":
                self.page_under(told["parent"]["page_id"])
                for prop in request["body"]["initial_data_source"]["properties"].values():
                    if prop["type"] == "relation":
                        self.source(prop["relation"]["data_source_id"], ROOT)
            case "database", _:
                found = self.database(told["id"], told["parent"]["page_id"])
                found.title = told["title"]
                for one in told["data_sources"]:
                    source = self.source(one["id"], told["id"])
                    source.title = richtext.text(one["name"])
            case "data_source", "POST":
                self.database(told["parent"]["database_id"], told["database_parent"]["page_id"])
            case "data_source", _:
                self.data_source(told)

    def rename(self, page: Page, an_id: str) -> None:
        self.workspace.children[page.parent.id].remove(page.id)
        del self.workspace.pages[page.id]
        page.id = an_id
        self.workspace.pages[an_id] = page
        self.workspace.children[page.parent.id].append(an_id)


def read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


def started(body: dict[str, Any]) -> Clock:
    first = body.get("created_time") or next(
        (one["created_time"] for one in body.get("results", []) if "created_time" in one),
        "2026-07-04T09:08:00.000Z",
    )
    return Clock(datetime.fromisoformat(first))


def seeded(name: str, recorded: dict[str, Any]) -> Sandbox:
    body, request = recorded["response"]["body"], recorded["request"]
    bot = body.get("created_by", {}).get("id") or body.get("additional_data", {}).get(
        "integration_id", body.get("id", "") if body["object"] == "user" else ""
    )
    if body.get("results") and "created_by" in body["results"][0]:
        bot = body["results"][0]["created_by"]["id"]
    called = body["message"].split('"')[1] if '"' in body.get("message", "") else body.get("name")
    clock, body = started(body), copy.deepcopy(body)
    workspace = Workspace(clock, called or "Sandbox", bot)
    seed = Seed(workspace)
    if body["object"] != "list":
        if body["object"] not in ("error", "user"):
            seed.thing(body, request)
    elif "/query" in request["path"]:
        an_id = request["path"].split("/")[3]
        for path in reversed(FILES):
            other = read(path)["request"]["path"]
            if an_id in other and ("110" in name) == ("110" in path.name):
                for row in reversed(read(path)["response"]["body"]["results"]):
                    if row["id"] not in workspace.pages:
                        seed.row(row)
        source = seed.source(an_id, ROOT)
        if "110" not in name and source.rows:
            workspace.add_page(Parent("data_source_id", an_id))
    elif body["type"] == "property_item":
        page = request["path"].split("/")[3]
        kind = body["property_item"]["type"]
        if kind == "title":
            seed.workspace.add_page(Parent("workspace"), an_id=page)
            parts = [one["title"] for one in body["results"]]
            changes.put(workspace.pages[page], TITLE, parts, "title")
        else:
            relation = [one["relation"] for one in body["results"]]
            cell = {"id": body["property_item"]["id"], "type": kind, kind: relation}
            parent = {"data_source_id": ROOT, "database_id": ROOT, "type": "data_source_id"}
            seed.row({"id": page, "parent": parent, "properties": {"Related": cell}})
    return Sandbox(workspace, clock=clock)


def normal(value: Any, ids: dict[str, str], key: str = "") -> Any:
    """What may be compared: made-up ids as they were, and nothing that is another every time."""
    if isinstance(value, dict):
        return {
            key: normal(inner, ids, key)
            for key, inner in value.items()
            if key not in ("request_id", "workspace_name", "workspace_id")
        }
    if isinstance(value, list):
        return [normal(inner, ids) for inner in value]
    if not isinstance(value, str):
        return value
    for ours, theirs in ids.items():
        value = value.replace(ours, theirs).replace(ours.replace("-", ""), theirs.replace("-", ""))
    if key == "url":
        return value.rpartition("/")[2]
    if key == "next_cursor":
        return value.rpartition(":")[2]
    return value[:16] if key.endswith("_time") else value


def made(ours: Any, theirs: Any) -> dict[str, str]:
    """Ids that the sandbox made up, and what they were called when the answer was recorded."""
    found = {ours["id"]: theirs["id"]} if "id" in ours and "id" in theirs else {}
    for one, other in zip(
        ours.get("data_sources", []), theirs.get("data_sources", []), strict=False
    ):
        found[one["id"]] = other["id"]
    for name, prop in (theirs.get("properties") or {}).items():
        if prop["type"] == "select" and prop.get("select") and "id" in prop["select"]:
            found[ours["properties"][name]["select"]["id"]] = prop["select"]["id"]
        for place, one in enumerate(prop.get("multi_select", [])):
            found[ours["properties"][name]["multi_select"][place]["id"]] = one["id"]
    return {ours: theirs for ours, theirs in found.items() if ours != theirs}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_answer_is_the_recorded_one(path: Path) -> None:
    recorded = read(path)
    request, response = recorded["request"], recorded["response"]
    with seeded(path.name, recorded) as notion:
        token = "nonsense" if response["status"] == 401 else ""
        answer = Api(notion, recorded["notion_version"], token)(
            request["method"], request["path"], request["body"]
        )
    assert answer.status == response["status"], answer.text
    ids = made(answer.json, response["body"])
    ours, theirs = normal(answer.json, ids), normal(response["body"], {})
    assert ours == theirs
    assert order(answer.json) == order(response["body"])
    assert answer.headers["x-notion-request-id"] == answer.json["request_id"]


def order(value: Any) -> Any:
    """The keys of objects, in their order."""
    if isinstance(value, dict):
        return [(key, order(inner)) for key, inner in value.items()]
    return [order(inner) for inner in value] if isinstance(value, list) else None
