from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters import files
from adapters.audio import probe, probing
from adapters.contract import (
    Cached,
    Fatal,
    FilesListed,
    Permanent,
    Probe,
    Sighting,
    Transient,
    Unreadable,
)
from adapters.files import FileSource
from adapters.ignored import AUDIO, ignored
from adapters.sandbox.music import make, retag
from state.events import FileSeen
from state.values import RootId, Tags

ROOT = RootId("files/music")


class Reader:
    """Counts what is read; a file's first word says how that goes."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> Probe:
        self.read.append(path.name)
        content = path.read_text()
        match content.split()[0]:
            case "broken":
                raise Permanent(f"{path}: half-written: 1 of 2 seconds are there")
            case "slow":
                raise Transient(f"{path}: could not be read within 1 s")
            case "growing":
                path.write_text(content + ".")
            case "fleeting":
                path.unlink()
            case "bad-disk":
                raise OSError(5, "Input/output error")
        return Probe(audio=content, duration_ms=1000, codec="mp3", bitrate=9, tags=Tags("T"))


class World:
    """A folder, a reader, and the cache between two looks."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.cache: dict[str, Cached] = {}
        self.reader = Reader()
        self.progress: list[tuple[int, int]] = []

    def put(self, path: str, content: str = "audio") -> Path:
        full = self.base / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(content)
        return full

    def look(self, skip: Collection[Path] = ()) -> list[Sighting]:
        self.reader.read.clear()
        self.progress.clear()
        source = FileSource(
            ROOT,
            self.base,
            probe=self.reader,
            cache=self.cache,
            skip=skip,
            workers=2,
            progress=lambda done, total: self.progress.append((done, total)),
        )
        found: list[Sighting] = list(source.observe())
        self.cache = source.seen
        return found

    def complaint(self, path: str, why: str) -> Unreadable:
        return Unreadable(where=str(self.base / path), why=why)


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "music").mkdir()
    return World(tmp_path / "music")


def listed(*paths: str) -> FilesListed:
    return FilesListed(root=ROOT, paths=frozenset(paths))


def seen(path: str, content: str = "audio") -> FileSeen:
    return FileSeen(
        root=ROOT,
        path=path,
        size=len(content),
        audio=content,
        duration_ms=1000,
        codec="mp3",
        tags=Tags("T"),
        bitrate=9,
    )


def test_all_is_seen_once_and_in_order(world: World) -> None:
    for path in ("b/2.mp3", "a.flac", "b/1.M4A", "c/d/e.opus"):
        world.put(path)
    paths = ["a.flac", "b/1.M4A", "b/2.mp3", "c/d/e.opus"]
    assert world.look() == [listed(*paths), *map(seen, paths)]
    assert world.progress == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert world.look() == [listed(*paths)]
    assert world.reader.read == []


def test_many_files_are_read_in_parallel_and_seen_in_order(world: World) -> None:
    paths = [f"{number:03}.mp3" for number in range(200)]
    for path in paths:
        world.put(path)
    assert world.look() == [listed(*paths), *map(seen, paths)]


def test_only_what_changed_is_read_again(world: World) -> None:
    world.put("a.mp3")
    world.put("b.mp3")
    world.look()
    world.put("b.mp3", "other audio")
    world.put("c.mp3")
    (world.base / "a.mp3").rename(world.base / "z.mp3")
    assert world.look() == [
        listed("b.mp3", "c.mp3", "z.mp3"),
        seen("b.mp3", "other audio"),
        seen("c.mp3"),
        seen("z.mp3"),
    ]
    assert sorted(world.cache) == ["b.mp3", "c.mp3", "z.mp3"]


def test_an_edit_that_puts_size_and_time_back_is_noticed(world: World) -> None:
    path = world.put("a.mp3", "audio")
    before = path.stat()
    world.look()
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # the clock of a disk ticks slowly
        path.write_text("other")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert world.look() == [listed("a.mp3"), seen("a.mp3", "other")]


def test_a_file_replaced_by_another_with_the_same_numbers_is_noticed(world: World) -> None:
    path = world.put("a.mp3")
    world.look()
    now = world.cache["a.mp3"]
    world.cache["a.mp3"] = Cached(now.size, now.mtime_ns, now.ctime_ns, now.inode + 1)
    assert world.look() == [listed("a.mp3"), seen("a.mp3")]
    assert path.exists()


def test_a_broken_file_is_read_once_and_told_every_time(world: World) -> None:
    world.put("a.mp3", "broken")
    world.put("b.mp3")
    complaint = world.complaint("a.mp3", "half-written: 1 of 2 seconds are there")
    assert world.look() == [listed("a.mp3", "b.mp3"), complaint, seen("b.mp3")]
    assert world.look() == [listed("a.mp3", "b.mp3"), complaint]
    assert world.reader.read == []
    world.put("a.mp3", "mended now")
    assert world.look() == [listed("a.mp3", "b.mp3"), seen("a.mp3", "mended now")]


def test_an_empty_file_is_there_but_not_read(world: World) -> None:
    world.put("a.mp3", "")
    complaint = world.complaint("a.mp3", "empty (0 bytes)")
    for _ in range(2):
        assert world.look() == [listed("a.mp3"), complaint]
        assert world.reader.read == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("growing", "is being written; it will be looked at again"),
        ("slow", "could not be read within 1 s"),
        ("fleeting", "went away while it was read"),
        ("bad-disk", "cannot be read: Input/output error"),
    ],
)
def test_what_may_be_better_next_time_is_read_again(world: World, content: str, why: str) -> None:
    world.put("a.mp3", content)
    assert world.look() == [listed("a.mp3"), world.complaint("a.mp3", why)]
    assert world.cache == {}
    world.put("a.mp3")
    assert world.look() == [listed("a.mp3"), seen("a.mp3")]


def test_a_file_in_the_cloud_is_there_but_not_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.mp3")
    world.put("b.mp3")
    world.look()
    world.put("b.mp3", "evicted")
    monkeypatch.setattr(files, "_dataless", lambda status: True)
    why = "is in the cloud only; download it to have it read"
    assert world.look() == [listed("a.mp3", "b.mp3"), world.complaint("b.mp3", why)]
    assert world.reader.read == []
    monkeypatch.undo()
    assert world.look() == [listed("a.mp3", "b.mp3"), seen("b.mp3", "evicted")]


def test_how_systems_mark_files_in_the_cloud(tmp_path: Path) -> None:
    def dataless(**status: int) -> bool:
        numbers: Any = SimpleNamespace(**status)
        return files._dataless(numbers)

    assert dataless(st_flags=0x4000_0020)
    assert dataless(st_file_attributes=0x0040_0020)
    assert not dataless(st_flags=0x20, st_blocks=0)
    assert not dataless(st_blocks=0)


def test_what_is_not_audio_or_not_music_is_passed_over(world: World) -> None:
    for path in (
        "cover.jpg",
        "mp3",
        "._a.mp3",
        ".cratelog/trash/a.mp3",
        ".hidden/a.mp3",
        "@eaDir/a.mp3",
        "a.m4a.part",
        "a.m4a.download/a.m4a",
        "a (Ann's conflicted copy 2026-01-02).mp3",
        "a.sync-conflict-20260102.mp3",
        ".a.mp3.icloud",
    ):
        world.put(path)
    (world.base / "folder.mp3").mkdir()
    world.put("folder.mp3/in.mp3")
    os.mkfifo(world.base / "pipe.mp3")
    assert world.look() == [listed("folder.mp3/in.mp3"), seen("folder.mp3/in.mp3")]


def test_folders_to_skip_are_known_by_what_they_are(world: World, tmp_path: Path) -> None:
    world.put("mine/a.mp3")
    world.put("theirs/b.mp3")
    (tmp_path / "alias").symlink_to(world.base / "mine")
    skip = [tmp_path / "alias", tmp_path / "not there"]
    assert world.look(skip) == [listed("theirs/b.mp3"), seen("theirs/b.mp3")]


def test_links_to_files_are_read_and_links_to_folders_are_not(world: World, tmp_path: Path) -> None:
    world.put("a/real.mp3")
    (world.base / "a/link.mp3").symlink_to("real.mp3")
    (world.base / "a/loop").symlink_to(world.base)
    (world.base / "folder.mp3").symlink_to(world.base / "a")
    assert world.look() == [
        listed("a/link.mp3", "a/real.mp3"),
        seen("a/link.mp3"),
        seen("a/real.mp3"),
    ]


def test_a_link_to_nothing_is_no_removal(world: World, tmp_path: Path) -> None:
    target = tmp_path / "volume.mp3"
    target.write_text("audio")
    (world.base / "a.mp3").symlink_to(target)
    world.look()
    target.unlink()
    complaint = world.complaint("a.mp3", "leads to a file that is not there")
    assert world.look() == [listed("a.mp3"), complaint]


def test_names_keep_their_form(world: World) -> None:
    world.put("Cafe\u0301/a.mp3")
    assert world.look() == [listed("Cafe\u0301/a.mp3"), seen("Cafe\u0301/a.mp3")]


def test_names_that_are_not_utf8_are_told_and_passed_over(world: World) -> None:
    world.put("a.mp3")
    for name in (b"b\xff.mp3", b"c\xff.txt"):
        Path(os.fsdecode(os.fsencode(world.base) + b"/" + name)).write_text("audio")
    folder = Path(os.fsdecode(os.fsencode(world.base) + b"/d\xff"))
    folder.mkdir()
    (folder / "e.mp3").write_text("audio")
    why = "its name is not UTF-8; rename it"
    assert world.look() == [
        listed("a.mp3"),
        seen("a.mp3"),
        world.complaint("b\\xff.mp3", why),
        world.complaint("d\\xff", why),
    ]


def test_a_folder_that_cannot_be_read_closes_no_listing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("a.mp3")
    world.put("locked/b.mp3")
    world.look()
    world.put("c.mp3")
    scandir = os.scandir

    def locked(path: Path) -> Any:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    assert world.look() == [
        seen("c.mp3"),
        world.complaint("locked", "cannot be read: Permission denied"),
    ]
    monkeypatch.undo()
    assert world.look() == [listed("a.mp3", "c.mp3", "locked/b.mp3")]
    assert world.reader.read == []


def test_a_root_that_is_not_there_is_an_error_not_an_empty_listing(world: World) -> None:
    world.base.rmdir()
    with pytest.raises(Fatal, match="No such file or directory"):
        world.look()


def test_an_empty_folder_is_empty(world: World) -> None:
    assert world.look() == [listed()]


def test_an_error_of_the_reader_itself_ends_the_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise Fatal("there is no ffmpeg for this machine; install one")

    world.put("a.mp3")
    monkeypatch.setattr(probing, "ffmpeg", broken)
    source = FileSource(ROOT, world.base, probe=probe, cache={})
    with pytest.raises(Fatal, match="no ffmpeg"):
        list(source.observe())


def test_a_look_may_be_given_up_midway(world: World) -> None:
    for number in range(100):
        world.put(f"{number:03}.mp3")
    source = FileSource(ROOT, world.base, probe=world.reader, cache={}, workers=1)
    looking = iter(source.observe())
    assert next(looking) == listed(*(f"{number:03}.mp3" for number in range(100)))
    assert next(looking) == seen("000.mp3")
    del looking
    assert len(world.reader.read) < 20


def test_real_music(tmp_path: Path) -> None:
    for number, suffix in enumerate(sorted(AUDIO)):
        make(tmp_path / f"{suffix}.{suffix}", seed=number, seconds=1, title=suffix)
    (tmp_path / "z.mp3").write_text("not music")
    source = FileSource(ROOT, tmp_path, probe=probe, cache={})
    whole, *found, broken = source.observe()
    titles = [sighting.tags.title for sighting in found if isinstance(sighting, FileSeen)]
    assert titles == sorted(AUDIO)
    assert isinstance(broken, Unreadable)
    assert broken.why.startswith("cannot be read as audio: ")
    assert whole == listed(*(f"{suffix}.{suffix}" for suffix in AUDIO), "z.mp3")

    retag(tmp_path / "mp3.mp3", title="other")
    again = FileSource(ROOT, tmp_path, probe=probe, cache=source.seen)
    _, retagged, _ = again.observe()
    original = found[sorted(AUDIO).index("mp3")]
    assert isinstance(retagged, FileSeen)
    assert isinstance(original, FileSeen)
    assert retagged.tags.title == "other"
    assert retagged.audio == original.audio


def test_a_file_cut_in_half_is_listed_and_not_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    make(path, seed=1, seconds=10)
    whole = tmp_path / "whole"
    shutil.copy(path, whole)
    path.write_bytes(whole.read_bytes()[:60_000])
    source = FileSource(ROOT, tmp_path, probe=probe, cache={})
    listing, complaint = source.observe()
    assert isinstance(complaint, Unreadable)
    assert complaint.why.startswith("half-written: ")
    assert listing == listed("a.m4a")
    shutil.copy(whole, path)
    _, mended = FileSource(ROOT, tmp_path, probe=probe, cache=source.seen).observe()
    assert isinstance(mended, FileSeen)


@pytest.mark.parametrize(
    "name",
    [
        "._a.mp3", ".DS_Store", ".cratelog", "Thumbs.db", "THUMBS.DB", "desktop.ini", "@eaDir",
        "#recycle", "$RECYCLE.BIN", "System Volume Information", "a.part", "a.ytdl", "a.mp3.tmp",
        "a.crdownload", "a.download", "a.TEMP", "a.partial", "a.icloud", "~$a.mp3",
        "a (Ann's conflicted copy 2026-01-02).mp3", "a.sync-conflict-20260102-1.mp3",
    ],
)  # fmt: skip
def test_ignored_names(name: str) -> None:
    assert ignored(name)


@pytest.mark.parametrize(
    "name", ["a.mp3", "Apart", "Part", "a..mp3", "#1", "@home", "temp", "Conflict.mp3", "~.mp3"]
)
def test_names_of_music(name: str) -> None:
    assert not ignored(name)


# ---- some files only ---------------------------------------------------------------------------


def some(world: World, *paths: str) -> list[Sighting]:
    world.reader.read.clear()
    source = FileSource(ROOT, world.base, probe=world.reader, cache=world.cache, workers=2)
    found: list[Sighting] = list(source.observe_some(paths))
    world.cache |= source.seen
    return found


def test_of_some_files_only_those_that_changed_are_read(world: World) -> None:
    world.put("a.mp3")
    world.put("b/c.mp3")
    world.look()
    world.put("b/c.mp3", "other")
    world.put("b/d.mp3")
    world.put("e.mp3")
    told = some(world, "a.mp3", "b/c.mp3", "b/d.mp3", "gone.mp3", "b/.hidden.mp3")
    assert told == [seen("b/c.mp3", "other"), seen("b/d.mp3")]
    assert world.reader.read == ["c.mp3", "d.mp3"]
    assert some(world, "a.mp3", "b/c.mp3", "b/d.mp3") == []
    assert world.look() == [listed("a.mp3", "b/c.mp3", "b/d.mp3", "e.mp3"), seen("e.mp3")]


def test_some_files_are_passed_over_as_in_a_whole_look(world: World) -> None:
    world.put("empty.mp3", "")
    (world.base / "link.mp3").symlink_to(world.base / "nowhere.mp3")
    (world.base / "folder.mp3").mkdir()
    told = some(world, "empty.mp3", "link.mp3", "folder.mp3", "notes.txt")
    assert told == [
        world.complaint("empty.mp3", "empty (0 bytes)"),
        world.complaint("link.mp3", "leads to a file that is not there"),
    ]
    assert world.reader.read == []


def test_what_differs_in_a_tree_is_told_without_reading_it(world: World) -> None:
    for path in ("a.mp3", "b/c.mp3", "b/d.mp3"):
        world.put(path)
    world.look()
    assert FileSource.differing(world.base, world.cache) == []
    world.put("b/c.mp3", "other")
    world.put("new.mp3")
    (world.base / "a.mp3").unlink()
    world.reader.read.clear()
    assert sorted(FileSource.differing(world.base, world.cache)) == ["a.mp3", "b/c.mp3", "new.mp3"]
    assert world.reader.read == []
