"""Whatever somebody does at Spotify, and whatever goes wrong meanwhile: in the end the log knows
what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import AdapterError, PlaylistListed, Row, Sighting, SourceListed
from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import KINDS
from adapters.sandbox.spotify import Sandbox, made_up
from adapters.spotify.cursor import loaded, saved
from adapters.spotify.source import SpotifySource
from engine.witness import news
from projections.registry import State
from state.events import Event
from state.log import Recorded
from state.values import PlaylistRef
from tests.adapters.spotify.listening import Listener, truth

FAULTS = tuple(kind for kind in (*KINDS, *Sandbox.kinds) if kind != "slow")


class Folded:
    """A log in memory, and what follows from it."""

    def __init__(self) -> None:
        self.state = State()
        self.events: list[Event] = []

    def tell(self, part: Sequence[Sighting]) -> None:
        told = news(self.state, part)
        start = len(self.events) + 1
        self.events += told
        self.state.fold(
            Recorded(position, 0, None, event) for position, event in enumerate(told, start)
        )

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        members = self.state.library.ordered(playlist)
        return [Row(row.track, row.added_at, row.added_by) for row in members]

    def origins(self) -> Collection[str]:
        return {row.origin for row in self.state.library.playlists}

    def listed(self, origin: str) -> Collection[PlaylistRef]:
        return {row.ref for row in self.state.library.playlists if row.listed}

    def known(self) -> dict[str, list[str]]:
        return {
            row.name: [one.track for one in self.state.library.ordered(row.ref)]
            for row in self.state.library.playlists
            if row.listed
        }


class Watcher(Listener):
    """A listener whose memory is folded from events."""

    log: Folded

    def look(self, timeout: float = 5.0) -> AdapterError | None:
        client = self.client(timeout)
        source = SpotifySource(self.settings, client, loaded(self.cursor), self.log)
        part: list[Sighting] = []
        stopped = None
        try:
            for sighting in source.observe():
                part.append(sighting)
                if isinstance(sighting, SourceListed | PlaylistListed):
                    self.log.tell(part)
                    self.cursor, part = saved(source.cursor), []
        except AdapterError as error:
            stopped = error
        self.cursor = saved(source.cursor)
        client.close()
        return stopped


@pytest.fixture(scope="module")
def spotify() -> Iterator[Sandbox]:
    with Sandbox(clock=Clock()) as spotify:
        yield spotify


def watcher(spotify: Sandbox) -> Watcher:
    spotify.faults.clear()
    spotify._made = 0
    made = Watcher(spotify, Clock(), budget=5000)
    made.log = Folded()
    return made


numbers = st.integers(0, 30)
edits = st.tuples(
    st.sampled_from(
        ["like", "unlike", "add", "add", "remove", "reorder", "rename", "delete", "follow", "new"]
    ),
    numbers,
    numbers,
)
looks = st.tuples(st.just("look"), st.sampled_from(FAULTS), st.integers(0, 12))
steps = st.lists(edits | edits | looks, max_size=14)


def do(spotify: Sandbox, what: str, one: int, other: int) -> None:
    """An edit; one that cannot be done now is none."""
    library = spotify.library
    tracks = [track.uri for track in library.tracks()]
    lists = [p for p in library.playlists.values() if p.belongs_to(spotify.account)]
    mine, track = lists[one % len(lists)], tracks[other % len(tracks)]
    try:
        match what:
            case "like":
                spotify.like(track)
            case "unlike":
                spotify.unlike(library.liked[other % max(1, len(library.liked))].uri)
            case "add":
                spotify.add(mine.id, track, position=other % (len(mine.rows) + 1))
            case "remove":
                spotify.remove(mine.id, mine.rows[other % max(1, len(mine.rows))].uri)
            case "reorder":
                spotify.reorder(mine.id, other % max(1, len(mine.rows)), one % (len(mine.rows) + 1))
            case "rename":
                spotify.rename(mine.id, f"Renamed {one} {mine.id[:3]}")
            case "delete":
                spotify.delete_playlist(mine.id)
            case "follow":
                spotify.follow(mine.id)
            case "new":
                spotify.create_playlist(f"New {one} {other} {spotify._made}", [track])
    except (LookupError, IndexError):
        pass


@settings(max_examples=50)
@given(steps)
def test_any_history_ends_with_what_is_there(
    spotify: Sandbox, steps: list[tuple[str, object, int]]
) -> None:
    spotify.library = made_up.small()
    here = watcher(spotify)
    for what, one, other in steps:
        if what == "look":
            spotify.fault(str(one), after=other)
            here.look()
            spotify.faults.clear()
            here.clock.advance(hours=1)
        else:
            do(spotify, what, int(str(one)), other)
    here.clock.advance(days=8)
    assert here.look() is None
    known = here.log.known()
    assert known == truth(spotify.library)
    before = len(here.log.events)
    here.clock.advance(hours=1)
    assert here.look() is None
    assert len(here.log.events) == before
