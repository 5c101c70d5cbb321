"""Queries that are refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.sandbox.notion.api import Api


@pytest.fixture
def source(api: Api) -> str:
    source = api.database("Rows", {"Title": {"title": {}}})
    other = {"relation": {"data_source_id": source, "single_property": {}}}
    api.ok("PATCH", f"data_sources/{source}", {"properties": {"Other": other}})
    return source


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"filter": {"property": "Nope", "title": {"equals": "x"}}},
            "Could not find property with name or id: Nope",
        ),
        (
            {"sorts": [{"property": "Nope", "direction": "ascending"}]},
            "Could not find sort property with name or id: Nope",
        ),
        (
            {"sorts": [{"property": "Title"}]},
            "body failed validation: body.sorts[0].direction should be defined, "
            "instead was `undefined`.",
        ),
        (
            {"filter": {"property": "Title", "number": {"equals": 1}}},
            "The property type in the database does not match the property type of the filter "
            "provided: database property title does not match filter number",
        ),
        (
            {"page_size": 101},
            "body failed validation: body.page_size should be ≤ `100` or `undefined`, "
            "instead was `101`.",
        ),
        (
            {"page_size": "10"},
            "body failed validation: body.page_size should be a number or `undefined`, "
            'instead was `"10"`.',
        ),
        ({"start_cursor": "nonsense"}, "The start_cursor provided is invalid: nonsense"),
        (
            {"filters": {}},
            "body failed validation: body.filters should be not present, instead was `{}`.",
        ),
        (
            {"in_trash": False},
            "body failed validation: body.in_trash should be not present, instead was `false`.",
        ),
        ({"filter": None}, "body failed validation: body.filter should be an object or "
                           "`undefined`, instead was `null`."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(api: Api, source: str, asked: Any, message: str) -> None:
    assert api.refused("POST", f"data_sources/{source}/query", asked) == message


def test_what_is_no_filter_at_all(api: Api, source: str) -> None:
    told = api.refused("POST", f"data_sources/{source}/query", {"filter": {"property": "Title"}})
    first, *lines = told.split("\n")
    assert first == "body failed validation. Fix one:"
    assert lines[:3] == [
        f"body.filter.{one} should be defined, instead was `undefined`."
        for one in ("or", "and", "title")
    ]


def test_what_is_no_id_of_a_page(api: Api, source: str) -> None:
    asked = {"filter": {"and": [{"property": "Other", "relation": {"contains": "x"}}]}}
    assert api.refused("POST", f"data_sources/{source}/query", asked) == (
        "body failed validation: body.filter.and[0].relation.contains should be a valid uuid, "
        'instead was `"x"`.'
    )
