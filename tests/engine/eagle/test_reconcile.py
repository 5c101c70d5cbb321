"""Runs of the whole program with `[eagle]` in the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.eagle.disk import Files
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from tests.crate import Crate, song

ONE, TWO = song(1), song(2)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    clock = Clock()
    monkeypatch.setattr("time.sleep", clock.advance)
    with Sandbox(tmp_path / "libraries", clock=clock, delay=1.0) as running:
        yield running


@pytest.fixture
def laid(crate: Crate, app: Sandbox) -> Crate:
    told = app.introduction()
    crate.configure(
        extra=f'[eagle]\nlibrary = "{told["library"]}"\nbase_url = "{told["url"]}"\npatience = 5\n'
    )
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.music(TWO)
    return crate


def ours(app: Sandbox) -> dict[str, list[str]]:
    """Name → tags of the items that bear our address."""
    app.settle(all=True)
    there = app.open.items.values()
    return {item.name: item.tags for item in there if item.url.startswith("cratelog://track/")}


def test_what_is_laid_out_goes_into_eagle_once(laid: Crate, app: Sandbox) -> None:
    said = laid.sync("reconcile")
    assert said.code == 0 and "note: Eagle: items: 2 imported" in said.err
    assert ours(app) == {
        f"{each.artist} - {each.title}": ["BPM:128", "Key:7B", "house", "House"]
        for each in (ONE, TWO)
    }
    before = len(laid.events())
    app.forget()
    again = laid.sync("reconcile")
    assert (again.code, again.err) == (0, "") and "nothing to do" in again.out
    assert len(laid.events()) == before and sum(app.requests.values()) == 3
    assert laid.sync("replay").code == 0


def test_eagle_alone(laid: Crate, app: Sandbox) -> None:
    app.quit()
    said = laid.sync("reconcile")
    assert said.code == 0 and "Eagle is not running" in said.err and "2 items wait" in said.err
    assert len(laid.audio_tree()) == 2 and not ours(app)
    app.start_app()
    laid.music(song(3), "more.wav")  # is not looked at
    said = laid.sync("reconcile", "--only", "eagle")
    assert said.code == 0 and len(ours(app)) == 2
    app.quit()
    assert laid.sync("reconcile").code == 0


def test_status_and_why_speak_of_the_items(laid: Crate, app: Sandbox) -> None:
    laid.sync("reconcile")
    (item,) = [item.id for item in app.open.items.values() if ONE.title in item.name]
    assert "eagle: 2 items of tracks, 3 other sounds\n" in laid.sync("status").out
    told = laid.sync("status", "--json").summary["eagle"]
    assert (told["tracks"], told["others"], told["gone"], told["intents"]) == (2, 3, 0, 0)
    story = laid.sync("why", ONE.uri).out
    name = f"{ONE.artist} - {ONE.title}"
    assert f"in Eagle: {name!r}, item {item}, imported by us" in story
    assert f"was imported as item {item}, from target/playlists/House/{name}.wav" in story
    app.trash(item)
    laid.sync("reconcile")
    assert "1 items of tracks, 3 other sounds, 1 trashed or erased" in laid.sync("status").out
    story = laid.sync("why", ONE.uri).out
    assert "in the trash, and it is not imported again" in story.replace("into", "in")
    assert f"Eagle: item {item} is in the trash" in story


def test_without_a_section_status_says_nothing(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.reconcile()
    assert "eagle" not in crate.sync("status").out


def checks(laid: Crate) -> dict[str, tuple[str, str]]:
    """What the doctor says of Eagle: what → level and text."""
    lines = [line for line in laid.sync("doctor", "--json").lines if line["type"] == "check"]
    return {
        line["what"].removeprefix("eagle "): (line["level"], line["text"])
        for line in lines
        if line["what"].startswith("eagle")
    }


def test_the_doctor_looks_at_eagle(laid: Crate, app: Sandbox) -> None:
    path = app.introduction()["library"]
    told = checks(laid)
    assert told["app"] == ("ok", f"Eagle 4.0.0 answers at {app.url}")
    assert told["library"] == ("ok", f"{path} is open")
    assert told["folder"] == ("ok", "'cratelog' is made with the first import")
    laid.sync("reconcile")
    assert checks(laid)["folder"] == ("ok", "'cratelog' is there; 1 playlist with a folder")
    app.switch_library("Pictures")
    level, text = checks(laid)["library"]
    assert level == "warning" and "open that one in Eagle" in text
    app.quit()
    level, text = checks(laid)["app"]
    assert level == "warning" and text.startswith("Eagle is not running")
    laid.configure(extra=f'[eagle]\nbase_url = "{app.url}"\n')
    assert checks(laid)["library"] == ("problem", "[eagle] library names no library")


def test_audio_in_eagle_may_be_put_into_playlists(laid: Crate, app: Sandbox) -> None:
    for item in list(app.open.items):  # made up, and no music
        app.erase(item)
    for path in laid.files.iterdir():
        app.import_file(str(path))
        path.unlink()
    config = laid.home / "config.toml"
    assert "2 items" not in laid.sync("reconcile").err and laid.audio_tree() == []
    config.write_text(config.read_text("utf-8") + "read = true\n", "utf-8")
    said = laid.sync("reconcile")
    assert said.code == 0 and len(laid.audio_tree()) == 2
    assert "Eagle: items: 2 there before, 2 changed" in said.err  # and none is imported again
    assert len(ours(app)) == 2
    before = len(laid.events())
    assert laid.sync("reconcile").code == 0 and len(laid.events()) == before


def test_closed_only_the_times_are_read(
    laid: Crate, app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid.sync("reconcile")
    app.quit()
    assert laid.sync("reconcile").err == ""
    read: list[str] = []

    def noting(self: Files, path: Path) -> bytes:
        read.append(path.name)
        return path.read_bytes()

    monkeypatch.setattr(Files, "read", noting)
    assert laid.sync("reconcile").err == ""
    assert read == ["mtime.json"]


def test_without_eagle_nothing_of_it_is_loaded(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    assert crate.sync("reconcile").code == 0
    assert not any(kind.startswith("Eagle") for kind in crate.kinds())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('files = "usb"', "`eagle.files` names no target: 'usb'; there are playlists"),
        ('librari = "x"', "unknown key `eagle.librari`; did you mean `library`?"),
    ],
)
def test_a_wrong_setting_is_one_line(crate: Crate, lines: str, said: str) -> None:
    crate.configure(extra=f"[eagle]\n{lines}\n")
    told = crate.sync("reconcile")
    assert told.code == 1 and told.err.count("\n") == 1 and said in told.err
