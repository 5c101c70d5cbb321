"""An open library: what is appended is known at once, to everybody, and after every restart."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.config import load
from engine.library import Library
from engine.reconcile import Reconciler
from projections.library import Library as Tracks
from projections.registry import State
from state.events import Event, MatterOpened, PlaylistSeen, ReconcileStarted, TracksMerged
from state.locks import Locked
from state.log import EventLog, HeadMoved, LogError, Replaced
from state.models import digest
from state.values import PlaylistRef, Ref
from tests.crate import Crate, song

Open = Callable[..., Library]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def open_library(home: Path) -> Iterator[Open]:
    opened: list[Library] = []

    def open_library(*, read_only: bool = False) -> Library:
        opened.append(Library(home, "test", read_only=read_only))
        return opened[-1]

    yield open_library
    for library in opened:
        library.close()


def playlist(number: int, name: str = "") -> PlaylistSeen:
    return PlaylistSeen(PlaylistRef(f"p{number}"), "csv", name or f"P {number}")


def digests(state: State) -> list[str]:
    return [digest(projection) for projection in state.projections]


def rebuilt(home: Path) -> list[str]:
    """The state as the log alone gives it."""
    log, state = EventLog(home / "log.db", read_only=True), State()
    state.fold(log.read())
    log.close()
    return digests(state)


# ---- appending ---------------------------------------------------------------------------------


def test_what_is_appended_is_known_at_once(open_library: Open) -> None:
    library = open_library()
    [recorded] = library.append([playlist(1)])
    assert recorded.position == library.state.position == library.appended == 1
    assert library.state.library.playlists.get("p1") is not None


def test_a_run_is_told_with_its_first_event_or_not_at_all(open_library: Open) -> None:
    library = open_library()
    library.begin()
    assert library.append([]) == [] and library.decide(lambda state: []) == []
    assert library.log.head().position == 0
    assert [entry.event for entry in library.append([playlist(1)])] == [playlist(1)]
    library.append([playlist(2)])
    kinds = [entry.event.kind for entry in library.log.read()]
    assert kinds == ["ReconcileStarted", "PlaylistSeen", "PlaylistSeen"]
    assert len(library.log.actors()) == 2, "the header is in the same commit"


def test_a_barrier_is_a_commit_of_our_own(open_library: Open) -> None:
    library = open_library()
    library.begin()
    library.barrier()
    library.barrier()
    assert [type(entry.event) for entry in library.log.read()] == [ReconcileStarted] * 2


def test_what_others_appended_is_folded_before_our_own(open_library: Open, home: Path) -> None:
    one, other = open_library(), open_library()
    other.append([playlist(1), playlist(2)])
    one.append([playlist(3)])
    assert one.state.position == 3
    assert digests(one.state) == rebuilt(home)
    with pytest.raises(HeadMoved):
        other.append([playlist(4)], expected=2)
    other.refresh()
    assert digests(other.state) == rebuilt(home)


def test_a_decision_is_made_again_if_the_log_grew_meanwhile(open_library: Open) -> None:
    library, other = open_library(), open_library()
    seen = []

    def decide(state: State) -> list[Event]:
        seen.append(len(state.library.playlists))
        if len(seen) == 1:
            other.append([playlist(1)])
        return [playlist(2, f"the {len(state.library.playlists) + 1}nd")]

    library.decide(decide)
    assert seen == [0, 1]
    assert [entry.event for entry in library.log.read()] == [playlist(1), playlist(2, "the 2nd")]


# ---- opening again -----------------------------------------------------------------------------


@pytest.mark.parametrize("saves", [(), (1,), (1, 3), (3,), (4,)])
def test_a_library_opened_again_knows_what_the_log_says(
    open_library: Open, home: Path, saves: tuple[int, ...]
) -> None:
    library = open_library()
    for number in range(1, 5):
        library.append([playlist(number), playlist(1, f"name {number}")])
        if number in saves:
            library.save()
    again = open_library()
    assert again.state.position == 8 and again.notes == []
    assert digests(again.state) == rebuilt(home)


def test_a_new_version_of_one_projection_is_folded_alone_from_the_first_event(
    open_library: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library()
    library.append([playlist(1), TracksMerged(Ref("a"), Ref("b"))])
    library.save()
    library.append([playlist(2)])
    monkeypatch.setattr(Tracks, "version", 99)
    again = open_library()
    assert digests(again.state) == rebuilt(home)
    again.save()
    assert again.models.checkpoints()["library"].version == 99
    assert digests(open_library().state) == rebuilt(home)


def test_losing_or_spoiling_the_read_models_changes_nothing(open_library: Open, home: Path) -> None:
    library = open_library()
    library.append([playlist(number) for number in range(500)])
    library.save()
    library.close()
    state = home / "state.db"
    content = state.read_bytes()
    for spoiled in (b"", b"junk", content[:6000], content[:4096] + b"\xff" * 90_000):
        state.write_bytes(spoiled)
        again = open_library()
        assert digests(again.state) == rebuilt(home)
        assert again.notes == [again.models.note] or not spoiled
        again.save()
        again.close()
        assert open_library().notes == []


# ---- a log that is not the one we knew ---------------------------------------------------------


def test_a_log_that_was_cut_or_restored_is_noticed(open_library: Open, home: Path) -> None:
    library = open_library()
    library.append([playlist(1)])
    library.close()
    shutil.copy(home / "log.db", home / "backup.db")
    library = open_library()
    library.append([playlist(2)])
    library.save(bookmarks={"csv": "as it was"})
    library.close()
    shutil.copy(home / "backup.db", home / "log.db")
    again = open_library()
    assert "ends at event 1, but this library has already seen event 2" in again.notes[0]
    assert digests(again.state) == rebuilt(home)
    assert again.models.bookmark("csv") is None, "every source is looked at again"
    again.save()
    assert open_library().notes == []


def test_another_log_of_the_same_length_is_noticed(open_library: Open, home: Path) -> None:
    library = open_library()
    library.append([playlist(1)])
    library.save()
    library.close()
    (home / "log.db").unlink()
    log = EventLog(home / "log.db")
    log.append([playlist(1, "other"), playlist(2)], actor="x")
    log.close()
    again = open_library()
    assert "not the one seen before: it differs at event 1" in again.notes[0]
    assert digests(again.state) == rebuilt(home)


# ---- reading only ------------------------------------------------------------------------------


def test_a_library_that_is_only_read_writes_nothing(open_library: Open, home: Path) -> None:
    library = open_library()
    library.append([playlist(1)])
    library.save()
    library.append([playlist(2)])
    library.close()
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.stat().st_size}
    reader = open_library(read_only=True)
    assert digests(reader.state) == rebuilt(home)
    reader.save()
    with pytest.raises(LogError):
        reader.append([playlist(3)])
    reader.close()
    after = {path.name: path.read_bytes() for path in home.iterdir() if path.stat().st_size}
    after.pop("log.db-shm", None)  # how readers of a database in WAL mode find each other
    after.pop("state.db-shm", None)
    assert after == before


def test_there_is_no_library_to_read(open_library: Open, home: Path) -> None:
    with pytest.raises(LogError, match="no log here"):
        open_library(read_only=True)
    assert not home.exists()


# ---- another log in its place ------------------------------------------------------------------


@pytest.mark.parametrize("left", [True, False])
def test_a_log_that_is_replaced_while_it_is_in_use_is_written_to_no_more(
    open_library: Open, home: Path, tmp_path: Path, left: bool
) -> None:
    library = open_library()
    library.append([playlist(1)])
    with closing(sqlite3.connect(home / "log.db")) as other:
        other.execute("VACUUM INTO ?", (str(tmp_path / "older.db"),))
    library.append([playlist(2)])
    library.refresh()
    (tmp_path / "older.db").replace(home / "log.db")
    if not left:
        for name in ("log.db-wal", "log.db-shm"):
            (home / name).unlink()
    with pytest.raises(Replaced, match=r"log\.db: was taken away or replaced"):
        library.refresh()
    library.close()


def test_a_log_that_became_shorter_is_no_riddle_to_be_solved_for_ever(
    open_library: Open, home: Path, tmp_path: Path
) -> None:
    library = open_library()
    library.append([playlist(1)])
    older = sqlite3.connect(tmp_path / "older.db")
    with closing(sqlite3.connect(home / "log.db")) as log:
        log.backup(older)
    library.append([playlist(2)])
    with closing(sqlite3.connect(home / "log.db")) as log:
        older.backup(log)
    older.close()
    with pytest.raises(Replaced, match="ends at event 1, but event 2 was seen"):
        library.decide(lambda state: [playlist(3)])
    library.close()


# ---- several at once ---------------------------------------------------------------------------


def test_the_effects_lock_says_who_holds_it(open_library: Open) -> None:
    one, other = open_library(), open_library()
    with one.effects(), pytest.raises(Locked, match="`test` \\(process"), other.effects():
        pass
    with other.effects():
        pass


def test_nobody_saves_while_a_run_is_under_way(open_library: Open) -> None:
    one, other = open_library(), open_library()
    other.append([playlist(1)])
    with one.effects():
        other.save_if_free()
    assert other.models.checkpoints() == {}
    other.save_if_free()
    assert {saved.position for saved in other.models.checkpoints().values()} == {1}


def test_who_saves_late_does_not_save_what_is_old(open_library: Open, home: Path) -> None:
    slow, quick = open_library(), open_library()
    slow.append([MatterOpened("m", "match", "of old"), playlist(1, "of old")])
    quick.append([playlist(1, "new"), playlist(2)])
    quick.save()
    slow.save()
    again = open_library()
    assert {saved.position for saved in again.models.checkpoints().values()} == {4}
    assert digests(again.state) == rebuilt(home)


def test_a_run_that_waited_for_another_knows_what_that_one_did(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    crate.music(song(1))
    crate.reconcile()
    with crate.library() as waiting:  # opened before it gets the lock
        crate.playlist("House", [song(1), song(2)])  # nobody has audio of the second
        crate.reconcile()
        with waiting.effects():
            report = Reconciler(waiting, load(crate.home / "config.toml")).run()
        assert (report.events, report.waiting) == (0, 1)
        assert digests(waiting.state) == rebuilt(crate.home)
    with crate.library() as again:
        assert digests(again.state) == rebuilt(crate.home)
