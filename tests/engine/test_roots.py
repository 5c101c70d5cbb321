"""Which folder trees can be looked at, and which ones only seem to be there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.disk import Disk
from engine.places import MARKER
from engine.roots import look, mark, source_roots
from projections.layout import target_root
from projections.registry import State
from state.events import Event, FileSeen, FileVanished, RootCameOnline, RootWentOffline
from state.log import Recorded
from state.values import RootId, Tags

MUSIC, ROOT = RootId("files/music"), target_root("playlists")


class Looker:
    """A library named `me` with one folder of music and one target."""

    def __init__(self, base: Path) -> None:
        self.state = State()
        self.music, self.root = base / "music", base / "volume" / "Playlists"
        self.music.mkdir()
        self.root.parent.mkdir()

    def tell(self, *events: Event) -> None:
        for event in events:
            self.state.fold([Recorded(self.state.position + 1, 0, None, event)])

    def look(self) -> list[Event]:
        """What is news of the roots; looking again says nothing."""
        events = list(self._look())
        self.tell(*events)
        assert list(self._look()) == []
        return events

    def _look(self) -> Iterator[Event]:
        return look(self.state, "me", {MUSIC: self.music}, {"playlists": self.root})

    def mark(self) -> RootCameOnline | None:
        row = self.state.files.roots.get(ROOT)
        assert row is not None
        event = mark(Disk(), row, "me")
        self.tell(*([event] if event else []))
        return event

    def why(self, root: RootId) -> str:
        """Why a root is offline; empty: it is not."""
        row = self.state.files.roots.get(root)
        assert row is not None and row.online is not bool(row.why)
        return row.why

    def know(self, *paths: str) -> None:
        self.tell(*(FileSeen(MUSIC, path, 1, "aa", 1, "mp3", Tags()) for path in paths))


@pytest.fixture
def looker(tmp_path: Path) -> Looker:
    return Looker(tmp_path)


# ---- names -------------------------------------------------------------------------------------


def test_every_folder_has_an_id_of_its_own() -> None:
    folders = [Path(path) for path in ("/a/music", "/b/music", "/", "/c/music")]
    assert source_roots(folders) == {
        "files/music": folders[0],
        "files/music#2": folders[1],
        "files/root": folders[2],
        "files/music#3": folders[3],
    }


# ---- roots of ours -----------------------------------------------------------------------------


def test_a_root_that_is_not_there_yet_comes_online_and_is_not_made(looker: Looker) -> None:
    assert RootCameOnline(ROOT, str(looker.root)) in looker.look()
    assert not looker.root.exists()


def test_a_root_gets_its_marker_once(looker: Looker) -> None:
    looker.look()
    event = looker.mark()
    assert event is not None and event.marker == "me"
    assert (looker.root / MARKER).is_file()
    assert looker.mark() is None and looker.look() == []


def test_a_root_whose_parent_is_missing_is_offline_and_nothing_is_made(looker: Looker) -> None:
    looker.root.parent.rmdir()
    looker.look()
    assert "is not there: not mounted? No folder is made for it" in looker.why(ROOT)
    assert looker.mark() is None
    assert not looker.root.parent.exists()


def test_a_root_that_was_seen_and_never_written_to_is_not_made_where_its_volume_was(
    looker: Looker,
) -> None:
    looker.root.mkdir()
    looker.look()
    looker.root.rmdir()
    looker.look()
    assert "was there before" in looker.why(ROOT)
    assert looker.mark() is None and not looker.root.exists()
    looker.root.mkdir()
    looker.look()
    assert not looker.why(ROOT)


@pytest.mark.parametrize("mount_point_stays", [True, False])
def test_a_root_without_its_marker_is_not_mounted(looker: Looker, mount_point_stays: bool) -> None:
    looker.look()
    looker.mark()
    away = looker.root.parent.with_name("away")
    looker.root.rename(away)
    if mount_point_stays:
        looker.root.mkdir()
    assert looker.look() == [RootWentOffline(ROOT, looker.why(ROOT))]
    assert "the volume is not mounted" in looker.why(ROOT)
    assert looker.mark() is None
    if mount_point_stays:
        looker.root.rmdir()
    away.rename(looker.root)
    [event] = looker.look()
    assert isinstance(event, RootCameOnline) and event.marker == "me"


def test_the_root_of_another_library_is_refused(looker: Looker) -> None:
    (looker.root / MARKER).parent.mkdir(parents=True)
    (looker.root / MARKER).write_text('{"library": "you"}')
    looker.look()
    assert "belongs to another library (marker you)" in looker.why(ROOT)
    (looker.root / MARKER).write_text('{"library": "me"}')
    assert looker.look() and looker.why(ROOT) == ""


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"library"', '"me"'])
def test_a_marker_that_cannot_be_read_is_a_foreign_one(looker: Looker, content: str) -> None:
    (looker.root / MARKER).parent.mkdir(parents=True)
    (looker.root / MARKER).write_text(content)
    looker.look()
    assert "another library (marker unreadable)" in looker.why(ROOT)


def test_a_file_is_no_root(looker: Looker) -> None:
    looker.root.write_text("x")
    looker.look()
    assert looker.why(ROOT).endswith("is not a folder")


def test_a_root_moves_with_its_marker(looker: Looker, tmp_path: Path) -> None:
    looker.look()
    looker.mark()
    looker.root = looker.root.rename(tmp_path / "elsewhere")
    [event] = looker.look()
    assert isinstance(event, RootCameOnline) and event.path == str(looker.root)
    assert looker.why(ROOT) == ""


def test_a_root_that_is_not_configured_any_more_is_offline(looker: Looker) -> None:
    looker.look()
    looker.tell(*look(looker.state, "me", {}, {}))
    assert "is not in the configuration any more" in looker.why(ROOT)
    assert "is not in the configuration any more" in looker.why(MUSIC)


# ---- folders that we only read -----------------------------------------------------------------


def test_a_folder_that_we_only_read_is_never_written_to(looker: Looker) -> None:
    looker.look()
    row = looker.state.files.roots.get(MUSIC)
    assert row is not None and row.marker == "" and row.device == looker.music.stat().st_dev
    assert list(looker.music.iterdir()) == []


def test_a_folder_that_is_gone_is_offline_until_it_is_back(looker: Looker) -> None:
    looker.look()
    looker.music.rmdir()
    looker.look()
    assert looker.why(MUSIC) == f"{looker.music}: is not there"
    looker.music.mkdir()
    looker.look()
    assert looker.why(MUSIC) == ""


def test_a_folder_that_was_emptied_is_taken_for_not_mounted(looker: Looker) -> None:
    looker.look()
    looker.know("a.mp3", "b.mp3")
    looker.look()
    assert "was emptied (2 files were known)" in looker.why(MUSIC)
    (looker.music / "b.mp3").write_text("x")
    looker.look()
    assert looker.why(MUSIC) == "", "one file that was known is enough"


def test_another_volume_is_not_the_folder(looker: Looker) -> None:
    looker.look()
    looker.know("a.mp3")
    looker.tell(RootCameOnline(MUSIC, str(looker.music), device=-1))
    (looker.music / "other.mp3").write_text("x")
    looker.look()
    assert "another volume is mounted there" in looker.why(MUSIC)


def test_the_same_files_on_another_device_are_the_folder(looker: Looker) -> None:
    looker.look()
    looker.know("a.mp3")
    (looker.music / "a.mp3").write_text("x")
    looker.tell(RootCameOnline(MUSIC, str(looker.music), device=-1))
    [event] = looker.look()
    assert isinstance(event, RootCameOnline) and event.device == looker.music.stat().st_dev


def test_another_folder_in_the_configuration_is_not_one_that_was_emptied(
    looker: Looker, tmp_path: Path
) -> None:
    looker.look()
    looker.know("a.mp3", "b.mp3")
    looker.music = tmp_path / "other" / "music"
    looker.music.mkdir(parents=True)
    (looker.music / "b.mp3").write_text("x")
    event, vanished = looker.look()
    assert isinstance(event, RootCameOnline) and event.path == str(looker.music)
    assert vanished == FileVanished(MUSIC, "a.mp3")


def test_a_file_is_no_folder_of_music(looker: Looker) -> None:
    shutil.rmtree(looker.music)
    looker.music.write_text("x")
    looker.look()
    assert looker.why(MUSIC).endswith("is not a folder")
