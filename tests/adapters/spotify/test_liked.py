"""Liked Songs that change while they are read."""

from __future__ import annotations

from typing import Any, cast

import pytest

from adapters.contract import Row, Transient
from adapters.sandbox.clock import Clock
from adapters.spotify.client import PAGE, Client
from adapters.spotify.cursor import Liked
from adapters.spotify.liked import Told, look
from adapters.spotify.quota import Quota
from state.values import Ref


class Songs:
    """A client of songs; from one request on, one of them is taken away at each."""

    def __init__(self, songs: int, losing: int) -> None:
        clock = Clock()
        self.quota = Quota(500, clock=clock, sleep=clock.advance)
        self.songs = [f"{number:022}" for number in range(songs)]
        self.losing, self.asked = losing, 0

    def liked(self, offset: int) -> dict[str, Any]:
        self.asked += 1
        if self.asked >= self.losing and len(self.songs) > 1:
            self.songs.pop(1)
        items = [
            {"added_at": f"at {id}", "track": {"type": "track", "id": id}}
            for id in self.songs[offset : offset + PAGE]
        ]
        return {"items": items, "total": len(self.songs)}


def looked(songs: Songs, known: int) -> list[Told]:
    rows = [Row(Ref(f"spotify:track:{n:022}"), f"at {n:022}") for n in range(known)]
    return list(look(cast(Client, songs), Liked(at=songs.quota.clock()), rows, 0.0))


def test_what_is_unliked_is_found_by_reading_all() -> None:
    (told,) = looked(Songs(119, 999), 120)
    assert told.whole and len(told.rows) == 119


def test_a_list_that_shrinks_while_it_is_read_tells_nothing_whole() -> None:
    with pytest.raises(Transient, match="change while they are read"):
        looked(Songs(119, 3), 120)


def test_one_that_stands_still_again_is_read_the_second_time() -> None:
    songs = Songs(119, 999)
    songs.losing = 3
    before = songs.liked

    def once(offset: int) -> dict[str, Any]:
        found = before(offset)
        if songs.asked == 3:
            songs.losing = 999
        return found

    songs.liked = once  # type: ignore[method-assign]
    (told,) = looked(songs, 120)
    assert told.whole and len(told.rows) == 118
