"""Promise 1: a state that was saved anywhere and folded on is the one folded from the first event.

Every projection is held to it, over random histories, with a save to a real `state.db` and a load
in a fresh state at any position, or at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from engine.planner import plan
from projections.contract import At, Fold, Row, Rows
from projections.layout import Layouter
from projections.registry import State, dispatch
from state.events import Event, FileSeen, FileVanished, FileWritten, TrackSeen
from state.log import Recorded
from state.models import ReadModels, digest
from state.values import Placement, PlaylistRef, Ref, Tags
from tests.histories import (
    TARGET,
    events,
    files,
    files_written,
    histories,
    identities,
    matches,
    members_found,
    playlists,
    record,
    runs,
    tracks_seen,
)

Make = Callable[[], State]
TOPICS = {
    "everything": events,
    "identity": st.one_of(identities, members_found),
    "playlists": st.one_of(playlists, tracks_seen),
    "files": files,
    "files and matches": st.one_of(files, matches, members_found),
    "runs": st.one_of(runs, files_written),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadModels]:
    """One `state.db` for all: the first save of an example replaces all its rows."""
    path = tmp_path_factory.mktemp("replay") / "state.db"
    with closing(ReadModels(path, State().projections)) as opened:
        yield opened


def straight(history: Sequence[Recorded], make: Make = State) -> State:
    state = make()
    state.fold(history)
    return state


def continued(
    models: ReadModels, history: Sequence[Recorded], cuts: Collection[int], make: Make = State
) -> State:
    """Folded by several processes, one after the other, each of which saves and ends at a cut."""
    state, start = make(), 0
    for cut in sorted({*cuts, len(history)}):
        state.fold(history[start:cut])
        models.save(state.projections, cut, bytes(32), anew=start == 0)
        state = make()
        for projection in state.projections:
            models.load(projection)
            projection.loaded()
        state.position = start = cut
    return state


def digests(state: State) -> dict[str, str]:
    return {projection.name: digest(projection) for projection in state.projections}


def desired(state: State) -> list[Any]:
    """What a projection keeps outside its rows, or in the order of them, would show here."""
    layouter = Layouter(state)
    return [*plan(state, layouter).actions, *layouter.layout("playlists").waiting]


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=60)
@given(data=st.data())
def test_rebuilt_is_continued(models: ReadModels, topic: str, data: st.DataObject) -> None:
    history = data.draw(histories(TOPICS[topic]))
    everywhere = st.just(set(range(1, len(history))))
    somewhere = st.sets(st.integers(1, len(history)), max_size=3)
    cuts = data.draw(st.one_of(somewhere, everywhere), label="cuts")
    whole, parts = straight(history), continued(models, history, cuts)
    assert digests(parts) == digests(whole)
    assert desired(parts) == desired(whole)


def test_which_placement_gets_its_file_back_does_not_hang_on_the_order_of_rows(
    models: ReadModels,
) -> None:
    """Two placements have lost the same audio at the same path; the file turns up again."""
    later, earlier = (Placement("playlists", PlaylistRef(""), Ref(name)) for name in "zx")
    lost = [
        event
        for placement in (later, earlier)
        for event in (
            FileWritten(TARGET, "X.mp3", "copied", "test", 5, audio="aa", placement=placement),
            FileVanished(TARGET, "X.mp3"),
        )
    ]
    history = record(*lost, FileSeen(TARGET, "X.mp3", 5, "aa", 0, "mp3", Tags()))
    assert digests(continued(models, history, [4])) == digests(straight(history))


# ---- a test that cannot fail is none -----------------------------------------------------------


class CountRow(Row, frozen=True):
    ref: str
    count: int


class Forgetful:
    """Counts what was seen outside its rows, as no projection may."""

    name = "forgetful"
    version = 1

    def __init__(self) -> None:
        self.counts: Rows[CountRow] = Rows("count", CountRow, ("ref",))
        self.tables: tuple[Rows[Any], ...] = (self.counts,)
        self.folds: dict[type[Event], Fold] = {TrackSeen: self._seen}
        self._count = 0

    def loaded(self) -> None:
        """It should count its rows here."""

    def _seen(self, event: TrackSeen, at: At) -> None:
        self._count += 1
        self.counts.put(CountRow(event.ref, self._count))


def sloppy() -> State:
    state = State()
    state.projections = (*state.projections, Forgetful())
    state._folds = dispatch(state.projections)
    return state


def lazy(projection: str) -> State:
    """One that derives nothing when it is loaded."""
    state = State()
    getattr(state, projection).loaded = lambda: None
    return state


@pytest.mark.parametrize(
    ("make", "topic"),
    [
        (sloppy, "identity"),
        (lambda: lazy("identity"), "identity"),
        (lambda: lazy("runs"), "runs"),
    ],
)
def test_a_projection_that_keeps_something_outside_its_rows_is_found(
    tmp_path: Path, make: Make, topic: str
) -> None:
    def differs(history: list[Recorded]) -> bool:
        try:
            parts = continued(opened, history, range(1, len(history)), make)
        except LookupError:
            return True
        return digests(parts) != digests(straight(history, make))

    usual = settings(max_examples=60, phases=[Phase.generate])
    with closing(ReadModels(tmp_path / "state.db", make().projections)) as opened:
        find(histories(TOPICS[topic]), differs, settings=usual)
