"""What the stand-in of the media sites answers, by itself; that yt-dlp understands it is tested
with the adapter."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from adapters.sandbox.media import Catalogue, Sandbox
from adapters.sandbox.media.sounds import FORMATS, Sounds, pieces
from tests.adapters.sandbox.wire import Answer, Wire

API = "/api/api-v2.soundcloud.com"
FILE = "/api/tunes.example/a-101.m4a"


@pytest.fixture
def sites() -> Iterator[Sandbox]:
    made = Catalogue()
    made.add("A", "Rhea Lund", 6, sites=("soundcloud", "youtube", "direct"))
    with Sandbox(made) as running:
        yield running


@pytest.fixture
def wire(sites: Sandbox) -> Wire:
    return Wire(sites)


def ask(wire: Wire, where: str, **query: Any) -> Answer:
    return wire("GET", f"{API}/{where}", client_id="SandboxSandboxSandboxSandbox0000", **query)


def part(sites: Sandbox, told: str, condition: str = "") -> tuple[int, str, bytes]:
    """Status, `Content-Range` and bytes of a part of the file."""
    with closing(http.client.HTTPConnection("127.0.0.1", sites.port, timeout=10)) as connection:
        headers = {"Range": told} | ({"If-Range": condition} if condition else {})
        connection.request("GET", FILE, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Range", ""), answer.read()


# ---- files -------------------------------------------------------------------------------------


def test_a_range_is_served_and_cut_at_the_end(sites: Sandbox) -> None:
    whole = sites.sound(sites.catalogue.tracks[101], "m4a")
    size = len(whole)
    assert part(sites, "bytes=0-9") == (206, f"bytes 0-9/{size}", whole[:10])
    assert part(sites, "bytes=10-") == (206, f"bytes 10-{size - 1}/{size}", whole[10:])
    assert part(sites, "bytes=0-99999999") == (206, f"bytes 0-{size - 1}/{size}", whole)
    assert part(sites, f"bytes={size}-") == (416, f"bytes */{size}", b"")
    assert part(sites, "bytes=x-") == (200, "", whole)


def test_a_condition_that_is_not_met_gives_the_whole(sites: Sandbox) -> None:
    whole = sites.sound(sites.catalogue.tracks[101], "m4a")
    assert part(sites, "bytes=10-", '"another"') == (200, "", whole)


@pytest.mark.parametrize("form", ["fmp4", "mp3"])
def test_the_pieces_of_a_stream_are_the_whole(form: str, sites: Sandbox) -> None:
    whole = sites.sound(sites.catalogue.tracks[101], form)
    first, parts = pieces(form, whole)
    assert first + b"".join(parts) == whole and len(parts) > 1
    assert first.startswith(b"\0\0\0") == (form == "fmp4")


@pytest.mark.parametrize("form", FORMATS)
def test_a_tune_is_the_same_every_time(form: str) -> None:
    once, again = (Sounds().encoded(126, "Am", 1, 7, form) for _ in range(2))
    assert once == again != Sounds().encoded(126, "Am", 1, 8, form)


# ---- SoundCloud --------------------------------------------------------------------------------


def test_the_api_wants_a_client_id(wire: Wire) -> None:
    assert wire("GET", f"{API}/tracks/101").status == 401
    assert ask(wire, "tracks/101").json["title"] == "A"


def test_pages_lead_to_the_next(sites: Sandbox, wire: Wire) -> None:
    for number in range(4):
        sites.upload(f"T{number}", "Rhea Lund")
    first = ask(wire, "users/9000/tracks", limit=3).json
    assert [one["title"] for one in first["collection"]] == ["T3", "T2", "T1"]
    assert first["next_href"].startswith("https://api-v2.soundcloud.com/users/9000/tracks?")
    rest = ask(wire, "users/9000/tracks", limit=3, offset=3).json
    assert [one["title"] for one in rest["collection"]] == ["T0", "A"]
    assert rest["next_href"] is None


def test_a_set_tells_little_of_its_later_tracks(sites: Sandbox, wire: Wire) -> None:
    number = sites.create_set("Mix", "Rhea Lund")
    for title in "BCDEFG":
        sites.add_to_set(number, sites.upload(title, "Rhea Lund"))
    tracks = ask(wire, f"playlists/{number}").json["tracks"]
    assert [one.get("title") for one in tracks] == ["B", "C", "D", "E", "F", None]
    ids = ",".join(str(one["id"]) for one in tracks)
    assert len(ask(wire, "tracks", ids=ids).json) == 6


def test_what_was_deleted_leaves_a_null_among_the_likes(sites: Sandbox, wire: Wire) -> None:
    sites.like("Rhea Lund", "A")
    sites.delete("A")
    assert ask(wire, "users/9000/likes").json["collection"] == [None]
    assert ask(wire, "tracks/101").status == 404
    sites.allow("A")
    assert ask(wire, "tracks/101").status == 200


def test_what_a_person_does_to_a_track(sites: Sandbox, wire: Wire) -> None:
    sites.block("A")
    assert ask(wire, "tracks/101").json["media"]["transcodings"] == []
    sites.preview_only("A")
    assert all(one["snipped"] for one in ask(wire, "tracks/101").json["media"]["transcodings"])
    sites.allow("A")
    sites.protect("A")
    found = ask(wire, "tracks/101").json["media"]["transcodings"]
    assert {one["format"]["protocol"] for one in found} == {"ctr-encrypted-hls"}


# ---- all of them -------------------------------------------------------------------------------


def test_calls_over_the_wire(sites: Sandbox, wire: Wire) -> None:
    told = wire("POST", "/_sandbox/upload", {"title": "New", "uploader": "Ada Quill"}).json
    assert told == {"result": 102}
    assert wire("POST", "/_sandbox/like", {"user": "Ada Quill", "track": 102}).status == 200
    assert wire("POST", "/_sandbox/like", {"user": "Ada Quill", "track": "None"}).status == 400
    assert sites.catalogue.likes["ada-quill"][0].target == 102


def test_requests_are_counted_by_service_and_endpoint(sites: Sandbox, wire: Wire) -> None:
    ask(wire, "tracks/101")
    part(sites, "bytes=0-9")
    wire("POST", "/api/www.youtube.com/youtubei/v1/player", {"videoId": "x"})
    assert sites.requests == {
        "GET soundcloud/tracks/{id}": 1,
        "GET tunes.example": 1,
        "POST youtube/player": 1,
    }


@pytest.mark.parametrize("where", ["/", "/api", "/api/elsewhere.example/x", f"{API}/nothing"])
def test_what_is_not_there_is_not_found(wire: Wire, where: str) -> None:
    assert wire("GET", where, client_id="SandboxSandboxSandboxSandbox0000").status == 404


@pytest.mark.parametrize(
    "where",
    [
        "/api/cf-media.sndcdn.com/nonsense",
        "/api/cf-media.sndcdn.com/x.128.mp3",
        "/api/cf-media.sndcdn.com/101.128.exe",
        "/api/cf-hls-media.sndcdn.com/x/mp3/list.m3u8",
        "/api/cf-hls-media.sndcdn.com/101/mp3/piece999",
        "/api/cf-hls-media.sndcdn.com/101/mp3/other",
        "/api/tunes.example/a-101.exe",
        f"{API}/tracks?ids=x,,101",
        f"{API}/users/9000/tracks?limit=x",
    ],
)
def test_nonsense_does_not_break_it(sites: Sandbox, wire: Wire, where: str) -> None:
    query = {} if "?" not in where else {"client_id": "SandboxSandboxSandboxSandbox0000"}
    assert wire("GET", where, **query).status < 500


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("rhea lund a", ["A"]),
        ("RHEA", ["A"]),
        ("somebody else entirely", []),
        ("", []),
    ],
)
def test_search(sites: Sandbox, wire: Wire, words: str, titles: list[str]) -> None:
    found = ask(wire, "search/tracks", q=words).json["collection"]
    assert [one["title"] for one in found] == titles


def test_a_player_says_why_not(sites: Sandbox, wire: Wire) -> None:
    def status() -> str:
        body = {"videoId": sites.catalogue.tracks[101].video}
        told = wire("POST", "/api/www.youtube.com/youtubei/v1/player", body).json
        return str(told["playabilityStatus"]["status"])

    assert status() == "OK"
    sites.block("A")
    assert status() == "UNPLAYABLE"
    sites.delete("A")
    assert status() == "ERROR"


def test_a_catalogue_knows_its_sites() -> None:
    with pytest.raises(ValueError, match="there are: soundcloud"):
        Catalogue().add("A", "B", 1, sites=("myspace",))


def test_the_small_catalogue_has_something_of_everything() -> None:
    made = Sandbox().catalogue
    assert {one.policy for one in made.tracks.values()} == {"ALLOW", "SNIP", "BLOCK"}
    assert any(one.drm for one in made.tracks.values())
    assert made.sets and made.likes
