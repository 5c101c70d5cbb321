"""Which pages that are there already are pages of the catalogue: nothing is made twice.

Signs are tried from the surest on: the Sync Key, the id or address at a service, the ISRC, then the
title with the duration. What is doubtful is neither claimed nor made again: a person is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from projections.catalogue import Page
from projections.naming import collision_key

NEAR_MS = 2_000
"""Durations of one recording differ by no more than this."""
_ID = re.compile(r"(?:track|playlist)[/:]([A-Za-z0-9]{22})")


class Stray(msgspec.Struct, frozen=True):
    """A page that belongs to no key: what it may be recognised by."""

    page: str
    created: str
    values: dict[str, str | int | float | bool]
    said: dict[str, str] = {}
    """Everything that it says, as the log says it."""


class Claim(msgspec.Struct, frozen=True):
    """A page is the page of a key."""

    key: str
    page: str
    why: str


class Doubt(msgspec.Struct, frozen=True):
    """Pages that may be the page of a key."""

    key: str
    pages: tuple[str, ...]
    why: str


Signs = Callable[[Mapping[str, object]], Iterable[str]]


def claims(
    wanted: Sequence[Page], strays: Iterable[Stray], pages: Mapping[str, str] | None = None
) -> tuple[list[Claim], list[Doubt]]:
    """Match pages of one database.

    Args:
        wanted: those of the catalogue that have no page yet.
        strays: pages of the database that belong to nobody.
        pages: Sync Key → page of what relations may lead to.
    """
    free = {stray.page: stray for stray in sorted(strays, key=lambda one: (one.created, one.page))}
    found: list[Claim] = []
    left = list(wanted)
    for why, mine, theirs in _STRONG:
        left = _strong(left, free, why, mine, theirs, found)
    doubts: list[Doubt] = []
    left = _isrc(left, free, found, doubts)
    _titles(left, free, found, doubts, pages or {})
    return found, doubts


def _keys(page: Page) -> Iterable[str]:
    return (page.key, *page.also)


def _ids(values: Mapping[str, object]) -> Iterable[str]:
    """Ids at Spotify: case counts."""
    yield from filter(None, [str(values.get("spotify_id") or "").strip().rpartition(":")[2]])
    yield from _ID.findall(str(values.get("spotify_url") or ""))


def _page_ids(page: Page) -> Iterable[str]:
    yield from _ids(page.values)
    for key in _keys(page):
        yield from _ID.findall(key)


def _urls(values: Mapping[str, object]) -> Iterable[str]:
    for field in ("soundcloud_url", "youtube_url"):
        text = str(values.get(field) or "").partition("://")[2]
        if text:
            yield text.removeprefix("www.").partition("?si=")[0].rstrip("/")


_STRONG: tuple[tuple[str, Callable[[Page], Iterable[str]], Signs], ...] = (
    ("its Sync Key", _keys, lambda values: filter(None, [str(values.get("sync_key") or "")])),
    ("its Spotify ID", _page_ids, _ids),
    ("its address", lambda page: _urls(page.values), _urls),
)


def _strong(
    wanted: list[Page],
    free: dict[str, Stray],
    why: str,
    mine: Callable[[Page], Iterable[str]],
    theirs: Signs,
    found: list[Claim],
) -> list[Page]:
    """Claim by a sign that only one thing has, the oldest of several pages; those that are left."""
    by_sign: dict[str, list[str]] = {}
    for stray in free.values():
        for sign in theirs(stray.values):
            by_sign.setdefault(sign, []).append(stray.page)
    left = []
    for page in wanted:
        hits = [one for sign in mine(page) for one in by_sign.get(sign, ()) if one in free]
        if hits:
            found.append(Claim(page.key, hits[0], why))
            del free[hits[0]]
        else:
            left.append(page)
    return left


def _isrc(
    wanted: list[Page], free: dict[str, Stray], found: list[Claim], doubts: list[Doubt]
) -> list[Page]:
    by_isrc: dict[str, list[str]] = {}
    for stray in free.values():
        if isrc := _plain(stray.values.get("isrc")):
            by_isrc.setdefault(isrc, []).append(stray.page)
    left = []
    for page in wanted:
        isrc = _plain(page.values.get("isrc"))
        hits = [
            one
            for one in by_isrc.get(isrc, ())
            if one in free and _agrees(page, free[one], _apart(page, free[one]))
        ]
        if len(hits) == 1:
            found.append(Claim(page.key, hits[0], "its ISRC"))
            del free[hits[0]]
        elif hits:
            doubts.append(Doubt(page.key, tuple(hits), f"{len(hits)} pages have its ISRC {isrc}"))
        else:
            left.append(page)
    return left


def _agrees(page: Page, stray: Stray, apart: int | None) -> bool:
    return (apart is None or apart <= NEAR_MS) and not _other_id(page, stray)


def _titles(
    wanted: list[Page],
    free: dict[str, Stray],
    found: list[Claim],
    doubts: list[Doubt],
    pages_of: Mapping[str, str],
) -> None:
    by_title: dict[str, list[Stray]] = {}
    for stray in free.values():
        title = _title(stray.values.get("title"))
        if title and not stray.values.get("sync_key"):
            by_title.setdefault(title, []).append(stray)
    hits = {
        page.key: [
            one
            for one in by_title.get(_title(page.values["title"]), ())
            if _may(page, one) and _same_artists(page, one, pages_of)
        ]
        for page in wanted
    }
    claimants: dict[str, int] = {}
    for pages in hits.values():
        for stray in pages:
            claimants[stray.page] = claimants.get(stray.page, 0) + 1
    for page in wanted:
        pages = hits[page.key]
        if not pages:
            continue
        sure = page.kind != "tracks" or _apart(page, pages[0]) is not None
        if len(pages) == 1 and claimants[pages[0].page] == 1 and sure:
            why = "its title and duration" if page.kind == "tracks" else "its title"
            found.append(Claim(page.key, pages[0].page, why))
        else:
            why = f"{len(pages)} pages are called {page.values['title']!r}"
            if len(pages) == 1:
                why = f"a page is called {page.values['title']!r}, and nothing else says that it is"
            doubts.append(Doubt(page.key, tuple(one.page for one in pages), why))


def _may(page: Page, stray: Stray) -> bool:
    """Whether nothing speaks against a page of the same title."""
    apart = _apart(page, stray)
    if (apart is not None and apart > NEAR_MS) or _other_id(page, stray):
        return False
    mine, theirs = (_names(values.get("artist_name")) for values in (page.values, stray.values))
    return not mine or not theirs or bool(mine & theirs)


def _same_artists(page: Page, stray: Stray, pages_of: Mapping[str, str]) -> bool:
    """Whether the artists that a page leads to, if any, are those of the other: two albums of one
    title are not one album."""
    theirs = set(stray.said.get("artists", "").split(",")) - {""}
    return not theirs or bool(theirs & {pages_of.get(key) for key in page.links.get("artists", ())})


def _other_id(page: Page, stray: Stray) -> bool:
    """Whether both have an id at Spotify, and not the same."""
    mine, theirs = set(_page_ids(page)), set(_ids(stray.values))
    return bool(mine and theirs and not mine & theirs)


def _apart(page: Page, stray: Stray) -> int | None:
    """Milliseconds between the durations; None: one is not known."""
    mine, theirs = page.values.get("duration_ms"), stray.values.get("duration_ms")
    if not isinstance(mine, int | float) or not theirs:
        return None
    try:
        return abs(int(mine) - int(float(theirs)))
    except (ValueError, OverflowError):
        return None


def _title(told: object) -> str:
    return collision_key(" ".join(str(told or "").split()))


def _names(told: object) -> set[str]:
    return {_title(name) for name in str(told or "").split(",")} - {""}


def _plain(told: object) -> str:
    return re.sub(r"[^A-Z0-9]", "", str(told or "").upper())
