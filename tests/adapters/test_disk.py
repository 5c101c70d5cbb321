"""The file system: nothing is overwritten, whatever kind of disk it is."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import disk as module
from adapters.disk import Disk


@pytest.fixture
def disk() -> Disk:
    return Disk()


def put(path: Path, content: str = "audio") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def fails(code: int) -> Callable[..., Any]:
    def call(*arguments: Any, **more: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return call


@pytest.fixture(params=["renameat2", "hard links", "neither"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Disks that can rename without overwriting, that have hard links, that can do neither."""
    if request.param != "renameat2":
        monkeypatch.setattr(module, "rename_exclusively", lambda source, path: False)
    if request.param == "neither":
        monkeypatch.setattr(os, "link", fails(errno.EPERM))
    return str(request.param)


# ---- looking -----------------------------------------------------------------------------------


def test_what_is_there(disk: Disk, tmp_path: Path) -> None:
    path = put(tmp_path / "a.mp3")
    found, stamp = path.stat(), disk.stamp(path)
    assert stamp is not None
    assert (stamp.size, stamp.mtime_ns, stamp.inode) == (5, found.st_mtime_ns, found.st_ino)
    assert disk.read(path) == b"audio" and disk.taken(path)


@pytest.mark.parametrize("name", ["b.mp3", "a.mp3/inside", "no/b.mp3"])
def test_what_is_not_there(disk: Disk, tmp_path: Path, name: str) -> None:
    put(tmp_path / "a.mp3")
    path = tmp_path / name
    assert disk.stamp(path) is None and disk.read(path) is None and not disk.taken(path)


def test_a_folder_or_a_pipe_is_no_file(disk: Disk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(OSError, match="not a regular file"):
            disk.stamp(path)
        assert disk.taken(path)


def test_a_link_to_nothing_has_its_name(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nothing")
    assert disk.taken(tmp_path / "link") and disk.stamp(tmp_path / "link") is None


# ---- moving ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kind")
def test_a_move_keeps_the_file_itself(disk: Disk, tmp_path: Path) -> None:
    source, path = put(tmp_path / "a" / "x.mp3"), tmp_path / "b" / "y.mp3"
    inode = source.stat().st_ino
    path.parent.mkdir()
    disk.move(source, path)
    assert path.read_text() == "audio" and path.stat().st_ino == inode
    assert not source.exists() and path.stat().st_nlink == 1


@pytest.mark.usefixtures("kind")
@pytest.mark.parametrize("what", ["file", "folder", "broken link"])
def test_a_move_never_overwrites(disk: Disk, tmp_path: Path, what: str) -> None:
    source, path = put(tmp_path / "a.mp3"), tmp_path / "b.mp3"
    if what == "file":
        put(path, "other")
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("nothing")
    with pytest.raises(FileExistsError):
        disk.move(source, path)
    assert source.read_text() == "audio"
    assert what != "file" or path.read_text() == "other"


@pytest.mark.usefixtures("kind")
def test_what_is_not_there_cannot_be_moved(disk: Disk, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.move(tmp_path / "a.mp3", tmp_path / "b.mp3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_an_error_of_the_disk_is_raised_and_not_got_round(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(module, "rename_exclusively", lambda source, path: False)
    monkeypatch.setattr(os, "link", fails(code))
    source = put(tmp_path / "a.mp3")
    with pytest.raises(OSError) as caught:
        disk.move(source, tmp_path / "b.mp3")
    assert caught.value.errno == code and source.exists()


def test_a_move_that_was_cut_off_between_its_two_names_is_finished(
    disk: Disk, tmp_path: Path
) -> None:
    source = put(tmp_path / "a.mp3")
    os.link(source, tmp_path / "b.mp3")
    disk.finish_move(source, tmp_path / "b.mp3")
    assert [path.name for path in tmp_path.iterdir()] == ["b.mp3"]


def test_two_different_files_are_no_half_done_move(disk: Disk, tmp_path: Path) -> None:
    source, path = put(tmp_path / "a.mp3"), put(tmp_path / "b.mp3")
    disk.finish_move(source, path)
    assert source.exists() and path.exists()


def test_one_name_spelt_in_two_ways_is_no_half_done_move(disk: Disk, tmp_path: Path) -> None:
    """Where case does not count, `a.mp3` and `A.mp3` are the same file, and its only name."""
    path = put(tmp_path / "a.mp3")
    disk.finish_move(tmp_path / "." / ".." / tmp_path.name / "a.mp3", path)
    assert path.read_text() == "audio"


# ---- copying -----------------------------------------------------------------------------------


@pytest.fixture
def no_clones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "ioctl", fails(errno.EOPNOTSUPP))


def test_a_copy_is_a_clone_where_the_disk_can(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clone(target: int, request: int, source: int) -> int:
        assert request == module.FICLONE
        return os.write(target, os.read(source, 100))

    monkeypatch.setattr(fcntl, "ioctl", clone)
    source, work = put(tmp_path / "a.mp3"), tmp_path / "work"
    os.utime(source, ns=(1, 2))
    assert disk.copy(source, work, may_link=True) == "cloned"
    assert work.read_text() == "audio" and work.stat().st_mtime_ns == 2
    assert work.stat().st_ino != source.stat().st_ino


@pytest.mark.usefixtures("no_clones")
def test_a_copy_is_a_link_where_it_may(disk: Disk, tmp_path: Path) -> None:
    source, work = put(tmp_path / "a.mp3"), tmp_path / "work"
    assert disk.copy(source, work, may_link=True) == "linked"
    assert work.stat().st_ino == source.stat().st_ino


@pytest.mark.usefixtures("no_clones")
@pytest.mark.parametrize("may_link", [True, False])
def test_else_it_is_a_copy_with_the_same_time(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_link: bool
) -> None:
    if may_link:
        monkeypatch.setattr(os, "link", fails(errno.EXDEV))
    source, work = put(tmp_path / "a.mp3"), tmp_path / "work"
    os.utime(source, ns=(1, 2))
    assert disk.copy(source, work, may_link=may_link) == "copied"
    assert work.read_text() == "audio" and work.stat().st_mtime_ns == 2
    assert work.stat().st_ino != source.stat().st_ino
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp3", "work"]


@pytest.mark.parametrize("call", ["ioctl", "link"])
def test_a_full_disk_is_raised_and_not_got_round(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(fcntl, "ioctl", fails(errno.ENOSPC if call == "ioctl" else errno.EXDEV))
    monkeypatch.setattr(os, "link", fails(errno.ENOSPC))
    with pytest.raises(OSError, match="No space"):
        disk.copy(put(tmp_path / "a.mp3"), tmp_path / "work", may_link=True)


@pytest.mark.parametrize("clones", [True, False])
@pytest.mark.parametrize("may_link", [True, False])
def test_a_copy_never_overwrites(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clones: bool, may_link: bool
) -> None:
    if not clones:
        monkeypatch.setattr(fcntl, "ioctl", fails(errno.EOPNOTSUPP))
    work = put(tmp_path / "work", "other")
    with pytest.raises(FileExistsError):
        disk.copy(put(tmp_path / "a.mp3"), work, may_link=may_link)
    assert work.read_text() == "other"


def test_what_is_not_there_cannot_be_copied(disk: Disk, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.copy(tmp_path / "a.mp3", tmp_path / "work", may_link=True)
    assert not (tmp_path / "work").exists()


# ---- writing -----------------------------------------------------------------------------------


def test_a_new_file_is_written_and_no_old_one(disk: Disk, tmp_path: Path) -> None:
    disk.write(tmp_path / "work", b"text")
    assert (tmp_path / "work").read_bytes() == b"text"
    with pytest.raises(FileExistsError):
        disk.write(tmp_path / "work", b"other")


def test_a_replacement_is_the_one_call_that_overwrites(disk: Disk, tmp_path: Path) -> None:
    path = put(tmp_path / "House.m3u8", "old")
    disk.write(tmp_path / "work", b"new")
    disk.replace(tmp_path / "work", path)
    assert [each.name for each in tmp_path.iterdir()] == ["House.m3u8"]
    assert path.read_text() == "new"


@pytest.mark.parametrize("call", ["move", "write", "copy", "replace", "make_folders"])
def test_every_change_is_made_durable(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    synced: set[int] = set()
    fsync = os.fsync

    def noting(fd: int) -> None:
        synced.add(os.fstat(fd).st_ino)
        fsync(fd)

    monkeypatch.setattr(os, "fsync", noting)
    source = put(tmp_path / "a" / "x")
    (tmp_path / "b").mkdir()
    path = tmp_path / "b" / "y"
    match call:
        case "move":
            disk.move(source, path)
            expected = {tmp_path / "a", tmp_path / "b"}
        case "write":
            disk.write(path, b"x")
            expected = {path}
        case "copy":
            disk.copy(source, path, may_link=False)
            expected = {path}
        case "replace":
            disk.replace(source, path)
            expected = {tmp_path / "b"}
        case _:
            disk.make_folders(tmp_path / "c" / "d")
            expected = {tmp_path, tmp_path / "c"}
    assert {each.stat().st_ino for each in expected} <= synced


# ---- folders -----------------------------------------------------------------------------------


def test_folders_are_made_with_those_above_them(disk: Disk, tmp_path: Path) -> None:
    for _ in range(2):
        disk.make_folders(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_file_is_no_folder_to_make(disk: Disk, tmp_path: Path) -> None:
    put(tmp_path / "a")
    with pytest.raises(OSError):
        disk.make_folders(tmp_path / "a" / "b")
    assert (tmp_path / "a").read_text() == "audio"


def test_work_files_are_swept_and_nothing_else(disk: Disk, tmp_path: Path) -> None:
    put(tmp_path / "work" / "1.mp3")
    put(tmp_path / "work" / "2.mp3")
    put(tmp_path / "park" / "3.mp3")
    assert disk.remove_work(tmp_path / "work") == 2
    assert disk.remove_work(tmp_path / "work") == disk.remove_work(tmp_path / "never was") == 0
    assert (tmp_path / "work").is_dir() and (tmp_path / "park" / "3.mp3").exists()


def test_empty_folders_are_tidied_up_to_the_root(disk: Disk, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a" / "b" / "c").mkdir(parents=True)
    disk.tidy(root / "a" / "b" / "c", root)
    assert root.is_dir() and list(root.iterdir()) == []
    disk.tidy(root, root)
    assert root.is_dir()


@pytest.mark.parametrize("left", ["x.mp3", ".DS_Store", "sub/x.mp3"])
def test_a_folder_with_anything_in_it_stays(disk: Disk, tmp_path: Path, left: str) -> None:
    put(tmp_path / "a" / left)
    (tmp_path / "a" / "b").mkdir()
    disk.tidy(tmp_path / "a" / "b", tmp_path)
    assert (tmp_path / "a" / left).exists() and not (tmp_path / "a" / "b").exists()


def test_nothing_beside_the_root_is_tidied(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "other" / "a").mkdir(parents=True)
    (tmp_path / "root").mkdir()
    disk.tidy(tmp_path / "other" / "a", tmp_path / "root")
    disk.tidy(tmp_path, tmp_path / "root")
    assert (tmp_path / "other" / "a").is_dir()
