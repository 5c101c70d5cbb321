"""The endpoints that tell of the catalogue: tracks, albums, artists, shows."""

from __future__ import annotations

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.library import Episode
from adapters.sandbox.spotify.paging import echo, page
from adapters.sandbox.spotify.problems import bad, not_found
from adapters.sandbox.spotify.routes import ROUTES, Call, checked
from adapters.sandbox.spotify.shapes import Json


@ROUTES.add("GET /tracks/{id}")
def track(call: Call) -> Response:
    found = call.library.track(f"spotify:track:{checked(call.ids[0])}")
    if found is None:
        raise not_found()
    return Response.json(call.shapes(playable=True).track(found))


@ROUTES.add("GET /albums/{id}")
def album(call: Call) -> Response:
    return Response.json(album_shape(call, checked(call.ids[0])))


def album_shape(call: Call, an_id: str) -> Json:
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
    return Response.json(
        {"albums": [album_shape(call, one) if one in known else None for one in ids]}
    )


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
