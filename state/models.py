"""`state.db`: read models, their checkpoints, and bookmarks. Disposable.

Rows of a projection and the checkpoint that says up to which event they were folded are written in
one transaction. The checkpoint holds the log's hash at that position: if the log there has another
one, or ends before it, then the log was cut, restored or replaced, and the rows are folded again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import (
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    create_engine,
    exc,
    text,
)
from sqlalchemy import event as sa_event
from sqlalchemy.pool import NullPool
from sqlmodel import Field, SQLModel

from state.codec import canonical
from state.columns import Once, RowSet, row_table
from state.log import LogError

STATE_FORMAT = 3
_IN_THE_WAY = (5, 6, 8, 13, 14)  # SQLITE_BUSY, _LOCKED, _READONLY, _FULL, _CANTOPEN


class Folded(Protocol):
    """What a projection shows of itself here."""

    name: str
    version: int

    @property
    def tables(self) -> Sequence[Any]: ...


class StateTable(SQLModel):
    """Base of the tables of state.db that are not rows of a projection."""

    metadata = MetaData()


class CheckpointRow(StateTable, table=True):
    """How far a projection's rows go."""

    __tablename__ = "checkpoint"
    projection: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(sa_type=Integer)
    position: int = Field(sa_type=Integer)
    hash: bytes = Field(sa_type=LargeBinary)


class BookmarkRow(StateTable, table=True):
    """Anything that spares looking again: a source's stamp, the position found in step."""

    __tablename__ = "bookmark"
    name: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


class StatRow(StateTable, table=True):
    """What the file system said of a file when it was last read."""

    __tablename__ = "stat"
    __table_args__ = (Index("stat_error", "root", sqlite_where=text("error != ''")),)
    root: str = Field(primary_key=True, sa_type=Text)
    path: str = Field(primary_key=True, sa_type=Text)
    size: int = Field(sa_type=Integer)
    mtime_ns: int = Field(sa_type=Integer)
    ctime_ns: int = Field(sa_type=Integer)
    inode: int = Field(sa_type=Integer)
    error: str = Field(sa_type=Text)


class Damaged(LogError):
    """`state.db` cannot be read; `ReadModels.renew` makes it anew."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: is damaged ({why}); remove it: it is built again from the log")
        self.why = why


class Checkpoint(NamedTuple):
    """How far the rows of a projection go."""

    version: int
    position: int
    hash: bytes


class ReadModels:
    """`state.db`.

    Args:
        path: of the database.
        projections: whose tables it holds.
        read_only: never write; an absent or damaged file then simply knows nothing.
    """

    def __init__(
        self, path: Path, projections: Iterable[Folded], *, read_only: bool = False
    ) -> None:
        self.path, self.read_only = path, read_only
        self._rows = {rows.name: rows for one in projections for rows in one.tables}
        self.note = ""
        """In words: what was found wrong with the file when it was opened."""
        self._connection = self._open()

    def _open(self) -> Connection | None:
        if self.read_only and not self.path.exists():
            return None
        try:
            return self._connect()
        except exc.DBAPIError as error:
            if not self.read_only and _is_in_the_way(error):
                raise self._cannot(error) from error
            return self._renewed(error.orig)

    def _renewed(self, why: object) -> Connection | None:
        """An empty database in place of a damaged one: it can all be computed from the log."""
        self.note = f"{self.path.name} was damaged and is built again ({why})"
        if self.read_only:
            return None
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        try:
            return self._connect()
        except exc.DBAPIError as error:
            raise self._cannot(error) from error

    def renew(self, error: Damaged) -> None:
        """Begin again with an empty database, after something in it could not be read."""
        self.close()
        self._connection = self._renewed(error.why)

    def _cannot(self, error: exc.DBAPIError) -> LogError:
        return LogError(f"{self.path}: cannot be written ({error.orig})")

    def _connect(self) -> Connection | None:
        # As a URI, since a bare path may hold `?`, `#` or `%`.
        url = self.path.absolute().as_uri() + ("?mode=ro" if self.read_only else "")
        engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: _sqlite(url))
        sa_event.listen(engine, "begin", lambda connection: None)
        connection = engine.connect()
        execute = connection.exec_driver_sql
        known = execute("PRAGMA user_version").scalar_one()
        execute("SELECT count(*) FROM sqlite_master").scalar_one()
        if self.read_only:
            if known == STATE_FORMAT:
                return connection
            connection.close()
            return None
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        # Rows change all over the tables: with the usual 1,000 pages nearly every save would copy
        # its pages back at once, and with 2 MB of memory read them first.
        execute("PRAGMA wal_autocheckpoint = 16000")
        execute("PRAGMA cache_size = -32768")
        execute("BEGIN IMMEDIATE")
        found = execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = {name for (name,) in found}
        if known != STATE_FORMAT or not self._rows.keys() <= names:
            self._create(connection, names if known not in (0, STATE_FORMAT) else set())
        execute("COMMIT")
        return connection

    def _create(self, connection: Connection, unfit: set[str]) -> None:
        for name in unfit:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        StateTable.metadata.create_all(connection)
        for rows in self._rows.values():
            connection.exec_driver_sql(row_table(rows).create)
        connection.exec_driver_sql(f"PRAGMA user_version = {STATE_FORMAT}")

    def checkpoints(self) -> dict[str, Checkpoint]:
        """Of every projection that was ever saved."""
        rows = self._select("SELECT projection, version, position, hash FROM checkpoint")
        return {name: Checkpoint(*rest) for name, *rest in rows}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything that is read inside is as of one moment."""
        connection = self._connection
        if connection is None:
            yield
            return
        connection.exec_driver_sql("BEGIN")
        try:
            yield
        finally:
            if self._connection is connection:  # not renewed meanwhile
                with suppress(exc.DBAPIError):
                    connection.exec_driver_sql("ROLLBACK")

    def load(self, projection: Folded, once: Once | None = None) -> None:
        """Fill the projection's rows with those that were saved.

        Args:
            once: to share values with other projections.

        Raises:
            Damaged: some of them cannot be read; the rows are of no use.
        """
        once = once or Once()
        for rows in projection.tables:
            table = row_table(rows)
            try:
                rows.fill([table.build(values, once) for values in self._stream(table.select)])
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise Damaged(self.path, error) from error

    def save(
        self,
        projections: Sequence[Folded],
        position: int,
        hash: bytes,
        *,
        bookmarks: dict[str, str | None] | None = None,
        stats: dict[str, dict[str, Any] | None] | None = None,
        anew: bool = False,
    ) -> None:
        """Write what changed, with the checkpoint, as one transaction.

        Args:
            bookmarks: to set (None: to remove).
            stats: for a root, path → something with the fields of `StatRow` (None: gone).
            anew: the projections were folded from the first event: replace all rows.

        Raises:
            LogError: it cannot be written (a full disk, a read-only volume).
        """
        if self._connection is None:
            return
        execute = self._connection.exec_driver_sql
        try:
            execute("BEGIN IMMEDIATE")
            for projection in projections:
                for rows in projection.tables:
                    self._write(rows, anew)
                execute(
                    "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)",
                    (projection.name, projection.version, position, hash),
                )
            for name, value in (bookmarks or {}).items():
                if value is None:
                    execute("DELETE FROM bookmark WHERE name = ?", (name,))
                else:
                    execute("INSERT OR REPLACE INTO bookmark VALUES (?, ?)", (name, value))
            for root, paths in (stats or {}).items():
                self._write_stats(root, paths)
            execute("COMMIT")
            for projection in projections:
                for rows in projection.tables:
                    rows.changed.clear()
        except BaseException as error:
            with suppress(exc.DBAPIError):  # a failed COMMIT may have rolled back already
                execute("ROLLBACK")
            if isinstance(error, exc.DBAPIError):
                raise self._cannot(error) from error
            raise

    def _write(self, rows: RowSet, anew: bool) -> None:
        assert self._connection is not None
        execute = self._connection.exec_driver_sql
        table = row_table(rows)
        if anew:
            # An earlier version may have had other columns.
            execute(table.drop)
            execute(table.create)
            values = [table.values(row) for row in rows]
        else:
            gone = [key for key in rows.changed if rows.get(key) is None]
            if gone:
                execute(table.delete, [key if isinstance(key, tuple) else (key,) for key in gone])
            kept = (rows.get(key) for key in rows.changed)
            values = [table.values(row) for row in kept if row is not None]
        if values:
            execute(table.insert, values)

    def _write_stats(self, root: str, paths: dict[str, Any] | None) -> None:
        assert self._connection is not None
        execute = self._connection.exec_driver_sql
        if paths is None:
            execute("DELETE FROM stat WHERE root = ?", (root,))
            return
        gone = [(root, path) for path, seen in paths.items() if seen is None]
        if gone:
            execute("DELETE FROM stat WHERE root = ? AND path = ?", gone)
        kept = [
            (root, path, seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.error)
            for path, seen in paths.items()
            if seen is not None
        ]
        if kept:
            execute("INSERT OR REPLACE INTO stat VALUES (?, ?, ?, ?, ?, ?, ?)", kept)

    def stats(self, root: str) -> Iterator[tuple[Any, ...]]:
        """(path, size, mtime_ns, ctime_ns, inode, error) of every file last seen in a root."""
        return self._stream(
            "SELECT path, size, mtime_ns, ctime_ns, inode, error FROM stat WHERE root = ?", root
        )

    def bookmark(self, name: str) -> str | None:
        """A bookmark's value."""
        found = self._select("SELECT value FROM bookmark WHERE name = ?", name)
        return found[0][0] if found else None

    def forget(self) -> None:
        """Drop all bookmarks and stats: the next look is a slow one."""
        if self._connection is not None and not self.read_only:
            self._connection.exec_driver_sql("DELETE FROM bookmark")
            self._connection.exec_driver_sql("DELETE FROM stat")

    def _stream(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows of a SELECT, without holding all that the database gives at once."""
        if self._connection is None:
            return
        try:
            # The driver's own tuples: wrapping each of them costs more than reading it.
            cursor: Any = self._connection.exec_driver_sql(sql, values).cursor
            while rows := cursor.fetchmany(1000):
                yield from rows
        except exc.OperationalError as error:
            if not self.read_only:  # else: a table that a newer version will add
                raise LogError(f"{self.path}: cannot be read ({error.orig})") from error
        except exc.DatabaseError as error:
            raise Damaged(self.path, error.orig) from error
        except sqlite3.DatabaseError as error:
            raise Damaged(self.path, error) from error

    def _select(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self._stream(sql, *values))

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of any SELECT over the read models."""
        return self._select(sql, *values)

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection.engine.dispose()


def digest(projection: Folded) -> str:
    """One hash of all that a projection knows: equal, byte for byte, for equal states."""
    total = sha256()
    for rows in projection.tables:
        total.update(rows.name.encode())
        for line in sorted(canonical(row) for row in rows):
            total.update(line)
    return total.hexdigest()


def _is_in_the_way(error: exc.DBAPIError) -> bool:
    """Whether the database may well be whole, and only cannot be used now."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _IN_THE_WAY


def _sqlite(url: str) -> Any:
    connection = sqlite3.connect(url, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 10000")
    return connection
