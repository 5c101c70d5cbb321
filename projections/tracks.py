"""A track as a whole, out of what is known of its references."""

from __future__ import annotations

from projections.library import TrackRow
from projections.registry import State
from state.values import TrackId


def describe(state: State, track: TrackId) -> TrackRow | None:
    """What is known of a track: of its references, the one that says most, the earliest first."""
    rows = [row for ref in state.identity.members(track) if (row := state.library.tracks.get(ref))]
    return max(rows, key=lambda row: (row.live, bool(row.title)), default=None)
