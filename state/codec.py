"""Bytes ↔ events.

The payload is canonical JSON without the kind (that has a column of its own). Old payloads are
lifted by upcasters, from one schema to the next, until they have today's shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from state.events import EVENTS, Event

_encode = msgspec.json.Encoder(order="deterministic").encode
_KINDS: dict[str, type[Event]] = {event.kind: event for event in EVENTS}
_DECODERS: dict[str, Callable[[bytes | str], Any]] = {
    kind: msgspec.json.Decoder(event).decode for kind, event in _KINDS.items()
}

UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""(kind, schema) → a function that gives the payload of schema + 1. Never removed."""


class UnknownEvent(Exception):
    """The log holds an event that this version does not know."""

    def __init__(self, kind: str, schema: int) -> None:
        super().__init__(
            f"the log holds an event {kind!r} (schema {schema}) that this version of cratelog does "
            "not know: it was written by a newer version; update cratelog"
        )


class BadPayload(Exception):
    """A payload cannot be read as its kind says."""


def encode(event: Event) -> str:
    """The payload of an event, as stored."""
    return _encode(event).decode()


def decode(kind: str, schema: int, payload: bytes | str) -> Event:
    """The event of a stored row.

    Raises:
        UnknownEvent: the kind, or a later schema of it, is not known here.
        BadPayload: the payload is damaged.
    """
    event = _KINDS.get(kind)
    if event is None or schema > event.schema:
        raise UnknownEvent(kind, schema)
    try:
        if schema == event.schema:
            found: Event = _DECODERS[kind](payload)
            return found
        body = msgspec.json.decode(payload)
        for number in range(schema, event.schema):
            body = UPCASTERS[kind, number](body)
        return msgspec.convert(body, event)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadPayload(f"{kind}: {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # An upcaster meets what it did not expect, or a schema that never was.
        raise BadPayload(f"{kind}: not what schema {schema} looks like ({error!r})") from error


def canonical(value: object) -> bytes:
    """Any value of ours as canonical JSON: equal values give equal bytes."""
    return _encode(value)
