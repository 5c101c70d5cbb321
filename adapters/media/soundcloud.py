"""SoundCloud as a source: uploads and likes of users, sets; no login, so only what is public.

Uploads and likes come newest first, without a version: they are read until known. All of a page is
read the first time, where its count disagrees, and after a week; only that may say that something
is not on it any more. A set comes whole with one request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.contract import (
    AdapterError,
    Blocked,
    Permanent,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Transient,
    Unreadable,
)
from adapters.media import tracks
from adapters.media.cursor import Cursor, Known, Memory, Nothing, Times
from adapters.media.problems import Interrupted
from adapters.media.settings import SoundcloudSettings
from adapters.media.tracks import Entry, count, entry, kept, line
from state.events import PlaylistSeen, TrackDelisted
from state.values import PlaylistRef, Ref

if TYPE_CHECKING:
    from adapters.media.ytdlp import Session

ORIGIN = "public"
"""Everything here is what anybody sees."""
PAGE = 200
"""The most rows that a page may have."""
TOGETHER = 50
"""The most tracks that can be asked for at once."""
WEEK = 7 * 86_400.0


class _Read(NamedTuple):
    """What was read of a page, from its top."""

    entries: list[Entry]
    ended: bool
    """At the end of the page, and not before."""


class SoundcloudSource:
    """A `Source` over the pages that the configuration names.

    Args:
        cursor: what an earlier look left; changed while looking.
        memory: what the log knows.
        cache: a folder where it is kept what was learned of the site; None: nowhere.
        clock: seconds since 1970.
        progress: pages done, and how many there are.
    """

    name = tracks.SOURCE

    def __init__(
        self,
        settings: SoundcloudSettings,
        cursor: Cursor | None = None,
        memory: Memory | None = None,
        *,
        cache: Path | None = None,
        clock: Callable[[], float] = time.time,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self.settings, self.cache, self.clock = settings, cache, clock
        self.cursor = cursor if cursor is not None else Cursor()
        self._memory: Memory = memory or Nothing()
        self._progress = progress

    def observe(self) -> Iterator[Sighting]:
        """What is on the pages, as far as it may be news; `Unreadable` for what cannot be had.

        Raises:
            Blocked: the service wants no more requests; what came before stands.
            Transient: some pages could not be read now; the others were.
        """
        from adapters.media.ytdlp import Session

        told = self.settings
        pages = [("uploads", user) for user in told.users]
        pages += [("likes", user) for user in told.likes]
        pages += [("set", url) for url in told.sets]
        pages = list(dict.fromkeys(pages))
        later: Transient | None = None
        with Session(told.base_url, self.cache) as session:
            for number, (kind, where) in enumerate(pages):
                self._progress(number, len(pages))
                try:
                    yield from self._page(session, kind, where)
                except Blocked:
                    raise
                except Transient as error:
                    later = later or error
                except Permanent as error:
                    yield Unreadable(f"SoundCloud, {kind} {where}", str(error))
        known = [self.cursor.pages.get(f"{kind} {where}") for kind, where in pages]
        if all(known):
            refs = frozenset(page.ref for page in known if page)
            yield SourceListed(self.name, ORIGIN, refs)
        if later is not None:
            raise later
        self.cursor.polled = self.clock()

    def _page(self, session: Session, kind: str, where: str) -> Iterator[Sighting]:
        if kind == "set":
            yield from self._set(session, where)
        elif kind == "likes":
            yield from self._likes(session, where)
        else:
            yield from self._uploads(session, where)

    # -- sets ------------------------------------------------------------------------------------

    def _set(self, session: Session, url: str) -> Iterator[Sighting]:
        what = f"SoundCloud, set {url}"
        known = self.cursor.pages.get(f"set {url}")
        told = _object(session.soundcloud("resolve", what, url=url), what)
        id, rows = count(told.get("id")), told.get("tracks")
        if told.get("kind") != "playlist" or not id or not isinstance(rows, list):
            raise Interrupted(f"{what}: the answer is no set", "unknown")
        ref = PlaylistRef(f"soundcloud:playlists:{id}")
        gone = known.gone if known is not None and known.ref == ref else []
        page = Known(id, line(told.get("title")), ref, self.clock(), len(rows), gone)
        self.cursor.pages[f"set {url}"] = page
        entries = [entry(row)._replace(added_at="") for row in rows]
        full = self._details(session, what, entries, self._memory.rows(ref))
        whole = len(rows) >= count(told.get("track_count"))
        yield from self._told(session, what, page, full, whole)

    def _details(
        self, session: Session, what: str, entries: list[Entry], known: Sequence[Row]
    ) -> list[Entry]:
        """Only the first tracks of a set come with more than their number: ask for the others."""
        there = {row.track for row in known}
        bare = [one.number for one in entries if one.number and one.seen is None]
        wanted = [number for number in bare if tracks.ref(number) not in there]
        asked = self._asked(session, what, wanted)
        found = {one.number: one._replace(added_at="") for one in asked}
        return [found.get(one.number, one) if one.seen is None else one for one in entries]

    def _asked(self, session: Session, what: str, numbers: Sequence[int]) -> list[Entry]:
        """Those of some tracks that are there."""
        found: list[Entry] = []
        for start in range(0, len(numbers), TOGETHER):
            ids = ",".join(map(str, numbers[start : start + TOGETHER]))
            told = session.soundcloud("tracks", what, ids=ids)
            if not isinstance(told, list):
                raise Interrupted(f"{what}: the answer cannot be read", "unknown")
            found += [one for row in told if (one := entry(row)).number]
        return found

    # -- pages of users --------------------------------------------------------------------------

    def _user(self, session: Session, kind: str, name: str) -> tuple[Known, int]:
        """What is known of a page, and how many rows it has by now."""
        what = f"SoundCloud, user {name}"
        key = f"{kind} {name}"
        known = self.cursor.pages.get(key)
        url = f"https://soundcloud.com/{name}"
        told = _object(session.soundcloud("resolve", what, url=url), what)
        id, called = count(told.get("id")), line(told.get("username")) or name
        if told.get("kind") != "user" or not id:
            raise Interrupted(f"{what}: the answer is no user", "unknown")
        rest = "likes" if kind == "likes" else "tracks"
        ref, title = f"soundcloud:users:{id}:{rest}", called
        if kind == "likes":
            title = f"{called} (Likes)"
        if known is None or known.ref != ref:
            known = Known(id, title, ref)
        known.name = title
        self.cursor.pages[key] = known
        return known, count(told.get("likes_count" if kind == "likes" else "track_count"))

    def _uploads(self, session: Session, name: str) -> Iterator[Sighting]:
        """They only ever grow: what a person takes off their page stays in the library."""
        page, announced = self._user(session, "uploads", name)
        known = {row.track: row.added_at for row in self._memory.rows(PlaylistRef(page.ref))}
        yield from self._newest(session, page, announced, known, closes=False)

    def _likes(self, session: Session, name: str) -> Iterator[Sighting]:
        page, announced = self._user(session, "likes", name)
        known = {row.track: row.added_at for row in self._memory.rows(PlaylistRef(page.ref))}
        if page.at <= self.clock() - WEEK or announced < page.count:
            known = {}
        yield from self._newest(session, page, announced, known, closes=True)

    def _newest(
        self, session: Session, page: Known, announced: int, known: Times, *, closes: bool
    ) -> Iterator[Sighting]:
        what = f"SoundCloud, {page.name}"
        begun, page.at = page.at, 0.0
        entries: list[Entry] = []
        until = known if begun else {}
        try:
            read = self._rows(session, what, page, until, entries)
            grown = len(entries) if not read.ended else 0
            if closes and not read.ended and page.count + grown != announced:
                entries.clear()
                read = self._rows(session, what, page, {}, entries)
        except AdapterError:
            # What was read is told; `at` stays 0, so that the next look closes the gap.
            if entries:
                yield from self._told(session, what, page, entries, False)
            raise
        whole = closes and read.ended and len(entries) >= announced
        page.at, page.count = (self.clock() if read.ended else begun), announced
        try:
            yield from self._told(session, what, page, entries, whole)
        except AdapterError:
            page.at = 0.0
            raise

    def _rows(
        self, session: Session, what: str, page: Known, until: Times, into: list[Entry]
    ) -> _Read:
        """Read pages from the top, to the end or to a row that is known."""
        where = f"users/{page.id}/{page.ref.rpartition(':')[2]}"
        query: dict[str, Any] = {"limit": PAGE, "linked_partitioning": 1, "offset": 0}
        asked: set[str] = set()
        while True:
            told = _object(session.soundcloud(where, what, **query), what)
            rows, following = told.get("collection"), told.get("next_href")
            if not isinstance(rows, list):
                raise Interrupted(f"{what}: the answer cannot be read", "unknown")
            for one in map(entry, rows):
                if one.number and until.get(tracks.ref(one.number)) == one.added_at:
                    return _Read(into, False)
                into.append(one)
            if not following:
                return _Read(into, True)
            if not isinstance(following, str) or following in asked:
                raise Interrupted(f"{what}: its pages lead in a circle", "unknown")
            asked.add(following)
            where, query = following, {"limit": PAGE, "linked_partitioning": 1}

    # -- what is told ----------------------------------------------------------------------------

    def _told(
        self, session: Session, what: str, page: Known, entries: list[Entry], whole: bool
    ) -> Iterator[Sighting]:
        ref = PlaylistRef(page.ref)
        known = self._memory.rows(ref)
        there = {row.track for row in known}
        told: dict[Ref, Row] = {}
        for one in entries:
            track = tracks.ref(one.number)
            if one.seen is not None or track in there:
                told.setdefault(track, Row(track, one.added_at))
        rows = list(told.values())
        gone: list[int] = []
        if whole:
            missing = [row.track for row in known if row.track not in told]
            gone = self._gone(session, what, missing, page.gone)
            rows = kept(rows, known, map(tracks.ref, gone))
        yield from {one.number: one.seen for one in entries if one.seen is not None}.values()
        for number in gone:
            if number not in page.gone:
                yield TrackDelisted(tracks.ref(number), self.name)
        if whole:
            page.gone = gone
        partial = not whole and page.at == 0
        seen = PlaylistSeen(ref, self.name, page.name, ORIGIN, partial=partial)
        yield PlaylistListed(seen, tuple(rows), whole, from_top=not whole)

    def _gone(
        self, session: Session, what: str, missing: Sequence[Ref], before: Sequence[int]
    ) -> list[int]:
        """Of tracks that are not on a page any more those that are nowhere any more: their rows
        stay. A person took the others off."""
        numbers = [number for ref in missing if (number := tracks.number(ref))]
        asked = [number for number in numbers if number not in before]
        there = {one.number for one in self._asked(session, what, asked)}
        return [number for number in numbers if number not in there]


def _object(told: Any, what: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise Interrupted(f"{what}: the answer cannot be read", "unknown")
    return told
