"""What is on the disk and whose it is, as the log tells it."""

from __future__ import annotations

from typing import Any

import pytest

from projections.files import FileRow, Files
from projections.registry import dispatch, fold
from state.events import (
    Event,
    FileClaimed,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
    MatterClosed,
    PlacementPinned,
    RootCameOnline,
    RootWentOffline,
    TrashEmptied,
)
from state.values import Placement, PlaylistRef, Ref, RootId, Tags
from tests.histories import record

MUSIC, ROOT = RootId("files/music"), RootId("target/playlists")
ONE = Placement("playlists", PlaylistRef("House"), Ref("a"))
TWO = Placement("playlists", PlaylistRef("Techno"), Ref("a"))


def files(*told: Event) -> Files:
    made = Files()
    fold(dispatch([made]), record(*told))
    return made


def row(made: Files, path: str, root: RootId = ROOT) -> FileRow:
    found = made.files.get((root, path))
    assert found is not None
    return found


def seen(path: str, audio: str = "aa", root: RootId = ROOT) -> FileSeen:
    return FileSeen(root, path, 5, audio, 200_000, "flac", Tags("T"), bitrate=9)


def written(
    path: str,
    how: Any = "copied",
    source: str = "",
    source_root: RootId = ROOT,
    placement: Placement = ONE,
) -> FileWritten:
    return FileWritten(
        ROOT,
        path,
        how,
        "b",
        5,
        audio="aa",
        source_root=source_root,
        source=source,
        placement=placement,
        name="n",
        folder="House",
    )


def trashed(path: str, trash: str = ".cratelog/trash/1/x") -> FileTrashed:
    return FileTrashed(ROOT, path, trash, "b", "aa", ONE)


def claimed(path: str, placement: Placement = ONE, *, own: bool = False) -> FileClaimed:
    return FileClaimed(ROOT, path, placement, "n", "House", own)


def missing(made: Files) -> list[Placement]:
    return [Placement(each.target, each.playlist, each.track) for each in made.missing]


# ---- roots -------------------------------------------------------------------------------------


def test_a_root_comes_and_goes_and_keeps_its_files() -> None:
    told = [RootCameOnline(ROOT, "/p", 7, "id"), seen("x"), RootWentOffline(ROOT, "gone")]
    made = files(*told)
    assert not made.online(ROOT) and not made.online(MUSIC)
    [root] = made.roots
    assert (root.path, root.device, root.marker, root.why) == ("/p", 7, "id", "gone")
    assert row(made, "x").audio == "aa"
    assert files(*told, RootCameOnline(ROOT, "/p", 7, "id")).online(ROOT)


# ---- whose it is -------------------------------------------------------------------------------


def test_what_was_only_seen_is_nobody_s_placement() -> None:
    found = row(files(seen("x")), "x")
    assert (found.ours, found.placement, found.codec, found.position) == (False, None, "flac", 1)


def test_what_we_wrote_is_ours_and_what_was_read_of_its_source_holds_for_it() -> None:
    made = files(seen("s.flac", root=MUSIC), written("x", source="s.flac", source_root=MUSIC))
    found = row(made, "x")
    assert (found.ours, found.placement, found.named_at) == (True, ONE, 2)
    assert (found.codec, found.duration_ms, found.bitrate, found.tags) == (
        "flac", 200_000, 9, Tags("T"),
    )  # fmt: skip
    assert row(made, "s.flac", MUSIC).placement is None


@pytest.mark.parametrize("own", [True, False])
def test_a_claimed_file_is_a_placement_and_ours_only_if_a_person_said_so(own: bool) -> None:
    found = row(files(seen("x"), claimed("x", own=own)), "x")
    assert (found.ours, found.placement, found.name, found.named_at) == (own, ONE, "n", 2)
    kept = row(files(seen("x"), claimed("x", own=True), claimed("x", TWO)), "x")
    assert (kept.ours, kept.placement) == (True, TWO)


def test_a_file_that_is_not_there_cannot_be_claimed() -> None:
    assert len(files(claimed("x")).files) == 0


def test_new_tags_change_nothing_and_new_audio_is_not_ours_any_more() -> None:
    for audio, ours in (("aa", True), ("bb", False)):
        found = row(files(written("x"), seen("x", audio)), "x")
        assert (found.ours, found.placement, found.named_at) == (ours, ONE, 1)
        assert found.tags == Tags("T")


# ---- moves -------------------------------------------------------------------------------------


def test_a_move_leaves_nothing_behind() -> None:
    made = files(written("x"), written("y", "moved", "x", placement=TWO))
    assert [each.path for each in made.files] == ["y"]
    assert row(made, "y").placement == TWO


def test_a_trashed_file_can_come_back() -> None:
    told = [written("x"), seen("x"), trashed("x")]
    made = files(*told)
    [trash] = made.trash
    assert (trash.file.path, trash.file.codec, trash.audio) == ("x", "flac", "aa")
    assert len(made.files) == len(made.missing) == 0
    back = files(*told, written("y", "restored", ".cratelog/trash/1/x"))
    assert len(back.trash) == 0 and row(back, "y").codec == "flac"


def test_trash_that_was_emptied_is_gone() -> None:
    told = [written("x"), trashed("x", "t1"), written("x"), trashed("x", "t2")]
    made = files(*told, TrashEmptied(ROOT, ("t1", "never was")))
    assert [each.trash for each in made.trash] == ["t2"]


def test_a_file_nobody_knew_can_be_trashed() -> None:
    [trash] = files(trashed("x")).trash
    assert (trash.file.placement, trash.file.path) == (ONE, "x")


# ---- what a person took away -------------------------------------------------------------------


def test_a_placement_misses_its_file_and_a_stranger_is_just_gone() -> None:
    made = files(written("x"), seen("y"), FileVanished(ROOT, "x"), FileVanished(ROOT, "y"))
    assert missing(made) == [ONE] and len(made.files) == 0
    assert missing(files(FileVanished(ROOT, "never was"))) == []


@pytest.mark.parametrize(
    ("event", "still"),
    [
        (seen("x"), False),
        (seen("x", "bb"), True),
        (seen("y"), True),
        (written("y"), False),
        (written("y", placement=TWO), True),
        (PlacementPinned(ONE, False), False),
        (PlacementPinned(TWO, False), True),
    ],
)
def test_what_ends_a_placement_s_missing_its_file(event: Event, still: bool) -> None:
    made = files(written("x"), FileVanished(ROOT, "x"), event)
    assert missing(made) == ([ONE] if still else [])


def test_a_file_that_lies_there_again_is_what_it_was() -> None:
    found = row(files(written("x"), FileVanished(ROOT, "x"), seen("x")), "x")
    assert (found.ours, found.placement, found.name, found.named_at) == (True, ONE, "n", 1)


def test_a_claim_ends_it_too() -> None:
    made = files(written("x"), FileVanished(ROOT, "x"), seen("y"), claimed("y"))
    assert missing(made) == [] and not row(made, "y").ours


@pytest.mark.parametrize(
    ("matter", "answer", "released"),
    [
        ("edited:playlists", "restore", True),
        ("edited:playlists", "follow", False),
        ("edited:other", "restore", False),
        ("match:aa", "restore", False),
    ],
)
def test_a_person_says_that_it_may_be_put_back(matter: str, answer: str, released: bool) -> None:
    made = files(written("x"), FileVanished(ROOT, "x"), MatterClosed(matter, answer))
    assert [each.released for each in made.missing] == [released]


def test_the_last_word_on_a_placement_counts() -> None:
    made = files(PlacementPinned(ONE, False), PlacementPinned(ONE, True))
    assert [pin.wanted for pin in made.pins] == [True]
