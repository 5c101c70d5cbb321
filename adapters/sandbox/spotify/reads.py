"""The endpoints that tell of the person: the account, playlists, liked songs."""

from __future__ import annotations

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.catalogue import album_shape
from adapters.sandbox.spotify.library import Playlist, Row
from adapters.sandbox.spotify.paging import echo, number, page, query
from adapters.sandbox.spotify.problems import bad, forbidden, not_found
from adapters.sandbox.spotify.routes import ROUTES, Call
from adapters.sandbox.spotify.shapes import Json

EMBEDDED = 100
"""So many rows come with a playlist itself."""
PRIVATE, COLLABORATIVE = "playlist-read-private", "playlist-read-collaborative"


@ROUTES.add("GET /me")
def me(call: Call) -> Response:
    return Response.json(call.shapes().me(call.access.scopes))


# ---- playlists ---------------------------------------------------------------------------------


@ROUTES.add("GET /me/playlists", PRIVATE, COLLABORATIVE)
def my_playlists(call: Call) -> Response:
    """Own and followed ones, in the person's order; those that the scopes do not cover are not
    there."""
    shapes = call.shapes()
    all_listed = [call.library.playlists[an_id] for an_id in call.library.listed]
    rows = [playlist for playlist in all_listed if _covered(call, playlist)]
    # Recorded pages lead to an endpoint that development mode has lost.
    old = f"users/{call.access.user}/playlists"
    where = "me/playlists" if call.sandbox.regime == "dev2026" else old
    told = call.page(rows, lambda one: shapes.listed(one, call.readable(one)), where)
    return Response.json(told)


def _covered(call: Call, playlist: Playlist) -> bool:
    if playlist.withheld:
        return True
    if playlist.collaborative:
        return COLLABORATIVE in call.access.scopes
    return PRIVATE in call.access.scopes or bool(playlist.public)


@ROUTES.add("GET /users/{id}/playlists", old=True)
def users_playlists(call: Call) -> Response:
    if call.ids[0] == call.access.user:
        return my_playlists(call)
    shapes = call.shapes()
    rows = [p for p in call.library.playlists.values() if p.owner.id == call.ids[0] and p.public]
    told = call.page(rows, lambda one: shapes.listed(one, True), f"users/{call.ids[0]}/playlists")
    return Response.json(told)


@ROUTES.add("GET /users/{id}", old=True)
def user(call: Call) -> Response:
    found = call.library.users.get(call.ids[0])
    if found is None:
        raise not_found()
    shape = call.shapes().owner(found) | {"images": [], "followers": {"href": None, "total": 0}}
    return Response.json(shape)


@ROUTES.add("GET /playlists/{id}")
def playlist(call: Call) -> Response:
    return Response.json(call.filtered(whole(call, call.playlist())))


def whole(call: Call, found: Playlist) -> Json:
    """A playlist with its first rows, if they may be read."""
    told, items, tracks = echo(call.request), {}, {}
    if call.readable(found):
        items, tracks = _embedded(call, found, "items"), _embedded(call, found, "tracks")
    shape = call.shapes().full_playlist(found, items, tracks)
    if told:
        shape["href"] += f"?{query(told)}"
    return shape


def _embedded(call: Call, found: Playlist, name: str) -> Json:
    where = f"{call.base}/playlists/{found.id}/{name}"
    told = echo(call.request)
    return page(found.rows, call.shapes().row, where, limit=EMBEDDED, offset=0, more=told)


@ROUTES.add("GET /playlists/{id}/items")
def playlist_items(call: Call) -> Response:
    return _rows(call, "items", 20, 50)


@ROUTES.add("GET /playlists/{id}/tracks", old=True)
def playlist_tracks(call: Call) -> Response:
    return _rows(call, "tracks", 100, 100)


def _rows(call: Call, name: str, default: int, most: int) -> Response:
    found = call.playlist()
    if not found.public or call.sandbox.regime == "dev2026":
        call.need(PRIVATE, COLLABORATIVE)
    if not call.readable(found):
        raise forbidden()
    rows: list[Row] = found.rows
    where = f"playlists/{found.id}/{name}"
    told = call.page(rows, call.shapes().row, where, default=default, most=most)
    return Response.json(call.filtered(told))


@ROUTES.add("GET /playlists/{id}/images")
def playlist_images(call: Call) -> Response:
    return Response.json(call.shapes().cover(call.playlist()))


# ---- what the person keeps ---------------------------------------------------------------------


@ROUTES.add("GET /me/tracks", "user-library-read")
def my_tracks(call: Call) -> Response:
    shapes = call.shapes(playable=True)
    told = call.page(
        call.library.liked, lambda one: shapes.liked(one.uri, one.added_at), "me/tracks"
    )
    return Response.json(told)


@ROUTES.add("GET /me/albums", "user-library-read")
def my_albums(call: Call) -> Response:
    rows = [(at, uri) for uri, at in call.library.kept.items() if ":album:" in uri]

    def shape(row: tuple[str, str]) -> Json:
        return {"added_at": row[0], "album": album_shape(call, row[1].rpartition(":")[2])}

    return Response.json(call.page(rows, shape, "me/albums"))


@ROUTES.add("GET /me/shows", "user-library-read")
def my_shows(call: Call) -> Response:
    rows = [(at, uri) for uri, at in call.library.kept.items() if ":show:" in uri]

    def shape(row: tuple[str, str]) -> Json:
        return {
            "added_at": row[0],
            "show": call.shapes().show(call.library.shows[row[1].rpartition(":")[2]]),
        }

    return Response.json(call.page(rows, shape, "me/shows"))


@ROUTES.add("GET /me/episodes", "user-library-read")
def my_episodes(call: Call) -> Response:
    return Response.json(call.page([], str, "me/episodes"))


@ROUTES.add("GET /me/audiobooks", "user-library-read")
def my_audiobooks(call: Call) -> Response:
    return Response.json(call.page([], str, "me/audiobooks"))


@ROUTES.add("GET /me/following", "user-follow-read")
def my_artists(call: Call) -> Response:
    """A page by cursor: `after` is the id of the last artist that is known already."""
    told = call.request.query
    if told.get("type") != "artist":
        raise bad("Bad type field")
    limit = number(told, "limit", 20, 1, 50)
    ids = [uri.rpartition(":")[2] for uri in call.library.kept if ":artist:" in uri]
    after = ids.index(told["after"]) + 1 if told.get("after") in ids else 0
    shown = [one for one in ids[after : after + limit] if one in call.library.artists]
    last = shown[-1] if after + limit < len(ids) else None
    where, kind = f"{call.base}/me/following", {"type": "artist", "limit": limit}
    page = {
        "href": f"{where}?{query(kind)}",
        "items": [call.shapes().full_artist(call.library.artists[one]) for one in shown],
        "limit": limit,
        "next": f"{where}?{query(kind | {'after': last})}" if last else None,
        "cursors": {"after": last},
        "total": len(ids),
    }
    return Response.json({"artists": page})


@ROUTES.add("GET /me/top/tracks", "user-top-read")
def my_top_tracks(call: Call) -> Response:
    rows = sorted(call.library.tracks(), key=lambda track: -track.popularity)
    return Response.json(call.page(rows, call.shapes().track, "me/top/tracks"))


@ROUTES.add("GET /me/top/artists", "user-top-read")
def my_top_artists(call: Call) -> Response:
    rows = list(call.library.artists.values())
    return Response.json(call.page(rows, call.shapes().full_artist, "me/top/artists"))
