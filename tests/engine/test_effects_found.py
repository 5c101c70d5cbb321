"""What the simulator found once, each as one small case on a real folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.disk import Disk
from engine.effects import Effects
from engine.places import MARKER
from state.actions import Action
from state.events import ActionIntended, FileSeen, FileTrashed, FileWritten
from state.values import Tags
from tests.crate import Crate, song
from tests.engine.test_effects_apply import (
    FILES,
    ONE,
    TEXT,
    Bench,
    _hash,
    bench,
    move,
    place,
    write,
)

__all__ = ["bench"]

SOUND = _hash(b"sound")


def trash(path: str, content: bytes = b"sound") -> Action:
    return Action("trash", ONE, path, "", audio=_hash(content))


def recover(bench: Bench, *without: Any, disk: Disk | None = None) -> None:
    roots = {root: path for root, path in bench.roots.items() if root not in without}
    Effects(bench.library, disk or Disk(), lambda path: _hash(path.read_bytes()), roots).recover()


class Cut(BaseException):
    """The process ends."""


def cut_before_outcomes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, actions: Sequence[Action]
) -> None:
    """Everything is done, and none of it gets into the log."""
    append = bench.library.append

    def only_intents(events: Any, **options: Any) -> Any:
        if not isinstance(events[0], ActionIntended):
            raise Cut
        return append(events, **options)

    with monkeypatch.context() as patched:
        patched.setattr(bench.library, "append", only_intents)
        with pytest.raises(Cut):
            bench.apply(*actions)


def outcomes(bench: Bench) -> list[type]:
    return [type(each.event) for each in bench.library.log.read() if each.cause is not None]


def replace(path: Path, content: bytes) -> None:
    path.with_name("new").write_bytes(content)
    path.with_name("new").rename(path)


# ---- a disk that does not answer ---------------------------------------------------------------


class Silent(Disk):
    """Does what it is told, then fails at everything."""

    silent = False

    def move(self, source: Path, path: Path) -> None:
        super().move(source, path)
        self.silent = True
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    def stamp(self, path: Path) -> Any:
        if self.silent:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return super().stamp(path)


def test_what_the_disk_cannot_be_asked_about_stays_open_for_the_next_start(bench: Bench) -> None:
    bench.put(ONE, "Old/a.wav")
    (outcome,) = bench.apply(move("Old/a.wav", "New/a.wav"), disk=Silent())
    assert outcome.event is None and len(bench.library.state.runs.intents) == 1
    recover(bench)
    assert outcomes(bench) == [FileWritten]


def test_a_volume_that_goes_in_mid_move_leaves_the_intent_open(bench: Bench) -> None:
    bench.put(ONE, "Old/a.wav")
    marker, hidden = bench.roots[ONE] / MARKER, bench.roots[ONE] / "hidden"

    class Unplugged(Disk):
        def move(self, source: Path, path: Path) -> None:
            super().move(source, path)
            marker.rename(hidden)
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), str(path))

    bench.apply(move("Old/a.wav", "New/a.wav"), disk=Unplugged())
    recover(bench)  # whoever starts before it is noticed that the volume went closes nothing
    assert len(bench.library.state.runs.intents) == 1
    hidden.rename(marker)
    recover(bench)
    assert outcomes(bench) == [FileWritten]


@pytest.mark.parametrize("call", ["stamp", "sync_file"])
def test_a_volume_that_goes_while_it_is_asked_leaves_the_intent_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    bench.put(ONE, "Old/a.wav")
    away = bench.roots[ONE].with_name("away")
    cut_before_outcomes(bench, monkeypatch, [move("Old/a.wav", "New/a.wav")])

    class Unplugged(Disk):
        def __getattribute__(self, name: str) -> Any:
            if name == call and bench.roots[ONE].exists():
                bench.roots[ONE].rename(away)
            return super().__getattribute__(name)

    recover(bench, disk=Unplugged())
    assert outcomes(bench) == [] and len(bench.library.state.runs.intents) == 1
    away.rename(bench.roots[ONE])
    recover(bench)
    assert outcomes(bench) == [FileWritten]


def test_an_intent_is_closed_although_the_volume_it_took_from_is_offline(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put(FILES, "a.wav")
    cut_before_outcomes(bench, monkeypatch, [place("a.wav", "a.wav")])
    recover(bench, FILES)
    assert outcomes(bench) == [FileWritten]


def test_what_was_seen_before_its_intent_could_be_closed_is_still_ours(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put(FILES, "a.wav")
    cut_before_outcomes(bench, monkeypatch, [place("a.wav", "a.wav")])
    bench.library.append([FileSeen(ONE, "a.wav", 5, SOUND, 1, "pcm", Tags())])
    recover(bench)
    assert outcomes(bench) == [FileWritten]


# ---- places that were filled again -------------------------------------------------------------


def test_a_trashed_file_whose_place_a_copy_of_it_took(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put(ONE, "a.wav")
    bench.put(ONE, "b.wav")
    cut_before_outcomes(bench, monkeypatch, [trash("a.wav"), move("b.wav", "a.wav")])
    recover(bench)
    assert outcomes(bench) == [FileTrashed, FileWritten]


def test_a_place_that_was_filled_by_a_link_whose_own_place_was_filled_in_turn(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench.put(ONE, "a.wav")
    (bench.roots[ONE] / "b.wav").hardlink_to(one)
    bench.put(FILES, "other.wav", b"other")
    actions = [
        trash("a.wav"),
        move("b.wav", "a.wav"),
        place("other.wav", "b.wav", content=b"other"),
    ]
    cut_before_outcomes(bench, monkeypatch, actions)
    recover(bench)
    assert outcomes(bench) == [FileTrashed, FileWritten, FileWritten]
    assert one.read_bytes() == b"sound", "the name that the second one has got stays"


def test_a_text_that_was_moved_and_written_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put(ONE, "old.m3u8", TEXT.encode())
    moved = Action("move", ONE, "new.m3u8", "", source="old.m3u8", text=_hash(TEXT.encode()))
    cut_before_outcomes(bench, monkeypatch, [moved, write("old.m3u8")])
    recover(bench)
    assert outcomes(bench) == [FileWritten, FileWritten]


# ---- a person in between -----------------------------------------------------------------------


def test_a_text_that_comes_after_the_look_is_not_replaced(bench: Bench) -> None:
    mine = bench.roots[ONE] / "a.m3u8"

    class Raced(Disk):
        looks = 0

        def read(self, path: Path) -> bytes | None:
            found = super().read(path)
            self.looks += 1
            if self.looks == 2:
                mine.write_text("mine")
            return found

    (outcome,) = bench.apply(write("a.m3u8"), disk=Raced())
    assert outcome.event is None and mine.read_text() == "mine"


@pytest.mark.parametrize("kind", ["move", "trash"])
def test_a_text_that_somebody_edited_is_neither_moved_nor_trashed(bench: Bench, kind: Any) -> None:
    mine = bench.put(ONE, "a.m3u8", b"mine")
    path, source = ("b.m3u8", "a.m3u8") if kind == "move" else ("a.m3u8", "")
    action = Action(kind, ONE, path, "", source=source, text=_hash(TEXT.encode()))
    (outcome,) = bench.apply(action)
    assert not outcome.tried and "edited by somebody" in outcome.why
    assert mine.read_bytes() == b"mine"


def test_a_file_that_was_replaced_right_after_it_was_made_is_no_origin(bench: Bench) -> None:
    bench.put(FILES, "a.wav")

    class Replaced(Disk):
        def publish(self, work: Path, path: Path) -> None:
            super().publish(work, path)
            if path.name == "one.wav":
                replace(path, b"a stranger's")

    bench.apply(place("a.wav", "one.wav"), place("a.wav", "two.wav"), disk=Replaced())
    assert (bench.roots[ONE] / "two.wav").read_bytes() == b"sound"


def test_the_same_recording_that_somebody_put_there_first_is_not_ours(bench: Bench) -> None:
    bench.put(FILES, "a.wav")

    class Raced(Disk):
        def publish(self, work: Path, path: Path) -> None:
            path.write_bytes(b"sound")
            super().publish(work, path)

    (outcome,) = bench.apply(place("a.wav", "a.wav"), disk=Raced())
    assert outcome.event is None and "File exists" in outcome.why


def test_what_was_changed_during_a_run_is_read_by_the_next(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    origin, other = crate.music(song(1)), crate.music(song(2))

    class Replaced(Disk):
        def copy(self, source: Path, work: Path, *, may_link: bool) -> Any:
            how = super().copy(source, work, may_link=may_link)
            replace(origin, other.read_bytes())
            return how

    assert crate.reconcile(disk=Replaced()).failed
    crate.reconcile()
    seen = [e.event for e in crate.events() if isinstance(e.event, FileSeen)]
    first, second = [event.audio for event in seen if event.path == origin.name]
    assert first != second
    assert not crate.audio_tree()


# ---- names that are not durable ----------------------------------------------------------------


def test_a_folder_that_an_earlier_run_made_is_made_durable_once(tmp_path: Path) -> None:
    class Counting(Disk):
        def __init__(self) -> None:
            super().__init__()
            self.synced: list[Path] = []

        def sync_folder(self, path: Path) -> None:
            self.synced.append(path)
            super().sync_folder(path)

    (tmp_path / "House").mkdir()  # by a run that was killed before it could sync
    disk = Counting()
    disk.make_folders(tmp_path / "House")
    disk.make_folders(tmp_path / "House")
    assert disk.synced == [tmp_path]
