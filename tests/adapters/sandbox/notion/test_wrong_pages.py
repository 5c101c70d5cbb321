"""What may not be written into pages, and in which words it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.sandbox.notion.api import Api, named, rich
from tests.adapters.sandbox.notion.test_pages import KINDS


@pytest.fixture
def source(api: Api) -> str:
    """A data source with a property of every type, named after it."""
    return api.database("All", {kind: {kind: {}} for kind in KINDS})


@pytest.mark.parametrize(
    ("prop", "value", "message"),
    [
        ("Nope", {"number": 1}, "Nope is not a property that exists."),
        ("number", {"rich_text": []}, "number is expected to be number."),
        ("rich_text", {"type": "number", "number": 1}, "rich_text is expected to be rich_text."),
        (
            "number",
            {"number": "1"},
            "body failed validation: body.properties.number.number should be a number, "
            'instead was `"1"`.',
        ),
        (
            "number",
            {},
            "body failed validation: body.properties.number.number should be defined, "
            "instead was `undefined`.",
        ),
        (
            "checkbox",
            {"checkbox": 1},
            "body failed validation: body.properties.checkbox.checkbox should be a boolean, "
            "instead was `1`.",
        ),
        (
            "url",
            {"url": ""},
            "body failed validation: body.properties.url.url should be populated, "
            'instead was `""`.',
        ),
        (
            "rich_text",
            {"rich_text": rich("x" * 2001)},
            "body failed validation: body.properties.rich_text.rich_text[0].text.content.length "
            "should be ≤ `2000`, instead was `2001`.",
        ),
        (
            "rich_text",
            {"rich_text": rich("x") * 101},
            "body failed validation: body.properties.rich_text.rich_text.length should be "
            "≤ `100`, instead was `101`.",
        ),
        (
            "url",
            {"url": "x" * 2001},
            "body failed validation: body.properties.url.url.length should be ≤ `2000`, "
            "instead was `2001`.",
        ),
        (
            "email",
            {"email": "x" * 201},
            "body failed validation: body.properties.email.email.length should be ≤ `200`, "
            "instead was `201`.",
        ),
        (
            "multi_select",
            {"multi_select": [{"name": "drum, bass"}]},
            "Invalid multi_select option, commas not allowed: drum, bass",
        ),
        (
            "select",
            {"select": {"name": "drum, bass"}},
            "Invalid select option, commas not allowed: drum, bass",
        ),
        (
            "select",
            {"select": {"name": "x" * 101}},
            "body failed validation: body.properties.select.select.name.length should be "
            "≤ `100`, instead was `101`.",
        ),
        (
            "multi_select",
            {"multi_select": [{"name": "a"}] * 101},
            "body failed validation: body.properties.multi_select.multi_select.length should be "
            "≤ `100`, instead was `101`.",
        ),
        (
            "status",
            {"status": {"name": "Nope"}},
            'Invalid status option. Status option "Nope" does not exist.',
        ),
        (
            "date",
            {"date": {"start": "yesterday"}},
            "body failed validation: body.properties.date.date.start should be a valid ISO 8601 "
            'date string, instead was `"yesterday"`.',
        ),
        (
            "date",
            {"date": {"start": "2026-01-01", "time_zone": "Mars/Olympus"}},
            "body failed validation: body.properties.date.date.time_zone should be a valid time "
            'zone, instead was `"Mars/Olympus"`.',
        ),
        (
            "created_time",
            {"created_time": "2024-01-01"},
            "created_time is a created_time property, which cannot be updated.",
        ),
    ],
)
def test_wrong_values_are_named_and_nothing_is_saved(
    api: Api, source: str, prop: str, value: Any, message: str
) -> None:
    page = api.page(source)
    body = {"properties": {"title": named("changed"), prop: value}}
    assert api.refused("PATCH", f"pages/{page}", body) == message
    assert api.cell(page, "title") == []
    body["parent"] = {"data_source_id": source}
    assert api.refused("POST", "pages", body) == message
    assert api.titles(source) == [""]


def test_all_that_does_not_fit_is_named_at_once(api: Api, source: str) -> None:
    page = api.page(source)
    unfit: dict[str, Any] = {
        "Nope": {"number": 1},
        "rich_text": {"number": 1},
        "number": {"number": 2},
    }
    assert api.refused("PATCH", f"pages/{page}", {"properties": unfit}) == (
        "Nope is not a property that exists. rich_text is expected to be rich_text."
    )
    assert api.cell(page, "number") is None
    unfit["number"] = {"number": "2"}
    assert api.refused("PATCH", f"pages/{page}", {"properties": unfit}).startswith("body failed")


def test_parents_that_are_none(api: Api) -> None:
    assert api.refused("POST", "pages", {"parent": {}}).split("\n") == [
        "body failed validation. Fix one:",
        *(
            f"body.parent.{one} should be defined, instead was `undefined`."
            for one in ("page_id", "database_id", "data_source_id", "workspace")
        ),
    ]
    told = api.refused("POST", "pages", {"parent": {"type": "workspace", "workspace": True}})
    assert told.endswith("creating workspace-level private pages is not supported.")


def test_a_body_has_its_limits_and_no_other_keys(api: Api, source: str) -> None:
    parent = {"data_source_id": source}
    told = api.refused("POST", "pages", {"parent": parent, "colour": 1})
    assert told == "body failed validation: body.colour should be not present, instead was `1`."
    told = api.refused("POST", "pages", {"properties": {}})
    assert told.startswith("body failed validation: body.parent should be defined, instead was")
    large = json.dumps({"parent": parent, "properties": {}, "x": "x" * 512_000}).encode()
    assert "too large" in api.refused("POST", "pages", large)
    told = api.refused("POST", "pages", {"parent": parent, "children": [{"type": {}}]})
    assert told.startswith("body failed validation: body.children[0].type should be a string")
