"""What a service says that others cannot: the newest ones alone, nothing behind a name, playing."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable

from adapters.contract import PlaylistListed, Row, Sighting
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox, made_up
from engine.witness import news
from projections.registry import State
from state.events import (
    Event,
    PlaybackSeen,
    PlaylistMembershipFound,
    PlaylistSeen,
    TrackDelisted,
    TrackSeen,
)
from state.log import Recorded
from state.values import PlaylistRef, Ref
from tests.adapters.spotify.listening import truth
from tests.engine.test_spotify_histories import watcher

LIKED = PlaylistRef("spotify:user:me:collection")
A = Ref("spotify:track:a")


class Log:
    """A state that is told what is news."""

    def __init__(self) -> None:
        self.state = State()

    def sees(self, *told: Sighting) -> list[Event]:
        events = news(self.state, told)
        for event in events:
            self.state.fold([Recorded(self.state.position + 1, 0, None, event)])
        assert news(self.state, told) == []
        return events

    def order(self) -> list[str]:
        return [row.track for row in self.state.library.ordered(LIKED)]


def liked(*tracks: str, whole: bool = False, partial: bool = False) -> PlaylistListed:
    rows = tuple(Row(Ref(track), f"at {track}") for track in tracks)
    seen = PlaylistSeen(LIKED, "spotify", "Liked Songs", "me", partial=partial)
    return PlaylistListed(seen, rows, whole, from_top=True)


def test_a_new_song_on_top_of_five_thousand_is_one_event() -> None:
    log = Log()
    songs = [f"s{number}" for number in range(5000)]
    log.sees(liked(*songs, whole=True))
    events = log.sees(liked("new", *songs[:49]))
    assert [type(event) for event in events] == [PlaylistMembershipFound]
    assert log.order() == ["new", *songs]


def test_the_newest_ones_are_first_whatever_else_is_known() -> None:
    log = Log()
    log.sees(liked("a", "b", "c", "d", whole=True))
    events = log.sees(liked("x", "c", "a"))
    assert len(events) == 2 and log.order() == ["x", "c", "a", "b", "d"]


def test_a_list_is_partial_until_all_of_it_is_known_and_never_again() -> None:
    log = Log()
    (first, *_) = log.sees(liked("a", partial=True))
    assert isinstance(first, PlaylistSeen) and first.partial
    (then,) = log.sees(liked("a"))
    assert isinstance(then, PlaylistSeen) and not then.partial
    assert log.sees(liked("a", partial=False)) == []
    assert news(log.state, [liked("a", partial=True)]) == []


def test_a_track_is_gone_once_and_back_once() -> None:
    log, seen = Log(), TrackSeen(A, "spotify", "One")
    log.sees(seen)
    assert log.sees(TrackDelisted(A, "spotify")) == [TrackDelisted(A, "spotify")]
    assert news(log.state, [TrackSeen(A, "csv", "One")]) == []
    assert log.sees(seen) == [seen]


def test_what_plays_is_news_when_it_is_another_thing_or_from_elsewhere() -> None:
    log = Log()
    told = [PlaybackSeen("spotify", A), PlaybackSeen("spotify", A, LIKED)]
    assert [log.sees(one) for one in (told[0], told[1], told[0])] == [
        [told[0]],
        [told[1]],
        [told[0]],
    ]


def longest_increasing(values: Iterable[int]) -> int:
    """By patience: each value goes on the first pile whose top is not less."""
    tops: list[int] = []
    for value in values:
        place = bisect_left(tops, value)
        tops[place : place + 1] = [value]
    return len(tops)


def test_of_three_hundred_rows_in_another_order_the_fewest_are_told_again() -> None:
    with Sandbox(made_up.large(1, 300, 0, tracks=300), clock=Clock()) as spotify:
        here = watcher(spotify)
        here.look()
        before = list(here.log.known()["Playlist 000"])
        playlist = spotify.find_playlist("Playlist 000")
        random.Random(7).shuffle(playlist.rows)
        playlist.revision += 1
        told = len(here.log.events)
        assert here.look() is None
        now = truth(spotify.library)["Playlist 000"]
        assert here.log.known()["Playlist 000"] == now
        moved = here.log.events[told:]
        assert all(isinstance(event, PlaylistMembershipFound) for event in moved)
        assert len(moved) == 300 - longest_increasing(before.index(track) for track in now)
