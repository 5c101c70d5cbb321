"""The events: immutable facts, named in the past tense, written once and readable for ever.

`kind` is the name on disk, a literal that never changes; `schema` is the version of the payload's
shape, and `state/codec.py` lifts old ones. A new event is one class here, its line in `EVENTS` and
one golden sample (`make golden`).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from state.actions import Action
from state.values import (
    Candidate,
    Labels,
    Offer,
    Placement,
    PlaylistRef,
    Ref,
    Retagged,
    RootId,
    Tags,
    Value,
    Written,
)


class Event(Value, frozen=True):
    """Base of all events."""

    kind: ClassVar[str]
    schema: ClassVar[int] = 1


# ---- sources -----------------------------------------------------------------------------------


class TrackSeen(Event, frozen=True):
    """A source said this about a recording. Missing is empty or 0; a source never unsays."""

    kind: ClassVar[str] = "TrackSeen"
    ref: Ref
    source: str
    """Who said it: `csv`, `spotify`, …; decides whose word counts."""
    title: str
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artists: tuple[str, ...] = ()
    duration_ms: int = 0
    isrc: str = ""
    released: str = ""
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as exact as the source is."""
    disc: int = 0
    number: int = 0
    explicit: bool | None = None
    genres: tuple[str, ...] = ()
    label: str = ""
    bpm: float = 0.0
    key: str = ""
    """Camelot or note name as the source gives it, e.g. `Am`, `F#`."""
    aka: tuple[Ref, ...] = ()
    """Other references that the source itself uses for the same recording."""
    cover: str = ""
    """Address of the picture of its album."""


class TrackDelisted(Event, frozen=True):
    """The service has nothing behind this reference any more. Not a person's removal: rows that
    held it are still there, and so is its file."""

    kind: ClassVar[str] = "TrackDelisted"
    ref: Ref
    source: str


class PlaylistSeen(Event, frozen=True):
    """A playlist exists under this name at this source."""

    kind: ClassVar[str] = "PlaylistSeen"
    ref: PlaylistRef
    source: str
    name: str
    origin: str = ""
    """Which library of the source it belongs to (a backup folder's name, an account): two playlists
    of one origin are never the same playlist."""
    renamed_from: PlaylistRef = PlaylistRef("")
    """What a source that knows playlists by name alone called it before."""
    partial: bool = False
    """Its rows are not all known yet: until they are, a backup's list of it counts."""


class PlaylistNoLongerListed(Event, frozen=True):
    """The source was read completely and does not list the playlist any more. Removes nothing."""

    kind: ClassVar[str] = "PlaylistNoLongerListed"
    ref: PlaylistRef


class PlaylistRefused(Event, frozen=True):
    """The source lists a playlist and does not let it be read. What is known of it stays, and it
    is over as soon as the playlist is seen again."""

    kind: ClassVar[str] = "PlaylistRefused"
    ref: PlaylistRef
    source: str
    name: str
    why: str
    """The service's word."""
    origin: str = ""
    """As in `PlaylistSeen`."""


class PlaylistMembershipFound(Event, frozen=True):
    """A track is on a playlist at this place of its order. Again with another rank: it moved."""

    kind: ClassVar[str] = "PlaylistMembershipFound"
    playlist: PlaylistRef
    member: str
    """The occurrence: the track's reference, with `#2`, `#3`, … for further ones."""
    track: Ref
    rank: str
    """A key for sorting (fractional indexing): one insertion is one event."""
    added_at: str = ""
    """ISO 8601, as given."""
    added_by: str = ""


class PlaylistMembershipLost(Event, frozen=True):
    """A complete reading of the playlist did not hold this occurrence any more."""

    kind: ClassVar[str] = "PlaylistMembershipLost"
    playlist: PlaylistRef
    member: str


class PlaybackSeen(Event, frozen=True):
    """A person is listening to this."""

    kind: ClassVar[str] = "PlaybackSeen"
    source: str
    track: Ref
    playlist: PlaylistRef = PlaylistRef("")
    """What it is played from; empty: from something that is no playlist."""


class ServiceBlocked(Event, frozen=True):
    """A service wants no requests before a time."""

    kind: ClassVar[str] = "ServiceBlocked"
    service: str
    until: int
    """Milliseconds since 1970."""
    why: str


class SamePlaylistFound(Event, frozen=True):
    """Playlists of two sources were found to be one. They stay so, whatever becomes of their
    names and rows, unless a person parts them."""

    kind: ClassVar[str] = "SamePlaylistFound"
    one: PlaylistRef
    other: PlaylistRef
    evidence: str


class AccessExpired(Event, frozen=True):
    """A service does not honour a login any more: nothing is seen of it until a person logs in."""

    kind: ClassVar[str] = "AccessExpired"
    service: str
    why: str
    """The service's word."""


class AccessGranted(Event, frozen=True):
    """A person logged in again where access had expired."""

    kind: ClassVar[str] = "AccessGranted"
    service: str


# ---- people ------------------------------------------------------------------------------------


class TrackRequested(Event, frozen=True):
    """A person asked for a track by itself: it is wanted, on whatever playlist it is or none."""

    kind: ClassVar[str] = "TrackRequested"
    ref: Ref


class RetryRequested(Event, frozen=True):
    """A person said: the addresses that did not give the audio of this track may do so now."""

    kind: ClassVar[str] = "RetryRequested"
    track: Ref


class MatchPinned(Event, frozen=True):
    """A person said: this audio is that track. Outlives every later guess."""

    kind: ClassVar[str] = "MatchPinned"
    audio: str
    track: Ref


class MatchRejected(Event, frozen=True):
    """A person said: this audio is not that track. Empty `track`: none of all."""

    kind: ClassVar[str] = "MatchRejected"
    audio: str
    track: Ref = Ref("")


class TracksMerged(Event, frozen=True):
    """A person said: these two references are the same recording."""

    kind: ClassVar[str] = "TracksMerged"
    one: Ref
    other: Ref


class TracksSeparated(Event, frozen=True):
    """A person said: these two references are not the same recording."""

    kind: ClassVar[str] = "TracksSeparated"
    one: Ref
    other: Ref


class PlaylistsMerged(Event, frozen=True):
    """A person said: these two are one playlist."""

    kind: ClassVar[str] = "PlaylistsMerged"
    one: PlaylistRef
    other: PlaylistRef


class PlaylistsSeparated(Event, frozen=True):
    """A person said: these two are different playlists, whatever their names."""

    kind: ClassVar[str] = "PlaylistsSeparated"
    one: PlaylistRef
    other: PlaylistRef


class MembershipSet(Event, frozen=True):
    """A person said: this track is (not) on this playlist. It stands until the playlist's source
    says the same."""

    kind: ClassVar[str] = "MembershipSet"
    playlist: PlaylistRef
    track: Ref
    wanted: bool


class PlacementPinned(Event, frozen=True):
    """A person said: this track shall (not) have a file in this place."""

    kind: ClassVar[str] = "PlacementPinned"
    placement: Placement
    wanted: bool


class PolicySet(Event, frozen=True):
    """A setting that shapes what is desired, copied from the configuration into the log."""

    kind: ClassVar[str] = "PolicySet"
    name: str
    """Dotted, as in the configuration: `targets.playlists.path`."""
    value: str | int | bool | tuple[str, ...] | None
    """None: the setting is gone."""


class OfferPinned(Event, frozen=True):
    """A person said: the recording at this address is that track. Outlives every later search."""

    kind: ClassVar[str] = "OfferPinned"
    track: Ref
    url: str


class OfferRejected(Event, frozen=True):
    """A person said: the recording at this address is not that track. Never offered again."""

    kind: ClassVar[str] = "OfferRejected"
    track: Ref
    url: str


class Paused(Event, frozen=True):
    """A person wants no file changed for a while. Looking goes on."""

    kind: ClassVar[str] = "Paused"
    until: int = 0
    """Milliseconds since 1970; 0: until `Resumed`. A pause that ran out needs no event."""


class Resumed(Event, frozen=True):
    """A person ended a pause."""

    kind: ClassVar[str] = "Resumed"


# ---- audio -------------------------------------------------------------------------------------


class CandidatesFound(Event, frozen=True):
    """Media sites were searched for a track: the best five, also if none is good enough."""

    kind: ClassVar[str] = "CandidatesFound"
    track: Ref
    offers: tuple[Offer, ...]
    """The best first."""
    rules: int = 0
    """The version of the rules that they were judged by."""


class AudioFetched(Event, frozen=True):
    """The audio of a track was fetched, and lies among what was fetched."""

    kind: ClassVar[str] = "AudioFetched"
    track: Ref
    url: str
    ref: Ref
    """What the site calls it: `soundcloud:…`, `youtube:…`, `url:…`."""
    root: RootId
    path: str
    size: int
    """Bytes."""
    audio: str
    """sha256 (hex) of the audio packets."""
    duration_ms: int
    codec: str
    bitrate: int = 0
    tags: Tags = Tags()


class AudioConverted(Event, frozen=True):
    """A file of another format was made of an audio, tagged, and lies among what was fetched."""

    kind: ClassVar[str] = "AudioConverted"
    source: str
    """sha256 (hex) of the audio packets that it was made of."""
    track: Ref
    """Whose tags it bears."""
    format: str
    """`m4a`, `wav`, `aiff`, `mp3`, `flac`, `alac`."""
    how: Literal["copy", "remux", "encode"]
    root: RootId
    path: str
    size: int
    """Bytes."""
    audio: str
    """sha256 (hex) of its own audio packets; the source's, if they were copied."""
    duration_ms: int
    codec: str
    bitrate: int = 0
    tags: Tags = Tags()
    tagged: str = ""
    """A mark of what its tags should say, field by field."""
    written: Written | None = None
    """What its tags say."""


class ConversionFailed(Event, frozen=True):
    """An audio cannot be made into another format: what it was made of cannot be decoded."""

    kind: ClassVar[str] = "ConversionFailed"
    source: str
    format: str
    why: str


class AudioAnalysed(Event, frozen=True):
    """A file was listened to: what it sounds like, how fast it is, in which key."""

    kind: ClassVar[str] = "AudioAnalysed"
    audio: str
    """sha256 (hex) of the audio packets."""
    fingerprint: str
    """Chromaprint's, of the first two minutes, as AcoustID takes it. Empty: it says too little to
    be compared (silence, a tone, a few seconds)."""
    duration_ms: int
    bpm: float = 0.0
    """0: no beat was heard."""
    bpm_confidence: float = 0.0
    """0 to 1; comparable only among those that were heard `by` the same."""
    key: str = ""
    """`Am`, `F#`; empty: none was heard."""
    camelot: str = ""
    """The same on the wheel of DJs: `8A`, `2B`."""
    key_confidence: float = 0.0
    by: Literal["numpy", "essentia"] = "numpy"
    """Who heard tempo and key."""


class SameRecordingFound(Event, frozen=True):
    """Two audios were found to be one recording, by what they sound like."""

    kind: ClassVar[str] = "SameRecordingFound"
    one: str
    """sha256 (hex) of the audio packets, as `other`."""
    other: str
    error_rate: float
    """Bits of the fingerprints that differ, 0 to 1, where the two agree best."""
    evidence: str


class FetchFailed(Event, frozen=True):
    """An address did not give the audio of a track."""

    kind: ClassVar[str] = "FetchFailed"
    track: Ref
    url: str
    why: str
    permanent: bool = False
    """It will not, however often it is tried: gone, blocked here, protected, no recording."""


class CoverFetched(Event, frozen=True):
    """A picture was fetched, and lies among what was fetched."""

    kind: ClassVar[str] = "CoverFetched"
    url: str
    root: RootId
    path: str
    digest: str
    """sha256 (hex)."""
    size: int
    """Bytes."""


class CoverFailed(Event, frozen=True):
    """An address did not give a picture."""

    kind: ClassVar[str] = "CoverFailed"
    url: str
    why: str
    permanent: bool = False
    """It will not, however often it is tried: gone, no picture, too large."""


# ---- files -------------------------------------------------------------------------------------


class RootCameOnline(Event, frozen=True):
    """A folder tree can be looked at (for the first time, or again)."""

    kind: ClassVar[str] = "RootCameOnline"
    root: RootId
    path: str
    device: int = 0
    """The file system's device number at that time."""
    marker: str = ""
    """The id in its marker file; empty for folders that we only read."""


class RootWentOffline(Event, frozen=True):
    """A known folder tree is not there, or is not the one we know."""

    kind: ClassVar[str] = "RootWentOffline"
    root: RootId
    why: str


class FileSeen(Event, frozen=True):
    """An audio file lies there and was read."""

    kind: ClassVar[str] = "FileSeen"
    root: RootId
    path: str
    size: int
    """Bytes."""
    audio: str
    """sha256 (hex) of the audio packets: the same whatever the tags say."""
    duration_ms: int
    codec: str
    """As ffmpeg names it: `aac`, `mp3`, `flac`, `pcm_s16le`, `vorbis`, `opus`, …"""
    tags: Tags
    bitrate: int = 0
    """bit/s over the whole file."""
    moved_from: str = ""
    """The path in the same root at which this very file lay before."""


class FileVanished(Event, frozen=True):
    """A complete scan of an online root did not find the file, and nothing of ours took it."""

    kind: ClassVar[str] = "FileVanished"
    root: RootId
    path: str


class FileMatched(Event, frozen=True):
    """The program found that an audio is a track's, and how it knows."""

    kind: ClassVar[str] = "FileMatched"
    audio: str
    track: Ref
    by: Literal["isrc", "title", "playlist folder", "fetched", "fingerprint"]
    score: float
    """0 to 1."""
    evidence: str
    others: tuple[Candidate, ...] = ()
    """The best of those that lost."""


class FileClaimed(Event, frozen=True):
    """A file that was there before is this placement."""

    kind: ClassVar[str] = "FileClaimed"
    root: RootId
    path: str
    placement: Placement
    name: str
    folder: str
    own: bool = False
    """We may move and trash it from now on (a person said so)."""


class FileWritten(Event, frozen=True):
    """We put a file there."""

    kind: ClassVar[str] = "FileWritten"
    root: RootId
    path: str
    how: Literal["moved", "linked", "cloned", "copied", "restored", "written", "retagged"]
    because: str
    size: int
    audio: str = ""
    """Empty for text files."""
    text: str = ""
    """Digest (sha256, hex) of a text file; empty for audio."""
    source_root: RootId = RootId("")
    source: str = ""
    placement: Placement | None = None
    playlist: PlaylistRef = PlaylistRef("")
    """Of a text file: the playlist that it lists."""
    name: str = ""
    folder: str = ""
    tags: Retagged | None = None
    """Of retagged: what they say, and what they said before."""


class TagsRefused(Event, frozen=True):
    """A file of ours cannot bear new tags without harm to something else in it: it stays as it is
    until there are others to write."""

    kind: ClassVar[str] = "TagsRefused"
    root: RootId
    path: str
    tagged: str
    """A mark of what they should say."""
    why: str


class FileDelivered(Event, frozen=True):
    """A track's file was put into a folder out of which another program takes it, or lay there
    already. It is never put there again, nor touched."""

    kind: ClassVar[str] = "FileDelivered"
    root: RootId
    path: str
    audio: str
    placement: Placement
    size: int
    """Bytes."""
    because: str
    source_root: RootId = RootId("")
    source: str = ""
    """Where its bytes came from; empty: it lay there already."""


class FileTrashed(Event, frozen=True):
    """We moved a file of ours into its root's trash."""

    kind: ClassVar[str] = "FileTrashed"
    root: RootId
    path: str
    trash: str
    """Where it lies now, relative to the root."""
    because: str
    audio: str = ""
    placement: Placement | None = None


class TrashEmptied(Event, frozen=True):
    """A person had files removed from the trash for good."""

    kind: ClassVar[str] = "TrashEmptied"
    root: RootId
    paths: tuple[str, ...]


# ---- Notion ------------------------------------------------------------------------------------


class NotionDatabaseBound(Event, frozen=True):
    """A database of the catalogue, or that of open matters, is this one from now on."""

    kind: ClassVar[str] = "NotionDatabaseBound"
    catalogue: Literal["tracks", "playlists", "artists", "albums", "tasks"]
    database: str
    source: str
    """The id of its data source."""
    properties: dict[str, str]
    """Field of the catalogue → id of the property that holds it, whatever its name becomes."""
    types: dict[str, str] = {}  # noqa: RUF012 (msgspec makes a fresh one for each)
    """Field → the type of that property."""


class NotionIntended(Event, frozen=True):
    """A page will be made or changed next. Its outcome is the event whose `cause` is this."""

    kind: ClassVar[str] = "NotionIntended"
    key: str
    """The Sync Key: `track:…`, `playlist:…`, `artist:…`, `album:…`."""
    source: str
    values: dict[str, str]
    """Field → what it will say, long texts as a digest, relations as ids of pages."""
    page: str = ""
    """Empty: one that is made."""


class NotionSynced(Event, frozen=True):
    """We made a page or changed it, or found that it says already what it should."""

    kind: ClassVar[str] = "NotionSynced"
    key: str
    page: str
    source: str
    values: dict[str, str]
    """Field → what it says now, as in `NotionIntended`; fields not named are as they were."""


class NotionPageClaimed(Event, frozen=True):
    """A page that was there before is the page of this key."""

    kind: ClassVar[str] = "NotionPageClaimed"
    key: str
    page: str
    source: str
    why: str
    values: dict[str, str]
    """Field → what it said: not ours to change, but for what only we know."""


class NotionEdited(Event, frozen=True):
    """A person changed a property of ours: it is theirs until it says again what we wrote."""

    kind: ClassVar[str] = "NotionEdited"
    key: str
    page: str
    property: str
    """The field of the catalogue."""
    value: str
    """What it says now."""
    before: str = ""
    """What it said as far as we knew."""


class NotionPageGone(Event, frozen=True):
    """A page of ours is in Notion's trash, or not to be found. It is not made again."""

    kind: ClassVar[str] = "NotionPageGone"
    key: str
    page: str
    how: Literal["trashed", "lost", "left"]
    """`left`: we trashed it, because nothing in the library asked for it any more. If something
    does, it is taken out again."""


# ---- Eagle -------------------------------------------------------------------------------------


class EagleItemSeen(Event, frozen=True):
    """A sound lies in the library of Eagle, or something else is said about it than before."""

    kind: ClassVar[str] = "EagleItemSeen"
    library: str
    """As the configuration names it."""
    item: str
    says: Labels
    ext: str = ""
    """Without the dot."""
    size: int = 0
    """Bytes."""


class EagleItemClaimed(Event, frozen=True):
    """An item that was there before is this track's: no other one is imported."""

    kind: ClassVar[str] = "EagleItemClaimed"
    library: str
    item: str
    track: Ref
    why: str


class EagleIntended(Event, frozen=True):
    """An item will be added or changed next. Its outcome is the event whose `cause` is this."""

    kind: ClassVar[str] = "EagleIntended"
    library: str
    track: Ref
    says: Labels
    """What of it will be ours."""
    item: str = ""
    """Empty: one that is added."""
    root: RootId = RootId("")
    path: str = ""
    """The file that is imported."""


class EagleImported(Event, frozen=True):
    """We added a track's file to the library of Eagle, and saw it there."""

    kind: ClassVar[str] = "EagleImported"
    library: str
    item: str
    track: Ref
    says: Labels
    """What we said about it."""
    root: RootId
    path: str
    """The file that was copied."""
    ext: str = ""
    size: int = 0
    """Bytes."""


class EagleItemChanged(Event, frozen=True):
    """We changed what is said about an item."""

    kind: ClassVar[str] = "EagleItemChanged"
    library: str
    item: str
    says: Labels
    """What of it is ours now; the rest is the person's."""


class EagleItemGone(Event, frozen=True):
    """An item is in Eagle's trash, or not there any more. Its track is not imported again."""

    kind: ClassVar[str] = "EagleItemGone"
    library: str
    item: str
    how: Literal["trashed", "lost"]


class EagleFolderBound(Event, frozen=True):
    """A folder of Eagle is this playlist's, whatever a person calls it."""

    kind: ClassVar[str] = "EagleFolderBound"
    library: str
    playlist: PlaylistRef
    folder: str
    name: str
    """That we gave it."""


# ---- runs --------------------------------------------------------------------------------------


class ReconcileStarted(Event, frozen=True):
    """A run begins. Written together with the run's first other event."""

    kind: ClassVar[str] = "ReconcileStarted"
    command: str
    version: str
    """Of cratelog."""


class ActionIntended(Event, frozen=True):
    """This will be done next. Its outcome is the event whose `cause` is this position."""

    kind: ClassVar[str] = "ActionIntended"
    action: Action


class ActionFailed(Event, frozen=True):
    """The intent named by `cause` was not carried out; nothing of it remains."""

    kind: ClassVar[str] = "ActionFailed"
    reason: str
    interrupted: bool = False
    """The run ended before the effect; the planner will look again."""


class ReconcileFinished(Event, frozen=True):
    """A run ended by itself."""

    kind: ClassVar[str] = "ReconcileFinished"
    done: dict[str, int]
    """Kind of action to how many."""
    failed: int = 0
    blocked: int = 0
    waiting: int = 0


class MatterOpened(Event, frozen=True):
    """Something needs a person."""

    kind: ClassVar[str] = "MatterOpened"
    matter: str
    """Its one identity, e.g. `match:<audio>`."""
    topic: Literal[
        "match",
        "edited",
        "same playlist",
        "conflict",
        "offer",
        "same recording",
        "notion",
        "failed",
        "access",
        "unreadable",
        "refused",
        "trashed",
    ]
    text: str
    """One line: what, where, what to do."""
    root: RootId = RootId("")
    path: str = ""
    candidates: tuple[Candidate, ...] = ()
    options: tuple[str, ...] = ()
    """Answers that only this one has: `allow 12`."""


class MatterClosed(Event, frozen=True):
    """It does not any more: answered, or its cause is gone."""

    kind: ClassVar[str] = "MatterClosed"
    matter: str
    answer: str = ""
    """What a person chose; empty: it closed by itself."""
    by: str = ""
    """What brought the answer, if not a command: `outbox:<digest>`, `notion:<page>`."""


EVENTS: tuple[type[Event], ...] = (
    TrackSeen,
    TrackDelisted,
    PlaylistSeen,
    PlaylistNoLongerListed,
    PlaylistRefused,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaybackSeen,
    ServiceBlocked,
    AccessExpired,
    AccessGranted,
    SamePlaylistFound,
    TrackRequested,
    RetryRequested,
    MatchPinned,
    MatchRejected,
    TracksMerged,
    TracksSeparated,
    PlaylistsMerged,
    PlaylistsSeparated,
    MembershipSet,
    PlacementPinned,
    PolicySet,
    OfferPinned,
    OfferRejected,
    Paused,
    Resumed,
    CandidatesFound,
    AudioFetched,
    AudioConverted,
    ConversionFailed,
    AudioAnalysed,
    SameRecordingFound,
    FetchFailed,
    CoverFetched,
    CoverFailed,
    RootCameOnline,
    RootWentOffline,
    FileSeen,
    FileVanished,
    FileMatched,
    FileClaimed,
    FileWritten,
    TagsRefused,
    FileDelivered,
    FileTrashed,
    TrashEmptied,
    NotionDatabaseBound,
    NotionIntended,
    NotionSynced,
    NotionPageClaimed,
    NotionEdited,
    NotionPageGone,
    EagleItemSeen,
    EagleItemClaimed,
    EagleIntended,
    EagleImported,
    EagleItemChanged,
    EagleItemGone,
    EagleFolderBound,
    ReconcileStarted,
    ActionIntended,
    ActionFailed,
    ReconcileFinished,
    MatterOpened,
    MatterClosed,
)
