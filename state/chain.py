"""The SHA-256 chain over the rows of the log."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

ZERO = bytes(32)
"""Where the chain begins."""


class Fault(NamedTuple):
    """What `verify` found wrong."""

    position: int
    what: str


def event_hash(
    previous: bytes,
    position: int,
    kind: str,
    schema: int,
    at: int,
    cause: int | None,
    payload: bytes,
) -> bytes:
    """The chain over one event. The payload goes in by its digest."""
    head = b"%d|%d|%d|%d|%d|" % (position, at, schema, cause or 0, len(kind))
    return sha256(previous + head + kind.encode() + sha256(payload).digest()).digest()


def batch_hash(previous: bytes, first: int, last: int, at: int, actor: str) -> bytes:
    """The seal of one batch."""
    name = actor.encode()
    return sha256(previous + b"batch|%d|%d|%d|%d|" % (first, last, at, len(name)) + name).digest()
