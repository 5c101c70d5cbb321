"""A turn of Spotify: look, tell the log what is news, and remember where the look was.

An idle poll loads no state: what the log knows is asked of the saved read models by SQL.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from adapters.contract import (
    AdapterError,
    Blocked,
    NotAuthorised,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Transient,
    Unreadable,
)
from adapters.spotify.settings import SpotifySettings
from engine import access
from engine.library import Library
from engine.ports import Progress, quiet
from engine.when import local
from engine.witness import news
from state.events import PlaylistNoLongerListed, ServiceBlocked
from state.values import PlaylistRef, Ref

if TYPE_CHECKING:
    from adapters.spotify.source import SpotifySource

What = Callable[["SpotifySource"], Iterable[Sighting]]
"""What is asked of a source."""

NAME = "spotify"
CURSOR, REQUESTS = "spotify", "spotify requests"
"""Bookmarks: where the last look was, and when requests were made."""

_ROWS = "SELECT track, added_at, added_by FROM member WHERE playlist = ? ORDER BY rank, member"
_ORIGINS = "SELECT DISTINCT origin FROM playlist WHERE source = ?"
_LISTED = "SELECT ref FROM playlist WHERE source = ? AND origin = ? AND listed"
_REFUSED = "SELECT ref FROM playlist_refused WHERE source = ? AND origin = ?"
_BLOCKED = "SELECT until, why FROM blocked WHERE service = ?"


class Turn(msgspec.Struct):
    """What came of it, in lines for people."""

    unreadable: list[Unreadable] = []
    waits: list[str] = []
    """What was not looked at, why, and until when."""
    notes: list[str] = []
    refused: NotAuthorised | None = None
    """A person has to log in."""


class Known:
    """What the log knows of a service (`adapters.spotify.cursor.Memory`)."""

    def __init__(self, library: Library, name: str = NAME) -> None:
        self.library, self.name = library, name

    @property
    def _saved(self) -> bool:
        return self.library.saved_at_head() is not None

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        """The rows of a playlist, in order."""
        if self._saved:
            found = self.library.models.query(_ROWS, playlist)
            return [Row(Ref(track), at, by) for track, at, by in found]
        members = self.library.state.library.ordered(playlist)
        return [Row(row.track, row.added_at, row.added_by) for row in members]

    def origins(self) -> Collection[str]:
        """Accounts that playlists are known of."""
        if self._saved:
            return {origin for (origin,) in self.library.models.query(_ORIGINS, self.name)}
        rows = self.library.state.library.playlists
        return {row.origin for row in rows if row.source == self.name}

    def listed(self, origin: str) -> Collection[PlaylistRef]:
        """Playlists of an account that are listed as far as is known."""
        if self._saved:
            found = self.library.models.query(_LISTED, self.name, origin)
            return {PlaylistRef(ref) for (ref,) in found}
        rows = self.library.state.library.playlists
        return {
            row.ref
            for row in rows
            if row.listed and (row.source, row.origin) == (self.name, origin)
        }

    def refused(self, origin: str) -> Collection[PlaylistRef]:
        """Playlists of an account that may not be read as far as is known."""
        if self._saved:
            found = self.library.models.query(_REFUSED, self.name, origin)
            return {PlaylistRef(ref) for (ref,) in found}
        rows = self.library.state.services.refused
        return {row.ref for row in rows if (row.source, row.origin) == (self.name, origin)}

    def blocked(self) -> tuple[int, str] | None:
        """Until when (milliseconds since 1970) no requests are wanted, and why."""
        if self._saved:
            found = self.library.models.query(_BLOCKED, self.name)
            return found[0] if found else None
        row = self.library.state.services.blocked.get(self.name)
        return (row.until, row.why) if row is not None else None


def look(library: Library, settings: SpotifySettings, progress: Progress = quiet) -> Turn:
    """Look at Spotify, as far as it may be asked now. The caller holds the effects lock.

    Whatever goes wrong is told in the turn, and nothing of what was known is lost by it.
    """
    turn, known = Turn(), Known(library)
    if is_blocked(library, known, turn):
        return turn
    # Heavy, and of no use to a library without Spotify.
    from adapters.spotify.cursor import loaded

    cursor = loaded(library.models.bookmark(CURSOR))
    # A look in the future was made by a clock that has been put back since.
    soon = 0 <= library.now() / 1000 - cursor.polled < 60 * settings.poll_minutes
    if not soon or cursor.waiting:
        _Look(library, settings, progress, turn, known).run()
    return turn


def ask(library: Library, settings: SpotifySettings, what: What) -> Turn:
    """Ask Spotify for one thing. Otherwise as `look`."""
    turn, known = Turn(), Known(library)
    if not is_blocked(library, known, turn):
        _Look(library, settings, quiet, turn, known).run(what)
    return turn


def is_blocked(library: Library, known: Known, turn: Turn) -> bool:
    """Whether a service wants no requests now; the turn says until when."""
    blocked = known.blocked()
    if blocked is None or blocked[0] <= library.now():
        return False
    turn.waits.append(f"{blocked[1]}; nothing is asked until {local(blocked[0])}")
    return True


def block(library: Library, name: str, turn: Turn, error: Blocked) -> None:
    """Remember that a service wants no more requests for a while."""
    until = int(error.until * 1000)
    turn.waits.append(f"{error}; nothing is asked until {local(until)}")
    library.append([ServiceBlocked(name, until, str(error))])


class _Look:
    def __init__(
        self,
        library: Library,
        settings: SpotifySettings,
        progress: Progress,
        turn: Turn,
        known: Known,
    ) -> None:
        from adapters.spotify.client import Client
        from adapters.spotify.cursor import loaded
        from adapters.spotify.quota import Quota
        from adapters.spotify.source import SpotifySource
        from adapters.spotify.tokens import Tokens

        self.library, self.turn, self.known = library, turn, known
        models = library.models
        history = models.bookmark(REQUESTS)
        if history is None and not known.origins() and known.blocked() is None:
            history = "[]"  # it was never asked anything
        self.tokens = Tokens(settings, library.home, now=self.clock)
        self.quota = Quota(
            settings.budget,
            clock=self.clock,
            sleep=lambda seconds: time.sleep(seconds),
            history=history,
        )
        self.client = Client(settings, self.tokens, self.quota)
        self.source = SpotifySource(
            settings,
            self.client,
            loaded(models.bookmark(CURSOR)),
            known,
            progress=lambda done, total: progress("reading Spotify", done, total),
        )

    def clock(self) -> float:
        """Seconds since 1970."""
        return self.library.now() / 1000

    def run(self, what: What = lambda source: source.observe()) -> None:
        """Look until the end, or until something is in the way."""
        try:
            login = self.tokens.store.read()
            self.source.consent = str(login.authorized_at) if login is not None else ""
            part: list[Sighting] = []
            for sighting in what(self.source):
                part.append(sighting)
                if isinstance(sighting, PlaylistListed | SourceListed):
                    self._tell(part)
                    part = []
            self._tell(part)
            access.granted(self.library, NAME)
        except NotAuthorised as error:
            self.turn.refused = error
            self.turn.waits.append(str(error))
            access.expired(self.library, NAME, error.expired)
        except Blocked as error:
            block(self.library, NAME, self.turn, error)
        except Transient as error:
            self._later(error)
        except AdapterError as error:
            self.turn.unreadable.append(Unreadable("Spotify", str(error)))
        finally:
            self._remember()
            self.client.close()

    def _later(self, error: Transient) -> None:
        """Part of the look waits for a later run."""
        if not error.retry_after:
            self.turn.unreadable.append(Unreadable("Spotify", f"{error}; the next run goes on"))
            return
        waiting = self.source.cursor.waiting
        lists = f"; {waiting} playlist{'s' if waiting > 1 else ''} wait" if waiting else ""
        when = local(self.library.now() + int(error.retry_after * 1000))
        self.turn.waits.append(f"Spotify: {error}{lists}; the next is possible at {when}")

    def _tell(self, part: list[Sighting]) -> None:
        self.turn.unreadable += [seen for seen in part if isinstance(seen, Unreadable)]
        if all(self._is_old(seen) for seen in part):
            return
        told = self.library.decide(lambda state: news(state, part))
        rows = self.library.state.library.playlists
        for each in told:
            if isinstance(each.event, PlaylistNoLongerListed):
                row = rows.get(each.event.ref)
                name = row.name if row is not None else each.event.ref
                self.turn.notes.append(
                    f"Spotify does not list {name!r} any more: its files stay where they are"
                )
        self.library.save(bookmarks=self._bookmarks())

    def _is_old(self, seen: Sighting) -> bool:
        """Whether a sighting can be no news; found out without loading the state."""
        if isinstance(seen, SourceListed):
            known = {*self.known.listed(seen.origin), *self.known.refused(seen.origin)}
            return known <= seen.playlists
        return isinstance(seen, Unreadable)

    def _remember(self) -> None:
        self.library.keep(self._bookmarks())

    def _bookmarks(self) -> dict[str, str | None]:
        from adapters.spotify.cursor import saved

        return {CURSOR: saved(self.source.cursor), REQUESTS: self.quota.saved()}
