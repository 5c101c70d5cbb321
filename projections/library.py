"""Tracks, playlists and memberships, as the sources tell them.

Rows are kept per reference, as the sources name things; which of them mean the same recording is
the business of `identity`, which playlists are one that of `playlists`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import (
    Event,
    MembershipSet,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
    SamePlaylistFound,
    TrackSeen,
)
from state.values import PlaylistRef, Ref

BACKUPS = frozenset({"csv", "notion"})
"""Sources of lower authority: they fill what is missing and never overrule a live service."""


class TrackRow(Row, frozen=True):
    """What is known of one reference. Fields as in `TrackSeen`."""

    own: ClassVar[frozenset[str]] = frozenset({"title", "isrc"})

    ref: Ref
    live: bool
    """A live service spoke of it: backups only fill what is missing."""
    title: str
    artists: tuple[str, ...]
    album: str
    album_artists: tuple[str, ...]
    duration_ms: int
    isrc: str
    released: str
    disc: int
    number: int
    explicit: bool | None
    genres: tuple[str, ...]
    label: str
    bpm: float
    key: str
    cover: str
    position: int
    """Of the event that said the last news."""


_FACTS = tuple(
    field.name
    for field in msgspec.structs.fields(TrackRow)
    if field.name not in ("ref", "live", "position")
)
_BPM = _FACTS.index("bpm")
_facts_of_event: Callable[[TrackSeen], tuple[Any, ...]] = attrgetter(*_FACTS)
_facts_of_row: Callable[[TrackRow], tuple[Any, ...]] = attrgetter(*_FACTS)


class PlaylistRow(Row, frozen=True):
    """A playlist of one source."""

    ref: PlaylistRef
    source: str
    origin: str
    name: str
    listed: bool
    """False: a complete reading of its source did not list it any more."""
    named_at: int
    """Position of the event that gave it this name."""
    position: int
    """Of the last event about it or its members."""
    renamed_from: PlaylistRef = PlaylistRef("")
    """It is that playlist too, as long as no other one takes the old name."""
    partial: bool = False
    """Its rows are not all known yet."""


class MemberRow(Row, frozen=True):
    """One occurrence of a track on a playlist."""

    playlist: PlaylistRef
    member: str
    track: Ref
    rank: str
    added_at: str
    added_by: str
    position: int


class PairRow(Row, frozen=True):
    """What a person said of two playlists; `one` < `other`."""

    one: PlaylistRef
    other: PlaylistRef
    same: bool


class SetRow(Row, frozen=True):
    """What a person said of a track and a playlist, until a source says the same."""

    playlist: PlaylistRef
    track: Ref
    wanted: bool
    at: int
    """Milliseconds since 1970."""
    position: int


class FoundRow(Row, frozen=True):
    """Two playlists that were found to be one; `one` < `other`."""

    one: PlaylistRef
    other: PlaylistRef
    position: int


def merged(row: TrackRow | None, event: TrackSeen, position: int) -> TrackRow:
    """What is known of a reference after a source spoke. Equal to `row` if it said no news."""
    live = event.source not in BACKUPS
    told = _facts_of_event(event)
    if row is None:
        known = told
    elif live or not row.live:
        known = tuple(map(_said, told, _facts_of_row(row)))
    else:  # fills what is missing
        known = tuple(map(_said, _facts_of_row(row), told))
    if row is not None and known == _facts_of_row(row) and (row.live or not live):
        return row
    facts = list(known)
    facts[_BPM] += 0.0  # a negative zero would not come back from SQLite
    live = live or (row is not None and row.live)
    values: tuple[Any, ...] = (row.ref if row is not None else event.ref, live, *facts, position)
    return TrackRow(*values)


def _said(one: Any, other: Any) -> Any:
    """The first, if it says anything. `False` does; nothing, 0 and an empty text do not."""
    return one if one or one is False else other


class Library:
    """TrackSeen, PlaylistSeen, PlaylistMembershipFound/Lost, MembershipSet → tracks, playlists,
    members."""

    name = "library"
    version = 5

    def __init__(self) -> None:
        self.tracks: Rows[TrackRow] = Rows("track", TrackRow, ("ref",))
        self.playlists: Rows[PlaylistRow] = Rows("playlist", PlaylistRow, ("ref",))
        self.members: Rows[MemberRow] = Rows(
            "member", MemberRow, ("playlist", "member"), index="playlist"
        )
        self.pairs: Rows[PairRow] = Rows("playlist_pair", PairRow, ("one", "other"))
        self.found: Rows[FoundRow] = Rows("playlist_found", FoundRow, ("one", "other"))
        self.said: Rows[SetRow] = Rows(
            "membership_set", SetRow, ("playlist", "track"), index="playlist"
        )
        self.tables: tuple[Rows[Any], ...] = (
            self.tracks,
            self.playlists,
            self.members,
            self.pairs,
            self.found,
            self.said,
        )
        self.folds: dict[type[Event], Fold] = {
            TrackSeen: self._track,
            PlaylistSeen: self._playlist,
            PlaylistNoLongerListed: self._unlisted,
            PlaylistMembershipFound: self._found,
            PlaylistMembershipLost: self._lost,
            MembershipSet: self._set,
            SamePlaylistFound: self._same,
            PlaylistsMerged: lambda event, at: self._pair(event.one, event.other, True),
            PlaylistsSeparated: lambda event, at: self._pair(event.one, event.other, False),
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def ordered(self, playlist: PlaylistRef) -> list[MemberRow]:
        """The members of a playlist in its order."""
        rows = self.members.of(playlist)
        return sorted(rows, key=lambda row: (row.rank, row.member))

    def _track(self, event: TrackSeen, at: At) -> None:
        self.tracks.put(merged(self.tracks.get(event.ref), event, at.position))

    def _playlist(self, event: PlaylistSeen, at: At) -> None:
        old = self.playlists.get(event.ref)
        renamed = old is None or old.name != event.name or bool(event.renamed_from)
        if old is not None and not old.listed:  # the old name belongs to a playlist again
            for heir in [row for row in self.playlists if row.renamed_from == event.ref]:
                self.playlists.put(msgspec.structs.replace(heir, renamed_from=PlaylistRef("")))
        self.playlists.put(
            PlaylistRow(
                event.ref,
                event.source,
                event.origin,
                event.name,
                True,
                at.position if old is None or renamed else old.named_at,
                at.position,
                event.renamed_from or (old.renamed_from if old is not None else PlaylistRef("")),
                event.partial,
            )
        )

    def _unlisted(self, event: PlaylistNoLongerListed, at: At) -> None:
        row = self.playlists.get(event.ref)
        if row is not None:
            self.playlists.put(msgspec.structs.replace(row, listed=False, position=at.position))

    def _found(self, event: PlaylistMembershipFound, at: At) -> None:
        self.members.put(
            MemberRow(
                event.playlist,
                event.member,
                event.track,
                event.rank,
                event.added_at,
                event.added_by,
                at.position,
            )
        )
        self._touch(event.playlist, at)
        said = self.said.get((event.playlist, event.track))
        if said is not None and said.wanted:
            self.said.drop((said.playlist, said.track))

    def _lost(self, event: PlaylistMembershipLost, at: At) -> None:
        row = self.members.get((event.playlist, event.member))
        self.members.drop((event.playlist, event.member))
        self._touch(event.playlist, at)
        said = self.said.get((event.playlist, row.track)) if row is not None else None
        if said is not None and not said.wanted and not self._holds(said.playlist, said.track):
            self.said.drop((said.playlist, said.track))

    def _set(self, event: MembershipSet, at: At) -> None:
        if event.wanted and self._holds(event.playlist, event.track):
            self.said.drop((event.playlist, event.track))
        else:
            self.said.put(SetRow(event.playlist, event.track, event.wanted, at.at, at.position))
        self._touch(event.playlist, at)

    def _holds(self, playlist: PlaylistRef, track: Ref) -> bool:
        """Whether its source has the track on a playlist, under this very reference."""
        return any(row.track == track for row in self.members.of(playlist))

    def _touch(self, playlist: PlaylistRef, at: At) -> None:
        row = self.playlists.get(playlist)
        if row is not None:
            self.playlists.put(
                PlaylistRow(
                    row.ref,
                    row.source,
                    row.origin,
                    row.name,
                    row.listed,
                    row.named_at,
                    at.position,
                    row.renamed_from,
                    row.partial,
                )
            )

    def _same(self, event: SamePlaylistFound, at: At) -> None:
        one, other = sorted((event.one, event.other))
        self.found.put(FoundRow(one, other, at.position))

    def _pair(self, a: PlaylistRef, b: PlaylistRef, same: bool) -> None:
        one, other = sorted((a, b))
        self.pairs.put(PairRow(one, other, same))
