"""Liked Songs: no playlist and no version; only a count, and the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from adapters.contract import AdapterError, Row, Transient
from adapters.spotify import rows
from adapters.spotify.client import PAGE, Client
from adapters.spotify.cursor import Liked
from adapters.spotify.rows import Entry
from state.events import TrackDelisted, TrackSeen
from state.values import Ref

PART = 10 * PAGE
"""Rows that are told together."""
TRIES = 2


class Told(NamedTuple):
    """The newest ones, in order from the first."""

    tracks: list[TrackSeen]
    """Of the rows that were not told yet."""
    rows: tuple[Row, ...]
    gone: list[TrackDelisted]
    whole: bool = False
    """All of them."""


def look(client: Client, liked: Liked, known: Sequence[Row], stale: float) -> Iterator[Told]:
    """What is new: the newest ones until known, and all of them where the counts disagree.

    Args:
        liked: the memory; before each yield it is changed to what is true once that was told.
        known: the rows as far as is known.
        stale: seconds since 1970; a sweep before that is too long ago.

    Raises:
        What `Client` raises. What was read until then was yielded before.
    """
    newest = _Newest(client, liked, known)
    try:
        yield from newest.read()
    except AdapterError:
        if newest.untold:
            liked.next = len(newest.rows)
            yield newest.told()
        raise
    agreed = newest.count + liked.nameless == newest.total
    liked.next = 0
    first = not liked.at
    if agreed and first:
        liked.at = client.quota.clock()
    if first or newest.fresh:
        yield newest.told()
    if not agreed or liked.at <= stale:
        yield _all(client, liked, known, newest.total)


class _Newest:
    """Pages from the top, until a row is met behind which all is known."""

    def __init__(self, client: Client, liked: Liked, known: Sequence[Row]) -> None:
        self.client, self.liked, self.known = client, liked, known
        self.when = {row.track: row.added_at for row in known}
        self.pending = liked.next
        """So many of the known ones were read last time; what follows them was not."""
        self.total = 0
        self.rows: list[Row] = []
        self.fresh = False
        self._refs: set[str] = set()
        self._tracks: list[TrackSeen] = []
        self._gone: list[TrackDelisted] = []
        self._told = 0

    @property
    def count(self) -> int:
        """Songs that are known by now."""
        return len(self._refs | self.when.keys())

    @property
    def untold(self) -> bool:
        """Whether something new was read since `told`."""
        return len(self.rows) > self._told and self.fresh

    def told(self) -> Told:
        """Everything since it was last asked."""
        told = Told(self._tracks, tuple(self.rows), self._gone)
        self._tracks, self._gone, self._told = [], [], len(self.rows)
        return told

    def read(self) -> Iterator[Told]:
        """Read on until known; parts of it are told on the way."""
        offset = 0
        if self.pending:
            if not self._pages(0, self.when, count=False):
                return
            there = [row for row in self.known[: self.pending] if row.track not in self._refs]
            self._refs.update(row.track for row in there)
            self.rows += there
            offset = len(self.rows)
        behind = {row.track: row.added_at for row in self.known[self.pending :]}
        while not self._pages(offset, behind, count=not self.liked.at, most=PART):
            offset = self._offset
            if offset >= self.total:
                return
            self.liked.next = len(self.rows)
            yield self.told()

    def _pages(self, offset: int, behind: dict[Ref, str], *, count: bool, most: int = 0) -> bool:
        """Read pages; whether a row of `behind` was met, before which all new ones are kept."""
        start = offset
        while True:
            entries, self.total = page(self.client, offset)
            offset += len(entries)
            self._offset = offset if entries else self.total
            met = self._take(entries, behind, count)
            if met or self._offset >= self.total or (most and offset - start >= most):
                return met

    def _take(self, entries: list[Entry], behind: dict[Ref, str], count: bool) -> bool:
        part = rows.sort(entries, self.known)
        if count:
            self.liked.nameless += part.nameless
        self._gone += part.gone
        new: set[str] = set()
        for row in part.rows:
            if behind.get(row.track) == row.added_at and row.track in behind:
                self._tracks += [seen for seen in part.tracks if seen.ref in new]
                return True
            if row.track not in self._refs:
                self._refs.add(row.track)
                self.rows.append(row)
                new.add(row.track)
                self.fresh = True
        self._tracks += [seen for seen in part.tracks if seen.ref in new]
        return False


def _all(client: Client, liked: Liked, known: Sequence[Row], total: int) -> Told:
    for _ in range(TRIES):
        client.quota.afford(2 + total // PAGE)
        entries, total = page(client, 0)
        first = entries[:1]
        while len(entries) < total:
            more, now = page(client, len(entries))
            if not more or now != total:
                break
            entries += more
        top, now = page(client, 0)
        if len(entries) == total == now and top[:1] == first:
            part = rows.sort(entries, known)
            liked.nameless = total - len({row.track for row in part.rows})
            liked.at = client.quota.clock()
            return Told(part.tracks, tuple(part.rows), part.gone, True)
    raise Transient(f"{rows.LIKED!r} change while they are read")


def page(client: Client, offset: int) -> tuple[list[Entry], int]:
    """Rows from an offset on, and how many there are in all."""
    found = client.liked(offset)
    told, total = found.get("items"), found.get("total")
    if not isinstance(told, list) or not isinstance(total, int):
        raise Transient("Spotify's answer cannot be read")
    if not all(isinstance(row, dict) for row in told):
        raise Transient("Spotify's answer has rows that cannot be read")
    return rows.entries(told), total
