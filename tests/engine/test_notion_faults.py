"""Whatever goes wrong at Notion: one page for each key, no relation lost, then no write."""

from __future__ import annotations

from collections import Counter

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from state.events import Event, PlaylistMembershipFound, PlaylistMembershipLost, PlaylistSeen
from state.values import PlaylistRef
from tests.engine import on_notion
from tests.engine.on_notion import Killed, Shelf, killer, playlist, ref, track

NIGHT = PlaylistRef("spotify:playlist:night")
SAVED = ("saved 502", "saved 503", "saved 503 bare", "saved 504", "saved drop", "saved slow")
UNSAVED = ("lost", "500", "502 html", "503", "504", "drop", "409", "529", "429")
EVENTS: tuple[Event, ...] = (*(track(n) for n in range(3)), *playlist(range(3)))


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    shelf.settings = shelf.settings.model_copy(update={"timeout": 0.2})
    return shelf


def settled(shelf: Shelf) -> None:
    """In step, each thing once, all relations there; and nothing more is written."""
    for _ in range(3):
        shelf.clock.advance(300)
        turn = shelf.publish()
        if not turn.waits:
            break
    assert not turn.waits and not turn.unreadable, turn
    shelf.clock.advance(300)
    assert shelf.idle() <= 5
    assert [key for key, times in Counter(shelf.keys()).items() if times > 1] == []
    related = shelf.related("tracks", "Playlists")
    assert len(related) == 3 and all("House" in names for names in related.values()), related
    assert all(shelf.related("tracks", "Artist").values())
    assert all(shelf.related("tracks", "Album").values())


@pytest.mark.parametrize("kind", [*SAVED, *UNSAVED])
def test_a_page_is_made_once_whatever_the_answer(shelf: Shelf, notion: Sandbox, kind: str) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    for after in (0, 2, 3, 7):  # a playlist, an artist, an album, a track
        notion.fault(kind, endpoint="POST /pages", after=after, seconds=1)
    shelf.publish()
    settled(shelf)


@pytest.mark.parametrize("kind", [*SAVED, *UNSAVED])
def test_a_change_is_made_whatever_the_answer(shelf: Shelf, notion: Sandbox, kind: str) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    shelf.clock.advance(300)
    shelf.tell(
        track(1, title="Another"), PlaylistSeen(NIGHT, "spotify", "Night"),
        PlaylistMembershipFound(NIGHT, ref(0), ref(0), "a0"),
    )  # fmt: skip
    for after in (0, 2):
        notion.fault(kind, endpoint="PATCH /pages/{id}", after=after, seconds=1)
    shelf.publish()
    settled(shelf)
    assert shelf.related("tracks", "Playlists") == {
        "Title 0": {"House", "Night"}, "Another": {"House"}, "Title 2": {"House"},
    }  # fmt: skip


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("nth", [1, 3, 6, 9])
def test_killed_while_a_page_is_made(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, nth: int, answered: bool
) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    with monkeypatch.context() as patch:
        patch.setattr("time.sleep", shelf.clock.advance)
        happened = killer(patch, "create_page", nth, answered=answered)
        with pytest.raises(Killed):
            shelf.publish()
        assert happened()
    shelf.publish()
    settled(shelf)


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_while_a_page_is_changed(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, nth: int, answered: bool
) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    shelf.clock.advance(300)
    shelf.tell(
        track(1, title="Another"), PlaylistSeen(NIGHT, "spotify", "Night"),
        *[PlaylistMembershipFound(NIGHT, ref(n), ref(n), f"a{n}") for n in (0, 2)],
    )  # fmt: skip
    with monkeypatch.context() as patch:
        killer(patch, "update_page", nth, answered=answered)
        with pytest.raises(Killed):
            shelf.publish()
    # Its wish is another one when it is back: what was written is not taken for a person's word.
    shelf.tell(track(1, title="A third"), PlaylistMembershipLost(NIGHT, ref(2)))
    settled(shelf)
    assert shelf.related("tracks", "Playlists") == {
        "Title 0": {"House", "Night"}, "A third": {"House"}, "Title 2": {"House"},
    }  # fmt: skip


# ---- nothing is concluded from what was not said ------------------------------------------------


def trouble(shelf: Shelf) -> str:
    """The one line of a turn that could not be done; nothing was written."""
    shelf.notion.forget()
    turn = shelf.publish()
    assert not shelf.writes()
    (line,) = turn.waits
    assert "\n" not in line and shelf.notion.token not in line
    return line


def test_a_wrong_token(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    monkeypatch.setenv("CRATELOG_NOTION_TOKEN", "ntn_wrong")
    assert "sync notion token" in trouble(shelf)
    monkeypatch.delenv("CRATELOG_NOTION_TOKEN")
    assert "sync notion token" in trouble(shelf)
    monkeypatch.setenv("CRATELOG_NOTION_TOKEN", shelf.notion.token)
    settled(shelf)


def test_a_database_that_was_removed(shelf: Shelf, notion: Sandbox) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    notion.delete_database("Tracks")
    assert "Tracks: the database is not there any more" in trouble(shelf)
    notion.restore_database("Tracks")
    settled(shelf)


def test_a_query_that_is_cut_short(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    """All rows of a minute are more than a query gives: nothing is taken for complete."""
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    (shelf.home / "state.db").unlink()
    notion.cap(2)
    assert "complete" in trouble(shelf)
    notion.cap()
    settled(shelf)


def test_rows_beyond_the_cap_are_read_in_windows(
    shelf: Shelf, notion: Sandbox, clock: Clock
) -> None:
    shelf.set_up()
    for number in range(12):
        notion.seed("Tracks", [{"Title": f"Title {number}", "Sync Key": f"track:{ref(number)}"}])
        clock.advance(60)
    notion.cap(5)
    shelf.tell(*(track(n) for n in range(12)), *playlist(range(12)))
    shelf.publish()
    assert len(shelf.rows()) == 12


def test_a_page_in_the_trash_stays_there(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    page = notion.find_page("Title 1").id
    notion.trash(page)
    shelf.tell(track(1, title="Another"))
    turn = shelf.publish()
    assert any("'Another'" in line and "not made again" in line for line in turn.notes)
    assert len(shelf.rows()) == 2
    clock.advance(8 * 86_400)
    assert len(shelf.rows()) == 2
    again = shelf.publish()
    assert not again.waits and not again.notes, "it was told once"
    notion.restore(page)
    clock.advance(300)
    shelf.publish()
    assert "Another" in on_notion.titles(shelf.rows())
    settled(shelf)


def test_a_property_may_be_renamed_and_one_that_is_deleted_is_told(
    shelf: Shelf, notion: Sandbox, clock: Clock
) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    notion.rename_property("Tracks", "ISRC", "Code")
    assert shelf.idle() <= 5
    notion.delete_property("Tracks", "Explicit")
    turn = shelf.publish()
    turn = shelf.publish() if turn.waits else turn
    assert not turn.waits and any("explicit" in line for line in turn.notes), turn
    settled(shelf)
    shelf.set_up(add=True)
    assert not any("explicit" in line for line in shelf.publish().notes)


# ---- limits --------------------------------------------------------------------------------------


def test_a_minute_has_180_requests(shelf: Shelf, notion: Sandbox) -> None:
    shelf.set_up()
    notion.limit(per_minute=180)
    shelf.clock.advance(60)
    shelf.tell(*(track(n) for n in range(100)), *playlist(range(100)))
    began = shelf.clock()
    turn = shelf.publish()
    assert not turn.waits and len(shelf.rows()) == 100
    assert all(status == 200 for _, _, status in notion.log)
    assert 60 <= shelf.clock() - began <= 120


@pytest.mark.parametrize("kind", ["429 workspace", "429 blocked"])
def test_a_long_refusal_ends_the_turn_and_is_remembered(
    shelf: Shelf, notion: Sandbox, kind: str
) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    notion.fault(kind, endpoint="POST /pages", after=3, seconds=900)
    (line,) = shelf.publish().waits
    assert "nothing is asked until" in line
    notion.forget()
    assert shelf.publish().waits == [line] and not notion.requests
    shelf.clock.advance(900)
    settled(shelf)


def test_a_workspace_that_is_full(shelf: Shelf, notion: Sandbox) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    notion.fault("403 blocks", endpoint="POST /pages", after=3)
    (line,) = shelf.publish().waits
    assert "limit of blocks" in line
    settled(shelf)


def test_a_copy_of_a_page_is_left_alone(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.tell(*EVENTS)
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    notion.add_row("Tracks", {"Title": "A copy", "Sync Key": f"track:{ref(1)}"})
    turn = shelf.publish()
    assert not turn.waits and any("copies" in line for line in turn.notes)
    assert len(shelf.rows()) == 4


def test_a_log_that_was_restored_finds_its_pages_again(shelf: Shelf) -> None:
    shelf.tell(*EVENTS[:3])
    shelf.set_up()
    before = {path.name: path.read_bytes() for path in shelf.home.glob("log.db*")}
    shelf.tell(*EVENTS[3:])
    shelf.publish()
    for path in shelf.home.glob("log.db*"):
        path.unlink()
    for name, content in before.items():
        (shelf.home / name).write_bytes(content)
    shelf.tell(*EVENTS[3:])
    shelf.clock.advance(1000)
    shelf.publish()
    settled(shelf)
    assert len(shelf.rows()) == 3
