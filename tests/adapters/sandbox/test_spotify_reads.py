"""Pages, limits, filters, regimes and rows of the Spotify sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox, made_up
from tests.adapters.sandbox.wire import Wire

NOBODY = "3" * 22


def names(page: dict[str, Any], key: str = "item") -> list[str | None]:
    return [(row[key] or {}).get("name") for row in page["items"]]


# ---- limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("me/playlists", 50),
        ("me/tracks", 50),
        ("playlists/{Late Night}/items", 50),
        ("albums/{album}/tracks", 50),
        ("artists/{artist}/albums", 50),
        ("me/player/recently-played", 50),
        ("search?q=a&type=track", 10),
    ],
)
def test_limits(spotify: Sandbox, wire: Wire, path: str, most: int) -> None:
    track = next(spotify.library.tracks())
    for name, an_id in (
        ("{Late Night}", spotify.find_playlist("Late Night").id),
        ("{album}", track.album.id),
        ("{artist}", track.artists[0].id),
    ):
        path = path.replace(name, an_id)
    for bad in (0, -1, most + 1, "many", ""):
        answer = wire("GET", path, limit=bad)
        assert (answer.status, answer.message) == (400, "Invalid limit"), bad
    assert wire("GET", path, limit=most).status == 200
    if "player" not in path:
        answer = wire("GET", path, offset=-1)
        assert (answer.status, answer.message) == (400, "Invalid offset")


def test_a_search_outside_development_mode(spotify: Sandbox, wire: Wire) -> None:
    assert wire.get("search", q="a", type="track")["tracks"]["limit"] == 5
    spotify.use_regime("legacy")
    assert wire.get("search", q="a", type="track")["tracks"]["limit"] == 20
    assert wire("GET", "search", q="a", type="track", limit=50).status == 200
    assert wire("GET", "search", q="a", type="track", offset=1001).status == 400


def test_ids(wire: Wire) -> None:
    for kind in ("tracks", "albums", "artists", "playlists", "shows", "episodes"):
        assert wire("GET", f"{kind}/{NOBODY}").message == "Resource not found"
        for bad in ("abc", "3" * 23, "3" * 21 + "!"):
            answer = wire("GET", f"{kind}/{bad}")
            assert (answer.status, answer.message) == (400, "Invalid base62 id")


def test_markets(spotify: Sandbox, wire: Wire) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}/items"
    assert wire("GET", path, market="Sweden").message == "Invalid market code"
    assert "is_playable" not in wire.get(path)["items"][0]["item"]
    page = wire.get(path, market="SE", limit=2)
    assert page["items"][0]["item"]["is_playable"] is True
    assert "market=SE" in page["next"]


def test_unknown_paths_and_methods(wire: Wire) -> None:
    assert wire("GET", "nothing").message == "Service not found"
    assert wire("DELETE", "me").status == 405


# ---- pages -------------------------------------------------------------------------------------


def test_pages_lead_on_and_back(spotify: Sandbox, wire: Wire) -> None:
    first = wire.get("me/tracks", limit=4)
    assert first["href"] == f"{spotify.root}/v1/me/tracks?offset=0&limit=4"
    assert first["next"] == f"{spotify.root}/v1/me/tracks?offset=4&limit=4"
    assert first["previous"] is None
    second = wire.get(first["next"])
    last = wire.get(second["next"])
    assert last["next"] is None
    assert last["previous"] == second["href"]
    rows = [*first["items"], *second["items"], *last["items"]]
    assert len(rows) == last["total"] == 9
    added = [row["added_at"] for row in rows]
    assert added == sorted(added, reverse=True)


@pytest.mark.parametrize("regime", ["dev2026", "transition", "legacy"])
def test_every_page_of_playlists_can_be_followed(spotify: Sandbox, wire: Wire, regime: str) -> None:
    spotify.use_regime(regime)
    page, seen = wire.get("me/playlists", limit=2), []
    while True:
        seen += [row["id"] for row in page["items"]]
        if not page["next"]:
            break
        page = wire.get(page["next"])
    assert seen == spotify.library.listed


def test_a_page_that_ends_where_the_list_ends_leads_nowhere(wire: Wire) -> None:
    assert wire.get("me/tracks", limit=9)["next"] is None
    assert wire.get("me/tracks", limit=8)["next"] is not None


def test_beyond_the_end_there_is_nothing(wire: Wire) -> None:
    page = wire.get("me/tracks", offset=500)
    assert (page["items"], page["next"], page["total"]) == ([], None, 9)


def test_addresses_repeat_what_was_asked(spotify: Sandbox, wire: Wire) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}/items"
    headers = {"Accept-Language": "en-US,en;q=0.5", "Host": "sandbox.example"}
    page = wire("GET", path, headers=headers, additional_types="track,episode", limit=1).json
    assert page["next"] == (
        f"http://sandbox.example/v1/{path}?offset=1&limit=1&additional_types=track%2Cepisode"
        "&locale=en-US,en;q%3D0.5"
    )


def test_a_playlist_comes_with_its_first_hundred_rows() -> None:
    with Sandbox(made_up.large(1, 130, 0, 200), clock=Clock()) as spotify:
        wire = Wire(spotify, spotify.token)
        an_id = spotify.library.listed[0]
        first = wire.get(f"playlists/{an_id}")["items"]
        assert (len(first["items"]), first["total"]) == (100, 130)
        assert first["next"] == f"{spotify.url}playlists/{an_id}/items?offset=100&limit=100"
        rest = wire.get(f"playlists/{an_id}/items", offset=100, limit=50)
        assert names(rest)[0] == "Title 100"
        assert len(rest["items"]) == 30


def test_the_size_of_a_real_library_in_a_handful_of_requests() -> None:
    with Sandbox(made_up.large(), clock=Clock()) as spotify:
        wire = Wire(spotify, spotify.token)
        assert [
            len(wire.get("me/playlists", limit=50, offset=offset)["items"])
            for offset in (0, 50, 100)
        ] == [50, 50, 32]
        assert wire.get("me/tracks", limit=50)["total"] == 5300
        assert spotify.requests == {"GET /me/playlists": 3, "GET /me/tracks": 1}


# ---- fields ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("total,limit", {"total": 5, "limit": 1}),
        ("items(added_by.id)", {"items": [{"added_by": {"id": "robinvale"}}]}),
        ("items.item.name", {"items": [{"item": {"name": "Low Lamp"}}]}),
        (
            "items(item(name,album(name),artists(name))),total",
            {
                "items": [
                    {
                        "item": {
                            "name": "Low Lamp",
                            "album": {"name": "Tidewater"},
                            "artists": [{"name": "Anselm Gray"}],
                        }
                    }
                ],
                "total": 5,
            },
        ),
        ("items(track(name))", {"items": [{}]}),
        ("!items,href,next", {"limit": 1, "offset": 0, "previous": None, "total": 5}),
        ("nothing", {}),
    ],
)
def test_fields(spotify: Sandbox, wire: Wire, fields: str, left: Any) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}/items"
    assert wire.get(path, fields=fields, limit=1) == left


def test_fields_left_out_deep_inside(spotify: Sandbox, wire: Wire) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}"
    told = wire.get(path, fields="items.items(item(id,album(!images,artists)))")
    album = told["items"]["items"][0]["item"]["album"]
    assert "images" not in album
    assert album["name"] == "Tidewater"


@pytest.mark.parametrize("fields", ["items(", "items)", "a,,b", "(a)", "a.(b)", "!"])
def test_fields_that_cannot_be_read(spotify: Sandbox, wire: Wire, fields: str) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}"
    assert wire("GET", path, fields=fields).status == 400


# ---- regimes -----------------------------------------------------------------------------------


def test_a_followed_playlist_may_not_be_read_in_development_mode(
    spotify: Sandbox, wire: Wire
) -> None:
    an_id = spotify.find_playlist("Peak Hour Weekly").id
    listed = {row["id"]: row for row in wire.get("me/playlists")["items"]}
    assert "items" not in listed[an_id]
    assert "items" not in wire.get(f"playlists/{an_id}")
    answer = wire("GET", f"playlists/{an_id}/items")
    assert (answer.status, answer.message) == (403, "Forbidden")
    spotify.use_regime("transition")
    assert len(wire.get(f"playlists/{an_id}/items")["items"]) == 3


def test_a_friends_playlist_that_one_may_change(spotify: Sandbox, wire: Wire) -> None:
    page = wire.get(f"playlists/{spotify.find_playlist('Road Trip').id}/items")
    assert [row["added_by"]["id"] for row in page["items"]] == ["marlo-k", "marlo-k", "robinvale"]


def test_names_of_rows_by_regime(spotify: Sandbox, wire: Wire) -> None:
    path = f"playlists/{spotify.find_playlist('Late Night').id}"
    for regime, keys in (
        ("dev2026", {"item"}),
        ("transition", {"item", "track"}),
        ("legacy", {"track"}),
    ):
        spotify.use_regime(regime)
        told = wire.get(path)
        assert {"items", "tracks"} & told.keys() == {f"{key}s" for key in keys}
        assert {"item", "track"} & wire.get(f"{path}/items")["items"][0].keys() == keys
        assert wire.get("me/tracks")["items"][0].keys() == {"added_at", "track"}


@pytest.mark.parametrize(
    "path",
    [
        f"tracks?ids={NOBODY}",
        f"albums?ids={NOBODY}",
        f"artists?ids={NOBODY}",
        "artists/{artist}/top-tracks",
        "users/robinvale",
        "users/robinvale/playlists",
        "playlists/{Late Night}/tracks",
        "me/tracks/contains?ids={track}",
    ],
)
def test_what_development_mode_has_lost(spotify: Sandbox, wire: Wire, path: str) -> None:
    track = next(spotify.library.tracks())
    path = path.replace("{Late Night}", spotify.find_playlist("Late Night").id)
    path = path.replace("{artist}", track.artists[0].id).replace("{track}", track.id)
    assert wire("GET", path).status == 403
    spotify.use_regime("legacy")
    assert wire("GET", path).status == 200


@pytest.mark.parametrize(
    "where",
    [
        f"GET episodes?ids={NOBODY}",
        f"GET shows?ids={NOBODY}",
        f"GET audiobooks?ids={NOBODY}",
        f"GET chapters?ids={NOBODY}",
        f"GET me/albums/contains?ids={NOBODY}",
        f"PUT me/albums?ids={NOBODY}",
        f"DELETE me/shows?ids={NOBODY}",
        "PUT me/following?type=artist",
        "GET markets",
    ],
)
def test_what_development_mode_has_lost_and_is_not_made_here(wire: Wire, where: str) -> None:
    answer = wire(*where.split())
    assert (answer.status, answer.message) == (403, "Forbidden")


def test_what_is_gone_for_all(spotify: Sandbox, wire: Wire) -> None:
    for regime in ("dev2026", "legacy"):
        spotify.use_regime(regime)
        for path in (f"audio-features/{NOBODY}", "recommendations", "browse/categories"):
            assert wire("GET", path).status == 403


# ---- rows --------------------------------------------------------------------------------------


def odd(spotify: Sandbox, wire: Wire, **query: str) -> dict[str, Any]:
    page = wire.get(f"playlists/{spotify.find_playlist('Odds and Ends').id}/items", **query)
    keys = ("plain", "local", "episode", "relinked", "unplayable", "lower", "null", "ghost")
    return dict(zip(keys, page["items"], strict=True))


def test_every_kind_of_row(spotify: Sandbox, wire: Wire) -> None:
    rows = odd(spotify, wire, additional_types="track,episode")
    local = rows["local"]["item"]
    assert rows["local"]["is_local"] and local["is_local"]
    assert local["uri"] == "spotify:local:Robin+Vale::Kitchen+Mix+%28Live%29:5432"
    assert (local["id"], local["external_ids"], local["album"]["name"]) == (None, {}, "")
    assert rows["episode"]["item"]["show"]["name"] == "Talking Grooves"
    assert rows["unplayable"]["item"]["is_playable"] is False
    assert rows["unplayable"]["item"]["restrictions"] == {"reason": "market"}
    assert rows["lower"]["item"]["external_ids"]["isrc"].islower()
    assert (rows["null"]["item"], rows["null"]["added_by"]["id"]) == (None, "")
    assert (rows["ghost"]["item"]["name"], rows["ghost"]["item"]["duration_ms"]) == ("", 0)
    assert rows["ghost"]["item"]["album"]["release_date"] == "0000"
    assert (rows["ghost"]["added_by"], rows["ghost"]["added_at"]) == (None, None)


def test_an_episode_for_clients_that_know_only_tracks(spotify: Sandbox, wire: Wire) -> None:
    item = odd(spotify, wire)["episode"]["item"]
    assert (item["type"], item["track"], item["artists"][0]["type"]) == ("episode", True, "show")
    assert "show" not in item


def test_a_relinked_track_keeps_the_web_address_of_the_original(
    spotify: Sandbox, wire: Wire
) -> None:
    item = odd(spotify, wire)["relinked"]["item"]
    original = item["external_urls"]["spotify"].rpartition("/")[2]
    assert original != item["id"]
    assert item["uri"] == f"spotify:track:{item['id']}"
    assert "linked_from" not in item
    assert wire.get(f"tracks/{original}")["id"] == item["id"]
    spotify.use_regime("transition")
    assert odd(spotify, wire)["relinked"]["item"]["linked_from"]["id"] == original


def test_a_withheld_playlist_is_null_and_not_found(spotify: Sandbox, wire: Wire) -> None:
    an_id = spotify.find_playlist("Warm up").id
    spotify.withhold(an_id)
    assert None in wire.get("me/playlists")["items"]
    assert wire("GET", f"playlists/{an_id}").status == 404


def test_an_empty_playlist_has_no_pictures(spotify: Sandbox, wire: Wire) -> None:
    listed = {row["name"]: row for row in wire.get("me/playlists")["items"]}
    assert listed["Empty"]["images"] is None
    assert wire.get(f"playlists/{listed['Empty']['id']}")["images"] == []


# ---- search ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("forste sne", ["Første Sne"]),
        ('track:"Warm Up" artist:"velvet static"', ["Warm Up", "Warm Up - Dub Mix"]),
        ("artist:Anselm Gray track:Salt", ["Salt"]),
        ("low lamp year:2021", ["Low Lamp"]),
        ("low lamp year:2022-2023", []),
        ("isrc:ZZZZZ0000000", []),
        ("nothing like that", []),
    ],
)
def test_a_search_for_tracks(wire: Wire, asked: str, found: list[str]) -> None:
    assert [
        t["name"] for t in wire.get("search", q=asked, type="track")["tracks"]["items"]
    ] == found


def test_a_search_by_isrc(spotify: Sandbox, wire: Wire) -> None:
    track = spotify.find_track(spotify.library.liked[0].uri)
    told = wire.get("search", q=f"isrc:{track.isrc.lower()}", type="track")["tracks"]
    assert [one["id"] for one in told["items"]] == [track.id]


def test_a_search_for_other_things(wire: Wire) -> None:
    told = wire.get("search", q="tidewater", type="album,artist,playlist,show")
    assert [one["name"] for one in told["albums"]["items"]] == ["Tidewater"]
    assert (told["artists"]["items"], told["shows"]["items"]) == ([], [])
    page = wire.get("search", q="a", type="track", limit=2)["tracks"]
    assert wire.get(page["next"])["tracks"]["offset"] == 2


def test_a_search_that_asks_for_nothing(wire: Wire) -> None:
    assert wire("GET", "search", type="track").message == "No search query"
    assert wire("GET", "search", q="a").message == "Missing parameter type"
    assert wire("GET", "search", q="a", type="song").message == "Bad search type field song"
