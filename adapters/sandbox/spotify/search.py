"""`GET /search`: words that must all occur, and the filters that the documentation names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from adapters.sandbox.messages import Response
from adapters.sandbox.spotify.library import Album, Artist, Playlist, Track
from adapters.sandbox.spotify.paging import number, page
from adapters.sandbox.spotify.problems import bad
from adapters.sandbox.spotify.routes import ROUTES, Call

KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
FURTHEST = 1000
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ł": "l"})
PART = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
FILTERS = ("album", "artist", "track", "year", "upc", "isrc", "genre", "tag")


def folded(text: str) -> str:
    """Without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def read(asked: str) -> dict[str, str]:
    """Filters by name; under the empty name the words that belong to none.

    An unquoted filter goes on to the next one: `artist:Miles Davis track:So What`.
    """
    told: dict[str, list[str]] = {}
    current = ""
    for name, quoted, plain in PART.findall(asked):
        if name in FILTERS:
            current = name
        elif name:
            plain = f"{name}:{plain}"
        told.setdefault(current, []).append(folded(quoted or plain))
        if quoted:
            current = ""
    return {name: " ".join(words) for name, words in told.items()}


def says(text: str, words: str) -> bool:
    have = folded(text)
    return all(word in have for word in words.split())


def fits(wanted: dict[str, str], told: dict[str, str]) -> bool:
    """Whether something that says these things of itself is what was asked for."""
    for name, words in wanted.items():
        if not name:
            if not says(" ".join(told.values()), words):
                return False
        elif name not in told:
            return False
        elif name in ("isrc", "upc"):
            if folded(told[name]) != words:
                return False
        elif name == "year":
            first, _, last = words.partition("-")
            if not first <= told[name] <= (last or first):
                return False
        elif not says(told[name], words):
            return False
    return True


def of_artist(artist: Artist) -> dict[str, str]:
    return {"artist": artist.name, "genre": " ".join(artist.genres)}


def of_album(album: Album) -> dict[str, str]:
    artists = " ".join(artist.name for artist in album.artists)
    return {"album": album.name, "artist": artists, "year": album.released[:4], "upc": album.upc}


def of_track(track: Track) -> dict[str, str]:
    artists = " ".join(artist.name for artist in track.artists)
    album = {"album": track.album.name, "year": track.album.released[:4]}
    return {"track": track.name, "artist": artists, "isrc": track.isrc, **album}


def of_playlist(playlist: Playlist) -> dict[str, str]:
    return {"playlist": playlist.name}


@ROUTES.add("GET /search")
def search(call: Call) -> Response:
    told = call.request.query
    asked = told.get("q", told.get("query", ""))
    if not asked.strip():
        raise bad("No search query")
    if not told.get("type"):
        raise bad("Missing parameter type")
    kinds = told["type"].split(",")
    for kind in kinds:
        if kind not in KINDS:
            raise bad(f"Bad search type field {kind}")
    dev = call.sandbox.regime == "dev2026"
    limit = number(told, "limit", 5 if dev else 20, 1, 10 if dev else 50)
    offset = number(told, "offset", 0, 0, FURTHEST)
    wanted, library, shapes = read(asked), call.library, call.shapes(playable=True)
    more = {"query": asked, "type": told["type"]}
    more |= {"market": told["market"]} if "market" in told else {}
    public = [p for p in library.playlists.values() if p.public and not p.withheld]
    found: dict[str, tuple[Sequence[Any], Callable[[Any], Any]]] = {
        "track": (
            [t for t in library.tracks() if t.name and fits(wanted, of_track(t))],
            shapes.track,
        ),
        "album": ([a for a in library.albums.values() if fits(wanted, of_album(a))], shapes.album),
        "artist": (
            [a for a in library.artists.values() if fits(wanted, of_artist(a))],
            shapes.full_artist,
        ),
        "playlist": (
            [p for p in public if fits(wanted, of_playlist(p))],
            lambda one: shapes.listed(one, call.readable(one)),
        ),
    }
    where = f"{call.base}/search"
    return Response.json(
        {
            f"{kind}s": page(
                found[kind][0] if kind in found else [],
                found[kind][1] if kind in found else str,
                where,
                limit=limit,
                offset=offset,
                more=more,
            )
            for kind in kinds
        }
    )
