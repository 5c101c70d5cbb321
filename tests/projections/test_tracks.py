"""Tracks as a whole."""

from __future__ import annotations

from projections.registry import State
from projections.tracks import label, named, spotify_url
from state.events import Event, TrackSeen
from state.log import Recorded
from state.values import Ref, TrackId

ONE = Ref("spotify:track:1")


def told(*events: Event) -> State:
    state = State()
    state.fold(Recorded(number, 0, None, event) for number, event in enumerate(events, 1))
    return state


def test_a_name_is_all_artists_and_the_title() -> None:
    assert named(("Above", "Beyond"), "Sun & Moon") == "Above, Beyond - Sun & Moon"
    assert (named((), "Sun & Moon"), named(("Above",), "")) == ("Sun & Moon", "Above")


def test_a_track_of_which_nothing_is_known_is_called_by_its_reference() -> None:
    assert label(told(), TrackId(ONE)) == ONE
    seen = TrackSeen(ONE, "spotify", "Sun & Moon", ("Above",))
    assert label(told(seen), TrackId(ONE)) == "Above - Sun & Moon"


def test_spotify_shows_tracks_and_playlists_of_its_own() -> None:
    assert spotify_url(ONE) == "https://open.spotify.com/track/1"
    assert spotify_url("spotify:playlist:2") == "https://open.spotify.com/playlist/2"
    assert not spotify_url("spotify:local:a:b:c:3") and not spotify_url("youtube:1")
