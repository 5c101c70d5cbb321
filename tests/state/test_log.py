"""The log: what is appended stays, in order, whoever writes at the same time."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from state.chain import ZERO
from state.events import ActionFailed, MatterClosed, TracksMerged
from state.log import EventLog, HeadMoved, LogError, New, Recorded
from state.values import Ref


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[EventLog]:
    with closing(EventLog(path)) as opened:
        yield opened


def merge(number: int = 1) -> TracksMerged:
    return TracksMerged(Ref(f"a{number}"), Ref(f"b{number}"))


def content(path: Path) -> list[tuple[object, ...]]:
    """Every row of the database, read without our code."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            row
            for table in ("event", "batch")
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")
        ]


# ---- append and read ---------------------------------------------------------------------------


def test_what_was_appended_is_read_back_in_order_without_gaps(log: EventLog, path: Path) -> None:
    first = log.append([merge(1), merge(2)], actor="ann")
    second = log.append([merge(3)], actor="bob")
    assert [entry.position for entry in first + second] == [1, 2, 3]
    assert list(log.read()) == first + second
    with closing(EventLog(path)) as again:
        assert list(again.read()) == first + second


def test_a_log_that_cannot_be_read_now_says_so_in_one_line(log: EventLog, path: Path) -> None:
    log.append([merge(1)], actor="ann")
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE event")
        other.execute("ALTER TABLE batch RENAME TO gone")
    line = r"^.*/log\.db: cannot be read \(no such table: \w+\)$"
    for read in (log.head, lambda: list(log.read(0, 1)), lambda: log.hash_at(1)):
        with pytest.raises(LogError, match=line):
            read()


def test_a_part_of_the_log(log: EventLog) -> None:
    every = log.append([merge(number) for number in range(5)], actor="ann")
    assert list(log.read(after=1, until=3)) == every[1:3]
    assert list(log.read(after=5)) == list(log.read(after=9)) == []
    assert log.find(4) == every[3]
    assert log.find(6) is None


def test_a_log_of_many_pages_is_read_whole(log: EventLog) -> None:
    log.append([merge(number) for number in range(20_001)], actor="ann")
    positions = [entry.position for entry in log.read()]
    assert positions == list(range(1, 20_002))


def test_nothing_appended_is_no_batch(log: EventLog) -> None:
    assert log.append([], actor="ann") == []
    assert log.actors() == []


def test_every_batch_says_who_made_it(log: EventLog) -> None:
    log.append([merge(1), merge(2)], actor="ann: sync add")
    log.append([merge(3)], actor="bob: sync match")
    told = [(first, last, actor) for first, last, _, actor in log.actors()]
    assert told == [(1, 2, "ann: sync add"), (3, 3, "bob: sync match")]


def test_the_head_is_the_last_batch(log: EventLog) -> None:
    assert log.head() == (0, ZERO, 0)
    log.append([merge(1), merge(2)], actor="ann")
    head = log.head()
    assert head.position == 2
    assert log.hash_at(2) == head.hash
    assert log.hash_at(1) is None, "in the middle of a batch"
    assert log.hash_at(0) == ZERO
    assert log.hash_at(3) is None


def test_an_append_upon_an_old_head_writes_nothing(log: EventLog, path: Path) -> None:
    log.append([merge(1)], actor="ann")
    before = content(path)
    for stale in (0, 2):
        with pytest.raises(HeadMoved):
            log.append([merge(2)], actor="ann", expected=stale)
    assert content(path) == before
    assert log.append([merge(2)], actor="ann", expected=1)[0].position == 2


def test_time_never_goes_back_when_the_clock_does(path: Path) -> None:
    clock = iter([0, 5_000, 3_000, 6_000])
    with closing(EventLog(path, now=lambda: next(clock))) as log:
        for number in range(4):
            log.append([merge(number)], actor="ann")
        assert [entry.at for entry in log.read()] == [0, 5_000, 5_000, 6_000]
        assert [log.position_at(at) for at in (-1, 0, 4_999, 5_000, 9_000)] == [0, 1, 1, 3, 4]


def test_an_intent_has_one_outcome(log: EventLog, path: Path) -> None:
    log.append([merge(1)], actor="ann")
    outcome = New(ActionFailed("disk full"), cause=1)
    assert log.append([outcome], actor="ann") == [
        Recorded(2, log.head().at, 1, ActionFailed("disk full"))
    ]
    before = content(path)
    with pytest.raises(LogError, match="UNIQUE"):
        log.append([merge(2), outcome], actor="ann")
    assert content(path) == before
    assert log.append([merge(3)], actor="ann")[0].position == 3, "the log goes on"


def test_a_name_for_the_library_that_older_copies_share(tmp_path: Path, log: EventLog) -> None:
    assert log.identity() == ""
    log.append([merge(1)], actor="ann")
    shutil.copytree(tmp_path, tmp_path / "copy")
    log.append([merge(2)], actor="ann")
    with closing(EventLog(tmp_path / "copy" / "log.db")) as older:
        assert older.identity() == log.identity() != ""
    with closing(EventLog(tmp_path / "other.db")) as other:
        other.append([merge(1)], actor="bob")
        assert other.identity() != log.identity()


# ---- nothing is ever changed -------------------------------------------------------------------


@pytest.mark.parametrize("table", ["event", "batch"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(
    log: EventLog, path: Path, table: str, change: str
) -> None:
    log.append([merge(1)], actor="ann")
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(change.format(table))


def test_a_whole_log_has_no_fault_and_a_changed_one_has(log: EventLog, path: Path) -> None:
    log.append([merge(1), merge(2)], actor="ann")
    log.append([New(MatterClosed("m"), cause=1)], actor="ann")
    assert log.verify() is None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER event_update")
        connection.execute("UPDATE event SET payload = replace(payload, 'a2', 'a9')")
        connection.commit()
    fault = log.verify()
    assert fault is not None and fault.position == 2 and "TracksMerged" in fault.what


def test_a_log_that_is_only_read_is_not_written(path: Path) -> None:
    with closing(EventLog(path)) as log:
        log.append([merge(1)], actor="ann")
    before = path.read_bytes(), path.stat().st_mtime_ns
    with closing(EventLog(path, read_only=True)) as log:
        assert len(list(log.read())) == 1 and log.verify() is None
        with pytest.raises(LogError, match="readonly"):
            log.append([merge(2)], actor="ann")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert len(content(path)) == 2


def test_a_reader_sees_what_a_writer_appends_meanwhile(log: EventLog, path: Path) -> None:
    log.append([merge(1)], actor="ann")
    with closing(EventLog(path, read_only=True)) as reader:
        reading = reader.read()
        next(reading)
        log.append([merge(2)], actor="ann")
        assert list(reading) == [], "the end was fixed when the reading began"
        assert reader.head().position == 2


# ---- several at once ---------------------------------------------------------------------------

EACH = 200
LONG = 0.7
"""Seconds: long beside the time for which a busy machine may leave a process waiting."""


def _append_many(path: Path, actor: str, gate: multiprocessing.synchronize.Barrier) -> None:
    gate.wait()
    with closing(EventLog(path)) as log:  # both find no log, and one makes it
        gate.wait()
        number, end = 0, time.monotonic() + LONG
        while number < EACH or time.monotonic() < end:
            log.append([merge(number)], actor=actor)
            number += 1


def test_two_processes_append_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    writers = [context.Process(target=_append_many, args=(path, name, gate)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    with closing(EventLog(path, read_only=True)) as log:
        positions = [entry.position for entry in log.read()]
        actors = [actor for *_, actor in log.actors()]
        assert log.verify() is None
    assert positions == list(range(1, len(actors) + 1))
    assert min(actors.count("a"), actors.count("b")) >= EACH
    halfway = actors[: len(actors) // 2]
    assert min(halfway.count("a"), halfway.count("b")) > len(halfway) / 50, "neither starves"


# ---- what is no log ----------------------------------------------------------------------------


def test_there_is_no_log_to_read(path: Path) -> None:
    with pytest.raises(LogError, match="sync init"):
        EventLog(path, read_only=True)
    assert not path.exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_database_of_somebody_else_is_refused_untouched(path: Path, read_only: bool) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE song (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(LogError, match="not a log of cratelog"):
        EventLog(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [True, False])
def test_junk_is_refused_untouched(path: Path, read_only: bool) -> None:
    path.write_bytes(b"junk " * 1000)
    with pytest.raises(LogError, match="not a database"):
        EventLog(path, read_only=read_only)
    assert path.read_bytes() == b"junk " * 1000


@pytest.mark.parametrize("read_only", [True, False])
def test_a_log_of_a_newer_version_is_refused(path: Path, read_only: bool) -> None:
    EventLog(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LogError, match=r"newer version.*format 99.*update cratelog"):
        EventLog(path, read_only=read_only)


def test_an_empty_file_becomes_a_log_but_not_by_reading_it(path: Path) -> None:
    path.touch()
    with pytest.raises(LogError, match="no log here"):
        EventLog(path, read_only=True)
    with closing(EventLog(path)) as log:
        assert log.head().position == 0


def test_a_folder_cannot_be_a_log(path: Path) -> None:
    path.mkdir()
    with pytest.raises(LogError, match="cannot be opened"):
        EventLog(path)


@pytest.mark.parametrize("name", ["a?b", "music #1", "100%41", "Café ☕", "mode=ro"])
def test_the_log_lies_where_it_was_asked_for(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with closing(EventLog(folder / "log.db")) as log:
        log.append([merge(1)], actor="ann")
    assert (folder / "log.db").exists()
    assert [each.name for each in tmp_path.iterdir()] == [name]
    with closing(EventLog(folder / "log.db", read_only=True)) as log:
        assert log.head().position == 1
