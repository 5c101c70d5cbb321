"""Answers that do not fit together: nothing is found missing, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.contract import PlaylistListed, Row
from adapters.sandbox.clock import Clock
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.spotify import Sandbox, made_up
from adapters.spotify import rows, single
from adapters.spotify.cursor import loaded, saved
from state.values import Ref
from tests.adapters.spotify.listening import Listener, truth

Change = Callable[[Any], object]


class Odd(Sandbox):
    """Answers of one endpoint are changed on their way out."""

    where = ""
    change: Change = staticmethod(lambda told: None)

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        if self.endpoint(request) != self.where:
            return answer
        told = json.loads(answer.body or b"")
        self.change(told)
        return Response(answer.status, json.dumps(told).encode(), answer.headers)


@pytest.fixture(scope="module")
def spotify() -> Iterator[Odd]:
    with Odd(made_up.large(2, 120, 90, tracks=200), clock=Clock()) as spotify:
        yield spotify


def repeated(page: Any) -> None:
    """As if the offset were not heard."""
    page["offset"] = 0


def junk(told: Any) -> None:
    if "items" in told:  # else only the version was asked for
        told["items"]["items"][0] = None


def gap(told: Any) -> None:
    if "items" in told:
        told["items"]["items"].pop(7)


EMBEDDED, PAGE, LIKED = "GET /playlists/{id}", "GET /playlists/{id}/items", "GET /me/tracks"


@pytest.mark.parametrize(
    ("where", "change"),
    [
        (EMBEDDED, lambda told: told.get("items", {}).update(total=100)),
        (EMBEDDED, lambda told: told.get("items", {}).update(total=0)),
        (EMBEDDED, lambda told: told.get("items", {}).update(total=None)),
        (EMBEDDED, lambda told: told.get("items", {}).update(total="120")),
        (EMBEDDED, junk),
        (PAGE, repeated),
        (PAGE, lambda told: told.update(items=told["items"] * 3)),
        (PAGE, lambda told: told["items"].pop(3)),
        (PAGE, lambda told: told["items"].__setitem__(3, "<b>")),
        (PAGE, lambda told: told.update(total=None, next=told["href"])),
        (LIKED, repeated),
        (LIKED, lambda told: told["items"].pop(0)),
        (LIKED, lambda told: told["items"].__setitem__(0, [])),
    ],
)
def test_what_does_not_fit_together_takes_nothing_away(
    spotify: Odd, where: str, change: Change
) -> None:
    spotify.where = ""
    listener = Listener(spotify, Clock(), budget=10_000)
    assert listener.look() is None
    spotify.library.playlists[spotify.library.listed[0]].revision += 1
    unliked = spotify.library.liked[-1].uri
    spotify.unlike(unliked)
    spotify.where, spotify.change = where, change
    stopped = listener.look()
    if where == LIKED:
        assert stopped is not None and listener.memory.lost == []
    else:  # what is wrong with one list holds up no other one
        assert stopped is None and listener.memory.lost == [unliked]
        assert len(listener.unreadable) == 1
    spotify.where = ""
    assert listener.look() is None
    for name, told in truth(spotify.library).items():
        assert listener.named(name) == told


def test_a_first_page_with_a_gap_is_read_page_by_page(spotify: Odd) -> None:
    spotify.where, spotify.change = EMBEDDED, gap
    listener = Listener(spotify, Clock(), budget=10_000)
    assert listener.look() is None
    for name, told in truth(spotify.library).items():
        assert listener.named(name) == told


@pytest.mark.parametrize("odd", [None, [], 1, ""])
def test_a_listed_playlist_without_an_id_is_none(spotify: Odd, odd: object) -> None:
    spotify.where = ""
    listener = Listener(spotify, Clock(), budget=10_000)
    assert listener.look() is None
    shown = set(listener.memory.shown)
    spotify.where = "GET /me/playlists"
    spotify.change = lambda told: told["items"][0].update(id=odd)
    assert listener.look() is None and listener.memory.shown == shown


def test_an_account_that_once_had_two_ids_stays_the_same(spotify: Odd) -> None:
    spotify.where = ""
    listener = Listener(spotify, Clock(), budget=10_000)
    assert listener.look() is None
    cursor = loaded(listener.cursor)
    origin, cursor.consent = cursor.origin, "another login"
    listener.cursor, listener.memory.origin = saved(cursor), ""
    spotify.where, spotify.change = "GET /me", lambda told: told.pop("account_id")
    assert listener.look() is None and listener.memory.origin == origin


def test_an_album_with_odd_things_in_it_is_one_without_them(spotify: Odd) -> None:
    album = next(spotify.library.tracks()).album.id
    spotify.where = "GET /albums/{id}"
    spotify.change = lambda told: told.update(artists=5, images={}, release_date=[])
    client = Listener(spotify, Clock()).client()
    *_, listed = single.album(client, album)
    client.close()
    assert isinstance(listed, PlaylistListed) and listed.complete


def track(**changes: Any) -> dict[str, Any]:
    return {"type": "track", "uri": "spotify:track:1", "name": "A", "duration_ms": 1} | changes


@pytest.mark.parametrize("told", [float("inf"), 10**30, -1, None, "x", [], True])
def test_a_number_that_is_none(told: Any) -> None:
    seen = rows.track(track(duration_ms=told))
    assert seen is not None and 0 <= seen.duration_ms <= 1


def test_a_text_that_no_file_can_hold() -> None:
    seen = rows.track(track(name="a\ud83d b"))
    assert seen is not None and seen.title.encode() == b"a  b"


def test_what_has_the_address_of_a_track_is_one() -> None:
    assert rows.entries([{"item": track(type=["odd"])}])[0].seen is not None
    assert (
        rows.entries([{"item": {"type": "chapter", "uri": "spotify:chapter:1"}}])[0].music is False
    )


def test_a_null_of_unknown_date_stands_for_a_row_of_unknown_date() -> None:
    known = [Row(Ref("spotify:track:1"), "", ""), Row(Ref("spotify:track:2"), "", "")]
    read = [{"added_at": None, "item": None}, {"item": track(uri="spotify:track:2")}]
    told = rows.sort(rows.entries(read), known)
    assert [row.track for row in told.rows] == ["spotify:track:1", "spotify:track:2"]


def test_a_row_of_unknown_date_that_was_taken_off_is_not_kept_by_a_null() -> None:
    known = [Row(Ref(f"spotify:track:{name}"), "", "") for name in "ABC"]
    read = [{"item": track(uri="spotify:track:A")}, {"added_at": None, "item": None}]
    told = rows.sort(rows.entries(read), known)
    assert [row.track for row in told.rows] == ["spotify:track:A"] and not told.gone
