"""Pages: values as they are written and as they come back, limits, trash, times, versions."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api, named, rich

KINDS = ("title", "rich_text", "number", "select", "multi_select", "status", "date", "people",
         "files", "checkbox", "url", "email", "phone_number", "created_time", "created_by",
         "last_edited_time", "last_edited_by", "unique_id")  # fmt: skip


@pytest.fixture
def source(api: Api) -> str:
    """A data source with a property of every type, named after it."""
    return api.database("All", {kind: {kind: {}} for kind in KINDS})


def test_an_empty_page_has_every_property(api: Api, source: str, notion: Sandbox) -> None:
    page = api.get(f"pages/{api.page(source)}")
    values = {name: prop[prop["type"]] for name, prop in page["properties"].items()}
    lists = ("title", "rich_text", "multi_select", "people", "files")
    assert {name: values[name] for name in lists} == {name: [] for name in lists}
    nulls = ("number", "select", "date", "url", "email", "phone_number")
    assert {name: values[name] for name in nulls} == dict.fromkeys(nulls)
    assert values["checkbox"] is False
    assert values["unique_id"] == {"prefix": None, "number": 1}
    assert values["created_by"]["id"] == notion.workspace.bot.id
    assert values["created_by"]["type"] == "bot"
    assert values["created_time"] == page["created_time"]
    assert set(page["properties"]) == set(KINDS)


VALUES: list[tuple[str, Any]] = [
    ("number", 12.5),
    ("number", 3),
    ("checkbox", True),
    ("url", "https://open.example/track/1"),
    ("email", "a@b.example"),
    ("phone_number", "+49 1"),
    ("date", {"start": "2024-02-29", "end": None, "time_zone": None}),
    ("date", {"start": "2024-01-01", "end": "2024-01-03", "time_zone": None}),
    ("files", [{"name": "a", "type": "external", "external": {"url": "https://a.example/a"}}]),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=str)
def test_what_is_written_is_read(api: Api, source: str, kind: str, value: Any) -> None:
    page = api.page(source, **{kind: {kind: value}})
    assert api.cell(page, kind) == value
    for name in (kind, api.get(f"data_sources/{source}")["properties"][kind]["id"]):
        api.ok("PATCH", f"pages/{page}", {"properties": {name: {kind: value}}})
    assert api.cell(page, kind) == value


@pytest.mark.parametrize("kind", ["number", "select", "date", "url", "email"])
def test_null_clears(api: Api, source: str, kind: str) -> None:
    values: dict[str, Any] = {
        "number": 1,
        "select": {"name": "a"},
        "date": {"start": "2024-01-01"},
        "url": "https://a.example",
        "email": "a@b.example",
    }
    page = api.page(source, **{kind: {kind: values[kind]}})
    assert api.cell(page, kind) is not None
    api.ok("PATCH", f"pages/{page}", {"properties": {kind: {kind: None}}})
    assert api.cell(page, kind) is None


def test_only_what_is_listed_changes(api: Api, source: str) -> None:
    page = api.page(source, title=named("one"), number={"number": 1}, rich_text={
        "rich_text": rich("text")})  # fmt: skip
    api.ok("PATCH", f"pages/{page}", {"properties": {"title": named("two")}})
    assert (api.cell(page, "number"), api.cell(page, "title")[0]["plain_text"]) == (1, "two")


def test_rich_text_keeps_its_parts(api: Api, source: str) -> None:
    link = {"url": "https://a.example/"}
    parts = [
        {"text": {"content": "plain "}},
        {"text": {"content": "bold", "link": link}, "annotations": {"bold": True, "color": "red"}},
        {"type": "equation", "equation": {"expression": "E = mc^2"}},
    ]
    told = api.cell(api.page(source, rich_text={"rich_text": parts}), "rich_text")
    assert [one["plain_text"] for one in told] == ["plain ", "bold", "E = mc^2"]
    assert [one["href"] for one in told] == [None, "https://a.example/", None]
    assert told[1]["annotations"] == {
        "bold": True,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "code": False,
        "color": "red",
    }
    assert list(told[0]) == ["type", "text", "annotations", "plain_text", "href"]


def test_dates_lose_their_seconds_and_zones(api: Api, source: str) -> None:
    def kept(**told: str) -> str:
        return str(api.cell(api.page(source, date={"date": told}), "date")["start"])

    london = kept(start="2026-06-27T18:01:15.377824", time_zone="Europe/London")
    assert london == "2026-06-27T18:01:00.000+01:00"
    assert kept(start="2026-06-27T18:01:59Z") == "2026-06-27T18:01:00.000+00:00"
    assert kept(start="2026-06-27T18:01:59-05:00") == "2026-06-27T18:01:00.000-05:00"
    assert kept(start="2026-06-27") == "2026-06-27"


def test_options_are_made_when_they_are_written(api: Api, source: str) -> None:
    told = {"name": "House", "color": "red"}
    page = api.page(source, select={"select": told}, multi_select={"multi_select": [told]})
    made = api.cell(page, "select")
    assert (made["name"], made["color"]) == ("House", "red")
    options = api.get(f"data_sources/{source}")["properties"]["select"]["select"]["options"]
    assert options == [{**made, "description": None}]
    other = api.page(source, select={"select": {"id": made["id"]}})
    assert api.cell(other, "select") == made
    again = api.page(source, select={"select": {"name": "House"}})
    assert api.cell(again, "select") == made


def test_ids_are_known_with_and_without_dashes(api: Api, source: str) -> None:
    page = api.page(source)
    assert api.get(f"pages/{page.replace('-', '')}")["id"] == page
    assert api.get(f"pages/{page.upper()}")["id"] == page
    for wrong in ("AAA", "12345678-1234-1234-1234-123456789abc"):
        assert api.refused("GET", f"pages/{wrong}") == (
            f'path failed validation: path.page_id should be a valid uuid, instead was `"{wrong}"`.'
        )
    answer = api("GET", f"pages/{source}")
    assert (answer.status, answer.json["code"]) == (404, "object_not_found")


def test_ids_of_other_kinds(api: Api, notion: Sandbox, source: str) -> None:
    database = api.get(f"data_sources/{source}")["parent"]["database_id"]
    page = notion.page
    assert api.refused("GET", f"pages/{database}") == (
        f"Provided ID {database} is a database, not a page. Use the retrieve database API instead."
    )
    assert api.refused("GET", f"databases/{page}") == (
        f"Provided database_id {page} is a page, not a database. Use the pages API instead, or "
        "pass the ID of the database itself."
    )
    others = (f"data_sources/{database}", f"data_sources/{page}", f"databases/{source}")
    for where in (*others, f"blocks/{source}"):
        api.refused("GET", where, status=404)
    notion.unshare(page)
    for where in (f"pages/{database}", f"databases/{page}"):
        api.refused("GET", where, status=404)


def test_trash_and_back(api: Api, source: str) -> None:
    page = api.page(source, title=named("one"))
    assert api.ok("PATCH", f"pages/{page}", {"in_trash": True})["in_trash"] is True
    assert (api.titles(source), api.get(f"pages/{page}")["in_trash"]) == ([], True)
    body = {"properties": {"title": named("two")}}
    assert api.refused("PATCH", f"pages/{page}", body) == (
        "Can't edit block that is archived. You must unarchive the block before editing."
    )
    assert api.ok("PATCH", f"pages/{page}", {"in_trash": True})["in_trash"] is True
    restored = api.ok("PATCH", f"pages/{page}", {"in_trash": False, **body})
    assert (restored["in_trash"], api.titles(source)) == (False, ["two"])
    assert api.ok("DELETE", f"blocks/{page}")["in_trash"] is True
    assert api.refused("DELETE", f"blocks/{page}").startswith("Can't edit block")


def test_what_lies_in_the_trash_with_its_database(api: Api, source: str) -> None:
    page = api.page(source)
    database = api.get(f"pages/{page}")["parent"]["database_id"]
    api.ok("PATCH", f"databases/{database}", {"in_trash": True})
    for where in (f"pages/{page}", f"data_sources/{source}", f"databases/{database}"):
        assert api.get(where)["in_trash"] is True
    api.refused("POST", f"data_sources/{source}/query", {}, status=404)
    told = api.refused("PATCH", f"pages/{page}", {"properties": {}})
    assert told.startswith("Can't edit page on block with an archived ancestor.")
    api.refused("POST", "pages", {"parent": {"data_source_id": source}})
    api.ok("PATCH", f"databases/{database}", {"in_trash": False})
    assert api.titles(source) == [""]


def test_times_are_whole_minutes(api: Api, source: str, clock: Clock) -> None:
    clock.advance(59)
    page = api.page(source)
    assert api.get(f"pages/{page}")["created_time"] == "2026-11-22T10:00:00.000Z"
    clock.advance(1)
    told = api.ok("PATCH", f"pages/{page}", {"properties": {"number": {"number": 1}}})
    assert told["created_time"] == "2026-11-22T10:00:00.000Z"
    assert told["last_edited_time"] == "2026-11-22T10:01:00.000Z"
    database = api.get(f"databases/{told['parent']['database_id']}")
    assert database["created_time"] == "2026-11-22T10:00:00.000+00:00"


def test_the_older_version_has_archived(api: Api, notion: Sandbox, source: str) -> None:
    old, page = Api(notion, "2025-09-03"), api.page(source)
    told = old.ok("PATCH", f"pages/{page}", {"archived": True})
    assert (told["archived"], told["in_trash"]) == (True, True)
    assert list(told)[-2:] == ["archived", "request_id"]
    assert "archived" not in api.get(f"pages/{page}")
    assert api.refused("PATCH", f"pages/{page}", {"archived": False}) == (
        "body failed validation: body.archived should be not present, instead was `false`."
    )
    row = old.ok("POST", f"data_sources/{source}/query", {"in_trash": True})["results"][0]
    assert list(row)[-1] == "archived"


def test_pages_of_pages(api: Api, notion: Sandbox) -> None:
    parent = {"type": "page_id", "page_id": notion.page}
    title = {"title": {"title": rich("Ünder & over!")}}
    page = api.ok("POST", "pages", {"parent": parent, "properties": title})
    assert page["properties"]["title"]["id"] == "title"
    slug, _, an_id = page["url"].rpartition("/")[2].rpartition("-")
    assert (slug, an_id) == ("nder-over", page["id"].replace("-", ""))
    bare = {"title": rich("again")}
    told = api.ok("PATCH", f"pages/{page['id']}", {"properties": bare, "icon": {"emoji": "🎧"}})
    assert told["icon"] == {"type": "emoji", "emoji": "🎧"}
    body = {"properties": {"Other": {"number": 1}}}
    assert api.refused("PATCH", f"pages/{page['id']}", body).startswith("Other is not a property")
    other = api.ok("POST", "pages", {"parent": parent})["id"]
    below = {"parent": {"type": "page_id", "page_id": other}}
    assert api.ok("POST", f"pages/{page['id']}/move", below)["parent"]["page_id"] == other
    told = api.get(f"pages/{page['id']}/properties/title")
    assert [one["title"]["plain_text"] for one in told["results"]] == ["again"]


def test_where_a_page_goes_and_that_there_are_no_templates(api: Api, notion: Sandbox) -> None:
    parent, titles = {"page_id": notion.page}, {}
    for name, kind in (("b", "page_end"), ("a", "page_start"), ("c", "page_end")):
        body = {"parent": parent, "properties": {"title": rich(name)}, "position": {"type": kind}}
        titles[api.ok("POST", "pages", body)["id"]] = name
    listed = api.get(f"blocks/{notion.page}/children")["results"]
    assert [titles[one["id"]] for one in listed] == ["a", "b", "c"]
    template = {"type": "template_id", "template_id": notion.page}
    api.refused("POST", "pages", {"parent": parent, "template": template}, status=404)
    assert api("POST", "pages", {"parent": parent, "template": {"type": "none"}}).status == 200


def test_single_properties(api: Api, source: str) -> None:
    page = api.page(source, number={"number": 7})
    prop = api.get(f"data_sources/{source}")["properties"]["number"]["id"]
    told = api.get(f"pages/{page}/properties/{prop}")
    assert list(told) == ["object", "type", "id", "number", "request_id"]
    assert (told["object"], told["number"], told["id"]) == ("property_item", 7, prop)
    assert api.get(f"pages/{page}/properties/rich_text")["results"] == []
    assert api.refused("GET", f"pages/{page}/properties/nope") == (
        "Could not find property with name or id: nope"
    )
