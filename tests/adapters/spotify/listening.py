"""A source on the sandbox, and a memory that keeps what it tells as the log would."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from adapters.contract import (
    AdapterError,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Unreadable,
)
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Library, Sandbox
from adapters.spotify.client import Client
from adapters.spotify.cursor import Cursor, loaded, saved
from adapters.spotify.quota import Quota
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.source import SpotifySource
from state.events import PlaybackSeen, TrackDelisted
from state.values import PlaylistRef


class Pass:
    """Tokens: the sandbox's own."""

    def __init__(self, spotify: Sandbox) -> None:
        self.spotify = spotify
        self.renewed = 0

    def access(self) -> str:
        return self.spotify.accounts.token()

    def renew(self) -> str:
        self.renewed += 1
        return self.spotify.accounts.token()


@dataclass
class Kept:
    """Rows by playlist, and what was told besides."""

    playlists: dict[PlaylistRef, list[Row]] = field(default_factory=dict)
    names: dict[PlaylistRef, str] = field(default_factory=dict)
    partial: dict[PlaylistRef, bool] = field(default_factory=dict)
    shown: set[PlaylistRef] = field(default_factory=set)
    origin: str = ""
    gone: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        return self.playlists.get(playlist, ())

    def origins(self) -> Collection[str]:
        return {self.origin} - {""}

    def listed(self, origin: str) -> Collection[PlaylistRef]:
        return self.shown

    def take(self, sighting: Sighting) -> None:
        match sighting:
            case SourceListed():
                self.origin = sighting.origin
                self.shown &= {PlaylistRef(ref) for ref in sighting.playlists}
            case TrackDelisted():
                self.gone.add(sighting.ref)
            case PlaylistListed():
                self._list(sighting)

    def _list(self, told: PlaylistListed) -> None:
        ref = told.playlist.ref
        before = self.playlists.get(ref, [])
        mine = {row.track for row in told.rows}
        rest = [row for row in before if row.track not in mine]
        new = list(told.rows)
        if told.complete:
            self.lost += [row.track for row in rest]
            rest = []
        elif not told.from_top:
            known = {row.track for row in before}
            new, rest = rest, [row for row in new if row.track not in known]
            new = [*before]
        self.playlists[ref] = [*new, *rest]
        self.names[ref], self.partial[ref] = told.playlist.name, told.playlist.partial
        self.shown.add(ref)
        self.origin = told.playlist.origin


class Listener:
    """Looks at a sandbox again and again, with what it remembered of the last time."""

    def __init__(
        self, spotify: Sandbox, clock: Clock, *, budget: int = 500, sweep_days: int = 7
    ) -> None:
        self.spotify, self.clock = spotify, clock
        self.settings = SpotifySettings(base_url=spotify.url, sweep_days=sweep_days, budget=budget)
        self.memory = Kept()
        self.cursor, self.history = "", "[]"
        self.unreadable: list[Unreadable] = []
        self.played: list[str] = []
        self.slept: list[float] = []
        self.tokens = Pass(spotify)

    def client(self, timeout: float = 5.0) -> Client:
        quota = Quota(
            self.settings.budget, clock=self.clock, sleep=self._sleep, history=self.history
        )
        return Client(self.settings, self.tokens, quota, timeout=timeout)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def look(self, timeout: float = 5.0) -> AdapterError | None:
        """Look once; what cut it off."""
        client = self.client(timeout)
        cursor: Cursor = loaded(self.cursor)
        source = SpotifySource(self.settings, client, cursor, self.memory)
        self.unreadable, self.played = [], []
        stopped = None
        try:
            for sighting in source.observe():
                self.memory.take(sighting)
                if isinstance(sighting, Unreadable):
                    self.unreadable.append(sighting)
                if isinstance(sighting, PlaybackSeen):
                    self.played.append(sighting.track)
                if isinstance(sighting, SourceListed | PlaylistListed):
                    self.cursor = saved(source.cursor)
        except AdapterError as error:
            stopped = error
        self.cursor, self.history = saved(source.cursor), client.quota.saved()
        client.close()
        return stopped

    def requests(self) -> int:
        """Requests that a look takes."""
        self.spotify.forget()
        assert self.look() is None
        return sum(self.spotify.requests.values())

    def named(self, name: str) -> list[str]:
        """The tracks of a playlist."""
        ref = next(ref for ref, known in self.memory.names.items() if known == name)
        return [row.track for row in self.memory.playlists[ref]]


def truth(library: Library) -> dict[str, list[str]]:
    """What the source should know: name → references, of what may be read and has one."""
    told = {}
    for id in library.listed:
        playlist = library.playlists[id]
        if playlist.belongs_to(library.account.id) and not playlist.withheld:
            told[playlist.name] = [
                row.uri
                for row in playlist.rows
                if library.items.get(row.uri) is not None and ":episode:" not in row.uri
            ]
    told["Liked Songs"] = [
        one.uri for one in library.liked if library.items.get(one.uri) is not None
    ]
    return told
