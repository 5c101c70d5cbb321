"""Why a file lies where it lies, or does not any more."""

from __future__ import annotations

from engine.library import Library
from engine.names import Known
from engine.why.story import Story, scan, told
from engine.why.subject import Place, unreadable
from engine.why.threads import Thread, lives, threads
from projections.origins import is_delivered
from projections.playlists import groups
from state.events import (
    AudioAnalysed,
    AudioConverted,
    AudioFetched,
    CandidatesFound,
    Event,
    FetchFailed,
    FileClaimed,
    FileDelivered,
    FileMatched,
    FileSeen,
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
    PlaylistSeen,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
)
from state.values import Placement, Ref


def story(library: Library, place: Place) -> Story:
    """The story of the file that lies, or last lay, at a place."""
    found = threads(lives(library.log, place.path), (place.root, place.path))
    if not found:
        return _unread(library, place)
    thread = found[-1]
    audio, placements, text = _facts(thread)
    made = Story("file", f"{place.root}/{place.path}", place.path)
    if text:
        made.about.append(f"the playlist file of {Known(library.state).playlist(text)!r}")
        made.events = told(library, thread.events)
    else:
        wanted = _Wanted(library, audio, placements, thread)
        made.about += _about(library, placements, audio)
        made.events = told(library, [*thread.events, *scan(library, wanted.texts, wanted)])
    if len(found) > 1:
        made.about.append(f"{len(found)} files lay there one after the other; this is the last")
    made.now = _now(library, place, thread)
    return made


def _unread(library: Library, place: Place) -> Story:
    """Of a file that no look could read nothing is known but why."""
    made = Story("file", f"{place.root}/{place.path}", place.path)
    made.about = ["it could not be read yet; it is passed over, and nothing of it is in the log"]
    made.now = [unreadable(library, place)]
    return made


def _facts(thread: Thread) -> tuple[str, list[Placement], str]:
    """The last audio of a file, its placements one after the other, the playlist that it lists."""
    audio, text = "", ""
    placements: list[Placement] = []
    for recorded in thread.events:
        event = recorded.event
        if isinstance(event, FileSeen | FileWritten | FileDelivered | FileTrashed):
            audio = event.audio or audio
        if isinstance(event, FileClaimed | FileWritten | FileDelivered | FileTrashed):
            placements += [event.placement] if event.placement is not None else []
        if isinstance(event, FileWritten) and event.text:
            text = event.playlist
    return audio, placements, text


def _about(library: Library, placements: list[Placement], audio: str) -> list[str]:
    names = Known(library.state)
    if placements:
        placement = placements[-1]
        if is_delivered(library.state, placement.target):
            return [f"{names.track(placement.track)}, delivered to {placement.target}"]
        where = (
            f"in playlist {names.playlist(placement.playlist)!r}"
            if placement.playlist
            else "on no playlist"
        )
        return [f"{names.track(placement.track)}, {where} (target {placement.target})"]
    tracks = [names.track(row.track) for row in library.state.matches.tracks(audio)]
    if tracks:
        return [f"audio of {track}; a file of others, it stays where it is" for track in tracks]
    return ["audio that was matched to no track; it stays where it is"]


class _Wanted:
    """The events that led to a placement: its track, its membership, its audio."""

    def __init__(
        self, library: Library, audio: str, placements: list[Placement], thread: Thread
    ) -> None:
        state = library.state
        matched = [] if placements else state.matches.tracks(audio)
        tracks = {state.identity.track(row.track) for row in matched}
        tracks |= {state.identity.track(each.track) for each in placements[-1:]}
        lists = {each.playlist for each in placements}
        found, _ = groups(state.library, state.identity)
        same = [group.refs for group in found if lists & set(group.refs)]
        self._playlists: set[str] = lists.union(*same)
        self._refs: set[Ref] = {ref for track in tracks for ref in state.identity.members(track)}
        # What was made of another audio is told together with that one.
        self._audios = {audio, state.made.source(audio)} - {""}
        self._original = state.made.source(audio) if audio else ""
        self._sources = {
            (each.event.source_root or each.event.root, each.event.source)
            for each in thread.events
            if isinstance(each.event, FileWritten | FileDelivered) and each.event.source
        }
        self.texts = {*self._audios, *self._refs, *self._playlists}

    def __call__(self, event: Event) -> bool:
        match event:
            case TrackSeen():
                return event.ref in self._refs
            case TracksMerged() | TracksSeparated():
                return event.one in self._refs or event.other in self._refs
            case PlaylistSeen():
                return event.ref in self._playlists
            case PlaylistMembershipFound() | MembershipSet():
                return event.playlist in self._playlists and event.track in self._refs
            case PlaylistMembershipLost():
                return event.playlist in self._playlists and _track(event) in self._refs
            case FileMatched() | MatchPinned() | MatchRejected() | AudioFetched():
                return event.audio in self._audios
            case AudioAnalysed():
                return event.audio in self._audios
            case AudioConverted():
                return event.audio in self._audios and event.source in self._audios
            case CandidatesFound() | FetchFailed() | OfferPinned() | OfferRejected():
                return event.track in self._refs
            case MatterOpened() | MatterClosed():
                return event.matter.removeprefix("match:") in self._audios
            case PlacementPinned():
                return event.placement.track in self._refs
            case FileSeen():
                here = (event.root, event.path) in self._sources
                return event.audio == self._original and (here or len(self._audios) > 1)
        return False


def _track(event: PlaylistMembershipLost) -> str:
    member, mark, number = event.member.rpartition("#")
    return member if mark and number.isdecimal() else event.member


def _now(library: Library, place: Place, thread: Thread) -> list[str]:
    """Where the file is now."""
    files = library.state.files
    broken = unreadable(library, place)
    offline = [
        f"{row.root} is offline: {row.why}"
        for row in files.roots
        if row.root == place.root and not row.online
    ]
    offline += [f"it is passed over: {broken}"] if broken else []
    given = [row for row in files.delivered if (row.root, row.path) == (place.root, place.path)]
    if thread.at is None and given:
        return [
            f"it was taken from there: {given[0].target} was given it, and is not again",
            *offline,
        ]
    if thread.at is None:
        missing = [row for row in files.missing if (row.root, row.path) == (place.root, place.path)]
        held = "; its place is kept until you answer in sync review" if missing else ""
        return [f"it is not there any more, and that was not us{held}", *offline]
    root, path = thread.at
    trashed = files.trash.get((root, path))
    if trashed is not None:
        return [f"it lies in the trash: {root}/{path}; sync trash lists it", *offline]
    row = files.files.get((root, path))
    if row is None:
        return ["it is gone: the trash was emptied", *offline]
    whose = "ours: it may be moved and trashed" if row.ours else "not ours: it is never touched"
    elsewhere = "" if path == place.path else f"it lies at {root}/{path} now; "
    return [f"{elsewhere}{whose}", *offline]
