"""Tracks that a person asks for. What nobody could ask Spotify about then is found out later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapters.contract import Permanent, Sighting
from adapters.spotify.settings import SpotifySettings
from engine.library import Library
from engine.spotify import Turn, ask
from projections.registry import State
from state.events import TrackRequested
from state.values import Ref

if TYPE_CHECKING:
    from adapters.spotify.source import SpotifySource

ASKED = "spotify asked"
"""Bookmark: references that were asked for once; they are not asked for again."""
PREFIX = "spotify:track:"

_UNKNOWN = """
SELECT ref FROM request WHERE ref LIKE 'spotify:track:%' AND ref NOT IN (SELECT ref FROM track)
"""


def unasked(state: State, ref: Ref) -> list[TrackRequested]:
    """The request for a track, if nobody asked for it yet."""
    refs = state.identity.members(state.identity.track(ref))
    return [] if any(each in state.requests.rows for each in refs) else [TrackRequested(ref)]


def find_out(library: Library, settings: SpotifySettings) -> Turn | None:
    """Ask what they are, one request for each; None: there are none.

    The caller holds the effects lock.
    """
    asked: list[Ref] = json.loads(library.models.bookmark(ASKED) or "[]")
    unknown = [ref for ref in _unknown(library) if ref not in asked]
    if not unknown:
        return None
    whole = Turn()
    for ref in unknown:
        one = _One(ref)
        turn = ask(library, settings, one.look)
        whole.unreadable += turn.unreadable
        whole.waits += turn.waits
        if turn.waits:
            break
        if one.answered:
            asked.append(ref)  # or it is known from now on: of no harm
            library.keep({ASKED: json.dumps(asked)})
    return whole


class _One:
    """A question, and whether there was an answer to it, a no included."""

    def __init__(self, ref: Ref) -> None:
        self._id = ref.removeprefix(PREFIX)
        self.answered = False

    def look(self, source: SpotifySource) -> Iterator[Sighting]:
        from adapters.spotify.single import track

        try:
            yield from track(source.client, self._id)
        except Permanent:
            self.answered = True
            raise
        self.answered = True


def _unknown(library: Library) -> list[Ref]:
    if library.saved_at_head() is not None:
        return [Ref(ref) for (ref,) in library.models.query(_UNKNOWN)]
    state = library.state
    return [
        row.ref
        for row in state.requests.rows
        if row.ref.startswith(PREFIX) and state.library.tracks.get(row.ref) is None
    ]
