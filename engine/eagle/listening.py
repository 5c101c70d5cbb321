"""Items that were there before and say too little: is their audio that of a track?

Only those are read that have the track's title in their name, or the size of one of its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from adapters.audio import probe
from adapters.contract import AdapterError, Probe
from engine.eagle.claims import Claim, files_of
from engine.titles import key
from projections.eagle import ItemRow
from projections.eagle_items import EagleItem
from projections.registry import State
from state.values import TrackId

AGREE_MS = 2_000
"""Durations of one recording differ by less: encoders add silence."""
COMPARED = 5
"""So many items are read for one track."""


class Listening:
    """One turn's listening.

    Args:
        library: where the library lies on this machine.
        free: items that are there and no track's.
    """

    def __init__(self, state: State, library: Path, free: Iterable[ItemRow]) -> None:
        self.state, self.library = state, library
        self._rows = {row.item: row for row in free}
        self._words: dict[str, set[str]] = {}
        self._sizes: dict[int, set[str]] = {}
        for row in self._rows.values():
            self._sizes.setdefault(row.size, set()).add(row.item)
            for word in key(row.seen.name).split():
                self._words.setdefault(word, set()).add(row.item)
        self._probes: dict[str, Probe | None] = {}

    def claims(self, wanted: Sequence[EagleItem]) -> list[Claim]:
        """Those tracks whose audio an item holds; each item is one track's."""
        found: dict[TrackId, Claim] = {}
        for each in wanted:
            claim = self._claim(each)
            if claim is not None:
                found[each.track] = claim
                self._rows.pop(claim.item)
        return list(found.values())

    def _claim(self, wanted: EagleItem) -> Claim | None:
        items = self._candidates(wanted)
        for item in items:
            heard = self._probe(item)
            if heard is not None and heard.audio in wanted.audios:
                return Claim(item, wanted.track, f"it holds the audio of {wanted.file.path!r}")
        for item in items:
            heard = self._probe(item)
            near = heard is not None and abs(heard.duration_ms - wanted.file.duration_ms) < AGREE_MS
            if near and (why := self._sounds_like(item, wanted)):
                return Claim(item, wanted.track, why)
        return None

    def _candidates(self, wanted: EagleItem) -> list[str]:
        sizes = {row.size for row in files_of(self.state, wanted)}
        likely = {item for size in sizes for item in self._sizes.get(size, ())}
        titled = [self._words.get(word, set()) for word in key(wanted.title).split()]
        likely |= set.intersection(*titled) if titled else set()
        return sorted(item for item in likely if item in self._rows)[:COMPARED]

    def _probe(self, item: str) -> Probe | None:
        if item not in self._probes:
            self._probes[item] = None
            path = self._path(item)
            if path is not None:
                with suppress(AdapterError, OSError):  # what cannot be read is no evidence
                    self._probes[item] = probe(path)
        return self._probes[item]

    def _path(self, item: str) -> Path | None:
        """Where Eagle keeps its copy; its name may have lost signs."""
        folder, ext = self.library / "images" / f"{item}.info", self._rows[item].ext
        try:
            names = sorted(one.name for one in folder.iterdir())
        except OSError:
            return None
        return next((folder / name for name in names if name.lower().endswith(f".{ext}")), None)

    def _sounds_like(self, item: str, wanted: EagleItem) -> str:
        """How alike they sound; empty: not enough."""
        from adapters.audio.fingerprint import SAME, comparable, distance, fingerprint  # numpy

        root = self.state.files.roots.get(wanted.file.root)
        path = self._path(item)
        if root is None or path is None:
            return ""
        try:
            ours = fingerprint(Path(root.path, wanted.file.path))
            theirs = fingerprint(path)
        except (AdapterError, OSError):
            return ""
        if not (comparable(ours) and comparable(theirs)):
            return ""
        apart = distance(ours, theirs)
        if apart > SAME:
            return ""
        return f"it sounds like {wanted.file.path!r}: {apart:.1%} of the bits differ"
