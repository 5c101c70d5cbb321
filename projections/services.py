"""What services said of themselves and of the moment: blocked, playing, refused, gone from them."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import (
    Event,
    PlaybackSeen,
    PlaylistNoLongerListed,
    PlaylistRefused,
    PlaylistSeen,
    ServiceBlocked,
    TrackDelisted,
    TrackSeen,
)
from state.values import PlaylistRef, Ref


class BlockedRow(Row, frozen=True):
    """The last time that a service wanted no requests. Fields as in `ServiceBlocked`."""

    service: str
    until: int
    why: str
    position: int


class DelistedRow(Row, frozen=True):
    """A reference that its service has nothing behind any more."""

    ref: Ref
    source: str
    position: int


class RefusedRow(Row, frozen=True):
    """A playlist that may not be read. Fields as in `PlaylistRefused`."""

    ref: PlaylistRef
    source: str
    name: str
    why: str
    origin: str
    position: int


class PlaybackRow(Row, frozen=True):
    """What was last seen playing. Fields as in `PlaybackSeen`."""

    source: str
    track: Ref
    playlist: PlaylistRef
    at: int
    """Milliseconds since 1970."""
    position: int


class Services:
    """ServiceBlocked, TrackDelisted, PlaybackSeen, PlaylistRefused → the last word on each."""

    name = "services"
    version = 2

    def __init__(self) -> None:
        self.blocked: Rows[BlockedRow] = Rows("blocked", BlockedRow, ("service",))
        self.delisted: Rows[DelistedRow] = Rows("delisted", DelistedRow, ("ref",))
        self.playback: Rows[PlaybackRow] = Rows("playback", PlaybackRow, ("source",))
        self.refused: Rows[RefusedRow] = Rows("playlist_refused", RefusedRow, ("ref",))
        self.tables: tuple[Rows[Any], ...] = (
            self.blocked,
            self.delisted,
            self.playback,
            self.refused,
        )
        self.folds: dict[type[Event], Fold] = {
            ServiceBlocked: self._blocked,
            TrackDelisted: self._delisted,
            TrackSeen: self._seen,
            PlaybackSeen: self._played,
            PlaylistRefused: self._refused,
            PlaylistSeen: lambda event, at: self.refused.drop(event.ref),
            PlaylistNoLongerListed: lambda event, at: self.refused.drop(event.ref),
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def is_gone(self, ref: Ref, source: str) -> bool:
        """Whether a source last said that it has nothing behind a reference."""
        row = self.delisted.get(ref)
        return row is not None and row.source == source

    def _blocked(self, event: ServiceBlocked, at: At) -> None:
        self.blocked.put(BlockedRow(event.service, event.until, event.why, at.position))

    def _refused(self, event: PlaylistRefused, at: At) -> None:
        self.refused.put(
            RefusedRow(event.ref, event.source, event.name, event.why, event.origin, at.position)
        )

    def _delisted(self, event: TrackDelisted, at: At) -> None:
        self.delisted.put(DelistedRow(event.ref, event.source, at.position))

    def _seen(self, event: TrackSeen, at: At) -> None:
        if event.ref in self.delisted and self.is_gone(event.ref, event.source):
            self.delisted.drop(event.ref)

    def _played(self, event: PlaybackSeen, at: At) -> None:
        row = PlaybackRow(event.source, event.track, event.playlist, at.at, at.position)
        self.playback.put(row)
