"""What a person does, what other programs write, and what goes wrong on request."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Callable
from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from adapters.sandbox.spotify.edits import moved
from adapters.sandbox.spotify.library import Row, an_id
from tests.adapters.sandbox.things import an_episode, uri
from tests.adapters.sandbox.wire import Wire


def titles(wire: Wire, playlist: str, **query: Any) -> list[str | None]:
    page = wire.get(f"playlists/{playlist}/items", **query)
    return [(row["item"] or {}).get("name") for row in page["items"]]


# ---- by hand -----------------------------------------------------------------------------------


def test_liking(spotify: Sandbox, wire: Wire) -> None:
    spotify.like(uri(spotify, "Static"))
    first = wire.get("me/tracks")["items"][0]
    assert (first["track"]["name"], first["added_at"]) == ("Static", "2026-11-22T10:00:00Z")
    spotify.unlike(first["track"]["id"])
    assert wire.get("me/tracks")["total"] == 9


def test_every_change_of_a_playlist_changes_its_snapshot(spotify: Sandbox, wire: Wire) -> None:
    an_id, peak = spotify.find_playlist("Warm up").id, uri(spotify, "Peak")
    seen = [wire.get(f"playlists/{an_id}")["snapshot_id"]]
    edits: list[Callable[[], None]] = [
        lambda: spotify.add(an_id, peak, position=1, by="marlo-k", at="2020-01-01T00:00:00Z"),
        lambda: spotify.reorder(an_id, 0, 6),
        lambda: spotify.remove(an_id, uri(spotify, "Warm Up"), position=3),
        lambda: spotify.rename(an_id, "Warmer"),
    ]
    for edit in edits:
        edit()
        seen.append(wire.get(f"playlists/{an_id}")["snapshot_id"])
    assert len(set(seen)) == 5
    assert titles(wire, an_id) == ["Peak", "Static", "Rua Nova", "Undertow", "Warm Up"]
    assert wire.get(f"playlists/{an_id}")["name"] == "Warmer"


def test_a_snapshot_is_24_bytes_that_begin_with_a_count(spotify: Sandbox) -> None:
    playlist = spotify.find_playlist("Warm up")
    before = base64.b64decode(playlist.snapshot_id)
    spotify.rename("Warm up", "Warmer")
    after = base64.b64decode(playlist.snapshot_id)
    assert len(before) == len(after) == 24
    assert int.from_bytes(after[:4]) == int.from_bytes(before[:4]) + 1


def test_a_deleted_playlist_is_unlisted_and_still_there(spotify: Sandbox, wire: Wire) -> None:
    an_id = spotify.find_playlist("Late Night").id
    spotify.delete_playlist("Late Night")
    assert an_id not in [row["id"] for row in wire.get("me/playlists")["items"]]
    assert wire.get(f"playlists/{an_id}")["name"] == "Late Night"
    spotify.follow(an_id)
    assert wire.get("me/playlists")["items"][0]["id"] == an_id


def test_a_playlist_made_by_somebody_else(spotify: Sandbox, wire: Wire) -> None:
    made = spotify.create_playlist("New", [uri(spotify, "Peak")], owner="zoe")
    assert wire.get("me/playlists")["items"][0]["owner"]["id"] == "zoe"
    assert wire("GET", f"playlists/{made}/items").status == 403


def test_what_happens_to_a_track_happens_wherever_it_is(spotify: Sandbox, wire: Wire) -> None:
    track, an_id = uri(spotify, "Low Lamp"), spotify.find_playlist("Late Night").id
    spotify.retitle(track, "High Lamp")
    assert titles(wire, an_id)[0] == "High Lamp"
    substitute = spotify.relink(track)
    row = wire.get(f"playlists/{an_id}/items")["items"][0]["item"]
    assert row["id"] == substitute
    assert row["external_urls"]["spotify"].endswith(track.rpartition(":")[2])
    spotify.vanish(track)
    assert titles(wire, an_id)[0] is None
    assert wire("GET", f"tracks/{track.rpartition(':')[2]}").status == 404
    other = uri(spotify, "Terminus")
    spotify.restrict(other, "product")
    assert wire.get(f"tracks/{other.rpartition(':')[2]}")["restrictions"] == {"reason": "product"}


def test_edits_of_what_is_not_there(spotify: Sandbox) -> None:
    spotify.delete_playlist("Late Night")
    edits: list[Callable[[], None]] = [
        lambda: spotify.like("nothing"),
        lambda: spotify.rename("nothing", "x"),
        lambda: spotify.remove("Warm up", uri(spotify, "Peak")),
        lambda: spotify.reorder("Warm up", 0, 99),
        lambda: spotify.delete_playlist("Late Night"),
    ]
    for edit in edits:
        with pytest.raises(LookupError):
            edit()


@pytest.mark.parametrize(
    ("start", "before", "length", "order"),
    [(0, 5, 1, "bcdea"), (4, 0, 1, "eabcd"), (1, 4, 2, "adbce"), (2, 3, 1, "abcde"),
     (3, 1, 2, "adebc")],
)  # fmt: skip
def test_moving_rows(start: int, before: int, length: int, order: str) -> None:
    rows = [Row(letter, None) for letter in "abcde"]
    moved(rows, start, before, length)
    assert "".join(row.uri for row in rows) == order


def test_ids_look_like_those_of_the_service() -> None:
    assert len(an_id("x")) == 22
    assert an_id("x").isalnum()
    assert an_id("x") == an_id("x") != an_id("y")


# ---- what clients write ------------------------------------------------------------------------


def test_a_playlist_made_and_filled_by_a_client(spotify: Sandbox, wire: Wire) -> None:
    peak, salt, static = (uri(spotify, title) for title in ("Peak", "Salt", "Static"))
    made = wire("POST", "me/playlists", {"name": "Mine", "public": False, "description": "d"})
    assert (made.status, made.json["public"], made.json["items"]["total"]) == (201, False, 0)
    items = f"playlists/{made.json['id']}/items"
    assert wire("POST", items, [peak, salt]).status == 201
    added = wire("POST", items, {"uris": [static], "position": 0})
    assert added.json == {"snapshot_id": wire.get(items[:-6])["snapshot_id"]}
    assert wire("POST", items, uris=f"{peak},{an_episode(spotify)}").status == 201
    assert titles(wire, made.json["id"]) == ["Static", "Peak", "Salt", "Peak", "On Tape Hiss"]
    wire("PUT", items, {"range_start": 0, "insert_before": 3})
    assert titles(wire, made.json["id"])[:3] == ["Peak", "Salt", "Static"]
    wire("DELETE", items, {"items": [{"uri": peak, "positions": [3]}]})
    wire("DELETE", items, {"items": [{"uri": an_episode(spotify)}]})
    assert titles(wire, made.json["id"]) == ["Peak", "Salt", "Static"]
    wire("PUT", items, {"uris": [salt]})
    assert titles(wire, made.json["id"]) == ["Salt"]
    changed = wire("PUT", items[:-6], {"name": "Yours", "description": ""})
    assert (changed.status, changed.text) == (200, "")
    assert wire.get(items[:-6])["name"] == "Yours"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "me/playlists", {}),
        ("POST", "me/playlists", b"{"),
        ("POST", "me/playlists", {"name": "x", "collaborative": True}),
        ("POST", "{Late Night}/items", {"uris": ["spotify:track:" + "3" * 22]}),
        ("POST", "{Late Night}/items", {"uris": ["spotify:album:" + "3" * 22]}),
        ("POST", "{Late Night}/items", {"uris": ["x"] * 101}),
        ("POST", "{Late Night}/items", {}),
        ("PUT", "{Late Night}/items", {"range_start": 9, "insert_before": 0}),
        ("PUT", "{Late Night}/items", {"range_start": "a", "insert_before": 0}),
        ("PUT", "{Late Night}/items", {}),
        ("DELETE", "{Late Night}/items", {"items": []}),
        ("DELETE", "{Late Night}/items", {"items": [{"uri": "x", "positions": [1]}]}),
        ("PUT", "{Late Night}", {}),
        ("PUT", "me/library", None),
        ("PUT", "me/library?uris=nonsense", None),
        ("GET", "me/library/contains?uris=" + ",".join(["spotify:track:x"] * 41), None),
    ],
)
def test_writes_that_are_refused(
    spotify: Sandbox, wire: Wire, method: str, path: str, body: Any
) -> None:
    path = path.replace("{Late Night}", f"playlists/{spotify.find_playlist('Late Night').id}")
    before = spotify.find_playlist("Late Night").snapshot_id
    assert wire(method, path, body).status == 400
    assert spotify.find_playlist("Late Night").snapshot_id == before


def test_nobody_writes_to_a_strangers_playlist(spotify: Sandbox, wire: Wire) -> None:
    path = f"playlists/{spotify.find_playlist('Peak Hour Weekly').id}"
    assert wire("PUT", path, {"name": "Mine"}).status == 403
    assert wire("POST", f"{path}/items", [uri(spotify, "Peak")]).status == 403
    shared = f"playlists/{spotify.find_playlist('Road Trip').id}"
    assert wire("POST", f"{shared}/items", [uri(spotify, "Salt")]).status == 201
    assert wire("PUT", shared, {"name": "Mine"}).status == 403


def test_a_token_that_may_only_write_public_playlists(spotify: Sandbox) -> None:
    wire = Wire(spotify, spotify.accounts.token("playlist-modify-public"))
    private = spotify.find_playlist("Sunday / Coffee ☕").id
    assert wire("PUT", f"playlists/{private}", {"name": "x"}).status == 403
    assert wire("POST", "me/playlists", {"name": "x", "public": False}).status == 403
    assert wire("POST", "me/playlists", {"name": "x"}).status == 201


def test_the_library_of_a_client(spotify: Sandbox, wire: Wire) -> None:
    track, followed = uri(spotify, "Static"), spotify.find_playlist("Peak Hour Weekly").uri
    album = spotify.find_track(track).album.uri
    uris = f"{track},{album},{followed}"
    assert wire.get("me/library/contains", uris=uris) == [False, False, True]
    assert wire("PUT", f"me/library?uris={uris}").status == 200
    assert wire.get("me/library/contains", uris=uris) == [True, True, True]
    assert wire.get("me/tracks")["items"][0]["track"]["uri"] == track
    assert wire.get("me/albums")["items"][0]["album"]["uri"] == album
    assert wire("DELETE", f"me/library?uris={uris}").status == 200
    assert wire.get("me/library/contains", uris=uris) == [False, False, False]


def test_artists_that_are_followed(spotify: Sandbox, wire: Wire) -> None:
    uris = [artist.uri for artist in list(spotify.library.artists.values())[:3]]
    assert wire("PUT", "me/library?uris=" + ",".join(uris)).status == 200
    first = wire.get("me/following", type="artist", limit=2)["artists"]
    rest = wire.get(first["next"])["artists"]
    assert [one["uri"] for one in first["items"] + rest["items"]] == uris
    assert (rest["next"], rest["total"]) == (None, 3)
    assert wire("GET", "me/following", type="user").status == 400


def test_the_library_of_an_old_client(spotify: Sandbox, wire: Wire) -> None:
    an_id = uri(spotify, "Static").rpartition(":")[2]
    assert wire("PUT", f"me/tracks?ids={an_id}").status == 403
    spotify.use_regime("legacy")
    assert wire("PUT", "me/tracks", {"ids": [an_id]}).status == 200
    assert wire.get("me/tracks/contains", ids=an_id) == [True]
    assert wire("DELETE", f"me/tracks?ids={an_id}").status == 200
    assert wire.get("me/tracks/contains", ids=an_id) == [False]
    followed = f"playlists/{spotify.find_playlist('Late Night').id}/followers"
    assert wire("DELETE", followed).status == 200
    assert len(wire.get("me/playlists")["items"]) == 6
    assert wire("PUT", followed, {}).status == 200
    assert len(wire.get("me/playlists")["items"]) == 7


@pytest.mark.parametrize(
    "wrong", [{"name": ["x"]}, {"public": "yes"}, {"description": 1}, {"name": ""}]
)
def test_what_is_said_of_a_playlist_has_its_type(
    spotify: Sandbox, wire: Wire, wrong: dict[str, Any]
) -> None:
    playlist = spotify.find_playlist("Late Night")
    before = wire.get(f"playlists/{playlist.id}")
    assert wire("PUT", f"playlists/{playlist.id}", wrong).status == 400
    assert wire.get(f"playlists/{playlist.id}") == before


def test_a_cover_moves_the_version(spotify: Sandbox, wire: Wire) -> None:
    playlist = spotify.find_playlist("Late Night")
    before = playlist.snapshot_id
    assert wire("PUT", f"playlists/{playlist.id}/images", b"/9j/4AAQ").status == 202
    assert playlist.snapshot_id != before


# ---- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "after"),
    [
        ("429 small", 429, "3"),
        ("429 huge", 429, "86400"),
        ("429 text", 429, "3"),
        ("quota", 429, "48925"),
        ("401 once", 401, None),
        ("403", 403, None),
        ("403 unregistered", 403, None),
        ("403 no premium", 403, None),
        ("404", 404, None),
    ],
)
def test_faults_of_the_service(
    spotify: Sandbox, wire: Wire, kind: str, status: int, after: str | None
) -> None:
    spotify.fault(kind)
    answer = wire("GET", "me")
    assert (answer.status, answer.headers["Retry-After"]) == (status, after)
    assert wire("GET", "me").status == 200
    assert spotify.log == [("GET /me", "/v1/me", status), ("GET /me", "/v1/me", 200)]


def test_a_torn_read_has_the_right_count_and_the_wrong_rows(spotify: Sandbox, wire: Wire) -> None:
    an_id = spotify.find_playlist("Late Night").id
    spotify.fault("torn")
    before = wire.get(f"playlists/{an_id}", fields="snapshot_id")
    spotify.fault("torn")
    read = titles(wire, an_id, limit=3) + titles(wire, an_id, limit=3, offset=3)
    assert len(read) == 5
    assert len(set(read)) == 4
    assert wire.get(f"playlists/{an_id}", fields="snapshot_id") != before


def test_a_torn_read_of_the_liked_songs(spotify: Sandbox, wire: Wire) -> None:
    spotify.fault("torn", endpoint="/me/tracks")
    pages = [wire.get("me/tracks", limit=5, offset=offset)["items"] for offset in (0, 5)]
    read = [row["track"]["name"] for page in pages for row in page]
    assert (len(read), len(set(read))) == (9, 8)


def test_what_was_asked_is_done_though_the_answer_is_lost(spotify: Sandbox, wire: Wire) -> None:
    spotify.fault("drop", endpoint="POST /me/playlists")
    with pytest.raises(http.client.RemoteDisconnected):
        wire("POST", "me/playlists", {"name": "Lost"})
    assert wire.get("me/playlists")["items"][0]["name"] == "Lost"


def test_a_window_and_a_quota() -> None:
    with Sandbox(clock=Clock(), per_window=2, per_day=3) as spotify:
        wire = Wire(spotify, spotify.token)
        assert [wire("GET", "me").status for _ in range(3)] == [200, 200, 429]
        refused = wire("GET", "me")
        assert (refused.message, refused.headers["Retry-After"]) == (
            "API rate limit exceeded",
            "30",
        )
        spotify.advance(31)
        assert wire("GET", "me").status == 200
        refused = wire("GET", "me")
        assert refused.json["error"]["reason"] == "QUOTA_EXCEEDED"
        assert refused.headers["Retry-After"] == str(86_400 - 31)
        spotify.advance(86_400 - 31)
        wire.token = spotify.accounts.token()
        assert wire("GET", "me").status == 200


def test_edits_from_another_program(spotify: Sandbox, wire: Wire) -> None:
    def call(what: str, **told: Any) -> int:
        return wire("POST", f"/_sandbox/{what}", told).status

    assert call("rename", playlist="Warm up", name="Warmer") == 200
    assert call("advance", hours=2) == 200
    assert wire("GET", "me").status == 401
    assert call("use_regime", regime="legacy") == 200
    assert (spotify.regime, spotify.find_playlist("Warmer").name) == ("legacy", "Warmer")
    assert call("use_regime", regime="none") == 400
    assert call("rename", playlist="nothing", name="x") == 400
    assert call("_torn") == 404
