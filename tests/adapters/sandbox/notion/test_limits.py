"""Tokens, versions, budgets of requests."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api
from tests.adapters.sandbox.wire import Wire


def test_no_good_token(notion: Sandbox) -> None:
    form = 'Authorization header must use the format "Bearer <token>".'
    for told, message in {
        "": "API token is invalid.",
        notion.token: form,
        f"Basic {notion.token}": form,
        "Bearer nonsense": "API token is invalid.",
    }.items():
        answer = Wire(notion)("GET", "users/me", headers={"Authorization": told})
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")
        assert answer.json["message"] == message


def test_a_version_is_needed(notion: Sandbox) -> None:
    answer = Wire(notion, notion.token)("GET", "users/me")
    assert (answer.status, answer.json["code"]) == (400, "missing_version")
    begin = "Notion-Version header failed validation: Notion-Version header should be"
    assert answer.json["message"] == f"{begin} defined, instead was `undefined`."
    spoken = '`"2025-09-03"` or `"2026-03-11"`'
    published = ", ".join(
        f'`"{one}"`'
        for one in ("2021-05-11", "2021-05-13", "2021-08-16", "2022-02-22", "2022-06-28")
    )
    for version, known in {
        "2022-06-28": spoken,
        "2099-01-01": f'{published}, `"2025-09-03"`, or `"2026-03-11"`',
    }.items():
        answer = Api(notion, version)("GET", "users/me")
        assert (answer.status, answer.json["code"]) == (400, "missing_version")
        assert answer.json["message"] == f'{begin} {known}, instead was `"{version}"`.'


@pytest.mark.parametrize("where", ["/v1/nothing", "/users/me", "/v1/databases/x/query"])
def test_addresses_that_are_none(api: Api, where: str) -> None:
    for answer in (api("POST", where), Wire(api.notion)("POST", where)):
        assert (answer.status, answer.json["code"]) == (400, "invalid_request_url")


@pytest.mark.parametrize("body", [b'{"query":', b'{"query":"\xff"}'])
def test_a_body_that_is_no_json(api: Api, body: bytes) -> None:
    answer = api("POST", "search", body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_json")
    assert answer.json["message"] == "Error parsing JSON body."


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"query": 1}, "body.query should be a string or `undefined`, instead was `1`."),
        ({"page_size": 0}, "body.page_size should be ≥ `1` or `undefined`, instead was `0`."),
        (
            {"sort": {"timestamp": "last_edited_time", "direction": "up"}},
            'body.sort.direction should be `"ascending"`, `"descending"`, or `undefined`, '
            'instead was `"up"`.',
        ),
    ],
)
def test_what_a_search_may_not_be_told(api: Api, asked: Any, message: str) -> None:
    assert api.refused("POST", "search", asked) == f"body failed validation: {message}"


def test_a_connection_has_its_budget_for_a_minute(api: Api, notion: Sandbox, clock: Clock) -> None:
    notion.limit(per_minute=3)
    other = Api(notion, token=notion.connect("Other"))
    for _ in range(3):
        api.get("users/me")
    clock.advance(15)
    answer = api("GET", "users/me")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "45")
    assert answer.json["code"] == "rate_limited"
    assert answer.json["additional_data"] == {
        "rate_limit_reason": "public_api_request_rate_limit",
        "retry_after": "45",
    }
    assert other.get("users/me")["name"] == "Other"
    clock.advance(45)
    assert api.get("users/me")["type"] == "bot"


def test_all_connections_share_one_of_the_workspace(
    api: Api, notion: Sandbox, clock: Clock
) -> None:
    notion.limit(per_workspace=2, seconds=600)
    other = Api(notion, token=notion.connect("Other"))
    api.get("users/me")
    other.get("users/me")
    answer = api("GET", "users/me")
    assert answer.headers["Retry-After"] == "600"
    reason = answer.json["additional_data"]["rate_limit_reason"]
    assert reason == "public_api_space_request_rate_limit"
    clock.advance(600)
    api.get("users/me")


def test_a_revoked_token(api: Api, notion: Sandbox) -> None:
    notion.revoke()
    api.refused("GET", "users/me", status=401)


def test_users(api: Api, notion: Sandbox) -> None:
    told = api.get("users")
    assert {one["type"] for one in told["results"]} == {"person", "bot"}
    assert (told["type"], told["user"]) == ("user", {})
    person = api.get(f"users/{notion.workspace.person.id}")
    assert list(person) == ["object", "id", "name", "avatar_url", "type", "person", "request_id"]
    first = api.get("users?page_size=1")
    second = api.get(f"users?page_size=1&start_cursor={first['next_cursor']}")
    assert first["results"] + second["results"] == told["results"]


def test_requests_are_counted_by_endpoint(api: Api, notion: Sandbox) -> None:
    source = notion.add_database("Rows", {"Name": "title"})
    page = api.page(source)
    api.titles(source)
    api.get(f"pages/{page}/properties/title")
    api.refused("GET", "pages/x")
    assert notion.requests == {
        "POST /pages": 1,
        "POST /data_sources/{id}/query": 1,
        "GET /pages/{id}/properties/{id}": 1,
        "GET /pages/{id}": 1,
    }
    assert [status for _, _, status in notion.log] == [200, 200, 200, 400]


def test_of_other_connections_nothing_is_told(api: Api, notion: Sandbox) -> None:
    notion.connect("Another")
    bots = {one["name"]: one["bot"] for one in api.get("users")["results"] if "bot" in one}
    assert bots["Another"] == {} and "workspace_name" in bots["Sandbox"]
