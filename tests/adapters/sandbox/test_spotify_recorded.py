"""The sandbox's answers have the keys and the types of recorded ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.spotify import Sandbox
from tests.adapters.sandbox.wire import Wire

RECORDED = Path(__file__).parents[4] / "shared" / "fixtures" / "spotify"
"""Answers of the real service, where they lie beside the clone."""
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers here")

CASES = [
    ("derived_devmode/me.json", "dev2026", "me"),
    ("derived_devmode/me_playlists.json", "dev2026", "me/playlists"),
    ("derived_devmode/playlist_owned.json", "dev2026", "playlists/{Late Night}"),
    ("derived_devmode/playlist_not_owned_no_items.json", "dev2026", "playlists/{Peak Hour Weekly}"),
    (
        "derived_devmode/playlist_items.json",
        "dev2026",
        "playlists/{Odds and Ends}/items?additional_types=track,episode",
    ),
    ("derived_devmode/me_tracks.json", "dev2026", "me/tracks?limit=5"),
    ("derived_devmode/track.json", "dev2026", "tracks/{track}"),
    ("derived_devmode/album.json", "dev2026", "albums/{album}"),
    ("derived_devmode/artist.json", "dev2026", "artists/{artist}"),
    ("derived_devmode/search_tracks.json", "dev2026", "search?q=a&type=track&limit=1"),
    ("recorded/current_user_playlist_1.trim14.json", "transition", "me/playlists"),
    ("recorded/playlist_1.json", "transition", "playlists/{Late Night}"),
    ("recorded/playlist_2.json", "legacy", "playlists/{Late Night}"),
    ("recorded/saved_tracks.trim5.json", "legacy", "me/tracks?limit=5"),
    ("recorded/get_album.json", "legacy", "albums/{album}"),
    ("recorded/artist.json", "legacy", "artists/{artist}"),
    ("recorded/current_playing_track.json", "legacy", "me/player/currently-playing"),
]

# What hangs on the very track, playlist or page, and not on the form.
LOOSE = ("available_markets[]", "images[]", "genres[]", "disallows.", "languages[]")
MAY_BE_NULL = (
    "next", "previous", "preview_url", "added_at", "added_by", "images", "item", "items[]",
    "url", "height", "width",
)  # fmt: skip
SOMETIMES = (".is_playable", ".restrictions", ".restrictions.reason", ".video_thumbnail.url")


def shape(told: Any) -> dict[str, set[str]]:
    """Path → types, as in `.items[].name`."""
    found: dict[str, set[str]] = {}

    def walk(value: Any, path: str) -> None:
        found.setdefault(path, set()).add(type(value).__name__)
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, f"{path}[]")

    walk(told, "")
    return {path: types for path, types in found.items() if not any(x in path for x in LOOSE)}


@pytest.mark.parametrize(("name", "regime", "path"), CASES, ids=lambda text: Path(text).stem)
def test_keys_and_types_are_those_of_the_recording(
    spotify: Sandbox, wire: Wire, name: str, regime: str, path: str
) -> None:
    spotify.use_regime(regime)
    track = next(spotify.library.tracks())
    spotify.play(track.uri, "Late Night")
    ids = {one.name: one.id for one in spotify.library.playlists.values()}
    ids |= {"track": track.id, "album": track.album.id, "artist": track.artists[0].id}
    before, _, rest = path.partition("{")
    asked, _, after = rest.partition("}")
    recorded = shape(json.loads((RECORDED / name).read_text("utf-8")))
    ours = shape(wire.get(before + (ids[asked] + after if asked else "")))
    # A list of a local file beside a real track lacks nothing: some rows of it have every key.
    missing = {p for p in recorded.keys() - ours.keys() if not p.endswith(SOMETIMES)}
    extra = {p for p in ours.keys() - recorded.keys() if not p.endswith(SOMETIMES)}
    assert missing == set()
    assert extra == set()
    for where, types in recorded.items():
        known = types | ({"NoneType"} if where.rpartition(".")[2] in MAY_BE_NULL else set())
        if "NoneType" in types and types != {"NoneType"}:
            known |= ours[where] - {"dict", "list"}
        if where in ours:
            loosely = {"str", "NoneType"} if where.endswith((".next", ".previous")) else set()
            assert ours[where] <= known | loosely, where


def test_errors_are_those_that_were_seen(spotify: Sandbox, wire: Wire) -> None:
    seen = json.loads((RECORDED / "derived_devmode/errors.json").read_text("utf-8"))
    foreign = spotify.find_playlist("Peak Hour Weekly").id
    nobody = Wire(spotify)
    spotify.fault("429 small", endpoint="GET /artists/{id}")
    spotify.fault("quota", endpoint="GET /albums/{id}")
    spotify.fault("403 unregistered", endpoint="GET /shows/{id}")
    some = "3" * 22
    answers = {
        "400_invalid_limit": wire("GET", "search", q="a", type="track", limit=11),
        "401_missing_token": nobody("GET", "me"),
        "401_invalid_token": Wire(spotify, "BQnonsense")("GET", "me"),
        "403_playlist_items_not_owned_or_removed_endpoint": wire(
            "GET", f"playlists/{foreign}/items"
        ),
        "403_not_allowlisted_text": wire("GET", f"shows/{some}"),
        "404_playlist": wire("GET", f"playlists/{some}"),
        "429_rate_limit": wire("GET", f"artists/{some}"),
        "429_quota": wire("GET", f"albums/{some}"),
        "currently_playing_204": wire("GET", "me/player/currently-playing"),
        "token_400_invalid_client": nobody(
            "POST", "/api/token", form={"grant_type": "refresh_token", "client_id": "x"}
        ),
    }
    for name, answer in answers.items():
        expected = seen[name]
        assert answer.status == expected["status"], name
        for key, value in expected["headers"].items():
            assert answer.headers[key] == value, name
        if "body" in expected:
            assert answer.json == expected["body"], name
        else:
            assert answer.text == expected["body_text"], name
    for name in ("playlist_not_found", "rate_limit"):
        recorded = json.loads((RECORDED / f"recorded/{name}.json").read_text("utf-8"))
        key = "404_playlist" if name == "playlist_not_found" else "429_rate_limit"
        assert answers[key].json == recorded
