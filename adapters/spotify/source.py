"""Spotify as a source: playlists, their rows, Liked Songs; what has not changed is not asked for.

One request for every 50 playlists tells the version (`snapshot_id`) of each; only those with
another one than was read last are read. Liked Songs have no version: the newest are read until
known, and all of them where the counts disagree or after a long while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from adapters.contract import (
    Permanent,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Transient,
    Unreadable,
)
from adapters.spotify import liked, reading, rows
from adapters.spotify.client import Client, Json, Torn
from adapters.spotify.cursor import Cursor, Memory, Nothing, Read
from adapters.spotify.quota import DAY
from adapters.spotify.settings import SpotifySettings
from state.events import PlaybackSeen, PlaylistRefused, PlaylistSeen
from state.values import PlaylistRef, Ref

TRIES = 2
WHERE = "Spotify"


class SpotifySource:
    """A `Source` over one account.

    Args:
        cursor: what an earlier look left; changed while looking. Once a `PlaylistListed` or a
            `SourceListed` was told, it may be kept as it is then.
        memory: what the log knows.
        consent: names the login; under another one the account is asked for anew.
        progress: playlists done, and how many there are to do.
    """

    name = rows.SOURCE

    def __init__(
        self,
        settings: SpotifySettings,
        client: Client,
        cursor: Cursor | None = None,
        memory: Memory | None = None,
        *,
        consent: str = "",
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.settings, self.client = settings, client
        self.cursor = cursor if cursor is not None else Cursor()
        self._memory: Memory = memory or Nothing()
        self.consent, self._progress = consent, progress

    @property
    def _stale(self) -> float:
        return self.client.quota.clock() - self.settings.sweep_days * DAY

    def observe(self) -> Iterator[Sighting]:
        """What is news since the cursor; `Unreadable` for what could not be had.

        Raises:
            AdapterError: the look was cut off; what came before it stands, and the next one goes on
                where this one was.
        """
        cursor = self.cursor
        self._who()
        listed = self._listed()
        yield self._closed(listed)
        todo = [one for one in listed if one and not self._ready(one)]
        for number, one in enumerate(todo):
            cursor.waiting = len(todo) - number + self.settings.liked
            self._progress(number, len(todo))
            yield from self._playlist(one)
        cursor.waiting = int(self.settings.liked)
        if self.settings.liked:
            yield from self._liked()
        cursor.waiting, cursor.polled = 0, self.client.quota.clock()
        if self.settings.playing:
            yield from self._now()

    # -- the account -----------------------------------------------------------------------------

    def _who(self) -> None:
        """Whose library it is; asked again only after another login."""
        cursor = self.cursor
        if cursor.origin and cursor.consent == self.consent:
            return
        me = self.client.me()
        user, account = rows.line(me.get("id")), rows.line(me.get("account_id"))
        if not user:
            raise Transient("Spotify's answer does not say whose account it is")
        # What was once known under the id stays under it: `account_id` is from May 2026.
        origin = user if not account or user in self._memory.origins() else account
        if not account and cursor.user == user:
            origin = cursor.origin or user  # an answer may lack what an earlier one had
        if cursor.origin not in ("", origin):
            self.cursor = cursor = Cursor()
        cursor.origin, cursor.user, cursor.consent = origin, user, self.consent

    # -- the list of playlists -------------------------------------------------------------------

    def _listed(self) -> list[Json | None]:
        """All of them, own and followed; None for those that the service keeps to itself."""
        for _ in range(TRIES):
            found: list[Json | None] = []
            total: object = -1
            while True:
                try:
                    page = self.client.playlists(len(found))
                except Torn:
                    break
                items, total = page.get("items"), page.get("total")
                if not isinstance(items, list) or not isinstance(total, int):
                    raise Transient("Spotify's list of playlists cannot be read")
                found += [one if isinstance(one, dict) and _named(one) else None for one in items]
                if len(found) >= total or not items:
                    break
            ids = [one["id"] for one in found if one]
            if len(found) == total and len(set(ids)) == len(ids):
                return found
        raise Transient("the list of playlists changes while it is read")

    def _closed(self, listed: Sequence[Json | None]) -> SourceListed:
        """The list as one that is complete. A known playlist that is missing while there are more
        nulls than before may be one of them: it is not told to be gone."""
        cursor = self.cursor
        origin = cursor.origin
        mine = rows.liked_ref(origin)
        there = {rows.playlist_ref(one["id"]) for one in listed if one}
        hidden = set(cursor.hidden) - there
        nulls = sum(one is None for one in listed)
        missing = set(self._memory.listed(origin)) - there - hidden - {mine}
        if nulls - cursor.nulls > len(hidden):
            hidden |= missing
        cursor.hidden, cursor.nulls = sorted(hidden), max(0, nulls - len(hidden))
        ids = {one["id"] for one in listed if one}
        cursor.read = {id: read for id, read in cursor.read.items() if id in ids}
        cursor.refused = {id: refused for id, refused in cursor.refused.items() if id in ids}
        return SourceListed(self.name, origin, frozenset({*there, *hidden, mine}))

    # -- playlists -------------------------------------------------------------------------------

    def _ready(self, one: Json) -> bool:
        snapshot, name = str(one.get("snapshot_id") or ""), rows.line(one.get("name"))
        return self.cursor.ready(one["id"], snapshot, name, self._stale)

    def _renamed(self, id: str, name: str) -> bool:
        """Whether a new name may be all that is new: it moves the version too."""
        before = self.cursor.read.get(id)
        return before is not None and not before.guessed and before.name != name

    def _playlist(self, one: Json) -> Iterator[Sighting]:
        cursor, id, name = self.cursor, one["id"], rows.line(one.get("name"))
        ref, snapshot = rows.playlist_ref(id), str(one.get("snapshot_id") or "")
        self.client.quota.afford(reading.requests(rows.total(one)))
        known = self._memory.rows(ref)
        now = self.client.quota.clock()
        try:
            read = reading.read(self.client, id, known, renamed=self._renamed(id, name))
        except Torn as error:
            cursor.refuse(id, snapshot, name, now, surely=False)
            yield Unreadable(f"{WHERE}, playlist {name!r}", f"{error}; the next look tries again")
            return
        except reading.Withheld:
            cursor.refuse(id, snapshot, name, now, surely=True)
            return
        except Permanent as error:
            cursor.refuse(id, snapshot, name, now, surely=False)
            yield Unreadable(f"{WHERE}, playlist {name!r}", str(error))
            yield PlaylistRefused(ref, self.name, name, str(error), cursor.origin)
            return
        before = cursor.read.get(id)
        part = rows.sort(read.entries, known)
        partial = not (read.whole or read.guessed or before)
        cursor.refused.pop(id, None)
        if read.whole or read.guessed:
            since = now if read.whole or before is None else before.at
            cursor.read[id] = Read(read.snapshot, name, since, read.guessed)
        else:
            cursor.refuse(id, snapshot, name, now, surely=False)
            yield Unreadable(f"{WHERE}, playlist {name!r}", "only its first rows may be read")
        yield from part.tracks
        yield from part.gone
        seen = PlaylistSeen(ref, self.name, read.name or name, cursor.origin, partial=partial)
        yield PlaylistListed(seen, tuple(part.rows), read.whole, read.from_top)

    # -- Liked Songs -----------------------------------------------------------------------------

    def _liked(self) -> Iterator[Sighting]:
        cursor, ref = self.cursor, rows.liked_ref(self.cursor.origin)
        known: Sequence[Row] = self._memory.rows(ref)
        try:
            for told in liked.look(self.client, cursor.liked, known, self._stale):
                yield from told.tracks
                yield from told.gone
                partial = not (told.whole or cursor.liked.at)
                seen = PlaylistSeen(ref, self.name, rows.LIKED, cursor.origin, partial=partial)
                yield PlaylistListed(seen, told.rows, told.whole, from_top=True)
        except Permanent as error:
            yield Unreadable(f"{WHERE}, {rows.LIKED}", str(error))

    # -- the player ------------------------------------------------------------------------------

    def _now(self) -> list[Sighting]:
        try:
            return self.playing()
        except Permanent as error:
            return [Unreadable(f"{WHERE}, player", str(error))]

    def playing(self) -> list[Sighting]:
        """The track that is playing now, and from which playlist; empty: none is."""
        self._who()
        found = self.client.playing() or {}
        item, context = found.get("item"), found.get("context")
        seen = rows.track(item) if isinstance(item, dict) and found.get("is_playing") else None
        if seen is None:
            return []
        uri = rows.line(context.get("uri")) if isinstance(context, dict) else ""
        playlist = PlaylistRef(uri if uri.startswith("spotify:playlist:") else "")
        if uri.endswith(":collection"):
            playlist = rows.liked_ref(self.cursor.origin)
        return [seen, PlaybackSeen(self.name, Ref(seen.ref), playlist)]


def _named(playlist: Json) -> bool:
    return isinstance(playlist.get("id"), str) and bool(playlist["id"])
