"""A track as a whole, out of what is known of its references."""

from __future__ import annotations

from collections.abc import Sequence

from projections.library import TrackRow
from projections.registry import State
from state.values import TrackId


def describe(state: State, track: TrackId) -> TrackRow | None:
    """What is known of a track: of its references, the one that says most, the earliest first."""
    rows = [row for ref in state.identity.members(track) if (row := state.library.tracks.get(ref))]
    return max(rows, key=lambda row: (row.live, bool(row.title)), default=None)


def label(state: State, track: TrackId) -> str:
    """What a track is called; its reference, where nothing is known of it."""
    row = describe(state, track)
    return named(row.artists, row.title) if row is not None else track


def named(artists: Sequence[str], title: str) -> str:
    """`Artist, Artist - Title`; what is not known is left out."""
    return " - ".join(filter(None, (", ".join(artists), title)))


def spotify_url(ref: str) -> str:
    """Where Spotify shows a track or a playlist; empty: it does not know it."""
    if not ref.startswith(("spotify:track:", "spotify:playlist:")):
        return ""
    return "https://open.spotify.com/" + ref.removeprefix("spotify:").replace(":", "/")


def fetched_from(state: State, track: TrackId) -> str:
    """The address that a track's audio was fetched from, the last time; empty: it was not."""
    rows = [row for ref in state.identity.members(track) for row in state.wanted.fetched.of(ref)]
    return max(rows, key=lambda row: row.position).url if rows else ""
