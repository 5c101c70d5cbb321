"""The trash: what is in it, and emptying it for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from adapters.disk import Disk
from engine import trash
from engine.cli import asking
from state.events import TrashEmptied
from state.values import RootId
from tests.crate import Crate, song

ONE, TWO, THREE = song(1), song(2), song(3)
HOUSE_ONE = f"House/{ONE.artist} - {ONE.title}.wav"
REPOSITORY = str(Path(__file__).parents[2])


@pytest.fixture
def full(crate: Crate) -> Crate:
    """Two files of ours in the trash: one whose audio is nowhere else, one whose audio is."""
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Techno", [THREE])
    paths = [crate.music(each) for each in (ONE, TWO, THREE)]
    crate.reconcile()
    paths[0].unlink()
    crate.configure(extra='[playlists]\nexclude = ["House"]')
    crate.reconcile(allowed=5)
    assert crate.trash() == sorted(["House.m3u8", *(path.name for path in paths[:2])])
    return crate


def test_what_is_there_since_when_from_where_and_why(full: Crate) -> None:
    said = full.sync("trash", "list", "--json")
    assert said.code == 0 and said.summary["files"] == 3 and said.summary["missing"] == 0
    by_path = {line["path"]: line for line in said.lines[:-1]}
    line = by_path[HOUSE_ONE]
    assert line["because"] == "'House' is not laid out any more"
    assert line["size"] == (full.root / line["trash"]).stat().st_size
    assert line["only"] and not by_path[f"House/{TWO.artist} - {TWO.title}.wav"]["only"]
    assert HOUSE_ONE in full.sync("trash", "list").out


def test_emptying_deletes_for_good_and_says_so(full: Crate) -> None:
    said = full.sync("trash", "empty", "--all", "--yes", "--json")
    assert said.code == 0 and said.summary["deleted"] == 3
    assert full.trash() == [] and list((full.root / ".cratelog/trash").iterdir()) == []
    assert full.sync("trash", "list", "--json").summary["files"] == 0
    assert full.kinds()[-1] == "TrashEmptied"
    assert full.sync("trash", "empty", "--all", "--yes", "--json").summary["deleted"] == 0
    assert full.reconcile().events == 0


def test_only_what_is_old_enough(full: Crate) -> None:
    assert full.sync("trash", "empty", "--older-than", "1d", "--yes").code == 0
    assert len(full.trash()) == 3
    assert full.sync("trash", "empty", "--older-than", "0d", "--yes").code == 0
    assert full.trash() == []


@pytest.mark.parametrize(
    "words",
    [
        ["--yes"],
        ["--all", "--older-than", "1d", "--yes"],
        ["--older-than", "soon", "--yes"],
        ["--all"],
    ],
)
def test_without_an_age_and_somebodys_word_nothing_is_deleted(
    full: Crate, words: list[str]
) -> None:
    assert full.sync("trash", "empty", *words).code == 2
    assert len(full.trash()) == 3


@pytest.mark.parametrize(("typed", "left"), [("n\n", 3), ("y\n", 0)])
def test_on_a_terminal_it_asks(
    full: Crate, monkeypatch: pytest.MonkeyPatch, typed: str, left: int
) -> None:
    from engine.cli.app import app

    monkeypatch.setattr(asking, "terminal", lambda: True)
    result = CliRunner().invoke(app, ["trash", "empty", "--all"], input=typed)
    assert "nowhere else" in result.output
    assert len(full.trash()) == left


def test_it_waits_for_a_run(full: Crate) -> None:
    with full.library() as library, library.effects():
        assert full.sync("trash", "empty", "--all", "--yes").code == 11
    assert len(full.trash()) == 3


def test_a_root_that_is_not_there_keeps_its_trash(full: Crate) -> None:
    away = full.root.with_name("away")
    full.root.rename(away)
    full.root.mkdir()
    said = full.sync("trash", "empty", "--all", "--yes")
    assert said.code == 3 and "its root is not there now" in said.err
    full.root.rmdir()
    away.rename(full.root)
    assert len(full.trash()) == 3
    assert full.sync("trash", "empty", "--all", "--yes").code == 0


def test_what_cannot_be_deleted_is_told_and_the_rest_goes(
    full: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith(ONE.artist):
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    said = full.sync("trash", "empty", "--all", "--yes", "--json")
    assert said.code == 3 and said.summary["left"] == 1 and said.summary["deleted"] == 2
    assert full.trash() == [f"{ONE.artist} - {ONE.title}.wav"]


def test_nothing_outside_the_trash_is_deleted(full: Crate) -> None:
    with full.library(read_only=True) as library:
        row = next(iter(library.state.files.trash))
        for path in (HOUSE_ONE, ".cratelog/trash/../../x.wav", ".cratelog/trash"):
            bad = trash.Rubbish(msgspec.structs.replace(row, trash=path), "", full.root, False)
            (left,) = trash.empty(library, Disk(), [bad])
            assert isinstance(left, trash.Left)


def test_a_kill_between_deleting_and_recording_heals(full: Crate) -> None:
    """Killed right after the files went, and before the log knew."""
    code = (
        "import os, signal\n"
        "from state.log import EventLog\n"
        "append = EventLog.append\n"
        "def die(self, events, **more):\n"
        "    if any(type(event).__name__ == 'TrashEmptied' for event in events):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return append(self, events, **more)\n"
        "EventLog.append = die\n"
        "from engine.cli.app import main\n"
        "main()\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, "trash", "empty", "--all", "--yes"],
        env={**os.environ, "CRATELOG_HOME": str(full.home), "PYTHONPATH": REPOSITORY},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert full.trash() == []
    assert full.sync("trash", "list", "--json").summary["missing"] == 3
    assert full.sync("trash", "empty", "--all", "--yes", "--json").summary["deleted"] == 3
    assert full.reconcile().events == 0


def test_what_somebody_took_out_of_the_trash_is_no_origin(full: Crate) -> None:
    for path in (full.root / ".cratelog/trash").rglob("*.wav"):
        path.unlink()
    full.configure()
    report = full.reconcile()
    assert not report.blocked and report.waiting == 1
    assert f"House/{TWO.artist} - {TWO.title}.wav" in full.audio_tree()
    assert full.reconcile().events == 0


def test_a_volume_that_goes_away_meanwhile_empties_no_trash(full: Crate) -> None:
    from engine.config import load
    from engine.observe import World
    from engine.ports import quiet

    with full.library() as library:
        world = World(library, load(full.home / "config.toml"), quiet)
        full.root.rename(full.root.with_name("away"))
        full.root.mkdir()
        world._trash(RootId("target/playlists"), full.root)
        assert len(library.state.files.trash) == 3


def test_what_is_wanted_again_comes_back_from_the_trash(full: Crate) -> None:
    full.configure()
    full.reconcile()
    assert HOUSE_ONE in full.audio_tree()


def test_an_emptied_trash_is_recorded_for_each_root() -> None:
    from projections.registry import State
    from state.log import Recorded

    state = State()
    state.fold([Recorded(1, 0, None, TrashEmptied(RootId("target/a"), ("x",)))])
    assert len(state.files.trash) == 0
