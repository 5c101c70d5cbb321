"""The catalogue in Notion: made once, kept in step, and cheap to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from state.events import PlaylistMembershipLost
from tests.engine import on_notion
from tests.engine.on_notion import HOUSE, Shelf, plain, playlist, ref, titles, track


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notion(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return on_notion.shelf(tmp_path, notion, clock, monkeypatch)


def test_four_databases_are_made_and_found_again(shelf: Shelf) -> None:
    made = shelf.set_up()
    assert all(each.made for each in made)
    shelf.notion.forget()
    again = shelf.set_up()
    assert [each.source for each in again] == [each.source for each in made]
    assert not any(each.made or each.missing for each in again) and not shelf.writes()


def test_a_playlist_becomes_pages_that_point_to_each_other(shelf: Shelf, clock: Clock) -> None:
    shelf.tell(*(track(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    turn = shelf.publish()
    assert not turn.waits and not turn.unreadable, turn
    assert titles(shelf.rows()) == ["Title 0", "Title 1", "Title 2"]
    assert shelf.related("tracks", "Playlists")["Title 1"] == {"House"}
    assert shelf.related("tracks", "Artist")["Title 1"] == {"Artist 1"}
    assert shelf.related("playlists", "Tracks") == {"House": {"Title 0", "Title 1", "Title 2"}}
    assert shelf.related("albums", "Artist")["Album 2"] == {"Artist 2"}
    clock.advance(120)
    assert shelf.idle() <= 5


def test_a_hundred_new_tracks_cost_a_request_each(shelf: Shelf) -> None:
    shelf.set_up()
    shelf.publish()
    shelf.tell(*(track(n) for n in range(100)), *playlist(range(100)))
    shelf.notion.forget()
    shelf.publish()
    assert len(shelf.rows()) == 100 and len(shelf.rows("artists")) == 60
    assert len(shelf.rows("albums")) == 40
    assert shelf.writes() <= 205
    assert sum(shelf.notion.requests.values()) - shelf.writes() <= 5


def test_what_changes_is_changed_alone(shelf: Shelf, clock: Clock) -> None:
    shelf.tell(*(track(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    shelf.tell(track(1, title="Another"), PlaylistMembershipLost(HOUSE, ref(2)))
    shelf.notion.forget()
    shelf.publish()
    # A title, a number of tracks, and three marks: a track, its artist and its album have left.
    assert shelf.writes() == 5, shelf.notion.requests
    assert "Another" in titles(shelf.rows())
    (left,) = [row for row in shelf.rows() if plain(row["Title"]) == "Title 2"]
    assert left["Sync State"] and not left.get("in_trash")
    clock.advance(300)
    assert shelf.idle() <= 5
