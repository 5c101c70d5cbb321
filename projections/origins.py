"""Where the bytes of a placement that has no file come from.

There is no hidden master: any healthy placement, the trash or a folder that we only read can be
the origin of another placement.
"""

from __future__ import annotations

from collections.abc import Callable

from projections.files import FileRow, TrashRow
from projections.registry import State
from projections.serving import Serving
from projections.tracks import describe
from state.values import Placement, RootId, TrackId

LOSSLESS = frozenset({"flac", "alac", "wavpack"})
NEAR_MS = 500
"""Encoders differ by less in the length of what they make of one recording."""


class Origins:
    """All origins for the placements of one root."""

    def __init__(
        self,
        state: State,
        serving: Serving,
        root: RootId,
        canonical: Callable[[Placement], Placement],
    ) -> None:
        self.state, self.serving, self.root, self.canonical = state, serving, root, canonical
        self._homes: dict[TrackId, list[FileRow]] = {}
        """Files of placements, in any target: one audio serves all placements of a track."""
        for row in state.files.files:
            if row.placement is not None and row.audio and state.files.online(row.root):
                track = state.identity.track(row.placement.track)
                if serving.may_serve(row.audio, track):
                    self._homes.setdefault(track, []).append(row)
        self._trashed: dict[TrackId, list[TrashRow]] = {}
        for trash in state.files.trash:
            placement = trash.file.placement
            if placement is not None and trash.root == root:
                track = state.identity.track(placement.track)
                if serving.may_serve(trash.audio, track):
                    self._trashed.setdefault(track, []).append(trash)

    def find(self, wish: Placement) -> tuple[FileRow | TrashRow | None, str]:
        """The best origin, or why there is none: what the placement itself had, then what other
        placements have, then the trash, then the best of the files that were matched."""
        track = TrackId(wish.track)
        trashed = self._trashed.get(track, [])
        own = [
            row
            for row in trashed
            if row.file.placement is not None and self.canonical(row.file.placement) == wish
        ]
        if own:
            return max(own, key=lambda row: row.position), ""
        if homes := self._homes.get(track):
            return min(homes, key=lambda row: (row.root != self.root, not row.ours, row.path)), ""
        if trashed:
            return max(trashed, key=lambda row: row.position), ""
        files = self._matched(track)
        if online := [row for row in files if self.state.files.online(row.root)]:
            known = describe(self.state, track)
            length = known.duration_ms if known is not None else 0
            return max(online, key=lambda row: _fitness(row, length)), ""
        if files:
            return None, f"its audio lies in {files[0].root}, which is not there now"
        return None, "no audio is known"

    def lies_here(self, track: TrackId) -> bool:
        """Whether a file that is not ours holds the track somewhere in this root."""
        return any(row.root == self.root and not row.ours for row in self._matched(track))

    def _matched(self, track: TrackId) -> list[FileRow]:
        return [
            row for audio in self.serving.audio(track) for row in self.state.files.files.of(audio)
        ]


def _fitness(row: FileRow, duration_ms: int) -> tuple[int, bool, int, str, str]:
    """The better origin: of the track's length, lossless, more bits; then by name.

    Recordings that share their title and differ by a second are told apart by their length.
    """
    apart = abs(row.duration_ms - duration_ms) // NEAR_MS if duration_ms else 0
    lossless = row.codec in LOSSLESS or row.codec.startswith("pcm")
    return -apart, lossless, row.bitrate, row.root, row.path
