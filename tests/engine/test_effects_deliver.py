"""Deliveries: prepared before their intent, one rename, and what a start makes of them."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from adapters.disk import Disk
from engine.effects import Effects, Outcome
from engine.library import Library
from engine.places import MARKER, WORK
from state.actions import Action
from state.events import ActionFailed, ActionIntended, FileDelivered
from state.values import UNASSIGNED, Placement, Ref, RootId

DROP, MUSIC = RootId("target/djay"), RootId("files/music")
SOUND = b"sound"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def deliver(number: int = 1, path: str = "") -> Action:
    wish = Placement("djay", UNASSIGNED, Ref(str(number)))
    return Action(
        "deliver",
        DROP,
        path or f"{number}.wav",
        "on 'House'",
        source_root=MUSIC,
        source="a.wav",
        audio=_hash(SOUND),
        placement=wish,
    )


class Bench:
    """A drop folder, and music to put into it."""

    def __init__(self, base: Path) -> None:
        self.drop, self.music = base / "djay", base / "music"
        self.library = Library(base / "home", "test")
        for path, content in ((self.drop / MARKER, b"{}"), (self.music / "a.wav", SOUND)):
            path.parent.mkdir(parents=True)
            path.write_bytes(content)

    def effects(self, disk: Disk | None = None) -> Effects:
        roots = {DROP: self.drop, MUSIC: self.music}
        return Effects(self.library, disk or Disk(), lambda path: _hash(path.read_bytes()), roots)

    def apply(self, *actions: Action, disk: Disk | None = None) -> list[Outcome]:
        return list(self.effects(disk).apply(actions, {}))

    def recover(self, disk: Disk | None = None) -> list[Outcome]:
        return self.effects(disk).recover()

    def work(self) -> list[str]:
        folder = self.drop / WORK
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def lying(self) -> list[str]:
        return sorted(path.name for path in self.drop.iterdir() if path.is_file())

    def kinds(self) -> list[str]:
        return [recorded.event.kind for recorded in self.library.log.read()]

    def delivered(self) -> int:
        return len(self.library.state.files.delivered)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


class Killed(BaseException):
    """The end of a process."""


class DiesBefore(Disk):
    """Ends the process as it is about to give a file its name."""

    def deliver(self, work: Path, path: Path) -> None:
        raise Killed


class DiesAfter(Disk):
    """Ends the process when a file has its name, before anything more is done."""

    def deliver(self, work: Path, path: Path) -> None:
        work.rename(path)
        raise Killed


class Deaf(Disk):
    """Does not answer when it is asked what is prepared."""

    def taken(self, path: Path) -> bool:
        if "prepared" in path.name:
            raise OSError(errno.EIO, "does not answer", str(path))
        return super().taken(path)


def killed(bench: Bench, disk: Disk, action: Action | None = None) -> None:
    with pytest.raises(Killed):
        bench.apply(action or deliver(), disk=disk)


# ---- what is done ------------------------------------------------------------------------------


def test_the_file_is_whole_and_durable_before_there_is_an_intent(bench: Bench) -> None:
    seen: list[tuple[int, str]] = []

    class Watched(Disk):
        def copy(self, source: Path, work: Path, *, may_link: bool) -> str:  # type: ignore[override]
            seen.append((bench.library.log.head().position, f"copy {may_link}"))
            return super().copy(source, work, may_link=may_link)

        def sync_folder(self, path: Path) -> None:
            seen.append((bench.library.log.head().position, f"sync {path.name}"))
            super().sync_folder(path)

        def deliver(self, work: Path, path: Path) -> None:
            seen.append((bench.library.log.head().position, "deliver"))
            super().deliver(work, path)

    (outcome,) = bench.apply(deliver(), disk=Watched())
    before = [what for head, what in seen if head == 0]
    assert before[-2:] == ["copy False", "sync work"]
    after = [what for head, what in seen if head > 0]
    assert after[-3:] == ["deliver", "sync djay", "sync work"] and "copy False" not in after
    wish = Placement("djay", UNASSIGNED, Ref("1"))
    assert outcome.event == FileDelivered(
        DROP, "1.wav", _hash(SOUND), wish, 5, "on 'House'", MUSIC, "a.wav"
    )
    assert outcome.stamp == Disk().stamp(bench.drop / "1.wav")
    assert bench.lying() == ["1.wav"] and bench.work() == []


def test_a_delivery_may_lie_in_folders(bench: Bench) -> None:
    bench.apply(deliver(path="A/B/1.wav"))
    assert (bench.drop / "A/B/1.wav").read_bytes() == SOUND


def test_whoever_takes_it_with_its_folder_at_once_has_it(bench: Bench) -> None:
    class Taking(Disk):
        def sync_folder(self, path: Path) -> None:
            if path.name == "A" and (path / "1.wav").exists():
                (path / "1.wav").unlink()
                path.rmdir()
            super().sync_folder(path)

    (outcome,) = bench.apply(deliver(path="A/1.wav"), disk=Taking())
    assert isinstance(outcome.event, FileDelivered) and bench.delivered() == 1
    assert bench.lying() == []


def test_what_is_there_already_is_not_overwritten(bench: Bench) -> None:
    class Rival(Disk):
        def deliver(self, work: Path, path: Path) -> None:
            path.write_bytes(b"theirs")
            super().deliver(work, path)

    (outcome,) = bench.apply(deliver(), disk=Rival())
    assert outcome.event is None and bench.delivered() == 0
    assert bench.kinds() == ["ActionIntended", "ActionFailed"]
    assert (bench.drop / "1.wav").read_bytes() == b"theirs"
    assert bench.recover() == [] and bench.work() == []


def test_without_an_exclusive_rename_it_is_one_rename_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.disk.rename_exclusively", lambda source, path: False)
    monkeypatch.setattr("os.link", lambda *names: pytest.fail("two names of one file"))
    assert isinstance(bench.apply(deliver())[0].event, FileDelivered)
    (bench.drop / "2.wav").write_bytes(b"theirs")
    assert bench.apply(deliver(2))[0].event is None
    assert (bench.drop / "2.wav").read_bytes() == b"theirs"


def test_what_cannot_be_prepared_has_no_intent(bench: Bench) -> None:
    class Full(Disk):
        def copy(self, source: Path, work: Path, *, may_link: bool) -> str:  # type: ignore[override]
            raise OSError(errno.ENOSPC, "no room", str(work))

    outcomes = bench.apply(deliver(), deliver(2), disk=Full())
    assert [outcome.tried for outcome in outcomes] == [False, False]
    assert all("no room" in outcome.why for outcome in outcomes)
    assert bench.kinds() == []


def test_a_source_that_changes_while_it_is_copied_is_not_delivered(bench: Bench) -> None:
    class Changing(Disk):
        def copy(self, source: Path, work: Path, *, may_link: bool) -> str:  # type: ignore[override]
            how = super().copy(source, work, may_link=may_link)
            source.write_bytes(b"longer sound")
            return how

    (outcome,) = bench.apply(deliver(), disk=Changing())
    assert "was changed meanwhile" in outcome.why and bench.kinds() == []
    bench.recover()
    assert bench.work() == [], "nothing is left of it at the next start"


def test_what_is_no_audio_of_its_track_is_not_delivered(bench: Bench) -> None:
    (bench.music / "a.wav").write_bytes(b"other")
    (outcome,) = bench.apply(deliver())
    assert outcome.event is None and bench.lying() == []


def test_a_prepared_file_that_somebody_changes_is_not_delivered(bench: Bench) -> None:
    class Meddled(Disk):
        def sync_folder(self, path: Path) -> None:
            super().sync_folder(path)
            if path.name == "work":
                for each in path.iterdir():
                    each.write_bytes(b"meddled with")

    (outcome,) = bench.apply(deliver(), disk=Meddled())
    assert outcome.event is None and bench.lying() == []


# ---- what a start makes of it ------------------------------------------------------------------


def test_what_was_not_delivered_is_swept_and_can_be_delivered_again(bench: Bench) -> None:
    killed(bench, DiesBefore())
    assert len(bench.work()) == 1
    (outcome,) = bench.recover()
    assert outcome.event is None and bench.work() == [] and bench.delivered() == 0
    closing = [e.event for e in bench.library.log.read() if isinstance(e.event, ActionFailed)]
    assert [event.interrupted for event in closing] == [True]
    assert isinstance(bench.apply(deliver())[0].event, FileDelivered)
    assert bench.lying() == ["1.wav"]


@pytest.mark.parametrize("taken", [False, True])
def test_what_was_delivered_is_recorded_wherever_it_is_now(bench: Bench, taken: bool) -> None:
    killed(bench, DiesAfter(), deliver(path="A/1.wav"))
    if taken:
        (bench.drop / "A/1.wav").unlink()
        (bench.drop / "A").rmdir()
    (outcome,) = bench.recover()
    assert isinstance(outcome.event, FileDelivered) and outcome.event.size == 5
    assert bench.delivered() == 1 and len(bench.library.state.runs.intents) == 0
    assert bench.recover() == []


def test_both_names_of_a_rename_are_one_delivery(bench: Bench) -> None:
    killed(bench, DiesBefore())
    (name,) = bench.work()
    (bench.drop / "1.wav").hardlink_to(bench.drop / WORK / name)
    (outcome,) = bench.recover()
    assert isinstance(outcome.event, FileDelivered)
    assert bench.work() == [] and (bench.drop / "1.wav").stat().st_nlink == 1


def test_another_file_in_its_place_is_no_delivery(bench: Bench) -> None:
    killed(bench, DiesBefore())
    (bench.drop / "1.wav").write_bytes(SOUND)
    (outcome,) = bench.recover()
    assert outcome.event is None and bench.delivered() == 0
    assert (bench.drop / "1.wav").read_bytes() == SOUND


def test_what_was_prepared_for_no_intent_is_swept(bench: Bench) -> None:
    (bench.drop / WORK).mkdir()
    (bench.drop / WORK / "7-prepared.wav").write_bytes(SOUND)
    bench.recover()
    assert bench.work() == [] and bench.lying() == []


def test_a_disk_that_does_not_answer_keeps_what_waits_and_nothing_is_given_twice(
    bench: Bench,
) -> None:
    killed(bench, DiesBefore())
    (waiting,) = bench.work()
    (outcome,) = bench.recover(Deaf())
    assert outcome.unclear and bench.work() == [waiting]
    (again,) = bench.apply(deliver())
    assert not again.tried and "cannot be told yet" in again.why
    assert bench.lying() == []
    (outcome,) = bench.recover()
    assert outcome.event is None and not outcome.unclear
    assert isinstance(bench.apply(deliver())[0].event, FileDelivered)


def test_a_folder_that_is_away_keeps_its_intents(bench: Bench) -> None:
    killed(bench, DiesAfter())
    bench.drop.rename(bench.drop.with_name("drawer"))
    effects = Effects(bench.library, Disk(), lambda path: "", {MUSIC: bench.music})
    assert effects.recover() == []
    bench.drop.with_name("drawer").rename(bench.drop)
    assert isinstance(bench.recover()[0].event, FileDelivered)


def test_the_sweep_keeps_what_it_is_told_to(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).touch()
    keep: Collection[str] = {"b"}
    assert Disk().remove_work(tmp_path, keep) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_an_intent_says_where_its_file_was_prepared(bench: Bench) -> None:
    bench.apply(deliver(), deliver(2))
    told = [e.event for e in bench.library.log.read()]
    names = [event.action.prepared for event in told if isinstance(event, ActionIntended)]
    assert len(set(names)) == 2 and all(name.startswith(f"{WORK}/") for name in names)


def test_while_somebody_plays_and_the_music_s_volume_is_gone_it_is_found_out_all_the_same(
    bench: Bench,
) -> None:
    killed(bench, DiesAfter())
    held = Effects(
        bench.library,
        Disk(),
        lambda path: _hash(path.read_bytes()),
        {DROP: bench.drop},
        held=lambda: "djay Pro runs",
    )
    (outcome,) = held.recover()
    assert isinstance(outcome.event, FileDelivered) and bench.lying() == ["1.wav"]
