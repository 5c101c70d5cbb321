"""New tags for files of ours: each a work file beside the old one, whole before it takes its place.

What a file says of its track is compared by marks in the log (`projections/tags.py`); only a file
that gets new tags is read. What somebody else wrote into it since we did is theirs and stays.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path

import msgspec

from adapters.audio.tagset import COVER, Change, Cover, TagSet, cover
from adapters.contract import AdapterError, Fatal, Permanent
from engine.library import Library
from engine.ports import AudioHash, Disk
from projections.registry import State
from projections.tags import TrackTags, mark, track_of, wanted
from state.actions import Action
from state.events import AudioConverted, Event, FileWritten
from state.musical import camelot, spelled
from state.values import Retagged, Stamp, Written

EDITED = "tags.edited"
"""The setting: `keep` what others wrote after us, or `overwrite` it."""


class Unbearable(Permanent):
    """A file cannot bear the tags, whenever it is tried."""


class _Twin(msgspec.Struct, frozen=True):
    """A file that got new tags in this run. Its other names and copies get the same one."""

    was: Stamp | None
    before: Written | None
    theirs: tuple[str, ...]
    work: Path
    final: Path
    stamp: Stamp | None
    """Of the new file, in either place."""
    new: Retagged


class Tagger:
    """Makes files with new tags.

    Args:
        audio: the hash of a file's audio.
    """

    def __init__(self, library: Library, disk: Disk, audio: AudioHash) -> None:
        self.library, self.disk, self.audio = library, disk, audio
        self._twins: dict[tuple[str, str], list[_Twin]] = {}

    def make(self, action: Action, source: Path, work: Path) -> Retagged:
        """Make `work`, where nothing is yet: the file of a retag with the tags that it should have.

        All names of one file, and its copies, get one new file, by the cheapest means.

        Raises:
            Unbearable: it cannot bear them.
            AdapterError: not now: what was planned is not so any more, it took too long …
            OSError: the disk is full, the file cannot be opened …
        """
        told = action.tags
        assert told is not None
        base, theirs = written(self.library, told.previous)
        stamp = self.disk.stamp(source)
        for twin in self._twins.get((action.audio, told.tagged), ()):
            if (twin.before, twin.theirs) == (base, theirs) and self._same(source, stamp, twin):
                there = twin.work if self.disk.stamp(twin.work) == twin.stamp else twin.final
                if twin.stamp is not None and self.disk.stamp(there) == twin.stamp:
                    how = self.disk.copy(there, work, may_link=True)
                    if how != "copied" or self.audio(work) == action.audio:
                        return msgspec.structs.replace(twin.new, previous=told.previous)
                    raise Permanent(f"{source}: its copy does not hold the same audio")
        new = self._made(action, told, source, work, base, theirs)
        final = source
        twins = self._twins.setdefault((action.audio, told.tagged), [])
        twins.append(_Twin(stamp, base, theirs, work, final, self.disk.stamp(work), new))
        return new

    def _same(self, source: Path, stamp: Stamp | None, twin: _Twin) -> bool:
        """Whether a file is, or holds, what the twin held before."""
        if stamp is not None and stamp == twin.was:
            return True
        try:
            return filecmp.cmp(source, twin.final, shallow=False)
        except OSError:
            return False

    def _made(
        self,
        action: Action,
        told: Retagged,
        source: Path,
        work: Path,
        base: Written | None,
        theirs: tuple[str, ...],
    ) -> Retagged:
        from adapters.audio.tagging import restored, retagged  # heavy: only who tags pays for it

        try:
            if told.now is not None:
                before = picture(self.library.state, "".join(told.now.texts.get(COVER, ())))
                change, theirs = restored(source, work, told.now, before), told.theirs
            else:
                if self.library.state.policy.text(EDITED, "keep") == "overwrite":
                    base, theirs = None, ()
                elif not told.previous and self._is_the_only_picture(action, source):
                    theirs = (*theirs, COVER)
                tags = self._wanted(action, told)
                change = retagged(source, work, tags, base=base, theirs=theirs)
                theirs = change.theirs
        except Fatal as error:
            raise next(_causes(error), error) from None
        except Permanent as error:
            raise Unbearable(str(error)) from None
        return _retagged(told, change, theirs, self.disk.stamp(work))

    def _is_the_only_picture(self, action: Action, source: Path) -> bool:
        """Whether a file came from a person with a cover that could not be put back."""
        from adapters.audio.tagging import read_all

        state = self.library.state
        if state.wanted.fetched.get(action.audio) is not None:
            return False  # as it was fetched, it lies there still
        there = "".join(read_all(source).texts.get(COVER, ()))
        return bool(there) and picture(state, there) is None

    def _wanted(self, action: Action, told: Retagged) -> TagSet:
        state = self.library.state
        row = state.files.files.get((action.root, action.path))
        track = track_of(state, row) if row is not None else None
        if (
            row is None
            or track is None
            or mark(tags := wanted(state, track, row.audio)) != (told.tagged)
        ):
            raise AdapterError(f"{action.path}: what its tags should say has changed since")
        return tags_of(state, tags)


def tags_of(state: State, tags: TrackTags) -> TagSet:
    """What is to be written, its picture included."""
    return tagset(tags, picture(state, tags.cover))


def picture(state: State, digest: str) -> Cover | None:
    """A picture that was fetched; None: there is none of that digest any more."""
    for row in state.covers.rows.of(digest) if digest else ():
        root = state.files.roots.get(row.root)
        try:
            found = cover((Path(root.path) / row.path).read_bytes()) if root is not None else None
        except (OSError, ValueError):
            continue
        if found is not None and found.digest == digest:
            return found
    return None


def tagset(tags: TrackTags, front: Cover | None = None) -> TagSet:
    """What is to be written, with what follows from it."""
    said = {name: getattr(tags, name) for name in tags.__struct_fields__ if name != "cover"}
    name = spelled(tags.key)
    return TagSet(**said, camelot=camelot(name) if name else "", cover=front)


def written(library: Library, position: int) -> tuple[Written | None, tuple[str, ...]]:
    """What we last wrote into a file, by the position of the event that tells it, and the fields
    that were not ours any more by then."""
    recorded = library.log.find(position) if position else None
    event: Event | None = recorded.event if recorded is not None else None
    if isinstance(event, AudioConverted):
        return event.written, ()
    if isinstance(event, FileWritten) and event.tags is not None:
        return event.tags.now, event.tags.theirs
    return None, ()


def _retagged(
    told: Retagged, change: Change, theirs: tuple[str, ...], stamp: Stamp | None
) -> Retagged:
    probe = change.probe
    return msgspec.structs.replace(
        told,
        was=change.before,
        now=change.after,
        theirs=theirs,
        tags=probe.tags,
        size=stamp.size if stamp is not None else 0,
        bitrate=probe.bitrate,
    )


def _causes(error: BaseException) -> Iterator[OSError]:
    """What the disk said, where it was the cause."""
    met: BaseException | None = error
    while met is not None:
        if isinstance(met, OSError):
            yield met
        met = met.__cause__ or met.__context__
