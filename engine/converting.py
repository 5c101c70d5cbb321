"""Making files of another format: all that one source is needed in by one run of ffmpeg.

What is made lies among what was fetched, under a name that follows from what it was made of, so a
run that is killed makes it again and nothing is doubled: equal input gives equal bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol

import msgspec

from adapters.audio.tagset import TagSet
from adapters.contract import AdapterError, Fatal, Permanent, Probe
from engine.holding import Held, free
from engine.library import Library
from engine.places import WORK
from engine.ports import Disk, Progress, quiet
from projections.files import FileRow
from projections.origins import FETCHED, MADE, Conversion
from projections.registry import State
from projections.tags import TrackTags, mark
from projections.tags import wanted as wanted_of
from state.events import AudioConverted, ConversionFailed, Event
from state.values import Ref, RootId, Written


class Made(msgspec.Struct, frozen=True):
    """A work file that was made, tagged, and read again."""

    path: Path
    format: str
    how: str
    suffix: str
    audio: Probe
    written: Written
    """What its tags say."""


class Maker(Protocol):
    """Makes files (`engine.making`)."""

    def __call__(
        self,
        source: Path,
        stem: Path,
        formats: Sequence[str],
        wanted: TagSet,
    ) -> list[Made]:
        """A work file for each format, named after `stem`. Raises AdapterError, OSError."""


class Turn(msgspec.Struct):
    """What came of a turn."""

    paths: list[str] = msgspec.field(default_factory=list)
    """What was made, relative to the folder."""
    failed: list[str] = msgspec.field(default_factory=list)
    held: int = 0
    """Sources that wait, as something stood in the way."""
    held_by: str = ""


class Job(msgspec.Struct, frozen=True):
    """A source, and all that is made of it."""

    source: Path
    audio: str
    formats: tuple[str, ...]
    ref: Ref
    tags: TagSet
    tagged: str


class Converting:
    """One turn over what has to be made. The caller holds the effects lock.

    Args:
        folder: of what was fetched.
        roots: where the roots are.
        make: who makes files (`engine.making`).
        tags: what is to be written into them (`engine.tagging.tags_of`).
        mark: makes the folder ours; gives the roots where that did not work.
        held: what stands in the way, in words; asked whenever one source is done.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        folder: Path,
        roots: dict[RootId, Path],
        make: Maker,
        tags: Callable[[State, TrackTags], TagSet],
        *,
        progress: Progress = quiet,
        mark: Callable[[], Collection[RootId]] = tuple,
        held: Held = free,
    ) -> None:
        self.held = held
        self.library, self.disk, self.folder, self.roots = library, disk, folder, roots
        self.make, self.tags = make, tags
        self.progress, self.mark = progress, mark
        self.turn = Turn()

    def run(self, wanted: Iterable[Conversion]) -> Turn:
        """Make what is wanted."""
        jobs = list(self._jobs(wanted))
        if not jobs or self.mark():
            return self.turn
        self.disk.make_folders(self.folder / WORK)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            running = {pool.submit(self._one, number, job): job for number, job in enumerate(jobs)}
            for done, future in enumerate(as_completed(running), 1):
                if future.cancelled():
                    self.turn.held += 1
                    continue
                self.progress("converting", done, len(jobs))
                job = running[future]
                try:
                    self._keep(job, future.result())
                except Permanent as error:
                    self._refused(job, error)
                except (AdapterError, OSError) as error:
                    line = str(error)
                    self.turn.failed.append(line)
                    if isinstance(error, Fatal):
                        for other in running:
                            other.cancel()
                        break
                if not self.turn.held_by and (why := self.held()):
                    self.turn.held_by = why
                    for other in running:
                        other.cancel()
        return self.turn

    def _jobs(self, wanted: Iterable[Conversion]) -> Iterator[Job]:
        """By source: one run makes all formats."""
        by_audio: dict[str, list[Conversion]] = {}
        for each in wanted:
            by_audio.setdefault(each.source.audio, []).append(each)
        state = self.library.state
        for audio, all_of_it in by_audio.items():
            first = all_of_it[0]
            formats = tuple(dict.fromkeys(each.format for each in all_of_it))
            where = self._path(first.source)
            wants = wanted_of(state, first.track, audio)
            tags = self.tags(state, wants)
            yield Job(where, audio, formats, Ref(first.track), tags, mark(wants))

    def _path(self, row: FileRow) -> Path:
        return self.roots[row.root] / row.path

    def _one(self, number: int, job: Job) -> list[Made]:
        """In a thread of its own: the state is not looked at here."""
        stem = self.folder / WORK / f"made-{number}-{job.audio[:16]}"
        return self.make(job.source, stem, job.formats, job.tags)

    def _keep(self, job: Job, made: Sequence[Made]) -> None:
        """Put work files into their place, and tell of them."""
        events: list[Event] = []
        for each in made:
            path = f"{MADE}{each.format}/{job.audio[:32]}.{each.suffix}"
            final = self.folder / path
            self.disk.make_folders(final.parent)
            size = each.path.stat().st_size
            self.disk.replace(each.path, final)  # a killed run may have left the same file there
            audio = each.audio
            events.append(
                AudioConverted(
                    job.audio,
                    job.ref,
                    each.format,
                    each.how,  # type: ignore[arg-type]
                    FETCHED,
                    path,
                    size,
                    audio.audio,
                    audio.duration_ms,
                    audio.codec,
                    audio.bitrate,
                    audio.tags,
                    job.tagged,
                    each.written,
                )
            )
            self.turn.paths.append(path)
        self.library.append(events)

    def _refused(self, job: Job, error: Permanent) -> None:
        self.turn.failed.append(str(error))
        self.library.append(
            [ConversionFailed(job.audio, format, str(error)) for format in job.formats]
        )
