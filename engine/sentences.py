"""Every event as one line for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from engine.when import local
from state.actions import Action
from state.events import (
    AccessExpired,
    AccessGranted,
    ActionFailed,
    ActionIntended,
    AudioAnalysed,
    AudioConverted,
    AudioFetched,
    CandidatesFound,
    ConversionFailed,
    CoverFailed,
    CoverFetched,
    EagleFolderBound,
    EagleImported,
    EagleIntended,
    EagleItemChanged,
    EagleItemClaimed,
    EagleItemGone,
    EagleItemSeen,
    Event,
    FetchFailed,
    FileClaimed,
    FileDelivered,
    FileMatched,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    MatterOpened,
    MembershipSet,
    NotionDatabaseBound,
    NotionEdited,
    NotionIntended,
    NotionPageClaimed,
    NotionPageGone,
    NotionSynced,
    OfferPinned,
    OfferRejected,
    Paused,
    PlacementPinned,
    PlaybackSeen,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistRefused,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
    PolicySet,
    ReconcileFinished,
    ReconcileStarted,
    Resumed,
    RetryRequested,
    RootCameOnline,
    RootWentOffline,
    SamePlaylistFound,
    SameRecordingFound,
    ServiceBlocked,
    TagsRefused,
    TrackDelisted,
    TrackRequested,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
    TrashEmptied,
)
from state.values import Placement


class Names(Protocol):
    """What tracks and playlists are called."""

    def track(self, ref: str) -> str:
        """`Artist – Title`, or the reference itself."""

    def playlist(self, ref: str) -> str:
        """The playlist's name, or the reference itself."""


class Plain:
    """References as they are."""

    def track(self, ref: str) -> str:
        return ref

    def playlist(self, ref: str) -> str:
        return ref or "no playlist"


def sentence(event: Event, names: Names) -> str:
    """One line that says what happened."""
    return _SAYS[type(event)](event, names).replace("\n", " ")


def recording(title: str, artists: tuple[str, ...]) -> str:
    """`Artist, Artist – Title`."""
    return f"{', '.join(artists)} – {title}" if artists else title


def _seen(event: TrackSeen, names: Names) -> str:
    also = f", also known as {', '.join(event.aka)}" if event.aka else ""
    length = f", {event.duration_ms // 60000}:{event.duration_ms // 1000 % 60:02d}"
    said = f"{event.source} says: {event.ref} is {recording(event.title, event.artists)}"
    return f"{said}{length if event.duration_ms else ''}{also}"


def _member(event: PlaylistMembershipFound, names: Names) -> str:
    added = f", added {event.added_at}" if event.added_at else ""
    who = f" by {event.added_by}" if event.added_by else ""
    return f"{names.track(event.track)} is on {names.playlist(event.playlist)!r}{added}{who}"


def _wish(placement: Placement, names: Names) -> str:
    where = f"in {names.playlist(placement.playlist)!r}" if placement.playlist else "unassigned"
    return f"{names.track(placement.track)} {where} ({placement.target})"


def _setting(event: PolicySet, names: Names) -> str:
    if event.value is None:
        return f"{event.name} is not set any more"
    return f"{event.name} is {event.value!r}"


def _file(event: FileSeen, names: Names) -> str:
    about = recording(event.tags.title, event.tags.artists) if event.tags.title else "no title"
    moved = f"; it lay at {event.moved_from}" if event.moved_from else ""
    return f"{event.root}/{event.path} was read: {event.codec}, {about}{moved}"


def _matched(event: FileMatched, names: Names) -> str:
    return (
        f"audio {event.audio[:12]} is {names.track(event.track)}, by {event.by} "
        f"({event.score:.2f}): {event.evidence}"
    )


def _rejected(event: MatchRejected, names: Names) -> str:
    track = names.track(event.track) if event.track else "any track of the library"
    return f"a person said: audio {event.audio[:12]} is not {track}"


def _offers(event: CandidatesFound, names: Names) -> str:
    searched = f"searched for {names.track(event.track)}"
    if not event.offers:
        return f"{searched}: nothing was found"
    best = event.offers[0]
    said = f"{best.url} {best.title!r} ({best.score:.2f}: {best.why})"
    more = f"; {len(event.offers) - 1} more" if len(event.offers) > 1 else ""
    return f"{searched}: the best is {said}{more}"


def _analysed(event: AudioAnalysed, names: Names) -> str:
    beats = f"{event.bpm:g} beats a minute" if event.bpm else "no beat"
    key = f"{event.key} ({event.camelot})" if event.key else "no key"
    return f"audio {event.audio[:12]} was listened to: {beats}, {key}, by {event.by}"


def _fetch_failed(event: FetchFailed, names: Names) -> str:
    ever = "; it will not be tried again" if event.permanent else ""
    return f"{names.track(event.track)} could not be had from {event.url}: {event.why}{ever}"


def _claimed(event: FileClaimed, names: Names) -> str:
    own = "; it is ours to move from now on" if event.own else ""
    there = f"{event.root}/{event.path} was there before and is"
    return f"{there} {_wish(event.placement, names)}{own}"


_WROTE = {
    "moved": "moved",
    "linked": "linked",
    "cloned": "cloned",
    "copied": "copied",
    "restored": "restored from the trash",
    "written": "written",
    "retagged": "given new tags",
}


def _written(event: FileWritten, names: Names) -> str:
    source = f" from {event.source_root or event.root}/{event.source}" if event.source else ""
    return f"{event.root}/{event.path} was {_WROTE[event.how]}{source}: {event.because}"


def _delivered(event: FileDelivered, names: Names) -> str:
    track, target = names.track(event.placement.track), event.placement.target
    if not event.source:
        return f"{event.root}/{event.path} is {track}, delivered to {target}: {event.because}"
    source = f"{event.source_root or event.root}/{event.source}"
    return (
        f"{track} was delivered to {target} as {event.root}/{event.path}, from {source}: "
        f"{event.because}"
    )


def _trashed(event: FileTrashed, names: Names) -> str:
    return f"{event.root}/{event.path} went to the trash ({event.trash}): {event.because}"


def _pinned(event: PlacementPinned, names: Names) -> str:
    wish = _wish(event.placement, names)
    return f"a person said: {wish} shall {'' if event.wanted else 'not '}have a file"


def _action(action: Action) -> str:
    source = f" from {action.source_root or action.root}/{action.source}" if action.source else ""
    return f"{action.kind} {action.root}/{action.path}{source}: {action.because}"


def _failed(event: ActionFailed, names: Names) -> str:
    return f"{'not done' if event.interrupted else 'failed'}: {event.reason}"


def _finished(event: ReconcileFinished, names: Names) -> str:
    parts = [f"{number} {kind}" for kind, number in event.done.items()] or ["nothing done"]
    counts = (("failed", event.failed), ("blocked", event.blocked), ("waiting", event.waiting))
    parts += [f"{number} {word}" for word, number in counts if number]
    return f"the run ended: {', '.join(parts)}"


def _closed(event: MatterClosed, names: Names) -> str:
    answer = f"answered {event.answer!r}" if event.answer else "settled by itself"
    return f"{event.matter}: {answer}"


def _tagged(tags: tuple[str, ...]) -> str:
    return f", tagged {', '.join(tags)}" if tags else ""


def _pair(event: Any, name: Callable[[str], str], says: str) -> str:
    return f"a person said: {name(event.one)} and {name(event.other)} are {says}"


_SAYS: dict[type[Event], Callable[[Any, Names], str]] = {
    TrackSeen: _seen,
    TrackDelisted: lambda e, n: f"{e.source} has nothing behind {e.ref} any more",
    PlaylistSeen: lambda e, n: f"{e.source} lists a playlist called {e.name!r} ({e.ref})",
    PlaylistNoLongerListed: lambda e, n: f"{n.playlist(e.ref)!r} is not listed any more",
    PlaylistRefused: lambda e, n: f"{e.source} does not let {e.name!r} be read: {e.why}",
    PlaylistMembershipFound: _member,
    PlaylistMembershipLost: lambda e, n: (
        f"{n.track(e.member.partition('#')[0])} is not on {n.playlist(e.playlist)!r} any more"
    ),
    PlaybackSeen: lambda e, n: (
        f"{e.source} plays {n.track(e.track)}"
        + (f" from {n.playlist(e.playlist)!r}" if e.playlist else "")
    ),
    ServiceBlocked: lambda e, n: f"{e.service} wants no requests until {local(e.until)}: {e.why}",
    SamePlaylistFound: lambda e, n: (
        f"{n.playlist(e.one)!r} ({e.one}) and {e.other} are one playlist: {e.evidence}"
    ),
    AccessExpired: lambda e, n: f"{e.service} does not honour the login any more: {e.why}",
    AccessGranted: lambda e, n: f"a person logged in to {e.service} again",
    TrackRequested: lambda e, n: f"a person asked for {n.track(e.ref)}",
    RetryRequested: lambda e, n: f"a person wants {n.track(e.track)} tried again",
    MatchPinned: lambda e, n: f"a person said: audio {e.audio[:12]} is {n.track(e.track)}",
    MatchRejected: _rejected,
    TracksMerged: lambda e, n: _pair(e, str, "the same recording"),
    TracksSeparated: lambda e, n: _pair(e, str, "not the same recording"),
    PlaylistsMerged: lambda e, n: _pair(e, str, "one playlist"),
    PlaylistsSeparated: lambda e, n: _pair(e, str, "different playlists"),
    MembershipSet: lambda e, n: (
        f"a person said: {n.track(e.track)} is {'' if e.wanted else 'not '}on "
        f"{n.playlist(e.playlist)!r}"
    ),
    PlacementPinned: _pinned,
    PolicySet: _setting,
    OfferPinned: lambda e, n: f"a person said: {n.track(e.track)} is at {e.url}",
    OfferRejected: lambda e, n: f"a person said: {n.track(e.track)} is not what is at {e.url}",
    Paused: lambda e, n: (
        f"a person paused the library {'until ' + local(e.until) if e.until else 'without an end'}"
    ),
    Resumed: lambda e, n: "a person ended the pause",
    CandidatesFound: _offers,
    AudioFetched: lambda e, n: (
        f"{n.track(e.track)} was fetched from {e.url}: {e.root}/{e.path}, {e.codec}"
    ),
    AudioConverted: lambda e, n: (
        f"{e.root}/{e.path} ({e.codec}) was made of audio {e.source[:12]} for {n.track(e.track)}"
    ),
    ConversionFailed: lambda e, n: f"audio {e.source[:12]} cannot be made into {e.format}: {e.why}",
    AudioAnalysed: _analysed,
    SameRecordingFound: lambda e, n: (
        f"audio {e.one[:12]} and audio {e.other[:12]} are the same recording: {e.evidence}"
    ),
    FetchFailed: _fetch_failed,
    CoverFetched: lambda e, n: f"the picture {e.url} was fetched: {e.root}/{e.path}",
    CoverFailed: lambda e, n: (
        f"the picture {e.url} could not be had: {e.why}"
        f"{'; it will not be tried again' if e.permanent else ''}"
    ),
    RootCameOnline: lambda e, n: f"{e.root} is online at {e.path}",
    RootWentOffline: lambda e, n: f"{e.root} is offline: {e.why}",
    FileSeen: _file,
    FileVanished: lambda e, n: f"{e.root}/{e.path} is not there any more, and not by us",
    FileMatched: _matched,
    FileClaimed: _claimed,
    FileWritten: _written,
    TagsRefused: lambda e, n: f"{e.root}/{e.path} cannot be given new tags: {e.why}",
    FileDelivered: _delivered,
    FileTrashed: _trashed,
    TrashEmptied: lambda e, n: f"a person emptied the trash of {e.root}: {len(e.paths)} files",
    NotionDatabaseBound: lambda e, n: f"Notion: {e.catalogue} are kept in database {e.database}",
    NotionIntended: lambda e, n: (
        f"next: Notion: {'change' if e.page else 'make'} the page of {e.key}"
    ),
    NotionSynced: lambda e, n: (
        f"Notion: the page of {e.key} says {', '.join(e.values) or 'nothing new'}"
    ),
    NotionPageClaimed: lambda e, n: f"Notion: page {e.page} was there before as {e.key}: {e.why}",
    NotionEdited: lambda e, n: (
        f"a person changed {e.property} of {e.key} from {e.before!r} to {e.value!r} in Notion"
    ),
    NotionPageGone: lambda e, n: (
        f"Notion: the page of {e.key} is "
        f"{'not to be found' if e.how == 'lost' else 'in the trash'}"
        f"{', since nothing asked for it any more' if e.how == 'left' else ''}"
    ),
    EagleItemSeen: lambda e, n: f"Eagle has {e.says.name!r} (item {e.item}){_tagged(e.says.tags)}",
    EagleItemClaimed: lambda e, n: (
        f"Eagle: item {e.item} was there before and is {n.track(e.track)}: {e.why}"
    ),
    EagleIntended: lambda e, n: (
        f"next: Eagle: {'change' if e.item else 'add'} the item of {n.track(e.track)}"
    ),
    EagleImported: lambda e, n: (
        f"Eagle: {n.track(e.track)} was imported as item {e.item}, from {e.root}/{e.path}"
    ),
    EagleItemChanged: lambda e, n: f"Eagle: item {e.item} was changed{_tagged(e.says.tags)}",
    EagleItemGone: lambda e, n: (
        f"Eagle: item {e.item} is {'in the trash' if e.how == 'trashed' else 'not there any more'}"
    ),
    EagleFolderBound: lambda e, n: (
        f"Eagle: folder {e.name!r} ({e.folder}) is that of {n.playlist(e.playlist)!r}"
    ),
    ReconcileStarted: lambda e, n: f"{e.command} (cratelog {e.version}) began",
    ActionIntended: lambda e, n: f"next: {_action(e.action)}",
    ActionFailed: _failed,
    ReconcileFinished: _finished,
    MatterOpened: lambda e, n: f"to review: {e.text}",
    MatterClosed: _closed,
}
