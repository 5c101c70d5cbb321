"""The token of one's own connection to Notion: in the environment, or kept on this machine."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from adapters.contract import Fatal, NotAuthorised
from adapters.notion.settings import TOKEN
from adapters.secrets import Keyring, Unanswered, there_is_a_keyring, write

ENTRY = "notion"


def path(home: Path) -> Path:
    """Where it is kept if there is no keyring."""
    return home / "secrets" / "notion"


def token(home: Path) -> str:
    """The token that is in force.

    Raises:
        NotAuthorised: there is none.
    """
    if given := os.environ.get(TOKEN, "").strip():
        return given
    with suppress(OSError, UnicodeDecodeError):
        if kept := path(home).read_text("utf-8").strip():
            return kept
    if there_is_a_keyring():
        with suppress(Unanswered):
            if kept := (Keyring().get(_entry(home)) or "").strip():
                return kept
    raise NotAuthorised(
        "there is no token for Notion: make a connection at notion.so/profile/integrations, share "
        f"the page with it, and set {TOKEN} or run sync notion token"
    )


def keep(home: Path, secret: str) -> str:
    """Keep a token; where, in words.

    Raises:
        Fatal: it cannot be kept.
    """
    if there_is_a_keyring():
        with suppress(Unanswered):
            Keyring().set(_entry(home), secret)
            path(home).unlink(missing_ok=True)
            return "the keyring"
    try:
        write(path(home), secret.encode())
    except OSError as error:
        raise Fatal(f"{path(home)}: {error.strerror}") from None
    return str(path(home))


def _entry(home: Path) -> str:
    return f"{ENTRY} {home.absolute()}"
