"""The log against raw SQLite and against the `eventsourcing` library."""

from __future__ import annotations

import gc
import json
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from engine.library import Library, bulk
from projections.registry import State
from scripts.bench.measure import Bar, Measured, medians, timed
from scripts.bench.mix import batches
from state.codec import encode
from state.events import Event
from state.log import EventLog

APPEND = Bar("append to the log / raw `executemany` of the same columns", 2.5, 1.8)
APPEND_PEER = Bar("append, against `eventsourcing`'s SQLite recorder", 3, 5, "× faster", True)
REPLAY = Bar("replay into every projection / raw scan", 6, 4)
REPLAY_PEER = Bar("replay, against `eventsourcing` with `json.loads`", 4, 6, "× faster", True)
VERIFY = Bar("verify the whole chain / raw scan", 4.5, 3.5)
TAIL = Bar("1,000 new events into log and read models, durable", 15, 8, " ms")
SIZE = Bar("bytes of the log / bytes of payload", 1.40, None)

_COLUMNS = "position, type, schema, at, cause, payload, hash"
_SCHEMA = """CREATE TABLE event (position INTEGER PRIMARY KEY, type TEXT NOT NULL,
schema INTEGER NOT NULL, at INTEGER NOT NULL, cause INTEGER, payload TEXT NOT NULL,
hash BLOB NOT NULL) STRICT"""
_SCAN = "SELECT position, type, schema, at, cause, payload FROM event ORDER BY position"


def measure(folder: Path, events: int, rounds: int) -> Iterator[Measured]:
    """All figures of the log; leaves a log of so many events in `folder`."""
    yield from _appends(folder, events)
    yield from _reads(folder, rounds)
    yield _tail(folder)


# ---- appending ---------------------------------------------------------------------------------


def _appends(folder: Path, events: int) -> Iterator[Measured]:
    """By turns, batch after batch, so that a slow minute slows all alike."""
    log = EventLog(folder / "log.db")
    raw = _raw(folder / "raw.db")
    recorder = _recorder(folder / "peer.db")
    ours = floor = peer = 0.0
    payload = position = 0
    for batch in batches(events):
        ours += timed(partial(log.append, batch, actor="bench"))
        texts = [(event.kind, encode(event)) for event in batch]
        payload += sum(len(text) for _, text in texts)
        rows = [
            (position + number, kind, 1, 1_700_000_000_000, None, text, b"x" * 32)
            for number, (kind, text) in enumerate(texts, 1)
        ]
        floor += timed(partial(_insert, raw, rows))
        stored = [
            (_stream((position + number) // 4), (position + number) % 4, kind, text.encode())
            for number, (kind, text) in enumerate(texts)
        ]
        peer += recorder(stored)
        position += len(batch)
    log.close()
    raw.close()
    each = 1e6 / events
    said = f"{ours * each:.1f} µs an event, raw {floor * each:.1f}, peer {peer * each:.1f}"
    yield Measured(APPEND, ours / floor, said)
    yield Measured(APPEND_PEER, peer / ours, said)
    size = sum(path.stat().st_size for path in folder.glob("log.db*"))
    yield Measured(SIZE, size / payload, f"{size / 1e6:.0f} MB, {payload / events:.0f} B an event")


def _stream(number: int) -> UUID:
    """A random id, as that library gives to its aggregates."""
    return UUID(bytes=sha256(b"%d" % number).digest()[:16], version=4)


def _raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_SCHEMA)
    return connection


def _insert(raw: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(f"INSERT INTO event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    raw.execute("COMMIT")


def _recorder(path: Path) -> Callable[[list[tuple[UUID, int, str, bytes]]], float]:
    """A function that stores a batch in the peer's recorder, and gives the seconds it took."""
    from eventsourcing.persistence import StoredEvent
    from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

    datastore = SQLiteDatastore(str(path))
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()

    def store(rows: list[tuple[UUID, int, str, bytes]]) -> float:
        stored = [
            StoredEvent(originator_id=of, originator_version=version, topic=kind, state=state)
            for of, version, kind, state in rows
        ]
        return timed(lambda: recorder.insert_events(stored))

    return store


# ---- reading -----------------------------------------------------------------------------------


def _reads(folder: Path, rounds: int) -> Iterator[Measured]:
    scan, replay, verify, peer = medians(
        rounds,
        lambda: _scan(folder / "raw.db"),
        lambda: _replay(folder / "log.db"),
        lambda: _verify(folder / "log.db"),
        lambda: _peer(folder / "peer.db"),
    )
    said = f"{replay:.2f} s, scan {scan:.2f} s, peer {peer:.2f} s"
    yield Measured(REPLAY, replay / scan, said)
    yield Measured(REPLAY_PEER, peer / replay, said)
    yield Measured(VERIFY, verify / scan, f"{verify:.2f} s, scan {scan:.2f} s")


def _scan(path: Path) -> float:
    raw = sqlite3.connect(path)
    began = time.perf_counter()
    for _ in raw.execute(_SCAN):
        pass
    seconds = time.perf_counter() - began
    raw.close()
    return seconds


def _replay(path: Path) -> float:
    log = EventLog(path, read_only=True)
    state = State()
    began = time.perf_counter()
    with bulk():
        state.fold(log.read())
    seconds = time.perf_counter() - began
    log.close()
    del state
    gc.collect()
    return seconds


def _verify(path: Path) -> float:
    log = EventLog(path, read_only=True)
    seconds = timed(log.verify)
    log.close()
    return seconds


def _peer(path: Path) -> float:
    """As the library reads notifications and its transcoder decodes them; the last of each subject
    is kept, which is the least that a projection does."""
    from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    began = time.perf_counter()
    start = 1
    known: dict[tuple[str, ...], object] = {}
    while page := recorder.select_notifications(start, 1000):
        for notification in page:
            body = json.loads(notification.state)
            subject = _SUBJECTS[notification.topic]
            known[notification.topic, *[body[name] for name in subject]] = body
        start = int(page[-1].id) + 1
    seconds = time.perf_counter() - began
    del known
    gc.collect()
    return seconds


_SUBJECTS = {
    "TrackSeen": ("ref",),
    "PlaylistMembershipFound": ("playlist", "track"),
    "FileSeen": ("root", "path"),
    "FileWritten": ("root", "path"),
}


# ---- the tail ----------------------------------------------------------------------------------


def _told(library: Library, batch: list[Event]) -> None:
    library.append(batch)
    library.save()


def _tail(folder: Path) -> Measured:
    """Into a library that already knows all that the log holds."""
    library = Library(folder, "bench")
    library.save()
    fresh = list(batches(20_000))
    times = [timed(partial(_told, library, batch)) * 1000 for batch in fresh]
    library.close()
    return Measured(TAIL, statistics.median(times), f"slowest {max(times):.0f} ms")
