"""Reading one playlist: all of it in one version, or as much as explains what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.contract import Permanent, Row
from adapters.spotify import rows
from adapters.spotify.client import PAGE, Client, Json, Torn
from adapters.spotify.rows import Entry

EMBEDDED = 100
"""So many rows come with a playlist itself."""
MOST_ADDED = PAGE // 2
"""So many rows that were added may be explained without reading the rest."""
TRIES = 2


class Reading(NamedTuple):
    """A playlist as it was read."""

    name: str
    snapshot: str
    entries: list[Entry]
    whole: bool
    """All rows are here, in one version."""
    from_top: bool = False
    """Of one that is not whole: these are the first rows; else they are the last ones."""
    guessed: bool = False
    """Not whole, but with the known rows it is all there is."""


class Withheld(Permanent):
    """The service says nothing of its rows: it is somebody else's."""


def requests(total: int | None) -> int:
    """How many a playlist of so many rows takes."""
    more = max(0, (total or 0) - EMBEDDED)
    return 1 + -(-more // PAGE) + (1 if more else 0)


def read(client: Client, id: str, known: Sequence[Row], *, renamed: bool = False) -> Reading:
    """Read a playlist: all of it, or what was added to its front or its end, if that explains it.

    Rows are mostly added, and a long playlist costs a request for every 50 rows. So the first ones
    are read, and the last; if these are as known but for new rows at one end, as many as the count
    rose by, then the rest is taken to be as it was. So it is where the playlist got a new name, and
    its first rows and their count are as known. Nothing is ever found missing in that way, and what
    it overlooks (a swap among rows that were not read) the next sweep finds.

    Args:
        known: its rows as far as is known.
        renamed: it has another name than when it was read last.

    Raises:
        Withheld: its rows are not told.
        Torn: it changed while it was read, again and again. And all that `Client` raises.
    """
    for _ in range(TRIES):
        first = client.playlist(id)
        found = _first(client, id, first)
        total = _total(found)
        entries = _entries(found["items"])
        name, snapshot = rows.line(first.get("name")), str(first.get("snapshot_id") or "")
        if len(entries) >= total:
            if found.get("next"):
                continue  # there are more than it counts
            return Reading(name, snapshot, entries, True)
        if not entries:
            raise Torn("Spotify's answer lacks the rows that it counts")
        added, tail = total - len(known), list[Entry]()
        if len(entries) < min(_limit(found), total):
            entries.clear()  # some are missing, and nobody knows where: page by page they are not
        elif renamed and not added and _same(entries, known):
            return Reading(name, snapshot, entries, False, from_top=True, guessed=True)
        elif 0 < added <= MOST_ADDED and len(known) > EMBEDDED + PAGE:
            if _same(entries[added:], known) and _new(entries[:added], known):
                return Reading(name, snapshot, entries, False, from_top=True, guessed=True)
            if _same(entries, known):
                tail = _page(client, id, total - PAGE, total)
                old = max(0, len(tail) - added)
                same = bool(tail) and _same(tail[:old], known[len(known) - old :])
                if same and _new(tail[old:], known):
                    return Reading(name, snapshot, tail[old:], False, guessed=True)
        try:
            told = _read_on(client, id, entries, total, tail)
        except Torn:
            continue
        if not told:
            return Reading(name, snapshot, entries, False, from_top=True)
        if len(entries) == total and client.snapshot(id) == snapshot:
            return Reading(name, snapshot, entries, True)
    raise Torn(f"{name!r} changes while it is read")


def _first(client: Client, id: str, first: Json) -> Json:
    found = rows.page(first)
    if found is not None:
        return found
    if first.get("items") or first.get("tracks"):  # only where its rows are
        found = client.items(id, 0)
        if isinstance(found.get("items"), list):
            return found
    raise Withheld("its rows may be read by nobody but its owner")


def _total(page: Json) -> int:
    total = page.get("total")
    if isinstance(total, int):
        return total
    if page.get("next"):
        raise Torn("Spotify does not say how many rows there are")
    return len(page["items"])


def _limit(page: Json) -> int:
    limit = page.get("limit")
    return limit if isinstance(limit, int) else 0


def _entries(told: list[Any]) -> list[Entry]:
    if not all(isinstance(row, dict) for row in told):
        raise Torn("Spotify's answer has rows that cannot be read")
    return rows.entries(told)


def _read_on(client: Client, id: str, entries: list[Entry], total: int, tail: list[Entry]) -> bool:
    """The rest of the pages; False: no more than the first rows are shown."""
    until = total - len(tail)
    while len(entries) < until:
        try:
            more = _page(client, id, len(entries), total)
        except Permanent:
            return False
        if not more:
            return True  # it changed meanwhile: there are not as many as there should be
        entries += more[: until - len(entries)]
    entries += tail
    return True


def _page(client: Client, id: str, offset: int, total: int) -> list[Entry]:
    """Rows from an offset on; none, if there are not as many in all as there should be."""
    page = client.items(id, offset)
    found = page.get("items")
    return _entries(found) if isinstance(found, list) and _total(page) == total else []


def _same(read: Sequence[Entry], known: Sequence[Row]) -> bool:
    """Whether rows are the first of the known ones."""
    mine = [(e.seen.ref if e.seen else "", e.added_at) for e in read]
    return mine == [(row.track, row.added_at) for row in known[: len(mine)]]


def _new(read: Sequence[Entry], known: Sequence[Row]) -> bool:
    """Whether all of these are tracks that are not on the playlist yet."""
    new = {entry.seen.ref for entry in read if entry.seen is not None}
    return len(new) == len(read) and new.isdisjoint(row.track for row in known)
