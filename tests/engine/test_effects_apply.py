"""Carrying out actions on a real folder: what is tried, what is not, and what stops a root."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.disk import Disk
from engine import effects
from engine.effects import Effects, Outcome
from engine.library import Library
from engine.places import MARKER, TRASH
from state.actions import Action
from state.events import ActionFailed, ActionIntended, FileTrashed, FileWritten
from state.values import RootId, Stamp

ONE, TWO, FILES = RootId("target/one"), RootId("target/two"), RootId("files/music")
TEXT = "#EXTM3U\n"


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


class Bench:
    """Two roots of ours and a folder of music."""

    def __init__(self, base: Path) -> None:
        self.roots = {ONE: base / "one", TWO: base / "two", FILES: base / "music"}
        self.library = Library(base / "home", "test")
        for root in (ONE, TWO):
            self.put(root, MARKER, b"{}")

    def put(self, root: RootId, path: str, content: bytes = b"sound") -> Path:
        target = self.roots[root] / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def apply(
        self, *actions: Action, disk: Disk | None = None, known: dict[str, Stamp] | None = None
    ) -> list[Outcome]:
        seen = known or {}
        made = Effects(
            self.library,
            disk or Disk(),
            lambda path: _hash(path.read_bytes()),
            self.roots,
            lambda root, path: seen.get(path),
        )
        return list(made.apply(actions, {_hash(TEXT.encode()): TEXT}))

    def kinds(self) -> list[str]:
        return [recorded.event.kind for recorded in self.library.log.read()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def place(source: str, path: str, root: RootId = ONE, content: bytes = b"sound") -> Action:
    return Action("place", root, path, "", source_root=FILES, source=source, audio=_hash(content))


def move(source: str, path: str, root: RootId = ONE) -> Action:
    return Action("move", root, path, "", source=source, audio=_hash(b"sound"))


def write(path: str, old: bytes = b"") -> Action:
    before = _hash(old) if old else ""
    return Action("write", ONE, path, "", text=_hash(TEXT.encode()), old_text=before)


# ---- what is done ------------------------------------------------------------------------------


def test_intents_are_one_commit_before_any_effect_and_outcomes_one_after(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    bench.put(ONE, "Old/b.wav")

    class Counting(Disk):
        def move(self, source: Path, path: Path) -> None:
            heads.append(bench.library.log.head().position)
            super().move(source, path)

        def publish(self, work: Path, path: Path) -> None:
            heads.append(bench.library.log.head().position)
            super().publish(work, path)

    heads: list[int] = []
    outcomes = bench.apply(place("a.wav", "a.wav"), move("Old/b.wav", "New/b.wav"), disk=Counting())
    assert all(isinstance(outcome.event, FileWritten) for outcome in outcomes)
    assert bench.kinds() == ["ActionIntended"] * 2 + ["FileWritten"] * 2
    assert heads == [2, 2]
    assert [(first, last) for first, last, _, _ in bench.library.log.actors()] == [(1, 2), (3, 4)]
    assert [recorded.cause for recorded in bench.library.log.read(2)] == [1, 2]


def test_nothing_is_left_open_or_in_the_work_folder(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    bench.apply(place("a.wav", "x/a.wav"), write("x.m3u8"))
    assert not bench.library.state.runs.intents
    assert list((bench.roots[ONE] / ".cratelog/work").iterdir()) == []


def test_what_is_trashed_lies_in_the_trash_under_its_intent(bench: Bench) -> None:
    bench.put(ONE, "House/a.wav")
    (outcome,) = bench.apply(Action("trash", ONE, "House/a.wav", "", audio=_hash(b"sound")))
    assert isinstance(outcome.event, FileTrashed)
    assert outcome.event.trash == ".cratelog/trash/1/a.wav"
    assert (bench.roots[ONE] / outcome.event.trash).read_bytes() == b"sound"
    assert not (bench.roots[ONE] / "House").exists()


def test_more_actions_than_a_chunk_are_several_commits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "CHUNK", 2)
    bench.put(FILES, "a.wav")
    assert len(bench.apply(*(place("a.wav", f"{n}.wav") for n in range(3)))) == 3
    assert bench.kinds() == [
        *["ActionIntended"] * 2,
        *["FileWritten"] * 2,
        "ActionIntended",
        "FileWritten",
    ]


# ---- hindrances --------------------------------------------------------------------------------


def _hindered(
    bench: Bench, action: Action, why: str, known: dict[str, Stamp] | None = None
) -> None:
    before = {path: path.read_bytes() for path in bench.roots[ONE].rglob("*") if path.is_file()}
    (outcome,) = bench.apply(action, known=known)
    assert outcome.event is None and not outcome.tried
    assert why in outcome.why and str(bench.roots[ONE].parent) in outcome.why
    assert bench.kinds() == [], "nothing goes into the log"
    after = {path: path.read_bytes() for path in bench.roots[ONE].rglob("*") if path.is_file()}
    assert after == before


def test_a_source_that_went(bench: Bench) -> None:
    _hindered(bench, place("a.wav", "a.wav"), "is not there any more")
    _hindered(bench, move("a.wav", "b.wav"), "is not there any more")


def test_a_source_that_was_changed_since_it_was_seen(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    seen = {"a.wav": Stamp(1, 2, 3)}
    _hindered(bench, place("a.wav", "a.wav"), "was changed meanwhile", known=seen)


def test_what_somebody_changed_in_the_trash_is_not_brought_back(bench: Bench) -> None:
    bench.put(ONE, f"{TRASH}/7/a.wav", b"another sound")
    restore = Action(
        "restore",
        ONE,
        "a.wav",
        "",
        source_root=ONE,
        source=f"{TRASH}/7/a.wav",
        audio=_hash(b"sound"),
    )
    _hindered(bench, restore, "is not what was put into the trash")


def test_a_place_that_is_taken(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    bench.put(ONE, "a.wav", b"a stranger's")
    _hindered(bench, place("a.wav", "a.wav"), "another file is there already")


def test_a_place_that_is_taken_by_a_link_to_nowhere(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    (bench.roots[ONE] / "a.wav").symlink_to("nowhere")
    _hindered(bench, place("a.wav", "a.wav"), "another file is there already")


@pytest.mark.parametrize("path", ["House", "House/deep"])
def test_a_file_where_a_folder_should_be(bench: Bench, path: str) -> None:
    """Otherwise every run would intend the same again, and fail again."""
    bench.put(FILES, "a.wav")
    bench.put(ONE, path, b"a stranger's")
    _hindered(bench, place("a.wav", "House/deep/a.wav"), "move it away")
    _hindered(bench, write("House/deep/a.m3u8"), f"{path}: a file lies where a folder should be")


def test_a_text_that_somebody_edited_or_put_there(bench: Bench) -> None:
    bench.put(ONE, "a.m3u8", b"edited")
    _hindered(bench, write("a.m3u8", b"ours"), "was edited by somebody")
    _hindered(bench, write("a.m3u8"), "another file is there already")


def test_a_text_whose_place_another_one_leaves_first(bench: Bench) -> None:
    bench.put(ONE, "a.m3u8", b"ours")
    leaves = Action(
        "move", ONE, "b.m3u8", "", source_root=ONE, source="a.m3u8", text=_hash(b"ours")
    )
    assert all(outcome.event is not None for outcome in bench.apply(leaves, write("a.m3u8")))
    assert (bench.roots[ONE] / "a.m3u8").read_text() == TEXT
    assert (bench.roots[ONE] / "b.m3u8").read_bytes() == b"ours"


def test_a_root_whose_marker_went(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    (bench.roots[ONE] / MARKER).unlink()
    _hindered(bench, place("a.wav", "a.wav"), "is not mounted any more")
    assert not (bench.roots[ONE] / "a.wav").exists()


def test_one_that_is_hindered_stops_no_other(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    first, second = bench.apply(place("gone.wav", "gone.wav"), place("a.wav", "a.wav"))
    assert not first.tried and second.event is not None
    assert bench.kinds() == ["ActionIntended", "FileWritten"]


# ---- failures ----------------------------------------------------------------------------------


class Failing(Disk):
    """Refuses to bring anything to a name."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__()
        self.name, self.code, self.tries = name, code, 0

    def publish(self, work: Path, path: Path) -> None:
        self.tries += 1
        if path.name == self.name:
            raise OSError(self.code, os.strerror(self.code), str(path))
        super().publish(work, path)


def _failed(outcome: Outcome, name: str) -> bool:
    return outcome.event is None and name in outcome.why


@pytest.mark.parametrize("code", sorted(effects._FULL_STOP), ids=errno.errorcode.get)
def test_a_disk_that_fails_stops_the_rest_of_its_root_and_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(effects, "CHUNK", 3)
    bench.put(FILES, "a.wav")
    disk = Failing("bad.wav", code)
    outcomes = bench.apply(
        place("a.wav", "good.wav"),
        place("a.wav", "bad.wav"),
        place("a.wav", "rest.wav"),
        place("a.wav", "later.wav"),
        place("a.wav", "other.wav", TWO),
        disk=disk,
    )
    good, bad, rest, later, other = outcomes
    assert good.event is not None and other.event is not None
    assert _failed(bad, "bad.wav") and bad.tried
    assert rest.why == bad.why and later.why == bad.why
    assert rest.tried and not later.tried, "the next chunk is not even begun"
    assert disk.tries == 3
    closed = [r.event for r in bench.library.log.read() if isinstance(r.event, ActionFailed)]
    assert [event.reason for event in closed] == [bad.why, bad.why]
    assert not bench.library.state.runs.intents


def test_a_file_that_may_not_be_read_stops_nothing_else(bench: Bench) -> None:
    bench.put(FILES, "a.wav")
    bad, good = bench.apply(
        place("a.wav", "bad.wav"),
        place("a.wav", "good.wav"),
        disk=Failing("bad.wav", errno.EACCES),
    )
    assert _failed(bad, "Permission denied") and good.event is not None


def test_an_error_after_the_effect_is_no_failure(bench: Bench) -> None:
    class Late(Disk):
        def move(self, source: Path, path: Path) -> None:
            super().move(source, path)
            raise OSError(errno.EIO, "Input/output error", str(path))

    bench.put(ONE, "Old/a.wav")
    (outcome,) = bench.apply(move("Old/a.wav", "New/a.wav"), disk=Late())
    assert isinstance(outcome.event, FileWritten)
    assert (bench.roots[ONE] / "New/a.wav").exists()


def test_a_source_that_is_other_audio_than_was_seen_is_not_placed(bench: Bench) -> None:
    bench.put(FILES, "a.wav", b"something else")
    (outcome,) = bench.apply(place("a.wav", "a.wav"))
    assert _failed(outcome, "its audio is not what was seen")
    assert not (bench.roots[ONE] / "a.wav").exists()


def test_a_file_that_comes_in_between_is_not_overwritten(bench: Bench) -> None:
    class Raced(Disk):
        def publish(self, work: Path, path: Path) -> None:
            path.write_bytes(b"a stranger's")
            super().publish(work, path)

    bench.put(FILES, "a.wav")
    (outcome,) = bench.apply(place("a.wav", "a.wav"), disk=Raced())
    assert _failed(outcome, "File exists")
    assert (bench.roots[ONE] / "a.wav").read_bytes() == b"a stranger's"


def test_a_run_that_ends_between_intents_and_outcomes_leaves_them_open(bench: Bench) -> None:
    class Power(BaseException):
        pass

    class Cut(Disk):
        def publish(self, work: Path, path: Path) -> None:
            super().publish(work, path)
            raise Power

    bench.put(FILES, "a.wav")
    with pytest.raises(Power):
        bench.apply(place("a.wav", "a.wav"), disk=Cut())
    assert [type(r.event) for r in bench.library.log.read()] == [ActionIntended]
    assert len(bench.library.state.runs.intents) == 1
