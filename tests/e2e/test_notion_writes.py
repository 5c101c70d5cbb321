"""Every write to Notion, with every answer that it may get, and a kill before and after it: one
page for each Sync Key, no relation lost, and then no more writes.

Most combinations are left out; `make kills` tries them all.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import AdapterError
from adapters.notion.client import Client
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.notion import far, planning
from state.events import PlaylistMembershipLost, TrackSeen
from state.values import PlaylistRef
from tests.engine import on_notion
from tests.engine.on_notion import HOUSE, Killed, Shelf, playlist, ref, track

EVERY = int(os.environ.get("KILL_EVERY", "23"))
FAULTS = (
    "saved 502", "saved 503", "saved 503 bare", "saved 504", "saved drop", "saved slow",
    "lost", "500", "502 html", "503", "504", "drop", "409", "529", "429",
)  # fmt: skip
WRITES = ("pages.create", "pages.update", "databases.create", "data_sources.update")
WRITTEN = {"pages.create": 8, "pages.update": 5, "databases.create": 4, "data_sources.update": 6}
"""How often the story writes what, if nothing goes wrong."""
POINTS = [
    (fault, when, number)
    for number in range(1, sum(WRITTEN.values()) + 1)
    for fault, when in [
        ("", "before"), ("", "after"),
        *[(fault, when) for fault in FAULTS for when in ("answered", "after")],
    ]
]  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(planning, "RELATED", 2)
    monkeypatch.setattr(far, "RELATED", 2)
    clock = Clock()
    with Sandbox(clock=clock) as notion:
        made = on_notion.shelf(tmp_path, notion, clock, monkeypatch)
        made.settings = made.settings.model_copy(update={"timeout": 0.5})
        yield made


class Trouble:
    """Lets the nth write go wrong.

    Args:
        fault: what the sandbox makes of it; empty: nothing.
        when: the process is killed `before` it, `after` its answer, or not at all (`answered`).
    """

    def __init__(
        self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, fault: str, when: str, number: int
    ) -> None:
        self.shelf, self.fault, self.when, self.number = shelf, fault, when, number
        self.writes: Counter[str] = Counter()
        self.killed = False
        real: Any = Client._once
        trouble = self

        def once(client: Client, ask: Any, *args: Any, **words: Any) -> Any:
            return trouble.once(real, client, ask, args, words)

        monkeypatch.setattr(Client, "_once", once)

    def once(self, real: Any, client: Client, ask: Any, args: Any, words: Any) -> Any:
        name = ask.__qualname__.lower().replace("sendpoint", "s").replace("endpoint", "")
        write = next((each for each in WRITES if name.endswith(each.replace("_", ""))), "")
        self.writes[write] += 1
        mine = write and sum(self.writes[each] for each in WRITES) == self.number
        if not mine:
            return real(client, ask, *args, **words)
        if self.when == "before":
            self.kill()
        if self.fault:
            self.shelf.notion.fault(self.fault, seconds=1)
        try:
            return real(client, ask, *args, **words)
        finally:
            if self.when == "after":
                self.kill()

    def kill(self) -> None:
        self.killed = True
        raise Killed


def story(shelf: Shelf) -> None:
    """Databases are made; then two turns with two wishes. What goes wrong is not repeated."""
    try:
        shelf.set_up()
    except (Killed, AdapterError):
        shelf.set_up()
    shelf.tell(*(some(n) for n in range(2)), *playlist(range(2)))
    turn(shelf)
    more = (playlist([0, 1] if n == 2 else [0], f"List {n}", list_of(n)) for n in range(3))
    shelf.tell(
        some(1, title="Another"),
        PlaylistMembershipLost(HOUSE, ref(1)),
        *(event for events in more for event in events),
    )
    turn(shelf)


def some(number: int, **more: str) -> TrackSeen:
    words: dict[str, Any] = {"artists": ("One",), "album_artists": ("One",), "album": "Two"}
    return track(number, **words, **more)


def turn(shelf: Shelf) -> None:
    shelf.clock.advance(1000)
    try:
        shelf.publish()
    except Killed:
        shelf.publish()


def list_of(number: int) -> PlaylistRef:
    return PlaylistRef(f"spotify:playlist:{number:022d}")


def settled(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.clock.advance(1000)
        said = shelf.publish()
    assert not said.waits and not said.unreadable, said
    shelf.notion.forget()
    said = shelf.publish()
    assert not shelf.writes(), shelf.notion.requests
    titled = [one.title[0]["plain_text"] for one in shelf.notion.workspace.databases.values()]
    assert sorted(map(str, titled)) == ["Albums", "Artists", "Playlists", "Tracks"]
    assert max(Counter(shelf.keys()).values()) == 1 and len(shelf.keys()) == 8
    lists = {"House", "List 0", "List 1", "List 2"}
    assert shelf.related("tracks", "Playlists") == {"Title 0": lists, "Another": {"List 2"}}
    both = {"List 2": {"Title 0", "Another"}}
    assert shelf.related("playlists", "Tracks") == {n: {"Title 0"} for n in lists} | both
    assert shelf.related("tracks", "Artist") == {"Title 0": {"One"}, "Another": {"One"}}
    assert shelf.related("tracks", "Album") == {"Title 0": {"Two"}, "Another": {"Two"}}
    library = shelf.open()
    edits = [one.event for one in library.log.read() if one.event.kind == "NotionEdited"]
    library.close()
    assert not edits  # what we wrote is never taken for a person's


def test_the_story_writes_so_often(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = Trouble(shelf, monkeypatch, "", "", 0)
    story(shelf)
    assert {name: trouble.writes[name] for name in WRITES} == WRITTEN
    settled(shelf)


@pytest.mark.parametrize(("fault", "when", "number"), POINTS[::EVERY])
def test_a_write_goes_wrong(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, fault: str, when: str, number: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("time.sleep", shelf.clock.advance)
        trouble = Trouble(shelf, patch, fault, when, number)
        story(shelf)
    assert trouble.killed is (when != "answered")
    assert not shelf.notion.faults.take("POST /pages", "POST /pages"), "the fault did not happen"
    settled(shelf)
