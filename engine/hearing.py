"""Listening to files and comparing what they sound like: whatever needs numpy.

Import it where somebody listens; nobody else shall pay for it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from adapters.audio import probe
from adapters.audio.analysis import By, analyse
from adapters.audio.fingerprint import (
    PROBABLE,
    SAME,
    Words,
    comparable,
    distance,
    from_text,
    to_text,
)
from adapters.contract import Permanent
from engine.duplicates import Index
from projections.registry import State
from state.events import AudioAnalysed
from state.log import EventLog

__all__ = ["PROBABLE", "SAME", "Near", "Recordings", "listen", "pool"]

AGREE_MS = 2_000
"""Durations of one recording differ by less: encoders add silence, sites cut it off."""
COMPARED = 20
"""Of those that share words with a recording, so many are compared with it."""
FEW = 8
"""Up to so many files threads are quicker: a process has to load everything first."""


def listen(path: Path, audio: str, low: float, high: float, by: By) -> AudioAnalysed:
    """Listen to a file that should hold this audio.

    Raises what `adapters.audio.probe` and `adapters.audio.analysis.analyse` raise; Permanent if it
    holds another audio.
    """
    if probe(path).audio != audio:
        raise Permanent(f"{path}: was changed since the last look: sync reconcile looks again")
    heard = analyse(path, low, high, by)
    return AudioAnalysed(
        audio,
        to_text(heard.fingerprint) if comparable(heard.fingerprint) else "",
        heard.duration_ms,
        heard.bpm,
        heard.bpm_confidence,
        heard.key,
        heard.camelot,
        heard.key_confidence,
        heard.by,
    )


# ---- side by side ------------------------------------------------------------------------------


def pool(jobs: int) -> Executor:
    """Who listens to so many files: one worker for each core.

    ffmpeg decodes in processes of its own, but numpy keeps the interpreter's lock half of the time.
    """
    workers = max(1, min(jobs, os.cpu_count() or 1))
    if jobs <= FEW or workers == 1:
        return ThreadPoolExecutor(workers)
    # Not forked: the parent has databases open.
    fresh = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=fresh, initializer=_begin)


def _begin() -> None:
    """In a worker: Ctrl-C is for the parent to hear, and nobody works for a parent that is dead."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


# ---- comparing ---------------------------------------------------------------------------------


class Near(NamedTuple):
    """An audio that sounds like the one that was asked for."""

    audio: str
    error_rate: float
    """Bits that differ, 0 to `PROBABLE`."""


class Recordings:
    """What all analysed audio sounds like. Fingerprints are read from the log when they are needed:
    those of 100,000 recordings would take more memory than everything else."""

    def __init__(self, log: EventLog, state: State) -> None:
        self._log, self._state = log, state
        self._index: Index[str] = Index()
        self._known: set[str] = set()
        self._position = 0

    def near(self, event: AudioAnalysed) -> Iterator[Near]:
        """Other audio of the same length that may be the same recording, the nearest first."""
        self._catch_up()
        if not event.fingerprint:
            return
        words = from_text(event.fingerprint)
        rows = self._state.analyses.rows
        likely = [each.track for each in self._index.candidates(words) if each.track != event.audio]
        as_long = [
            other
            for other in likely
            if (row := rows.get(other)) is not None
            and abs(row.duration_ms - event.duration_ms) <= AGREE_MS
        ]
        found = [
            Near(other, round(distance(words, self._words(other)), 4))
            for other in as_long[:COMPARED]
        ]
        for each in sorted(found, key=lambda each: (each.error_rate, each.audio)):
            if each.error_rate <= PROBABLE:
                yield each

    def _catch_up(self) -> None:
        """Know what was analysed since, by whomever."""
        fresh = [row for row in self._state.analyses.rows if row.position > self._position]
        for row in fresh:
            self._position = max(self._position, row.position)
            if row.comparable and row.audio not in self._known:
                self._known.add(row.audio)
                self._index.add(row.audio, self._words(row.audio))

    def _words(self, audio: str) -> Words:
        row = self._state.analyses.rows.get(audio)
        recorded = self._log.find(row.position) if row is not None else None
        event = recorded.event if recorded is not None else None
        assert isinstance(event, AudioAnalysed)
        return from_text(event.fingerprint)
