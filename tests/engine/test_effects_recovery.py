"""What a start makes of the intents that a run left open, on a real folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import Permanent
from adapters.disk import Disk
from engine.effects import Effects
from engine.library import Library
from engine.places import MARKER, PARK, TRASH, WORK
from state.actions import Action, Kind
from state.events import (
    ActionFailed,
    ActionIntended,
    FileTrashed,
    FileWritten,
    MatterOpened,
    ReconcileStarted,
)
from state.values import RootId

ROOT, FILES = RootId("target/playlists"), RootId("files/music")
OURS, STRANGE, JUNK = b"our audio", b"another audio", b"no audio at all"
TEXT, OLD = b"#EXTM3U\nnew\n", b"#EXTM3U\nold\n"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def audio(path: Path) -> str:
    """Stands for the hash of the packets: files of `JUNK` have none."""
    content = path.read_bytes()
    if content == JUNK:
        raise Permanent(f"{path}: cannot be read as audio")
    return _hash(content)


ACTIONS: dict[Kind, Action] = {
    "place": Action(
        "place", ROOT, "House/a.wav", "", source_root=FILES, source="a.wav", audio=_hash(OURS)
    ),
    "move": Action("move", ROOT, "House/a.wav", "", source="Old/a.wav", audio=_hash(OURS)),
    "restore": Action(
        "restore", ROOT, "House/a.wav", "", source=f"{TRASH}/3/a.wav", audio=_hash(OURS)
    ),
    "trash": Action("trash", ROOT, "House/a.wav", "", audio=_hash(OURS)),
    "write": Action("write", ROOT, "House.m3u8", "", text=_hash(TEXT), old_text=_hash(OLD)),
}


class Bench:
    """A root with one open intent, and the places that its action is about."""

    def __init__(self, base: Path, kind: Kind) -> None:
        self.roots = {ROOT: base / "Playlists", FILES: base / "music"}
        self.library = Library(base / "home", "test")
        self.action = ACTIONS[kind]
        recorded = self.library.append([ActionIntended(self.action)])
        self.position = recorded[0].position
        self.put(self.roots[ROOT] / MARKER, b"{}")
        (self.roots[ROOT] / WORK).mkdir()
        self.final = self.roots[ROOT] / self.action.path
        self.source = self.roots[self.action.source_root or ROOT] / self.action.source
        if kind == "trash":
            self.source, self.final = (
                self.final,
                self.roots[ROOT] / TRASH / f"{self.position}/a.wav",
            )
        self.work = self.roots[ROOT] / WORK / f"{self.position}{self.final.suffix}"

    def put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def effects(self, disk: Disk | None = None, roots: Any = None) -> Effects:
        return Effects(self.library, disk or Disk(), audio, self.roots if roots is None else roots)

    def contents(self) -> set[bytes]:
        files = [path for root in self.roots.values() for path in root.rglob("*")]
        return {path.read_bytes() for path in files if path.is_file()}

    def closing(self) -> Any:
        """The event that closed the intent."""
        return next(e.event for e in self.library.log.read() if e.cause == self.position)


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = Bench(tmp_path, request.param)
    yield made
    made.library.close()


def of(*kinds: Kind) -> pytest.MarkDecorator:
    """Run the test for these kinds of action."""
    return pytest.mark.parametrize("bench", kinds, indirect=True)


RENAMES: tuple[Kind, ...] = ("move", "restore", "trash")
ALL: tuple[Kind, ...] = (*RENAMES, "place", "write")


def verdict(bench: Bench) -> str:
    """Recover, and say in a word what was found."""
    before = bench.contents()
    (outcome,) = bench.effects().recover()
    assert before <= bench.contents(), "something was lost"
    event = bench.closing()
    matters = [e for e in bench.library.log.read() if isinstance(e.event, MatterOpened)]
    assert not bench.library.state.runs.intents
    if isinstance(event, FileWritten | FileTrashed):
        assert outcome.event == event and not matters
        return "done"
    assert isinstance(event, ActionFailed) and outcome.event is None and outcome.why
    assert event.interrupted == (not matters)
    return "again" if event.interrupted else "conflict"


# ---- done, not done, half done -----------------------------------------------------------------


@of(*RENAMES)
def test_a_rename_that_was_done_is_recorded(bench: Bench) -> None:
    bench.put(bench.final, OURS)
    assert verdict(bench) == "done"


@of(*RENAMES)
def test_a_rename_that_was_not_done_is_planned_again(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    assert verdict(bench) == "again"
    assert bench.source.read_bytes() == OURS and not bench.final.exists()


@of(*RENAMES)
def test_a_rename_with_both_names_there_is_finished(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.final.parent.mkdir(parents=True, exist_ok=True)
    os.link(bench.source, bench.final)
    assert verdict(bench) == "done"
    assert bench.final.read_bytes() == OURS and not bench.source.exists()


@of(*RENAMES)
def test_two_files_of_one_audio_are_not_one_with_two_names(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.put(bench.final, OURS)
    assert verdict(bench) == "again"
    assert bench.source.exists() and bench.final.exists()


@of("place")
def test_a_file_that_was_placed_is_recorded(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.put(bench.final, OURS)
    assert verdict(bench) == "done"
    assert bench.closing().how == "copied"


@of("place")
def test_a_file_that_lies_under_its_work_name_too_is_placed(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.put(bench.work, OURS)
    bench.final.parent.mkdir()
    os.link(bench.work, bench.final)
    assert verdict(bench) == "done"
    assert bench.final.read_bytes() == OURS and not bench.work.exists()


@of("place")
def test_a_file_that_only_reached_the_work_folder_is_placed_again(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.put(bench.work, OURS[:3])
    (outcome,) = bench.effects().recover()
    assert outcome.event is None and bench.closing().interrupted
    assert not bench.work.exists() and not bench.final.exists()


@of("write")
def test_a_text_that_was_written_is_recorded(bench: Bench) -> None:
    bench.put(bench.final, TEXT)
    assert verdict(bench) == "done"


@of("write")
def test_the_old_text_is_replaced_again(bench: Bench) -> None:
    bench.put(bench.final, OLD)
    assert verdict(bench) == "again"


@of("place", "write")
def test_what_was_never_begun_is_planned_again(bench: Bench) -> None:
    assert verdict(bench) == "again"


# ---- somebody else was there -------------------------------------------------------------------


@of(*RENAMES)
def test_a_file_that_is_nowhere_is_a_matter_for_a_person(bench: Bench) -> None:
    assert verdict(bench) == "conflict"


@of(*RENAMES)
def test_a_rename_whose_file_went_while_another_one_came_is_a_matter(bench: Bench) -> None:
    bench.put(bench.final, STRANGE)
    assert verdict(bench) == "conflict"
    assert bench.final.read_bytes() == STRANGE


@of(*RENAMES, "place")
@pytest.mark.parametrize("content", [STRANGE, JUNK])
def test_somebody_elses_file_in_the_place_stays_and_is_not_taken_for_ours(
    bench: Bench, content: bytes
) -> None:
    bench.put(bench.source, OURS)
    bench.put(bench.final, content)
    assert verdict(bench) == "again"
    assert bench.final.read_bytes() == content and bench.source.read_bytes() == OURS


@of("write")
def test_a_text_that_somebody_edited_stays(bench: Bench) -> None:
    bench.put(bench.final, STRANGE)
    assert verdict(bench) == "again"
    assert bench.final.read_bytes() == STRANGE


# ---- order -------------------------------------------------------------------------------------


class Watched(Disk):
    """Remembers how far the log was durable at each change, and what it held open."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.changed: list[int] = []
        self.swept: list[tuple[Path, int]] = []

    def sync_folder(self, path: Path) -> None:
        self.changed.append(self.library.log.head().position)
        super().sync_folder(path)

    def finish_move(self, source: Path, path: Path) -> None:
        self.changed.append(self.library.log.head().position)
        super().finish_move(source, path)

    def remove_work(self, folder: Path, keep: Collection[str] = ()) -> int:
        self.swept.append((folder, len(self.library.state.runs.intents)))
        return super().remove_work(folder, keep)


@of("move")
def test_the_log_is_durable_before_recovery_touches_anything(bench: Bench) -> None:
    bench.put(bench.source, OURS)
    bench.final.parent.mkdir()
    os.link(bench.source, bench.final)
    disk = Watched(bench.library)
    bench.effects(disk).recover()
    kinds = [type(e.event) for e in bench.library.log.read()]
    assert kinds == [ActionIntended, ReconcileStarted, FileWritten]
    assert disk.changed and min(disk.changed) == 2
    batches = [(first, last) for first, last, _, _ in bench.library.log.actors()]
    assert batches == [(1, 1), (2, 2), (3, 3)], "the barrier is a commit of its own"


@of("place")
def test_work_files_are_swept_after_all_is_recorded(bench: Bench) -> None:
    bench.put(bench.work, OURS)
    disk = Watched(bench.library)
    bench.effects(disk).recover()
    assert disk.swept == [(bench.work.parent, 0)]
    assert not bench.work.exists()


@of("place")
def test_work_that_cannot_be_swept_stops_nothing(bench: Bench) -> None:
    (bench.work.parent / "somebody's folder").mkdir(parents=True)
    (outcome,) = bench.effects().recover()
    assert outcome.event is None and not bench.library.state.runs.intents


@of("move")
def test_nothing_is_said_of_a_root_that_is_not_there(bench: Bench) -> None:
    bench.put(bench.work, OURS)
    assert bench.effects(roots={FILES: bench.roots[FILES]}).recover() == []
    assert len(bench.library.state.runs.intents) == 1
    assert bench.library.log.head().position == bench.position
    assert bench.work.exists()


@of("move")
def test_without_open_intents_nothing_is_appended(bench: Bench) -> None:
    bench.put(bench.final, OURS)
    bench.effects().recover()
    before = bench.library.log.head()
    assert bench.effects().recover() == []
    assert bench.library.log.head() == before


@of("move")
def test_intents_are_closed_in_the_order_of_the_log(bench: Bench) -> None:
    """a → b, then b → c: seen from the end, b's file is gone to c, so both are done."""
    second = msgspec.structs.replace(bench.action, source="House/a.wav", path="Late/a.wav")
    bench.library.append([ActionIntended(second)])
    bench.put(bench.roots[ROOT] / second.path, OURS)
    first, last = bench.effects().recover()
    assert last.event is not None
    assert first.event is None


# ---- placements of one track: two names of one file --------------------------------------------


class Linked:
    """A and B are hard links of ours; A is to be parked, then B is to become A."""

    def __init__(self, base: Path) -> None:
        self.library = Library(base / "home", "test")
        self.root = base / "Playlists"
        self.a, self.b = self.root / "A/t.wav", self.root / "B/t.wav"
        self.park = self.root / PARK / "t.wav"
        for path in (self.a, self.b, self.park, self.root / MARKER, self.root / WORK / "x"):
            path.parent.mkdir(parents=True, exist_ok=True)
        (self.root / MARKER).touch()
        self.a.write_bytes(OURS)
        os.link(self.a, self.b)
        size, digest = len(OURS), _hash(OURS)
        written = [
            FileWritten(ROOT, path, "linked", "", size, digest) for path in ("A/t.wav", "B/t.wav")
        ]
        self.library.append(written)
        self.actions = [
            Action("move", ROOT, f"{PARK}/t.wav", "", source="A/t.wav", audio=digest),
            Action("move", ROOT, "A/t.wav", "", source="B/t.wav", audio=digest),
        ]

    def effects(self, disk: Disk) -> Effects:
        return Effects(self.library, disk, audio, {ROOT: self.root})

    def names(self) -> str:
        there = {"A": self.a, "B": self.b, "park": self.park}
        return " ".join(name for name, path in there.items() if path.exists())


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Linked]:
    made = Linked(tmp_path)
    yield made
    made.library.close()


@pytest.mark.parametrize(
    ("cut", "names", "done"),
    [("", "A B", 0), ("link", "B park", 1), ("park", "B park", 1), ("both", "A park", 2)],
)
def test_no_name_of_a_linked_file_is_lost(linked: Linked, cut: str, names: str, done: int) -> None:
    stamp = Disk().stamp(linked.a)
    linked.library.append(
        [ActionIntended(msgspec.structs.replace(each, stamp=stamp)) for each in linked.actions]
    )
    if cut == "link":
        os.link(linked.a, linked.park)
    elif cut:
        linked.a.rename(linked.park)
    if cut == "both":
        linked.b.rename(linked.a)
    outcomes = linked.effects(Disk()).recover()
    assert linked.names() == names
    assert [outcome.event is not None for outcome in outcomes] == [n < done for n in range(2)]
    assert not linked.library.state.matters.open


def test_a_place_that_was_not_left_is_not_taken_by_its_twin(linked: Linked) -> None:
    class Stiff(Disk):
        def move(self, source: Path, path: Path) -> None:
            if source == linked.a:
                raise PermissionError(13, "Permission denied", str(source))
            super().move(source, path)

    first, second = linked.effects(Stiff()).apply(linked.actions, {})
    assert first.event is None and "Permission denied" in first.why
    assert second.event is None and "File exists" in second.why
    assert linked.names() == "A B"


def test_linked_files_can_be_moved_one_after_the_other(linked: Linked) -> None:
    outcomes = list(linked.effects(Disk()).apply(linked.actions, {}))
    assert all(outcome.event is not None for outcome in outcomes)
    assert linked.names() == "A park"
