from __future__ import annotations

import pytest

from adapters.media.urls import Kind, checked, opens

TRACKS = {
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=RD1&t=42s&si=abc": "youtube:dQw4w9WgXcQ",
    "https://youtu.be/dQw4w9WgXcQ?si=abc": "youtube:dQw4w9WgXcQ",
    "https://music.youtube.com/watch?v=dQw4w9WgXcQ": "youtube:dQw4w9WgXcQ",
    "https://m.youtube.com/shorts/dQw4w9WgXcQ": "youtube:dQw4w9WgXcQ",
    "youtube.com/watch?v=dQw4w9WgXcQ": "youtube:dQw4w9WgXcQ",
    "https://soundcloud.com/Some-One/Track_1?in=x/sets/y&utm_id=z": "soundcloud:some-one/track_1",
    "https://m.soundcloud.com/someone/track/": "soundcloud:someone/track",
    "https://soundcloud.com/someone/track/s-AbC123": "soundcloud:someone/track",
    "https://api.soundcloud.com/tracks/soundcloud%3Atracks%3A123": "soundcloud:123",
    "https://api-v2.soundcloud.com/tracks/123": "soundcloud:123",
    "https://tunes.example/a%20b.mp3?x=1&utm_medium=m#top": "url:https://tunes.example/a%20b.mp3?x=1",
    "http://tunes.example:8000/a.mp3": "url:http://tunes.example:8000/a.mp3",
}  # fmt: skip


@pytest.mark.parametrize("url", TRACKS)
def test_a_track_has_one_reference_however_it_is_written(url: str) -> None:
    found = checked(url)
    assert (found.kind, found.ref) == (Kind.TRACK, TRACKS[url])
    assert checked(found.url) == found


@pytest.mark.parametrize(
    ("url", "ref"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "youtube:playlist:PL123"),
        ("https://www.youtube.com/watch?list=PL123", "youtube:playlist:PL123"),
        ("https://soundcloud.com/someone/sets/a-set?si=1", "soundcloud:someone/sets/a-set"),
        ("https://soundcloud.com/someone/likes", "soundcloud:someone/likes"),
        ("https://soundcloud.com/someone", "soundcloud:someone"),
        ("https://api.soundcloud.com/playlists/7", "soundcloud:playlists:7"),
    ],
)
def test_lists_are_told_from_tracks(url: str, ref: str) -> None:
    assert checked(url, Kind.PLAYLIST).ref == ref
    with pytest.raises(ValueError, match="is a playlist: sync playlist takes it"):
        checked(url)


def test_a_track_is_no_playlist() -> None:
    with pytest.raises(ValueError, match="a single track: sync add takes it"):
        checked("https://youtu.be/dQw4w9WgXcQ", Kind.PLAYLIST)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://www.youtube.com/watch", "is no video: .v= and its id are missing"),
        ("https://www.youtube.com/watch?v=short", "has 11 signs"),
        ("https://www.youtube.com/@someone", "open one and copy its address"),
        ("https://youtu.be/", "has 11 signs"),
        ("https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC", "Spotify gives no audio"),
        ("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "Spotify gives no audio"),
        ("https://on.soundcloud.com/abc", "short link"),
        ("https://soundcloud.com/you/likes", "is no track"),
        ("https://soundcloud.com/a/b/c", "is no track"),
        ("file:///etc/passwd", "has to begin with https"),
        ("ftp://tunes.example/a.mp3", "has to begin with https"),
        ("https://", "has to begin with https"),
        ("https://[::1/x", "is no address of the web"),
        ("https://me:hunter2@tunes.example/a.mp3", "password"),
        ("ytsearch:harbour lights", "has to begin with https"),
        ("a.b c", "has to begin with https"),
        ("", "has to begin with https"),
    ],
)
def test_what_is_no_track_is_said_in_one_line(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        checked(url)
    assert "\n" not in str(error.value) and "hunter2" not in str(error.value)


def test_what_only_lets_somebody_in_is_asked_with_but_not_told() -> None:
    found = checked("https://cdn.example/a.mp3?id=7&Signature=SECRET&Expires=1&X-Amz-Date=2")
    assert found.ref == "url:https://cdn.example/a.mp3?id=7"
    assert "SECRET" in found.url


@pytest.mark.parametrize(
    ("url", "does"),
    [
        ("https://soundcloud.com/someone/track/s-AbC123?si=x", True),
        ("https://soundcloud.com/someone/sets/list/s-AbC123", True),
        ("https://cdn.example/a.mp3?X-Amz-Signature=1", True),
        ("https://me:word@cdn.example/a.mp3", True),
        ("https://soundcloud.com/someone/s-track?si=x", False),
        ("https://www.youtube.com/watch?v=abcdefghijk", False),
    ],
)
def test_whether_an_address_opens_what_is_not_public(url: str, does: bool) -> None:
    assert opens(url) is does
