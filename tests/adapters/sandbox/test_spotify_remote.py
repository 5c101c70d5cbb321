"""The player, worked over the Web API of the Spotify sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.spotify import Sandbox
from tests.adapters.sandbox.wire import Wire


def playing(wire: Wire) -> str:
    return str(wire.get("me/player")["item"]["name"])


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
    assert wire(*where.split(), told).status == 400
    assert playing(wire) == track.name
