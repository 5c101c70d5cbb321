"""Runs with a catalogue in Notion: pages before files, one page through to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.notion.settings import TOKEN
from adapters.sandbox.notion import Sandbox
from engine.candidates import Candidate
from engine.config import load
from engine.next import Next
from state.events import TrackRequested
from state.values import Ref, TrackId
from tests.crate import Crate, Song, song
from tests.engine.on_notion import plain
from tests.engine.test_fetching import Site

ONE, TWO, THREE = song(1), song(2), song(3)
WRITES = ("POST /pages", "PATCH /pages/{id}")


class Looking(Site):
    """A site that looks at the catalogue when it is first searched or fetched from."""

    def __init__(self, notion: Sandbox, *songs: Song) -> None:
        super().__init__(*songs)
        self.notion, self.seen = notion, list[dict[str, Any]]()
        self.writes = -1

    def search(self, words: str, source: str) -> list[Candidate]:
        if self.writes < 0:
            self.writes = sum(self.notion.requests[name] for name in WRITES)
            self.seen = rows(self.notion)
        return super().search(words, source)


def rows(notion: Sandbox, kind: str = "Tracks") -> list[dict[str, Any]]:
    """The pages of a database, as a person sees them."""
    source = notion.find_source(kind)
    names = {prop.id: prop.name for prop in source.properties.values()}
    return [
        {names[an_id]: value for an_id, value in page.values.items()} | {"page": page.id}
        for page in source.rows.values()
        if not page.in_trash
    ]


def titled(notion: Sandbox, title: str) -> dict[str, Any]:
    (row,) = [row for row in rows(notion) if plain(row.get("Title")) == title]
    return row


def state_of(row: dict[str, Any], notion: Sandbox) -> str:
    source = notion.find_source("Tracks")
    (prop,) = [prop for prop in source.properties.values() if prop.name == "Sync State"]
    option = prop.option(row["Sync State"])
    return str(option["name"]) if option else ""


@pytest.fixture
def notion() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def shown(crate: Crate, notion: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Crate:
    """A crate whose catalogue is in the sandbox; what is not there is fetched from soundcloud."""
    monkeypatch.setenv(TOKEN, notion.token)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    section = f'[notion]\nparent = "{notion.page}"\nbase_url = "{notion.url}"\nper_minute = 1000\n'
    crate.configure(extra=f'[fetch]\nsources = ["soundcloud"]\n{section}')
    assert crate.sync("notion", "setup").code == 0
    return crate


def test_a_page_is_there_before_its_file_and_says_so_after(shown: Crate, notion: Sandbox) -> None:
    shown.playlist("House", [ONE, TWO])
    site = Looking(notion, ONE)
    report = shown.reconcile(media=site)
    assert report.fetched == 1 and not report.partly, report
    assert len(site.seen) == 2 and all(row["Playlists"] for row in site.seen)
    assert {state_of(row, notion) for row in site.seen} == {"wanted"}
    assert state_of(titled(notion, ONE.title), notion) == "placed"
    assert state_of(titled(notion, TWO.title), notion) == "wanted"
    shown.reconcile(media=site)
    notion.forget()
    assert shown.reconcile(media=site).events == 0
    assert not sum(notion.requests[name] for name in WRITES)


def album(number: int) -> str:
    """Forty albums of sixty artists; twenty artists have none."""
    return f"Album {number % 60}" if number % 60 < 40 else ""


def test_a_hundred_new_tracks_are_told_in_205_writes_before_the_first_is_fetched(
    shown: Crate, notion: Sandbox
) -> None:
    songs = [Song(n, f"Title {n}", f"Artist {n % 60}", album=album(n)) for n in range(1, 101)]
    shown.playlist("House", songs)
    notion.forget()
    site = Looking(notion)
    shown.reconcile(media=site)
    assert len(site.seen) == 100 and len(rows(notion, "Artists")) == 60
    assert 0 < site.writes <= 205


def test_a_row_that_a_person_adds_is_fetched_in_the_same_run(shown: Crate, notion: Sandbox) -> None:
    address = f"https://open.spotify.com/track/{THREE.uri[-22:]}"
    said = {"Title": THREE.title, "Artist Name": THREE.artist, "Duration (ms)": 3000}
    notion.add_row("Tracks", said | {"Spotify URL": address})
    report = shown.reconcile(media=Site(THREE))
    assert (report.fetched, report.failed) == (1, []), report
    assert shown.audio_tree() == [f"Unassigned/{THREE.artist} - {THREE.title}.ogg"]
    assert state_of(titled(notion, THREE.title), notion) == "placed"
    assert len(rows(notion)) == 1


def test_a_track_taken_off_a_playlist_in_notion_leaves_its_folder(
    shown: Crate, notion: Sandbox
) -> None:
    three = [ONE, TWO, THREE]
    shown.playlist("House", three)
    for each in three:
        shown.music(each)
    shown.reconcile()
    assert len(shown.audio_tree()) == 3
    notion.unrelate(TWO.title, "Playlists", "House")
    shown.reconcile()
    assert f"Unassigned/{TWO.artist} - {TWO.title}.wav" in shown.audio_tree()
    assert len(shown.audio_tree()) == 3
    shown.reconcile()
    assert shown.reconcile().events == 0


# ---- one page ------------------------------------------------------------------------------------


def test_one_page_goes_through_to_its_end_and_no_other_one(shown: Crate, notion: Sandbox) -> None:
    shown.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        shown.music(each)
    page = notion.add_row(
        "Tracks", {"Title": "x", "Spotify URL": f"https://open.spotify.com/track/{ONE.uri[-22:]}"}
    )
    said = shown.sync(
        "track", "--notion-page", f"https://www.notion.so/One-{page.replace('-', '')}?v=1"
    )
    assert said.code == 0, said
    assert shown.audio_tree() == [f"House/{ONE.artist} - {ONE.title}.wav"]
    assert ONE.title in said.out and "House/" in said.out
    (row,) = rows(notion)
    assert state_of(row, notion) == "placed" and row["Playlists"] and row["page"] == page
    again = shown.sync("track", "--notion-page", page.replace("-", ""))
    assert again.code == 0 and shown.audio_tree() == [f"House/{ONE.artist} - {ONE.title}.wav"]
    assert shown.kinds().count("TrackRequested") == 1


def test_one_page_is_fetched(shown: Crate, notion: Sandbox) -> None:
    shown.playlist("House", [ONE, TWO])
    shown.reconcile(only=["csv", "notion"])
    assert len(rows(notion)) == 2
    site = Site(ONE, TWO)
    config = load(shown.home / "config.toml")
    with shown.library() as library, library.effects():
        library.append([TrackRequested(Ref(TWO.uri))])
        run = Next(library, config, asked=TrackId(TWO.uri), media=site)
        report = run.run()
    assert report.fetched == 1 and site.fetches.total() == 1, report
    assert state_of(titled(notion, TWO.title), notion) == "placed"
    assert state_of(titled(notion, ONE.title), notion) == "wanted"


def test_a_page_that_leads_to_no_track_is_one_line(shown: Crate, notion: Sandbox) -> None:
    shown.playlist("House", [ONE])
    shown.reconcile(media=Site())
    bare = notion.add_row("Tracks", {"Title": "Bare"})
    bad = notion.add_row(
        "Tracks", {"Title": "Bad", "SoundCloud URL": "https://soundcloud.com/x/sets/y"}
    )
    double = notion.add_row("Tracks", {"Title": "Two", "Spotify ID": ONE.uri[-22:]})
    trashed = notion.add_row("Tracks", {"Title": "Old"})
    notion.trash(trashed)
    house = notion.find_page("House").id
    for told, why in (
        ("0" * 12 + "4" + "0" * 3 + "8" + "0" * 15, "there is no page"),
        (house, "is one of Playlists"),
        (notion.page, "is none of ours"),
        (trashed, "lies in the trash"),
        (bare, "'Bare': it has no address"),
        (bad, "'Bad': "),
        (double, "a double of the page"),
    ):
        said = shown.sync("track", "--notion-page", told)
        assert said.code == 1 and why in said.err and said.err.count("\n") == 1, (told, said)
    assert "TrackRequested" not in shown.kinds()


def test_what_cannot_be_a_page_is_bad_usage(shown: Crate, notion: Sandbox) -> None:
    for said in (
        shown.sync("track", "--notion-page", "nonsense"),
        shown.sync("notion", "setup", "--parent", "nonsense"),
    ):
        assert said.code == 2 and "'nonsense' is no page or database of Notion" in said.err, said


def test_without_a_catalogue_there_are_no_pages(crate: Crate) -> None:
    said = crate.sync("track", "--notion-page", "x")
    assert said.code == 1 and "[notion]" in said.err


# ---- what is said of it --------------------------------------------------------------------------


def test_a_plan_says_what_would_be_written_and_asks_and_writes_nothing(
    shown: Crate, notion: Sandbox
) -> None:
    notion.add_row("Tracks", {"Title": TWO.title, "Duration (ms)": 3000})
    assert shown.sync("notion", "setup").code == 0
    shown.playlist("House", [ONE, TWO])
    notion.forget()
    said = shown.sync("plan", "--detailed-exitcode")
    assert said.code == 4 and not notion.requests, said
    assert "Playlists: 1 to make" in said.out and "Tracks: 1 to make, 1 to claim" in said.out
    assert f"+ {ONE.title}  (on 'House')" in said.out
    assert f"= {TWO.title}  (a page has its title and duration)" in said.out
    shown.reconcile(media=Site())
    shown.reconcile(media=Site())
    assert shown.sync("plan", "--detailed-exitcode", "--only", "notion").code == 0
    shown.playlist("House", [TWO])
    shown.playlist("Night", [TWO])
    shown.reconcile(only=["csv"])
    said = shown.sync("plan", "--json", "--only", "notion")
    told = {
        (line["key"], line["what"]): line["because"] for line in said.lines if "because" in line
    }
    assert told[f"track:{TWO.uri}", "~"] == "playlists"
    assert told[f"track:{ONE.uri}", "~"] == "left the library"


def test_status_says_how_the_catalogue_is(shown: Crate, notion: Sandbox) -> None:
    shown.playlist("House", [ONE, TWO])
    shown.reconcile(media=Site())
    out = shown.sync("status").out
    assert "notion: 1 playlists, 2 artists, 2 albums, 2 tracks, looked at " in out
    notion.fault("429 workspace", seconds=900)
    assert shown.reconcile(media=Site()).partly
    assert "BLOCKED until" in shown.sync("status").out
    (line,) = [line for line in shown.sync("status", "--json").lines if line["type"] == "catalogue"]
    assert line["pages"]["tracks"] == 2 and line["blocked"] and not line["open"]
