"""A run that finds nothing to do loads nothing; whatever changed, it is noticed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.config import load
from engine.report import Report
from engine.still import still
from tests.crate import Crate, song

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture
def calm(crate: Crate) -> Crate:
    """A library in step: two files laid out, one track without audio, one file in the trash."""
    crate.playlist("House", [ONE, TWO, THREE])
    crate.playlist("Techno", [ONE])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    crate.playlist("Techno", [TWO])
    crate.playlist("House", [ONE, THREE])
    crate.reconcile()
    crate.reconcile()  # a link that went changed the numbers of the file's other places
    assert look(crate) is not None
    return crate


def look(crate: Crate) -> Report | None:
    with crate.library() as library:
        found = still(library, load(crate.home / "config.toml"))
        assert library.appended == 0
        return found


def test_a_calm_library_is_told_like_a_whole_run(calm: Crate) -> None:
    with calm.library() as library:
        found = still(library, load(calm.home / "config.toml"))
        assert not library._is_loaded
    whole = calm.reconcile()
    assert found == whole
    assert whole.waiting == 1 and whole.events == 0


def test_what_cannot_be_read_is_told_again(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    (crate.files / "bad.mp3").write_bytes(b"no music")
    (crate.files / "empty.mp3").touch()
    crate.reconcile()
    found = look(crate)
    assert found is not None and len(found.unreadable) == 2
    assert sorted(found.unreadable) == sorted(crate.reconcile().unreadable)


def _configure(crate: Crate, *music: Path) -> None:
    folders = ", ".join(f'"{path}"' for path in music)
    crate.configure(
        f'[csv]\nfolders = ["{crate.csv}"]\n[files]\nfolders = [{folders}]\n'
        f'[targets.playlists]\nroot = "{crate.root}"\n'
    )


def _song(crate: Crate) -> Path:
    return next(crate.files.glob("*.wav"))


def _placed(crate: Crate) -> Path:
    return next(crate.root.glob("House/*.wav"))


def _trashed(crate: Crate) -> Path:
    return next(path for path in (crate.root / ".cratelog/trash").rglob("*") if path.is_file())


CHANGES: dict[str, Callable[[Crate], Any]] = {
    "a new file of music": lambda c: c.music(THREE),
    "a file of music is another": lambda c: c.music(THREE, _song(c).name),
    "only its time changed": lambda c: os.utime(_song(c), ns=(1, 1)),
    "a file of music is gone": lambda c: os.unlink(_song(c)),
    "the music is away": lambda c: c.files.rename(c.base / "away"),
    "the music was emptied": lambda c: [*map(os.unlink, c.files.iterdir())],
    "a file of ours is gone": lambda c: os.unlink(_placed(c)),
    "a file of ours was renamed": lambda c: _placed(c).rename(c.root / "House" / "mine.wav"),
    "somebody's file in our root": lambda c: c.music(THREE, root=c.root),
    "a list of ours is gone": lambda c: os.unlink(next(c.root.rglob("*.m3u8"))),
    "what lay in our trash is gone": lambda c: os.unlink(_trashed(c)),
    "our marker is gone": lambda c: os.unlink(c.root / ".cratelog/root.json"),
    "our root is away": lambda c: c.root.rename(c.base / "away"),
    "a playlist changed": lambda c: c.playlist("House", [ONE]),
    "a playlist came": lambda c: c.playlist("Trance", [ONE]),
    "a playlist went": lambda c: os.unlink(next(c.csv.iterdir())),
    "all playlists are away": lambda c: c.csv.rename(c.base / "away"),
    "a setting changed": lambda c: c.configure(extra='[playlists]\nexclude = ["House"]'),
    "a template changed": lambda c: c.configure(target='path = "{playlist}/{title}"'),
    "another root is configured": lambda c: _configure(c, c.files, c.csv),
    "a root is configured no more": lambda c: _configure(c),
    "a person spoke": lambda c: c.sync("match", str(_song(c)), THREE.uri),
    "the read models are lost": Crate.lose_state,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_noticed(calm: Crate, change: str) -> None:
    CHANGES[change](calm)
    assert look(calm) is None


def test_a_run_that_only_looked_at_a_part_proves_nothing(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile(only=["csv"])
    assert look(crate) is None


def test_the_command_takes_the_short_way(calm: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*words: object) -> None:
        raise AssertionError("the library was loaded")

    monkeypatch.setattr("engine.library.Library._load", never)
    said = calm.sync("reconcile", "--json")
    assert said.code == 0 and said.summary["events"] == 0 and said.summary["waiting"] == 1
