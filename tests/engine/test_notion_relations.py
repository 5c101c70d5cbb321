"""Relations: whole, from the side that has few, and never cut."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.contract import Permanent
from adapters.notion.client import Client
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.notion import far, planning
from engine.notion.looking import Looking
from engine.notion.planning import held, near
from projections.notion import merged
from state.events import Event, PlaylistMembershipFound, PlaylistMembershipLost, TrackSeen
from state.values import PlaylistRef
from tests.engine import on_notion
from tests.engine.on_notion import HOUSE, Shelf, plain, playlist, ref, track


def lone(number: int, **more: str) -> TrackSeen:
    return track(number, artists=("One",), album="", **more)


def list_of(number: int) -> PlaylistRef:
    return PlaylistRef(f"spotify:playlist:{number:022d}")


def lists(many: int, tracks: range) -> list[Event]:
    """So many playlists with all of these tracks."""
    each = (playlist(tracks, f"List {n:03d}", list_of(n)) for n in range(many))
    return [event for events in each for event in events]


def published(shelf: Shelf) -> list[str]:
    """What waits, after a turn; the next one writes nothing, neither there nor into the log."""
    shelf.clock.advance(1000)
    turn = shelf.publish()
    assert not turn.unreadable, turn
    shelf.clock.advance(1000)
    position = head(shelf)
    shelf.notion.forget()
    assert shelf.publish().waits == turn.waits
    assert not shelf.writes() and head(shelf) == position
    return turn.waits


def head(shelf: Shelf) -> int:
    library = shelf.open()
    try:
        return library.log.head().position
    finally:
        library.close()


def edits(shelf: Shelf) -> list[str]:
    """What was taken for a person's edit."""
    library = shelf.open()
    try:
        return [str(one.event) for one in library.log.read() if one.event.kind == "NotionEdited"]
    finally:
        library.close()


def test_a_long_playlist_keeps_all_of_its_tracks(shelf: Shelf, clock: Clock) -> None:
    shelf.tell(*(lone(n) for n in range(130)), *playlist(range(130)))
    shelf.set_up()
    assert published(shelf) == []
    assert len(shelf.related("playlists", "Tracks")["House"]) == 130
    shelf.tell(PlaylistMembershipLost(HOUSE, ref(7)), lone(8, title="Another"))
    shelf.notion.forget()
    shelf.publish()
    assert shelf.writes() == 3, shelf.notion.requests
    assert len(shelf.related("playlists", "Tracks")["House"]) == 129
    # All is read again once it is not known what was read: a request for a hundred pages, and
    # afterwards one for each database.
    clock.advance(1000)
    (shelf.home / "state.db").unlink()
    assert shelf.idle() <= 2 + 3
    assert shelf.idle() == 4


def test_a_track_on_30_playlists_is_read_in_pages(shelf: Shelf, notion: Sandbox) -> None:
    shelf.tell(track(0), *lists(30, range(1)))
    shelf.set_up()
    assert published(shelf) == []
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 30
    shelf.tell(PlaylistMembershipLost(list_of(29), ref(0)))
    assert published(shelf) == []
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 29
    (shelf.home / "state.db").unlink()
    assert published(shelf) == [] and edits(shelf) == []


def test_a_track_on_130_playlists_is_written_from_their_side(shelf: Shelf, clock: Clock) -> None:
    shelf.tell(lone(0), lone(1), *lists(130, range(1)), *lists(1, range(1, 2)))
    shelf.set_up()
    assert published(shelf) == []
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 130
    shelf.tell(
        PlaylistMembershipLost(list_of(3), ref(0)),
        *playlist([0], "One more", list_of(500)),
        PlaylistMembershipFound(list_of(0), ref(1), ref(1), "b"),
    )
    shelf.notion.relate("Title 0", "Playlists", shelf.notion.add_row("Playlists", {"Title": "Own"}))
    assert published(shelf) == []
    related = shelf.related("tracks", "Playlists")
    wanted = {f"List {n:03d}" for n in range(130)} - {"List 003"} | {"One more", "Own"}
    assert related == {"Title 0": wanted, "Title 1": {"List 000"}}


def test_where_neither_side_fits_nothing_is_cut(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "RELATED", 4)
    monkeypatch.setattr(far, "RELATED", 4)
    shelf.tell(*(lone(n) for n in range(6)), *lists(6, range(6)))
    shelf.set_up()
    waits = published(shelf)
    assert "2 of the playlists of 'Title 0' are left as they are: on both sides" in waits[0]
    assert len(waits) == 6 and "1 more" in waits[5]
    assert all(len(names) == 4 for names in shelf.related("tracks", "Playlists").values())
    # What fits from the other side is done; what does not, stays as it is.
    shelf.tell(*playlist([0], "Short", list_of(9)), PlaylistMembershipLost(list_of(0), ref(5)))
    assert published(shelf)
    related = shelf.related("tracks", "Playlists")
    assert "Short" in related["Title 0"] and len(related["Title 0"]) == 5
    assert "List 000" not in related["Title 5"]


def test_a_relation_that_leads_one_way_has_no_other_side(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "RELATED", 2)
    monkeypatch.setattr(far, "RELATED", 2)
    playlists = notion.add_database("Playlists", {"Title": "title", "Sync Key": "rich_text"})
    one_way = {"data_source_id": playlists, "type": "single_property", "single_property": {}}
    names = {"Title": "title", "Sync Key": "rich_text", "Playlists": {"relation": one_way}}
    notion.add_database("Tracks", names)
    shelf.tell(lone(0), *lists(3, range(1)))
    shelf.set_up()
    (line,) = published(shelf)
    assert "1 of the playlists" in line and "one way" in line
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 2


def test_what_is_refused_on_the_other_side_is_asked_again_after_ever_longer_times(
    shelf: Shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "RELATED", 3)
    monkeypatch.setattr(far, "RELATED", 3)
    shelf.tell(lone(0), *lists(8, range(1)))
    shelf.set_up()
    asked: list[str] = []

    def refused(client: Client, page: str, properties: dict[str, Any]) -> None:
        asked.append(page)
        raise Permanent("this is refused")

    with monkeypatch.context() as patch:
        patch.setattr(Client, "update_page", refused)
        told = shelf.publish().waits
        assert "5 of the playlists of 'Title 0'" in told[0] and "this is refused" in told[0]
        assert len(asked) == 5
        position = head(shelf)
        assert shelf.publish().waits == told and len(asked) == 5 and head(shelf) == position
        clock.advance(1000)
        assert shelf.publish().waits == told and len(asked) == 10
        clock.advance(1000)
        shelf.publish()
        assert len(asked) == 10, "it waits twice as long the second time"
    clock.advance(1000)
    assert published(shelf) == []
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 8


@pytest.mark.parametrize(("nth", "answered"), [(1, False), (2, True), (4, False), (4, True)])
def test_killed_between_two_playlists(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, nth: int, answered: bool
) -> None:
    monkeypatch.setattr(planning, "RELATED", 3)
    monkeypatch.setattr(far, "RELATED", 3)
    shelf.tell(lone(0), *lists(8, range(1)))
    shelf.set_up()
    with monkeypatch.context() as patch:
        happened = on_notion.killer(patch, "update_page", nth, answered=answered)
        with pytest.raises(on_notion.Killed):
            shelf.publish()
        assert happened()
    # It comes back with another wish: what was done by then is ours, and no person's.
    shelf.tell(
        PlaylistMembershipLost(list_of(0), ref(0)), PlaylistMembershipLost(list_of(7), ref(0))
    )
    assert published(shelf) == []
    wanted = {f"List {n:03d}" for n in range(1, 7)}
    assert shelf.related("tracks", "Playlists") == {"Title 0": wanted} and edits(shelf) == []


def test_130_artists(shelf: Shelf) -> None:
    names = tuple(f"Artist {n:03d}" for n in range(130))
    shelf.tell(track(0, artists=names), *playlist(range(1)))
    shelf.set_up()
    assert published(shelf) == []
    assert shelf.related("tracks", "Artist") == {"Title 0": set(names)}
    (row,) = shelf.rows()
    assert plain(row["Artist Name"]) == ", ".join(names)


# ---- a person is faster --------------------------------------------------------------------------


def after_the_look(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, do: Any) -> None:
    """Publish; a person does something between the look and the writes."""
    real = Looking.look

    def look(self: Looking, bound: Any) -> None:
        real(self, bound)
        if bound.kind == "tracks":
            do()

    with monkeypatch.context() as patch:
        patch.setattr(Looking, "look", look)
        shelf.publish()


def test_an_edit_between_the_look_and_the_write_survives(
    shelf: Shelf, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.tell(*(lone(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(1000)
    own = notion.add_row("Playlists", {"Title": "Own"})
    kept = notion.find_page("Title 1").id

    def edit() -> None:
        notion.edit(kept, "Title", "A person's")
        notion.relate("Title 2", "Playlists", own)

    shelf.tell(
        lone(1, title="Ours"), lone(2, title="Ours too"), *playlist([2], "Night", list_of(1))
    )
    after_the_look(shelf, monkeypatch, edit)
    assert published(shelf) == []
    assert shelf.related("tracks", "Playlists") == {
        "Title 0": {"House"}, "A person's": {"House"}, "Ours too": {"House", "Night", "Own"},
    }  # fmt: skip


def test_a_page_that_is_trashed_just_before_its_write_is_left(
    shelf: Shelf, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.tell(*(lone(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(1000)
    page = notion.find_page("Title 1").id
    shelf.tell(lone(1, title="Ours"), *playlist(range(3), "Night", list_of(1)))
    after_the_look(shelf, monkeypatch, lambda: notion.trash(page))
    assert published(shelf) == []
    assert set(shelf.related("tracks", "Playlists")) == {"Title 0", "Title 2"}


# ---- sets ----------------------------------------------------------------------------------------


def test_what_one_request_may_say() -> None:
    many = {f"{n:03d}" for n in range(130)}
    assert near({"a"}, {"b"}) == {"a"}
    assert near({"a"}, many) is None
    first = near(many, {"007", "x"}, {"129": 2})
    assert first is not None and len(first) == 100
    assert {"007", "129"} <= first and not {"x", "128"} & first


def test_our_part_of_a_relation_that_was_written_in_part() -> None:
    assert held("a,b,c", "a", "a", "a,b") == "a,b"  # c was not done
    assert held("a", "a,b", "a,b", "a,b") == "a,b"  # b is not taken out yet
    assert held("a,b", "a,b", "a,x", "a,x") == "a,b"  # a person's words
    assert merged("a,b", held("a,b", "a,b", "a,x", "a,x"), "a,x") == "a,x"


def test_a_truncated_read_is_never_written(shelf: Shelf, clock: Clock) -> None:
    """Where the rest of a relation cannot be read, nothing is written and nothing concluded."""
    shelf.tell(track(0), *lists(30, range(1)))
    shelf.set_up()
    shelf.publish()
    clock.advance(1000)
    shelf.tell(*playlist([0], "One more", list_of(500)))
    shelf.notion.fault("500", endpoint="GET /pages/{id}/properties/{id}", times=100)
    assert shelf.publish().waits
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 30
    shelf.notion.faults.clear()
    assert published(shelf) == [] and edits(shelf) == []
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 31
