"""What a person does in Eagle stays; an app that is off or elsewhere is waited for."""

from __future__ import annotations

import pytest

from adapters.eagle.items import Item
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from state.events import PlaylistSeen, TrackSeen
from tests.engine.eagle.shelf import ADD, HOUSE, NIGHT, Shelf, ref


@pytest.fixture
def laid(shelf: Shelf) -> Shelf:
    """Two tracks that were imported."""
    shelf.set_up("one", "two")
    shelf.turn()
    shelf.app.forget()
    return shelf


# ---- items -------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [True, False])
def test_what_was_trashed_stays_in_the_trash(laid: Shelf, listed: bool) -> None:
    laid.app.trash_listed = listed
    laid.app.trash(laid.item("one").id)
    assert not laid.is_quiet()
    (note,) = laid.turn().notes
    assert "'Artist - one'" in note and "not imported again" in note
    laid.join("one", NIGHT, "Night")
    assert not any("not imported again" in note for note in laid.turn().notes), "it was told"
    assert laid.item("one").deleted and laid.item("one").tags == ["House"]
    laid.idle()
    laid.app.restore(laid.item("one").id)
    assert not laid.is_quiet()
    laid.turn()
    assert laid.item("one").tags == ["House", "Night"]
    assert laid.app.requests[ADD] == 0
    laid.idle()


def test_what_was_erased_is_not_imported_again(laid: Shelf) -> None:
    laid.app.erase(laid.item("one").id)
    (note,) = laid.turn().notes
    assert "not imported again" in note
    assert laid.items("one") == [] and laid.idle() == 3
    assert laid.kinds()[-1] == "EagleItemGone"
    # A person who wants it again has only to drop it in.
    item = laid.app.import_file(str(laid.root / "House/one.m4a"))
    laid.turn()
    assert laid.item("one").id == item and laid.idle() == 3


def test_in_the_trash_before_anything_was_known(laid: Shelf) -> None:
    laid.app.trash(laid.item("one").id)
    for path in (laid.base / "home").iterdir():
        path.unlink()
    laid.root.rename(laid.base / "before")
    laid.set_up("one", "two")
    told = laid.turn()
    assert any("not imported again" in note for note in told.notes), told
    assert laid.item("one").deleted and len(laid.items("two")) == 1
    laid.turn()
    laid.idle()


def test_what_a_person_says_of_an_item_stays(laid: Shelf) -> None:
    app, item = laid.app, laid.item("one").id
    mine = app.create_folder("Mine")
    app.tag(item, "favourite")
    app.untag(item, "House")
    app.move(item, mine, out_of="*")
    app.rename(item, "My name")
    app.annotate(item, "loud!")
    laid.turn()
    laid.join("one", NIGHT, "Night")
    laid.tell(TrackSeen(ref("one"), "spotify", "Another", ("Artist",), bpm=120.0))
    laid.turn()
    now = app.find_item(item)
    assert (now.name, now.annotation) == ("My name", "loud!")
    assert now.tags == ["favourite", "BPM:120", "Night"]
    assert laid.folders(now) == ["Mine", "Night"]
    assert laid.idle() == 3


def test_another_address_of_a_person_stays(laid: Shelf) -> None:
    item = laid.item("one").id
    laid.app.link(item, "https://x.example")
    laid.turn()
    assert laid.app.find_item(item).url == "https://x.example"
    assert laid.app.requests[ADD] == 0 and laid.idle() == 3


# ---- folders -------------------------------------------------------------------------------------


def test_a_folder_follows_its_playlist_unless_a_person_named_it(laid: Shelf) -> None:
    laid.tell(PlaylistSeen(HOUSE, "spotify", "Haus"))
    laid.turn()
    assert laid.folders(laid.item("one")) == ["Haus"] and laid.item("one").tags == ["Haus"]
    laid.app.rename_folder("Haus", "My house")
    laid.tell(PlaylistSeen(HOUSE, "spotify", "Casa"))
    laid.turn()
    assert laid.folders(laid.item("one")) == ["My house"] and laid.item("one").tags == ["Casa"]
    assert laid.idle() == 3


def test_a_folder_that_was_removed_is_not_made_again(laid: Shelf) -> None:
    laid.app.remove_folder("House")
    laid.place("three")
    told = laid.turn()
    assert any("'House': the folder was removed" in note for note in told.notes)
    assert laid.folders(laid.item("three")) == []
    assert laid.idle() == 3
    laid.app.create_folder("House", "cratelog")
    laid.turn()
    assert laid.folders(laid.item("three")) == ["House"]
    assert laid.idle() == 3


# ---- the app -------------------------------------------------------------------------------------


def test_an_app_that_is_off_is_waited_for(laid: Shelf) -> None:
    laid.app.quit()
    assert laid.is_quiet()  # nothing waits for it
    assert laid.turn().notes == []
    laid.place("three")
    for _ in range(2):
        told = laid.turn()
        (note,) = told.notes
        assert note.startswith("Eagle is not running: ") and note.endswith("start it; 1 item waits")
        assert not told.waits and not told.unreadable and not laid.is_quiet()
    laid.app.start_app()
    assert laid.turn().notes == ["Eagle: items: 1 imported"]
    assert laid.idle() == 3 and laid.is_quiet()


def test_another_library_gets_nothing(laid: Shelf) -> None:
    settings = laid.settings
    laid.place("three")
    laid.app.switch_library("Pictures")
    laid.more = {"library": settings.library}
    told = laid.turn()
    (note,) = told.notes
    assert "Pictures" in note and "open that one in Eagle; 1 item waits" in note
    assert not told.waits and laid.writes() == 0 and not laid.app.open.items
    laid.app.switch_library("Music")
    laid.turn()
    assert len(laid.items("three")) == 1 and laid.idle() == 3


def test_closed_the_library_is_read_from_disk(shelf: Shelf) -> None:
    shelf.set_up("one")
    item = shelf.app.import_file(str(shelf.root / "House/one.m4a"))
    shelf.app.quit()
    told = shelf.turn()
    assert told.notes[0].endswith("1 item waits")
    assert told.notes[1:] == ["Eagle: items: 1 there before"]
    assert shelf.kinds() == ["EagleItemSeen"] * 4 + ["EagleItemClaimed"]
    shelf.app.start_app()
    shelf.turn()
    assert shelf.item("one").id == item and shelf.idle() == 3
    shelf.app.quit()
    before = len(shelf.events())
    shelf.turn()
    assert len(shelf.events()) == before and shelf.is_quiet()


def test_a_wrong_token_is_for_a_person(shelf: Shelf, clock: Clock) -> None:
    shelf.app.lan = True
    shelf.set_up("one")
    told = shelf.turn()
    assert told.refused is not None and told.waits == [str(told.refused)]
    assert "CRATELOG_EAGLE_TOKEN" in told.waits[0]


def test_an_old_app_is_told(shelf: Shelf) -> None:
    shelf.app.version = "3.0.1"
    shelf.set_up("one")
    (note,) = shelf.turn().notes
    assert "update it to 4.0" in note and "1 item waits" in note


def test_one_bad_file_does_not_stop_the_others(shelf: Shelf) -> None:
    shelf.set_up("one", "two")
    (shelf.root / "House/one.m4a").unlink()
    told = shelf.turn()
    (line,) = told.unreadable
    assert "one.m4a" in line.why and len(shelf.items("two")) == 1
    assert not shelf.is_quiet()


def test_what_was_refused_is_not_asked_again_at_every_run(shelf: Shelf) -> None:
    shelf.set_up("one", "two")
    path = shelf.root / "House/one.m4a"
    path.unlink()
    shelf.turn()
    before = len(shelf.events())
    for _ in range(3):
        shelf.clock.advance(60)
        (line,) = shelf.turn().unreadable
        assert "one.m4a" in line.why
    assert len(shelf.events()) == before
    path.write_bytes(b"sound of one")
    shelf.clock.advance(600)
    assert shelf.turn().unreadable == [] and len(shelf.items("one")) == 1
    assert shelf.idle() == 3


def test_what_was_trashed_just_before_its_change_follows_once_it_is_back(laid: Shelf) -> None:
    laid.tell(*(event for event in laid.placing("one", album="Other")[1][:1]))
    eagle = laid.eagle()
    real = eagle.client.by_ids

    def by_ids(ids: list[str]) -> list[Item]:
        laid.app.trash(laid.item("one").id)
        return real(ids)

    eagle.client.by_ids = by_ids  # type: ignore[method-assign,assignment]
    laid.turn(eagle)
    laid.app.restore(laid.item("one").id)
    laid.turn()
    assert laid.item("one").annotation.startswith("Other")


def test_two_libraries_of_eagle_do_not_mix(laid: Shelf, app: Sandbox) -> None:
    app.switch_library("Pictures")  # and the configuration names it too
    told = laid.turn()
    assert told.notes == ["Eagle: items: 2 imported"]
    assert laid.idle() == 3
    app.switch_library("Music")
    assert laid.turn().notes == [] and laid.idle() == 3
