"""`sync replay`: who did what and why; the state and the disk against the log; the past."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.replay import past, runs
from engine.when import moment, position
from state.actions import Action
from state.events import (
    ActionFailed,
    ActionIntended,
    FileWritten,
    PlaylistSeen,
    ReconcileFinished,
    ReconcileStarted,
)
from state.log import Recorded
from state.values import PlaylistRef, RootId
from tests.crate import Crate, Said, song
from tests.histories import record

ONE, TWO, THREE = song(1), song(2), song(3)
TARGET = RootId("target/playlists")


@pytest.fixture
def laid(crate: Crate) -> Crate:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    return crate


def lines(said: Said, kind: str) -> list[dict[str, Any]]:
    return [line for line in said.lines if line["type"] == kind]


# ---- the audit ---------------------------------------------------------------------------------


def test_a_library_in_step_agrees_with_its_log(laid: Crate) -> None:
    said = laid.sync("replay", "--json")
    assert said.code == 0
    assert said.summary["differ"] == [] and said.summary["unexplained"] == 0
    (run,) = lines(said, "run")
    assert run["actor"].endswith(": test") and run["ended"] == "finished"
    assert run["done"] == {"place": 2, "write": 1} and run["failed"] == 0
    assert any(because.startswith("on 'House'") for because in run["because"])
    projections = lines(said, "projection")
    assert [each["projection"] for each in projections] == [
        "policy", "identity", "library", "files", "matches", "matters", "runs",
        "services", "access", "pauses", "requests", "wanted", "notion", "eagle", "made", "analyses",
        "covers",
    ]  # fmt: skip
    assert all(each["agrees"] and each["digest"] == each["saved"] for each in projections)
    out = laid.sync("replay").out
    assert "did: 2 place, 1 write" in out and "because: on 'House' (2)" in out
    assert "the same as in state.db" in out and "3 files, as the events say" not in out
    assert "target/playlists: 2 files, as the events say" in out


def test_every_run_and_every_command_is_told(laid: Crate) -> None:
    assert (
        laid.sync("match", str(laid.files / f"{ONE.artist} - {ONE.title}.wav"), TWO.uri).code == 0
    )
    laid.playlist("House", [TWO])
    laid.reconcile()
    said = laid.sync("replay", "--json")
    kinds = [line["type"] for line in said.lines if line["type"] in ("run", "command")]
    assert kinds == ["run", "command", "run"]
    (command,) = lines(said, "command")
    assert command["actor"].endswith("sync match") and "MatchPinned" in command["events"]
    assert command["ended"] == ""


@pytest.mark.parametrize(
    ("sql", "projection", "names"),
    [
        ("UPDATE track SET title = 'Other'", "library", "title is 'Other', should be"),
        ("DELETE FROM member", "library", "is not in state.db"),
        (
            "INSERT INTO edge VALUES ('a', 'b', 0, 1)",
            "identity",
            "edge a, b: is in state.db, but does not follow from the log",
        ),
        ("UPDATE file SET tags = 'not json'", "files", "state.db: is damaged"),
    ],
)
def test_a_changed_row_of_state_db_is_named(
    laid: Crate, sql: str, projection: str, names: str
) -> None:
    with sqlite3.connect(laid.home / "state.db") as database:
        database.execute(sql)
    database.close()
    said = laid.sync("replay", "--json")
    assert said.code == 1 and said.summary["differ"] == [projection]
    (wrong,) = [each for each in lines(said, "projection") if not each["agrees"]]
    assert any(names in line for line in wrong["differs"])
    out = laid.sync("replay").out
    assert f"{projection}: state.db differs from the log" in out and names in out


def test_a_lost_state_db_is_no_difference(laid: Crate) -> None:
    laid.lose_state()
    said = laid.sync("replay")
    assert said.code == 0 and "not saved" in said.out
    assert not (laid.home / "state.db").exists()


def test_a_state_db_that_is_behind_is_compared_where_it_is(laid: Crate) -> None:
    shutil.copy(laid.home / "state.db", laid.base / "old.db")
    laid.playlist("House", [ONE, TWO, THREE])
    laid.reconcile()
    for path in laid.home.glob("state.db-*"):
        path.unlink()
    shutil.copy(laid.base / "old.db", laid.home / "state.db")
    said = laid.sync("replay", "--json")
    assert said.code == 0
    assert {each["position"] for each in lines(said, "projection")} < {*range(len(laid.events()))}


def test_files_that_no_event_explains_and_files_that_are_gone(laid: Crate) -> None:
    first = f"House/{ONE.artist} - {ONE.title}.wav"
    (laid.root / first).rename(laid.root / "House" / "mine.wav")
    (laid.root / "House" / "notes.txt").write_text("no audio")
    (laid.root / "House.m3u8").unlink()
    trash = laid.root / ".cratelog" / "trash" / "7"
    trash.mkdir(parents=True)
    (trash / "who.wav").write_bytes(b"x")
    said = laid.sync("replay", "--json")
    assert said.code == 3
    (root,) = lines(said, "root")
    assert root["unexplained"] == [".cratelog/trash/7/who.wav", "House/mine.wav"]
    assert root["gone"] == ["House.m3u8", first]
    assert (said.summary["unexplained"], said.summary["gone"]) == (2, 2)
    out = laid.sync("replay").out
    assert "no event explains: 2" in out and "gone: 2" in out


def test_what_is_in_the_trash_is_explained_until_it_is_gone(laid: Crate) -> None:
    laid.configure(extra='[playlists]\nexclude = ["*"]')
    laid.reconcile(allowed=9)
    assert len(laid.trash()) == 3
    assert laid.sync("replay").code == 0
    shutil.rmtree(laid.root / ".cratelog" / "trash")
    said = laid.sync("replay", "--json")
    assert said.code == 3 and said.summary["gone"] == 3


def test_an_unreadable_file_says_why_it_has_no_event(laid: Crate) -> None:
    (laid.root / "House" / "broken.mp3").write_bytes(b"no music")
    laid.reconcile()
    (root,) = lines(laid.sync("replay", "--json"), "root")
    assert len(root["unexplained"]) == 1
    assert root["unexplained"][0].startswith("House/broken.mp3 (")


@pytest.mark.parametrize("known", [True, False])
def test_an_offline_root_is_said_and_nothing_is_gone(laid: Crate, known: bool) -> None:
    laid.root.rename(laid.base / "away")
    laid.root.mkdir()
    if known:
        laid.reconcile()
    said = laid.sync("replay", "--json")
    assert said.code == 0 and said.summary["offline"] == ["target/playlists"]
    (root,) = lines(said, "root")
    assert root["gone"] == [] and "mount" in root["offline"]


def test_a_damaged_log_ends_the_audit(laid: Crate) -> None:
    with sqlite3.connect(laid.home / "log.db") as database:
        database.execute("DROP TRIGGER event_update")
        database.execute("UPDATE event SET payload = '{}' WHERE position = 5")
    database.close()
    said = laid.sync("replay", "--json")
    assert said.code == 1 and said.summary["position"] == 5


def test_replay_writes_nothing(laid: Crate) -> None:
    before = {path: path.stat().st_mtime_ns for path in laid.base.rglob("*") if path.is_file()}
    for words in ([], ["--at", "now"], ["--diff", "0", "now"], ["--verbose"]):
        assert laid.sync("replay", *words).code == 0
    assert all(path.stat().st_mtime_ns == at for path, at in before.items() if "-" not in path.name)


def test_many_runs_are_counted_and_shown_if_asked_for(laid: Crate) -> None:
    for number in range(21):
        laid.playlist("House", [ONE, TWO, song(100 + number)])
        laid.reconcile()
    out = laid.sync("replay").out
    assert "2 earlier runs and commands; --verbose shows all" in out
    assert out.count(": test  (events") == 20
    assert laid.sync("replay", "--verbose").out.count(": test  (events") == 22


def deed(*events: Any, actors: tuple[str, ...] = ("me",)) -> list[runs.Deed]:
    """Deeds of one commit for each actor; the last has the rest of the events."""
    told = record(*events)
    batches = [(n, n, 0, actor) for n, actor in enumerate(actors[:-1], 1)]
    batches.append((len(actors), len(told), 0, actors[-1]))
    return list(runs.told(batches, told))


def test_a_run_that_never_finished_was_cut_off() -> None:
    (one,) = deed(ReconcileStarted("sync reconcile", "1"))
    assert one.ended == "cut off"
    (one,) = deed(ReconcileStarted("sync reconcile", "1"), ReconcileFinished({}))
    assert one.ended == "finished"


def test_what_was_done_is_counted_by_the_intents() -> None:
    action = Action("place", TARGET, "a.mp3", "on 'House'; 'x': equal")
    told = [
        Recorded(1, 0, None, ReconcileStarted("sync reconcile", "1")),
        Recorded(2, 0, None, ActionIntended(action)),
        Recorded(3, 0, None, ActionIntended(action)),
        Recorded(4, 0, 2, FileWritten(TARGET, "a.mp3", "copied", "on 'House'; 'x': equal", 1)),
        Recorded(5, 0, 3, ActionFailed("disk full")),
    ]
    (one,) = runs.told([(1, 5, 0, "me")], told)
    assert dict(one.done) == {"place": 1} and one.failed == 1
    assert runs.reasons(one) == [("on 'House'", 1)]


def test_what_a_person_says_while_a_run_is_under_way_is_theirs() -> None:
    seen = PlaylistSeen(PlaylistRef("a"), "csv", "A")
    found = deed(
        ReconcileStarted("sync reconcile", "1"), seen, seen, actors=("run", "match", "run")
    )
    assert [(one.actor, one.run) for one in found] == [
        ("run", True), ("match", False), ("run", False),
    ]  # fmt: skip


# ---- the past ----------------------------------------------------------------------------------


def test_the_state_as_of_a_position(laid: Crate) -> None:
    middle = len(laid.events())
    laid.playlist("Techno", [THREE])
    laid.reconcile()
    said = laid.sync("replay", "--at", str(middle), "--json")
    assert said.code == 0
    assert (said.summary["position"], said.summary["playlists"]) == (middle, 1)
    assert [line["path"] for line in lines(said, "placement")] == [
        f"House/{each.artist} - {each.title}.wav" for each in (ONE, TWO)
    ]
    assert laid.sync("replay", "--at", "now", "--json").summary["playlists"] == 2
    assert laid.sync("replay", "--at", "0", "--json").summary["tracks"] == 0
    assert f"House/{ONE.artist}" in laid.sync("replay", "--at", "now", "--verbose").out
    assert "  2 placements" in laid.sync("replay", "--at", str(middle)).out


def test_the_state_as_of_a_time(laid: Crate) -> None:
    first = laid.events()[0].at
    before = datetime.fromtimestamp(first / 1000 - 60, UTC).isoformat()
    assert laid.sync("replay", "--at", before, "--json").summary["position"] == 0
    assert laid.sync("replay", "--at", "1s", "--json").code == 0


def test_what_changed_between_two_moments(laid: Crate) -> None:
    first = len(laid.events())
    (laid.csv / "House.csv").rename(laid.csv / "Deep House.csv")
    laid.reconcile()
    second = len(laid.events())
    laid.playlist("Deep House", [TWO, THREE])
    laid.playlist("New", [ONE])
    laid.music(THREE)
    laid.reconcile()
    said = laid.sync("replay", "--diff", str(first), str(second), "--json")
    assert said.summary["changes"] == {
        "playlist renamed": 1,
        "file moved": 2,
        "file written": 1,
        "file gone": 1,
    }
    said = laid.sync("replay", "--diff", str(second), "now", "--json")
    changes = [(line["kind"], line["text"]) for line in lines(said, "change")]
    assert ("membership lost", f"{ONE.artist} – {ONE.title} left 'Deep House'") in changes
    assert ("membership found", f"{THREE.artist} – {THREE.title} came to 'Deep House'") in changes
    assert ("membership found", f"{ONE.artist} – {ONE.title} came to 'New'") in changes
    assert ("playlist found", "playlist 'New' is new") in changes
    assert said.summary["changes"]["match found"] == 1
    assert "file found" in said.summary["changes"]
    back = laid.sync("replay", "--diff", "now", str(second), "--json").summary["changes"]
    assert back["playlist lost"] == 1 and back["match lost"] == 1
    assert "no difference" in laid.sync("replay", "--diff", "now", "now").out


def test_trashed_files_and_changed_hands_are_differences(laid: Crate) -> None:
    first = len(laid.events())
    laid.configure(extra='[playlists]\nexclude = ["*"]')
    laid.reconcile(allowed=9)
    changes = laid.sync("replay", "--diff", str(first), "now", "--json").summary["changes"]
    assert changes["file trashed"] == 3


def test_equal_moments_have_no_difference(laid: Crate) -> None:
    from state.log import EventLog

    log = EventLog(laid.home / "log.db", read_only=True)
    end = log.head().position
    assert past.diff(past.at(log, end), past.at(log, end)) == []
    log.close()


# ---- positions and times -----------------------------------------------------------------------


class _Log:
    def position_at(self, at: int) -> int:
        return at


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12", 12),
        ("now", 10**12),
        ("2h", 10**12 - 7_200_000),
        ("3d", 10**12 - 3 * 86_400_000),
        ("2001-09-09T01:46:40+00:00", 10**12),
        ("2001-09-09T01:46:40Z", 10**12),
    ],
)
def test_a_position_or_a_time(text: str, found: int) -> None:
    assert position(text, _Log(), 99, 10**12) == found


def test_a_time_without_a_zone_is_of_this_machine() -> None:
    here = datetime(2026, 1, 31, 18).astimezone()
    assert moment("2026-01-31T18:00", 0) == int(here.timestamp() * 1000)
    assert moment("2026-01-31", 0) == int(here.replace(hour=0).timestamp() * 1000)


@pytest.mark.parametrize("text", ["100000", "yesterday-ish", "2026-13-01", ""])
def test_what_is_neither_says_what_would_be(laid: Crate, text: str) -> None:
    said = laid.sync("replay", "--diff", "0", text)
    assert said.code == 2
    assert "neither a position nor a time" in said.err or "the log ends at event" in said.err


def test_long_ago_is_before_the_first_event(laid: Crate) -> None:
    assert laid.sync("replay", "--at", "9999d", "--json").summary["position"] == 0


def test_only_one_thing_at_a_time(laid: Crate) -> None:
    assert laid.sync("replay", "--verify", "--at", "1").code == 2
    assert laid.sync("replay", "--at", "1", "--diff", "1", "2").code == 2
