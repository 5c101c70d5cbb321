"""The tables of `log.db`.

`position` is the only maintained key (a secondary index on a random key costs twelve times the bare
table); `event_cause` is monotone and free. What can be folded (streams, versions, heads) is not
stored.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field, MetaData, SQLModel

LOG_FORMAT = 1
"""`PRAGMA user_version` of log.db."""

APPLICATION_ID = 0x63726C67
"""`crlg`"""


class LogTable(SQLModel):
    """Base of the tables of log.db; a metadata of their own keeps them apart from read models."""

    metadata = MetaData()


class EventRow(LogTable, table=True):
    """One event."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("length(hash) = 32"),
        Index("event_cause", "cause", unique=True, sqlite_where=text("cause IS NOT NULL")),
        {"sqlite_strict": True},
    )
    position: int = Field(primary_key=True, sa_type=Integer)
    type: str = Field(sa_type=Text)
    schema_: int = Field(sa_type=Integer, sa_column_kwargs={"name": "schema"})
    at: int = Field(sa_type=Integer)
    cause: int | None = Field(default=None, sa_type=Integer)
    payload: str = Field(sa_type=Text)
    hash: bytes = Field(sa_type=LargeBinary)


class BatchRow(LogTable, table=True):
    """One commit and who made it. Its hash seals the events; the next batch goes on from it."""

    __tablename__ = "batch"
    __table_args__ = (CheckConstraint("length(hash) = 32"), {"sqlite_strict": True})
    last: int = Field(primary_key=True, sa_type=Integer)
    first: int = Field(sa_type=Integer)
    at: int = Field(sa_type=Integer)
    actor: str = Field(sa_type=Text)
    hash: bytes = Field(sa_type=LargeBinary)


TRIGGERS = tuple(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    for table in ("event", "batch")
    for verb in ("UPDATE", "DELETE")
)

INSERT_EVENT = (
    "INSERT INTO event (position, type, schema, at, cause, payload, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
INSERT_BATCH = "INSERT INTO batch (last, first, at, actor, hash) VALUES (?, ?, ?, ?, ?)"
