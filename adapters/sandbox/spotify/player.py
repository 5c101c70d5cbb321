"""What is playing, and what was played."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.library import Episode
from adapters.sandbox.spotify.paging import number, query
from adapters.sandbox.spotify.problems import bad
from adapters.sandbox.spotify.routes import ROUTES, Call
from adapters.sandbox.spotify.shapes import Json, Shapes

DEVICE = "21dac6b0e0a1f181870fdc9749b2656466557687"


@dataclass(slots=True)
class Playing:
    """`uri` and `context` may be empty: an advertisement, a queue. Times are on the sandbox's
    clock, in seconds since 1970."""

    uri: str
    context: str
    since: float
    progress: float = 0.0
    playing: bool = True

    def at(self, now: float) -> float:
        """Seconds into the item."""
        return self.progress + (now - self.since if self.playing else 0.0)


@dataclass(frozen=True, slots=True)
class Played:
    uri: str
    context: str
    at: float


def context(shapes: Shapes, uri: str) -> Json | None:
    """What it is played from: a playlist, an album, an artist, a show, or the liked songs."""
    if not uri:
        return None
    if uri.endswith(":collection"):
        web, href, kind = "collection/tracks", f"{shapes.base}/me/tracks", "collection"
    else:
        kind, an_id = uri.split(":")[-2:]
        web, href = f"{kind}/{an_id}", f"{shapes.base}/{kind}s/{an_id}"
    urls = {"spotify": f"https://open.spotify.com/{web}"}
    return {"external_urls": urls, "href": href, "type": kind, "uri": uri}


def playback(call: Call, playing: Playing) -> Json:
    """What both endpoints say."""
    shapes, now = call.shapes(), call.sandbox.clock()
    item = call.library.items.get(playing.uri)
    shape, kind = None, "ad" if not playing.uri else "unknown"
    duration = None
    if isinstance(item, Episode):
        kind, duration = "episode", item.duration_ms
        shape = shapes.full_episode(item) if "episode" in shapes.additional else None
    elif item is not None:
        kind = "track"
        shape = {k: v for k, v in shapes.item(item).items() if k not in ("episode", "track")}
        duration = shape["duration_ms"]
    progress = round(playing.at(now) * 1000)
    return {
        "timestamp": round(playing.since * 1000),
        "context": context(shapes, playing.context),
        "progress_ms": progress if duration is None else min(progress, duration),
        "item": shape,
        "currently_playing_type": kind,
        "actions": {"disallows": {"resuming" if playing.playing else "pausing": True}},
        "is_playing": playing.playing,
    }


@ROUTES.add(
    "GET /me/player/currently-playing", "user-read-currently-playing", "user-read-playback-state"
)
def currently_playing(call: Call) -> Response:
    playing = call.sandbox.playing
    return Response(204) if playing is None else Response.json(playback(call, playing))


@ROUTES.add("GET /me/player", "user-read-playback-state")
def player(call: Call) -> Response:
    if call.sandbox.playing is None:
        return Response(204)
    deck = call.sandbox.deck
    states = {"shuffle_state": deck.shuffle, "smart_shuffle": False, "repeat_state": deck.repeat}
    told = playback(call, call.sandbox.playing)
    return Response.json({"device": device(call), **states, **told})


@ROUTES.add("GET /me/player/devices", "user-read-playback-state")
def devices(call: Call) -> Response:
    return Response.json({"devices": [device(call)]})


def device(call: Call) -> Json:
    return {
        "id": DEVICE,
        "is_active": call.sandbox.playing is not None,
        "is_private_session": False,
        "is_restricted": False,
        "name": "Kitchen",
        "supports_volume": True,
        "type": "Computer",
        "volume_percent": call.sandbox.deck.volume,
    }


@ROUTES.add("GET /me/player/recently-played", "user-read-recently-played")
def recently_played(call: Call) -> Response:
    """Newest first. `after` and `before` are milliseconds and not themselves meant."""
    told, far = call.request.query, 10**16
    limit = number(told, "limit", 20, 1, 50)
    after, before = number(told, "after", 0, 0, far), number(told, "before", far, 0, far)
    if "after" in told and "before" in told:
        raise bad("Only one of after and before can be specified")
    rows = [one for one in reversed(call.sandbox.history) if after < millis(one.at) < before]
    shown = rows[-limit:] if "after" in told else rows[:limit]
    shapes, where = call.shapes(), f"{call.base}/me/player/recently-played"
    cursors = next_page = None
    if shown:
        oldest = str(millis(shown[-1].at))
        cursors = {"after": str(millis(shown[0].at)), "before": oldest}
        if rows[-1] is not shown[-1]:
            next_page = f"{where}?{query({'before': oldest, 'limit': limit})}"
    items = [
        {
            "track": shapes.track(track),
            "played_at": stamp(one.at),
            "context": context(shapes, one.context),
        }
        for one in shown
        if (track := call.library.track(one.uri))
    ]
    href = f"{where}?{query({**told, 'limit': limit})}"
    return Response.json(
        {"items": items, "next": next_page, "cursors": cursors, "limit": limit, "href": href}
    )


def millis(seconds: float) -> int:
    return round(seconds * 1000)


def stamp(seconds: float) -> str:
    """`2026-02-25T20:15:20.497Z`"""
    text = datetime.fromtimestamp(millis(seconds) / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
