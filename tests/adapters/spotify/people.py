"""A person with a browser, and a keyring that keeps things in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import keyring
import requests
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from adapters.sandbox.spotify import Sandbox
from adapters.spotify.accounts import SCOPES
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.store import Login, Pair


def settings(spotify: Sandbox, **more: object) -> SpotifySettings:
    """The configuration of somebody who has an app there."""
    told = {
        "client_id": spotify.accounts.client_id,
        "base_url": spotify.url,
        "accounts_url": spotify.root,
    }
    return SpotifySettings.model_validate(told | more)


def agreed(url: str) -> str:
    """What a browser does that need not ask its person: the address that it is sent on to."""
    with requests.Session() as browser:
        browser.trust_env = False
        return browser.get(url, allow_redirects=False, timeout=10).headers["Location"]


def browse(url: str) -> bool:
    """`webbrowser.open`: goes there by itself, and follows where it is sent."""

    def go() -> None:
        with requests.Session() as browser:
            browser.trust_env = False
            browser.get(url, timeout=10)

    Thread(target=go, daemon=True).start()
    return True


def consent(spotify: Sandbox) -> tuple[Login, Pair]:
    """A login as it is after a person agreed just now."""
    now = spotify.clock()
    pair = Pair(spotify.accounts.token(*SCOPES), now + 3600, spotify.accounts.agree(*SCOPES))
    return Login(spotify.accounts.client_id, now, SCOPES), pair


class Memory(KeyringBackend):
    """A keyring that forgets everything at the end, and that may be locked."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _look(self) -> None:
        if self.locked:
            raise KeyringLocked("no")

    def get_password(self, service: str, username: str) -> str | None:
        self._look()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._look()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._look()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


@contextmanager
def using(backend: KeyringBackend) -> Iterator[None]:
    """The system's keyring is this one while the block runs."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        keyring.set_keyring(before)
