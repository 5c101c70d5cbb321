"""`sync status`: how the library is, without loading it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.glance import glance
from engine.status import Status, is_kept, status
from state.locks import lock
from tests.crate import Crate, song

ONE, TWO, THREE, FOUR = song(1), song(2), song(3), song(4)


@pytest.fixture
def laid(crate: Crate) -> Crate:
    """Two playlists, one track without audio, one file that is no track, one broken file."""
    crate.playlist("House", [ONE, TWO, THREE])
    crate.playlist("Warm_up", [TWO, THREE])
    crate.music(ONE)
    crate.music(TWO)
    crate.music(song(77), "stranger.wav")
    (crate.files / "broken.mp3").write_bytes(b"no music")
    crate.reconcile()
    return crate


def test_what_is_there_and_what_waits(laid: Crate) -> None:
    said = laid.sync("status", "--json")
    assert said.code == 0 and not said.err
    summary = said.summary
    assert summary["type"] == "summary" and summary["schema_version"] == 1
    assert summary["tracks"] == 3 and summary["playlists"] == 2
    assert summary["files"] == {
        "ours": 3,
        "claimed": 0,
        "delivered": 0,
        "matched": 2,
        "unmatched": 1,
        "lists": 2,
    }
    assert (summary["waiting"], summary["tracks_without_audio"]) == (2, 1)
    assert summary["unreadable"] == 1
    assert summary["run"]["ended"] == "finished" and summary["run"]["done"]["place"] == 3
    assert summary["position"] == len(laid.events())
    waiting = [line for line in said.lines if line["type"] == "waiting"]
    assert [line["playlist"] for line in waiting] == ["House", "Warm up"]
    assert {line["track"] for line in waiting} == {THREE.uri}
    assert [line["root"] for line in said.lines if line["type"] == "root"] == [
        "files/music",
        "target/playlists",
    ]


def test_people_read_the_same(laid: Crate) -> None:
    said = laid.sync("status")
    assert said.code == 0
    assert "3 tracks on 2 playlists" in said.out
    assert "waiting for audio: 1 track\n  House\n" in said.out
    assert f"{THREE.artist} – {THREE.title}" in said.out
    assert "3 ours, 0 claimed, 0 delivered, 2 of others matched, 1 unmatched, " in said.out


def test_only_twenty_that_wait_are_named_unless_all_are_asked_for(crate: Crate) -> None:
    crate.playlist("House", [song(number) for number in range(30)])
    crate.reconcile()
    assert "10 more; --waiting names all" in crate.sync("status").out
    assert crate.sync("status").out.count("Artist") == 20
    assert crate.sync("status", "--waiting").out.count("Artist") == 30
    assert len(crate.sync("status", "--json").lines) == 30 + 2 + 1


def test_what_is_offline_is_said_with_the_reason(laid: Crate) -> None:
    laid.files.rename(laid.base / "away")
    laid.playlist("New", [ONE])
    shutil.rmtree(laid.root / "House")
    laid.reconcile()
    said = laid.sync("status")
    assert f"files/music: {laid.files}: OFFLINE: {laid.files}: is not there" in said.out
    assert laid.sync("status", "--json").summary["offline"] == ["files/music"]
    assert "its audio lies in files/music, which is offline" in said.out


def test_a_folder_that_was_only_a_slip_in_the_configuration_is_said_to_be_gone_from_it(
    laid: Crate,
) -> None:
    config = laid.home / "config.toml"
    before = config.read_text("utf-8")
    config.write_text(before.replace(str(laid.files), str(laid.base / "musik")), "utf-8")
    laid.reconcile()
    config.write_text(before, "utf-8")
    laid.reconcile()
    assert "musik: is not in the configuration any more" in laid.sync("status").out
    assert laid.reconcile().events == 0


def test_a_playlist_that_is_not_listed_any_more_is_named(laid: Crate) -> None:
    (laid.csv / "Warm_up.csv").unlink()
    laid.reconcile()
    assert laid.sync("status", "--json").summary["unlisted"] == ["Warm up"]
    assert "no longer listed at their source: Warm up" in laid.sync("status").out


def test_trash_missing_files_and_matters_are_counted(laid: Crate) -> None:
    (laid.root / "House" / f"{ONE.artist} - {ONE.title}.wav").unlink()
    laid.configure(extra='[playlists]\nexclude = ["Warm*"]')
    laid.reconcile()
    summary = laid.sync("status", "--json").summary
    assert summary["missing"] == 1 and summary["matters"] == 1
    assert summary["trash"] == 2 and summary["trash_bytes"] > 1000
    out = laid.sync("status").out
    assert "to review: 1 file of target playlists" in out
    size = f"trash: 2 files, {summary['trash_bytes'] / 1000:.1f} kB\n"
    assert size in out and size == laid.sync("trash", "list").out.splitlines(True)[-1]


@pytest.mark.parametrize("how", ["lost", "damaged", "behind"])
def test_a_state_db_that_cannot_be_used_changes_no_answer(laid: Crate, how: str) -> None:
    before = laid.sync("status", "--json").summary
    state = laid.home / "state.db"
    if how == "lost":
        laid.lose_state()
    elif how == "damaged":
        state.write_bytes(b"\xa5" * state.stat().st_size)
    else:
        shutil.copy(laid.home / "state.db", laid.base / "old.db")
        laid.playlist("House", [ONE, TWO, THREE, FOUR])
        laid.reconcile()
        before = laid.sync("status", "--json").summary
        for path in laid.home.glob("state.db-*"):
            path.unlink()
        shutil.copy(laid.base / "old.db", state)
    was = state.read_bytes() if state.exists() else b""
    after = laid.sync("status", "--json").summary
    # What could not be read is no event: state.db alone knows it.
    assert {**after, "unreadable": 1} == before
    assert was == (state.read_bytes() if state.exists() else b"")


def test_a_log_from_a_backup_is_explained(laid: Crate) -> None:
    shutil.copy(laid.home / "log.db", laid.base / "old.db")
    laid.playlist("House", [ONE])
    laid.reconcile()
    shutil.copy(laid.base / "old.db", laid.home / "log.db")
    said = laid.sync("status")
    assert said.code == 0 and "restored from a backup" in said.err


def test_a_run_that_was_cut_off_and_one_that_is_under_way(laid: Crate) -> None:
    from engine.library import Library
    from state.actions import Action
    from state.events import ActionIntended
    from state.values import RootId

    library = Library(laid.home, "sync reconcile")
    library.begin()
    intent = ActionIntended(Action("write", RootId("target/playlists"), "x.m3u8", "a test"))
    library.append([intent])
    library.save()
    library.close()
    said = laid.sync("status")
    assert "cut off" in said.out and "1 action begun and not ended" in said.out
    with lock(laid.home / "effects.lock", "sync reconcile"):
        assert laid.sync("status", "--json").summary["run"]["ended"] == "under way"
    # A process that was killed leaves its words in the file, but not its lock.
    (laid.home / "effects.lock").write_text('{"pid": 1, "what": "sync reconcile"}')
    assert laid.sync("status", "--json").summary["run"]["ended"] == "cut off"


def test_status_writes_nothing(laid: Crate) -> None:
    before = snapshot(laid.base)
    laid.sync("status")
    laid.sync("status", "--json", "--waiting")
    assert snapshot(laid.base) == before


def snapshot(base: Path) -> dict[str, tuple[int, int]]:
    """Every file but what SQLite needs to read a database that somebody may be writing."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in base.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_no_library_is_10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRATELOG_HOME", str(tmp_path / "nothing"))
    said = Crate(tmp_path / "crate").sync("status")
    assert said.code == 10 and "sync init" in said.err
    assert not os.path.exists(tmp_path / "nothing")


def test_what_a_run_counted_is_what_would_be_counted_now(laid: Crate) -> None:
    def count() -> Status:
        with glance(laid.home) as seen:
            return status(seen)

    kept = count()
    with laid.library() as library:
        assert is_kept(library)
        library.save(bookmarks={"status": None})
        assert not is_kept(library)
    assert count() == kept


def test_what_an_earlier_version_counted_is_counted_anew(laid: Crate) -> None:
    now = laid.sync("status", "--json").summary
    with laid.library() as library:
        kept = library.models.bookmark("status") or ""
        assert '"delivered":0,' in kept
        library.save(bookmarks={"status": kept.replace('"delivered":0,', "")})
    assert laid.sync("status", "--json").summary == now


def test_what_was_counted_before_somebody_spoke_is_not_told(laid: Crate) -> None:
    before = laid.sync("status", "--json").summary
    assert laid.sync("match", str(laid.files / "stranger.wav"), THREE.uri).code == 0
    after = laid.sync("status", "--json").summary
    assert (before["tracks_without_audio"], after["tracks_without_audio"]) == (1, 0)
