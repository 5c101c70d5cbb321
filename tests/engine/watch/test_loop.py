from __future__ import annotations

import os
import shutil
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.notify import Notices
from engine.answers import answered, waiting
from engine.config import Config, CsvSettings
from engine.watch.folders import Folders
from state.events import TrackRequested
from state.locks import lock
from state.log import Replaced
from state.values import Ref
from tests.crate import Crate, song
from tests.engine.watch.watching import Watched, watched

ONE, TWO, THREE = (song(number, seconds=1) for number in (1, 2, 3))


@pytest.fixture
def ready(crate: Crate) -> Crate:
    """Three tracks on a playlist, one of them with a file."""
    crate.playlist("House", [ONE, TWO, THREE])
    crate.music(ONE)
    return crate


@pytest.fixture
def watch(ready: Crate) -> Iterator[Watched]:
    with watched(ready) as found:
        yield found


def test_the_first_pass_is_made_at_once_and_then_nothing(ready: Crate) -> None:
    with watched(ready) as watch:
        assert len(ready.audio_tree()) == 1
        end, passes = watch.position, watch.passes
        watch.go(60)
        assert (watch.position, watch.passes) == (end, passes)


def test_a_new_file_is_seen_when_it_is_quiet_then_laid_out(ready: Crate, watch: Watched) -> None:
    before, passes = watch.position, watch.passes
    watch.nudge(ready.music(TWO))
    watch.go(1.5)
    assert watch.kinds(before) == []
    watch.go(1)
    assert watch.kinds(before) == ["ReconcileStarted", "FileSeen"]
    assert watch.calm() == 1
    assert len(ready.audio_tree()) == 2
    assert watch.kinds(before)[-1] == "ReconcileFinished"
    assert watch.passes == passes + 1


def test_our_own_writes_are_no_news(ready: Crate, watch: Watched) -> None:
    before, passes = watch.position, watch.passes
    watch.nudge(*(ready.root / name for name in ready.tree()))
    watch.nudge(ready.root / "House", folder=True)
    watch.calm()
    assert (watch.position, watch.passes) == (before, passes)


def test_a_file_that_is_being_written_is_waited_for(ready: Crate, watch: Watched) -> None:
    whole = ready.music(TWO, "whole.wav", root=ready.base)
    path, content = ready.files / "new.wav", whole.read_bytes()
    before = watch.position
    for size in range(5):
        path.write_bytes(content[: size * len(content) // 5 + 99])
        watch.nudge(path)
        watch.go(1.5)
    path.write_bytes(content)  # nobody tells of this one
    watch.go(1)
    assert watch.kinds(before) == []
    watch.calm()
    assert watch.kinds(before).count("FileSeen") == 1
    assert not any(kind == "unreadable" for kind, _ in watch.told.lines)


def test_a_burst_is_one_pass(ready: Crate, watch: Watched) -> None:
    ready.music(TWO)
    watch.nudge(*(ready.files / f"{number}.mp3" for number in range(11_000)))
    assert watch.calm() == 1
    assert len(ready.audio_tree()) == 2


def test_after_an_overflow_everything_is_looked_at(ready: Crate, watch: Watched) -> None:
    ready.music(TWO)
    watch.ears.heard.lost = True
    assert watch.calm() == 1
    assert len(ready.audio_tree()) == 2


def test_what_nobody_tells_of_is_found_by_the_next_whole_look(ready: Crate) -> None:
    ready.configure(extra="[watch]\nlook_minutes = 10")
    with watched(ready) as watch:
        ready.music(TWO)
        watch.go(500)
        assert len(ready.audio_tree()) == 1
        watch.go(100)
        assert len(ready.audio_tree()) == 2


def test_a_folder_that_comes_brings_its_files(ready: Crate, watch: Watched) -> None:
    elsewhere = ready.base / "elsewhere"
    ready.music(TWO, root=elsewhere)
    ready.music(THREE, root=elsewhere)
    watch.nudge(elsewhere.rename(ready.files / "here"), folder=True)
    assert watch.calm() == 1
    assert len(ready.audio_tree()) == 3


def test_a_folder_that_goes_takes_its_files(ready: Crate) -> None:
    ready.music(TWO, "here/two.wav")
    with watched(ready) as watch:
        before = watch.position
        shutil.rmtree(ready.files / "here")
        watch.nudge(ready.files / "here", folder=True)
        watch.calm()
        assert watch.kinds(before)[:2] == ["ReconcileStarted", "FileVanished"]


def test_another_commands_event_is_a_reason_to_look(ready: Crate, watch: Watched) -> None:
    passes = watch.passes
    with ready.library("sync add") as other:
        other.append([TrackRequested(Ref(song(9).uri))])
    watch.go(3)
    assert watch.passes == passes + 1
    assert ("event", f"{watch.position}") != watch.told.lines[-1]
    assert any("TrackRequested" in text for kind, text in watch.told.lines if kind == "event")


def test_a_changed_backup_is_a_reason_to_look(ready: Crate, watch: Watched) -> None:
    ready.music(TWO)
    watch.nudge(ready.playlist("Techno", [ONE]))
    watch.calm()
    assert len([name for name in ready.audio_tree() if name.startswith("Techno/")]) == 1


def test_an_answer_is_a_reason_to_look(ready: Crate) -> None:
    answers = ready.home / "outbox" / "answers"
    answers.mkdir(parents=True)
    with watched(ready) as watch:
        (answers / "one.json").write_text("{}")
        watch.nudge(answers / "one.json")
        assert watch.calm() == 1


# ---- what a person does to our files -----------------------------------------------------------


@pytest.mark.parametrize("policy", ["ask", "follow", "restore"])
def test_a_file_that_a_person_moves_is_treated_by_the_policy(ready: Crate, policy: str) -> None:
    ready.configure(target=f'on_edit = "{policy}"')
    with watched(ready) as watch:
        (old,) = ready.audio_tree()
        before = watch.position
        mine = ready.root / "Mine" / "mine.wav"
        mine.parent.mkdir()
        watch.nudge((ready.root / old).rename(mine), ready.root / old)
        watch.calm()
        assert watch.kinds(before)[1:3] == ["FileVanished", "FileSeen"]
        there = ready.audio_tree()
    if policy == "restore":
        assert old in there
    else:
        assert there == ["Mine/mine.wav"]
    assert bool(watch.picture.matters) == (policy == "ask")


def test_a_file_that_a_person_deletes_is_asked_about_and_comes_back_if_they_say_so(
    ready: Crate, watch: Watched
) -> None:
    (old,) = ready.audio_tree()
    (ready.root / old).unlink()
    watch.nudge(ready.root / old)
    watch.calm()
    assert ready.audio_tree() == [] and len(watch.picture.matters) == 1
    with ready.library("sync review") as other:
        other.append(answered(other.state, waiting(other.state)[0], "restore"))
    watch.calm()
    assert ready.audio_tree() == [old] and watch.picture.matters == []


def test_a_playlist_file_that_is_taken_away_comes_back(ready: Crate, watch: Watched) -> None:
    (ready.root / "House.m3u8").unlink()
    watch.nudge(ready.root / "House.m3u8")
    watch.calm()
    assert "House.m3u8" in ready.tree()


# ---- volumes, configuration --------------------------------------------------------------------


def test_a_volume_that_goes_and_comes_back_is_noticed_and_nothing_is_lost(
    ready: Crate, watch: Watched
) -> None:
    tree, away = ready.tree(), ready.base / "away"
    before = watch.position
    ready.root.rename(away)
    watch.nudge(*(ready.root / name for name in tree))
    watch.calm()
    assert "RootWentOffline" in watch.kinds(before)
    assert "FileVanished" not in watch.kinds(before)
    ready.music(TWO)
    away.rename(ready.root)
    watch.calm()
    assert len(ready.audio_tree()) == 2
    assert watch.picture.matters == []


def test_a_changed_configuration_is_taken_up_and_a_wrong_one_is_not(
    ready: Crate, watch: Watched
) -> None:
    ready.configure("nonsense = 1")
    watch.calm()
    assert [kind for kind, _ in watch.told.lines].count("failed") == 1
    ready.configure(extra='[playlists]\nexclude = ["house"]')
    watch.calm()
    assert not any(name.startswith("House/") for name in ready.audio_tree())


def test_a_folder_that_tells_nothing_is_polled(ready: Crate) -> None:
    ready.configure(extra='[watch]\npoll = "always"\npoll_seconds = 10')
    with watched(ready) as watch:
        assert watch.ears.watched == set() and len(watch.picture.blind) == 4
        ready.music(TWO)
        watch.go(15)
        watch.calm()
        assert len(ready.audio_tree()) == 2
        before, passes = watch.position, watch.passes
        watch.go(60)
        assert (watch.position, watch.passes) == (before, passes)
        ready.playlist("Techno", [ONE])
        watch.go(15)
        watch.calm()
        assert len(ready.audio_tree()) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode")
def test_names_that_are_not_utf8_are_told_of_and_stop_nothing(ready: Crate, watch: Watched) -> None:
    before = watch.position
    folder = Path(os.fsdecode(os.fsencode(ready.files) + b"/caf\xe9"))
    backup = Path(os.fsdecode(os.fsencode(ready.csv) + b"/caf\xe9.txt"))
    inside = ready.music(TWO, root=folder)
    backup.write_bytes(b"x")
    watch.nudge(folder, folder=True)
    watch.nudge(inside, backup)
    assert watch.calm() == 1
    assert [text for kind, text in watch.told.lines if kind == "unreadable"] == [
        f"{ready.files}/caf\\xe9: its name is not UTF-8; rename it"
    ]
    assert "FileSeen" not in watch.kinds(before)
    assert not any("\udce9" in doing for doing in watch.told.doings)
    assert any("caf\\xe9.txt changed" in doing for doing in watch.told.doings)


def test_a_folder_that_the_system_does_not_watch_is_polled_and_told_of_once(
    ready: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.notify.notices._limit", lambda: 1)
    ready.configure(extra="[watch]\npoll_seconds = 10")
    ears = Notices()
    with watched(ready, ears) as watch:
        told = {f"{path}: there are more folders than the system watches" for path in watch.there}
        assert {text for kind, text in watch.told.lines if kind == "polled"} == told
        for _ in range(3):
            watch.go(5)
            assert set(watch.picture.blind) == told
        ready.music(TWO)
        watch.go(20)
        assert len(ready.audio_tree()) == 2
        assert [kind for kind, _ in watch.told.lines].count("polled") == len(told)
    ears.close()


# ---- what goes wrong ---------------------------------------------------------------------------


def test_a_log_that_another_program_keeps_locked_is_waited_for(
    ready: Crate, watch: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("state.log.lock", lambda path, what, wait: lock(path, what))
    with lock(ready.home / "write.lock", "sync add"):
        watch.nudge(ready.music(TWO))
        watch.calm()
    assert [kind for kind, _ in watch.told.lines].count("failed") == 1
    assert any("in use: `sync add`" in text for kind, text in watch.told.lines)
    watch.go(60)
    assert len(ready.audio_tree()) == 2


def test_a_backup_that_cannot_even_be_asked_for_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300)
    folders = Folders(Config(csv=CsvSettings(folders=(path,))), tmp_path)
    assert path in folders.watched and str(path) not in folders.signs()


def test_a_log_that_is_restored_under_it_ends_the_watch(ready: Crate, watch: Watched) -> None:
    shutil.copy(ready.home / "log.db", ready.base / "older.db")
    watch.go(10)
    (ready.base / "older.db").replace(ready.home / "log.db")
    with pytest.raises(Replaced):
        watch.go(6)


def test_a_folder_that_gives_nothing_but_errors_stops_nothing_else(
    ready: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.configure(extra='[watch]\npoll = "always"\npoll_seconds = 10')
    with watched(ready) as watch:
        tries = []

        def fail(self: Path, pattern: str) -> list[Path]:
            tries.append(self)
            raise OSError(5, "Input/output error", str(self))

        with monkeypatch.context() as broken:
            broken.setattr(Path, "rglob", fail)
            ready.music(TWO)
            watch.go(20)
        assert len(ready.audio_tree()) == 2
        assert ("failed", f"{ready.csv}: Input/output error") in watch.told.lines
        assert len(tries) <= 6, "two folders, every ten seconds"


# ---- months ------------------------------------------------------------------------------------


def test_what_is_kept_does_not_grow_with_the_number_of_nudges(ready: Crate, watch: Watched) -> None:
    def burst(start: int) -> None:
        paths = [ready.files / f"some/folder/{number}.mp3" for number in range(start, start + 300)]
        watch.nudge(*paths)
        watch.go(4)
        assert watch.watch.nudges.pending == 0

    burst(0)
    tracemalloc.start()
    burst(10_000)
    before, _ = tracemalloc.get_traced_memory()
    for number in range(2, 5):
        burst(number * 10_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 50_000


def test_a_path_in_a_root_inside_of_another_belongs_to_the_inner_one(crate: Crate) -> None:
    inner = crate.files / "Playlists"
    crate.configure(
        f'[files]\nfolders = ["{crate.files}"]\n[targets.playlists]\nroot = "{inner}"\n'
    )
    inner.mkdir()
    with watched(crate) as watch:
        folders = watch.watch.folders
        outer = [place.root for place in folders.places(crate.files, "Playlists/a.mp3")]
        assert outer == []
        assert [place.root for place in folders.places(inner, "a.mp3")] == ["target/playlists"]
        assert [place.root for place in folders.places(crate.files, "a.mp3")] == ["files/music"]
    assert Path(inner).is_dir()
