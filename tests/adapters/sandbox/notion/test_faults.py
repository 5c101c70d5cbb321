"""What goes wrong on request, above all: writes that are saved and do not look it."""

from __future__ import annotations

import http.client
import threading
from typing import Any

import pytest

from adapters.sandbox.notion import Sandbox
from adapters.sandbox.notion.trouble import KINDS
from tests.adapters.sandbox.notion.api import Api, named


@pytest.fixture
def source(notion: Sandbox) -> str:
    return notion.add_database("Rows", {"Name": "title"})


def create(source: str) -> dict[str, Any]:
    return {"parent": {"data_source_id": source}, "properties": {"Name": named("new")}}


def test_saved_and_503_names_what_was_made(api: Api, notion: Sandbox, source: str) -> None:
    notion.fault("saved 503")
    api.get("users/me")
    answer = api("POST", "pages", create(source))
    assert (answer.status, answer.json["code"]) == (503, "service_unavailable")
    told = answer.json["additional_data"]
    assert "Do not repeat the write." in told["retry_guidance"]
    assert api.get(f"pages/{told['committed_resource_id']}")["in_trash"] is False
    assert api.titles(source) == ["new"]


def test_saved_and_503_of_other_writes(api: Api, notion: Sandbox, source: str) -> None:
    page = api.page(source)
    notion.fault("saved 503", times=3)
    answer = api("PATCH", f"pages/{page}", {"properties": {"Name": named("changed")}})
    assert list(answer.json["additional_data"]) == ["retry_guidance"]
    parent = {"type": "page_id", "page_id": notion.page}
    made = api("POST", "databases", {"parent": parent}).json["additional_data"]
    assert api.get(f"databases/{made['committed_resource_id']}")["object"] == "database"
    block: dict[str, Any] = {"paragraph": {"rich_text": []}}
    told = api("PATCH", f"blocks/{page}/children", {"children": [block]}).json["additional_data"]
    assert told["committed_resource_id"] == page
    listed = [one["id"] for one in api.get(f"blocks/{page}/children")["results"]]
    assert listed == told["committed_child_ids"]
    assert api.titles(source) == ["changed"]


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("saved 502", 502, "<html>"),
        ("saved 503 bare", 503, '"service_unavailable"'),
        ("saved 504", 504, '"gateway_timeout"'),
    ],
)
def test_saved_without_a_word(
    api: Api, notion: Sandbox, source: str, kind: str, status: int, text: str
) -> None:
    notion.fault(kind, endpoint="POST /pages")
    api.titles(source)
    answer = api("POST", "pages", create(source))
    assert (answer.status, "additional_data" in answer.text) == (status, False)
    assert text in answer.text
    assert api.titles(source) == ["new"]


def test_a_wrong_write_is_not_saved_by_a_fault(api: Api, notion: Sandbox, source: str) -> None:
    notion.fault("saved 503")
    assert "not a property" in api.refused(
        "POST", "pages", {"parent": {"data_source_id": source}, "properties": {"X": {}}}
    )
    assert api.titles(source) == []


def test_dropped_before_and_after(api: Api, notion: Sandbox, source: str) -> None:
    for kind, titles in (("lost", []), ("saved drop", ["new"]), ("drop", ["new", "new"])):
        notion.fault(kind, endpoint="POST /pages")
        with pytest.raises(http.client.RemoteDisconnected):
            api("POST", "pages", create(source))
        assert api.titles(source) == titles, kind


def test_saved_and_too_slow(api: Api, notion: Sandbox, source: str) -> None:
    notion.fault("saved slow", seconds=30)
    asked = threading.Thread(target=_hung_up, args=(api, source))
    asked.start()
    while not api.titles(source):
        pass
    notion.stop()
    asked.join(5)
    assert not asked.is_alive()


def _hung_up(api: Api, source: str) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        api("POST", "pages", create(source))


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("401", 401, "unauthorized"),
        ("403 blocks", 403, "restricted_resource"),
        ("409", 409, "conflict_error"),
        ("429", 429, "rate_limited"),
        ("429 workspace", 429, "rate_limited"),
        ("429 endpoint", 429, "rate_limited"),
        ("429 blocked", 429, "rate_limited"),
        ("500", 500, "internal_server_error"),
        ("503", 503, "service_unavailable"),
        ("503 query", 503, "service_unavailable"),
        ("504", 504, "gateway_timeout"),
        ("529", 529, "service_overload"),
    ],
)
def test_refused_and_nothing_is_saved(
    api: Api, notion: Sandbox, source: str, kind: str, status: int, code: str
) -> None:
    notion.fault(kind, seconds=7)
    answer = api("POST", "pages", create(source))
    assert (answer.status, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert answer.headers["x-notion-request-id"] == answer.json["request_id"]
    assert answer.headers.get("Retry-After") == ("7" if status in (429, 529) else None)
    assert api.titles(source) == []


def test_faults_that_every_service_has(api: Api, notion: Sandbox, source: str) -> None:
    notion.fault("502 html")
    answer = api("POST", "pages", create(source))
    assert (answer.status, answer.text[:6]) == (502, "<html>")
    notion.fault("truncated")
    with pytest.raises(http.client.IncompleteRead):
        api("POST", "pages", create(source))
    assert api.titles(source) == ["new"]
    with pytest.raises(ValueError, match="no fault 'fire'"):
        notion.fault("fire")
    assert len(set(KINDS)) == len(KINDS)
