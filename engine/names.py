"""What tracks and playlists are called: from the read models, or from an open library."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from engine.sentences import recording
from projections.registry import State
from projections.tracks import describe
from state.values import PlaylistRef, Ref, TrackId

Query = Callable[..., list[tuple[Any, ...]]]


class Saved:
    """Names as the saved read models have them; what they do not know is called by its reference.

    Args:
        query: `Glance.query` or `ReadModels.query`.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self.track = cache(self._track)
        self.playlist = cache(self._playlist)

    def _track(self, ref: str) -> str:
        rows = self._query("SELECT title, artists FROM track WHERE ref = ?", ref)
        rows = rows or self._query(
            "SELECT t.title, t.artists FROM ref r JOIN track t ON t.ref = r.ref "
            "WHERE r.track = ? ORDER BY t.live DESC, r.position LIMIT 1",
            ref,
        )
        if not rows or not rows[0][0]:
            return ref
        return recording(rows[0][0], msgspec.json.decode(rows[0][1], type=tuple[str, ...]))

    def _playlist(self, ref: str) -> str:
        rows = self._query("SELECT name FROM playlist WHERE ref = ?", ref)
        return str(rows[0][0]) if rows else ref or "no playlist"


class Known:
    """Names as an open library has them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def track(self, ref: str) -> str:
        track = self._state.identity.track(Ref(ref))
        row = self._state.library.tracks.get(Ref(ref)) or describe(self._state, TrackId(track))
        return recording(row.title, row.artists) if row is not None and row.title else ref

    def playlist(self, ref: str) -> str:
        row = self._state.library.playlists.get(PlaylistRef(ref))
        return row.name if row is not None else ref or "no playlist"
