"""How many requests a look takes: the same formula as at 10,000 rows (`make bench-notion`)."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest

from adapters.notion.client import Client
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from tests.engine.on_notion import Shelf, plain, playlist, track

ROWS = 230


@pytest.fixture
def shelf(shelf: Shelf) -> Shelf:
    shelf.tell(*(track(n, artists=("One",), album="") for n in range(10)))
    shelf.set_up()
    return shelf


def test_a_look_at_everything_and_one_right_after_it(
    shelf: Shelf, notion: Sandbox, clock: Clock
) -> None:
    shelf.publish()
    notion.seed("Tracks", [{"Title": f"Another's {n}"} for n in range(ROWS)])
    shelf.tell(*playlist(range(10)))
    assert shelf.publish().waits == []
    # Everything was written in this minute, ours after the last look.
    assert shelf.idle() <= 5
    (shelf.home / "state.db").unlink()
    assert shelf.idle() <= ceil(ROWS / 100) + 3
    assert shelf.idle() <= 5
    # What a person does in the same minute may hide behind what we wrote; not for long.
    notion.edit("Title 7", "Title", "A person's")
    shelf.publish()
    clock.advance(180)
    shelf.publish()
    clock.advance(1000)
    shelf.publish()
    assert shelf.idle() == 4
    shelf.tell(track(7, title="Ours", artists=("One",), album=""))
    assert shelf.publish().waits == []
    assert "A person's" in [plain(row["Title"]) for row in shelf.rows()]


def test_more_edits_than_a_query_tells(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.publish()
    clock.advance(1000)
    for n in range(ROWS):
        notion.add_row("Tracks", {"Title": f"Mine {n}"})
        clock.advance(10)
    notion.cap(50)
    shelf.tell(*playlist(range(1)))
    assert shelf.publish().waits == []
    assert len(shelf.rows()) == ROWS + 1
    shelf.publish()
    clock.advance(1000)
    assert shelf.idle() == 4


def test_a_row_that_asks_for_something_costs_no_whole_look(
    shelf: Shelf, notion: Sandbox, clock: Clock
) -> None:
    shelf.publish()
    notion.seed("Tracks", [{"Title": f"Another's {n}"} for n in range(ROWS)])
    notion.add_row("Tracks", {"Title": "Mine", "Download": True})
    shelf.publish()
    clock.advance(1000)
    shelf.publish()
    clock.advance(1000)
    assert shelf.idle() == 4


def test_what_is_edited_in_a_long_look_behind_its_back_is_seen_by_the_next_one(
    shelf: Shelf, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.tell(*playlist(range(10)))
    shelf.publish()
    notion.seed("Tracks", [{"Title": f"Another's {n}"} for n in range(ROWS)])
    clock.advance(1000)
    shelf.publish()
    clock.advance(8 * 86_400)
    real, pages = Client.query, [0]

    def query(self: Client, source: str, asked: Any, properties: Any = ()) -> Any:
        told = real(self, source, asked, properties)
        if source == notion.find_source("Tracks").id:
            clock.advance(200)  # as if it were much longer
            pages[0] += 1
            if pages[0] == 1:
                notion.edit("Title 7", "BPM", 123)
            if pages[0] == 2:
                notion.edit(f"Another's {ROWS - 1}", "Title", "The last one")
        return told

    with monkeypatch.context() as patch:
        patch.setattr(Client, "query", query)
        shelf.publish()
    assert pages[0] > 2
    clock.advance(1000)
    shelf.publish()
    library = shelf.open()
    said = [row.seen.get("bpm") for row in library.state.notion.pages if row.edited]
    library.close()
    assert said == ["123"]
