"""What people write in Notion: rows that ask for tracks, edits that count, playlists by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Transient
from adapters.notion.client import Client
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.library import Library
from engine.notion.publish import publish
from engine.spotify import Turn
from projections.playlists import groups
from projections.values import PRECEDENCE, bpm, key, rating, title
from state.events import (
    Event,
    MembershipSet,
    NotionEdited,
    OfferPinned,
    PolicySet,
    TrackRequested,
    TrackSeen,
)
from state.values import PlaylistRef, TrackId
from tests.engine import on_notion
from tests.engine.on_notion import HOUSE, Shelf, plain, playlist, ref, titles, track

NIGHT = PlaylistRef("spotify:playlist:night")
SPOTIFY = f"https://open.spotify.com/track/{77:022d}?si=shared"
CLOUD, TUBE = "https://soundcloud.com/ada/one", "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.fixture
def shelf(shelf: Shelf, clock: Clock) -> Shelf:
    """Three tracks on one playlist, in step."""
    shelf.tell(*(track(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    return shelf


def told(shelf: Shelf, *kinds: type[Event]) -> list[Any]:
    """What the log holds of some kinds."""
    library = shelf.open()
    try:
        return [each.event for each in library.log.read() if isinstance(each.event, kinds)]
    finally:
        library.close()


def matters(shelf: Shelf) -> list[str]:
    library = shelf.open()
    try:
        return [row.text for row in library.state.matters.open]
    finally:
        library.close()


def on(shelf: Shelf, name: str = "House") -> list[str]:
    """What is on a playlist."""
    library = shelf.open()
    try:
        found = {
            group.name: group for group in groups(library.state.library, library.state.identity)[0]
        }
        return [row.track for row in found[name].members]
    finally:
        library.close()


def calm(shelf: Shelf) -> None:
    """Nothing comes back: two further runs write nothing and learn nothing of a person."""
    shelf.clock.advance(300)
    shelf.publish()
    before = len(told(shelf, Event))
    for _ in range(2):
        shelf.clock.advance(60)
        assert shelf.idle() <= 5
    assert len(told(shelf, Event)) == before


def allowed(shelf: Shelf, number: int) -> Turn:
    library = shelf.open()
    try:
        return publish(library, shelf.settings, allowed=number)
    finally:
        library.close()


# ---- rows that ask for something -----------------------------------------------------------------


def test_a_row_with_an_address_asks_for_its_track_and_is_its_page(
    shelf: Shelf, notion: Sandbox
) -> None:
    asked: dict[str, dict[str, Any]] = {
        ref(77): {"Spotify URL": SPOTIFY, "Title": "One", "Artist Name": "Ada"},
        "soundcloud:ada/one": {"SoundCloud URL": CLOUD, "Title": "Two"},
        "youtube:abcdefghijk": {"YouTube URL": TUBE},
        ref(78): {"Title": "Four", "Spotify ID": f"{78:022d}", "Download": True},
    }
    pages = {wanted: notion.add_row("Tracks", values) for wanted, values in asked.items()}
    turn = shelf.publish()
    assert not turn.waits and {each.ref for each in told(shelf, TrackRequested)} == {*asked}, turn
    rows = {row["page"]: row for row in shelf.rows()}
    assert len(rows) == 7 and matters(shelf) == []
    for wanted, values in asked.items():
        row = rows[pages[wanted]]
        assert plain(row["Sync Key"]) == f"track:{wanted}" and row["Sync State"]
        assert plain(row["Title"]) == values.get("Title", "www.youtube.com/watch?v=abcdefghijk")
    calm(shelf)


def test_a_row_says_too_on_which_playlists_its_track_is(shelf: Shelf, notion: Sandbox) -> None:
    notion.add_row("Tracks", {"Title": "New", "Spotify URL": SPOTIFY, "Playlists": ["House"]})
    shelf.publish()
    assert told(shelf, MembershipSet) == [MembershipSet(HOUSE, ref(77), True)]
    assert on(shelf) == [ref(0), ref(1), ref(2), ref(77)]
    calm(shelf)
    assert shelf.related("tracks", "Playlists")["New"] == {"House"}


def test_rows_that_were_there_before_ask_for_nothing_but_by_a_tick(
    tmp_path: Path, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = on_notion.shelf(tmp_path, notion, clock, monkeypatch)
    notion.add_database(
        "Tracks",
        {"Title": "title", "Spotify URL": "url", "SoundCloud URL": "url", "Wanted": "checkbox"},
    )
    notion.seed(
        "Tracks", [{"Title": f"Old {n}", "SoundCloud URL": f"{CLOUD}-{n}"} for n in range(5)]
    )
    made.set_up(add=True)
    made.publish()
    assert told(made, TrackRequested) == [] and len(made.rows()) == 5
    notion.add_row("Tracks", {"Title": "New", "SoundCloud URL": f"{CLOUD}-new"})
    notion.edit("Old 3", "Wanted", True)
    clock.advance(60)
    made.publish()
    asked = [event.ref for event in told(made, TrackRequested)]
    assert asked == ["soundcloud:ada/one-3", "soundcloud:ada/one-new"]
    (made.home / "state.db").unlink()
    clock.advance(300)
    made.publish()
    assert len(told(made, TrackRequested)) == 2 and len(made.rows()) == 6


def test_an_address_that_leads_nowhere_is_a_line_until_it_is_right(
    shelf: Shelf, notion: Sandbox
) -> None:
    notion.add_row(
        "Tracks", {"Title": "Bad", "SoundCloud URL": "https://soundcloud.com/ada/sets/x"}
    )
    notion.add_row(
        "Tracks", {"Title": "Album", "Spotify URL": f"https://open.spotify.com/album/{7:022d}"}
    )
    notion.add_row("Tracks", {"Title": "Bare", "Download": True})
    assert not shelf.publish().unreadable
    said = sorted(matters(shelf))
    assert len(said) == 3 and told(shelf, TrackRequested) == []
    for name, why, text in zip(
        ("Album", "Bad", "Bare"), ("album", "playlist", "no address"), said, strict=True
    ):
        assert repr(name) in text and why in text and "\n" not in text
    calm(shelf)
    notion.edit("Bad", "SoundCloud URL", CLOUD)
    notion.edit("Bare", "YouTube URL", TUBE)
    notion.trash(notion.find_page("Album").id)
    shelf.clock.advance(8 * 86_400)
    shelf.publish()
    assert matters(shelf) == [] and len(told(shelf, TrackRequested)) == 2
    assert len(shelf.rows()) == 5


def test_a_second_row_of_a_track_is_a_double_and_left_alone(shelf: Shelf, notion: Sandbox) -> None:
    page = notion.add_row("Tracks", {"Title": "Again", "Spotify URL": SPOTIFY.replace("77", "01")})
    shelf.publish()
    (text,) = matters(shelf)
    assert "a double of the page" in text and told(shelf, TrackRequested) == []
    (row,) = [row for row in shelf.rows() if row["page"] == page]
    assert not row.get("Sync Key")
    calm(shelf)


def test_a_tick_on_a_page_of_ours_asks_for_its_track_once(shelf: Shelf, notion: Sandbox) -> None:
    notion.edit("Title 1", "Download", True)
    shelf.publish()
    assert told(shelf, TrackRequested) == [TrackRequested(ref(1))]
    calm(shelf)


def test_an_address_that_a_person_writes_on_a_page_is_where_it_is(
    shelf: Shelf, notion: Sandbox
) -> None:
    notion.edit("Title 1", "SoundCloud URL", CLOUD)
    notion.edit("Title 2", "YouTube URL", "https://example.org/no video")
    shelf.publish()
    notion.add_row("Tracks", {"Title": "New", "Spotify URL": SPOTIFY, "SoundCloud URL": CLOUD})
    shelf.publish()
    assert told(shelf, OfferPinned) == [OfferPinned(ref(1), CLOUD), OfferPinned(ref(77), CLOUD)]
    calm(shelf)


def test_spotify_is_asked_what_a_row_means_and_if_it_cannot_say_the_row_does(
    shelf: Shelf, notion: Sandbox
) -> None:
    def run(learn: Callable[[Library], None]) -> None:
        library = shelf.open()
        try:
            publish(library, shelf.settings, learn=lambda at: learn(library))
        finally:
            library.close()

    def up(library: Library) -> None:
        library.append([track(77, title="As Spotify says")])

    def down(library: Library) -> None:
        raise Transient("no answer")

    notion.add_row("Tracks", {"Title": "Mine", "Spotify URL": SPOTIFY})
    run(up)
    assert [seen.title for seen in told(shelf, TrackSeen)][-1] == "As Spotify says"
    assert "Mine" in titles(shelf.rows()), "what a person wrote stays on the page"
    notion.add_row("Tracks", {"Title": "Other", "Spotify URL": SPOTIFY.replace("77", "78")})
    run(down)
    last = told(shelf, TrackSeen)[-1]
    assert (last.ref, last.source, last.title) == (ref(78), "notion", "Other")


# ---- edits ---------------------------------------------------------------------------------------


def test_what_a_person_edits_counts_and_never_comes_back(shelf: Shelf, notion: Sandbox) -> None:
    shelf.tell(track(1, bpm=125.0, key="Am"))
    shelf.publish()
    for name, value in (("BPM", 126.5), ("Key", "8B"), ("Rating", 4), ("Title", "T" * 200)):
        notion.edit("Title 1", name, value)
    shelf.clock.advance(120)
    shelf.publish()
    edits = told(shelf, NotionEdited)
    assert {(each.property, each.before, each.value) for each in edits} == {
        ("bpm", "125", "126.5"), ("musical_key", "Am", "8B"), ("rating", "", "4"),
        ("title", "Title 1", "T" * 200),
    }  # fmt: skip
    library = shelf.open()
    state, one = library.state, TrackId(ref(1))
    assert (bpm(state, one).value, key(state, one).value) == (126.5, "C")
    assert (rating(state, one).value, title(state, one).value) == ("4", "T" * 200)
    library.close()
    shelf.tell(track(1, bpm=99.0, title="As Spotify says now"))
    calm(shelf)
    (row,) = [row for row in shelf.rows() if row.get("BPM")]
    assert row["BPM"] == 126.5 and plain(row["Title"]) == "T" * 200


def test_where_cratelog_has_the_last_word_it_is_written_again(
    shelf: Shelf, notion: Sandbox
) -> None:
    ours = [PolicySet(f"{PRECEDENCE}.{name}", "cratelog") for name in ("bpm", "key", "title")]
    shelf.tell(track(1, bpm=125.0), *ours)
    shelf.publish()
    shelf.clock.advance(300)
    for name, value in (("BPM", 90), ("Title", "Mine"), ("Key", "Am"), ("Artist Name", "Mine")):
        notion.edit("Title 1" if name in ("BPM", "Title") else "Mine", name, value)
    shelf.publish()
    (row,) = [row for row in shelf.rows() if row.get("BPM")]
    assert (row["BPM"], plain(row["Title"]), plain(row["Artist Name"])) == (125, "Title 1", "Mine")
    assert row["Key"], "nobody else says it: it stays"
    calm(shelf)


def test_our_own_writes_never_come_back_as_a_person_s(shelf: Shelf) -> None:
    shelf.tell(
        track(1, title="x" * 500, bpm=125.25, released="1999"), *playlist([0, 1], "N", NIGHT)
    )
    shelf.publish()  # within the minute of the look, and seen again by the next ones
    calm(shelf)
    assert told(shelf, NotionEdited, MembershipSet, TrackRequested) == []


# ---- playlists by hand ---------------------------------------------------------------------------


def test_a_relation_that_a_person_adds_or_removes_is_their_word(
    shelf: Shelf, notion: Sandbox
) -> None:
    shelf.tell(*playlist([0], "Night", NIGHT))
    shelf.publish()
    shelf.clock.advance(300)
    notion.relate("Title 1", "Playlists", "Night")
    notion.unrelate("Title 2", "Playlists", "House")
    shelf.publish()
    assert set(told(shelf, MembershipSet)) == {
        MembershipSet(NIGHT, ref(1), True), MembershipSet(HOUSE, ref(2), False),
    }  # fmt: skip
    assert on(shelf, "Night") == [ref(0), ref(1)] and on(shelf) == [ref(0), ref(1)]
    calm(shelf)
    notion.relate("Title 2", "Playlists", "House")
    shelf.clock.advance(300)
    shelf.publish()
    assert on(shelf) == [ref(0), ref(1), ref(2)]
    assert shelf.related("tracks", "Playlists")["Title 2"] == {"House"}
    calm(shelf)


def test_it_may_be_done_on_the_playlist_s_page_too(shelf: Shelf, notion: Sandbox) -> None:
    notion.unrelate("House", "Tracks", "Title 1")
    shelf.publish()
    assert told(shelf, MembershipSet) == [MembershipSet(HOUSE, ref(1), False)]
    calm(shelf)


@pytest.mark.parametrize("whole", [False, True])
def test_a_trashed_playlist_page_empties_nothing(
    shelf: Shelf, notion: Sandbox, whole: bool
) -> None:
    house = notion.find_page("House").id
    notion.trash(house)
    for number in range(3):  # the rows are edited, so that they are read again
        notion.edit(f"Title {number}", "Artist Name", "somebody")
    if whole:
        shelf.clock.advance(8 * 86_400)
    shelf.publish()
    assert told(shelf, MembershipSet) == [] and len(on(shelf)) == 3
    calm(shelf)
    notion.restore(house)
    shelf.clock.advance(8 * 86_400)
    shelf.publish()
    assert told(shelf, MembershipSet) == [] and len(on(shelf)) == 3
    assert shelf.related("playlists", "Tracks")["House"] == {"Title 0", "Title 1", "Title 2"}
    calm(shelf)


def test_what_would_drain_a_playlist_waits_for_a_word(shelf: Shelf, notion: Sandbox) -> None:
    shelf.tell(*(track(n) for n in range(30)), *playlist(range(30)))
    shelf.publish()
    shelf.clock.advance(300)
    for number in range(12):
        notion.unrelate(f"Title {number}", "Playlists", "House")
    for _ in range(2):  # it is met again, however late
        (line,) = shelf.publish().waits
        assert "12 of 30 tracks" in line and "--allow-removals 12" in line
        assert told(shelf, MembershipSet) == [] and len(on(shelf)) == 30
        shelf.clock.advance(3600)
    assert not allowed(shelf, 12).waits
    assert len(on(shelf)) == 18 and len(told(shelf, MembershipSet)) == 12
    calm(shelf)


def test_a_relation_of_which_only_a_part_is_told_is_read_to_its_end(
    shelf: Shelf, notion: Sandbox
) -> None:
    many = [playlist([0], f"List {n}", PlaylistRef(f"spotify:playlist:{n}")) for n in range(40)]
    shelf.tell(*(event for events in many for event in events))
    shelf.publish()
    assert len(shelf.related("tracks", "Playlists")["Title 0"]) == 41
    shelf.clock.advance(300)
    notion.edit("Title 0", "Artist Name", "somebody")
    notion.unrelate("Title 0", "Playlists", "List 39")
    shelf.publish()
    (said,) = told(shelf, MembershipSet)
    assert said == MembershipSet(PlaylistRef("spotify:playlist:39"), ref(0), False)
    calm(shelf)


# ---- between looking and writing -----------------------------------------------------------------


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, name: str, do: Callable[[], object]
) -> Callable[[], bool]:
    """A person does something just before the first call of the client; whether they did."""
    real: Any = getattr(Client, name)
    done: list[bool] = []

    def call(self: Client, *args: Any, **words: Any) -> Any:
        if not done:
            done.append(True)
            do()
        return real(self, *args, **words)

    monkeypatch.setattr(Client, name, call)
    return lambda: bool(done)


def test_what_a_person_edits_between_the_look_and_the_write_survives(
    shelf: Shelf, notion: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.tell(track(1, title="As Spotify says", bpm=125.0), *playlist([0, 1], "Night", NIGHT))

    def edit() -> None:
        notion.edit("Title 1", "BPM", 126)
        notion.edit("Title 1", "Title", "Mine")
        notion.unrelate("Mine", "Playlists", "House")

    with monkeypatch.context() as patch:
        happened = meanwhile(patch, "create_page", edit)  # the page of Night: before any change
        shelf.publish()
        assert happened()
    (row,) = [row for row in shelf.rows() if plain(row["Title"]) == "Mine"]
    assert row["BPM"] == 126
    assert shelf.related("tracks", "Playlists")["Mine"] == {"Night"}
    assert told(shelf, MembershipSet) == [MembershipSet(HOUSE, ref(1), False)]
    assert {each.property for each in told(shelf, NotionEdited)} == {"bpm", "title", "playlists"}
    calm(shelf)


def test_what_opens_a_private_link_is_in_no_event(shelf: Shelf, notion: Sandbox) -> None:
    private = "https://soundcloud.com/ada/secret/s-AbC123"
    notion.add_row("Tracks", {"Title": "New", "SoundCloud URL": private})
    notion.add_row("Tracks", {"Title": "Both", "Spotify URL": SPOTIFY, "SoundCloud URL": private})
    notion.add_row(
        "Tracks", {"Title": "Set", "SoundCloud URL": "https://soundcloud.com/ada/sets/x/s-AbC123"}
    )
    notion.edit("Title 1", "YouTube URL", "https://cdn.example/a.mp3?sig=AbC123")
    shelf.publish()
    assert len(told(shelf, TrackRequested)) == 2 and len(matters(shelf)) == 1
    assert "AbC123" not in repr(told(shelf, Event))
    calm(shelf)
    assert {row.get("SoundCloud URL") for row in shelf.rows()} >= {private}
