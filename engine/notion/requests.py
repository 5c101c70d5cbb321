"""Rows that people add to the database of tracks, and tracks that they tick: what they ask for.

A row that was there when the database was first looked at asks for nothing by its address alone:
else every link of an old catalogue would be fetched. One that came later does, and a tick always.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from adapters.contract import AdapterError
from adapters.media.urls import checked
from adapters.spotify import single
from adapters.spotify.single import Address
from engine import chain
from engine.library import Library
from engine.notion.claims import Stray
from engine.notion.looking import kept
from engine.notion.memberships import FIELD, put_on
from engine.notion.memory import Look
from engine.requested import unasked
from projections.catalogue import track_key
from projections.notion import PageRow
from projections.registry import State
from state.events import (
    Event,
    MatterClosed,
    MatterOpened,
    NotionPageClaimed,
    OfferPinned,
    TrackSeen,
)
from state.values import Ref

SOURCE = "notion"
"""Who says what stands on a row: less than any service, and more than nobody."""
TICK = "wanted"
"""The field of the tick."""
TOPIC = "notion"
SITES = ("soundcloud_url", "youtube_url")

Learn = Callable[[Address], None]
"""Ask Spotify about a track, and tell the log. Raises AdapterError."""


def hear(
    library: Library, source: str, look: Look, doubted: Collection[str], learn: Learn | None = None
) -> None:
    """Put into the log what people ask for in the database of tracks.

    Args:
        doubted: pages that may be those of something else; a person was told.
        learn: asks about tracks at Spotify that are not known yet.
    """
    state = library.state
    row = state.notion.databases.get("tracks")
    if row is None:
        return
    if look.before is None:
        look.before = was_there(look.strays.values(), row.since)
    rows = asking(look.strays.values(), row.since, look.before)
    for events in requests(state, source, [r for r in rows if r.page not in doubted], learn):
        library.append(events)
    for taken in [page for page in look.strays if state.notion.pages.of(page)]:
        del look.strays[taken]
    library.append(ticked(state, source))


class Asked(msgspec.Struct, frozen=True):
    """What a row asks for."""

    ref: Ref
    url: str = ""
    """Where a person says that a track of Spotify is to be had."""


class Unusable(ValueError):
    """What stands on a row leads to no track: one line."""


def minute(at: int) -> str:
    """The minute of a time (milliseconds since 1970), as Notion writes it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def was_there(strays: Iterable[Stray], since: int) -> list[str]:
    """Rows of the very minute in which the database was first bound: at its first look these are
    older than that."""
    return sorted(each.page for each in strays if each.created == minute(since))


def asking(strays: Iterable[Stray], since: int, before: Collection[str]) -> list[Stray]:
    """Rows by which a person asks for a track, the oldest first.

    Args:
        since: when the database was first bound, milliseconds since 1970.
        before: rows of that minute that were there before.
    """
    first = minute(since)
    found = []
    for each in strays:
        if each.values.get("sync_key"):
            continue  # a copy of a page of ours
        added = each.created >= first and each.page not in before
        if each.values.get(TICK) or (added and _addresses(each.values)):
            found.append(each)
    return sorted(found, key=lambda each: (each.created, each.page))


def asked(values: Mapping[str, object]) -> Asked:
    """The track that a row names by its addresses.

    Raises:
        Unusable: there is none, or one that leads to no track.
    """
    given = _addresses(values)
    if not given:
        raise Unusable("it has no address: write its Spotify, SoundCloud or YouTube URL on it")
    spotify, urls = Ref(""), dict[Ref, str]()
    for field, said in given.items():
        if field.startswith("spotify"):
            spotify = spotify or _spotify(said)
            continue
        try:
            at = checked(said)
        except ValueError as error:
            raise Unusable(str(error)) from None
        urls[Ref(at.ref)] = chain.address(Ref(at.ref))  # what only its sharer knows is not kept
    ref, url = next(iter(urls.items()), (Ref(""), ""))
    return Asked(spotify, url) if spotify else Asked(ref)


def _addresses(values: Mapping[str, object]) -> dict[str, str]:
    fields = ("spotify_id", "spotify_url", *SITES)
    return {field: said for field in fields if (said := str(values.get(field) or "").strip())}


def _spotify(said: str) -> Ref:
    told = said if len(said) != 22 else f"spotify:track:{said}"
    at = single.address(told)
    if at is None or at.kind != "track":
        what = f"a Spotify {at.kind}" if at is not None else "no address of a Spotify track"
        raise Unusable(f"{said[:100]!r} is {what}: https://open.spotify.com/track/… is one")
    return Ref(at.ref)


# ---- what follows ------------------------------------------------------------------------------


def requests(
    state: State, source: str, strays: Sequence[Stray], learn: Learn | None = None
) -> Iterator[list[Event]]:
    """What the log is to hold of rows that ask for something: one commit for each.

    Each has to be appended before the next one is asked for.

    Args:
        strays: from `asking`.
    """
    matters: dict[str, str] = {}
    for row in strays:
        try:
            yield request(state, source, row, learn)
        except Unusable as error:
            title = str(row.values.get("title") or "").strip()
            matters[row.page] = f"Notion: the row {title!r}: {error}"
    yield [*_matters(state, matters)]


def request(state: State, source: str, row: Stray, learn: Learn | None = None) -> list[Event]:
    """What the log is to hold of a row that asks for a track: from then on it is that track's page.

    Raises:
        Unusable: it leads to no track, or that has another page.
    """
    wish = asked(row.values)
    if learn is not None:
        _learn(state, wish.ref, learn)
    taken = _page_of(state, wish.ref, source)
    if taken is not None:
        raise Unusable(f"it is a double of the page {taken.page}: trash one of them")
    key = track_key(state.identity.track(wish.ref))
    said = kept(row.said, "tracks")
    claimed = NotionPageClaimed(key, row.page, source, "a person added it", said)
    lists = put_on(state, wish.ref, said.get(FIELD, ""))
    return [*_seen(state, wish.ref, row.values), *_wanted(state, wish), claimed, *lists]


def ticked(state: State, source: str) -> list[Event]:
    """What people ask for on pages of ours: a tick, or where it is to be had from."""
    events: list[Event] = []
    for row in sorted(state.notion.pages, key=lambda row: row.key):
        if row.source != source or row.gone or not row.key.startswith("track:"):
            continue
        ref = Ref(row.key.removeprefix("track:"))
        if row.seen.get(TICK):
            events += unasked(state, ref)
        events += _pinned(state, ref, row)
    return events


def _pinned(state: State, ref: Ref, row: PageRow) -> Iterator[OfferPinned]:
    """Addresses that a person wrote on a page of ours."""
    for field in SITES:
        said = row.seen.get(field, "")
        if field not in row.edited or not said:
            continue
        try:
            at = checked(said)
        except ValueError:
            continue  # it stays on the page, and leads nowhere
        if at.ref not in state.identity.members(state.identity.track(ref)):
            yield from _offer(state, ref, chain.address(Ref(at.ref)))


def _wanted(state: State, wish: Asked) -> Iterator[Event]:
    yield from unasked(state, wish.ref)
    if wish.url:
        yield from _offer(state, wish.ref, wish.url)


def _offer(state: State, ref: Ref, url: str) -> Iterator[OfferPinned]:
    refs = state.identity.members(state.identity.track(ref))
    if not any(row.url == url for each in refs for row in state.wanted.said.of(each)):
        yield OfferPinned(ref, url)


def _learn(state: State, ref: Ref, learn: Learn) -> None:
    at = single.address(ref) if ref.startswith("spotify:track:") else None
    row = state.library.tracks.get(ref)
    if at is None or (row is not None and row.live):
        return
    try:
        learn(at)
    except AdapterError:
        return  # then it goes by what the row says of it


def _seen(state: State, ref: Ref, values: Mapping[str, object]) -> Iterator[TrackSeen]:
    """What a row says of a track that nobody else has spoken of."""
    if state.library.tracks.get(ref) is not None:
        return
    title = str(values.get("title") or "").strip()
    if not title and not ref.startswith("spotify:"):
        title = chain.address(ref).partition("://")[2]  # until it is fetched
    names = str(values.get("artist_name") or "").split(",")
    length = values.get("duration_ms")
    yield TrackSeen(
        ref,
        SOURCE,
        title,
        tuple(filter(None, map(str.strip, names))),
        duration_ms=int(length) if isinstance(length, int | float) and length > 0 else 0,
        isrc=str(values.get("isrc") or "").strip(),
    )


def _page_of(state: State, ref: Ref, source: str) -> PageRow | None:
    """The page that a track has already, if it is there."""
    for each in state.identity.members(state.identity.track(ref)):
        row = state.notion.pages.get(f"track:{each}")
        if row is not None and not row.gone and row.source == source:
            return row
    return None


def _matters(state: State, should: Mapping[str, str]) -> Iterator[Event]:
    """Open what should be open and is not, close what should not be open and is."""
    named = {f"{TOPIC}:{page}": text for page, text in should.items()}
    for matter, text in named.items():
        row = state.matters.open.get(matter)
        if row is None or row.text != text:
            yield MatterOpened(matter, "notion", text)
    for row in state.matters.open.of(TOPIC):
        if row.matter not in named:
            yield MatterClosed(row.matter)
