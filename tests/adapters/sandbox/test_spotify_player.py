"""The player: what it tells, and that it can be worked."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.spotify import Sandbox
from tests.adapters.sandbox.things import an_episode, uri
from tests.adapters.sandbox.wire import Wire


def playing(wire: Wire) -> str:
    return str(wire.get("me/player")["item"]["name"])


# ---- what a person plays ------------------------------------------------------------------------


def test_playing_from_a_playlist(spotify: Sandbox, wire: Wire) -> None:
    assert wire("GET", "me/player/currently-playing").status == 204
    assert "Content-Length" not in wire("GET", "me/player").headers
    spotify.play(uri(spotify, "Terminus"), "Late Night")
    spotify.advance(42)
    told = wire.get("me/player/currently-playing")
    assert told["item"]["name"] == "Terminus"
    assert not {"episode", "track"} & told["item"].keys()
    assert told["context"]["uri"] == f"spotify:playlist:{spotify.find_playlist('Late Night').id}"
    assert (told["progress_ms"], told["is_playing"]) == (42_000, True)
    assert told["timestamp"] == 1_795_341_600_000
    spotify.pause()
    spotify.advance(10)
    told = wire.get("me/player")
    assert (told["progress_ms"], told["is_playing"]) == (42_000, False)
    assert told.keys() >= {"device", "repeat_state", "shuffle_state", "smart_shuffle"}
    spotify.stop_playing()
    assert wire("GET", "me/player").status == 204


def test_playing_other_things(spotify: Sandbox, wire: Wire) -> None:
    spotify.play(uri(spotify, "Peak"), "liked")
    context = wire.get("me/player/currently-playing")["context"]
    assert (context["type"], context["uri"]) == (
        "collection",
        "spotify:user:robinvale:collection",
    )
    assert context["href"] == f"{spotify.url}me/tracks"
    spotify.play(an_episode(spotify))
    assert wire.get("me/player/currently-playing")["item"] is None
    told = wire.get("me/player/currently-playing", additional_types="track,episode")
    assert (told["item"]["type"], told["currently_playing_type"]) == ("episode", "episode")
    spotify.play()
    told = wire.get("me/player/currently-playing")
    assert (told["item"], told["context"], told["currently_playing_type"]) == (None, None, "ad")
    local = next(item for item in spotify.library.items if item.startswith("spotify:local:"))
    spotify.play(local)
    assert wire.get("me/player/currently-playing")["item"]["is_local"] is True


def test_what_was_played(spotify: Sandbox, wire: Wire) -> None:
    empty = wire.get("me/player/recently-played")
    assert (empty["items"], empty["cursors"], empty["next"]) == ([], None, None)
    for title in ("Peak", "Static", "Salt", "Seat 12"):
        spotify.play(uri(spotify, title), "Warm up")
        spotify.advance(200)
    first = wire.get("me/player/recently-played", limit=2)
    assert [row["track"]["name"] for row in first["items"]] == ["Salt", "Static"]
    assert first["items"][0]["played_at"] == "2026-11-22T10:10:00.000Z"
    rest = wire.get(first["next"])
    assert [row["track"]["name"] for row in rest["items"]] == ["Peak"]
    assert rest["next"] is None
    newer = wire.get("me/player/recently-played", after=first["cursors"]["before"])
    assert [row["track"]["name"] for row in newer["items"]] == ["Salt"]
    assert wire("GET", "me/player/recently-played", after=1, before=2).status == 400


# ---- what a client does ------------------------------------------------------------------------


def test_a_client_plays(spotify: Sandbox, wire: Wire) -> None:
    playlist = spotify.find_playlist("Late Night").uri
    assert wire("PUT", "me/player/play", {"context_uri": playlist}).status == 204
    assert playing(wire) == "Low Lamp"
    assert wire("PUT", "me/player/pause").status == 204
    assert wire.get("me/player")["is_playing"] is False
    wire("PUT", "me/player/play")
    assert wire.get("me/player")["is_playing"] is True


def test_what_is_next(spotify: Sandbox, wire: Wire) -> None:
    playlist = spotify.find_playlist("Late Night")
    titles = [track.name for row in playlist.rows if (track := spotify.library.track(row.uri))]
    wire("PUT", "me/player/play", {"context_uri": playlist.uri, "offset": {"position": 1}})
    assert playing(wire) == titles[1]
    assert wire("POST", "me/player/next").status == 204
    assert playing(wire) == titles[2]
    wire("POST", "me/player/previous")
    assert playing(wire) == titles[1]
    wire("POST", f"me/player/queue?uri={playlist.rows[0].uri}")
    told = wire.get("me/player/queue")
    assert told["currently_playing"]["name"] == titles[1]
    assert [item["name"] for item in told["queue"]] == [titles[0], *titles[2:]]
    wire("POST", "me/player/next")
    assert playing(wire) == titles[0]


def test_a_track_that_is_there_twice_is_left_behind(spotify: Sandbox, wire: Wire) -> None:
    first, second, *_ = (track.uri for track in spotify.library.tracks())
    spotify.create_playlist("Twice", [first, first, second])
    wire("PUT", "me/player/play", {"context_uri": spotify.find_playlist("Twice").uri})
    for _ in range(2):
        wire("POST", "me/player/next")
    assert wire.get("me/player")["item"]["uri"] == second
    wire("POST", "me/player/next")
    assert wire.get("me/player")["is_playing"] is False


def test_how_it_plays(spotify: Sandbox, wire: Wire) -> None:
    spotify.play(next(spotify.library.tracks()).uri)
    for where in ("seek?position_ms=61000", "repeat?state=track", "shuffle?state=true"):
        assert wire("PUT", f"me/player/{where}").status == 204
    wire("PUT", "me/player/volume?volume_percent=5")
    told = wire.get("me/player")
    assert (told["repeat_state"], told["shuffle_state"]) == ("track", True)
    assert (told["device"]["volume_percent"], told["progress_ms"]) == (5, 61_000)
    assert wire("PUT", "me/player", {"device_ids": [told["device"]["id"]]}).status == 204


def test_nothing_is_there_to_play_on(wire: Wire) -> None:
    answer = wire("POST", "me/player/next")
    assert (answer.status, answer.json["error"]["reason"]) == (404, "NO_ACTIVE_DEVICE")
    assert wire("PUT", "me/player", {"device_ids": ["x"]}).status == 404


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("PUT me/player/play", {"context_uri": 1}),
        ("PUT me/player/play", {"context_uri": "x"}),
        ("PUT me/player/play", {"uris": [{}]}),
        ("PUT me/player/play", {"uris": ["spotify:track:" + "3" * 22]}),
        ("PUT me/player/play", {"context_uri": "{}", "position_ms": "x"}),
        ("PUT me/player/play", {"context_uri": "{}", "offset": {"position": 99}}),
        ("PUT me/player/seek", {}),
        ("PUT me/player/volume?volume_percent=101", {}),
        ("PUT me/player/repeat?state=on", {}),
        ("POST me/player/queue?uri=x", {}),
    ],
)
def test_what_cannot_be_played_is_refused(
    spotify: Sandbox, wire: Wire, where: str, wrong: dict[str, Any]
) -> None:
    playlist = spotify.find_playlist("Late Night").uri
    track = next(spotify.library.tracks())
    spotify.play(track.uri, playlist)
    told = {key: playlist if value == "{}" else value for key, value in wrong.items()}
    method, path = where.split()
    assert wire(method, path, told).status == 400
    assert playing(wire) == track.name
