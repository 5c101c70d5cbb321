"""Listening to audio that is known: each result is told as soon as it is there, together with what
it sounds like, so that a run which is killed goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from adapters.contract import AdapterError, Fatal
from engine import recordings
from engine.config import AnalysisSettings
from engine.library import Library
from engine.ports import Progress, quiet
from projections.registry import State
from state.events import AudioAnalysed, Event, SameRecordingFound

if TYPE_CHECKING:  # it loads numpy
    from engine.hearing import Near, Recordings

AHEAD = 64
"""So many files are listened to or wait in line: enough for all cores."""


Listen = Callable[[Path, str, float, float, Literal["numpy", "essentia"]], AudioAnalysed]
"""`engine.hearing.listen`; raises AdapterError, OSError."""


class Turn(msgspec.Struct):
    """What came of a turn."""

    heard: int = 0
    """Files that were listened to."""
    same: int = 0
    """Pairs of one recording that were found."""
    failed: list[str] = msgspec.field(default_factory=list)
    """Those that could not be listened to, and why: a line for each."""
    left: int = 0
    """Over the limit."""


def todo(state: State, *, again: bool = False) -> list[str]:
    """Audio that can be listened to and was not: what was fetched first, then what has a track.

    What was made of another audio is that one's recording, and is not listened to.

    Args:
        again: also what was listened to before.
    """
    found: list[tuple[int, str, str, str]] = []
    for audio, rows in state.files.files.groups():
        if not audio or state.made.source(audio) != audio:
            continue
        if not again and state.analyses.of(audio) is not None:
            continue
        places = [(row.root, row.path) for row in rows if state.files.online(row.root)]
        if places:
            fetched = state.wanted.fetched.get(audio) is not None
            rank = 0 if fetched else 1 if state.matches.tracks(audio) else 2
            found.append((rank, *min(places), audio))
    return [audio for *_, audio in sorted(found)]


class Analysing:
    """One turn over some audio.

    Args:
        told: of everything that is heard.
        listen, pool: who listens, and how many at once; by default `engine.hearing`.
    """

    def __init__(
        self,
        library: Library,
        settings: AnalysisSettings,
        *,
        progress: Progress = quiet,
        told: Callable[[AudioAnalysed], None] = lambda event: None,
        listen: Listen | None = None,
        pool: Callable[[int], Executor] | None = None,
    ) -> None:
        self.library, self.settings, self.progress = library, settings, progress
        self.told, self.listen, self.pool = told, listen, pool
        self.turn = Turn()
        self._recordings: Recordings | None = None

    def run(self, audios: Sequence[str], limit: int = 0) -> Turn:
        """Listen to audio, in this order.

        Args:
            limit: so many at most; 0: all.

        Raises:
            Fatal: nothing can be listened to here.
        """
        chosen = audios[:limit] if limit else audios
        self.turn.left = len(audios) - len(chosen)
        if chosen:
            with closing(self._heard(chosen)) as heard:
                for event in heard:
                    self._tell(event)
            self.library.decide(lambda state: list(recordings.matches(state)))
        return self.turn

    def _heard(self, audios: Sequence[str]) -> Generator[AudioAnalysed]:
        """What was heard, in the order in which it is there."""
        from engine import hearing

        listen = self.listen or hearing.listen
        said = self.settings
        done, jobs = 0, iter(self._jobs(audios))
        with (self.pool or hearing.pool)(len(audios)) as pool:
            running: dict[Future[AudioAnalysed], Path] = {}

            def more(number: int) -> None:
                for path, audio in islice(jobs, number):
                    future = pool.submit(listen, path, audio, said.low, said.high, said.by)
                    running[future] = path

            try:
                more(AHEAD)
                while running:
                    self.progress("listening", done, len(audios))
                    ended, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in [each for each in running if each in ended]:
                        path = running.pop(future)
                        done += 1
                        more(1)
                        try:
                            yield future.result()
                        except Fatal:
                            raise
                        except AdapterError as error:
                            self.turn.failed.append(str(error))
                        except OSError as error:
                            self.turn.failed.append(f"{path}: {error.strerror or error}")
            except BrokenExecutor:
                raise Fatal(
                    "a process that listens to files was ended from outside; what was heard is "
                    "kept: sync analyse goes on"
                ) from None
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _jobs(self, audios: Iterable[str]) -> Iterator[tuple[Path, str]]:
        files = self.library.state.files
        for audio in audios:
            rows = sorted(files.files.of(audio), key=lambda row: (row.ours, row.root, row.path))
            roots = {row.root: Path(row.path) for row in files.roots if row.online}
            paths = [roots[row.root] / row.path for row in rows if row.root in roots]
            if paths:
                yield next((path for path in paths if path.is_file()), paths[0]), audio

    def _tell(self, event: AudioAnalysed) -> None:
        """Record what was heard, and what that sounds like, at once."""
        self.turn.heard += 1
        self.told(event)
        library = self.library
        library.refresh()
        if _is_known(library.state, event):
            return
        told: list[Event] = [event]
        for near in self._near(event):
            told += _meaning(library.state, event.audio, near)
        self.turn.same += sum(isinstance(each, SameRecordingFound) for each in told)
        library.append(told)

    def _near(self, event: AudioAnalysed) -> Iterator[Near]:
        from engine.hearing import Recordings

        if self._recordings is None:
            self._recordings = Recordings(self.library.log, self.library.state)
        return self._recordings.near(event)


def _is_known(state: State, event: AudioAnalysed) -> bool:
    """Whether the same was heard before. A fingerprint is always the same."""
    row = state.analyses.of(event.audio)
    return row is not None and (
        row.comparable,
        row.duration_ms,
        row.bpm,
        row.bpm_confidence,
        row.key,
        row.key_confidence,
        row.by,
    ) == (
        bool(event.fingerprint),
        event.duration_ms,
        event.bpm,
        event.bpm_confidence,
        event.key,
        event.key_confidence,
        event.by,
    )


def _meaning(state: State, audio: str, near: Near) -> Iterator[Event]:
    """What it means that two audios sound alike, if that was not said before."""
    from engine.hearing import SAME

    one, other = sorted((audio, near.audio))
    if near.error_rate > SAME:
        if f"{recordings.TOPIC}:{one}|{other}" not in state.matters.open:
            yield from recordings.doubt(state, one, other, near.error_rate)
    elif (one, other) not in state.analyses.same:
        evidence = f"{near.error_rate:.1%} of the bits of their fingerprints differ"
        yield SameRecordingFound(one, other, near.error_rate, evidence)
