"""The endpoints that work the player."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.paging import number
from adapters.sandbox.spotify.player import DEVICE, Playing
from adapters.sandbox.spotify.problems import bad, problem
from adapters.sandbox.spotify.routes import ROUTES, Call
from adapters.sandbox.spotify.writes import fields

MODIFY = "user-modify-playback-state"
LONGEST = 10**9
"""ms."""


@dataclass(slots=True)
class Deck:
    """How the device is set, and the URIs that wait before what the context has next.

    `place` is where in its context the item is that was played last; a context may hold it twice.
    """

    shuffle: bool = False
    repeat: str = "off"
    volume: int = 69
    place: int = 0
    queue: list[str] = field(default_factory=list)


def tracks_of(call: Call, context: str) -> list[str]:
    """What a context holds, in order; empty if it is not known."""
    library, an_id = call.library, context.rpartition(":")[2]
    if an_id == "collection":
        return [one.uri for one in library.liked]
    if found := library.playlists.get(an_id):
        return [row.uri for row in found.rows if library.items.get(row.uri)]
    return [track.uri for track in library.on_album(an_id)]


def active(call: Call) -> Playing:
    """What plays or is paused. Raises Problem: nothing is."""
    if call.sandbox.playing is None:
        message = "Player command failed: No active device found"
        raise problem(404, message, reason="NO_ACTIVE_DEVICE")
    return call.sandbox.playing


@ROUTES.add("PUT /me/player/play", MODIFY)
def play(call: Call) -> Response:
    """Go on, or play these, or from the first of that context; `offset` names another one."""
    told, sandbox = fields(call), call.sandbox
    context, uris = told.get("context_uri") or "", told.get("uris") or []
    if not isinstance(context, str) or (context and context.count(":") < 2):
        raise bad("Invalid context uri")
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise bad("Invalid track uri")
    seconds = _position(told) / 1000
    uris = uris or (tracks_of(call, context) if context else [])
    if not uris:
        if sandbox.playing is not None and not sandbox.playing.playing:
            sandbox.playing.since, sandbox.playing.playing = sandbox.clock(), True
        return Response(204)
    first = _offset(told.get("offset"), uris)
    if sandbox.library.items.get(uris[first]) is None:
        raise bad("Payload contains a non-existing ID")
    sandbox.play(uris[first], context, progress=seconds)
    sandbox.deck.place = first
    if not context:
        sandbox.deck.queue = [uri for uri in uris[first + 1 :] if sandbox.library.items.get(uri)]
    return Response(204)


def _position(told: dict[str, Any]) -> int:
    wanted = told.get("position_ms") or 0
    if not isinstance(wanted, int) or not 0 <= wanted <= LONGEST:
        raise bad("Invalid position_ms")
    return wanted


def _offset(told: Any, uris: list[str]) -> int:
    if not isinstance(told, dict):
        return 0
    if told.get("uri") in uris:
        return uris.index(told["uri"])
    place = told.get("position", 0)
    if not isinstance(place, int) or not 0 <= place < len(uris):
        raise bad("Invalid offset")
    return place


@ROUTES.add("PUT /me/player/pause", MODIFY)
def pause(call: Call) -> Response:
    call.sandbox.pause()
    return Response(204)


@ROUTES.add("POST /me/player/next", MODIFY)
def skip(call: Call) -> Response:
    """What waits, or what comes next in the context; else nothing more is played."""
    now, deck = active(call), call.sandbox.deck
    uris, place = here(call, now)
    if deck.queue:
        call.sandbox.play(deck.queue.pop(0), now.context)
        deck.place = place
    elif place + 1 < len(uris):
        deck.place = place + 1
        call.sandbox.play(uris[deck.place], now.context)
    else:
        call.sandbox.pause()
    return Response(204)


@ROUTES.add("POST /me/player/previous", MODIFY)
def back(call: Call) -> Response:
    """The one before in the context, or this one anew."""
    now = active(call)
    uris, place = here(call, now)
    call.sandbox.deck.place = max(0, place - 1)
    call.sandbox.play(uris[place - 1] if place > 0 else now.uri, now.context)
    return Response(204)


def here(call: Call, now: Playing) -> tuple[list[str], int]:
    """What the context holds, and where in it the player is."""
    uris, place = tracks_of(call, now.context) if now.context else [], call.sandbox.deck.place
    if now.uri in uris and uris[place : place + 1] != [now.uri]:
        place = uris.index(now.uri)
    return uris, place


def upcoming(call: Call) -> list[str]:
    """URIs of what plays next."""
    if call.sandbox.playing is None:
        return []
    uris, place = here(call, call.sandbox.playing)
    return [*call.sandbox.deck.queue, *uris[place + 1 :]]


@ROUTES.add("GET /me/player/queue", "user-read-currently-playing", "user-read-playback-state")
def queue(call: Call) -> Response:
    now, shapes = call.sandbox.playing, call.shapes()
    playing = call.library.items.get(now.uri) if now is not None else None
    waiting = [call.library.items.get(uri) for uri in upcoming(call)[:20]]
    told = {
        "currently_playing": shapes.item(playing) if playing else None,
        "queue": [shapes.item(item) for item in waiting if item],
    }
    return Response.json(told)


@ROUTES.add("POST /me/player/queue", MODIFY)
def enqueue(call: Call) -> Response:
    active(call)
    uri = call.request.query.get("uri", "")
    if call.library.items.get(uri) is None:
        raise bad("Invalid track uri")
    call.sandbox.deck.queue.append(uri)
    return Response(204)


@ROUTES.add("PUT /me/player/seek", MODIFY)
def seek(call: Call) -> Response:
    now = active(call)
    now.progress = _asked(call, "position_ms", LONGEST) / 1000
    now.since = call.sandbox.clock()
    return Response(204)


@ROUTES.add("PUT /me/player/volume", MODIFY)
def volume(call: Call) -> Response:
    active(call)
    call.sandbox.deck.volume = _asked(call, "volume_percent", 100)
    return Response(204)


def _asked(call: Call, name: str, most: int) -> int:
    if name not in call.request.query:
        raise bad(f"Missing parameter {name}")
    return number(call.request.query, name, 0, 0, most)


@ROUTES.add("PUT /me/player/repeat", MODIFY)
def repeat(call: Call) -> Response:
    active(call)
    call.sandbox.deck.repeat = _one_of(call, ("track", "context", "off"))
    return Response(204)


@ROUTES.add("PUT /me/player/shuffle", MODIFY)
def shuffle(call: Call) -> Response:
    active(call)
    call.sandbox.deck.shuffle = _one_of(call, ("true", "false")) == "true"
    return Response(204)


def _one_of(call: Call, known: tuple[str, ...]) -> str:
    state = call.request.query.get("state", "").lower()
    if state not in known:
        raise bad("Invalid state")
    return state


@ROUTES.add("PUT /me/player", MODIFY)
def transfer(call: Call) -> Response:
    """To the one device that there is."""
    if fields(call).get("device_ids") != [DEVICE]:
        raise problem(404, "Device not found")
    return Response(204)
