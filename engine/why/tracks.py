"""Why a track has the files that it has, or none."""

from __future__ import annotations

from collections.abc import Iterator

from engine import chain
from engine.guard import guard
from engine.library import Library
from engine.names import Known
from engine.people import clock
from engine.planner import plan
from engine.when import local
from engine.why import eagle
from engine.why.story import Story, scan, told
from projections.identity import ISRC, PERSON
from projections.layout import Layouter
from projections.origins import is_delivered
from projections.registry import State
from projections.serving import Serving
from projections.tracks import describe
from projections.values import bpm, key
from state.events import (
    AudioAnalysed,
    AudioConverted,
    AudioFetched,
    CandidatesFound,
    ConversionFailed,
    Event,
    FetchFailed,
    FileClaimed,
    FileDelivered,
    FileMatched,
    FileTrashed,
    FileWritten,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    MatterOpened,
    MembershipSet,
    OfferPinned,
    OfferRejected,
    PlacementPinned,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    RetryRequested,
    TrackRequested,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
)
from state.values import Ref, TrackId


def story(library: Library, track: TrackId) -> Story:
    """The story of a track."""
    state = library.state
    made = brief(library, track)
    made.about += [*_one(state, track), *_sound(state, track)]
    wanted = _Wanted(state, track)
    made.events = told(library, scan(library, wanted.texts, wanted))
    refs = state.identity.members(track)
    made.now = [*_memberships(state, track), *_files(library, track), *eagle.now(state, refs)]
    return made


def brief(library: Library, track: TrackId) -> Story:
    """What a track is, without how it came."""
    state = library.state
    row = describe(state, track)
    made = Story("track", track, Known(state).track(track))
    if row is not None:
        facts = (row.album, clock(row.duration_ms) if row.duration_ms else "", row.released[:4])
        made.about.append(", ".join(fact for fact in facts if fact))
    made.about = [line for line in made.about if line]
    return made


# ---- what it is --------------------------------------------------------------------------------


def _one(state: State, track: TrackId) -> Iterator[str]:
    """Its references, and why they are one recording."""
    members = state.identity.members(track)
    for ref in members:
        why = [
            _edge(edge.strength, edge.other if edge.one == ref else edge.one, edge.position)
            for edge in state.identity.edges
            if ref in (edge.one, edge.other)
        ]
        row = state.library.tracks.get(ref)
        isrc = f", isrc {row.isrc}" if row is not None and row.isrc else ""
        yield f"known as {ref}{isrc}{': ' + '; '.join(why) if why and len(members) > 1 else ''}"
    for apart in state.identity.apart:
        if apart.one in members or apart.other in members:
            yield f"a person separated {apart.one} and {apart.other} (event {apart.position})"


def _edge(strength: int, other: Ref, position: int) -> str:
    said = {
        PERSON: f"a person said that it is {other}",
        ISRC: f"the same isrc, title, artist and length as {other}",
    }
    return f"{said.get(strength, f'its source says that it is {other}')} (event {position})"


def _sound(state: State, track: TrackId) -> Iterator[str]:
    """Its tempo and key, and whose word that is."""
    audios = Serving(state).audio(track)
    if (tempo := bpm(state, track, audios)).value:
        yield f"{tempo.value:g} beats a minute: {tempo.because}"
    if (named := key(state, track, audios)).value:
        yield f"in {named.value}: {named.because}"


class _Wanted:
    """The events about a track, its references and its audio."""

    def __init__(self, state: State, track: TrackId) -> None:
        self._refs = set(state.identity.members(track))
        self._audios = {row.audio for row in state.matches.rows if row.track in self._refs}
        self._audios |= {row.audio for row in state.made.rows if row.source in self._audios} - {""}
        self._eagle = eagle.items(state, self._refs)
        self.texts = self._refs | self._audios | self._eagle

    def __call__(self, event: Event) -> bool:
        match event:
            case TrackSeen() | TrackRequested():
                return event.ref in self._refs
            case TracksMerged() | TracksSeparated():
                return event.one in self._refs or event.other in self._refs
            case PlaylistMembershipFound() | MembershipSet() | FileMatched():
                return event.track in self._refs
            case PlaylistMembershipLost():
                return event.member.partition("#")[0] in self._refs or event.member in self._refs
            case MatchPinned() | MatchRejected():
                return event.track in self._refs or event.audio in self._audios
            case CandidatesFound() | AudioFetched() | FetchFailed():
                return event.track in self._refs
            case OfferPinned() | OfferRejected():
                return event.track in self._refs
            case AudioAnalysed():
                return event.audio in self._audios
            case AudioConverted() | ConversionFailed():
                return event.source in self._audios
            case RetryRequested():
                return event.track in self._refs
            case MatterOpened():
                about = event.matter.partition(":")[2].removeprefix("track:")
                return about in self._refs or any(c.track in self._refs for c in event.candidates)
            case MatterClosed():
                about = event.matter.partition(":")[2].removeprefix("track:")
                return about in self._audios | self._refs
            case (
                FileClaimed() | PlacementPinned() | FileWritten() | FileDelivered() | FileTrashed()
            ):
                return event.placement is not None and event.placement.track in self._refs
        return eagle.tells(event, self._refs, self._eagle)


# ---- how it is now -----------------------------------------------------------------------------


def _memberships(state: State, track: TrackId) -> Iterator[str]:
    refs = set(state.identity.members(track))
    names = Known(state)
    found = False
    for row in sorted(state.library.members, key=lambda row: row.position):
        if row.track in refs:
            found = True
            added = f", added {row.added_at}" if row.added_at else ""
            who = f" by {row.added_by}" if row.added_by else ""
            yield f"on {names.playlist(row.playlist)!r}{added}{who} (event {row.position})"
    if not found:
        yield "on no playlist"
    for asked in state.requests.rows:
        if asked.ref in refs:
            yield f"asked for by itself (event {asked.position})"


def _files(library: Library, track: TrackId) -> Iterator[str]:
    """Its files, or why it has none: for every place where it should have one."""
    state = library.state
    layouter = library.layouter()
    names = Known(state)
    refs = set(state.identity.members(track))
    surplus = False
    told = False
    for target in state.policy.audio_targets():
        layout = layouter.layout(target)
        surplus |= any(row.placement and row.placement.track in refs for row in layout.surplus)
        root = state.files.roots.get(layout.root)
        if root is None or not root.online:
            yield f"{layout.root} is offline: {root.why if root is not None else 'never seen'}"
        for wish in layout.wishes.values():
            if TrackId(wish.placement.track) != track:
                continue
            if wish.has is not None:
                yield f"file: {layout.root}/{wish.has.path}"
            elif wish.held is not None:
                yield (
                    f"no file in {wish.playlist!r}: a person took {wish.held.path} away "
                    f"(event {wish.held.position}); sync review asks what to do"
                )
            else:
                lacks = _lacks(state, target, wish.playlist)
                yield f"{lacks} yet: the next reconcile makes {wish.path}"
        for waits in layout.waiting:
            if waits.track == track:
                yield f"{_lacks(state, target, waits.playlist)}: {waits.why}"
                if not told:
                    told = True
                    yield from _why_no_audio(state, refs)
                    yield from _fetching(library, track)
    for given in state.files.delivered:
        if given.track in refs:
            when = f"event {given.position}"
            yield f"delivered to {given.target} as {given.path} ({when}); never again"
    for row in state.files.pins:
        if row.track in refs and not row.wanted:
            where = names.playlist(row.playlist)
            yield f"no file in {where!r}: a person said that it shall have none there"
    yield from _excluded(state, layouter, track)
    if surplus:
        yield from _leaving(library, layouter, refs)
    for trashed in state.files.trash:
        placement = trashed.file.placement
        if placement is not None and placement.track in refs:
            yield f"in the trash: {trashed.root}/{trashed.trash}"


def _lacks(state: State, target: str, playlist: str) -> str:
    """That a target has no file of it; the main one needs no name."""
    if is_delivered(state, target):
        return f"not delivered to {target}"
    return f"no file in {playlist!r}" + ("" if target == "playlists" else f" of {target}")


def _leaving(library: Library, layouter: Layouter, refs: set[Ref]) -> Iterator[str]:
    """Files of it that the next reconcile would take away, or would if the guard let it."""
    planned = plan(library.state, layouter)
    verdict = guard(library.state, layouter, planned, now=library.now())
    for action in planned.actions:
        if action.placement is not None and action.placement.track in refs and action.removes:
            refused = (
                "" if action in verdict.actions else ", but the guard refuses so many removals"
            )
            yield f"next: {action.kind} {action.path}: {action.because}{refused}"


def _why_no_audio(state: State, refs: set[Ref]) -> Iterator[str]:
    """What a person said, or is asked, about audio that might have been this track's."""
    for matter in state.matters.open:
        if any(each.track in refs for each in matter.candidates):
            yield f"  it may be {matter.root}/{matter.path}: not certain enough; sync review asks"
    for row in state.matches.rows:
        if row.track not in refs:
            continue
        for file in state.files.files.of(row.audio):
            if row.verdict == "rejected":
                yield f"  {file.root}/{file.path}: a person said that it is not this track"
            elif row not in state.matches.tracks(row.audio):
                yield f"  {file.root}/{file.path}: a person said that it is another track"


def _fetching(library: Library, track: TrackId) -> Iterator[str]:
    """What came of trying to fetch it, and when that is tried again."""
    step = chain.step(library.state, track, library.now())
    if isinstance(step, chain.Later):
        again = f"; tried again from {local(step.until)} on" if step.until else ""
        yield f"  not fetched: {step.why}{again}"
    elif isinstance(step, chain.Take):
        yield f"  where fetching is turned on, it is fetched next from {step.url}: {step.why}"


def _excluded(state: State, layouter: Layouter, track: TrackId) -> Iterator[str]:
    laid = {group.lead for group in layouter.groups}
    for group in layouter.all_groups:
        if group.lead not in laid and track in layouter.tracks_of[group.lead]:
            yield f"no file in {group.name!r}: [playlists] include and exclude leave it out"
