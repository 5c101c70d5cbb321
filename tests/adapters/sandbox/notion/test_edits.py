"""What a person does, in Python and over the wire; searches; blocks."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api, named, rich
from tests.adapters.sandbox.wire import Wire

PROPERTIES = {"Name": "title", "BPM": "number", "Key": "select", "Tags": "multi_select",
              "Added": "date", "Had": "checkbox", "Note": "rich_text", "URL": "url"}  # fmt: skip


@pytest.fixture
def source(notion: Sandbox) -> str:
    return notion.add_database("Tracks", PROPERTIES)


def test_a_row_made_and_edited_by_hand(api: Api, notion: Sandbox, source: str) -> None:
    page = notion.add_row(source, {"Name": "Tidewater", "BPM": 174, "Tags": ["dnb", "new"]})
    values = {"Key": "8A", "Added": "2024-01-01", "Had": True, "Note": "yes", "URL": "https://a"}
    for name, value in values.items():
        notion.edit("Tidewater", name, value)
    told = api.get(f"pages/{page}")
    assert api.titles(source) == ["Tidewater"]
    assert told["created_by"]["id"] == told["last_edited_by"]["id"] == notion.workspace.person.id
    cells = {name: prop[prop["type"]] for name, prop in told["properties"].items()}
    assert (cells["BPM"], cells["Had"], cells["URL"]) == (174, True, "https://a")
    assert [one["name"] for one in cells["Tags"]] == ["dnb", "new"]
    assert (cells["Key"]["name"], cells["Added"]["start"]) == ("8A", "2024-01-01")
    notion.edit(page, "Note", None)
    assert api.cell(page, "Note") == []


def test_relations_by_hand(api: Api, notion: Sandbox, source: str) -> None:
    two_ways = {"relation": {"data_source_id": source, "dual_property": {}}}
    playlists = notion.add_database("Playlists", {"Name": "title", "Tracks": two_ways})
    mix = notion.add_row(playlists, {"Name": "Mix"})
    one, two = (notion.add_row("Tracks", {"Name": name}) for name in ("one", "two"))
    notion.relate("Mix", "Tracks", "one")
    notion.relate("Mix", "Tracks", "two")
    notion.unrelate("Mix", "Tracks", "one")
    assert api.cell(mix, "Tracks") == [{"id": two}]
    notion.edit("Mix", "Tracks", [one, "two"])
    assert api.cell(mix, "Tracks") == [{"id": one}, {"id": two}]
    assert api.cell(one, "Related to Playlists (Tracks)") == [{"id": mix}]
    with pytest.raises(LookupError, match="'nobody'"):
        notion.relate("Mix", "Tracks", "nobody")
    with pytest.raises(LookupError, match="'Mix' is not related"):
        notion.unrelate("Mix", "Tracks", "Mix")


def test_a_schema_changed_by_hand(api: Api, notion: Sandbox, source: str) -> None:
    page = notion.add_row(source, {"Name": "one", "BPM": 174})
    notion.rename_property("Tracks", "BPM", "Tempo")
    notion.retype_property("Tracks", "Tempo", "rich_text")
    notion.delete_property("Tracks", "Note")
    notion.add_property("Tracks", "Rating", "number")
    told = api.get(f"pages/{page}")["properties"]
    assert told["Tempo"]["rich_text"][0]["plain_text"] == "174"
    assert ("Note" in told, told["Rating"]["number"]) == (False, None)
    with pytest.raises(ValueError, match="Title property cannot be deleted"):
        notion.delete_property("Tracks", "Name")


def test_trash_restore_archive_delete(api: Api, notion: Sandbox, source: str) -> None:
    page = notion.add_row(source, {"Name": "one"})
    notion.trash("one")
    assert (api.titles(source), api.get(f"pages/{page}")["in_trash"]) == ([], True)
    notion.restore(page)
    notion.archive(page)
    assert (api.titles(source), api.titles(source, is_archived=True)) == ([], ["one"])
    notion.archive(page, archived=False)
    assert api.titles(source) == ["one"]
    notion.rename_database("Tracks", "Songs")
    notion.delete_database("Songs")
    assert api.get(f"data_sources/{source}")["in_trash"] is True
    notion.restore_database(source)
    assert api.get(f"data_sources/{source}")["title"][0]["plain_text"] == "Songs"
    notion.purge(page)
    api.refused("GET", f"pages/{page}", status=404)
    with pytest.raises(LookupError, match="no pages are called 'one'"):
        notion.trash("one")


def test_what_is_not_shared_is_not_found(api: Api, notion: Sandbox, source: str) -> None:
    page = notion.add_row(source, {"Name": "one"})
    notion.unshare("Tracks")
    database = notion.find_database("Tracks").id
    for where in (f"pages/{page}", f"data_sources/{source}", f"databases/{database}"):
        assert "shared with your integration" in api.refused("GET", where, status=404)
    api.refused("POST", f"data_sources/{source}/query", {}, status=404)
    assert notion.find_page("one").id == page
    notion.share("Tracks")
    assert api.titles(source) == ["one"]


def test_other_programs_edit_too(notion: Sandbox, source: str) -> None:
    wire = Wire(notion)
    told = wire("POST", "/_sandbox/add_row", {"data_source": "Tracks", "values": {"Name": "one"}})
    page = told.json["result"]
    assert notion.find_page("one").id == page
    body: dict[str, Any] = {"page": "one", "property": "BPM", "value": "fast"}
    answer = wire("POST", "/_sandbox/edit", body)
    assert answer.status == 400
    assert answer.json["error"] == "edit: BPM is a number property, and cannot be 'fast'"
    assert wire("POST", "/_sandbox/trash", {"page": "one"}).status == 200
    assert wire("POST", "/_sandbox/fault", {"kind": "409"}).status == 200
    token = wire("POST", "/_sandbox/connect", {"name": "Other"}).json["result"]
    assert Api(notion, token=token).refused("GET", "users/me", status=409)
    intro = notion.introduction()
    assert Api(notion, token=intro["token"]).get(f"pages/{intro['page']}")["object"] == "page"


def test_many_rows_at_once(api: Api, notion: Sandbox, source: str) -> None:
    two_ways = {"relation": {"data_source_id": source, "dual_property": {}}}
    playlists = notion.add_database("Playlists", {"Name": "title", "Tracks": two_ways})
    tracks = notion.seed(source, ({"Name": f"{n}", "BPM": n} for n in range(300)))
    made = notion.seed(playlists, [{"Name": "All", "Tracks": tracks}])
    where = f"pages/{made[0]}/properties/Tracks"
    told = api.get(where)
    seen = [one["relation"]["id"] for one in told["results"]]
    while told["has_more"]:
        told = api.get(f"{where}?start_cursor={told['next_cursor']}")
        seen += [one["relation"]["id"] for one in told["results"]]
    assert seen == tracks
    bot = notion.workspace.bot.id
    assert api.get(f"pages/{tracks[0]}")["created_by"]["id"] == bot


# ---- search ------------------------------------------------------------------------------------


def found(api: Api, **asked: Any) -> list[str]:
    return [one["id"] for one in api.ok("POST", "search", asked)["results"]]


def test_a_search_is_late_and_not_exact(
    api: Api, notion: Sandbox, source: str, clock: Clock
) -> None:
    clock.advance(60)
    other = notion.add_database("Item DB 42", {"Name": "title"})
    notion.delete_database("Tracks")
    assert found(api, query="Item DB 42") == []
    assert found(api, query="tracks") == [source], "trashed, and still found"
    clock.advance(60)
    notion.add_database("Other DB", {"Name": "title"})
    clock.advance(60)
    assert found(api, query="Item DB 42")[-1] == other, "and what shares but a word with it"
    assert found(api, query="nothing of the kind") == []


def test_search_filters_and_sorts(api: Api, notion: Sandbox, source: str, clock: Clock) -> None:
    notion.lag(0)
    clock.advance(60)
    page = notion.add_row(source, {"Name": "one"})
    assert found(api, filter={"property": "object", "value": "data_source"}) == [source]
    newest = {"direction": "descending", "timestamp": "last_edited_time"}
    assert found(api, sort=newest)[0] == page
    assert found(api, sort={**newest, "direction": "ascending"})[-1] == page
    wrong = {"filter": {"property": "object", "value": "database"}}
    assert "body.filter.value should be" in api.refused("POST", "search", wrong)


# ---- blocks ------------------------------------------------------------------------------------


def test_children_of_a_page(api: Api, notion: Sandbox, source: str) -> None:
    notion.add_page("Below")
    children = api.get(f"blocks/{notion.page}/children")
    kinds = {one["type"]: one[one["type"]]["title"] for one in children["results"]}
    assert kinds == {"child_database": "Tracks", "child_page": "Below"}
    assert (children["type"], children["block"]) == ("block", {})
    database = next(one for one in children["results"] if one["type"] == "child_database")
    told = api.get(f"databases/{database['id']}")
    assert told["data_sources"][0]["id"] == source


def test_paragraphs(api: Api, notion: Sandbox) -> None:
    where = f"blocks/{notion.page}/children"
    told = api.ok("PATCH", where, {"children": [
        {"object": "block", "type": "paragraph", "paragraph": {"rich_text": rich("first")}},
        {"to_do": {"rich_text": rich("second"), "checked": True}},
    ]})  # fmt: skip
    first, second = told["results"]
    assert (first["paragraph"]["color"], second["to_do"]["checked"]) == ("default", True)
    between = {"type": "after_block", "after_block": {"id": first["id"]}}
    api.ok("PATCH", where, {"children": [{"divider": {}}], "position": between})
    kinds = [one["type"] for one in api.get(where)["results"]]
    assert kinds == ["paragraph", "divider", "to_do"]
    changed = api.ok("PATCH", f"blocks/{first['id']}", {"paragraph": {"rich_text": rich("1")}})
    assert changed["paragraph"]["rich_text"][0]["plain_text"] == "1"
    assert api.ok("DELETE", f"blocks/{first['id']}")["in_trash"] is True
    assert len(api.get(where)["results"]) == 2
    page = api.get(f"{where}?page_size=1")
    assert api.get(f"{where}?start_cursor={page['next_cursor']}")["results"][0]["type"] == "to_do"


def test_pictures_and_addresses(api: Api, notion: Sandbox) -> None:
    where, url = f"blocks/{notion.page}/children", {"url": "https://a.example/a.png"}
    told = api.ok("PATCH", where, {"children": [
        {"type": "image", "image": {"type": "external", "external": url}},
        {"embed": url},
        {"table_of_contents": {}},
    ]})  # fmt: skip
    image, embed, contents = (one[one["type"]] for one in told["results"])
    assert image == {"caption": [], "type": "external", "external": url}
    assert embed == {"caption": [], **url}
    assert contents == {"color": "default"}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            {"paragraph": {}},
            "body failed validation: body.children[0].paragraph.rich_text should be defined, "
            "instead was `undefined`.",
        ),
        (
            {"type": "note", "note": {}},
            "body failed validation. Fix one:\nbody.children[0].embed should be defined, "
            "instead was `undefined`.",
        ),
        (
            {"table": {}},
            "body.children[0] is a block of type table; there are none in this sandbox.",
        ),
    ],
)
def test_what_is_no_block(api: Api, notion: Sandbox, block: Any, message: str) -> None:
    told = api.refused("PATCH", f"blocks/{notion.page}/children", {"children": [block]})
    assert told.startswith(message)


def test_how_deep_blocks_may_lie_in_one_request(api: Api, notion: Sandbox) -> None:
    where = f"blocks/{notion.page}/children"
    block: dict[str, Any] = {"toggle": {"rich_text": []}}
    for _ in range(2):
        block = {"toggle": {"rich_text": [], "children": [block]}}
    api.ok("PATCH", where, {"children": [block]})
    block = {"toggle": {"rich_text": [], "children": [block]}}
    deep = "body.children[0].toggle.children[0].toggle.children[0].toggle.children"
    told = api.refused("PATCH", where, {"children": [block]})
    assert told.startswith(f"body failed validation: {deep} should be not present, instead was")


def test_cursors_of_blocks_are_ids(api: Api, notion: Sandbox) -> None:
    assert api.refused("GET", f"blocks/{notion.page}/children?start_cursor=x") == (
        "query failed validation: query.start_cursor should be a valid uuid or `undefined`, "
        'instead was `"x"`.'
    )


def test_new_blocks_are_an_edit_of_their_page(
    api: Api, notion: Sandbox, source: str, clock: Clock
) -> None:
    page = notion.add_row(source, {"Name": "one"})
    clock.advance(60)
    since = {"last_edited_time": {"on_or_after": "2026-11-22T10:01:00Z"}}
    asked = {"timestamp": "last_edited_time", **since}
    assert api.titles(source, filter=asked) == []
    api.ok("PATCH", f"blocks/{page}/children", {"children": [{"divider": {}}]})
    assert api.titles(source, filter=asked) == ["one"]


def test_blocks_of_a_new_page(api: Api, source: str) -> None:
    inner = {"paragraph": {"rich_text": rich("below")}}
    outer = {"toggle": {"rich_text": rich("above"), "children": [inner]}}
    body = {"parent": {"data_source_id": source}, "properties": {"Name": named("one")}}
    page = api.ok("POST", "pages", {**body, "children": [outer]})["id"]
    (toggle,) = api.get(f"blocks/{page}/children")["results"]
    assert toggle["has_children"] is True
    (paragraph,) = api.get(f"blocks/{toggle['id']}/children")["results"]
    assert paragraph["parent"] == {"type": "block_id", "block_id": toggle["id"]}
    assert api.refused("POST", "pages", {**body, "children": [inner] * 101}) == (
        "body failed validation: body.children.length should be ≤ `100`, instead was `101`."
    )
    long = {"paragraph": {"rich_text": rich("x" * 2001)}}
    assert api.refused("POST", "pages", {**body, "children": [inner, long]}) == (
        "body failed validation: body.children[1].paragraph.rich_text[0].text.content.length "
        "should be ≤ `2000`, instead was `2001`."
    )
