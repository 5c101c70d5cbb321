"""A run that was killed while it made the log leaves a database without tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from state.log import EventLog, LogError


def test_a_log_that_was_not_made_yet_is_made_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    begun = sqlite3.connect(path)
    begun.execute("PRAGMA journal_mode = WAL")
    begun.close()
    with pytest.raises(LogError, match="there is no log here"):
        EventLog(path, read_only=True)
    log = EventLog(path)
    assert log.head().position == 0
    log.close()
