"""What is remembered between two looks: disposable, and losing it costs one slow look."""

from __future__ import annotations

import msgspec

from adapters.notion.fitting import Property
from engine.library import Library
from engine.notion.claims import Stray
from projections.notion import DatabaseRow

NAME = "notion"
"""The bookmark."""


class Look(msgspec.Struct):
    """The last look at a data source."""

    fields: dict[str, Property] = {}
    """The properties as they were at the last look."""
    known: dict[str, str] = {}
    """Field → property id, as the log had it then."""
    stale: bool = False
    """The schema is not what it was: it has to be read."""
    newest: str = ""
    """The last edit that was seen."""
    at: float = 0.0
    """When the last look began, seconds since 1970."""
    whole: float = 0.0
    """When all pages were read, seconds since 1970; 0: never."""
    recent: dict[str, str] = {}
    """Page → what it said, of those that the next look meets again."""
    strays: dict[str, Stray] = {}
    written: list[str] = []
    """Pages that left the library and say something where we never read."""
    before: list[str] | None = None
    """Pages made in the minute in which the data source was first bound that were there before."""


class Memory(msgspec.Struct):
    """All data sources."""

    looks: dict[str, Look] = {}
    position: int = 0
    """Of the log then, and its hash: what was seen beyond a log that was restored is forgotten."""
    hash: str = ""
    left: bool = False
    """The last turn wrote, or did not do all that there was to do: what pages say now was not
    read."""


def properties(row: DatabaseRow) -> dict[str, Property]:
    """The properties of a database as the log has them: without their names."""
    return {
        field: Property(an_id, row.types[field], field)
        for field, an_id in row.properties.items()
        if field in row.types
    }


def load(library: Library) -> Memory:
    """The bookmark; empty if it cannot be read, or is of another log."""
    text = library.models.bookmark(NAME)
    try:
        memory = msgspec.json.decode(text, type=Memory) if text else Memory()
    except msgspec.MsgspecError:
        return Memory()
    digest = library.log.hash_at(memory.position)
    return memory if digest is not None and digest.hex() == memory.hash else Memory()


def keep(library: Library, memory: Memory) -> None:
    """Save the bookmark, as of the log's head."""
    head = library.log.head()
    memory.position, memory.hash = head.position, head.hash.hex()
    library.keep({NAME: msgspec.json.encode(memory).decode()})
