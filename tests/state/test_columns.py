"""Read models are also read by people, with SQL tools of their own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from projections.matches import Matches, MatchRow
from state.models import ReadModels
from state.values import Ref


def test_a_column_of_one_of_several_words_is_plain_text(tmp_path: Path) -> None:
    matches = Matches()
    row = MatchRow("abc", Ref("isrc:X"), "found", "isrc", 1.0, "same isrc", (), 1)
    matches.rows.put(row)
    models = ReadModels(tmp_path / "state.db", [matches])
    models.save([matches], 1, bytes(32), anew=True)
    assert models.query('SELECT verdict FROM "match"') == [("found",)]
    again = Matches()
    models.load(again)
    models.close()
    assert list(again.rows) == [row]


def test_rows_of_another_format_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    matches = Matches()
    models = ReadModels(path, [matches])
    models.save([matches], 1, bytes(32))
    models.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    old = ReadModels(path, [], read_only=True)
    assert old.checkpoints() == {}
    old.close()
