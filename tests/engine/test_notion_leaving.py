"""Pages that nothing asks for any more: marked, and trashed only within the budget."""

from __future__ import annotations

import pytest

from engine.handoff import causes
from engine.notion.publish import publish
from engine.spotify import Turn
from state.events import PlaylistMembershipLost, TrackSeen
from tests.engine.on_notion import HOUSE, Killed, Shelf, killer, playlist, ref, titles, track

DAY = 86_400


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    """Three tracks; pages that left are trashed after a day."""
    shelf.settings = shelf.settings.model_copy(update={"trash_after_days": 1})
    shelf.tell(*(some(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    return shelf


def some(number: int) -> TrackSeen:
    return track(number, artists=("One",), album="")


def leave(shelf: Shelf, *numbers: int) -> None:
    """Tracks leave; their pages are marked."""
    shelf.clock.advance(1000)
    shelf.tell(*(PlaylistMembershipLost(HOUSE, ref(n)) for n in numbers))
    shelf.publish()


def later(shelf: Shelf, days: float = 2, allowed: int = 0) -> Turn:
    shelf.clock.advance(days * DAY)
    library = shelf.open()
    try:
        with library.effects():
            return publish(library, shelf.settings, allowed=allowed)
    finally:
        library.close()


def test_they_are_trashed_after_a_while_and_come_back(shelf: Shelf) -> None:
    leave(shelf, 1)
    later(shelf, 0.5)
    assert len(shelf.rows()) == 3
    assert later(shelf).waits == []
    assert titles(shelf.rows()) == ["Title 0", "Title 2"]
    shelf.publish()
    assert shelf.idle() == 4
    shelf.tell(*playlist([1]))
    assert later(shelf, 0.1).waits == []
    assert titles(shelf.rows()) == ["Title 0", "Title 1", "Title 2"]
    assert shelf.related("tracks", "Playlists")["Title 1"] == {"House"}
    shelf.publish()
    assert shelf.idle() == 4


def test_unless_somebody_wrote_on_them_or_made_them(shelf: Shelf) -> None:
    shelf.notion.add_row("Tracks", {"Title": "Title 3", "Spotify ID": f"{3:022d}"})
    shelf.tell(some(3), *playlist([3]))
    shelf.publish()
    shelf.notion.edit("Title 1", "Artist Name", "Somebody")
    leave(shelf, 1, 2, 3)
    later(shelf)
    assert titles(shelf.rows()) == ["Title 0", "Title 1", "Title 3"]


@pytest.mark.parametrize("where", ["a column of their own", "a relation of their own", "below"])
def test_nor_if_somebody_wrote_where_we_never_read(shelf: Shelf, where: str) -> None:
    notion = shelf.notion
    leave(shelf, 1, 2)
    page = notion.find_page("Title 1").id
    if where == "a column of their own":
        notion.add_property("Tracks", "Notes", "rich_text")
        notion.edit("Title 1", "Notes", "the best one")
    elif where == "a relation of their own":
        notion.add_database("Sets", {"Name": "title"})
        notion.add_row("Sets", {"Name": "Friday"})
        told = {"data_source_id": notion.find_source("Sets").id, "single_property": {}}
        notion.add_property("Tracks", "Set", {"relation": {"type": "single_property", **told}})
        notion.relate("Title 1", "Set", "Friday")
    else:
        notion.add_page("Notes", page)
    later(shelf)
    assert titles(shelf.rows()) == ["Title 0", "Title 1"]
    shelf.publish()
    assert shelf.idle() == 4


def test_what_we_trashed_is_no_person_s_doing(shelf: Shelf) -> None:
    leave(shelf, 1)
    later(shelf)
    shelf.tell(*playlist([1]))
    shelf.notion.unshare(shelf.notion.page)
    assert not [line for line in shelf.publish().notes if "not made again" in line]
    library = shelf.open()
    assert list(causes.causes(library.state, library.layouter, [])) == []
    library.close()


def test_by_default_they_are_only_marked(shelf: Shelf) -> None:
    shelf.settings = shelf.settings.model_copy(update={"trash_after_days": 0})
    leave(shelf, 1)
    later(shelf, 100)
    assert len(shelf.rows()) == 3


def test_not_too_many_at_once(shelf: Shelf) -> None:
    shelf.tell(*(some(n) for n in range(3, 16)), *playlist(range(3, 16)))
    shelf.publish()
    leave(shelf, *range(11))
    (line,) = later(shelf).waits
    assert "would lose 11 of 16 pages" in line and "--allow-removals 11" in line
    assert len(shelf.rows()) == 16
    assert later(shelf, 0, allowed=11).waits == []
    assert len(shelf.rows()) == 5
    shelf.publish()
    assert shelf.idle() == 4


@pytest.mark.parametrize("answered", [False, True])
def test_killed_at_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, answered: bool) -> None:
    leave(shelf, 1, 2)
    with monkeypatch.context() as patch:
        killer(patch, "trash_page", 1, answered=answered)
        with pytest.raises(Killed):
            later(shelf)
    later(shelf)
    assert titles(shelf.rows()) == ["Title 0"]
    shelf.tell(*playlist([1, 2]))
    later(shelf)
    assert len(shelf.rows()) == 3
