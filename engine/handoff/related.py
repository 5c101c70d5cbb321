"""What else the library knows around a matter: the same artist, the same playlist, the same URL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from engine import recordings
from engine.answers import short, waiting
from projections.catalogue import track_key
from projections.matters import MatterRow
from projections.naming import collision_key
from projections.playlists import groups
from projections.registry import State
from projections.tracks import describe, fetched_from
from projections.wanted import FailureRow
from state.values import Ref, TrackId

MOST = 10
"""So many rows of one kind are named."""


class Track(msgspec.Struct, frozen=True, omit_defaults=True):
    """A track that is on the same playlist, or by the same artist."""

    track: TrackId
    title: str
    artists: tuple[str, ...]
    playlist: str = ""
    """What they share; of the same artist: empty."""
    matter: str = ""
    """The id of an open matter about it."""
    fetched_from: str = ""
    page: str = ""
    """The id of its page in Notion."""


class Failure(msgspec.Struct, frozen=True):
    """An address of this matter that failed before."""

    url: str
    track: Ref
    title: str
    why: str
    permanent: bool
    times: int
    at: int
    """Milliseconds since 1970."""


class Rows(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is related to a matter, at most ten of a kind."""

    same_artist: tuple[Track, ...] = ()
    same_playlist: tuple[Track, ...] = ()
    failures: tuple[Failure, ...] = ()


class Related:
    """Looks up related rows, for many matters of one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.matter_of: dict[TrackId, str] = {}
        for row in waiting(state):
            for track in subjects(state, row):
                self.matter_of.setdefault(track, short(row))
        self._of_artist: dict[str, list[TrackId]] | None = None
        self._playlists: list[tuple[str, list[TrackId], set[TrackId]]] | None = None
        self._failures: dict[str, list[FailureRow]] | None = None

    def rows(self, row: MatterRow) -> Rows:
        """What is related to a matter."""
        about = subjects(self.state, row)
        own = short(row)
        return Rows(
            tuple(islice(self._same_artist(about, own), MOST)),
            tuple(islice(self._same_playlist(about, own), MOST)),
            tuple(islice(self._failed(row), MOST)),
        )

    # -- artists ---------------------------------------------------------------------------------

    def _same_artist(self, about: Sequence[TrackId], own: str) -> Iterable[Track]:
        if self._of_artist is None:
            self._of_artist = {}
            for row in self.state.library.tracks:
                for name in row.artists[:1]:
                    track = self.state.identity.track(row.ref)
                    self._of_artist.setdefault(collision_key(name), []).append(track)
        described = (describe(self.state, track) for track in about)
        names = [collision_key(name) for row in described if row for name in row.artists[:1]]
        found = (track for name in names for track in self._of_artist.get(name, ()))
        return self._tracks(found, about, own)

    # -- playlists -------------------------------------------------------------------------------

    def _same_playlist(self, about: Sequence[TrackId], own: str) -> Iterable[Track]:
        if self._playlists is None:
            self._playlists = []
            for group in groups(self.state.library, self.state.identity)[0]:
                tracks = list(dict.fromkeys(group.tracks(self.state.identity)))
                self._playlists.append((group.name, tracks, set(tracks)))
        for name, tracks, members in self._playlists:
            if members.intersection(about):
                yield from self._tracks(tracks, about, own, name)

    def _tracks(
        self, found: Iterable[TrackId], about: Sequence[TrackId], own: str, playlist: str = ""
    ) -> Iterable[Track]:
        """Those that are asked about as well come first: they may be answered together."""
        others = [track for track in dict.fromkeys(found) if track not in about]
        asked = [track for track in others if self.matter_of.get(track, own) != own]
        for track in islice(dict.fromkeys([*asked, *others]), MOST):
            if (row := describe(self.state, track)) is not None:
                matter = self.matter_of.get(track, "")
                page = self.state.notion.pages.get(track_key(track))
                yield Track(
                    track,
                    row.title,
                    row.artists,
                    playlist,
                    matter if matter != own else "",
                    fetched_from(self.state, track),
                    page.page if page is not None and not page.gone else "",
                )

    # -- addresses -------------------------------------------------------------------------------

    def _failed(self, row: MatterRow) -> Iterable[Failure]:
        if self._failures is None:
            self._failures = {}
            for failure in self.state.wanted.failures:
                self._failures.setdefault(failure.url, []).append(failure)
        found = [one for each in row.candidates for one in self._failures.get(each.track, ())]
        for one in sorted(found, key=lambda one: -one.position):
            known = describe(self.state, self.state.identity.track(one.track))
            title = known.title if known is not None else ""
            yield Failure(one.url, one.track, title, one.why, one.permanent, one.times, one.at)


def subjects(state: State, row: MatterRow) -> list[TrackId]:
    """The tracks that a matter is about."""
    what = row.matter.partition(":")[2]
    found: Iterable[Ref] = ()
    match row.topic:
        case "offer" | "failed":
            found = [Ref(what)]
        case "match":
            found = [each.track for each in row.candidates]
        case "same recording":
            audios = recordings.asked(row.matter)
            found = [each.track for audio in audios for each in state.matches.tracks(audio)]
        case "trashed":
            found = [Ref(what.removeprefix("track:"))] if what.startswith("track:") else []
        case "edited":
            found = [each.track for each in state.files.missing if each.target == what]
        case "conflict":
            file = state.files.files.get((row.root, row.path))
            found = [file.placement.track] if file is not None and file.placement else []
    return list(dict.fromkeys(state.identity.track(ref) for ref in found))
