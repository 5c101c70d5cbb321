"""Runs of the whole program with `[eagle]` in the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
