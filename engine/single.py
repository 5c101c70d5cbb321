"""One thing at a time: a playlist by its address, a track by its address, what is playing now."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from adapters.contract import Permanent, PlaylistListed, Sighting, Transient
from adapters.media.urls import checked
from adapters.spotify import single
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.single import Address
from adapters.spotify.source import SpotifySource
from engine import chain
from engine.library import Library
from engine.requested import unasked
from engine.spotify import Known, Turn, ask
from projections.layout import Layouter, target_root
from projections.registry import State
from projections.tracks import fetched_from
from state.events import PlaybackSeen, TrackSeen
from state.values import PlaylistRef, Ref, TrackId


class Brought(msgspec.Struct, frozen=True):
    """A playlist that was brought in."""

    ref: PlaylistRef
    name: str
    rows: int
    whole: bool


def playlist(library: Library, settings: SpotifySettings, at: Address) -> Brought:
    """Bring in a playlist or an album. The caller holds the effects lock.

    Raises:
        AdapterError: it cannot be had, or not now.
    """
    found: list[Brought] = []

    def read(source: SpotifySource) -> Iterable[Sighting]:
        if at.kind == "album":
            seen = single.album(source.client, at.id)
        else:
            ref = PlaylistRef(at.ref)
            row = library.state.library.playlists.get(ref)
            known = Known(library).rows(ref)
            seen = single.playlist(source.client, at.id, known, row.origin if row else "")
        for sighting in seen:
            if isinstance(sighting, PlaylistListed):
                listed = sighting.playlist
                there = sighting.complete or not listed.partial
                rows = len(sighting.rows)
                found.append(Brought(listed.ref, listed.name, rows, there))
            yield sighting

    _done(ask(library, settings, read))
    (brought,) = found
    rows = len(library.state.library.members.of(brought.ref))
    return msgspec.structs.replace(brought, rows=rows)


def is_known(state: State, at: Address) -> bool:
    """Whether a track needs no asking for: all that Spotify would say of it is known."""
    row = state.library.tracks.get(Ref(at.ref))
    return row is not None and row.live


def is_named(state: State, at: Address) -> bool:
    """Whether anybody, a backup too, said what a track is called."""
    row = state.library.tracks.get(Ref(at.ref))
    return row is not None and bool(row.title)


def track(library: Library, settings: SpotifySettings, at: Address) -> None:
    """Find out about a track. The caller holds the effects lock.

    Raises:
        AdapterError: it cannot be had, or not now.
    """
    _done(ask(library, settings, lambda source: single.track(source.client, at.id)))


def request(library: Library, ref: Ref) -> bool:
    """Note that a person wants a track; False: that is known."""
    return bool(library.decide(lambda state: unasked(state, ref)))


def upload(library: Library, url: str) -> tuple[Ref, bool]:
    """Note that a person wants what is at an address of the web; whether that is new.

    What it is called is not known before it is fetched: until then it goes by its address.

    Raises:
        ValueError: it is no such address.
    """
    at = checked(url)
    ref = Ref(at.ref)
    if library.state.library.tracks.get(ref) is None:
        source = at.ref.partition(":")[0]
        library.append([TrackSeen(ref, source, chain.address(ref).partition("://")[2])])
    return ref, request(library, ref)


def playing(library: Library, settings: SpotifySettings) -> PlaybackSeen | None:
    """What is playing now, noted in the log; None: nothing. The caller holds the effects lock.

    Raises:
        AdapterError: it cannot be found out now.
    """
    found: list[Sighting] = []

    def look(source: SpotifySource) -> Iterable[Sighting]:
        found.extend(source.playing())
        return found

    _done(ask(library, settings, look))
    return next((seen for seen in found if isinstance(seen, PlaybackSeen)), None)


def files(layouter: Layouter, track: TrackId) -> list[str]:
    """Where the files of a track lie, relative to the folder of their target."""
    state, found = layouter.state, list[str]()
    for target in state.policy.targets():
        if state.files.online(target_root(target)):
            wishes = layouter.layout(target).wishes.values()
            found += [w.has.path for w in wishes if w.has and w.placement.track == Ref(track)]
    return found


def places(state: State, track: TrackId) -> list[str]:
    """Where the files of a track lie, and where it was delivered to: target and path."""
    name = state.identity.track
    found = [
        f"{row.root.partition('/')[2]}: {row.path}"
        for row in state.files.files
        if row.placement is not None and name(row.placement.track) == track
    ]
    given = [
        f"{row.target}: {row.path} (delivered)"
        for row in state.files.delivered
        if name(row.track) == track
    ]
    return sorted(found) + sorted(given)


def origin(state: State, track: TrackId) -> list[str]:
    """Where a track's audio was fetched from, the last time; nothing if it was not."""
    url = fetched_from(state, track)
    return [f"fetched from {url}"] if url else []


def waits(layouter: Layouter, track: TrackId) -> bool:
    """Whether a track should have a file and has no audio."""
    targets = (layouter.layout(target) for target in layouter.state.policy.targets())
    return any(each.track == track for layout in targets for each in layout.waiting)


def _done(turn: Turn) -> None:
    """Raises an error if the turn came to nothing."""
    if turn.refused is not None:
        raise turn.refused
    for line in turn.unreadable:
        raise Permanent(f"{line.where}: {line.why}")
    for wait in turn.waits:
        raise Transient(wait)
