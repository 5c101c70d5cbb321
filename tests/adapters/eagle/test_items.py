"""Names, marks and JSON of items; which library is meant."""

from __future__ import annotations

import re

import pytest

from adapters.eagle.items import (
    Folder,
    Item,
    by_url,
    item_id,
    read_folders,
    read_item,
    same_library,
    track_of,
    track_url,
)


@pytest.mark.parametrize(
    "track", ["spotify:track:4iV5", "spotify:local:A%20b:c+d:x:9", "audio:ä/?#"]
)
def test_an_address_tells_its_track(track: str) -> None:
    assert track_of(track_url(track)) == track
    assert track_of("https://x.example") == ""


def test_an_address_has_one_id_of_the_form_that_eagle_has() -> None:
    ids = {item_id(track_url(f"t:{number}")) for number in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[0-9A-Z]{13}", id) for id in ids)
    # Items in people's libraries have it: it may never be another.
    assert item_id("cratelog://track/t:1") == "21F3FYLGDCOFD"


def test_an_item_with_things_missing_or_odd() -> None:
    row = {"id": "A", "tags": ["x", None], "size": "9", "isDeleted": 1, "name": None}
    assert read_item(row) == Item("A", tags=("x",), untold=True)
    told = {"id": "A", "tags": [], "folders": [], "size": 10**30}
    assert read_item(told) == Item("A")
    assert read_item({"name": "no id"}) is None


def test_a_tree_of_folders_is_flat_and_each_is_there_once() -> None:
    below = {"id": "B", "name": "b", "description": "d"}
    rows = [{"id": "A", "name": "a", "children": [below]}, below, None, {"name": "x"}]
    assert read_folders(rows) == (Folder("A", "a"), Folder("B", "b", "d", "A"))
    assert read_folders(None) == ()


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        ("/Users/x/Music.library", True),
        ("/users/X/Music.library/", True),
        ("\\Users\\x\\Music.library", True),
        ("/Users/x/Other.library", False),
        ("/Volumes/x/Music.library", False),
        ("Music", True),
        ("music.library", True),
        ("Mus", False),
    ],
)
def test_which_library_is_meant(wanted: str, same: bool) -> None:
    assert same_library(wanted, "Music", "/Users/x/Music.library") is same


def test_doubles_have_one_address() -> None:
    mine = [Item("A", url=track_url("t:1")), Item("B", url=track_url("t:1"))]
    assert by_url([*mine, Item("C", url="https://x.example")]) == {track_url("t:1"): mine}
