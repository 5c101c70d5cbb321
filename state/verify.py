"""Is every row of the log as it was written?"""

from __future__ import annotations

from sqlalchemy import Connection, exc

from state.chain import ZERO, Fault, batch_hash, event_hash
from state.codec import BadPayload, UnknownEvent, decode

_EVENTS = (
    "SELECT position, CAST(type AS BLOB), schema, at, cause, CAST(payload AS BLOB), hash "
    "FROM event WHERE position > ? ORDER BY position"
)
_BATCHES = (
    "SELECT first, last, at, CAST(actor AS BLOB), hash FROM batch WHERE last > ? ORDER BY last"
)
"""Text as bytes: a changed byte may have left something that is no text."""


def verify(connection: Connection) -> Fault | None:
    """Walk the chain from the first row; the first one that does not fit, with what is wrong."""
    try:
        damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if damage != "ok":
            return Fault(0, f"the database file itself is damaged: {' '.join(damage.split())}")
        return _walk(connection, 0)
    except exc.DBAPIError as error:
        return Fault(0, f"the database file itself is damaged: {error.orig}")


def verify_end(connection: Connection) -> Fault | None:
    """Walk the last batch only: what a crash or a bad copy would have hit."""
    try:
        since = connection.exec_driver_sql(
            "SELECT first - 1 FROM batch ORDER BY last DESC LIMIT 1"
        ).scalar()
        return _walk(connection, since or 0)
    except exc.DBAPIError as error:
        return Fault(0, f"the database file itself is damaged: {error.orig}")


def _walk(connection: Connection, since: int) -> Fault | None:
    """The rows behind a batch, or all of them (0)."""
    events = iter(connection.exec_driver_sql(_EVENTS, (since,)))
    previous, expected = ZERO, since + 1
    if since:
        sealed = connection.exec_driver_sql("SELECT hash FROM batch WHERE last = ?", (since,))
        previous = sealed.scalar() or ZERO
    for first, last, at, actor, seal in connection.exec_driver_sql(_BATCHES, (since,)):
        if first != expected or last < first:
            return Fault(
                expected, f"a batch should begin at {expected}, the next one is {first}–{last}"
            )
        for position in range(first, last + 1):
            row = next(events, None)
            if row is None or row[0] != position:
                return Fault(position, f"event {position} is missing")
            _, name, schema, when, cause, payload, stored = row
            kind = name.decode("utf-8", "replace")
            if cause == 0:  # the chain takes it for no cause at all
                return Fault(position, f"event {position}: its cause was changed")
            if when != at:
                return Fault(position, f"event {position}: its time differs from its batch's")
            previous = event_hash(previous, position, kind, schema, when, cause, payload)
            if previous != stored:
                return Fault(position, _differs(position, kind, schema, payload))
        previous = batch_hash(previous, first, last, at, actor.decode("utf-8", "replace"))
        if previous != seal:
            return Fault(last, f"batch {first}–{last}: its first, time, actor or hash was changed")
        expected = last + 1
    extra = next(events, None)
    return Fault(extra[0], f"event {extra[0]} belongs to no batch") if extra else None


def _differs(position: int, kind: str, schema: int, payload: bytes) -> str:
    """What can be said about a row whose hash is wrong."""
    try:
        decode(kind, schema, payload)
    except (BadPayload, UnknownEvent) as error:
        return f"event {position}: its type, schema or payload was changed ({error})"
    return (
        f"event {position} ({kind}): its payload, type, schema, time, cause or hash was changed "
        f"after it was written"
    )
