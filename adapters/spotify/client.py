"""Requests to Spotify's Web API through spotipy, one at a time, none without the quota's leave.

spotipy by itself sleeps for hours on a 429, and asks at the terminal where a token is missing; with
a session of ours and a token for each call it does neither, and every answer comes through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import spotipy

from adapters.contract import Blocked, Fatal, NotAuthorised, Permanent, Transient, seconds
from adapters.spotify.quota import DAY, Quota
from adapters.spotify.settings import SpotifySettings

Json = dict[str, Any]

PAGE = 50
"""The most rows that a page may have."""
BOTH = ("track", "episode")
"""Without being asked for them, Spotify dresses episodes as tracks."""
PATIENCE = 30.0
"""Seconds: a `Retry-After` up to this is of a full window, and is waited for."""
PAUSE = 1.0
"""Seconds before a request that went wrong on its way is tried once more."""
TIMEOUT = (5.0, 20.0)
"""Seconds: to connect, and between two bytes."""
LOG_IN = "sync login spotify"

# It writes whole answers at ERROR and tokens at DEBUG; what went wrong is told by our own errors.
logging.getLogger("spotipy.client").disabled = True


class Torn(Transient):
    """What was read does not fit together: it was changed meanwhile, or the answers are wrong."""


class Tokens(Protocol):
    """Whoever has a token (`tokens.Tokens`). Both raise NotAuthorised: a person has to log in."""

    def access(self) -> str:
        """One that works."""

    def renew(self) -> str:
        """Another one: the last was refused."""


class Client:
    """The requests that a library needs.

    Every method raises

    - Transient: no answer, or none that can be read; Blocked, `quota.Spent` and Torn are such too
    - Permanent: this one thing is not there, or not to be read
    - Fatal: the app may ask for nothing
    - NotAuthorised: a person has to log in
    """

    def __init__(
        self,
        settings: SpotifySettings,
        tokens: Tokens,
        quota: Quota,
        *,
        timeout: float | tuple[float, float] = TIMEOUT,
    ) -> None:
        self.tokens, self.quota = tokens, quota
        session = requests.Session()
        url = settings.base_url.rstrip("/") + "/"
        if (urlsplit(url).hostname or "") in ("127.0.0.1", "::1", "localhost"):
            session.trust_env = False  # no proxy leads to this machine
        self._spotify = spotipy.Spotify(
            auth="none yet", requests_session=session, requests_timeout=timeout
        )
        self._spotify.prefix = url
        self._session = session

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def me(self) -> Json:
        """The account."""
        return self._asked(self._spotify.me)

    def playlists(self, offset: int) -> Json:
        """A page of the playlists that the account owns or follows."""
        return self._page(self._spotify.current_user_playlists, offset)

    def playlist(self, id: str) -> Json:
        """A playlist with its first 100 rows, if they may be read."""
        return self._asked(self._spotify.playlist, id, additional_types=BOTH)

    def snapshot(self, id: str) -> str:
        """The version of a playlist."""
        found = self._asked(self._spotify.playlist, id, fields="snapshot_id")
        return str(found.get("snapshot_id") or "")

    def items(self, id: str, offset: int) -> Json:
        """A page of a playlist's rows."""
        return self._page(self._spotify.playlist_items, offset, id, additional_types=BOTH)

    def liked(self, offset: int) -> Json:
        """A page of Liked Songs, the newest first."""
        return self._page(self._spotify.current_user_saved_tracks, offset)

    def track(self, id: str) -> Json:
        """One track."""
        return self._asked(self._spotify.track, id)

    def album(self, id: str) -> Json:
        """An album with its first 50 tracks, which lack their ISRC."""
        return self._asked(self._spotify.album, id)

    def album_tracks(self, id: str, offset: int) -> Json:
        """A page of an album's tracks."""
        return self._page(self._spotify.album_tracks, offset, id)

    def playing(self) -> Json | None:
        """What is playing now; None: nothing."""
        found = self._call(self._spotify.currently_playing, additional_types=",".join(BOTH))
        return found if isinstance(found, dict) else None

    # -- one request -----------------------------------------------------------------------------

    def _page(self, ask: Callable[..., Any], offset: int, *args: Any, **words: Any) -> Json:
        """Raises Torn: it is another page, or lacks rows; the next would hide what is missing."""
        found = self._asked(ask, *args, limit=PAGE, offset=offset, **words)
        at, rows, total = found.get("offset"), found.get("items"), found.get("total")
        if isinstance(at, int) and at != offset:
            raise Torn("Spotify answers with another page than was asked for")
        there, most = len(rows) if isinstance(rows, list) else 0, found.get("limit")
        full = most if isinstance(most, int) and 0 < most < PAGE else PAGE
        if isinstance(total, int) and there != max(0, min(full, total - offset)):
            raise Torn("Spotify answers with a page of another length than it should have")
        return found

    def _asked(self, ask: Callable[..., Any], *args: Any, **words: Any) -> Json:
        found = self._call(ask, *args, **words)
        if not isinstance(found, dict):
            raise Transient("Spotify's answer cannot be read")
        return found

    def _call(self, ask: Callable[..., Any], *args: Any, **words: Any) -> Any:
        """Ask; once more after a short pause, or with another token, where that may help."""
        token = self.tokens.access()
        tried: set[str] = set()
        while True:
            self.quota.take()
            self._spotify.set_auth(token)
            try:
                return ask(*args, **words)
            except spotipy.SpotifyException as error:
                status = int(error.http_status)
                if status == 401 and "401" not in tried:
                    tried.add("401")
                    token = self.tokens.renew()
                elif status == 429 and (wait := _wait(error)) <= PATIENCE and "429" not in tried:
                    tried.add("429")
                    self.quota.sleep(wait)
                elif status >= 500 and "5xx" not in tried:
                    tried.add("5xx")
                    self.quota.sleep(PAUSE)
                else:
                    raise self._meaning(error, status) from None
            except requests.Timeout:
                raise Transient("Spotify does not answer in time") from None
            except requests.RequestException as error:
                if "lost" in tried:
                    why = f"the connection to Spotify fails ({type(error).__name__})"
                    raise Transient(why) from None
                tried.add("lost")
                self.quota.sleep(PAUSE)
            except (AttributeError, TypeError, ValueError, LookupError):
                # spotipy takes the body of every error for an object that holds an object.
                raise Transient("Spotify's answer is an error of an unknown shape") from None

    def _meaning(self, error: spotipy.SpotifyException, status: int) -> Exception:
        said = _words(error)
        told = f"Spotify answers {status}" + (f" ({said})" if said else "")
        if status == 429:
            wait = _wait(error)
            return Blocked(_why(error), self.quota.clock() + wait, wait)
        if status >= 500:
            return Transient(told)
        if status == 401:
            return NotAuthorised(f"{told}: {LOG_IN}")
        if status == 403 and "scope" in said.lower():
            return NotAuthorised(f"{told}: the login lacks a permission: {LOG_IN}")
        if status == 403 and ("registered" in said or "premium" in said.lower()):
            return Fatal(f"{told}: see the app at developer.spotify.com/dashboard")
        return Permanent(told)


def _wait(error: spotipy.SpotifyException) -> float:
    """Seconds of a 429."""
    if told := seconds((error.headers or {}).get("Retry-After")):
        return told
    return DAY / 2 if error.reason == "QUOTA_EXCEEDED" else 5.0


def _why(error: spotipy.SpotifyException) -> str:
    if error.reason == "QUOTA_EXCEEDED" or _wait(error) > PATIENCE:
        return "Spotify wants no more requests: the quota of the app's developer is used up"
    return "Spotify wants no more requests: there were too many at once"


def _words(error: spotipy.SpotifyException) -> str:
    """What the service said, as part of one line; pages of HTML say nothing."""
    said = str(error.msg).partition(":\n ")[2].strip()
    if said.startswith("<") or said == "None":
        return ""
    return " ".join(said.split())[:120]
