"""SoundCloud's API (v2) and its servers of files, as yt-dlp asks them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from adapters.sandbox.media.catalogue import Catalogue, Set, Track, slug
from adapters.sandbox.media.sounds import PREVIEW
from adapters.sandbox.messages import Request, Response

Json = dict[str, Any]

API = "api-v2.soundcloud.com"
STREAMS = "cf-media.sndcdn.com"
PIECES = "cf-hls-media.sndcdn.com"
CLIENT_ID = "SandboxSandboxSandboxSandbox0000"
SCRIPT = "https://a-v2.sndcdn.com/assets/app.js"
FULL = 5
"""Tracks of a set that are there in full; the others are numbers only."""

# Name of the transcoding, its protocol, its type, and the format behind it.
TRANSCODINGS = (
    ("aac_160k", "hls", 'audio/mp4; codecs="mp4a.40.2"', "fmp4"),
    ("mp3_1_0", "hls", "audio/mpeg", "mp3"),
    ("mp3_1_0", "progressive", "audio/mpeg", "mp3"),
)


def page() -> Response:
    """The site itself: it names a script."""
    text = f'<html><script crossorigin src="{SCRIPT}"></script></html>'
    return Response.text(text, 200, "text/html")


def script() -> Response:
    """The script, with the client id in it."""
    return Response.text(f'{{client_id:"{CLIENT_ID}",x:1}}', 200, "text/javascript")


def api(catalogue: Catalogue, path: tuple[str, ...], request: Request) -> Response:
    """An answer of the API."""
    query = request.query
    if query.get("client_id") != CLIENT_ID:
        return Response.json({}, 401)
    match path:
        case ("resolve",):
            return _one(_resolved(catalogue, query.get("url", "")))
        case ("tracks",):
            numbers = [int(one) for one in query.get("ids", "").split(",") if one.isdigit()]
            found = [track for number in numbers[:50] if (track := _track(catalogue, number))]
            return Response.json([track_json(catalogue, one) for one in found])
        case ("tracks", number):
            found_one = _track(catalogue, number)
            return _one(track_json(catalogue, found_one) if found_one else None)
        case ("playlists", number):
            made = catalogue.sets.get(int(number) if number.isdigit() else 0)
            return _one(set_json(catalogue, made) if made else None)
        case ("users", number, what):
            return _of_user(catalogue, number, what, request)
        case ("search", "tracks"):
            found = catalogue.find("soundcloud", query.get("q", ""))
            return _page(found, lambda one: track_json(catalogue, one), request)
        case ("media", number, name):
            return _media(catalogue, number, name)
    return Response.json({}, 404)


def _one(told: Json | None) -> Response:
    return Response.json(told) if told else Response.json({}, 404)


def _track(catalogue: Catalogue, number: str | int) -> Track | None:
    found = catalogue.tracks.get(int(number)) if str(number).isdigit() else None
    there = found is not None and "soundcloud" in found.sites and not found.gone
    return found if there else None


def _resolved(catalogue: Catalogue, url: str) -> Json | None:
    path = [part for part in url.partition("soundcloud.com/")[2].split("/") if part]
    if len(path) == 1 and path[0] in catalogue.users:
        return user_json(catalogue, path[0])
    for made in catalogue.sets.values():
        if made.url.endswith("/".join(path)) and len(path) == 3:
            return set_json(catalogue, made)
    for track in catalogue.there("soundcloud"):
        if path == [track.user, track.slug]:
            return track_json(catalogue, track)
    return None


def _of_user(catalogue: Catalogue, number: str, what: str, request: Request) -> Response:
    name = next((one for one, (id, _) in catalogue.users.items() if str(id) == number), None)
    if name is None:
        return Response.json({}, 404)
    if what == "tracks":
        mine = [one for one in catalogue.there("soundcloud") if one.user == name]
        return _page(mine, lambda one: track_json(catalogue, one), request)
    if what == "playlists":
        sets = [one for one in catalogue.sets.values() if one.user == name]
        return _page(sets, lambda one: set_json(catalogue, one), request)
    if what == "likes":
        return _page(catalogue.likes.get(name, []), lambda one: _like(catalogue, one), request)
    return Response.json({}, 404)


def _like(catalogue: Catalogue, like: Any) -> Json | None:
    told: Json = {"created_at": stamp(like.at), "kind": "like"}
    if like.target < 0:
        return told | {"playlist": set_json(catalogue, catalogue.sets[-like.target])}
    track = _track(catalogue, like.target)
    # What is gone leaves a null behind.
    return None if track is None else told | {"track": track_json(catalogue, track)}


def _page(rows: Any, shape: Callable[[Any], Json | None], request: Request) -> Response:
    query = request.query
    limit = min(200, _number(query.get("limit"), 10))
    offset = _number(query.get("offset"), 0)
    after = offset + limit
    more = {**query, "limit": str(limit), "offset": str(after)}
    more.pop("client_id", None)
    where = "/".join(request.segments[2:])
    following = f"https://{API}/{where}?{urlencode(more)}" if after < len(rows) else None
    told = [shape(row) for row in rows[offset:after]]
    return Response.json({"collection": told, "next_href": following, "query_urn": None})


def _number(told: str | None, otherwise: int) -> int:
    return int(told) if told and told.isascii() and told.isdigit() else otherwise


def _media(catalogue: Catalogue, number: str, name: str) -> Response:
    track = _track(catalogue, number)
    if track is None:
        return Response.json({}, 404)
    preset, _, protocol = name.rpartition("-")
    form = next((row[3] for row in TRANSCODINGS if row[:2] == (preset, protocol)), None)
    if form is None:
        return Response.json({}, 404)
    signed = urlencode({"Policy": "eyJTdGF0ZW1lbnQi", "Signature": "sandbox~secret"})
    if protocol == "hls":
        return Response.json({"url": f"https://{PIECES}/{track.id}/{form}/list.m3u8?{signed}"})
    return Response.json({"url": f"https://{STREAMS}/{track.id}.128.{form}?{signed}"})


# ---- shapes ------------------------------------------------------------------------------------


def stamp(seconds: int) -> str:
    """A time as the API writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user_json(catalogue: Catalogue, name: str) -> Json:
    number, called = catalogue.users[name]
    return {
        "id": number,
        "kind": "user",
        "permalink": name,
        "permalink_url": f"https://soundcloud.com/{name}",
        "username": called,
        "track_count": sum(one.user == name for one in catalogue.there("soundcloud")),
        "likes_count": len(catalogue.likes.get(name, [])),
        "avatar_url": None,
    }


def track_json(catalogue: Catalogue, track: Track) -> Json:
    short = track.policy == "SNIP"
    length = min(PREVIEW, track.seconds) if short else track.seconds
    published = {"artist": track.uploader, "isrc": track.isrc or None, "album_title": track.album}
    return {
        "id": track.id,
        "kind": "track",
        "title": track.title,
        "permalink": track.slug,
        "permalink_url": track.soundcloud_url,
        "uri": f"https://api.soundcloud.com/tracks/{track.id}",
        "urn": f"soundcloud:tracks:{track.id}",
        "user": user_json(catalogue, track.user),
        "user_id": catalogue.users[track.user][0],
        "created_at": stamp(track.created),
        "last_modified": stamp(track.created),
        "duration": round(length * 1000),
        "full_duration": round(track.seconds * 1000),
        "genre": track.genre,
        "tag_list": "",
        "publisher_metadata": published if track.isrc or track.album else None,
        "playback_count": track.plays,
        "policy": track.policy,
        "public": True,
        "sharing": "public",
        "state": "finished",
        "streamable": True,
        "downloadable": False,
        "has_downloads_left": True,
        "artwork_url": f"https://i1.sndcdn.com/artworks-{track.id}-large.jpg",
        "media": {"transcodings": _transcodings(track)},
    }


def _transcodings(track: Track) -> list[Json]:
    if track.policy == "BLOCK":
        return []
    found = []
    for preset, protocol, kind, _ in TRANSCODINGS:
        where = f"https://{API}/media/{track.id}/{preset}-{protocol}"
        told = {"protocol": protocol, "mime_type": kind}
        if track.drm:
            told["protocol"] = "ctr-encrypted-hls"
        snipped = track.policy == "SNIP"
        found.append(
            {"url": where, "preset": preset, "format": told, "quality": "sq", "snipped": snipped,
             "duration": round(track.seconds * 1000)}
        )  # fmt: skip
    return found


def set_json(catalogue: Catalogue, made: Set) -> Json:
    found = [track for number in made.tracks if (track := _track(catalogue, number))]
    stubs = [{"id": one.id, "kind": "track", "policy": one.policy} for one in found[FULL:]]
    return {
        "id": made.id,
        "kind": "playlist",
        "title": made.title,
        "permalink": slug(made.title),
        "permalink_url": made.url,
        "uri": f"https://api.soundcloud.com/playlists/{made.id}",
        "user": user_json(catalogue, made.user),
        "track_count": len(found),
        "set_type": "",
        "tracks": [track_json(catalogue, one) for one in found[:FULL]] + stubs,
    }
