"""Every endpoint times every fault: nothing is found missing that is there, and the next look
completes what this one could not."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import KINDS
from adapters.sandbox.spotify import Library, Sandbox, made_up
from state.values import PlaylistRef
from tests.adapters.spotify.listening import Listener, truth

ENDPOINTS = (
    "GET /me",
    "GET /me/playlists",
    "GET /playlists/{id}",
    "GET /playlists/{id}/items",
    "GET /me/tracks",
)
LONG = "Playlist 001"


PAGES = ENDPOINTS[3:4]


@pytest.fixture(scope="module")
def spotify() -> Iterator[Sandbox]:
    with Sandbox(clock=Clock()) as spotify:
        spotify.library = made_up.large(2, 70, 70, tracks=300)
        for track in list(spotify.library.tracks())[150:215]:
            spotify.add(LONG, track.uri)
        yield spotify


@pytest.fixture(scope="module")
def before(spotify: Sandbox) -> tuple[Library, Listener]:
    """A library, and a listener that knows all of it."""
    listener = Listener(spotify, Clock())
    assert listener.look() is None and in_step(listener)
    return spotify.library, listener


@pytest.fixture
def listener(before: tuple[Library, Listener], spotify: Sandbox) -> Listener:
    library, knows = before
    spotify.faults.clear()
    spotify.library = deepcopy(library)
    listener = Listener(spotify, Clock())
    listener.memory, listener.cursor = deepcopy(knows.memory), knows.cursor
    return listener


def edited(spotify: Sandbox) -> None:
    """Something of everything: rows gone, moved and new, a song unliked, a list renamed."""
    rows = spotify.find_playlist(LONG).rows
    spotify.remove(LONG, rows[120].uri)
    spotify.reorder(LONG, 110, 3, 2)
    spotify.remove("Playlist 000", spotify.find_playlist("Playlist 000").rows[0].uri)
    spotify.rename("Playlist 000", "Playlist A")
    spotify.unlike(spotify.library.liked[55].uri)
    spotify.like(list(spotify.library.tracks())[-1].uri)


def in_step(listener: Listener) -> bool:
    return all(
        listener.named(name) == rows for name, rows in truth(listener.spotify.library).items()
    )


CASES = [(endpoint, kind, 4) for endpoint in ENDPOINTS for kind in (*KINDS, *Sandbox.kinds)]
CASES += [(endpoint, kind, 1) for endpoint in PAGES for kind in (*KINDS, *Sandbox.kinds)]


@pytest.mark.parametrize(("endpoint", "kind", "times"), CASES)
def test_a_fault_loses_nothing_and_the_next_look_completes(
    spotify: Sandbox, listener: Listener, endpoint: str, kind: str, times: int
) -> None:
    before = {ref: {row.track for row in rows} for ref, rows in listener.memory.playlists.items()}
    edited(spotify)
    if endpoint == "GET /me":
        listener.cursor = ""
    told = truth(spotify.library)
    spotify.fault(kind, endpoint=endpoint, times=times, seconds=0.2 if kind == "slow" else None)
    stopped = listener.look(timeout=0.1)
    assert times == 1 or kind in ("slow", "torn") or stopped or listener.unreadable
    there = {track for rows in truth(spotify.library).values() for track in rows}
    gone = {track for rows in before.values() for track in rows} - there
    removed = gone | {
        row
        for name, rows in (("Playlist 000", told["Playlist A"]), (LONG, told[LONG]))
        for row in before[_ref(listener, name)]
        if row not in rows
    }
    removed |= {
        row for row in before[_ref(listener, "Liked Songs")] if row not in told["Liked Songs"]
    }
    assert set(listener.memory.lost) <= removed
    assert len(listener.memory.shown) == 3
    spotify.faults.clear()
    listener.clock.advance(days=8)
    assert listener.look() is None and in_step(listener)
    assert set(listener.memory.lost) == removed


def _ref(listener: Listener, name: str) -> PlaylistRef:
    names = {"Playlist A": "Playlist 000"}
    return next(
        ref for ref, known in listener.memory.names.items() if names.get(known, known) == name
    )


def test_every_endpoint_that_a_look_asks_is_swept(spotify: Sandbox, listener: Listener) -> None:
    edited(spotify)
    spotify.forget()
    listener.cursor = ""
    listener.look()
    assert set(spotify.requests) == set(ENDPOINTS)
