"""The connection to Notion: a client for it, and what goes wrong with it in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.contract import AdapterError, Blocked, NotAuthorised, Transient
from adapters.notion.client import Client
from adapters.notion.settings import NotionSettings
from adapters.notion.tokens import token
from engine import access
from engine.library import Library
from engine.spotify import Known, Turn, block, is_blocked

NAME = "notion"


def connected(library: Library, settings: NotionSettings) -> Client:
    """A client for the library's connection.

    Raises:
        NotAuthorised: there is no token.
    """
    return Client(
        settings,
        token(library.home),
        clock=lambda: library.now() / 1000,
        sleep=lambda seconds: time.sleep(seconds),
    )


def asked(library: Library, settings: NotionSettings, turn: Turn) -> Client | None:
    """A client, if anything may be asked now; else the turn says why not."""
    if is_blocked(library, Known(library, NAME), turn):
        return None
    try:
        return connected(library, settings)
    except NotAuthorised as error:
        turn.refused = error
        turn.waits.append(str(error))
        return None


@contextmanager
def told(library: Library, turn: Turn) -> Iterator[None]:
    """Whatever goes wrong inside is told in the turn, and what has to be known of it in the log."""
    try:
        yield
        access.granted(library, NAME)
    except NotAuthorised as error:
        turn.refused = error
        turn.waits.append(str(error))
        access.expired(library, NAME, error.expired)
    except Blocked as error:
        block(library, NAME, turn, error)
    except Transient as error:
        turn.waits.append(f"Notion: {error}; the next run goes on")
    except AdapterError as error:
        turn.waits.append(str(error))
