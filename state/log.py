"""The event log: append, read, verify.

The log proves itself. Every event's hash covers its fields and the hash before it; every batch's
hash covers its fields and the hash of its last event; the next event goes on from there. So one
changed byte in any row breaks the chain at that row. What a chain cannot see, a tail that is
missing altogether, is seen against the checkpoints of the read models (`state/models.py`).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, create_engine, exc
from sqlalchemy import event as sa_event
from sqlalchemy.pool import NullPool

from state.chain import ZERO, Fault, batch_hash, event_hash
from state.codec import canonical, decode, encode
from state.events import Event
from state.locks import lock
from state.tables import (
    APPLICATION_ID,
    INSERT_BATCH,
    INSERT_EVENT,
    LOG_FORMAT,
    TRIGGERS,
    LogTable,
)
from state.verify import verify, verify_end

_READ = (
    "SELECT position, type, schema, at, cause, payload FROM event "
    "WHERE position > ? AND position <= ? ORDER BY position"
)


ROOM = 64 << 10
"""Bytes that opening a log may take."""


class LogError(Exception):
    """The log cannot be used; the message says why and what to do."""


class NoLog(LogError):
    """There is no log yet: nothing was ever recorded, or the first run was cut off at once."""


class Replaced(LogError):
    """Another log lies where this one was opened: nothing that is known follows from it."""


class HeadMoved(Exception):
    """Somebody else appended meanwhile: look again and decide again."""


class Head(NamedTuple):
    """The end of the log."""

    position: int
    hash: bytes
    at: int
    """Milliseconds since 1970, of the last event."""


class Recorded(msgspec.Struct, frozen=True):
    """An event with its place in the log."""

    position: int
    at: int
    """Milliseconds since 1970; for people, never for order."""
    cause: int | None
    """Position of the intent whose outcome this is."""
    event: Event


class New(NamedTuple):
    """An event to append that is the outcome of an intent."""

    event: Event
    cause: int | None = None


def sqlite_version() -> str:
    """Of the SQLite that keeps the log."""
    import sqlite3

    return sqlite3.sqlite_version


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class EventLog:
    """`log.db`: one writer at a time, any number of readers.

    Args:
        path: of the database; its folder must exist. Created unless `read_only`.
        now: milliseconds since 1970.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, now: Callable[[], int] = clock
    ) -> None:
        self.path = path
        self.read_only = read_only
        self._now = now
        self._lock = path.with_name("write.lock")
        self._wal = path.with_name(f"{path.name}-wal")
        if read_only and not path.exists():
            raise NoLog(f"{path}: there is no log here; `sync init` makes a library")
        # As a URI, since a bare path may hold `?`, `#` or `%`.
        url = path.absolute().as_uri() + ("?mode=ro" if read_only else "")
        self._engine = create_engine(
            "sqlite://",
            poolclass=NullPool,
            creator=lambda: _connect(url, read_only),
        )
        # The driver's own transactions would begin too late: a read before the first write must
        # already be inside, and inside the write lock.
        sa_event.listen(self._engine, "begin", _begin_nothing)
        try:
            self._connection: Connection = self._engine.connect()
        except exc.DBAPIError as error:
            raise LogError(f"{path}: cannot be opened as a log ({_why(error, path)})") from error
        try:
            self._open()
        except exc.DBAPIError as error:
            self.close()
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_READONLY_ROLLBACK":
                raise NoLog(f"{path}: a run was cut off here; `sync reconcile` goes on") from error
            raise LogError(f"{path}: cannot be opened as a log ({_why(error, path)})") from error
        except LogError:
            self.close()
            raise

    def _open(self) -> None:
        execute = self._connection.exec_driver_sql
        # This first: another process may be making the log, all of it in one transaction.
        empty = not execute("SELECT count(*) FROM sqlite_master").scalar_one()
        found = execute("PRAGMA application_id").scalar_one()
        version = execute("PRAGMA user_version").scalar_one()
        if empty and not self.read_only:
            with lock(self._lock, "append", wait=60):
                execute("PRAGMA journal_mode = WAL")
            with self._writing():
                self._create()
        elif empty:  # a run was killed before it had made the log
            raise NoLog(f"{self.path}: there is no log here; `sync init` makes a library")
        elif found != APPLICATION_ID:
            raise LogError(f"{self.path}: this database is not a log of cratelog")
        elif version > LOG_FORMAT:
            raise LogError(
                f"{self.path}: written by a newer version of cratelog (format {version}, this one "
                f"knows {LOG_FORMAT}); update cratelog"
            )
        elif not self.read_only:
            execute("PRAGMA journal_mode = WAL")  # a copy made with another tool may have lost it
        self.head()
        self._files = self._there()

    def _there(self) -> list[tuple[int, int] | None]:
        """Which files lie where the database and the end of it that is not yet in it belong."""
        return [_identity(self.path), _identity(self._wal)]

    def check(self, seen: int) -> int:
        """Make sure that this is still the log that was opened; its last position.

        Args:
            seen: the last position that is known.

        Raises:
            Replaced: somebody put another log, an older one perhaps, in its place, or took it away.
        """
        if any(was and was != now for was, now in zip(self._files, self._there(), strict=True)):
            raise Replaced(
                f"{self.path}: was taken away or replaced by another one while this ran; it ends "
                f"here, and the next start goes by what lies there then"
            )
        if (head := self.head().position) < seen:
            raise Replaced(
                f"{self.path}: ends at event {head}, but event {seen} was seen: it was cut short "
                f"or restored while this ran; start it again"
            )
        return head

    def _create(self) -> None:
        execute = self._connection.exec_driver_sql
        if execute("SELECT count(*) FROM sqlite_master").scalar_one():
            return  # another process was first
        LogTable.metadata.create_all(self._connection)
        for trigger in TRIGGERS:
            execute(trigger)
        execute(f"PRAGMA application_id = {APPLICATION_ID}")
        execute(f"PRAGMA user_version = {LOG_FORMAT}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One durable transaction under the write lock."""
        with lock(self._lock, "append", wait=60):
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.exec_driver_sql("COMMIT")
            except BaseException:
                self._rollback()
                raise

    def _rollback(self) -> None:
        with suppress(exc.DBAPIError):  # a failed COMMIT may have rolled back already
            self._connection.exec_driver_sql("ROLLBACK")

    def head(self) -> Head:
        """The last position (0: an empty log) and the hash that the next batch goes on from."""
        rows = self._rows("SELECT last, hash, at FROM batch ORDER BY last DESC LIMIT 1")
        return Head(*rows[0]) if rows else Head(0, ZERO, 0)

    def _rows(self, sql: str, *values: Any) -> Sequence[Any]:
        """Rows of a SELECT.

        Raises:
            LogError: it cannot be read now.
        """
        try:
            # The driver's own tuples: wrapping each of them costs more than reading it.
            cursor: Any = self._connection.exec_driver_sql(sql, values).cursor
            return cursor.fetchall() if cursor is not None else []
        except (exc.DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            why = getattr(error, "orig", error)
            raise LogError(f"{self.path}: cannot be read ({why})") from error

    def append(
        self, events: Sequence[Event | New], *, actor: str, expected: int | None = None
    ) -> list[Recorded]:
        """Write events as one durable commit.

        Args:
            actor: who: a command, and the person who ran it.
            expected: the head that the events were decided upon; None for facts that are so
                whatever was appended meanwhile (outcomes).

        Raises:
            HeadMoved: the log has grown since `expected`; nothing was written.
            LogError: it could not be written (a full disk, a read-only volume).
        """
        if not events:
            return []
        try:
            with self._writing():
                return self._append(events, actor, expected)
        except exc.DBAPIError as error:
            raise LogError(f"{self.path}: cannot be written ({error.orig})") from error

    def _append(
        self, events: Sequence[Event | New], actor: str, expected: int | None
    ) -> list[Recorded]:
        head = self.head()
        if expected is not None and head.position != expected:
            raise HeadMoved
        at = max(self._now(), head.at)
        position, previous = head.position, head.hash
        rows: list[tuple[Any, ...]] = []
        recorded: list[Recorded] = []
        for entry in events:
            fact, cause = entry if isinstance(entry, New) else (entry, None)
            position += 1
            payload = encode(fact)
            previous = event_hash(
                previous, position, fact.kind, fact.schema, at, cause, payload.encode()
            )
            rows.append((position, fact.kind, fact.schema, at, cause, payload, previous))
            recorded.append(Recorded(position, at, cause, fact))
        first = head.position + 1
        seal = batch_hash(previous, first, position, at, actor)
        self._connection.exec_driver_sql(INSERT_EVENT, rows)
        self._connection.exec_driver_sql(INSERT_BATCH, (position, first, at, actor, seal))
        return recorded

    def read(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Events with `after` < position ≤ `until`, in order.

        Raises:
            UnknownEvent, BadPayload: from `state.codec`.
            LogError: it cannot be read now.
        """
        last = until if until is not None else self.head().position
        # Read in pages: a cursor left open would keep a read transaction on the database.
        while after < last:
            rows = self._rows(_READ + " LIMIT 2000", after, last)
            if not rows:
                return
            for position, kind, schema, at, cause, payload in rows:
                yield Recorded(position, at, cause, decode(kind, schema, payload))
            after = rows[-1][0]

    def holding(self, texts: Collection[str]) -> Iterator[Recorded]:
        """All events that hold one of these texts somewhere, in order; none is empty.

        The database looks for them, so that all others need not be decoded.

        Raises:
            UnknownEvent, BadPayload: from `state.codec`.
        """
        if not texts:
            return
        either = " OR ".join(["instr(payload, ?)"] * len(texts))
        rows = self._connection.exec_driver_sql(
            f"SELECT position, type, schema, at, cause, payload FROM event WHERE {either} "
            "ORDER BY position",
            tuple(canonical(text).decode()[1:-1] for text in texts),
        ).fetchall()
        for position, kind, schema, at, cause, payload in rows:
            yield Recorded(position, at, cause, decode(kind, schema, payload))

    def find(self, position: int) -> Recorded | None:
        """One event, or None if the log does not reach so far."""
        return next(self.read(position - 1, position), None)

    def actors(self) -> list[tuple[int, int, int, str]]:
        """Every batch: first and last position, time (ms), actor."""
        rows = self._connection.exec_driver_sql(
            "SELECT first, last, at, actor FROM batch ORDER BY last"
        )
        return [tuple(row) for row in rows]

    def position_at(self, at: int) -> int:
        """The last position at or before a time (milliseconds since 1970)."""
        found: int | None = self._connection.exec_driver_sql(
            "SELECT max(last) FROM batch WHERE at <= ?", (at,)
        ).scalar()
        return found or 0

    def hash_at(self, position: int) -> bytes | None:
        """The chain's hash at the end of the batch that ends at `position`; None if none does."""
        if position == 0:
            return ZERO
        rows = self._rows("SELECT hash FROM batch WHERE last = ?", position)
        return rows[0][0] if rows else None

    def identity(self) -> str:
        """A name made of the first commit: a log and its older copies have the same one."""
        found: bytes | None = self._connection.exec_driver_sql(
            "SELECT hash FROM batch ORDER BY last LIMIT 1"
        ).scalar()
        return found.hex()[:16] if found else ""

    def verify(self) -> Fault | None:
        """Walk the whole chain; the first row that does not fit, or None."""
        return verify(self._connection)

    def verify_end(self) -> Fault | None:
        """Walk the last commit only."""
        return verify_end(self._connection)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        self._engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def _why(error: exc.DBAPIError, path: Path) -> str:
    """In words; where a disk is too full for SQLite's own small files, it says `disk I/O error`."""
    full = shutil.disk_usage(path.parent).free < ROOM
    return f"{error.orig}: the disk is full" if full else str(error.orig)


def _connect(url: str, read_only: bool) -> Any:
    import sqlite3

    connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA busy_timeout = 10000")
    if not read_only:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = 1")
    return connection


def _begin_nothing(connection: Connection) -> None:
    """Transactions are begun by `_writing` alone."""
