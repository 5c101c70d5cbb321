from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.notify import Heard, Notices


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "music"
    (made / "old").mkdir(parents=True)
    return made


@pytest.fixture
def notices(folder: Path) -> Iterator[Notices]:
    made = Notices(limit=50)
    assert made.watch([folder]) == {folder}
    yield made
    made.close()


def hear(notices: Notices, enough: Callable[[Heard], bool]) -> Heard:
    """All that is noticed until it is enough; AssertionError if it never is."""
    whole, end = Heard(), time.monotonic() + 10
    while not enough(whole):
        assert time.monotonic() < end, whole
        notices.wait(0.1)
        part = notices.drain()
        whole.lost |= part.lost
        for kind, more in ((whole.files, part.files), (whole.folders, part.folders)):
            for base, paths in more.items():
                kind.setdefault(base, set()).update(paths)
    return whole


def test_files_that_come_change_move_and_go_are_noticed(notices: Notices, folder: Path) -> None:
    path = folder / "old" / "a.mp3"
    path.write_text("x")
    hear(notices, lambda heard: "old/a.mp3" in heard.files.get(folder, ()))
    path.rename(folder / "b.mp3")
    hear(notices, lambda heard: {"old/a.mp3", "b.mp3"} <= heard.files.get(folder, set()))
    (folder / "b.mp3").unlink()
    hear(notices, lambda heard: "b.mp3" in heard.files.get(folder, ()))


def test_reading_is_not_noticed_nor_names_that_are_nobodys_music(
    notices: Notices, folder: Path
) -> None:
    (folder / "a.mp3").write_text("x")
    hear(notices, lambda heard: "a.mp3" in heard.files.get(folder, ()))
    time.sleep(0.05)
    notices.drain()
    (folder / "a.mp3").read_text()
    (folder / ".cratelog").mkdir()
    (folder / ".cratelog" / "work.mp3").write_text("x")
    (folder / "b.mp3.part").write_text("x")
    (folder / "end.mp3").write_text("x")
    heard = hear(notices, lambda heard: "end.mp3" in heard.files.get(folder, ()))
    assert heard.files == {folder: {"end.mp3"}} and heard.folders == {}


def test_what_is_in_a_new_folder_is_noticed_too(notices: Notices, folder: Path) -> None:
    (folder / "new").mkdir()
    hear(notices, lambda heard: "new" in heard.folders.get(folder, ()))
    (folder / "new" / "a.mp3").write_text("x")
    hear(notices, lambda heard: "new/a.mp3" in heard.files.get(folder, ()))
    shutil.rmtree(folder / "new")
    hear(notices, lambda heard: "new" in heard.folders.get(folder, ()))


def test_more_than_can_be_kept_is_one_word(notices: Notices, folder: Path) -> None:
    end = time.monotonic() + 30
    heard, number = Heard(), 0
    while not heard.lost:
        assert time.monotonic() < end, heard
        for _ in range(80):
            (folder / f"{(number := number + 1)}.mp3").touch()
        # Nobody drains until the observer, which may be slow, has handed on more than is kept.
        time.sleep(0.5)
        heard = notices.drain()
        assert sum(map(len, heard.files.values())) <= 50

    def is_later(heard: Heard) -> bool:
        (folder / "later.mp3").touch()  # again, for the first may be among too many others
        return "later.mp3" in heard.files.get(folder, ())

    hear(notices, is_later)


def test_what_the_observer_complains_of_means_that_something_was_lost(
    notices: Notices, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert notices.drain().lost
    assert not notices.drain().lost
    assert capfd.readouterr().err == ""


def test_a_folder_that_goes_and_comes_back_is_watched_anew(notices: Notices, folder: Path) -> None:
    assert notices.watch([folder]) == set()
    folder.rename(folder.with_name("away"))
    assert notices.watch([folder]) == set()
    folder.mkdir()
    assert notices.watch([folder]) == {folder}
    (folder / "a.mp3").write_text("x")
    hear(notices, lambda heard: "a.mp3" in heard.files.get(folder, ()))


def test_a_folder_that_is_left_out_is_not_watched_any_more(
    notices: Notices, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert notices.watch([other]) == {other}
    (folder / "a.mp3").write_text("x")
    (other / "b.mp3").write_text("x")
    heard = hear(notices, lambda heard: bool(heard.files))
    assert heard.files == {other: {"b.mp3"}}
    assert notices.blind == {}


def test_a_folder_that_is_a_link_is_watched_where_it_leads(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    notices = Notices()
    assert notices.watch([link]) == {link}
    (folder / "a.mp3").write_text("x")
    (folder / "old" / "b.mp3").write_text("x")
    hear(notices, lambda heard: {"a.mp3", "old/b.mp3"} <= heard.files.get(link, set()))
    notices.close()


def test_a_machine_that_notices_nothing_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("adapters.notify.notices.Observer", refuse)
    notices = Notices()
    assert notices.watch([folder]) == set()
    assert notices.blind == {folder: "no notifications: Too many open files"}
    notices.close()


def test_more_folders_than_the_system_watches_are_told_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.notify.notices._limit", lambda: 2)
    notices = Notices()
    assert notices.watch([folder]) == set()
    assert "more folders" in notices.blind[folder]
    notices.close()


def test_a_system_that_watches_no_further_folder_is_not_relied_upon(
    notices: Notices, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notices.watch([folder]) == set() and notices.blind == {}
    monkeypatch.setattr("adapters.notify.notices._is_full", lambda: True)
    assert notices.watch([folder]) == set()
    monkeypatch.undo()
    for _ in range(2):
        assert notices.watch([folder]) == set(), "it stays so"
        assert notices.blind == {folder: "there are more folders than the system watches"}
