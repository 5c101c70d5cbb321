"""The loop, from backups and a folder of music to playlist folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.contract import FilesListed, Unreadable
from adapters.files import FileSource
from engine.observe import World
from state.events import FileSeen
from state.values import RootId
from tests.crate import Crate, song

ONE, TWO, THREE = song(1), song(2), song(3)


def test_playlists_become_folders_and_a_second_run_does_nothing(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Warm_up", [TWO, THREE])
    for each in (ONE, TWO):
        crate.music(each)
    report = crate.reconcile()
    assert (
        crate.tree()
        == [
            f"House/{ONE.artist} - {ONE.title}.wav",
            f"House/{TWO.artist} - {TWO.title}.wav",
            "House.m3u8",
            f"Warm up/{TWO.artist} - {TWO.title}.wav",
            "Warm up.m3u8",
        ]
        or sorted(crate.tree()) == crate.tree()
    )
    assert dict(report.done) == {"place": 3, "write": 2}
    assert report.waiting == 1
    again = crate.reconcile()
    assert again.events == 0 and not again.done


def test_losing_the_read_models_costs_no_event(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    crate.lose_state()
    assert crate.reconcile().events == 0


def test_music_that_became_unreadable_is_told_and_not_tried_at_every_run(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    path = crate.music(ONE)
    crate.configure(extra='[playlists]\nexclude = ["House"]')
    crate.reconcile()
    path.write_bytes(b"half of it")
    crate.configure()
    report = crate.reconcile()
    assert [line.why.partition(": ")[0] for line in report.blocked] == [str(path)]
    assert not report.failed
    assert crate.reconcile().events == 0


def test_a_file_of_ours_that_became_unreadable_is_not_moved(crate: Crate) -> None:
    """Whatever it holds now is not what we put there."""
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        crate.music(each)
    crate.reconcile()
    path = crate.root / "House" / f"{TWO.artist} - {TWO.title}.wav"
    path.unlink()
    path.write_bytes(b"half of it")
    crate.playlist("House", [ONE])
    report = crate.reconcile(allowed=9)
    assert [line.why.partition(": ")[0] for line in report.blocked] == [str(path)]
    assert path.read_bytes() == b"half of it"


def test_a_track_that_changes_its_playlist_moves(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Techno", [THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    crate.playlist("House", [ONE])
    crate.playlist("Techno", [THREE, TWO])
    report = crate.reconcile()
    assert report.done["move"] == 1 and not report.done["place"] and not report.done["trash"]
    assert f"Techno/{TWO.artist} - {TWO.title}.wav" in crate.tree()
    assert crate.reconcile().events == 0


def test_a_track_on_no_playlist_any_more_moves_to_unassigned(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO, THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    crate.playlist("House", [ONE, TWO])
    report = crate.reconcile()
    assert report.done["move"] == 1
    assert f"Unassigned/{THREE.artist} - {THREE.title}.wav" in crate.tree()


def test_a_playlist_whose_backup_got_another_name_is_renamed_and_nothing_is_copied(
    crate: Crate,
) -> None:
    crate.playlist("House", [ONE, TWO, THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    for before, after in (("House", "Club"), ("Club", "House")):
        (crate.csv / f"{before}.csv").rename(crate.csv / f"{after}.csv")
        report = crate.reconcile()
        assert dict(report.done) == {"move": 4, "write": 1}
        assert {name.split("/")[0] for name in crate.tree()} == {after, f"{after}.m3u8"}
        assert crate.reconcile().events == 0


def test_a_playlist_that_takes_a_name_which_another_one_had_is_its_own(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    (crate.csv / "House.csv").rename(crate.csv / "Club.csv")
    crate.reconcile()
    crate.playlist("House", [TWO, THREE])
    assert dict(crate.reconcile().done) == {"place": 2, "write": 1}
    (crate.csv / "House.csv").unlink()
    assert not crate.reconcile().done
    assert len(crate.audio_tree()) == 4


def test_a_playlist_with_little_in_common_with_a_vanished_one_is_a_new_one(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    (crate.csv / "House.csv").unlink()
    crate.playlist("Club", [TWO, THREE])
    assert not crate.reconcile().done["move"]
    assert len(crate.audio_tree()) == 4


def test_a_volume_that_goes_while_it_is_listed_loses_nothing(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    away = crate.root.with_name("away")
    observe = FileSource.observe

    def unmounted(source: FileSource) -> Iterator[FileSeen | FilesListed | Unreadable]:
        if source._root == "target/playlists":
            crate.root.rename(away)
            crate.root.mkdir()
        yield from observe(source)

    monkeypatch.setattr(FileSource, "observe", unmounted)
    report = crate.reconcile()
    assert report.blocked and "FileVanished" not in crate.kinds()
    assert crate.tree(private=True) == [], "nothing is written below the mount point"


def test_a_volume_that_goes_after_it_was_listed_loses_no_list(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile()
    away = crate.root.with_name("away")
    look = World._lists

    def unmounted(world: World, root: RootId, path: Path) -> None:
        path.rename(away)
        look(world, root, path)

    with monkeypatch.context() as patched:
        patched.setattr(World, "_lists", unmounted)
        crate.reconcile()
    assert "FileVanished" not in crate.kinds()
    away.rename(crate.root)
    assert not crate.reconcile().blocked


def test_a_folder_that_is_not_configured_any_more_is_no_origin(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile()
    crate.configure(f'[csv]\nfolders = ["{crate.csv}"]\n[targets.playlists]\nroot = "{crate.root}"')
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Techno", [ONE])
    report = crate.reconcile()
    assert report.done["place"] == 1 and report.waiting == 1 and not report.failed


def test_a_backup_that_is_gone_is_told_once_and_moves_nothing(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Techno", [TWO])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    before = crate.tree()
    (crate.csv / "House.csv").unlink()
    report = crate.reconcile()
    assert report.notes == ["no backup any more of 'House': the files stay where they are"]
    assert not report.done and crate.tree() == before
    again = crate.reconcile()
    assert not again.notes and again.events == 0


def test_a_backup_that_got_another_name_is_not_told_as_gone(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.reconcile()
    (crate.csv / "House.csv").rename(crate.csv / "Club.csv")
    assert not crate.reconcile().notes


def test_what_a_run_does_may_change_what_a_person_is_asked(crate: Crate) -> None:
    """One of two files that are missed comes back, as that of another playlist under this name."""
    house = crate.playlist("House", [ONE, TWO])
    warm = crate.playlist("Warm", [ONE])
    for each in (ONE, TWO):
        crate.music(each)
    crate.reconcile()
    house.unlink()
    for path in (crate.root / "House").iterdir():
        path.unlink()
    crate.reconcile()
    warm.rename(house)
    assert crate.reconcile().done["move"]
    with crate.library(read_only=True) as library:
        (asked,) = library.state.matters.open
    assert "1 file of target playlists" in asked.text
    assert crate.reconcile().events == 0
