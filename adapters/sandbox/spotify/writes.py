"""The endpoints that change something: playlists, their rows, the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.catalogue import several
from adapters.sandbox.spotify.edits import moved
from adapters.sandbox.spotify.library import Playlist, Row, iso
from adapters.sandbox.spotify.problems import bad, forbidden
from adapters.sandbox.spotify.reads import whole
from adapters.sandbox.spotify.routes import ROUTES, Call
from adapters.sandbox.spotify.shapes import Json

MOST_ROWS = 100
MOST_URIS = 40
PUBLIC, PRIVATE = "playlist-modify-public", "playlist-modify-private"
KINDS = {"name": str, "public": bool, "collaborative": bool, "description": str}
"""What may be said of a playlist."""
KEPT = ("track", "album", "episode", "show", "audiobook", "user", "playlist", "artist")


def body(call: Call) -> Any:
    """The body as JSON, an empty object if there is none."""
    if not call.request.body.strip():
        return {}
    told = call.request.json()
    if told is None:
        raise bad("Error parsing JSON.")
    return told


def fields(call: Call) -> Json:
    told = body(call)
    if not isinstance(told, dict):
        raise bad("Error parsing JSON.")
    return told


def done(playlist: Playlist, status: int = 200) -> Response:
    playlist.revision += 1
    return Response.json({"snapshot_id": playlist.snapshot_id}, status)


def writable(call: Call) -> Playlist:
    """Raises Problem: it is somebody else's, or the token may not change playlists of its kind."""
    found = call.playlist()
    call.need(PUBLIC if found.public else PRIVATE)
    if not found.belongs_to(call.access.user):
        raise forbidden()
    return found


# ---- playlists ---------------------------------------------------------------------------------


@ROUTES.add("POST /me/playlists", PUBLIC, PRIVATE)
def create(call: Call) -> Response:
    told = fields(call)
    name, public = told.get("name"), told.get("public", True)
    if not isinstance(name, str) or not name:
        raise bad("Missing required field: name")
    if not isinstance(told.get("description") or "", str):
        raise bad("Invalid description")
    if told.get("collaborative") and public:
        raise bad("Collaborative playlists can only be private")
    call.need(PUBLIC if public else PRIVATE)
    made = call.sandbox.create_playlist(
        name,
        public=bool(public),
        collaborative=bool(told.get("collaborative")),
        description=told.get("description") or "",
    )
    return Response.json(whole(call, call.library.playlists[made]), 201)


@ROUTES.add("POST /users/{id}/playlists", PUBLIC, PRIVATE, old=True)
def create_for(call: Call) -> Response:
    if call.ids[0] != call.access.user:
        raise forbidden("You cannot create a playlist for another user")
    return create(call)


@ROUTES.add("PUT /playlists/{id}", PUBLIC, PRIVATE)
def change(call: Call) -> Response:
    found, told = writable(call), fields(call)
    if found.owner.id != call.access.user:
        raise forbidden()
    if not told:
        raise bad("At least one of name, public, collaborative, description is required")
    if told.get("name") == "":
        raise bad("Invalid name")
    for name, kind in KINDS.items():
        if told.get(name) is not None and not isinstance(told[name], kind):
            raise bad(f"Invalid {name}")
    for name in KINDS:
        if told.get(name) is not None:
            setattr(found, name, told[name])
    found.revision += 1
    return Response(200, b"")


@ROUTES.add("PUT /playlists/{id}/followers", PUBLIC, PRIVATE, old=True)
def follow(call: Call) -> Response:
    call.sandbox.follow(call.playlist().id)
    return Response(200, b"")


@ROUTES.add("DELETE /playlists/{id}/followers", PUBLIC, PRIVATE, old=True)
def unfollow(call: Call) -> Response:
    _unlist(call, call.playlist().id)
    return Response(200, b"")


def _unlist(call: Call, an_id: str) -> None:
    if an_id in call.library.listed:
        call.library.listed.remove(an_id)


@ROUTES.add("PUT /playlists/{id}/images", "ugc-image-upload")
def cover(call: Call) -> Response:
    """A picture is taken and thrown away; the version moves, as with every change."""
    found = writable(call)
    if not call.request.body:
        raise bad("No image provided")
    found.revision += 1
    return Response(202, b"")


# ---- rows --------------------------------------------------------------------------------------


def rows(call: Call, uris: Sequence[Any]) -> list[Row]:
    """New rows. Raises Problem: too many, or one that cannot be added."""
    if len(uris) > MOST_ROWS:
        raise bad(f"You can add a maximum of {MOST_ROWS} tracks per request.")
    for uri in uris:
        if not isinstance(uri, str) or not uri.startswith(("spotify:track:", "spotify:episode:")):
            raise bad(f"Invalid track uri: {uri}")
        if call.library.items.get(uri) is None:
            raise bad("Payload contains a non-existing ID")
    now = iso(call.sandbox.clock())
    return [Row(uri, now, call.access.user) for uri in uris]


def _uris(call: Call, told: Any) -> list[Any] | None:
    """From the query, from a bare list or from an object; None if nothing names any."""
    if "uris" in call.request.query:
        return [uri for uri in call.request.query["uris"].split(",") if uri]
    if isinstance(told, list):
        return told
    found = told.get("uris") if isinstance(told, dict) else None
    return found if isinstance(found, list) else None


@ROUTES.add("POST /playlists/{id}/items", PUBLIC, PRIVATE)
def add_items(call: Call) -> Response:
    found, told = writable(call), body(call)
    uris = _uris(call, told)
    if not uris:
        raise bad("No uris provided")
    new = rows(call, uris)
    position = told.get("position") if isinstance(told, dict) else None
    try:
        place = int(call.request.query.get("position", position if position is not None else -1))
    except (TypeError, ValueError):
        raise bad("Invalid position") from None
    if place > len(found.rows):
        raise bad("Index out of bounds.")
    place = len(found.rows) if place < 0 else place
    found.rows[place:place] = new
    return done(found, 201)


@ROUTES.add("PUT /playlists/{id}/items", PUBLIC, PRIVATE)
def change_items(call: Call) -> Response:
    """All rows replaced by others, or some moved."""
    found, told = writable(call), body(call)
    uris = _uris(call, told)
    if uris is not None:
        found.rows = rows(call, uris)
        return done(found)
    if not isinstance(told, dict) or "range_start" not in told:
        raise bad("No uris provided")
    try:
        moved(
            found.rows,
            int(told["range_start"]),
            int(told["insert_before"]),
            int(told.get("range_length", 1)),
        )
    except (KeyError, TypeError, ValueError):
        raise bad("Invalid range") from None
    except LookupError as error:
        raise bad(str(error)) from None
    return done(found)


@ROUTES.add("DELETE /playlists/{id}/items", PUBLIC, PRIVATE)
def remove_items(call: Call) -> Response:
    """Every row of a URI, or only those at the positions that are named."""
    found, told = writable(call), fields(call)
    named = told.get("items", told.get("tracks"))
    if not isinstance(named, list) or not named:
        raise bad("No items provided")
    if len(named) > MOST_ROWS:
        raise bad(f"You can remove a maximum of {MOST_ROWS} tracks per request.")
    leaving: set[int] = set()
    for one in named:
        if not isinstance(one, dict) or not isinstance(one.get("uri"), str):
            raise bad("Invalid track uri")
        there = {place for place, row in enumerate(found.rows) if row.uri == one["uri"]}
        wanted = one.get("positions") or list(there)
        if not isinstance(wanted, list) or not all(place in there for place in wanted):
            raise bad(f"Could not remove tracks, please check parameters: {one['uri']}")
        leaving.update(wanted)
    found.rows = [row for place, row in enumerate(found.rows) if place not in leaving]
    return done(found)


ROUTES.add("POST /playlists/{id}/tracks", PUBLIC, PRIVATE, old=True)(add_items)
ROUTES.add("PUT /playlists/{id}/tracks", PUBLIC, PRIVATE, old=True)(change_items)
ROUTES.add("DELETE /playlists/{id}/tracks", PUBLIC, PRIVATE, old=True)(remove_items)


# ---- the library -------------------------------------------------------------------------------


def named(call: Call) -> list[str]:
    """The URIs of the query. Raises Problem: none, too many, or no URIs."""
    uris = [uri for uri in call.request.query.get("uris", "").split(",") if uri]
    if not uris:
        raise bad("Missing required field: uris")
    if len(uris) > MOST_URIS:
        raise bad("Too many uris requested")
    for uri in uris:
        parts = uri.split(":")
        if len(parts) != 3 or parts[0] != "spotify" or parts[1] not in KEPT:
            raise bad(f"Invalid uri: {uri}")
    return uris


@ROUTES.add("PUT /me/library", "user-library-modify", "user-follow-modify", PUBLIC)
def keep(call: Call) -> Response:
    for uri in named(call):
        _keep(call, uri)
    return Response(200, b"")


def _keep(call: Call, uri: str) -> None:
    _, kind, an_id = uri.split(":")
    now = iso(call.sandbox.clock())
    if kind == "track":
        if call.library.track(uri):
            call.library.like([uri], now)
    elif kind == "playlist":
        if an_id in call.library.playlists:
            call.sandbox.follow(an_id)
    elif an_id in call.library.albums or an_id in call.library.shows or kind in ("user", "artist"):
        call.library.kept[uri] = now


@ROUTES.add("DELETE /me/library", "user-library-modify", "user-follow-modify", PUBLIC)
def drop(call: Call) -> Response:
    leaving = named(call)
    for uri in leaving:
        call.library.kept.pop(uri, None)
        if uri.startswith("spotify:playlist:"):
            _unlist(call, uri.rpartition(":")[2])
    _unlike(call, leaving)
    return Response(200, b"")


def _unlike(call: Call, uris: Sequence[str]) -> None:
    call.library.liked = [one for one in call.library.liked if one.uri not in uris]


@ROUTES.add("GET /me/library/contains", "user-library-read", "user-follow-read")
def contains(call: Call) -> Response:
    library = call.library
    has = {one.uri for one in library.liked} | set(library.kept)
    has |= {f"spotify:playlist:{an_id}" for an_id in library.listed}
    return Response.json([uri in has for uri in named(call)])


def _ids(call: Call) -> list[str]:
    """From the query or the body, as the endpoints before `/me/library` had it."""
    told = body(call)
    listed = told if isinstance(told, list) else told.get("ids")
    if "ids" in call.request.query or not isinstance(listed, list):
        return several(call, 50)
    return [str(one) for one in listed]


@ROUTES.add("PUT /me/tracks", "user-library-modify", old=True)
def like(call: Call) -> Response:
    for an_id in _ids(call):
        _keep(call, f"spotify:track:{an_id}")
    return Response(200, b"")


@ROUTES.add("DELETE /me/tracks", "user-library-modify", old=True)
def unlike(call: Call) -> Response:
    _unlike(call, [f"spotify:track:{an_id}" for an_id in _ids(call)])
    return Response(200, b"")


@ROUTES.add("GET /me/tracks/contains", "user-library-read", old=True)
def contains_tracks(call: Call) -> Response:
    has = {one.uri for one in call.library.liked}
    return Response.json([f"spotify:track:{an_id}" in has for an_id in several(call, 50)])
