"""`sync replay --verify`: whatever happens to the log is found, named and put in one line."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from state.chain import batch_hash, event_hash
from tests.crate import Crate, Said, song

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Crate:
    """A library after two runs."""
    made = Crate(tmp_path_factory.mktemp("whole") / "crate")
    made.playlist("House", [ONE, TWO])
    made.music(ONE)
    made.reconcile()
    made.playlist("House", [TWO, ONE, THREE])
    made.music(TWO)
    made.reconcile()
    return made


@pytest.fixture
def crate(whole: Crate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crate:
    """A copy of it that a test may damage."""
    copy = whole.copy(tmp_path / "copy")
    monkeypatch.setenv("CRATELOG_HOME", str(copy.home))
    return copy


def change(crate: Crate, sql: str, *values: object, unlocked: bool = True) -> None:
    """Do to the log what its triggers forbid."""
    database = sqlite3.connect(crate.home / "log.db")
    if unlocked:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
    with database:
        database.execute(sql, values)
    database.close()


def row(crate: Crate, sql: str) -> tuple[object, ...]:
    database = sqlite3.connect(crate.home / "log.db")
    found: tuple[object, ...] = database.execute(sql).fetchone()
    database.close()
    return found


def faulty(said: Said) -> str:
    """The one line about the fault."""
    assert said.code == 1, said
    lines = [line for line in said.out.splitlines() if line.strip()]
    assert len(lines) == 1 and not said.err, said
    return lines[0]


def test_a_log_as_it_was_written_is_whole(crate: Crate) -> None:
    said = crate.sync("replay", "--verify")
    events = len(crate.events())
    assert said.code == 0
    assert f"the chain holds: {events} events in" in said.out
    summary = crate.sync("replay", "--verify", "--json").summary
    assert summary["verified"] is True and summary["events"] == events


def test_the_log_refuses_changes_unless_its_triggers_are_dropped(crate: Crate) -> None:
    for sql in ("UPDATE event SET at = 1", "DELETE FROM event", "DELETE FROM batch"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            change(crate, sql, unlocked=False)


TEXT = "CAST(substr({0}, 1, 1) || '~' || substr({0}, 3) AS TEXT)"
NOT_UTF8 = "CAST(CAST(substr({0}, 1, 2) AS BLOB) || x'ff' || CAST(substr({0}, 4) AS BLOB) AS TEXT)"
BLOB = "CAST(substr({0}, 1, 31) || x'{1}' AS BLOB)"

EVENT_CHANGES = [
    ("position", "100000"),
    ("type", TEXT),
    ("type", NOT_UTF8),
    ("schema", "{0} + 1"),
    ("schema", "0"),
    ("at", "{0} + 1"),
    ("at", "0"),
    ("cause", "{0} + 100000"),
    ("cause", "NULL"),
    ("payload", TEXT),
    ("payload", NOT_UTF8),
    ("payload", "{0} || ' '"),
    ("payload", "'{{}}'"),
    ("hash", "zeroblob(32)"),
]
BATCH_CHANGES = [
    ("last", "100000"),
    ("last", "{0} + 1"),
    ("last", "{0} - 1"),
    ("first", "{0} + 1"),
    ("first", "{0} - 1"),
    ("at", "{0} + 1"),
    ("actor", TEXT),
    ("actor", NOT_UTF8),
    ("hash", "zeroblob(32)"),
]


def named(column: str) -> str:
    return f'"{column}"'


@pytest.mark.parametrize(("column", "to"), EVENT_CHANGES)
def test_one_changed_byte_of_an_event_is_found_and_named(
    crate: Crate, column: str, to: str
) -> None:
    (position,) = row(crate, "SELECT max(position) FROM event WHERE cause IS NOT NULL")
    change(
        crate,
        f"UPDATE event SET {named(column)} = {to.format(named(column))} WHERE position = ?",
        position,
    )
    assert f"event {position}" in faulty(crate.sync("replay", "--verify"))
    summary = crate.sync("replay", "--verify", "--json").summary
    assert (summary["verified"], summary["position"]) == (False, position)


@pytest.mark.parametrize(("column", "to"), BATCH_CHANGES)
def test_one_changed_byte_of_a_commit_is_found_and_named(
    crate: Crate, column: str, to: str
) -> None:
    first, last = row(
        crate,
        "SELECT b.first, b.last FROM batch b JOIN batch n ON n.first = b.last + 1 "
        "WHERE b.last > b.first AND n.last > n.first AND b.first > 1",
    )
    assert isinstance(first, int) and isinstance(last, int)
    change(
        crate,
        f"UPDATE batch SET {named(column)} = {to.format(named(column))} WHERE last = ?",
        last,
    )
    said = crate.sync("replay", "--verify", "--json")
    assert said.code == 1
    assert first <= said.summary["position"] <= last + 1
    faulty(crate.sync("replay", "--verify"))


def test_a_cause_where_there_was_none_is_found(crate: Crate) -> None:
    change(crate, "UPDATE event SET cause = 0 WHERE position = 3")
    assert "event 3" in faulty(crate.sync("replay", "--verify"))


@pytest.mark.parametrize("table", ["event", "batch"])
def test_a_row_taken_out_of_the_middle_is_found(crate: Crate, table: str) -> None:
    key = {"event": "position", "batch": "last"}[table]
    first, last = row(crate, "SELECT first, last FROM batch ORDER BY last LIMIT 1 OFFSET 2")
    change(crate, f"DELETE FROM {table} WHERE {key} = ?", last)
    assert f"{last if table == 'event' else first}" in faulty(crate.sync("replay", "--verify"))


def test_a_tail_that_was_cut_is_found(crate: Crate) -> None:
    first, last = row(crate, "SELECT first, last FROM batch ORDER BY last DESC LIMIT 1")
    assert isinstance(first, int)
    change(crate, "DELETE FROM event WHERE position >= ?", first)
    change(crate, "DELETE FROM batch WHERE last = ?", last)
    line = faulty(crate.sync("replay", "--verify"))
    assert f"ends at event {first - 1}" in line and f"has seen event {last}" in line
    assert crate.sync("replay", "--verify", "--json").summary["position"] == first


def test_an_older_copy_of_the_log_is_found_and_going_on_with_it_settles_that(
    crate: Crate,
) -> None:
    shutil.copy(crate.home / "log.db", crate.base / "older.db")
    crate.playlist("House", [ONE])
    crate.reconcile()
    shutil.copy(crate.base / "older.db", crate.home / "log.db")
    line = faulty(crate.sync("replay", "--verify"))
    assert "restored from a backup" in line
    crate.reconcile()
    assert crate.sync("replay", "--verify").code == 0


def test_another_log_of_the_same_length_or_longer_is_found(crate: Crate) -> None:
    other = Crate(crate.base / "other")
    other.playlist("Other", [ONE, TWO, THREE])
    for each in (ONE, TWO, THREE):
        other.music(each)
    for _ in range(3):
        other.playlist("Other", [THREE, ONE])
        other.reconcile()
        other.playlist("Other", [ONE, TWO, THREE])
        other.reconcile()
    shutil.copy(other.home / "log.db", crate.home / "log.db")
    assert "is not the one that state.db was folded from" in faulty(
        crate.sync("replay", "--verify")
    )


def test_a_newer_version_of_the_log_is_explained(crate: Crate) -> None:
    change(crate, "PRAGMA user_version = 99")
    line = faulty(crate.sync("replay", "--verify"))
    assert "newer version of cratelog" in line and "update" in line


def resealed(crate: Crate, kind: str, payload: str, schema: int = 1) -> int:
    """The last commit replaced by one event whose hashes are right, whatever it holds."""
    database = sqlite3.connect(crate.home / "log.db")
    head, previous = database.execute(
        "SELECT last, hash FROM batch ORDER BY last DESC LIMIT 1"
    ).fetchone()
    (at,) = database.execute("SELECT max(at) FROM batch").fetchone()
    position = int(head) + 1
    digest = event_hash(previous, position, kind, schema, at, None, payload.encode())
    with database:
        database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, NULL, ?, ?)",
            (position, kind, schema, at, payload, digest),
        )
        seal = batch_hash(digest, position, position, at, "somebody")
        database.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?, ?)", (position, position, at, "somebody", seal)
        )
    database.close()
    return position


@pytest.mark.parametrize(
    ("kind", "payload", "schema", "says"),
    [
        ("TrackSeen", '{"ref":1}', 1, "TrackSeen"),
        ("TrackSeen", "not json", 1, "TrackSeen"),
        ("TrackSeen", '{"ref":"a","source":"b","title":"c"}', 99, "newer version"),
        ("SomethingNewHappened", "{}", 1, "newer version"),
    ],
)
def test_an_event_that_cannot_be_read_is_named_although_the_chain_holds(
    crate: Crate, kind: str, payload: str, schema: int, says: str
) -> None:
    position = resealed(crate, kind, payload, schema)
    line = faulty(crate.sync("replay", "--verify"))
    assert f"event {position}" in line and says in line


def cut_to(size: Callable[[int], int]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: size(len(whole))])

    return damage


def torn(path: Path) -> None:
    """Two pages in the middle overwritten."""
    whole = bytearray(path.read_bytes())
    for page in range(1, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    path.write_bytes(bytes(whole))


@pytest.mark.parametrize(
    "damage",
    [
        cut_to(lambda size: size // 2),
        cut_to(lambda size: size - 4096),
        cut_to(lambda size: size // 2 + 77),
        cut_to(lambda size: 50),
        cut_to(lambda size: 0),
        torn,
    ],
)
def test_a_damaged_file_is_one_clear_line(crate: Crate, damage: Callable[[Path], None]) -> None:
    damage(crate.home / "log.db")
    line = faulty(crate.sync("replay", "--verify"))
    assert "damaged" in line or "not a log" in line or "cannot be opened" in line


def test_verifying_writes_nothing(crate: Crate) -> None:
    before = {path.name: path.read_bytes() for path in crate.home.iterdir()}
    crate.sync("replay", "--verify")
    after = {path.name: path.read_bytes() for path in crate.home.iterdir()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {"log.db-shm", "log.db-wal", "state.db-shm", "state.db-wal"}


def test_no_library_is_10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRATELOG_HOME", str(tmp_path / "nothing"))
    said = Crate(tmp_path / "crate").sync("replay", "--verify")
    assert said.code == 10 and "sync init" in said.err
