"""Databases, data sources and their properties."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api, named, rich


@pytest.fixture
def source(api: Api) -> str:
    return api.database("Tracks", {"Name": {"title": {}}, "BPM": {"number": {}}})


def change(api: Api, source: str, **properties: Any) -> dict[str, Any]:
    told: dict[str, Any] = api.ok("PATCH", f"data_sources/{source}", {"properties": properties})
    return dict(told["properties"])


def test_a_database_and_its_data_source(api: Api, notion: Sandbox) -> None:
    body = {
        "parent": {"type": "page_id", "page_id": notion.page},
        "title": rich("Tracks"),
        "description": rich("All of them"),
        "is_inline": True,
        "icon": {"type": "emoji", "emoji": "🎵"},
        "initial_data_source": {"properties": {"Name": {"title": {}}}},
    }
    database = api.ok("POST", "databases", body)
    assert "properties" not in database
    assert [one["name"] for one in database["data_sources"]] == ["Tracks"]
    source = api.get(f"data_sources/{database['data_sources'][0]['id']}")
    assert source["parent"] == {"type": "database_id", "database_id": database["id"]}
    assert source["database_parent"] == {"type": "page_id", "page_id": notion.page}
    assert source["is_inline"] is True
    assert source["description"][0]["plain_text"] == "All of them"
    renamed = api.ok("PATCH", f"databases/{database['id']}", {"title": rich("Songs")})
    assert renamed["data_sources"][0]["name"] == "Songs"


def test_more_than_one_data_source(api: Api, source: str) -> None:
    database = api.get(f"data_sources/{source}")["parent"]["database_id"]
    body = {
        "parent": {"type": "database_id", "database_id": database},
        "title": rich("Archive"),
        "properties": {"Title": {"title": {}}},
    }
    other = api.ok("POST", "data_sources", body)
    names = [one["name"] for one in api.get(f"databases/{database}")["data_sources"]]
    assert names == ["Tracks", "Archive"]
    told = api.refused("POST", "pages", {"parent": {"database_id": database}})
    assert "has 2 data sources" in told
    api.ok("PATCH", f"data_sources/{other['id']}", {"in_trash": True})
    names = [one["name"] for one in api.get(f"databases/{database}")["data_sources"]]
    assert names == ["Tracks"]


def test_there_are_no_templates(api: Api, source: str) -> None:
    told = api.get(f"data_sources/{source}/templates")
    assert told == {"templates": [], "has_more": False, "next_cursor": None}


def test_a_database_stands_for_its_only_data_source(api: Api, source: str) -> None:
    database = api.get(f"data_sources/{source}")["parent"]["database_id"]
    page = api.ok("POST", "pages", {"parent": {"type": "database_id", "database_id": database}})
    assert page["parent"] == {
        "type": "data_source_id",
        "data_source_id": source,
        "database_id": database,
    }


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"BPM": {"number": {}}}, "Title is not provided"),
        ({"A": {"title": {}}, "B": {"title": {}}}, "There is more than one title property."),
        (
            {"A": {"title": {}}, "B": {"nonsense": {}}},
            "body failed validation: body.initial_data_source.properties.B.nonsense should be "
            "not present, instead was `{}`.",
        ),
        (
            {"A": {"title": {}}, "B": {}},
            "body failed validation: body.initial_data_source.properties.B.type should be "
            "defined, instead was `undefined`.",
        ),
        (
            {"A": {"title": {}}, "B": {"select": {"options": [{"name": "a,b"}]}}},
            "Invalid select option, commas not allowed: a,b",
        ),
        (
            {"A": {"title": {}}, "B": {"select": {"options": [{"name": ["a"]}]}}},
            "body failed validation: body.initial_data_source.properties.B.select.options[0].name "
            'should be a string or `undefined`, instead was `["a"]`.',
        ),
    ],
)
def test_a_wrong_schema_makes_nothing(
    api: Api, notion: Sandbox, properties: Any, message: str
) -> None:
    body = {
        "parent": {"type": "page_id", "page_id": notion.page},
        "initial_data_source": {"properties": properties},
    }
    assert api.refused("POST", "databases", body) == message
    assert api.get(f"blocks/{notion.page}/children")["results"] == []


def test_properties_stand_in_the_order_of_their_ids(api: Api) -> None:
    source = api.database(
        "Many", {"Name": {"title": {}}, **{f"{n}": {"date": {}} for n in range(9)}}
    )
    ids = [unquote(one["id"]) for one in api.get(f"data_sources/{source}")["properties"].values()]
    assert ids == [*sorted(ids[:-1]), "title"]


def test_add_rename_describe_delete(api: Api, source: str) -> None:
    page = api.page(source, BPM={"number": 174})
    made = change(api, source, Key={"rich_text": {}}, Added={"type": "date", "date": {}})
    assert set(made) == {"Name", "BPM", "Key", "Added"}
    renamed = change(api, source, **{made["BPM"]["id"]: {"name": "Tempo", "description": "bpm"}})
    assert renamed["Tempo"] == {**made["BPM"], "name": "Tempo", "description": "bpm"}
    assert api.cell(page, "Tempo") == 174
    assert set(change(api, source, Key=None, Added=None)) == {"Name", "Tempo"}
    change(api, source, title={"name": "Title"})
    assert set(api.get(f"pages/{page}")["properties"]) == {"Title", "Tempo"}


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Nope": {"name": "X"}}, "Could not find property with name or id: Nope"),
        ({"Nope": None}, "Could not find property with name or id: Nope"),
        ({"Name": None}, "Title property cannot be deleted."),
        ({"BPM": {"name": "Name"}}, "There is already a property named Name."),
    ],
)
def test_wrong_changes_change_nothing(api: Api, source: str, properties: Any, message: str) -> None:
    before = api.get(f"data_sources/{source}")["properties"]
    body = {"properties": {"New": {"date": {}}, **properties}}
    assert api.refused("PATCH", f"data_sources/{source}", body) == message
    assert api.get(f"data_sources/{source}")["properties"] == before


def test_options_are_the_whole_list(api: Api, source: str) -> None:
    old = [{"name": "A", "color": "default"}, {"name": "B", "color": "red"}]
    first = change(api, source, Key={"select": {"options": old}})["Key"]["select"]["options"]
    page, other = (api.page(source, Key={"select": {"name": name}}) for name in "AB")
    told = [{"id": first[1]["id"], "name": "B minor"}, {"name": "C", "color": "blue"}]
    now = change(api, source, Key={"select": {"options": told}})["Key"]["select"]["options"]
    assert [(one["name"], one["color"]) for one in now] == [("B", "red"), ("C", "blue")]
    assert now[0]["id"] == first[1]["id"]
    assert (api.cell(page, "Key"), api.cell(other, "Key")["name"]) == (None, "B")
    for by in ("id", "name"):
        told = [{by: now[0][by], "color": "green"}]
        body = {"properties": {"Key": {"select": {"options": told}}}}
        assert api.refused("PATCH", f"data_sources/{source}", body) == (
            f"Cannot update color of select with {by}: {now[0][by]}."
        )


def test_a_status_has_groups(api: Api, source: str) -> None:
    status = change(api, source, S={"status": {}})["S"]["status"]
    assert [one["name"] for one in status["options"]] == ["Not started", "In progress", "Done"]
    groups = {one["name"]: len(one["option_ids"]) for one in status["groups"]}
    assert groups == {"To-do": 1, "In progress": 1, "Complete": 1}
    told = {"status": {"options": [{"name": "Wanted"}, {"name": "Had"}]}}
    status = change(api, source, T=told)["T"]["status"]
    assert [len(one["option_ids"]) for one in status["groups"]] == [2, 0, 0]


def test_a_status_is_never_empty(api: Api, source: str) -> None:
    page = api.page(source)
    change(api, source, S={"status": {}})
    assert api.cell(page, "S")["name"] == "Not started"
    api.ok("PATCH", f"pages/{page}", {"properties": {"S": {"status": {"name": "Done"}}}})
    api.page(source)
    order = [{"property": "S", "direction": "descending"}]
    query = f"data_sources/{source}/query"
    first = api.ok("POST", query, {"sorts": order})["results"][0]
    assert first["id"] == page
    for name, count in (("Not started", 1), ("Done", 1)):
        asked = {"filter": {"property": "S", "status": {"equals": name}}}
        assert len(api.ok("POST", query, asked)["results"]) == count
    api.ok("PATCH", f"pages/{page}", {"properties": {"S": {"status": None}}})
    assert api.cell(page, "S")["name"] == "Not started"
    asked = {"filter": {"property": "S", "status": {"is_empty": True}}}
    assert api.ok("POST", query, asked)["results"] == []


def test_another_type_keeps_what_it_can(api: Api, source: str) -> None:
    change(api, source, Key={"rich_text": {}})
    page = api.page(source, Key={"rich_text": rich("174")})
    other = api.page(source, Key={"rich_text": rich("fast")})
    before = api.get(f"data_sources/{source}")["properties"]["Key"]["id"]
    assert change(api, source, Key={"number": {"format": "number"}})["Key"]["id"] == before
    assert (api.cell(page, "Key"), api.cell(other, "Key")) == (174, None)
    change(api, source, Key={"select": {}})
    assert api.cell(page, "Key")["name"] == "174"
    change(api, source, Key={"rich_text": {}})
    assert api.cell(page, "Key")[0]["plain_text"] == "174"


def test_a_formula_names_properties_by_id(api: Api, source: str) -> None:
    told = change(api, source, Double={"formula": {"expression": 'prop("BPM") * 2'}})
    bpm = told["BPM"]["id"]
    shown = told["Double"]["formula"]["expression"]
    assert shown.startswith(f"{{{{notion:block_property:{bpm}:{source}:")
    page = api.page(source, Name=named("x"), BPM={"number": 87})
    assert api.cell(page, "Double") == {"type": "number", "number": 174}
    change(api, source, Odd={"formula": {"expression": "somethingElse(1)"}})
    assert api.cell(page, "Odd") == {"type": "string", "string": None}


def test_a_rollup_of_what_is_there_no_longer(api: Api, source: str) -> None:
    relation = {"relation": {"data_source_id": source, "single_property": {}}}
    change(api, source, Like=relation)
    told = {"relation_property_name": "Like", "rollup_property_name": "BPM", "function": "sum"}
    change(api, source, Sum={"rollup": told})
    page = api.page(source, BPM={"number": 2})
    api.ok("PATCH", f"pages/{page}", {"properties": {"Like": {"relation": [{"id": page}]}}})
    assert api.cell(page, "Sum") == {"type": "number", "number": 2, "function": "sum"}
    shown = change(api, source, Like={"number": {}})["Sum"]["rollup"]
    assert (shown["relation_property_name"], shown["rollup_property_name"]) == ("Like", "")
    assert api.cell(page, "Sum")["number"] == 0
    shown = change(api, source, Like=None)["Sum"]["rollup"]
    assert shown["relation_property_name"] == ""


FORMULAS = [
    ('prop("BPM") + 1', {"type": "number", "number": 175}),
    ("1 + 2 * 3 ^ 2 - 4 / 2", {"type": "number", "number": 17}),
    ('if(prop("BPM") > 170 and not empty(prop("Name")), "fast", "slow")',
     {"type": "string", "string": "fast"}),
    ('or(empty(prop("Due")), prop("BPM") < 1)', {"type": "boolean", "boolean": False}),
    ('prop("Due")', {"type": "date", "date": {"start": "2024-01-31", "end": None,
                                             "time_zone": None}}),
    ('format(dateAdd(prop("Due"), 1, "months"))', {"type": "string", "string": "2024-02-29"}),
    ('dateBetween(dateSubtract(prop("Due"), 2, "weeks"), prop("Due"), "days")',
     {"type": "number", "number": -14}),
    ('now() > dateAdd(dateSubtract(now(), hour(now()), "hours"), minute(now()), "minutes")',
     {"type": "boolean", "boolean": True}),
    ('dateAdd(fromTimestamp(toNumber("")), 1, "days")', {"type": "string", "string": None}),
    ('prop("BPM") > 100 ? prop("Name").upper() : ""', {"type": "string", "string": "ONE"}),
    ('toNumber("") > 1', {"type": "boolean", "boolean": False}),
    ('prop("Nope")', {"type": "string", "string": None}),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), FORMULAS, ids=lambda one: str(one)[:40])
def test_formulas(api: Api, source: str, expression: str, value: Any) -> None:
    change(api, source, Due={"date": {}}, F={"formula": {"expression": expression}})
    due = {"date": {"start": "2024-01-31"}}
    page = api.page(source, Name=named("one"), BPM={"number": 174}, Due=due)
    assert api.cell(page, "F") == value


def test_a_database_without_a_title(api: Api, notion: Sandbox) -> None:
    parent = {"type": "page_id", "page_id": notion.page}
    made = api.ok("POST", "databases", {"parent": parent})
    assert [part["plain_text"] for part in made["title"]] == ["New database"]
    (source,) = made["data_sources"]
    assert source["name"] == "New database"
    assert api.get(f"data_sources/{source['id']}")["title"] == []
    blocks = api.get(f"blocks/{notion.page}/children")["results"]
    assert {"title": "New database"} in [one.get("child_database") for one in blocks]
