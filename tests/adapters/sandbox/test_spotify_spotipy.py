"""The sandbox and a client that was not written for it: spotipy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import spotipy

from adapters.sandbox.spotify import Sandbox


@pytest.fixture
def session() -> Iterator[Any]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.fixture
def client(spotify: Sandbox, session: Any) -> Any:
    made = spotipy.Spotify(auth=spotify.token, requests_session=session)
    made.prefix = spotify.url
    return made


def test_everything_that_a_reader_asks(spotify: Sandbox, client: Any) -> None:
    assert client.me()["account_id"] == "aB3dE5fG7h"
    playlists = client.current_user_playlists(limit=3)
    assert len(playlists["items"]) == 3
    assert client.next(playlists)["offset"] == 3
    an_id = playlists["items"][0]["id"]
    assert client.playlist(an_id, fields="name") == {"name": "Late Night"}
    assert client.playlist_items(an_id)["total"] == 5
    track = client.current_user_saved_tracks()["items"][0]["track"]
    assert client.track(track["id"])["external_ids"] == track["external_ids"]
    assert client.album(track["album"]["id"])["tracks"]["total"] >= 1
    assert client.album_tracks(track["album"]["id"])["items"][0]["type"] == "track"
    artist = track["artists"][0]["id"]
    assert client.artist(artist)["name"] == track["artists"][0]["name"]
    assert client.artist_albums(artist)["total"] >= 1
    found = client.search(f"isrc:{track['external_ids']['isrc']}")["tracks"]["items"]
    assert found[0]["id"] == track["id"]
    assert client.currently_playing() is None
    spotify.play(track["uri"], an_id and f"spotify:playlist:{an_id}")
    assert client.current_user_playing_track()["item"]["id"] == track["id"]
    assert client.current_playback()["device"]["is_active"] is True
    assert client.current_user_recently_played()["items"] == []


def test_everything_that_a_writer_asks(spotify: Sandbox, client: Any) -> None:
    track = spotify.library.liked[0].uri
    made = client.current_user_playlist_create("Made")["id"]
    client.playlist_add_items(made, [track, track])
    assert client.playlist_items(made)["total"] == 2
    client.playlist_remove_all_occurrences_of_items(made, [track])
    client.playlist_change_details(made, name="Changed")
    assert (client.playlist(made)["name"], client.playlist_items(made)["total"]) == ("Changed", 0)
    client.current_user_saved_tracks_delete([track])
    assert client.current_user_saved_tracks_contains([track]) == [False]
    client.current_user_saved_tracks_add([track])
    assert client.current_user_saved_tracks_contains([track]) == [True]


@pytest.mark.parametrize("kind", ["quota", "429 small"])
def test_a_full_quota_reaches_the_caller(spotify: Sandbox, client: Any, kind: str) -> None:
    spotify.fault(kind)
    with pytest.raises(spotipy.SpotifyException) as caught:
        client.me()
    assert caught.value.http_status == 429
    assert int(caught.value.headers["Retry-After"]) > 0
    assert caught.value.reason == ("QUOTA_EXCEEDED" if kind == "quota" else None)


def test_broken_answers(spotify: Sandbox, client: Any) -> None:
    for kind, status in (("502 html", 502), ("403 unregistered", 403), ("401 once", 401)):
        spotify.fault(kind)
        with pytest.raises(spotipy.SpotifyException) as caught:
            client.me()
        assert caught.value.http_status == status
    for kind in ("drop", "truncated"):
        spotify.fault(kind)
        with pytest.raises(requests.RequestException):
            client.me()


@pytest.mark.parametrize("with_secret", [False, True])
def test_logging_in(spotify: Sandbox, session: Any, with_secret: bool) -> None:
    told = spotify.introduction()
    options = {
        "client_id": told["client_id"],
        "redirect_uri": told["redirect_uri"],
        "scope": ["user-library-read", "playlist-read-private"],
        "cache_handler": spotipy.MemoryCacheHandler(),
        "requests_session": session,
        "open_browser": False,
    }
    if with_secret:
        login = spotipy.SpotifyOAuth(client_secret=told["client_secret"], **options)
    else:
        login = spotipy.SpotifyPKCE(**options)
    login.OAUTH_AUTHORIZE_URL, login.OAUTH_TOKEN_URL = told["authorize_url"], told["token_url"]
    answer = session.get(login.get_authorize_url(state="s"), allow_redirects=False)
    code = login.parse_response_code(answer.headers["Location"])
    more = {"as_dict": False} if with_secret else {}
    login.get_access_token(code, check_cache=False, **more)
    client = spotipy.Spotify(auth_manager=login, requests_session=session)
    client.prefix = told["url"]
    assert client.current_user_saved_tracks()["total"] == 9
    refreshed = login.refresh_access_token(login.cache_handler.get_cached_token()["refresh_token"])
    assert refreshed["refresh_token"]
    spotify.advance(days=185)
    with pytest.raises(spotipy.SpotifyOauthError) as caught:
        login.refresh_access_token(refreshed["refresh_token"])
    assert caught.value.error == "invalid_grant"
