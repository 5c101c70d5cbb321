"""Relations: one way and two ways, more than a page shows, and pages that go away."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.notion import Sandbox
from tests.adapters.sandbox.notion.api import Api, named


@pytest.fixture
def tracks(api: Api) -> str:
    return api.database("Tracks", {"Name": {"title": {}}})


@pytest.fixture
def playlists(api: Api, tracks: str) -> str:
    told = {"data_source_id": tracks, "type": "dual_property", "dual_property": {}}
    return api.database("Playlists", {"Name": {"title": {}}, "Tracks": {"relation": told}})


@pytest.fixture
def back(api: Api, playlists: str, tracks: str) -> str:
    """The name of the property on the side of the tracks."""
    relation = api.get(f"data_sources/{playlists}")["properties"]["Tracks"]["relation"]
    told = relation["dual_property"]["synced_property_id"]
    api.ok("PATCH", f"data_sources/{tracks}", {"properties": {told: {"name": "Playlists"}}})
    return "Playlists"


def refer(*ids: str) -> dict[str, Any]:
    return {"relation": [{"id": one} for one in ids]}


def related(api: Api, page: str, name: str) -> list[str]:
    return [one["id"] for one in api.cell(page, name)]


def test_the_other_side_is_named_by_itself(api: Api, playlists: str, tracks: str) -> None:
    there = api.get(f"data_sources/{tracks}")["properties"]
    mirror = there["Related to Playlists (Tracks)"]["relation"]
    here = api.get(f"data_sources/{playlists}")["properties"]["Tracks"]
    assert mirror["data_source_id"] == playlists
    assert mirror["dual_property"]["synced_property_id"] == here["id"]
    assert here["relation"]["dual_property"]["synced_property_name"] in there


def test_both_sides_change_together(api: Api, playlists: str, tracks: str, back: str) -> None:
    mix, other = api.page(playlists, Name=named("Mix")), api.page(playlists, Name=named("Other"))
    one = api.page(tracks, Name=named("one"), Playlists=refer(mix))
    two = api.page(tracks, Name=named("two"), Playlists=refer(other, mix))
    assert related(api, mix, "Tracks") == [one, two]
    api.ok("PATCH", f"pages/{mix}", {"properties": {"Tracks": refer(two)}})
    assert (related(api, one, back), related(api, two, back)) == ([], [other, mix])
    api.ok("PATCH", f"pages/{two}", {"properties": {back: refer()}})
    assert (related(api, mix, "Tracks"), related(api, other, "Tracks")) == ([], [])


def test_a_page_shows_25_and_its_property_the_rest(
    api: Api, playlists: str, tracks: str, back: str
) -> None:
    mix = api.page(playlists, Name=named("Mix"))
    made = [api.page(tracks, Playlists=refer(mix)) for _ in range(30)]
    prop = api.get(f"pages/{mix}")["properties"]["Tracks"]
    assert [one["id"] for one in prop["relation"]] == made[:25]
    assert prop["has_more"] is True
    where = f"pages/{mix}/properties/{prop['id']}"
    told = api.get(f"{where}?page_size=12")
    seen = [one["relation"]["id"] for one in told["results"]]
    assert told["property_item"]["next_url"].startswith("http://127.0.0.1:")
    while told["has_more"]:
        told = api.get(f"{where}?page_size=12&start_cursor={told['next_cursor']}")
        seen += [one["relation"]["id"] for one in told["results"]]
    assert seen == made
    assert told["property_item"]["next_url"] is None
    assert api.refused("GET", f"{where}?start_cursor=nope").endswith("is invalid: nope")


def test_what_a_page_shows_written_back_cuts_the_rest_off(
    api: Api, playlists: str, tracks: str, back: str
) -> None:
    mix = api.page(playlists, Name=named("Mix"))
    made = [api.page(tracks, Playlists=refer(mix)) for _ in range(30)]
    api.ok(
        "PATCH", f"pages/{mix}", {"properties": {"Tracks": {"relation": api.cell(mix, "Tracks")}}}
    )
    assert related(api, made[-1], back) == []


def test_100_at_once_and_no_more(api: Api, playlists: str, tracks: str) -> None:
    ids = [api.page(tracks) for _ in range(2)]
    told = {"parent": {"data_source_id": playlists}, "properties": {"Tracks": refer(*ids * 50)}}
    assert api("POST", "pages", told).status == 200
    told["properties"] = {"Tracks": refer(*ids * 50, ids[0])}
    assert api.refused("POST", "pages", told) == (
        "body failed validation: body.properties.Tracks.relation.length should be ≤ `100`, "
        "instead was `101`."
    )


def test_pages_in_the_trash_are_not_shown_and_come_back(
    api: Api, playlists: str, tracks: str, back: str
) -> None:
    mix = api.page(playlists, Name=named("Mix"))
    one, two = (api.page(tracks, Playlists=refer(mix)) for _ in range(2))
    api.ok("PATCH", f"pages/{one}", {"in_trash": True})
    assert related(api, mix, "Tracks") == [two]
    api.ok("PATCH", f"pages/{one}", {"in_trash": False})
    assert related(api, mix, "Tracks") == [one, two]


def test_a_purged_page_leaves_every_relation(
    api: Api, notion: Sandbox, playlists: str, tracks: str, back: str
) -> None:
    one_way = {"relation": {"data_source_id": tracks, "single_property": {}}}
    api.ok("PATCH", f"data_sources/{playlists}", {"properties": {"First": one_way}})
    mix = api.page(playlists)
    one = api.page(tracks, Playlists=refer(mix))
    api.ok("PATCH", f"pages/{mix}", {"properties": {"First": refer(one)}})
    notion.purge(one)
    assert (related(api, mix, "Tracks"), related(api, mix, "First")) == ([], [])
    assert "Could not find page" in api.refused("GET", f"pages/{one}", status=404)


def test_pages_that_are_not_there_or_elsewhere(api: Api, notion: Sandbox, playlists: str) -> None:
    mix = api.page(playlists)
    nobody = "0123abcd-0123-4123-8123-0123456789ab"
    body = {"properties": {"Tracks": refer(nobody)}}
    told = api.refused("PATCH", f"pages/{mix}", body, status=404)
    assert told.startswith(f"Could not find page with ID: {nobody}. Make sure")
    body = {"properties": {"Tracks": refer(notion.page)}}
    assert "relates to data source" in api.refused("PATCH", f"pages/{mix}", body)
    body = {"properties": {"Tracks": {"relation": [{"id": "x"}]}}}
    assert api.refused("PATCH", f"pages/{mix}", body) == (
        "body failed validation: body.properties.Tracks.relation[0].id should be a valid uuid, "
        'instead was `"x"`.'
    )


def test_a_relation_to_itself(api: Api, tracks: str) -> None:
    told = {"relation": {"data_source_id": tracks, "dual_property": {}}}
    api.ok("PATCH", f"data_sources/{tracks}", {"properties": {"Remix of": told}})
    first = api.page(tracks)
    second = api.page(tracks, **{"Remix of": refer(first)})
    assert related(api, first, "Related to Tracks (Remix of)") == [second]


def test_from_two_ways_to_one_and_back(api: Api, playlists: str, tracks: str, back: str) -> None:
    mix = api.page(playlists)
    one = api.page(tracks, Playlists=refer(mix))
    told = {"type": "relation", "name": "Tracks", "relation": {"data_source_id": tracks}}
    before = api.get(f"data_sources/{playlists}")["properties"]["Tracks"]["id"]
    for side in ("single_property", "dual_property"):
        told["relation"] = {"data_source_id": tracks, "type": side, side: {}}
        changed = api.ok("PATCH", f"data_sources/{playlists}", {"properties": {"Tracks": told}})
        prop = changed["properties"]["Tracks"]
        assert (prop["id"], prop["relation"]["type"]) == (before, side)
        assert related(api, mix, "Tracks") == [one]
    mirror = prop["relation"]["dual_property"]["synced_property_name"]
    assert (related(api, one, mirror), related(api, one, back)) == ([mix], [mix])
    api.ok("PATCH", f"data_sources/{tracks}", {"properties": {back: None}})
    assert related(api, mix, "Tracks") == [one]


def test_deleted_on_one_side_it_is_gone_on_both(
    api: Api, playlists: str, tracks: str, back: str
) -> None:
    told = api.ok("PATCH", f"data_sources/{tracks}", {"properties": {back: None}})
    assert set(told["properties"]) == {"Name"}
    assert set(api.get(f"data_sources/{playlists}")["properties"]) == {"Name"}
