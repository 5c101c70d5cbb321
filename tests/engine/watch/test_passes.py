from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.config import load
from engine.library import Library
from engine.ports import quiet
from engine.watch.passes import AGAIN, PATIENCE, SELDOM, Passes
from tests.crate import Crate, song
from tests.engine.test_fetching import Site


@pytest.fixture
def library(crate: Crate) -> Iterator[Library]:
    with crate.library("sync watch") as opened, opened.effects():
        yield opened


def test_a_pass_waits_until_nothing_changes_but_not_for_ever(library: Library) -> None:
    passes = Passes(library, lambda: "")
    assert passes.why(0, calm=True) == ""
    passes.want("files changed", 10, delay=2)
    assert passes.why(11, calm=True) == ""
    assert passes.why(12, calm=True) == "files changed"
    passes.want("files changed", 20, delay=2)
    assert passes.why(25, calm=False) == ""
    assert passes.why(10 + PATIENCE, calm=False) == "files changed"


def test_a_burst_is_waited_for_longer_where_a_pass_takes_long(library: Library) -> None:
    passes = Passes(library, lambda: "")
    passes.took = 6
    passes.want("files changed", 0)
    assert passes.why(PATIENCE, calm=False) == ""
    assert passes.why(20 * 6, calm=False) == "files changed"


def test_what_failed_is_tried_again_less_and_less_often(library: Library) -> None:
    passes = Passes(library, lambda: "")
    now, waits = 0.0, []
    for _ in range(8):
        passes.retry(now)
        waits.append(passes.next_at - now)
        now = passes.next_at
        assert passes.why(now, calm=True) == "what could not be done is tried again"
    assert waits[:3] == [AGAIN, 2 * AGAIN, 4 * AGAIN]
    assert waits[-1] == SELDOM


def test_after_a_pass_without_a_failure_the_next_failure_is_a_first_one(
    crate: Crate, library: Library
) -> None:
    passes, now = Passes(library, lambda: ""), 0.0
    for _ in range(8):
        passes.retry(now)
        now = passes.next_at
        passes.why(now, calm=True)
    assert not passes.run(load(crate.home / "config.toml"), quiet, lambda: now).failed
    passes.retry(now)
    assert passes.next_at == now + AGAIN


def test_while_something_stands_in_the_way_it_waits_and_goes_on_when_that_is_gone(
    crate: Crate, library: Library
) -> None:
    words = ["djay is running"]
    crate.playlist("House", [song(1, seconds=1)])
    crate.music(song(1, seconds=1))
    assert crate.sync("pause").code == 0
    library.refresh()
    passes = Passes(library, lambda: words[0])
    config = load(crate.home / "config.toml")
    report = passes.run(config, quiet, lambda: 100.0)
    assert report.held and not crate.audio_tree()
    assert passes.why(140, calm=True) == "", "it is still so"
    words[0] = ""
    assert passes.why(171, calm=True) != ""


def test_each_pass_is_a_run_of_its_own_and_one_without_news_is_no_event(
    crate: Crate, library: Library
) -> None:
    crate.playlist("House", [song(1)])
    passes, config = Passes(library, lambda: ""), load(crate.home / "config.toml")
    for number in range(3):
        passes.run(config, quiet, lambda: 0.0)
        if number == 1:
            crate.playlist("Techno", [song(2)])
    kinds = [each.event.kind for each in library.log.read()]
    assert kinds.count("ReconcileStarted") == kinds.count("ReconcileFinished") == 2
    assert kinds[0] == "ReconcileStarted" and kinds[-1] == "ReconcileFinished"
    assert Path(crate.root / "Techno.m3u8").exists()


def test_fetching_goes_on_in_small_bites_until_nothing_is_left(
    crate: Crate, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.watch.passes.FETCHED", 2)
    songs = [song(number, seconds=1) for number in range(1, 4)]
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]\n[analysis]\nautomatic = false')
    crate.playlist("House", songs)
    passes = Passes(library, lambda: "", Site(*songs))
    config = load(crate.home / "config.toml")
    assert passes.run(config, quiet, lambda: 0.0).fetched == 2
    assert passes.why(2, calm=True) != ""
    assert passes.run(config, quiet, lambda: 2.0).fetched == 1
    assert passes.run(config, quiet, lambda: 100.0).fetched == 0
    assert passes.why(1000, calm=True) == "" and len(crate.audio_tree()) == 3
