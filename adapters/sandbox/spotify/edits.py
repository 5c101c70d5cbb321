"""What a person does in the app: calls of the sandbox for tests and demos.

A track is named by its id or URI, a playlist by its id, URI or its name, if only one has it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from adapters.sandbox.spotify.library import (
    Library,
    Liked,
    Playlist,
    Row,
    Track,
    User,
    an_id,
    iso,
)
from adapters.sandbox.spotify.player import Played, Playing

CALLS = (
    "add",
    "create_playlist",
    "delete_playlist",
    "follow",
    "like",
    "pause",
    "play",
    "relink",
    "remove",
    "rename",
    "reorder",
    "restrict",
    "retitle",
    "stop_playing",
    "unlike",
    "vanish",
    "withhold",
)


class Edits:
    """A library that changes. All calls raise LookupError for what is not there."""

    library: Library
    lock: threading.RLock
    playing: Playing | None
    history: list[Played]
    _made: int = 0

    def clock(self) -> float:
        """Seconds since 1970."""
        raise NotImplementedError

    def find_track(self, track: str) -> Track:
        uri = track if ":" in track else f"spotify:track:{track}"
        if found := self.library.track(uri):
            return found
        raise LookupError(f"no track {track!r}")

    def find_playlist(self, playlist: str) -> Playlist:
        known = self.library.playlists
        if found := known.get(playlist.rpartition(":")[2]):
            return found
        named = [one for one in known.values() if one.name == playlist]
        if len(named) != 1:
            raise LookupError(f"{len(named) or 'no'} playlists are called {playlist!r}")
        return named[0]

    # ---- liked songs -------------------------------------------------------------------------

    def like(self, track: str, *, at: str | None = None) -> None:
        """`at` is an ISO time; the newest like comes first, whatever its time."""
        with self.lock:
            self.library.like([self.find_track(track).uri], at or iso(self.clock()))

    def unlike(self, track: str) -> None:
        with self.lock:
            uri = self.find_track(track).uri
            self.library.liked = [one for one in self.library.liked if one.uri != uri]

    # ---- playlists ---------------------------------------------------------------------------

    def create_playlist(
        self,
        name: str,
        tracks: Sequence[str] = (),
        *,
        owner: str | None = None,
        public: bool = True,
        collaborative: bool = False,
        description: str = "",
    ) -> str:
        """A playlist, on top of the person's list; its id."""
        with self.lock:
            self._made += 1
            made = Playlist(
                an_id(f"playlist {self._made} {name}"),
                name,
                self._user(owner),
                description=description,
                public=public,
                collaborative=collaborative,
            )
            self.library.put_playlist(made, listed=False)
            self.library.listed.insert(0, made.id)
            for track in tracks:
                self.add(made.id, track, by=made.owner.id)
            return made.id

    def _user(self, name: str | None) -> User:
        if name is None:
            return self.library.account
        return self.library.users.setdefault(name, User(name, name))

    def delete_playlist(self, playlist: str) -> None:
        """To delete one is to follow it no longer: it is not listed, but still there."""
        with self.lock:
            found = self.find_playlist(playlist)
            if found.id not in self.library.listed:
                raise LookupError(f"{playlist!r} is not listed")
            self.library.listed.remove(found.id)

    def follow(self, playlist: str) -> None:
        with self.lock:
            found = self.find_playlist(playlist)
            if found.id not in self.library.listed:
                self.library.listed.insert(0, found.id)

    def rename(self, playlist: str, name: str) -> None:
        with self.lock:
            found = self.find_playlist(playlist)
            found.name = name
            found.revision += 1

    def add(
        self,
        playlist: str,
        track: str,
        *,
        at: str | None = None,
        by: str | None = None,
        position: int | None = None,
    ) -> None:
        """A row at the end, or at a position from 0. `track` may be any URI that is known."""
        with self.lock:
            found = self.find_playlist(playlist)
            uri = track if track in self.library.items else self.find_track(track).uri
            where = len(found.rows) if position is None else position
            who = by or self.library.account.id
            found.rows.insert(where, Row(uri, at or iso(self.clock()), who))
            found.revision += 1

    def remove(self, playlist: str, track: str, *, position: int | None = None) -> None:
        """All rows of a track, or the one at a position."""
        with self.lock:
            found = self.find_playlist(playlist)
            uri = track if ":" in track else f"spotify:track:{track}"
            left = [
                row
                for place, row in enumerate(found.rows)
                if row.uri != uri or (position is not None and place != position)
            ]
            if len(left) == len(found.rows):
                raise LookupError(f"{track!r} is not on {playlist!r}")
            found.rows = left
            found.revision += 1

    def reorder(self, playlist: str, start: int, before: int, length: int = 1) -> None:
        """Move rows from `start` so that they come before the row that is at `before` now."""
        with self.lock:
            found = self.find_playlist(playlist)
            moved(found.rows, start, before, length)
            found.revision += 1

    def withhold(self, playlist: str, withheld: bool = True) -> None:
        """Make it one of those that the service does not show: null in lists, 404 by itself."""
        with self.lock:
            self.find_playlist(playlist).withheld = withheld

    # ---- what happens to tracks --------------------------------------------------------------

    def retitle(self, track: str, name: str) -> None:
        with self.lock:
            self.library.put(replace(self.find_track(track), name=name))

    def relink(self, track: str, to: str | None = None) -> str:
        """Play another track in its place (a new one, if none is named); its id."""
        with self.lock:
            found = self.find_track(track)
            if to is None:
                other = replace(found, id=an_id(f"instead of {found.id}"))
                self.library.put(other)
            else:
                other = self.find_track(to)
            self.library.relinked[found.uri] = other.uri
            return other.id

    def restrict(self, track: str, reason: str = "market") -> None:
        """It cannot be played: `market`, `product`, `explicit`; nothing lifts that."""
        with self.lock:
            self.library.put(replace(self.find_track(track), restriction=reason))

    def vanish(self, track: str) -> None:
        """The service forgets it: rows keep their place with null in it, by itself it is 404."""
        with self.lock:
            self.library.items[self.find_track(track).uri] = None

    # ---- the player --------------------------------------------------------------------------

    def play(self, track: str = "", context: str = "", *, progress: float = 0.0) -> None:
        """Play something, `progress` seconds into it. No track: an advertisement.

        Args:
            context: what it is played from: a URI, a playlist's name, or `liked`.
        """
        with self.lock:
            uri = track
            if track and track not in self.library.items:
                uri = self.find_track(track).uri
            if context == "liked":
                context = f"spotify:user:{self.library.account.id}:collection"
            elif context and ":" not in context:
                context = self.find_playlist(context).uri
            self._heard()
            self.playing = Playing(uri, context, self.clock(), progress)

    def pause(self) -> None:
        """What plays stays where it is."""
        with self.lock:
            if self.playing is not None and self.playing.playing:
                self.playing.progress = self.playing.at(self.clock())
                self.playing.since, self.playing.playing = self.clock(), False

    def stop_playing(self) -> None:
        """Nothing plays any more, and no device is there."""
        with self.lock:
            self._heard()
            self.playing = None

    def _heard(self) -> None:
        if self.playing is not None and self.library.track(self.playing.uri):
            self.history.append(Played(self.playing.uri, self.playing.context, self.clock()))

    # ---- behind a reader's back --------------------------------------------------------------

    def shift(self, playlist: str) -> None:
        """Move the first row to the end: whoever is reading pages misses one row and has another
        twice, and the count is right."""
        found = self.find_playlist(playlist)
        if found.rows:
            moved(found.rows, 0, len(found.rows), 1)
            found.revision += 1

    def shift_liked(self) -> None:
        """The oldest liked song is liked anew."""
        if self.library.liked:
            oldest = self.library.liked.pop()
            self.library.liked.insert(0, Liked(oldest.uri, iso(self.clock())))


def moved(rows: list[Row], start: int, before: int, length: int) -> None:
    """Raises LookupError: out of bounds."""
    end = start + length
    if not (
        0 <= start < len(rows) and 0 <= before <= len(rows) and length > 0 and end <= len(rows)
    ):
        raise LookupError("Index out of bounds.")
    if start <= before <= end:
        return
    block = rows[start:end]
    del rows[start:end]
    place = before if before < start else before - length
    rows[place:place] = block
