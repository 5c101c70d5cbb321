"""Items that were there before: which track each of them is, so that none is imported twice.

Evidence in this order: our own address; the file's path or, since Eagle keeps a copy, its name
together with its size; the same audio; the same sound under the same title.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

import msgspec

from engine.eagle.planning import tracks_named
from projections.eagle import ItemRow
from projections.eagle_items import EagleItem
from projections.files import FileRow
from projections.registry import State
from state.events import EagleItemClaimed
from state.values import Ref, TrackId


class Claim(msgspec.Struct, frozen=True):
    """An item that is a track's, and how that is known."""

    item: str
    track: TrackId
    why: str


def event(library: str, claim: Claim) -> EagleItemClaimed:
    """A claim for the log."""
    return EagleItemClaimed(library, claim.item, Ref(claim.track), claim.why)


def claims(state: State, wanted: Sequence[EagleItem], free: Iterable[ItemRow]) -> list[Claim]:
    """What can be said without reading any audio.

    Args:
        wanted: those that have no item.
        free: items that are there and no track's.
    """
    rows = sorted(free, key=lambda row: (row.position, row.item))
    signs = _Signs(state, wanted)
    found: dict[TrackId, Claim] = {}
    for row in rows:  # our own word counts before everything
        for track in tracks_named(row.seen.url, state.identity):
            if track in signs.tracks:
                found.setdefault(track, Claim(row.item, track, "it bears our address"))
    taken = {claim.item for claim in found.values()}
    for row in rows:
        if row.item not in taken and (sign := signs.of(row)) is not None:
            track, why = sign
            found.setdefault(track, Claim(row.item, track, why))
    return [found[track] for track in sorted(found)]


class _Signs:
    """By what a file of a track is known again; what two tracks share is no sign."""

    def __init__(self, state: State, wanted: Sequence[EagleItem]) -> None:
        self.tracks = {each.track for each in wanted}
        self._paths: dict[str, set[TrackId]] = {}
        self._files: dict[tuple[str, int], set[TrackId]] = {}
        roots = {row.root: row.path for row in state.files.roots}
        for each in wanted:
            for row in files_of(state, each):
                name = row.path.rpartition("/")[2]
                self._files.setdefault((name, row.size), set()).add(each.track)
                if row.root in roots:
                    path = f"{roots[row.root]}/{row.path}"
                    self._paths.setdefault(path, set()).add(each.track)

    def of(self, row: ItemRow) -> tuple[TrackId, str] | None:
        """The one track that an item is by these signs, and which sign it was."""
        for path in _paths(row):
            if len(tracks := self._paths.get(path, set())) == 1:
                return next(iter(tracks)), f"it says that it is {path}"
        name = f"{row.seen.name}.{row.ext}"
        tracks = self._files.get((name, row.size), set()) if row.size else set()
        if len(tracks) == 1:
            return next(iter(tracks)), f"it has the name and the size of {name}, {row.size} bytes"
        return None


def _paths(row: ItemRow) -> Iterator[str]:
    """Paths that an item speaks of."""
    for line in (row.seen.url, *row.seen.annotation.splitlines()):
        said = line.strip()
        if said.startswith("file://"):
            said = unquote(urlsplit(said).path)
        if said.startswith("/"):
            yield said


def files_of(state: State, wanted: EagleItem) -> list[FileRow]:
    """All files with audio of the track."""
    rows = [row for audio in wanted.audios for row in state.files.files.of(audio)]
    return sorted(rows, key=lambda row: (row != wanted.file, row.root, row.path))
