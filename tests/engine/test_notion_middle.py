"""What people do to databases and properties in the middle of a turn: nothing is trashed, nothing
doubled, one line says it, and the rest goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from adapters.notion.client import Client
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.spotify import Turn
from state.events import NotionEdited
from state.values import PlaylistRef, Ref
from tests.engine import on_notion
from tests.engine.on_notion import Killed, Shelf, killer, plain, playlist, ref, track

MANY = 6
SECOND = PlaylistRef("spotify:playlist:second")


@pytest.fixture
def shelf(shelf: Shelf, clock: Clock) -> Shelf:
    """Three tracks are in step; three more, and other titles, are to come."""
    shelf.tell(*(track(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(1000)
    shelf.tell(*(track(n, title=f"New {n}") for n in range(MANY)), *playlist(range(MANY)))
    return shelf


def interrupted(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, name: str, do: Callable[[], object], nth: int = 1
) -> Turn:
    """Publish; a person does something just before the nth call of the client."""
    real: Any = getattr(Client, name)
    calls = [0]

    def call(self: Client, *args: Any, **words: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth:
            do()
        return real(self, *args, **words)

    with monkeypatch.context() as patch:
        patch.setattr(Client, name, call)
        turn = shelf.publish()
    assert calls[0] >= nth
    return turn


def in_step(shelf: Shelf, *lines: str) -> Turn:
    """All there, once, and nothing more is written; what waits or is odd is said in these words."""
    for _ in range(2):
        shelf.clock.advance(1000)
        turn = shelf.publish()
    shelf.clock.advance(1000)
    shelf.notion.forget()
    turn = shelf.publish()
    assert not shelf.writes(), shelf.notion.requests
    assert [key for key, times in Counter(shelf.keys()).items() if times > 1] == []
    told = [*turn.waits, *(each.why for each in turn.unreadable)]
    assert len(told) == len(lines), told
    assert all(word in line for word, line in zip(lines, told, strict=True)), told
    return turn


def all_there(shelf: Shelf) -> None:
    assert on_notion.titles(shelf.rows()) == [f"New {n}" for n in range(MANY)]
    assert set(shelf.related("playlists", "Tracks")["House"]) == {f"New {n}" for n in range(MANY)}
    assert not any(page.in_trash for page in shelf.notion.workspace.pages.values())


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("query", "Tracks"),
        ("query", "Artists"),
        ("create_page", "Tracks"),
        ("create_page", "Playlists"),
        ("update_page", "Tracks"),
        ("update_page", "Artists"),
    ],
)
def test_a_database_is_removed(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str, kind: str
) -> None:
    turn = interrupted(shelf, monkeypatch, call, lambda: notion.delete_database(kind))
    if call == "query" or kind == "Tracks":
        (line,) = turn.waits
        assert line.startswith(f"Notion: {kind}: the database is not there any more")
    assert not turn.unreadable
    shelf.clock.advance(1000)
    (line,) = shelf.publish().waits
    assert line.startswith(f"Notion: {kind}: the database is not there any more")
    if kind != "Tracks":  # the rest goes on
        assert len(shelf.rows()) == MANY
    notion.restore_database(kind)
    in_step(shelf)
    all_there(shelf)


@pytest.mark.parametrize("call", ["query", "update_page"])
def test_access_is_taken_away(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    turn = interrupted(shelf, monkeypatch, call, lambda: notion.unshare(notion.page))
    (line,) = turn.waits
    assert "not shared with the connection" in line and not turn.unreadable
    shelf.clock.advance(1000)
    (line,) = shelf.publish().waits
    assert line.startswith("Notion: Playlists, Artists, Albums, Tracks: ")
    notion.share(notion.page)
    in_step(shelf)
    all_there(shelf)


@pytest.mark.parametrize(("call", "nth"), [("query", 3), ("create_page", 5), ("update_page", 4)])
def test_a_property_is_renamed(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    rename = lambda: notion.rename_property("Tracks", "Title", "Song")  # noqa: E731
    turn = interrupted(shelf, monkeypatch, call, rename, nth)
    assert not turn.waits and not turn.unreadable, turn
    in_step(shelf)
    assert sorted(plain(row["Song"]) for row in shelf.rows()) == [f"New {n}" for n in range(MANY)]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("query", "Duration (ms)"),
        ("query", "Playlists"),
        ("create_page", "Playlists"),
        ("create_page", "ISRC"),
        ("update_page", "Duration (ms)"),
    ],
)
def test_a_property_is_deleted(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str, name: str
) -> None:
    delete = lambda: notion.delete_property("Tracks", name)  # noqa: E731
    turn = interrupted(shelf, monkeypatch, call, delete)
    assert not turn.waits and not turn.unreadable, turn
    shelf.tell(track(1, title="New 1", isrc="GB1234567890", duration_ms=999_000))
    turn = in_step(shelf)
    field = {"Duration (ms)": "duration_ms", "Playlists": "playlists", "ISRC": "isrc"}[name]
    assert [line for line in turn.notes if f"no property for {field}" in line], turn
    assert on_notion.titles(shelf.rows()) == [f"New {n}" for n in range(MANY)]
    shelf.set_up(add=True)
    in_step(shelf)
    all_there(shelf)


@pytest.mark.parametrize(
    ("call", "name", "type", "fits"),
    [
        ("query", "Duration (ms)", "rich_text", True),
        ("create_page", "Duration (ms)", "rich_text", True),
        ("create_page", "ISRC", "number", False),
        ("update_page", "ISRC", "number", False),
        ("update_page", "Sync State", "rich_text", True),
    ],
)
def test_a_property_gets_another_type(
    shelf: Shelf,
    notion: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    name: str,
    type: str,
    fits: bool,
) -> None:
    retype = lambda: notion.retype_property("Tracks", name, type)  # noqa: E731
    turn = interrupted(shelf, monkeypatch, call, retype)
    assert not turn.waits and not turn.unreadable, turn
    shelf.tell(track(1, title="New 1", isrc="GB1234567890", duration_ms=999_000))
    turn = in_step(shelf)
    assert any("isrc" in line for line in turn.notes) is not fits
    all_there(shelf)
    if fits and name.startswith("Duration"):
        (row,) = [row for row in shelf.rows() if plain(row["Title"]) == "New 1"]
        assert plain(row[name]) == "999000"


@pytest.mark.parametrize("call", ["query", "create_page"])
def test_the_sync_key_is_deleted(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    delete = lambda: notion.delete_property("Tracks", "Sync Key")  # noqa: E731
    turn = interrupted(shelf, monkeypatch, call, delete, 2 if call == "query" else 1)
    shelf.clock.advance(1000)
    rows = len(shelf.rows())
    turn = shelf.publish()
    (line,) = turn.waits
    assert "Tracks: its property for the Sync Key" in line and len(shelf.rows()) == rows
    shelf.set_up(add=True)
    in_step(shelf)
    all_there(shelf)


def too_long(patch: pytest.MonkeyPatch, track: Ref) -> None:
    """The page of a track is made with a title that Notion refuses."""
    real = Client.create_page

    def create(self: Client, source: str, properties: Any) -> Any:
        if f"track:{track}" in str(properties):
            properties = properties | {"title": {"title": [{"text": {"content": "x" * 3000}}]}}
        return real(self, source, properties)

    patch.setattr(Client, "create_page", create)


def test_a_page_that_is_refused_does_not_stop_the_others(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        too_long(patch, ref(4))
        turn = shelf.publish()
        (told,) = turn.unreadable
        assert f"track:{ref(4)}" in told.why and "2000" in told.why
        assert len(shelf.rows()) == MANY - 1
    in_step(shelf)
    all_there(shelf)


@pytest.mark.parametrize("call", ["create_page", "update_page"])
@pytest.mark.parametrize("gone", ["the database", "its Sync Key"])
def test_what_is_open_in_one_database_does_not_stop_the_others(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch, call: str, gone: str
) -> None:
    with monkeypatch.context() as patch:
        killed = killer(patch, call, {"create_page": 7, "update_page": 2}[call], answered=False)
        with pytest.raises(Killed):
            shelf.publish()
        assert killed()
    library = shelf.open()
    assert {row.key[:6] for row in library.state.notion.pending} == {"track:"}
    library.close()
    if gone == "the database":
        notion.delete_database("Tracks")
    else:
        notion.delete_property("Tracks", "Sync Key")
    shelf.tell(*playlist([1], "Second", SECOND))
    shelf.clock.advance(1000)
    (line,) = shelf.publish().waits
    assert line.startswith("Notion: Tracks: ") and "is not there any more" in line
    assert on_notion.titles(shelf.rows("playlists")) == ["House", "Second"]


def test_a_relation_that_cannot_be_read_now_is_recovered_when_it_can(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.publish()
    shelf.clock.advance(1000)
    shelf.tell(*playlist([1], "Second", SECOND))
    with monkeypatch.context() as patch:
        killed = killer(patch, "update_page", 1, answered=True)
        with pytest.raises(Killed):
            shelf.publish()
        assert killed() and shelf.related("tracks", "Playlists")["New 1"] == {"House", "Second"}
    shelf.clock.advance(1000)
    notion.delete_database("Playlists")
    shelf.publish()
    notion.restore_database("Playlists")
    in_step(shelf)
    library = shelf.open()
    said = [each.event for each in library.log.read() if isinstance(each.event, NotionEdited)]
    library.close()
    assert said == []


def test_what_a_person_writes_into_a_property_of_another_type_is_heard(
    shelf: Shelf, notion: Sandbox
) -> None:
    shelf.publish()
    shelf.clock.advance(1000)
    notion.retype_property("Tracks", "BPM", "rich_text")
    notion.edit("New 1", "BPM", "123")
    in_step(shelf)
    library = shelf.open()
    (row,) = [row for row in library.state.notion.pages if row.edited]
    library.close()
    assert (row.key, row.seen["bpm"]) == (f"track:{ref(1)}", "123")
    (page,) = [row for row in shelf.rows() if plain(row["Title"]) == "New 1"]
    assert plain(page["BPM"]) == "123"


def test_a_page_that_is_refused_again_and_again_is_tried_ever_more_seldom(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def length() -> int:
        library = shelf.open()
        try:
            return library.log.head().position
        finally:
            library.close()

    with monkeypatch.context() as patch:
        too_long(patch, ref(4))
        for seconds in (0, 300, 700, 1300):
            shelf.clock.advance(seconds)
            shelf.publish()
        before = length()
        shelf.notion.forget()
        for _ in range(5):
            shelf.clock.advance(60)
            (told,) = shelf.publish().unreadable
            assert f"track:{ref(4)}" in told.why and "2000" in told.why
        assert length() == before and not shelf.writes()
    shelf.tell(track(4, title="Newer"))
    shelf.publish()
    assert "Newer" in on_notion.titles(shelf.rows())
