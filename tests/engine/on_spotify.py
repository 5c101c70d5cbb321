"""A library that is logged in to the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from adapters.spotify.accounts import SCOPES
from adapters.spotify.store import Login, Pair, Store
from engine.config import load
from engine.library import Library
from engine.reconcile import Reconciler
from engine.report import Report
from tests.crate import Crate


@dataclass
class Home:
    """A library, a sandbox, and one clock for both."""

    crate: Crate
    spotify: Sandbox
    clock: Clock

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self.clock() * 1000)

    def configure(self, settings: str = "", *, csv: bool = False) -> None:
        """`[spotify]` with these lines added; the usual folders."""
        crate = self.crate
        folder = f'[csv]\nfolders = ["{crate.csv}"]\n' if csv else ""
        crate.configure(
            f'{folder}[files]\nfolders = ["{crate.files}"]\n'
            f'[targets.playlists]\nroot = "{crate.root}"\n'
            f'[spotify]\nclient_id = "{self.spotify.accounts.client_id}"\n'
            f'base_url = "{self.spotify.url}"\naccounts_url = "{self.spotify.root}"\n{settings}\n'
        )

    def log_in(self) -> None:
        """Consent of just now."""
        accounts = self.spotify.accounts
        login = Login(accounts.client_id, self.clock(), SCOPES)
        pair = Pair(accounts.token(), self.clock() + 3600, accounts.agree())
        store = Store(self.crate.home)
        with store.alone():
            store.keep_new(login, pair)

    def run(self, only: tuple[str, ...] = (), allowed: int = 0) -> Report:
        """A reconcile."""
        library = Library(self.crate.home, "test", now=self.now)
        try:
            with library.effects():
                config = load(self.crate.home / "config.toml")
                return Reconciler(library, config, only=only, allowed=allowed).run()
        finally:
            library.close()

    def requests(self) -> int:
        """Requests of a reconcile, without those for tokens."""
        self.spotify.forget()
        self.run()
        counts = self.spotify.requests
        return sum(number for name, number in counts.items() if "token" not in name)

    def playlists(self) -> dict[str, list[str]]:
        """Name → tracks in order, as the log has them; only of live playlists that are listed."""
        library = Library(self.crate.home, "look", read_only=True)
        try:
            known = library.state.library
            return {
                row.name: [member.track for member in known.ordered(row.ref)]
                for row in known.playlists
                if row.source == "spotify" and row.listed
            }
        finally:
            library.close()


def home(crate: Crate, spotify: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Logged in and configured; nobody sleeps."""
    monkeypatch.setattr("time.sleep", clock.advance)
    made = Home(crate, spotify, clock)
    made.configure()
    made.log_in()
    return made
