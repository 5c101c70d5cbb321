"""A playlist that Spotify lists and does not let be read, from the refusal to its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from engine.library import Library
from tests.crate import Crate
from tests.engine import on_spotify
from tests.engine.on_spotify import Home


@pytest.fixture
def at(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    clock = Clock()
    with Sandbox(clock=clock) as spotify:
        yield on_spotify.home(crate, spotify, clock, monkeypatch)


def open_texts(at: Home) -> list[str]:
    library = Library(at.crate.home, "look", read_only=True)
    try:
        return [row.text for row in library.state.matters.open.of("unreadable")]
    finally:
        library.close()


def test_it_is_a_matter_until_it_can_be_read(at: Home) -> None:
    at.spotify.fault("404", endpoint="/playlists/{id}")
    report = at.run()
    (text,) = open_texts(at)
    assert "does not let playlist" in text and "404" in text
    assert len(report.unreadable) == 1 and report.matters == 1
    at.clock.advance(7200)
    at.run()
    assert open_texts(at) == []
    kinds = at.crate.kinds()
    assert kinds.count("PlaylistRefused") == kinds.count("MatterOpened") == 1
    assert kinds.count("MatterClosed") == 1


def test_it_is_over_when_it_is_not_listed_any_more(at: Home) -> None:
    for _ in range(2):  # a second refusal of the same version, and it is left alone
        at.spotify.fault("404", endpoint="/playlists/{id}")
        at.run()
        at.clock.advance(7200)
    (text,) = open_texts(at)
    name = text.split("'")[1]
    at.spotify.delete_playlist(name)
    at.run()
    assert open_texts(at) == []
