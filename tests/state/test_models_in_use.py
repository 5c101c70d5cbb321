"""A state.db that cannot be written now is told in one line, and never thrown away for that."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from state.log import LogError
from state.models import ReadModels


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(url: str) -> sqlite3.Connection:
        return sqlite3.connect(url, uri=True, isolation_level=None, timeout=0)

    monkeypatch.setattr("state.models._sqlite", connect)


def test_one_that_another_program_holds_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    ReadModels(path, []).close()
    inode = path.stat().st_ino
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogError, match=r"state\.db: cannot be written \(database is locked\)"):
        ReadModels(path, [])
    holder.close()
    assert path.stat().st_ino == inode


def test_one_that_cannot_be_saved_now_says_so(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    models = ReadModels(path, [])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogError, match="cannot be written"):
        models.save([], 1, b"", bookmarks={"csv": "seen"})
    holder.close()
    models.save([], 1, b"", bookmarks={"csv": "seen"})
    assert models.bookmark("csv") == "seen"
    models.close()


def test_one_that_cannot_be_read_now_says_so(tmp_path: Path) -> None:
    models = ReadModels(tmp_path / "state.db", [])
    with sqlite3.connect(tmp_path / "state.db") as other:
        other.execute("DROP TABLE bookmark")
    other.close()
    with pytest.raises(LogError, match=r"state\.db: cannot be read \(no such table: bookmark\)$"):
        models.bookmark("csv")
    models.close()


def test_one_that_is_damaged_is_built_again(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"no database" * 100)
    models = ReadModels(path, [])
    assert models.note == "state.db was damaged and is built again (file is not a database)"
    models.close()
