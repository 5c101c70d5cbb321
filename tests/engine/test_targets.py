"""Several targets side by side: each has its own root, template and way of being kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crate import Crate, song

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture
def crate(tmp_path: Path) -> Crate:
    made = Crate(tmp_path)
    made.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        made.music(each)
    made.configure(extra=f'[targets.usb]\nroot = "{tmp_path}/usb"\npath = "{{artist}}/{{title}}"')
    return made


def below(root: Path) -> list[str]:
    """Relative paths of all files that a person sees there."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.startswith(".cratelog"))


def places(crate: Crate, *songs: int) -> list[str]:
    return sorted(f"{s.artist}/{s.title}.wav" for s in (song(number) for number in songs))


def test_a_second_mirror_follows_the_same_playlists(crate: Crate) -> None:
    assert crate.reconcile().done == {"place": 4, "write": 1}
    assert below(crate.base / "usb") == places(crate, 1, 2)
    assert len(crate.audio_tree()) == 2
    before = crate.kinds()
    assert crate.reconcile().events == 0 and crate.kinds() == before
    crate.playlist("House", [ONE])
    report = crate.reconcile()
    assert not report.failed and not report.blocked
    assert below(crate.base / "usb") == places(crate, 1, 2)
    assert len(crate.audio_tree()) == 2, "it went to Unassigned/ in the main tree"


def test_lists_lie_in_the_main_tree_alone(crate: Crate) -> None:
    crate.configure(extra=f'[targets.usb]\nroot = "{crate.base}/usb"')
    crate.reconcile()
    assert [name for name in crate.tree() if name.endswith(".m3u8")] == ["House.m3u8"]
    assert all(name.startswith("House/") for name in below(crate.base / "usb"))


def test_a_target_that_is_away_waits_and_the_others_go_on(crate: Crate) -> None:
    crate.reconcile()
    (crate.base / "usb").rename(crate.base / "drawer")
    crate.playlist("House", [ONE, TWO, THREE])
    crate.music(THREE)
    report = crate.reconcile()
    assert len(crate.audio_tree()) == 3
    assert any("not mounted" in each.why for each in report.blocked)
    (crate.base / "drawer").rename(crate.base / "usb")
    assert crate.reconcile().done == {"place": 1}
    assert below(crate.base / "usb") == places(crate, 1, 2, 3)


def test_only_takes_the_name_of_a_target(crate: Crate) -> None:
    assert crate.reconcile().done["place"] == 4
    (crate.base / "usb" / f"{ONE.artist}" / f"{ONE.title}.wav").unlink()
    (crate.root / "House" / f"{ONE.artist} - {ONE.title}.wav").unlink()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CRATELOG_HOME", str(crate.home))
        assert crate.sync("reconcile", "--only", "usb").code == 0
        said = crate.sync("reconcile", "--only", "stick")
    assert said.code == 2
    assert "'stick' is not one of csv, files, " in said.err and "usb" in said.err
    missing = [r.event for r in crate.events() if r.event.kind == "FileVanished"]
    assert [event.root for event in missing] == ["target/usb"]  # type: ignore[attr-defined]


def test_a_target_that_leaves_the_configuration_keeps_its_files(crate: Crate) -> None:
    crate.reconcile()
    crate.configure()
    crate.reconcile()
    assert below(crate.base / "usb") == places(crate, 1, 2)
    assert crate.reconcile().events == 0


def test_each_target_has_a_way_of_its_own_with_edits(crate: Crate) -> None:
    usb = f'[targets.usb]\nroot = "{crate.base}/usb"\npath = "{{title}}"\non_edit = "restore"'
    crate.configure(extra=usb)
    crate.reconcile()
    for path in (crate.base / "usb").glob("*.wav"):
        path.unlink()
    assert crate.reconcile().done == {"place": 2}
    assert below(crate.base / "usb") == sorted(f"{s.title}.wav" for s in (ONE, TWO))
