"""Sightings → news. Only what changes the folded state becomes an event.

Absence is news only where a listing says that it is complete. A playlist's order is kept by rank
keys: of a reordered list only the smallest set of rows that explains the new order is told again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from fractional_indexing import generate_n_keys_between

from adapters.contract import (
    FilesListed,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
)
from engine.places import PRIVATE
from projections.files import FileRow
from projections.library import MemberRow, PlaylistRow, merged
from projections.registry import State
from state.events import (
    Event,
    FileSeen,
    FileVanished,
    PlaybackSeen,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistRefused,
    PlaylistSeen,
    TrackDelisted,
    TrackSeen,
)
from state.values import PlaylistRef, RootId

Gone = dict[tuple[RootId, str], list[str]]
"""Root and audio of files that vanished → where they lay."""


def news(state: State, sightings: Iterable[Sighting], gone: Gone | None = None) -> list[Event]:
    """The events that these sightings are worth, in an order in which they can be folded.

    Args:
        gone: kept by the caller where one look is told in several parts, so that a file that
            vanished in one and appeared in the next is seen to have moved.
    """
    gone = {} if gone is None else gone
    events: list[Event] = []
    sightings = list(sightings)
    renamed = _renamed(state, sightings)
    for sighting in sightings:
        match sighting:
            case TrackSeen():
                events += _track(state, sighting)
            case TrackDelisted():
                events += _delisted(state, sighting)
            case PlaybackSeen():
                events += _played(state, sighting)
            case PlaylistListed():
                events += _playlist(state, sighting, renamed)
            case PlaylistRefused():
                events += _refused(state, sighting)
            case SourceListed():
                events += _source(state, sighting)
            case FilesListed():
                events += _vanished(state, sighting, gone)
            case FileSeen():
                events += _file(state, sighting, gone)
    return events


def _track(state: State, event: TrackSeen) -> Iterator[Event]:
    row = state.library.tracks.get(event.ref)
    identity = state.identity
    known = identity.refs.get(event.ref)
    strange = [ref for ref in event.aka if not identity.said_to_be_one(event.ref, ref)]
    back = state.services.is_gone(event.ref, event.source)
    if known is None or strange or back or merged(row, event, 0) is not row:
        yield event


def _delisted(state: State, event: TrackDelisted) -> Iterator[Event]:
    if not state.services.is_gone(event.ref, event.source):
        yield event


def _played(state: State, event: PlaybackSeen) -> Iterator[Event]:
    row = state.services.playback.get(event.source)
    if row is None or (row.track, row.playlist) != (event.track, event.playlist):
        yield event


def _refused(state: State, event: PlaylistRefused) -> Iterator[Event]:
    row = state.services.refused.get(event.ref)
    if row is None or (row.name, row.why) != (event.name, event.why):
        yield event


def _source(state: State, listed: SourceListed) -> Iterator[Event]:
    gone = [row.ref for row in _no_longer(state, listed)]
    for row in state.services.refused:
        mine = (row.source, row.origin) == (listed.source, listed.origin)
        if mine and row.ref not in listed.playlists:
            gone.append(row.ref)
    for ref in dict.fromkeys(gone):
        yield PlaylistNoLongerListed(ref)


def _no_longer(state: State, listed: SourceListed) -> Iterator[PlaylistRow]:
    for row in state.library.playlists:
        mine = row.source == listed.source and row.origin == listed.origin
        if mine and row.listed and row.ref not in listed.playlists:
            yield row


# ---- playlists ---------------------------------------------------------------------------------


def _renamed(state: State, sightings: Sequence[Sighting]) -> dict[PlaylistRef, PlaylistRef]:
    """New playlist → the one that it was: gone in the same look, with most of its tracks."""
    known = {row.ref for row in state.library.playlists if row.listed}
    listings = (seen for seen in sightings if isinstance(seen, PlaylistListed))
    new = [seen for seen in listings if seen.playlist.ref not in known]
    lists = [seen for seen in sightings if isinstance(seen, SourceListed)] if new else []
    pairs = []
    for old in (row for listed in lists for row in _no_longer(state, listed)):
        before = {row.track for row in state.library.members.of(old.ref)}
        for listing in new:
            now = {row.track for row in listing.rows}
            shared = len(before & now)
            alike = (old.source, old.origin) == (listing.playlist.source, listing.playlist.origin)
            if alike and 2 * shared > max(len(before), len(now)):
                pairs.append((shared, listing.playlist.ref, old.ref))
    found: dict[PlaylistRef, PlaylistRef] = {}
    for _, ref, was in sorted(pairs, reverse=True):
        if ref not in found and was not in found.values():
            found[ref] = was
    return found


def _playlist(
    state: State, listing: PlaylistListed, renamed: dict[PlaylistRef, PlaylistRef]
) -> Iterator[Event]:
    seen = listing.playlist
    row = state.library.playlists.get(seen.ref)
    if row is not None and not row.partial and seen.partial:
        seen = msgspec.structs.replace(seen, partial=False)  # all of it was known once
    read = seen.ref in state.services.refused and not seen.partial
    if row is None or not row.listed or read or _known(row) != _said(seen):
        was = renamed.get(seen.ref, seen.renamed_from)
        yield msgspec.structs.replace(seen, renamed_from=was)
    yield from members(seen.ref, state.library.ordered(seen.ref), listing)


def _known(row: PlaylistRow) -> tuple[str, str, str, bool]:
    return row.name, row.source, row.origin, row.partial


def _said(seen: PlaylistSeen) -> tuple[str, str, str, bool]:
    return seen.name, seen.source, seen.origin, seen.partial


def members(playlist: str, known: Sequence[MemberRow], listing: PlaylistListed) -> Iterator[Event]:
    """What a listing of a playlist tells beyond its known members."""
    rows = _occurrences(listing.rows)
    by_member = {row.member: row for row in known}
    if not listing.complete:
        # Rows that were not met may well be there still: known ones keep their place, new ones
        # go to the end, or where all are told from the top, before those that were not met.
        rest: list[tuple[str, Row | None]]
        if listing.from_top:
            met = {member for member, _ in rows}
            rest = [(row.member, None) for row in known if row.member not in met]
            rows = [*rows, *rest]
        else:
            rest = [(member, row) for member, row in rows if member not in by_member]
            rows = [*((row.member, None) for row in known), *rest]
    else:
        met = {member for member, _ in rows}
        for old in known:
            if old.member not in met:
                yield PlaylistMembershipLost(listing.playlist.ref, old.member)
    ranks = _ranks([member for member, _ in rows], {row.member: row.rank for row in known})
    for member, row in rows:
        if row is None:
            continue
        there = by_member.get(member)
        added_at = row.added_at or (there.added_at if there else "")
        added_by = row.added_by or (there.added_by if there else "")
        told = (ranks[member], added_at, added_by)
        if there is None or told != (there.rank, there.added_at, there.added_by):
            yield PlaylistMembershipFound(
                listing.playlist.ref, member, row.track, ranks[member], added_at, added_by
            )


def _occurrences(rows: Iterable[Row]) -> list[tuple[str, Row | None]]:
    """Every row with the name of its occurrence: the reference, and `#2`, … for further ones."""
    met: dict[str, int] = {}
    named: list[tuple[str, Row | None]] = []
    for row in rows:
        met[row.track] = count = met.get(row.track, 0) + 1
        named.append((row.track if count == 1 else f"{row.track}#{count}", row))
    return named


def _ranks(order: Sequence[str], known: dict[str, str]) -> dict[str, str]:
    """A rank for every member, so that sorting by rank gives `order`; most keep their own."""
    ranked = [(number, known[member]) for number, member in enumerate(order) if member in known]
    kept = {ranked[index][0] for index in _longest_increasing([rank for _, rank in ranked])}
    ranks = {order[number]: known[order[number]] for number in kept}
    anchors = [*sorted(kept), len(order)]
    start, before = 0, None
    for anchor in anchors:
        after = ranks[order[anchor]] if anchor < len(order) else None
        fresh = order[start:anchor]
        if fresh:
            keys = generate_n_keys_between(before, after, len(fresh))
            ranks.update(zip(fresh, keys, strict=True))
        start, before = anchor + 1, after
    return ranks


def _longest_increasing(values: Sequence[str]) -> list[int]:
    """Indices of a longest strictly increasing subsequence."""
    tails: list[str] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        if place == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[place], ends[place] = value, index
        previous.append(ends[place - 1] if place else -1)
    chain: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain[::-1]


# ---- files -------------------------------------------------------------------------------------


def _vanished(state: State, listing: FilesListed, gone: Gone) -> Iterator[Event]:
    for row in state.files.files:
        here = row.root == listing.root and row.audio and not row.path.startswith(PRIVATE)
        if here and row.path not in listing.paths:
            yield FileVanished(row.root, row.path)
            gone.setdefault((row.root, row.audio), []).append(row.path)


def _file(state: State, event: FileSeen, gone: Gone) -> Iterator[Event]:
    known = state.files.files.get((event.root, event.path))
    if known is not None and not _tells_more(known, event):
        return
    before = gone.get((event.root, event.audio)) if known is None else None
    yield msgspec.structs.replace(event, moved_from=before.pop(0)) if before else event


def _tells_more(row: FileRow, event: FileSeen) -> bool:
    return (row.size, row.audio, row.tags, row.duration_ms, row.codec, row.bitrate) != (
        event.size,
        event.audio,
        event.tags,
        event.duration_ms,
        event.codec,
        event.bitrate,
    )
