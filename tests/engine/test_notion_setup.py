"""Setting up, and the command line."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.contract import Fatal, Permanent
from adapters.notion import tokens
from adapters.notion.settings import TOKEN
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.notion.setting_up import identifier
from tests.crate import Crate, song
from tests.engine import on_notion
from tests.engine.on_notion import Shelf


@pytest.fixture
def notion() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path, notion: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = on_notion.shelf(tmp_path, notion, Clock(), monkeypatch)
    made.settings = made.settings.model_copy(update={"timeout": 0.2})
    return made


@pytest.fixture
def configured(crate: Crate, notion: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Crate:
    monkeypatch.setenv("CRATELOG_HOME", str(crate.home))
    monkeypatch.setenv(TOKEN, notion.token)
    crate.configure(extra=f'[notion]\nparent = "{notion.page}"\nbase_url = "{notion.url}"')
    crate.playlist("House", [song(1), song(2)])
    crate.music(song(1))
    return crate


def test_doctor_shows_what_holds_what_and_what_has_no_place(
    configured: Crate, notion: Sandbox
) -> None:
    def told() -> dict[str, str]:
        said = configured.sync("doctor", "--json")
        lines = [line for line in said.lines if line["type"] == "check"]
        return {line["what"]: f"{line['level']}: {line['text']}" for line in lines}

    configured.sync("reconcile")
    assert told()["notion: Tracks"] == "warning: no database is known"
    assert configured.sync("notion", "setup").code == 0
    assert configured.sync("reconcile").code == 0
    tracks = told()["notion: Tracks"]
    assert tracks.startswith("ok: ") and "bpm in 'BPM'" in tracks and "isrc in 'ISRC'" in tracks
    notion.rename_property("Tracks", "BPM", "Tempo of it")
    notion.delete_property("Tracks", "ISRC")
    configured.sync("reconcile")
    tracks = told()["notion: Tracks"]
    assert tracks.startswith("warning: cannot be written now: isrc")
    assert "bpm in 'Tempo of it'" in tracks


def test_doctor_waits_once_for_a_service_that_cannot_be_reached(
    configured: Crate, notion: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert configured.sync("notion", "setup").code == 0
    monkeypatch.setattr("adapters.notion.client.TRIES", 1)
    config = configured.home / "config.toml"
    text = config.read_text("utf-8").replace(notion.url, "http://127.0.0.1:9")
    config.write_text(text, "utf-8")
    said = [line for line in configured.sync("doctor", "--json").lines if line["type"] == "check"]
    (told,) = [
        line["text"] for line in said if line["what"].startswith("notion") and line["advice"]
    ]
    assert "cannot be reached" in told


def test_an_address_is_as_good_as_an_id() -> None:
    for told in (
        "0123abcd-0123-4123-8123-0123456789ab",
        "https://www.notion.so/My-Music-2024-0123abcd0123412381230123456789ab?pvs=4",
    ):
        assert identifier(told) == "0123abcd-0123-4123-8123-0123456789ab"
    with pytest.raises(Permanent, match="'music'"):
        identifier("music")


@pytest.mark.parametrize(
    "kind", ["saved 502", "saved 503", "saved 504", "saved drop", "saved slow", "504", "drop"]
)
def test_a_database_is_made_once_whatever_the_answer(
    shelf: Shelf, notion: Sandbox, kind: str
) -> None:
    notion.fault(kind, endpoint="POST /databases", after=1, seconds=1)
    try:
        shelf.set_up()
    except Fatal:
        shelf.set_up()
    titled = [str(one.title[0]["plain_text"]) for one in notion.workspace.databases.values()]
    assert sorted(titled) == ["Albums", "Artists", "Playlists", "Tracks"]
    assert all(not each.made and not each.missing for each in shelf.set_up())


def test_databases_can_be_named_and_their_properties_too(shelf: Shelf, notion: Sandbox) -> None:
    source = notion.add_database("My songs", {"Song": "title", "By": "rich_text"})
    database = notion.find_database(source).id
    names = {"tracks": {"artist_name": "By", "explicit": ""}}
    shelf.settings = shelf.settings.model_copy(update={"tracks": database, "properties": names})
    made = {each.kind: each for each in shelf.set_up(add=True)}
    assert made["tracks"].source == source and not made["tracks"].made
    there = {prop.name for prop in notion.find_source(source).properties.values()}
    assert {"Sync Key", "Playlists", "By"} <= there and not {"Artist Name", "Explicit"} & there


def test_a_property_of_another_type_is_told_and_left(shelf: Shelf, notion: Sandbox) -> None:
    notion.add_database("Artists", {"Name": "title", "Sync Key": "rich_text", "Sync State": "date"})
    made = {each.kind: each for each in shelf.set_up()}
    assert any("'Sync State' is a date" in note for note in made["artists"].notes)
    assert made["artists"].missing == ["Sync State (sync)"]


def test_a_database_that_shows_no_data_source(shelf: Shelf, notion: Sandbox) -> None:
    source = notion.add_database("Tracks", {"Title": "title"})
    notion.find_database(source).data_sources.clear()
    with pytest.raises(Permanent, match="no data sources"):
        shelf.set_up()


def test_without_a_page_nothing_can_be_made(shelf: Shelf) -> None:
    shelf.settings = shelf.settings.model_copy(update={"parent": ""})
    with pytest.raises(Permanent, match="--parent"):
        shelf.set_up()


# ---- the command line --------------------------------------------------------------------------


def test_from_nothing_to_pages(configured: Crate, notion: Sandbox) -> None:
    said = configured.sync("notion", "setup", "--json")
    assert said.code == 0, said.err
    assert sorted(said.summary["made"]) == ["albums", "artists", "playlists", "tracks"]
    said = configured.sync("reconcile", "--json")
    assert said.code == 0, said.err + said.out
    source = notion.find_source("Tracks")
    assert len(source.rows) == 2
    # In step: nothing is appended, nothing is written.
    configured.sync("reconcile")
    position = configured.events()[-1].position
    notion.forget()
    said = configured.sync("reconcile", "--json")
    assert said.code == 0 and configured.events()[-1].position == position
    assert set(notion.requests) == {"POST /data_sources/{id}/query"}
    assert sum(notion.requests.values()) <= 8
    # What a person does is noticed, though nothing else has changed.
    notion.edit("Title bb", "Artist Name", "Somebody")
    assert configured.sync("reconcile").code == 0
    assert configured.kinds().count("NotionEdited") == 1


def test_only_notion(configured: Crate, notion: Sandbox) -> None:
    configured.sync("reconcile", "--only", "csv")
    configured.sync("notion", "setup")
    said = configured.sync("reconcile", "--only", "notion")
    assert said.code == 0, said.err
    assert configured.tree() == [] and len(notion.find_source("Tracks").rows) == 2


def test_a_run_without_databases_or_token_says_what_to_do(
    configured: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = configured.sync("reconcile")
    assert said.code == 3 and "sync notion setup --parent PAGE" in said.out + said.err
    assert "Title bb" in str(configured.audio_tree())
    monkeypatch.delenv(TOKEN)
    said = configured.sync("notion", "setup")
    assert said.code == 12 and "sync notion token" in said.err


def test_a_token_is_kept_for_nobody_else(
    configured: Crate, notion: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN)
    monkeypatch.setattr(tokens, "there_is_a_keyring", lambda: False)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{notion.token}\n"))
    said = configured.sync("notion", "token")
    assert said.code == 0 and notion.token not in said.out + said.err
    assert stat.S_IMODE(tokens.path(configured.home).stat().st_mode) == 0o600
    assert configured.sync("notion", "setup").code == 0
    assert notion.token.encode() not in (configured.home / "log.db").read_bytes()


def test_doctor_knows_whether_there_is_a_token(
    configured: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        lines = configured.sync("doctor", "--json").lines
        (line,) = [line for line in lines if line.get("what") == "notion token"]
        return str(line["level"])

    assert told() == "ok"
    monkeypatch.delenv(TOKEN)
    monkeypatch.setattr(tokens, "there_is_a_keyring", lambda: False)
    assert told() == "problem"
