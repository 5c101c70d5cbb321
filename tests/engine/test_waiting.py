"""What waits for audio, by SQL, is what the layout says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.glance import Glance
from engine.waiting import Waits, playlists, waiting
from projections.layout import Layouter, target_root
from projections.registry import State
from state.events import (
    Event,
    FileDelivered,
    FileMatched,
    FileSeen,
    FileVanished,
    MatchPinned,
    MatchRejected,
    PlacementPinned,
    PlaybackSeen,
    PlaylistMembershipFound,
    PlaylistSeen,
    PolicySet,
    RootCameOnline,
    RootWentOffline,
    TrackRequested,
    TrackSeen,
)
from state.log import EventLog, Recorded
from state.models import ReadModels
from state.values import UNASSIGNED, Placement, PlaylistRef, Ref, Tags
from tests.histories import (
    BEGINNING,
    MUSIC,
    events,
    files,
    histories,
    identities,
    matches,
    members_found,
    record,
)
from tests.histories import (
    playlists as lists,
)

A, B = Ref("spotify:track:a"), Ref("spotify:track:b")
HOUSE, WARM = PlaylistRef("csv:old/House"), PlaylistRef("csv:old/Warm up")


TARGETS = ("playlists", "djay")
DROP = target_root("djay")


class Bench:
    """A state.db that is written anew for every history."""

    def __init__(self, folder: Path) -> None:
        self.log = EventLog(folder / "log.db")
        self.models = ReadModels(folder / "state.db", State().projections)
        self.glance = Glance(folder, self.log, self.models, self.models, [])

    def both(self, history: Sequence[Recorded]) -> tuple[list[Waits], set[tuple[str, str, bool]]]:
        """What SQL says, and what the layout of the same rows says."""
        folded, state = State(), State()
        folded.fold(history)
        self.models.save(folded.projections, len(history), bytes(32), anew=True)
        for projection in state.projections:
            self.models.load(projection)
            projection.loaded()
        waits = waiting(self.glance, *playlists(self.glance))
        layouter = Layouter(state)
        targets = [each for each in TARGETS if state.policy.text(f"targets.{each}.path")]
        return waits, {
            (each.playlist, each.track, each.why != "no audio is known")
            for target in targets
            for each in layouter.layout(target).waiting
        }


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("waiting"))
    with closing(made.log), closing(made.models):
        yield made


def told(waits: list[Waits]) -> set[tuple[str, str, bool]]:
    return {(each.playlist, each.track, bool(each.away)) for each in waits}


LISTED = (
    *BEGINNING,
    TrackSeen(A, "csv", "One", ("A",), duration_ms=200_000),
    TrackSeen(B, "csv", "Two", ("B",), duration_ms=200_000),
    PlaylistSeen(HOUSE, "csv", "House", "old"),
    PlaylistSeen(WARM, "csv", "Warm up", "old"),
    PlaylistMembershipFound(HOUSE, A, A, "a0"),
    PlaylistMembershipFound(HOUSE, B, B, "a1"),
    PlaylistMembershipFound(WARM, A, A, "a0"),
)
FILE = FileSeen(MUSIC, "one.mp3", 5, "aa", 200_000, "mp3", Tags("One"))
MATCH = FileMatched("aa", A, "title", 1.0, "equal")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), {("House", A, False), ("House", B, False), ("Warm up", A, False)}),
        ((FILE, MATCH), {("House", B, False)}),
        (
            (FILE, MATCH, RootWentOffline(MUSIC, "unmounted")),
            {("House", A, True), ("House", B, False), ("Warm up", A, True)},
        ),
        (
            (FILE, MATCH, MatchRejected("aa", A)),
            {("House", A, False), ("House", B, False), ("Warm up", A, False)},
        ),
        ((FILE, MATCH, MatchPinned("aa", B)), {("House", A, False), ("Warm up", A, False)}),
        (
            (FILE, MATCH, FileVanished(MUSIC, "one.mp3")),
            {("House", A, False), ("House", B, False), ("Warm up", A, False)},
        ),
        (
            (PlacementPinned(Placement("playlists", HOUSE, A), False),),
            {("House", B, False), ("Warm up", A, False)},
        ),
        ((PolicySet("playlists.exclude", ("House",)),), {("Warm up", A, False)}),
        (
            (PolicySet("targets.playlists.path", "{artist}/{title}"),),
            {("House", A, False), ("House", B, False)},
        ),
        (
            (TrackRequested(A), PolicySet("playlists.exclude", ("*",))),
            {("Unassigned", A, False)},
        ),
        (
            (
                TrackSeen(Ref("spotify:track:c"), "spotify", "Three"),
                TrackRequested(Ref("spotify:track:c")),
                PolicySet("playlists.exclude", ("House",)),
            ),
            {("Warm up", A, False), ("Unassigned", "spotify:track:c", False)},
        ),
        ((FILE, MATCH, TrackRequested(A)), {("House", B, False)}),
    ],
)
def test_what_waits(
    bench: Bench, more: tuple[object, ...], expected: set[tuple[str, str, bool]]
) -> None:
    waits, layout = bench.both(record(*LISTED, *more))
    assert told(waits) == layout == expected


DELIVERED: tuple[Event, ...] = (
    *LISTED,
    PolicySet("targets.playlists.path", None),
    PolicySet("targets.djay.path", "{title}"),
    PolicySet("targets.djay.keep", "deliver once"),
    RootCameOnline(DROP, "/djay", 1, "id"),
)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((), {("House", A, False), ("House", B, False)}),
        (
            (FileDelivered(DROP, "1.mp3", "aa", Placement("djay", UNASSIGNED, A), 5, "test"),),
            {("House", B, False)},
        ),
        ((PolicySet("playlists.exclude", ("*",)), TrackRequested(A)), {("Unassigned", A, False)}),
        ((FILE, MATCH), {("House", B, False)}),
        (
            (FILE, MATCH, RootWentOffline(MUSIC, "unmounted")),
            {("House", A, True), ("House", B, False)},
        ),
    ],
)
def test_what_waits_for_its_delivery(
    bench: Bench, more: tuple[object, ...], expected: set[tuple[str, str, bool]]
) -> None:
    waits, layout = bench.both(record(*DELIVERED, *more))
    assert told(waits) == layout == expected


@settings(max_examples=25)
@given(data=st.data())
def test_sql_and_deliveries_agree(bench: Bench, data: st.DataObject) -> None:
    waits, layout = bench.both(data.draw(histories(events, beginning=DELIVERED)))
    assert told(waits) == layout


PARTS = [
    events,
    st.one_of(identities, lists, members_found, members_found, files, matches, matches),
]


@pytest.mark.parametrize("part", PARTS, ids=["everything", "few kinds"])
@settings(max_examples=30)
@given(data=st.data())
def test_sql_and_layout_agree(
    bench: Bench, part: st.SearchStrategy[object], data: st.DataObject
) -> None:
    history = data.draw(histories(part, beginning=LISTED))  # type: ignore[arg-type]
    waits, layout = bench.both(history)
    assert told(waits) == layout


def test_what_is_playing_comes_first(bench: Bench) -> None:
    more = TrackSeen(Ref("spotify:track:c"), "spotify", "Two", ("B",), aka=(B,))
    played = PlaybackSeen("spotify", Ref("spotify:track:c"))
    waits, _ = bench.both(record(*LISTED, more, played))
    assert [f"{each.playlist}: {each.track}" for each in waits] == [
        f"House: {B}",
        f"House: {A}",
        f"Warm up: {A}",
    ]
