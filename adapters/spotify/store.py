"""The login to Spotify that is kept on this machine.

`secrets/spotify.json` in the library's folder says whose it is and how old; the tokens lie in the
system's keyring where there is one, else in the same file. Nothing of it is ever an event.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from adapters.contract import Fatal, NotAuthorised, Transient
from adapters.secrets import Keyring, Unanswered, remove, there_is_a_keyring, write
from state.locks import Locked, lock

LOG_IN = "sync login spotify"
LIVES = 6
"""Months from a person's consent until its refresh token dies, however often it is used."""
PATIENCE = 120.0
"""Seconds for a keyring to answer while a person is there."""


class Pair(msgspec.Struct, frozen=True):
    """The tokens."""

    access: str
    until: float
    """Seconds since 1970: the access token works so long."""
    refresh: str

    def __repr__(self) -> str:
        return "Pair(…)"  # never in a message or a traceback


class Login(msgspec.Struct, frozen=True):
    """A person's consent, and where its tokens are."""

    client_id: str
    authorized_at: float
    """Seconds since 1970."""
    scopes: tuple[str, ...]
    entry: str = ""
    """In the keyring; empty: the tokens are in `pair`."""
    pair: Pair | None = None
    dead: str = ""
    """Spotify's word, when it did not honour the login any more. Its tokens are kept to be looked
    at: such answers were wrong before, when its servers were down."""

    @property
    def good_until(self) -> float:
        """Seconds since 1970: six months, by the calendar, after the consent."""
        day = datetime.fromtimestamp(self.authorized_at, UTC)
        years, month = divmod(day.month - 1 + LIVES, 12)
        for last in range(day.day, 0, -1):
            try:
                return day.replace(year=day.year + years, month=month + 1, day=last).timestamp()
            except ValueError:
                continue  # 31 August, and there is no 31 February
        raise AssertionError("every month has a first day")


class Store:
    """The kept login of one library.

    Args:
        home: the library's folder.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "secrets" / "spotify.json"

    def read(self) -> Login | None:
        """The login, dead or alive; None: nobody has logged in. Asks no keyring.

        Raises:
            NotAuthorised: the file cannot be read.
        """
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Login)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotAuthorised(f"{self.path}: {error.strerror}; or {LOG_IN}") from None
        except msgspec.MsgspecError:
            raise NotAuthorised(f"{self.path}: is damaged: {LOG_IN}") from None

    def pair(self, login: Login) -> Pair:
        """The tokens of a login.

        Raises:
            NotAuthorised: they cannot be had.
        """
        if login.pair is not None:
            return login.pair
        try:
            kept = Keyring().get(login.entry)
        except Unanswered as error:
            raise NotAuthorised(
                f"the login to Spotify lies in the keyring, which {error}; unlock it, or {LOG_IN}"
            ) from None
        except ImportError:
            kept = None
        try:
            return msgspec.json.decode(kept or "", type=Pair)
        except msgspec.MsgspecError:
            raise NotAuthorised(f"the keyring has lost the login to Spotify: {LOG_IN}") from None

    def keep(self, login: Login, pair: Pair) -> Login:
        """Keep new tokens of a login where the old ones are. The caller holds the lock.

        Raises:
            Fatal: they cannot be kept; the old ones are still there.
        """
        if login.entry:
            self._in_keyring(login.entry, pair)
            return login
        return self._written(msgspec.structs.replace(login, pair=pair))

    def keep_new(self, login: Login, pair: Pair) -> Login:
        """Keep a new login, in the keyring if there is one, in place of any other.

        The caller holds the lock. Raises Fatal: it cannot be kept; the old one is still there.
        """
        try:
            before = self.read()
        except NotAuthorised:
            before = None
        kept = msgspec.structs.replace(login, pair=pair)
        if there_is_a_keyring():
            entry = f"spotify {uuid.uuid4().hex[:12]}"
            try:
                self._in_keyring(entry, pair, PATIENCE)
            except Fatal:
                pass  # a keyring that is locked for good: the file will do
            else:
                kept = msgspec.structs.replace(login, entry=entry)
        self._written(kept)
        if before is not None and before.entry:
            self._forget(before.entry)
        return kept

    def keep_dead(self, login: Login, why: str) -> Login:
        """Note that Spotify does not honour the login any more. The caller holds the lock."""
        dead = msgspec.structs.replace(login, dead=why)
        with suppress(Fatal):  # on a full disk it is asked, and refused, again
            self._written(dead)
        return dead

    def forget(self) -> bool:
        """Forget the login; whether there was one. The caller holds the lock.

        Raises:
            Fatal: the keyring does not let go of it.
        """
        try:
            login = self.read()
        except NotAuthorised:
            login = None
        there = self.path.exists()
        if login is not None and login.entry and not self._forget(login.entry):
            raise Fatal(f"the keyring does not let go of {login.entry!r}; unlock it and try again")
        remove(self.path)
        return there

    @contextmanager
    def alone(self, wait: float = 30.0) -> Iterator[None]:
        """Keep other processes out: two that renew at once could invalidate each other's tokens.

        Raises:
            Transient: another one does not come to an end.
        """
        with ExitStack() as stack:
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file = self.path.with_suffix(".lock")
                stack.enter_context(lock(file, "renewing the login to Spotify", wait))
            except Locked:
                raise Transient("another process is renewing the login to Spotify", wait) from None
            except OSError as error:
                raise Fatal(f"{error.filename or self.path.parent}: {error.strerror}") from None
            yield

    def open_to_others(self) -> bool:
        """Whether others on this machine may read the file."""
        try:
            return bool(self.path.stat().st_mode & 0o077) and os.name == "posix"
        except OSError:
            return False

    def _written(self, login: Login) -> Login:
        try:
            write(self.path, msgspec.json.format(msgspec.json.encode(login)) + b"\n")
        except OSError as error:
            raise Fatal(f"{self.path}: the login cannot be kept: {error.strerror}") from None
        return login

    def _in_keyring(self, entry: str, pair: Pair, *patience: float) -> None:
        try:
            Keyring(*patience).set(entry, msgspec.json.encode(pair).decode())
        except (Unanswered, ImportError) as error:
            raise Fatal(f"the login to Spotify cannot be kept: the keyring {error}") from None

    def _forget(self, entry: str) -> bool:
        try:
            Keyring(PATIENCE).delete(entry)
        except (Unanswered, ImportError):
            return False
        return True
