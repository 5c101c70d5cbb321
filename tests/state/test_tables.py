"""The database of the log has the shape that is declared, and is opened as durably as promised."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from state.log import EventLog
from state.tables import APPLICATION_ID, LOG_FORMAT, TRIGGERS, LogTable


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with closing(EventLog(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def database(log: EventLog) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(log.path)) as connection:
        yield connection


def declared() -> set[str]:
    """The SQL of everything that `tables.py` declares."""
    dialect = sqlite.dialect()
    found = {*TRIGGERS}
    for table in LogTable.metadata.tables.values():
        found.add(str(CreateTable(table).compile(dialect=dialect)))
        found |= {str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes}
    return {_plain(sql) for sql in found}


def _plain(sql: str) -> str:
    return " ".join(sql.split()).replace(" ,", ",").replace("( ", "(").replace(" )", ")")


def test_the_stored_schema_is_the_declared_one(database: sqlite3.Connection) -> None:
    stored = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    assert {_plain(sql) for (sql,) in stored} == declared()


def test_every_table_is_strict_and_named_ours(database: sqlite3.Connection) -> None:
    tables = database.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    strict = {name: yes for name, yes in tables if not name.startswith("sqlite_")}
    assert strict == {"event": 1, "batch": 1}
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert database.execute("PRAGMA user_version").fetchone() == (LOG_FORMAT,)


def test_only_the_position_and_the_cause_are_indexed(database: sqlite3.Connection) -> None:
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    assert names == [("event_cause",)]
    for table, key in (("event", "position"), ("batch", "last")):
        columns = database.execute(f"SELECT name FROM pragma_table_info('{table}') WHERE pk")
        assert columns.fetchall() == [(key,)]


def test_the_writer_is_durable_at_every_commit(log: EventLog) -> None:
    def pragma(name: str) -> object:
        return log._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2, "FULL"
    assert pragma("fullfsync") == 1


def test_a_copy_that_lost_its_journal_mode_gets_it_back(tmp_path: Path, log: EventLog) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(log.path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(EventLog(copy)) as again:
        assert again._connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


@pytest.mark.parametrize(
    "row", ["(1, 'K', 1, 1, NULL, '{}', x'00')", "('x', 'K', 1, 1, NULL, '{}', zeroblob(32))"]
)
def test_rows_of_another_shape_are_refused(database: sqlite3.Connection, row: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(f"INSERT INTO event VALUES {row}")
