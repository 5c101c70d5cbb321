"""One page of the database of tracks, named by a person: what it asks for is asked for now."""

from __future__ import annotations

from adapters.contract import Fatal, Permanent
from adapters.notion.client import Client, Missing
from adapters.notion.fields import TITLES
from adapters.notion.reading import Seen, complete, seen
from adapters.notion.settings import NotionSettings
from engine.library import Library
from engine.notion import memory
from engine.notion.looking import Looking, stray
from engine.notion.planning import Bound
from engine.notion.requests import Learn, Unusable, request, ticked
from engine.notion.setting_up import identifier
from engine.requested import unasked
from projections.notion import PageRow
from projections.registry import State
from state.values import Ref, TrackId


def take(
    library: Library,
    settings: NotionSettings,
    client: Client,
    said: str,
    learn: Learn | None = None,
) -> TrackId:
    """The track of a page, asked for. The caller holds the effects lock.

    Args:
        said: the page's id, with or without dashes, or its address.
        learn: asks about tracks at Spotify that are not known yet.

    Raises:
        Permanent: it is no page of a track, or leads to none. And all that `Client` raises.
    """
    state = library.state
    if "tracks" not in state.notion.databases:
        raise Fatal("Notion: no databases are set up yet: sync notion setup --parent PAGE")
    looking = Looking(library, settings, client, memory.load(library))
    bound = looking.bound("tracks")
    page = _read(state, client, bound, identifier(said))
    rows = [row for row in state.notion.pages.of(page.page) if row.source == bound.source]
    if rows:
        return _ours(library, looking, bound, rows[0], page)
    row = stray(page)
    name = str(row.values.get("title") or page.page)
    if row.values.get("sync_key"):
        raise Permanent(f"Notion: {name!r} is a copy of another page: it bears that one's Sync Key")
    try:
        library.append(request(state, bound.source, row, learn))
    except Unusable as error:
        raise Permanent(f"Notion: {name!r}: {error}") from None
    (mine,) = state.notion.pages.of(page.page)
    return _track(state, mine)


def _read(state: State, client: Client, bound: Bound, id: str) -> Seen:
    """A page of tracks as it is now."""
    try:
        told = client.page(id)
    except Missing:
        raise Permanent(
            f"Notion: there is no page {id}, or it is not shared with the connection"
        ) from None
    source = str((told.get("parent") or {}).get("data_source_id") or "")
    if source != bound.source:
        kinds = [row.catalogue for row in state.notion.databases if row.source == source]
        what = f"one of {TITLES[kinds[0]]}" if kinds else "none of ours"  # type: ignore[index]
        raise Permanent(f"Notion: the page {id} is {what}, not one of {TITLES['tracks']}")
    if told.get("in_trash"):
        raise Permanent(f"Notion: the page {id} lies in the trash: take it out of it first")
    return complete(client, seen(told, bound.fields), bound.fields)


def _ours(library: Library, looking: Looking, bound: Bound, row: PageRow, page: Seen) -> TrackId:
    looking.tell(looking.news(bound, row, page))
    track = _track(library.state, row)
    if not any(
        each in library.state.library.tracks for each in library.state.identity.members(track)
    ):
        raise Permanent(f"Notion: nothing in the library asks for {row.key} any more")
    library.append(ticked(library.state, bound.source))
    library.append(unasked(library.state, Ref(track)))
    return track


def _track(state: State, row: PageRow) -> TrackId:
    return state.identity.track(Ref(row.key.removeprefix("track:")))
