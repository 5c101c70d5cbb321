"""The endpoints that tell: the account, playlists, liked songs, and what is in the catalogue."""

from __future__ import annotations

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.library import Playlist, Row
from adapters.sandbox.spotify.paging import echo, page, query
from adapters.sandbox.spotify.problems import bad, forbidden, not_found
from adapters.sandbox.spotify.routes import ROUTES, Call, checked
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
    return Response(200, Response.json(call.shapes().cover(call.playlist())).body, JSON)


JSON = {"Content-Type": "application/json; charset=utf-8"}


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
        return {"added_at": row[0], "album": _album(call, row[1].rpartition(":")[2])}

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


@ROUTES.add("GET /me/top/tracks", "user-top-read")
def my_top_tracks(call: Call) -> Response:
    rows = sorted(call.library.tracks(), key=lambda track: -track.popularity)
    return Response.json(call.page(rows, call.shapes().track, "me/top/tracks"))


@ROUTES.add("GET /me/top/artists", "user-top-read")
def my_top_artists(call: Call) -> Response:
    rows = list(call.library.artists.values())
    return Response.json(call.page(rows, call.shapes().full_artist, "me/top/artists"))


# ---- catalogue ---------------------------------------------------------------------------------


@ROUTES.add("GET /tracks/{id}")
def track(call: Call) -> Response:
    found = call.library.track(f"spotify:track:{checked(call.ids[0])}")
    if found is None:
        raise not_found()
    return Response.json(call.shapes(playable=True).track(found))


@ROUTES.add("GET /albums/{id}")
def album(call: Call) -> Response:
    return Response.json(_album(call, checked(call.ids[0])))


def _album(call: Call, an_id: str) -> Json:
    shapes, found = call.shapes(), call.library.albums.get(an_id)
    if found is None:
        raise not_found()
    where = f"{call.base}/albums/{an_id}/tracks"
    rows = call.library.on_album(an_id)
    tracks = page(rows, shapes.on_album, where, limit=50, offset=0, more=echo(call.request))
    return shapes.full_album(found, tracks)


@ROUTES.add("GET /albums/{id}/tracks")
def album_tracks(call: Call) -> Response:
    if checked(call.ids[0]) not in call.library.albums:
        raise not_found()
    rows = call.library.on_album(call.ids[0])
    told = call.page(rows, call.shapes().on_album, f"albums/{call.ids[0]}/tracks")
    return Response.json(told)


@ROUTES.add("GET /artists/{id}")
def artist(call: Call) -> Response:
    found = call.library.artists.get(checked(call.ids[0]))
    if found is None:
        raise not_found()
    return Response.json(call.shapes().full_artist(found))


@ROUTES.add("GET /artists/{id}/albums")
def artist_albums(call: Call) -> Response:
    """`album_group` says how the artist has to do with it, where that is still told."""
    if checked(call.ids[0]) not in call.library.artists:
        raise not_found()
    shapes = call.shapes()
    groups = call.request.query.get("include_groups", "album,single,compilation").split(",")
    rows = [one for one in call.library.albums_of(call.ids[0]) if one.kind in groups]
    old = call.sandbox.regime != "dev2026"
    told = call.page(
        rows,
        lambda one: shapes.album(one) | ({"album_group": one.kind} if old else {}),
        f"artists/{call.ids[0]}/albums",
    )
    return Response.json(told)


@ROUTES.add("GET /episodes/{id}")
def episode(call: Call) -> Response:
    from adapters.sandbox.spotify.library import Episode

    found = call.library.items.get(f"spotify:episode:{checked(call.ids[0])}")
    if not isinstance(found, Episode):
        raise not_found()
    return Response.json(call.shapes().full_episode(found))


@ROUTES.add("GET /shows/{id}")
def show(call: Call) -> Response:
    found = call.library.shows.get(checked(call.ids[0]))
    if found is None:
        raise not_found()
    shapes, where = call.shapes(), f"{call.base}/shows/{found.id}/episodes"
    rows = call.library.episodes_of(found.id)
    episodes = page(rows, shapes.episode, where, limit=50, offset=0, more=echo(call.request))
    return Response.json(shapes.show(found) | {"episodes": episodes})


@ROUTES.add("GET /shows/{id}/episodes")
def show_episodes(call: Call) -> Response:
    if checked(call.ids[0]) not in call.library.shows:
        raise not_found()
    rows = call.library.episodes_of(call.ids[0])
    told = call.page(rows, call.shapes().episode, f"shows/{call.ids[0]}/episodes")
    return Response.json(told)


# ---- many at once: lost to development mode ------------------------------------------------------


def several(call: Call, most: int) -> list[str]:
    ids = [one for one in call.request.query.get("ids", "").split(",") if one]
    if not ids:
        raise bad("Missing required field: ids")
    if len(ids) > most:
        raise bad("Too many ids requested")
    return [checked(one) for one in ids]


@ROUTES.add("GET /tracks", old=True)
def tracks(call: Call) -> Response:
    shapes = call.shapes(playable=True)
    found = [call.library.track(f"spotify:track:{one}") for one in several(call, 50)]
    return Response.json({"tracks": [shapes.track(one) if one else None for one in found]})


@ROUTES.add("GET /albums", old=True)
def albums(call: Call) -> Response:
    ids = several(call, 20)
    known = call.library.albums
    return Response.json({"albums": [_album(call, one) if one in known else None for one in ids]})


@ROUTES.add("GET /artists", old=True)
def artists(call: Call) -> Response:
    shapes, ids = call.shapes(), several(call, 50)
    found = [call.library.artists.get(one) for one in ids]
    return Response.json({"artists": [shapes.full_artist(one) if one else None for one in found]})


@ROUTES.add("GET /artists/{id}/top-tracks", old=True)
def top_tracks(call: Call) -> Response:
    if checked(call.ids[0]) not in call.library.artists:
        raise not_found()
    shapes = call.shapes(playable=True)
    own = [t for t in call.library.tracks() if call.ids[0] in (one.id for one in t.artists)]
    best = sorted(own, key=lambda one: -one.popularity)[:10]
    return Response.json({"tracks": [shapes.track(one) for one in best]})
