"""What is remembered between two turns: disposable, and losing it costs one slow look."""

from __future__ import annotations

import msgspec

from adapters.eagle.disk import Cache
from engine.library import Library

NAME = "eagle"
"""The bookmark."""


class Memory(msgspec.Struct):
    """What a turn leaves for the next one."""

    library: str = ""
    left: bool = True
    """It did not do all that there was to do."""
    cache: Cache = Cache()
    """Of the last look at the disk."""


def load(library: Library, named: str) -> Memory:
    """The bookmark; empty if it cannot be read, or is of another library of Eagle."""
    text = library.models.bookmark(NAME)
    try:
        memory = msgspec.json.decode(text, type=Memory) if text else Memory()
    except msgspec.MsgspecError:
        return Memory(named)
    return memory if memory.library == named else Memory(named)


def keep(library: Library, memory: Memory) -> None:
    """Save the bookmark."""
    library.keep({NAME: msgspec.json.encode(memory).decode()})
