"""Putting back the tags that our files had: a retag like any other, in the other direction.

What was put back counts as a person's: later corrections leave those fields alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from adapters.audio.tag_edits import edited
from engine.library import Library
from engine.retags import retag
from engine.tagging import written
from projections.files import FileRow
from projections.origins import is_raw
from projections.tags import track_of
from state.actions import Action
from state.events import FileWritten
from state.values import Retagged, TrackId, Written


class Unwritten(msgspec.Struct, frozen=True):
    """A file whose tags stay, and why."""

    file: FileRow
    why: str


def files(library: Library, track: TrackId) -> list[FileRow]:
    """The files of a track that are ours to write tags into."""
    state = library.state
    return [
        row
        for row in state.files.files
        if row.ours and row.audio and not is_raw(row.root, row.path)
        if state.files.online(row.root) and track_of(state, row) == track
    ]


def put_back(
    library: Library, rows: list[FileRow], until: int | None
) -> Iterator[Action | Unwritten]:
    """What brings back former tags, file by file, names of one file in a row.

    Args:
        until: the tags are to be as they were at that time, milliseconds since 1970; None: as they
            were before we wrote into them last.
    """
    for row in sorted(rows, key=lambda row: (row.audio, row.root, row.path)):
        was, why = _former(library, row, until)
        if was is None:
            yield Unwritten(row, why)
            continue
        now, theirs = written(library, row.tagged_at)
        assert now is not None
        back = sorted(edited(now, was) | set(theirs))
        tags = Retagged(row.tagged, now=was, theirs=tuple(back), previous=row.tagged_at)
        yield retag(row, "a person wants the tags back that it had", tags)


def _former(library: Library, row: FileRow, until: int | None) -> tuple[Written | None, str]:
    """What a file's tags said then, or why that is nothing to put back."""
    found: Written | None = None
    position = row.tagged_at
    while position:
        recorded = library.log.find(position)
        event = recorded.event if recorded is not None else None
        if recorded is None or not isinstance(event, FileWritten) or event.tags is None:
            break  # it was made with the tags that it has
        if until is not None and recorded.at <= until:
            break
        found, position = event.tags.was, event.tags.previous
        if until is None:
            break
    if found is not None:
        return found, ""
    if until is None:
        return None, "nothing was written over its tags"
    return None, "nothing was written over its tags since then"
