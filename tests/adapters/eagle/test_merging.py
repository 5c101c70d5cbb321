"""What is ours, what is the person's."""

from __future__ import annotations

import pytest

from adapters.eagle.items import Desired, Folder, Item, item_id
from adapters.eagle.merging import changes, chosen, folder_of, merge, ours

OURS = Desired("u:1", "Song", "bpm 128", ("techno",), ("F1",))
HELD = Item("A", "Song", "u:1", "bpm 128", ("techno",), ("F1",))


def test_what_is_right_already_is_left_alone() -> None:
    assert changes(HELD, OURS, OURS) == {}


@pytest.mark.parametrize(
    ("held", "desired", "before", "merged"),
    [
        (["mine"], ["ours"], [], ["mine", "ours"]),
        (["old", "mine"], ["new"], ["old"], ["mine", "new"]),
        (["mine", "ours"], ["ours"], ["ours"], ["mine", "ours"]),
        (["mine"], ["ours"], ["ours"], ["mine"]),
        (["mine"], [], ["gone"], ["mine"]),
        ([], ["b", "a"], [], ["b", "a"]),
    ],
)
def test_lists(held: list[str], desired: list[str], before: list[str], merged: list[str]) -> None:
    assert merge(held, desired, before) == merged


def test_tags_and_folders_of_a_person_stay() -> None:
    held = Item("A", "Song", "u:1", "bpm 128", ("mine", "techno"), ("MY", "F1"))
    wanted = Desired("u:1", "Song", "bpm 128", ("house",), ("F2",))
    told = changes(held, wanted, OURS)
    assert told == {"tags": ["mine", "house"], "folders": ["MY", "F2"]}


def test_lists_that_were_not_told_are_not_replaced() -> None:
    wanted = Desired("u:1", "Song", "bpm 130", ("house",), ("F2",))
    held = Item("A", "Song", "u:1", "bpm 128", untold=True)
    assert changes(held, wanted, OURS) == {"annotation": "bpm 130"}


def test_a_text_that_a_person_wrote_stays() -> None:
    wanted = Desired("u:1", "New name", "bpm 129", ("techno",), ("F1",))
    assert changes(HELD, wanted, OURS) == {"name": "New name", "annotation": "bpm 129"}
    theirs = Item("A", "My name", "https://x.example", "loud!", ("techno",), ("F1",))
    assert changes(theirs, wanted, OURS) == {}


def test_what_was_there_before_us_gets_only_what_it_lacks() -> None:
    theirs = Item("A", "My name", "", "", ("mine",))
    told = changes(theirs, OURS, None)
    assert told == {
        "tags": ["mine", "techno"],
        "folders": ["F1"],
        "annotation": "bpm 128",
        "url": "u:1",
    }


def test_ours_is_what_we_put_there() -> None:
    theirs = Item("A", "My name", "", "", ("mine", "techno"))
    wanted = Desired("u:1", "Song", "bpm 128", ("techno", "BPM:128"), ("F1",))
    made = ours(theirs, wanted, None)
    assert made == Desired("u:1", "", "bpm 128", ("BPM:128",), ("F1",), id="A")
    now = Item("A", "My name", "u:1", "bpm 128", ("mine", "techno"), ("F1",))
    assert ours(now, wanted, made) == made  # the tag that a person took out is remembered
    assert changes(now, wanted, made) == {}
    none = Desired("u:1", "Song", "bpm 128")
    assert changes(now, none, made) == {"folders": []}
    assert ours(now, none, made) == Desired("u:1", "", "bpm 128", id="A")


def test_the_trash_is_left_alone() -> None:
    assert changes(Item("A", deleted=True), OURS, OURS) == {}


def test_the_item_of_a_track() -> None:
    derived = Item(item_id("u:1"), url="https://x.example")
    trashed, alive = Item("A", url="u:1", deleted=True), Item("B", url="u:1")
    assert chosen([Item("C", url="u:12")], OURS) is None
    assert chosen([trashed], OURS) is trashed
    assert chosen([trashed, alive], OURS) is alive
    assert chosen([derived], OURS) is derived
    assert chosen([alive, Item("Z")], Desired("u:1", "Song", id="Z")) == Item("Z")


def test_the_folder_of_a_playlist() -> None:
    marked = Folder("A", "renamed", "cratelog://playlist/p:1", "somewhere")
    named, other = Folder("B", "Sets", "", "P"), Folder("C", "Sets", "cratelog://playlist/p:2", "P")
    mark = "cratelog://playlist/p:1"
    assert folder_of([named, marked], mark, "Sets", "P") is marked
    assert folder_of([other, named], mark, "Sets", "P") is named
    assert folder_of([other], mark, "Sets", "P") is None
    assert folder_of([named], mark, "Sets", "elsewhere") is None
