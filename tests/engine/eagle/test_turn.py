"""A turn at Eagle: every track with a file has one item, and the next turn does nothing."""

from __future__ import annotations

from adapters.eagle.disk import Cache
from adapters.eagle.items import Item, track_url
from adapters.eagle.reading import Index
from engine.eagle.planning import news
from projections.eagle import ItemRow
from state.events import TrackSeen
from state.values import Labels
from tests.engine.eagle.shelf import ADD, HOUSE, NIGHT, UPDATE, Shelf, ref

NAMES = ("one", "two", "three")


def test_every_track_has_one_item_and_a_second_turn_does_nothing(shelf: Shelf) -> None:
    shelf.set_up(*NAMES, bpm=127.6, key="Am", genres=("house", "deep house"), isrc="GB1")
    shelf.join("one", NIGHT, "Night")
    told = shelf.turn()
    assert told.notes == ["Eagle: items: 3 imported"] and not told.waits
    for name in NAMES:
        item = shelf.item(name)
        assert (item.name, item.url) == (f"Artist - {name}", track_url(ref(name)))
        assert item.annotation == f"Album (2020)\nhttps://open.spotify.com/track/{name}\nISRC GB1"
        lists = ["House", "Night"] if name == "one" else ["House"]
        assert item.tags == ["BPM:128", "Key:8A", "house", "deep house", *lists]
        assert shelf.folders(item) == lists
        assert item.size == (shelf.root / f"House/{name}.m4a").stat().st_size
    house = shelf.app.find_folder("House")
    assert shelf.app.open.folders[house.parent].name == "cratelog"
    assert shelf.app.requests[ADD] == 1
    assert shelf.idle() == 3  # two of the library, one page
    assert shelf.is_quiet()


def test_what_is_already_there_is_an_event_once(shelf: Shelf) -> None:
    shelf.set_up()
    shelf.turn()
    assert shelf.kinds() == ["EagleItemSeen"] * 3  # the sounds; pictures are nothing to us
    assert shelf.idle() == 3 and shelf.is_quiet()
    shelf.app.tag("Ferro - Glass Harbour", "mine")
    assert not shelf.is_quiet()
    shelf.turn()
    assert shelf.kinds() == ["EagleItemSeen"] * 4
    shelf.app.trash("Ferro - Glass Harbour")
    shelf.turn()
    assert shelf.kinds()[4:] == ["EagleItemGone"]
    assert shelf.idle() == 3 and shelf.is_quiet()


def test_an_item_that_is_told_in_part_is_no_news_and_not_gone() -> None:
    says = Labels("Song", "u:1", "", ("mine",), ())
    row = ItemRow("L", "A", says, "wav", 0, ref("one"), None, "", "", 1)
    item = Item("A", "Song", "u:1", ext="wav", untold=True)
    assert news({"A": row}, "L", Index("L", (item,), (), True, False, Cache())) == []


def test_news_of_the_library_reach_the_items(shelf: Shelf) -> None:
    shelf.set_up(*NAMES)
    shelf.turn()
    shelf.join("one", NIGHT, "Night")
    shelf.leave("two", HOUSE)
    shelf.tell(TrackSeen(ref("three"), "spotify", "Another", ("Artist",), bpm=120.0))
    assert not shelf.turn().waits
    assert shelf.folders(shelf.item("one")) == ["House", "Night"]
    assert (shelf.item("two").folders, shelf.item("two").tags) == ([], [])
    three = shelf.item("three")
    assert (three.name, three.tags) == ("Artist - Another", ["House", "BPM:120"])
    assert shelf.app.requests[UPDATE] == 3 and shelf.app.requests[ADD] == 1
    assert shelf.idle() == 3
