"""When each service is asked: on its own interval, and not before it wants to be asked again."""

from __future__ import annotations

from collections.abc import Iterator

from engine import soundcloud, spotify
from engine.config import Config
from engine.library import Library
from engine.watch.picture import Turn

DAY, MINUTE = 86_400, 60_000
"""Seconds; milliseconds."""
CATALOGUES = ("notion", "eagle")
"""Asked by a pass, not by themselves."""


class Turns:
    """The services of a configuration, and when it is their turn. Times are milliseconds."""

    def __init__(self, config: Config) -> None:
        self._minutes: dict[str, int] = {}
        every = config.watch.service_minutes
        if config.spotify is not None:
            self._minutes[spotify.NAME] = max(every, config.spotify.poll_minutes)
        if config.soundcloud is not None:
            self._minutes[soundcloud.NAME] = max(every, config.soundcloud.poll_minutes)
        if config.notion is not None:
            self._minutes["notion"] = every
        if config.eagle is not None:
            self._minutes["eagle"] = every
        self._budgets = {spotify.NAME: config.spotify.budget} if config.spotify else {}
        self._next: dict[str, int] = dict.fromkeys(self._minutes, 0)
        self._asked: dict[str, int] = dict.fromkeys(self._minutes, 0)

    def due(self, now: int) -> list[str]:
        """Those whose turn it is; of a clock that was put back nothing is held to be known."""
        back = {name for name, at in self._asked.items() if at > now + MINUTE}
        return [name for name, at in self._next.items() if at <= now or name in back]

    def asked(self, names: list[str], library: Library) -> None:
        """Their turn is over; the next one is after their interval, or when they are open again."""
        now = library.now()
        self._asked |= dict.fromkeys(names, now)
        self._next |= {name: now + self._minutes[name] * MINUTE for name in names}
        for name in names:
            until, _ = _blocked(library, name)
            self._next[name] = max(self._next[name], until)

    def shown(self, library: Library) -> Iterator[Turn]:
        """For people."""
        for name, at in self._next.items():
            until, why = _blocked(library, name)
            asked = _asked(library) if name == spotify.NAME else 0
            yield Turn(
                name, at, asked, self._budgets.get(name, 0), why if until > library.now() else ""
            )


def _blocked(library: Library, name: str) -> tuple[int, str]:
    rows = library.models.query("SELECT until, why FROM blocked WHERE service = ?", name)
    return rows[0] if rows else (0, "")


def _asked(library: Library) -> int:
    """Requests to Spotify in the last 24 hours."""
    from adapters.spotify.quota import times

    since = library.now() / 1000 - DAY
    return sum(at > since for at in times(library.models.bookmark(spotify.REQUESTS) or "[]"))
