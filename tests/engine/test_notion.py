"""The catalogue in Notion: made once, kept in step, and cheap to look at."""

from __future__ import annotations

import pytest

from adapters.contract import Permanent
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.notion.preview import coming
from state.events import (
    PlaylistMembershipLost,
    PlaylistSeen,
    SamePlaylistFound,
    TracksMerged,
)
from state.values import PlaylistRef
from tests.engine.on_notion import HOUSE, Shelf, plain, playlist, ref, titles, track

NIGHT = PlaylistRef("spotify:playlist:night")


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


# ---- what is there already -----------------------------------------------------------------------

SCRIPTS = {
    "Title": "title", "Artist Name": "rich_text", "Album": "rich_text", "Spotify ID": "rich_text",
    "Spotify URL": "url", "Duration (ms)": "number", "Key ": "rich_text", "Tempo": "number",
    "Genre": "multi_select", "DL": "checkbox", "Explicit": "checkbox", "Popularity": "number",
    "Release Date": "date", "ISRC": "rich_text", "Mode": "select",
}  # fmt: skip


def test_pages_of_other_programs_get_no_double(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    notion.add_database("Tracks", SCRIPTS)
    notion.seed(
        "Tracks",
        [
            {
                "Title": f"Title {n}",
                "Artist Name": f"Artist {n % 60}",
                "Duration (ms)": 200_400 + 10_000 * n,
                "Popularity": 7,
                **({"Spotify ID": f"{n:022d}"} if n % 3 else {}),
                **({"Key ": "8A", "Tempo": 127} if n % 2 else {}),
            }
            for n in range(150)
        ],
    )
    clock.advance(600)
    shelf.tell(*(track(n, bpm=125.0, key="Am") for n in range(60)), *playlist(range(60)))
    shelf.set_up(add=True)
    turn = shelf.publish()
    assert not turn.waits and not turn.unreadable, turn
    rows = {plain(row["Title"]): row for row in shelf.rows()}
    assert len(shelf.rows()) == 150
    ours = [row for row in rows.values() if row.get("Sync Key")]
    assert sorted(plain(row["Title"]) for row in ours) == sorted(f"Title {n}" for n in range(60))
    # What a DJ program wrote stays; what is empty is filled in.
    assert (rows["Title 1"]["Tempo"], plain(rows["Title 1"]["Key "])) == (127, "8A")
    assert (rows["Title 2"]["Tempo"], plain(rows["Title 2"]["Key "])) == (125, "Am")
    assert rows["Title 1"]["Duration (ms)"] == 210_400 and rows["Title 1"]["Popularity"] == 7
    assert plain(rows["Title 3"]["Spotify ID"]) == f"{3:022d}"
    assert plain(rows["Title 3"]["Album"]) == "Album 3"
    assert shelf.related("tracks", "Playlists")["Title 3"] == {"House"}
    clock.advance(1000)
    assert shelf.idle() <= 5


def test_what_lacks_a_sync_key_is_not_touched_unasked(shelf: Shelf, notion: Sandbox) -> None:
    notion.add_database("Tracks", SCRIPTS)
    with pytest.raises(Permanent, match="--add-missing"):
        shelf.set_up()
    made = shelf.set_up(add=True)
    assert {each.kind: each.made for each in made}["tracks"] is False
    again = shelf.set_up()
    assert not any(each.made or each.added or each.missing for each in again), again


def test_a_doubtful_page_blocks_its_double(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.set_up()
    notion.add_row("Tracks", {"Title": "Title 1"})
    shelf.tell(*(track(n) for n in range(2)), *playlist(range(2)))
    turn = shelf.publish()
    assert any("'Title 1'" in line for line in turn.notes)
    assert titles(shelf.rows()) == ["Title 0", "Title 1"]
    notion.edit("Title 1", "Spotify ID", f"{1:022d}")
    clock.advance(300)
    shelf.publish()
    assert len(shelf.rows()) == 2 and all(row["Sync Key"] for row in shelf.rows())


# ---- people --------------------------------------------------------------------------------------


def test_what_a_person_writes_stays(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.tell(*(track(n) for n in range(3)), *playlist(range(3)))
    shelf.set_up()
    shelf.publish()
    clock.advance(300)
    notion.add_row("Playlists", {"Title": "Mine"})
    notion.edit("Title 1", "Artist Name", "My own words")
    notion.edit("Title 2", "Waits For", "nonsense")
    notion.relate("Title 1", "Playlists", "Mine")
    notion.unrelate("Title 2", "Playlists", "House")
    shelf.tell(track(1, artists=("Another",)), *playlist(range(3), "Night", NIGHT))
    shelf.publish()
    rows = {plain(row["Title"]): row for row in shelf.rows()}
    assert plain(rows["Title 1"]["Artist Name"]) == "My own words"
    assert plain(rows["Title 2"]["Waits For"]) == "audio: none is known"
    related = shelf.related("tracks", "Playlists")
    assert related["Title 1"] == {"House", "Mine", "Night"} and related["Title 2"] == {"Night"}
    assert shelf.related("tracks", "Artist")["Title 1"] == {"Another"}
    shelf.tell(PlaylistMembershipLost(NIGHT, ref(1)))
    clock.advance(300)
    shelf.publish()
    assert shelf.related("tracks", "Playlists")["Title 1"] == {"House", "Mine"}
    clock.advance(300)
    assert shelf.idle() <= 5


def test_what_was_edited_hours_ago_is_seen(shelf: Shelf, notion: Sandbox, clock: Clock) -> None:
    shelf.tell(*(track(n) for n in range(2)), *playlist(range(2)))
    shelf.set_up()
    shelf.publish()
    clock.advance(7200)
    notion.edit("Title 1", "Artist Name", "My own words")
    clock.advance(7200)
    shelf.tell(track(1, artists=("Another",)))
    shelf.publish()
    (row,) = [row for row in shelf.rows() if plain(row["Title"]) == "Title 1"]
    assert plain(row["Artist Name"]) == "My own words"


# ---- much and odd --------------------------------------------------------------------------------


def test_odd_texts_settle(shelf: Shelf, clock: Clock) -> None:
    odd = (
        track(0, title="", genres=("drum, bass", "Drum; Bass", "🪩")),
        track(1, title="x" * 5000, artists=("A, B", "  "), album="🎛️", released="1999"),
        track(2, title=" trailing ", released="2020-13-99", isrc="  "),
        track(3, title="NUL\0 and \u202eback", explicit=True, bpm=127.999, key="F#m"),
        track(4, title="שלום, عالم", artists=("פרפר נחמד", "أم كلثوم"), album="ألف ليلة"),
    )
    shelf.tell(*odd, *playlist(range(5), "🎉, and\nmore"))
    shelf.set_up()
    turn = shelf.publish()
    assert not turn.waits and not turn.unreadable, turn
    assert len(shelf.rows()) == 5 and "שלום, عالم" in titles(shelf.rows())
    assert shelf.related("tracks", "Artist")["שלום, عالم"] == {"פרפר נחמד", "أم كلثوم"}
    (empty,) = [row for row in shelf.rows() if not plain(row.get("Title"))]
    options = shelf.notion.find_source("Tracks").find("Genre").config["options"]  # type: ignore[union-attr]
    names = {one["id"]: one["name"] for one in options}
    assert sorted(names[an_id] for an_id in empty["Genre"]) == ["drum; bass", "🪩"]
    (long,) = [row for row in shelf.rows() if plain(row.get("Title")) == "x" * 5000]
    assert long["Release Date"]["start"] == "1999-01-01"
    clock.advance(300)
    assert shelf.idle() <= 5


def test_a_page_follows_what_is_called_otherwise(shelf: Shelf, clock: Clock) -> None:
    backup = PlaylistRef("csv:backups/House")
    shelf.tell(*(track(n) for n in range(2)))
    shelf.tell(PlaylistSeen(backup, "csv", "House", "backups"), *playlist(range(2), of=backup)[1:])
    shelf.set_up()
    shelf.publish()
    (before,) = shelf.rows("playlists")
    clock.advance(300)
    shelf.tell(*playlist(range(2)), SamePlaylistFound(backup, HOUSE, "the same name"))
    library = shelf.open()
    (planned,) = coming(library)
    library.close()
    assert (planned.key, planned.what) == (f"playlist:{HOUSE}", "~")
    assert planned.because == "spotify_id, spotify_url, sync_key"
    shelf.notion.forget()
    shelf.publish()
    assert shelf.writes() == 1
    (row,) = shelf.rows("playlists")
    assert row["page"] == before["page"] and plain(row["Sync Key"]) == f"playlist:{HOUSE}"
    assert shelf.related("playlists", "Tracks") == {"House": {"Title 0", "Title 1"}}
    # Two tracks that are one: the page of the later name is marked, and on no playlist.
    shelf.tell(TracksMerged(ref(0), ref(1)))
    clock.advance(300)
    shelf.publish()
    assert shelf.related("playlists", "Tracks") == {"House": {"Title 0"}}
    clock.advance(300)
    assert shelf.idle() <= 5
