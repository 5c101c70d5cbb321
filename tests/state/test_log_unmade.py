"""A run that was killed while it made the log leaves a database without tables."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import pytest

from state.log import EventLog, NoLog
from tests.crate import Crate


@pytest.fixture
def cut_off(tmp_path: Path) -> Path:
    """What a power cut leaves while the database is made ready: a journal to be rolled back."""
    path = tmp_path / "home" / "log.db"
    path.parent.mkdir()
    begun = sqlite3.connect(path)
    begun.execute("PRAGMA journal_mode = WAL")
    begun.close()
    magic = bytes.fromhex("d9d505f920a163d7")
    head = magic + struct.pack(">IIIII", 0, 0, 0, 512, 4096)
    path.with_name("log.db-journal").write_bytes(head.ljust(512, b"\0"))
    return path


def test_a_log_that_was_not_made_yet_is_made_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    begun = sqlite3.connect(path)
    begun.execute("PRAGMA journal_mode = WAL")
    begun.close()
    with pytest.raises(NoLog, match="there is no log here"):
        EventLog(path, read_only=True)
    log = EventLog(path)
    assert log.head().position == 0
    log.close()


def test_a_log_whose_making_was_cut_off_is_no_log_yet(cut_off: Path) -> None:
    with pytest.raises(NoLog, match="was cut off here; `sync reconcile` goes on"):
        EventLog(cut_off, read_only=True)
    EventLog(cut_off).close()
    EventLog(cut_off, read_only=True).close()


@pytest.mark.parametrize("words", ["status", "log", "replay", "replay --verify", "why Title"])
def test_a_log_that_was_not_made_yet_is_no_library(crate: Crate, cut_off: Path, words: str) -> None:
    cut_off.rename(crate.home / "log.db")
    for _ in range(2):
        said = crate.sync(*words.split())
        assert (said.code, said.out, len(said.err.splitlines())) == (10, "", 1), said
        journal = cut_off.with_name("log.db-journal")
        if journal.exists():
            journal.rename(crate.home / journal.name)
