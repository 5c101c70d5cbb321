"""The official shape of things, as the client that many programs use sees it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import named, rich, title

notion_client = pytest.importorskip("notion_client")


@pytest.fixture
def client(notion: Sandbox) -> Iterator[Any]:
    told = notion.introduction()
    made = notion_client.Client(
        auth=told["token"],
        base_url=told["url"],
        notion_version=told["version"],
        retry=False,
        timeout_ms=5000,
        logger=logging.getLogger("quiet"),
    )
    yield made
    made.close()


def test_from_an_empty_page_to_rows(client: Any, notion: Sandbox) -> None:
    database = client.databases.create(
        parent={"type": "page_id", "page_id": notion.page},
        title=rich("Tracks"),
        initial_data_source={"properties": {"Name": {"title": {}}, "Key": {"rich_text": {}}}},
    )
    source = database["data_sources"][0]["id"]
    key = client.data_sources.retrieve(source)["properties"]["Key"]["id"]
    for number in range(3):
        client.pages.create(
            parent={"type": "data_source_id", "data_source_id": source},
            properties={"Name": named(f"{number}"), key: {"rich_text": rich(f"key:{number}")}},
        )
    asked = {"property": "Key", "rich_text": {"equals": "key:1"}}
    (page,) = client.data_sources.query(source, filter=asked)["results"]
    client.pages.update(page["id"], properties={"Name": named("one")})
    told = client.pages.properties.retrieve(page["id"], key)
    assert told["results"][0]["rich_text"]["plain_text"] == "key:1"
    rows = notion_client.helpers.collect_paginated_api(
        client.data_sources.query, data_source_id=source, page_size=2
    )
    assert [title(row) for row in rows] == ["2", "one", "0"]
    client.pages.update(page["id"], in_trash=True)
    assert len(client.data_sources.query(source)["results"]) == 2
    (child,) = client.blocks.children.list(notion.page)["results"]
    assert child["id"] == database["id"]


def test_errors_are_its_errors(client: Any, notion: Sandbox) -> None:
    errors = notion_client.errors
    with pytest.raises(errors.APIResponseError) as caught:
        client.pages.retrieve("0123abcd-0123-4123-8123-0123456789ab")
    assert caught.value.code == errors.APIErrorCode.ObjectNotFound
    assert caught.value.additional_data["integration_id"] == notion.workspace.bot.id
    for kind, code in (("429", "RateLimited"), ("409", "ConflictError"),
                       ("saved 503", "ServiceUnavailable")):  # fmt: skip
        notion.fault(kind)
        with pytest.raises(errors.APIResponseError) as caught:
            client.pages.create(parent={"page_id": notion.page}, properties={})
        assert caught.value.code == getattr(errors.APIErrorCode, code)
    assert client.pages.retrieve(caught.value.additional_data["committed_resource_id"])
    notion.fault("529")
    with pytest.raises(errors.UnknownHTTPResponseError) as unknown:
        client.users.me()
    assert unknown.value.status == 529
