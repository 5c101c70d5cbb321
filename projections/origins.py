"""Where the bytes of a placement that has no file come from.

There is no hidden master: any healthy placement, the trash or a folder that we only read can be
the origin of another placement.
"""

from __future__ import annotations

from collections.abc import Callable

from projections.contract import Row
from projections.files import FileRow, TrashRow
from projections.formats import KEEP, fits
from projections.registry import State
from projections.serving import Serving
from projections.tracks import describe
from state.values import Placement, RootId, TrackId

NO_AUDIO = "no audio is known"
"""Why a wish waits that fetching could fill."""
LOSSLESS = frozenset({"flac", "alac", "wavpack"})
NEAR_MS = 500
"""Encoders differ by less in the length of what they make of one recording."""


FETCHED = RootId("target/fetched")
"""Where fetched and converted files lie."""
MADE = "made/"
"""Converted ones, in there."""


def is_raw(root: RootId, path: str) -> bool:
    """Whether a file is as it was fetched."""
    return root == FETCHED and not path.startswith(MADE)


def is_made(root: RootId, path: str) -> bool:
    """Whether a file was converted by us, and is nobody's first choice to convert again."""
    return root == FETCHED and path.startswith(MADE)


class Conversion(Row, frozen=True):
    """A file that has to be made of another, and tagged, before it can be put anywhere."""

    track: TrackId
    format: str
    source: FileRow


class Origins:
    """All origins for the placements of one root."""

    def __init__(
        self,
        state: State,
        serving: Serving,
        root: RootId,
        canonical: Callable[[Placement], Placement],
        format: str = KEEP,
    ) -> None:
        self.state, self.serving, self.root, self.canonical = state, serving, root, canonical
        self.format = format
        self.conversions: dict[TrackId, Conversion] = {}
        """What has to be made before some of the wishes can be filled."""
        targets = state.policy.targets()
        self._drops = {RootId(f"target/{each}") for each in targets if is_delivered(state, each)}
        self._homes: dict[TrackId, list[FileRow]] = {}
        """Files of placements, in any target: one audio serves all placements of a track."""
        self._others: dict[TrackId, list[FileRow]] = {}
        """Those that another target's format keeps from lying here."""
        for row in state.files.files:
            if row.placement is not None and row.audio and state.files.online(row.root):
                track = state.identity.track(row.placement.track)
                if serving.may_serve(row.audio, track):
                    homes = self._homes if self._fits(row) else self._others
                    homes.setdefault(track, []).append(row)
        self._trashed: dict[TrackId, list[TrashRow]] = {}
        for trash in state.files.trash:
            placement = trash.file.placement
            if placement is not None and trash.root == root:
                track = state.identity.track(placement.track)
                if serving.may_serve(trash.audio, track) and self._fits(trash.file):
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
        known = describe(self.state, track)
        length = known.duration_ms if known is not None else 0
        if online := [row for row in files if self.state.files.online(row.root)]:
            # What lies in a drop folder may be taken from there at any moment.
            stays = [row for row in online if row.root not in self._drops] or online
            if fit := [row for row in stays if self._fits(row)]:
                return max(fit, key=lambda row: _fitness(row, length)), ""
            first = [row for row in stays if not is_made(row.root, row.path)] or stays
            return None, self._convert(track, max(first, key=lambda row: _fitness(row, length)))
        if others := self._others.get(track):
            return None, self._convert(track, max(others, key=lambda row: _fitness(row, length)))
        if files:
            return None, f"its audio lies in {files[0].root}, which is not there now"
        return None, NO_AUDIO

    def lies_here(self, track: TrackId) -> bool:
        """Whether a file that is not ours holds the track somewhere in this root."""
        return self.guest(track) is not None

    def guest(self, track: TrackId) -> FileRow | None:
        """The file that is not ours and holds the track in this root; of several, the first."""
        rows = [row for row in self._matched(track) if row.root == self.root and not row.ours]
        return min(rows, key=lambda row: row.path, default=None)

    def _matched(self, track: TrackId) -> list[FileRow]:
        audios = self.serving.audio(track)
        if self.format != KEEP:
            rows = (self.state.made.rows.get((audio, self.format)) for audio in audios)
            audios = list(dict.fromkeys([*audios, *(row.audio for row in rows if row)]))
        return [row for audio in audios if audio for row in self.state.files.files.of(audio)]

    def _fits(self, row: FileRow) -> bool:
        """Whether it may be put there as it is. What was fetched bears no tags of ours."""
        return self.format == KEEP or (
            fits(self.format, row.codec, row.path) and not is_raw(row.root, row.path)
        )

    def _convert(self, track: TrackId, row: FileRow) -> str:
        """Note that a file has to be made; why the wish waits."""
        failed = self.state.made.rows.get((row.audio, self.format))
        if failed is not None and not failed.audio:
            return f"{row.path}: cannot be made into {self.format}: {failed.why}"
        self.conversions[track] = Conversion(track, self.format, row)
        return f"is made into {self.format} first, of {row.path!r}"


def is_delivered(state: State, target: str) -> bool:
    """Whether a target is another program's drop folder."""
    return state.policy.text(f"targets.{target}.keep") == "deliver once"


def _fitness(row: FileRow, duration_ms: int) -> tuple[int, bool, int, str, str]:
    """The better origin: of the track's length, lossless, more bits; then by name.

    Recordings that share their title and differ by a second are told apart by their length.
    """
    apart = abs(row.duration_ms - duration_ms) // NEAR_MS if duration_ms else 0
    lossless = row.codec in LOSSLESS or row.codec.startswith("pcm")
    return -apart, lossless, row.bitrate, row.root, row.path
