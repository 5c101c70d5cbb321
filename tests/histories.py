"""Hypothesis strategies for histories: random, but about few enough things that they meet often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from projections.runs import DAY_MS
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
from state.log import Recorded
from state.values import (
    UNASSIGNED,
    Labels,
    Offer,
    Placement,
    PlaylistRef,
    Ref,
    Retagged,
    RootId,
    Tags,
)

MUSIC, TARGET = RootId("files/music"), RootId("target/playlists")
TEMPLATE = "{playlist}/{artist} - {title}"

_LISTS = {
    PlaylistRef("csv:old/House"): ("csv", "old"),
    PlaylistRef("csv:old/House_"): ("csv", "old"),
    PlaylistRef("csv:new/house"): ("csv", "new"),
    PlaylistRef("spotify:playlist:1"): ("spotify", "ann"),
}

some = st.sampled_from
refs = some([Ref(f"spotify:track:{name}") for name in "abcde"] + [Ref("csv:row:1")])
lists = some(list(_LISTS))
roots = some([MUSIC, TARGET])
audios = some(["aa", "bb", "cc"])
paths = some(["House/A - One.mp3", "house/A - one.mp3", "Warm up/B - Two.mp3", "C.flac"])
trashes = some([".cratelog/trash/1/x.mp3", ".cratelog/trash/2/x.mp3"])
names = some(["{playlist}/A - One", "{playlist}/B - Two", "C", ""])
folders = some(["House", "house", "Warm up", "Unassigned", ""])
placements = st.builds(Placement, st.just("playlists"), st.one_of(lists, st.just(UNASSIGNED)), refs)
matters = some(["match:aa", "edited:playlists", "conflict:7"])


def _playlist(ref: PlaylistRef, name: str, partial: bool) -> PlaylistSeen:
    source, origin = _LISTS[ref]
    return PlaylistSeen(ref, source, name, origin, partial=partial and source == "spotify")


def _member(playlist: PlaylistRef, track: Ref, more: str, rank: str) -> PlaylistMembershipFound:
    return PlaylistMembershipFound(playlist, track + more, track, rank)


tracks_seen = st.builds(
    TrackSeen,
    refs,
    some(["csv", "spotify"]),
    some(["One", "Two", ""]),
    some([("A",), ("B", "A"), ()]),
    album=some(["", "Album"]),
    duration_ms=some([0, 200_000, 201_500, 203_000]),
    isrc=some(["", "", "GB1", "GB2"]),
    explicit=some([None, True, False]),
    bpm=some([0.0, 128.0]),
    aka=st.lists(refs, max_size=1).map(tuple),
)
members_found = st.builds(_member, lists, refs, some(["", "#2"]), some(["a0", "a1", "a0V", "Zz"]))
members_lost = st.builds(
    lambda playlist, track, more: PlaylistMembershipLost(playlist, track + more),
    lists,
    refs,
    some(["", "#2"]),
)
identities = st.one_of(
    tracks_seen,
    st.builds(TracksMerged, refs, refs),
    st.builds(TracksSeparated, refs, refs),
    st.builds(TrackRequested, refs),
)
playlists = st.one_of(
    st.builds(_playlist, lists, some(["House", "house", "House?", "Warm up"]), st.booleans()),
    st.builds(SamePlaylistFound, lists, lists, st.just("a test")),
    st.builds(PlaylistNoLongerListed, lists),
    members_found,
    members_found,
    members_lost,
    st.builds(MembershipSet, lists, refs, st.booleans()),
    st.builds(PlaylistsMerged, lists, lists),
    st.builds(PlaylistsSeparated, lists, lists),
)
files_written = st.builds(
    FileWritten,
    roots,
    paths,
    some(["moved", "linked", "copied", "restored"]),
    st.just("a test"),
    st.just(5),
    audio=audios,
    source_root=roots,
    source=st.one_of(paths, trashes),
    placement=st.one_of(placements, st.none()),
    name=names,
    folder=folders,
)
texts_written = st.builds(
    FileWritten,
    st.just(TARGET),
    some(["House.m3u8", "Warm up.m3u8"]),
    some(["written", "moved"]),
    st.just("a test"),
    st.just(5),
    text=some(["d1", "d2"]),
    source_root=st.just(TARGET),
    source=some(["", "House.m3u8"]),
    playlist=lists,
)
retagged = st.builds(
    FileWritten,
    roots,
    paths,
    st.just("retagged"),
    st.just("a test"),
    some([5, 6]),
    audio=audios,
    tags=st.builds(Retagged, some(["t1", "t2"]), tags=st.builds(Tags, some(["", "One"]))),
)
files = st.one_of(
    st.builds(RootCameOnline, roots, some(["/m", "/n"]), some([1, 2]), some(["", "id"])),
    st.builds(RootWentOffline, roots, some(["unmounted", "emptied"])),
    st.builds(
        FileSeen,
        roots,
        paths,
        some([5, 6]),
        audios,
        some([0, 200_000]),
        some(["mp3", "flac"]),
        st.builds(Tags, some(["", "One"])),
    ),
    st.builds(FileVanished, roots, paths),
    st.builds(FileClaimed, roots, paths, placements, names, folders, st.booleans()),
    files_written,
    files_written,
    texts_written,
    retagged,
    st.builds(TagsRefused, roots, paths, some(["t1", "t2"]), st.just("a test")),
    st.builds(
        FileDelivered,
        roots,
        paths,
        audios,
        placements,
        some([5, 6]),
        st.just("a test"),
        roots,
        st.one_of(paths, st.just("")),
    ),
    st.builds(FileTrashed, roots, paths, trashes, st.just("a test"), audios, placements),
    st.builds(TrashEmptied, roots, st.lists(trashes, max_size=2).map(tuple)),
    st.builds(PlacementPinned, placements, st.booleans()),
)
matches = st.one_of(
    st.builds(
        FileMatched,
        audios,
        refs,
        some(["isrc", "title", "fingerprint"]),
        st.just(1.0),
        st.just("isrc"),
    ),
    st.builds(MatchPinned, audios, refs),
    st.builds(MatchRejected, audios, st.one_of(refs, st.just(Ref("")))),
)
runs = st.one_of(
    st.builds(ReconcileStarted, st.just("reconcile"), st.just("1")),
    st.builds(
        ActionIntended,
        st.builds(
            Action,
            some(["place", "move", "trash", "restore", "deliver", "retag"]),
            roots,
            paths,
            st.just("a test"),
            playlist=lists,
            removes=st.booleans(),
        ),
    ),
    st.builds(ActionFailed, st.just("disk full")),
    st.builds(ReconcileFinished, some([{}, {"move": 1}]), some([0, 2])),
)
others = st.one_of(
    st.builds(
        PolicySet,
        some(["targets.playlists.path", "playlists.exclude", "targets.playlists.on_edit"]),
        some([TEMPLATE, "{artist}/{title}", ("House",), True, None, "restore"]),
    ),
    st.builds(MatterOpened, matters, some(["match", "edited"]), some(["one", "two"])),
    st.builds(MatterClosed, matters, some(["", "restore", "follow"]), some(["", "outbox:1"])),
    st.builds(Paused, some([0, 1, 2_000_000_000_000])),
    st.builds(Resumed),
)
services = st.one_of(
    st.builds(TrackDelisted, refs, some(["csv", "spotify"])),
    st.builds(
        PlaylistRefused, lists, st.just("spotify"), some(["House", ""]), some(["403", "404"])
    ),
    st.builds(PlaybackSeen, st.just("spotify"), refs, st.one_of(lists, st.just(UNASSIGNED))),
    st.builds(ServiceBlocked, st.just("spotify"), some([1, 2_000_000_000_000]), st.just("quota")),
    st.builds(AccessExpired, st.just("spotify"), st.just("revoked")),
    st.builds(AccessGranted, st.just("spotify")),
)
urls = some(["https://a.example/1", "https://a.example/2"])
fetching = st.one_of(
    st.builds(OfferPinned, refs, urls),
    st.builds(OfferRejected, refs, urls),
    st.builds(RetryRequested, refs),
    st.builds(
        CandidatesFound,
        refs,
        st.lists(st.builds(Offer, urls, st.just("One")), max_size=2).map(tuple),
        some([1, 2]),
    ),
    st.builds(
        AudioFetched,
        refs,
        urls,
        refs,
        roots,
        paths,
        some([5, 6]),
        audios,
        some([0, 200_000]),
        some(["opus", "aac"]),
    ),
    st.builds(CoverFetched, urls, roots, paths, some(["d1", "d2"]), some([5, 6])),
    st.builds(CoverFailed, urls, st.just("gone"), st.booleans()),
    st.builds(FetchFailed, refs, urls, st.just("gone"), st.booleans()),
    st.builds(
        AudioConverted,
        audios,
        refs,
        some(["m4a", "wav"]),
        st.just("encode"),
        roots,
        paths,
        some([5, 6]),
        audios,
        st.just(200_000),
        st.just("aac"),
        tagged=some(["", "t1"]),
    ),
    st.builds(ConversionFailed, audios, some(["m4a", "wav"]), st.just("cannot be decoded")),
    st.builds(AudioAnalysed, audios, some(["", "AQAAAA"]), st.just(200_000), some([0.0, 128.0])),
    st.builds(SameRecordingFound, audios, audios, some([0.01, 0.05]), st.just("a test")),
)
keys, pages, sources = some(["track:a", "artist:b"]), some(["p1", "p2"]), some(["s1", "s2"])
said = st.dictionaries(some(["title", "playlists"]), some(["", "p1", "p1,p2", "p2,p3"]), max_size=2)
notion = st.one_of(
    st.builds(NotionDatabaseBound, some(["tracks", "artists"]), pages, sources, said),
    st.builds(NotionIntended, keys, sources, said, some(["", "p1"])),
    st.builds(NotionSynced, keys, pages, sources, said),
    st.builds(NotionPageClaimed, keys, pages, sources, st.just("its title"), said),
    st.builds(NotionEdited, keys, pages, some(["title", "playlists"]), some(["", "p1", "p2,p3"])),
    st.builds(NotionPageGone, keys, pages, some(["trashed", "lost"])),
)
libraries, items = some(["Music", "/m/Music.library"]), some(["I1", "I2"])
labels = st.builds(
    Labels, some(["One", ""]), some(["", "cratelog://track/a"]), tags=some([(), ("x",)])
)
eagle = st.one_of(
    st.builds(EagleItemSeen, libraries, items, labels, some(["m4a", ""]), some([0, 5])),
    st.builds(EagleItemClaimed, libraries, items, refs, st.just("its address")),
    st.builds(EagleIntended, libraries, refs, labels, some(["", "I1"]), roots, paths),
    st.builds(EagleImported, libraries, items, refs, labels, roots, paths, st.just("m4a")),
    st.builds(EagleItemChanged, libraries, items, labels),
    st.builds(EagleItemGone, libraries, items, some(["trashed", "lost"])),
    st.builds(EagleFolderBound, libraries, lists, some(["F1", "F2"]), st.just("House")),
)
events: st.SearchStrategy[Event] = st.one_of(
    identities, playlists, files, files, matches, runs, others, services, fetching, notion, eagle
)

BEGINNING: tuple[Event, ...] = (
    PolicySet("targets.playlists.path", TEMPLATE),
    PolicySet("targets.m3u8.path", "{playlist}"),
    RootCameOnline(MUSIC, "/music", 1),
    RootCameOnline(TARGET, "/playlists", 1, "id"),
)


@st.composite
def histories(
    draw: st.DrawFn,
    of: st.SearchStrategy[Event] = events,
    beginning: tuple[Event, ...] = BEGINNING,
    size: int = 40,
) -> list[Recorded]:
    """Events with positions, times that never go back, and outcomes that name open intents."""
    told = [*beginning, *draw(st.lists(of, max_size=size))]
    at, open_intents = 0, []
    recorded = []
    for position, event in enumerate(told, 1):
        at += (
            draw(some([0, 1, DAY_MS // 2, DAY_MS + 1])) if isinstance(event, ActionIntended) else 0
        )
        cause = None
        if isinstance(event, ActionIntended | NotionIntended | EagleIntended):
            open_intents.append(position)
        elif (
            isinstance(
                event,
                FileWritten
                | FileDelivered
                | FileTrashed
                | ActionFailed
                | NotionSynced
                | EagleImported
                | EagleItemChanged,
            )
            and open_intents
        ):
            cause = open_intents.pop(draw(st.integers(0, len(open_intents) - 1)))
        recorded.append(Recorded(position, at, cause, event))
    return recorded


def record(*told: Any) -> list[Recorded]:
    """Events at positions 1, 2, … without times or causes."""
    return [Recorded(position, 0, None, event) for position, event in enumerate(told, 1)]
