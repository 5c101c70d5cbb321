"""state.db: rows as tables, checkpoints, bookmarks; and that losing it is no loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Cached
from projections.contract import Row, Rows
from projections.registry import State
from state.codec import canonical
from state.log import LogError
from state.models import Checkpoint, Damaged, ReadModels, digest
from state.values import Tags
from tests.strategies import struct


class Note(Row, frozen=True):
    """A row with something of everything."""

    name: str
    part: int
    yes: bool = False
    maybe: bool | None = None
    number: int | None = None
    ratio: float = 0.0
    words: tuple[str, ...] = ()
    tags: Tags = Tags()
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    value: str | int | bool | None = None


class Notes:
    """A projection that keeps notes."""

    name = "notes"

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.rows: Rows[Note] = Rows("note", Note, ("name", "part"), index="name")
        self.tables: tuple[Rows[Any], ...] = (self.rows,)


Open = Callable[..., ReadModels]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def open_models(path: Path) -> Iterator[Open]:
    opened: list[ReadModels] = []

    def open_models(projection: Any = None, **options: Any) -> ReadModels:
        opened.append(ReadModels(path, [projection or Notes()], **options))
        return opened[-1]

    yield open_models
    for models in opened:
        models.close()


def saved(models: ReadModels, *rows: Note) -> Notes:
    notes = Notes()
    for row in rows:
        notes.rows.put(row)
    models.save([notes], 7, b"h" * 32)
    return notes


def loaded(models: ReadModels) -> list[Note]:
    notes = Notes()
    models.load(notes)
    return sorted(notes.rows, key=lambda row: (row.name, row.part))


# ---- rows --------------------------------------------------------------------------------------

EVERY_TABLE = {rows.name: rows for one in State().projections for rows in one.tables}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadModels]:
    path = tmp_path_factory.mktemp("models") / "state.db"
    with closing(ReadModels(path, State().projections)) as models:
        yield models


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadModels]:
    with closing(ReadModels(tmp_path_factory.mktemp("models") / "state.db", [Notes()])) as models:
        yield models


@pytest.mark.parametrize("name", EVERY_TABLE)
@settings(max_examples=20)
@given(data=st.data())
def test_any_row_of_any_projection_comes_back_equal(
    everything: ReadModels, name: str, data: st.DataObject
) -> None:
    state, again = State(), State()
    [(before, rows)] = _table(state, name)
    kind: Any = rows.row
    for row in data.draw(st.lists(struct(kind), max_size=4)):
        rows.put(row)
    everything.save([before], 1, bytes(32), anew=True)
    [(after, same)] = _table(again, name)
    everything.load(after)
    assert sorted(map(canonical, same)) == sorted(map(canonical, rows))
    assert digest(after) == digest(before)


def _table(state: State, name: str) -> list[tuple[Any, Rows[Any]]]:
    return [(one, rows) for one in state.projections for rows in one.tables if rows.name == name]


@settings(max_examples=100)
@given(row=struct(Note))
def test_a_row_of_everything_comes_back_equal(noted: ReadModels, row: Note) -> None:
    notes = Notes()
    noted.save([notes], 1, bytes(32), anew=True)
    notes.rows.put(row)
    noted.save([notes], 1, bytes(32))
    [back] = loaded(noted)
    assert back == row and canonical(back) == canonical(row), "True equals 1, and is not the same"


def test_columns_are_what_people_would_look_for(open_models: Open) -> None:
    models = open_models()
    saved(models, Note("a", 1, True, None, None, 0.5, ("x",), Tags("T"), {"k": 1}, "v"))
    assert models.query("SELECT name, part, yes, maybe, number, ratio FROM note") == [
        ("a", 1, 1, None, None, 0.5)
    ]
    assert models.query("SELECT words, tags, counts FROM note") == [
        ('["x"]', '{"title":"T"}', '{"k":1}')
    ]
    assert models.query("SELECT name FROM note WHERE part = ?", 1) == [("a",)]


def test_only_what_changed_is_written(open_models: Open, path: Path) -> None:
    models = open_models()
    notes = saved(models, Note("a", 1), Note("b", 1), Note("c", 1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE note SET number = 99")
        connection.commit()
    notes.rows.put(Note("a", 1, yes=True))
    notes.rows.put(Note("b", 1))  # as it was
    notes.rows.drop(("c", 1))
    notes.rows.drop(("z", 1))  # never was
    notes.rows.put(Note("d", 1))
    notes.rows.put(Note("e", 1))
    notes.rows.drop(("e", 1))
    models.save([notes], 8, b"i" * 32)
    assert loaded(models) == [Note("a", 1, yes=True), Note("b", 1, number=99), Note("d", 1)]
    assert not notes.rows.changed


def test_saving_anew_replaces_all_rows(open_models: Open) -> None:
    models = open_models()
    saved(models, Note("a", 1), Note("b", 1))
    notes = Notes()
    notes.rows.put(Note("c", 1))
    models.save([notes], 8, b"i" * 32, anew=True)
    assert loaded(models) == [Note("c", 1)]


def test_a_save_that_fails_changes_nothing_and_forgets_nothing(
    open_models: Open, path: Path
) -> None:
    models = open_models()
    notes = saved(models, Note("a", 1))
    notes.rows.put(Note("b", 1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON checkpoint BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        with pytest.raises(LogError, match="full"):
            models.save([notes], 8, b"i" * 32)
        assert loaded(models) == [Note("a", 1)]
        connection.execute("DROP TRIGGER full")
    models.save([notes], 8, b"i" * 32)
    assert loaded(models) == [Note("a", 1), Note("b", 1)]


# ---- checkpoints and bookmarks -----------------------------------------------------------------


def test_rows_are_saved_with_how_far_they_go(open_models: Open) -> None:
    saved(open_models(), Note("a", 1))
    assert open_models().checkpoints() == {"notes": Checkpoint(1, 7, b"h" * 32)}


def test_bookmarks_and_stats_are_set_removed_and_forgotten(open_models: Open) -> None:
    models = open_models()
    models.save([], 1, bytes(32), bookmarks={"csv": "x", "step": "y"})
    models.save([], 1, bytes(32), bookmarks={"csv": "z", "step": None})
    assert (models.bookmark("csv"), models.bookmark("step")) == ("z", None)
    seen = Cached(1, 2, 3, 4, "why")
    models.save([], 1, bytes(32), stats={"r": {"a": seen, "b": seen}, "s": {"a": seen}})
    models.save([], 1, bytes(32), stats={"r": {"b": None}, "s": None})
    assert list(models.stats("r")) == [("a", 1, 2, 3, 4, "why")]
    assert list(models.stats("s")) == []
    models.forget()
    assert models.bookmark("csv") is None and list(models.stats("r")) == []


def test_a_new_version_of_a_projection_has_its_own_columns(open_models: Open) -> None:
    saved(open_models(), Note("a", 1))

    class Other(Row, frozen=True):
        name: str
        length: float

    other: Any = Notes(version=2)
    other.rows = Rows("note", Other, ("name",))
    other.tables = (other.rows,)
    models = open_models(other)
    assert models.checkpoints()["notes"].version == 1
    other.rows.put(Other("b", 0.5))
    models.save([other], 7, b"h" * 32, anew=True)
    assert models.query("SELECT * FROM note") == [("b", 0.5)]


# ---- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"junk " * 2000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_made_anew_and_said(
    path: Path, open_models: Open, content: bytes
) -> None:
    path.write_bytes(content)
    models = open_models()
    assert "state.db was damaged and is built again" in models.note
    assert models.checkpoints() == {}
    saved(models, Note("a", 1))
    assert open_models().note == ""


def _tear(path: Path) -> None:
    """Spoil every page but the first."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def test_damage_inside_is_met_when_it_is_read(path: Path, open_models: Open) -> None:
    models = open_models()
    saved(models, *(Note(f"n{number}", 1) for number in range(500)))
    models.close()
    _tear(path)
    models = open_models()
    with pytest.raises(Damaged, match=r"state\.db: is damaged .*; remove it") as caught:
        models.load(Notes())
    models.renew(caught.value)
    assert "state.db was damaged and is built again" in models.note
    assert models.checkpoints() == {} and loaded(models) == []


def test_a_field_that_cannot_be_read_is_damage(path: Path, open_models: Open) -> None:
    saved(open_models(), Note("a", 1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE note SET words = '[1'")
        connection.commit()
    with pytest.raises(Damaged):
        open_models().load(Notes())


# ---- reading only ------------------------------------------------------------------------------


def test_reading_a_file_that_is_not_there_knows_nothing(path: Path, open_models: Open) -> None:
    models = open_models(read_only=True)
    assert models.checkpoints() == {} and loaded(models) == [] and list(models.stats("r")) == []
    assert models.bookmark("csv") is None
    saved(models, Note("a", 1))
    models.forget()
    assert not path.exists()


@pytest.mark.parametrize("tear", [True, False])
def test_reading_a_damaged_file_leaves_it_as_it_is(
    path: Path, open_models: Open, tear: bool
) -> None:
    models = open_models()
    saved(models, *(Note(f"n{number}", 1) for number in range(500)))
    models.close()
    _tear(path) if tear else path.write_bytes(b"junk " * 2000)
    before = path.read_bytes()
    models = open_models(read_only=True)
    if tear:
        with pytest.raises(Damaged) as caught:
            models.load(Notes())
        models.renew(caught.value)
    assert "damaged" in models.note and models.checkpoints() == {}
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a?b", "music #1", "100%41"])
def test_it_lies_where_it_was_asked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    ReadModels(tmp_path / name / "state.db", [Notes()]).close()
    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "state.db").exists()


# ---- digests -----------------------------------------------------------------------------------


@given(rows=st.lists(struct(Note), max_size=5, unique_by=lambda row: (row.name, row.part)))
@settings(max_examples=50)
def test_equal_states_have_equal_digests_in_any_order(rows: list[Note]) -> None:
    one, other = Notes(), Notes()
    for row in rows:
        one.rows.put(row)
    for row in reversed(rows):
        other.rows.put(row)
    assert digest(one) == digest(other)
    other.rows.put(Note("one more", 0))
    assert digest(one) != digest(other)
