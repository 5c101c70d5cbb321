"""While a DJ program runs or the library is paused, no file is changed; what waits is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from adapters import processes
from engine.config import HoldSettings, load
from engine.holding import FRESH, Holding, among
from engine.ports import quiet
from engine.reconcile import Reconciler
from engine.watch.diary import lines_of
from engine.watch.passes import HELD, Passes
from engine.when import coming, span
from projections.registry import State
from state.events import ActionFailed, ActionIntended, Event, FileWritten, Paused, Resumed
from tests.crate import Crate, song
from tests.engine.test_fetching import Site
from tests.histories import record

SONGS = [song(number) for number in range(1, 4)]
ONE = SONGS[0]
DEFAULT = HoldSettings().programs


class Machine:
    """Says which programs run, and how often it was asked."""

    def __init__(self, *names: str) -> None:
        self.names, self.asked = list(names), 0
        self.then: Callable[[], None] = lambda: None
        self.after = 0

    def __call__(self) -> Iterator[str]:
        self.asked += 1
        if self.asked == self.after:
            self.then()
        yield from self.names


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine("bash", "djay Pro")
    monkeypatch.setattr(processes, "running", made)
    return made


@pytest.fixture
def wanting(crate: Crate) -> Crate:
    crate.playlist("House", SONGS)
    for each in SONGS:
        crate.music(each)
    return crate


def snapshot(crate: Crate) -> dict[str, tuple[int, int]]:
    """Every file of the library's folders, with what would tell that it was touched."""
    folders = (crate.root, crate.files, crate.home / "fetched")
    found = (path for folder in folders for path in folder.rglob("*"))
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


# ---- what it is that stands in the way ---------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["djay", "djay Pro", "djay Pro AI", "rekordbox", "Rekordbox", "Serato DJ Pro", "Serato DJ Lite",
     "Traktor", "Traktor Pro 3", "Traktor DJ 2", "virtualdj", "Engine DJ", "mixxx"],
)  # fmt: skip
def test_programs_of_djs_are_known(name: str) -> None:
    assert among(DEFAULT, ["bash", name, "zsh"]) == name


@pytest.mark.parametrize(
    "name", ["rekordboxAgent", "djayXPC", "Music", "Traktor Kontrol S4 Control Panel", ""]
)
def test_what_merely_belongs_to_them_does_not_count(name: str) -> None:
    assert among(DEFAULT, [name]) == ""


def test_no_pattern_no_program() -> None:
    assert among((), ["djay Pro"]) == "" and among(["*"], []) == ""


def test_a_pause_and_a_program(crate: Crate) -> None:
    machine, time = Machine(), [0.0]
    with crate.library() as library:
        now = library.now()
        library.now = lambda: now
        held = Holding(library, HoldSettings(), machine, clock=lambda: time[0])
        assert held.why() == ""
        with crate.library() as other:  # of another process
            other.append([Paused(now + 1)])
        assert re.fullmatch(r"the library is paused until \d{4}-.*", held.why())
        now += 1
        assert held.why() == ""
        library.append([Paused()])
        assert held.why() == "the library is paused until sync resume"
        library.append([Resumed()])
        machine.names, asked = ["rekordbox"], machine.asked
        assert held.why() == "" and machine.asked == asked
        time[0] += FRESH
        assert held.why() == "rekordbox is running" and machine.asked == asked + 1


def test_who_names_no_program_asks_for_none(crate: Crate) -> None:
    machine = Machine("djay Pro")
    with crate.library() as library:
        assert Holding(library, HoldSettings(programs=()), machine).why() == ""
    assert machine.asked == 0


# ---- a run -------------------------------------------------------------------------------------


def test_a_run_changes_nothing_and_says_what_waits(wanting: Crate, machine: Machine) -> None:
    before = snapshot(wanting)
    said = wanting.sync("reconcile")
    assert said.code == 0
    assert "waits: djay Pro is running: 3 place, 1 write" in said.err
    assert said.out == "reconcile: 4 held\n"
    assert snapshot(wanting) == before and not wanting.root.exists()
    assert "FileSeen" in wanting.kinds() and "ActionIntended" not in wanting.kinds()


def test_a_second_held_run_records_nothing(wanting: Crate, machine: Machine) -> None:
    wanting.sync("reconcile")
    before = wanting.kinds()
    said = wanting.sync("reconcile", "--json")
    (waits,) = [line for line in said.lines if line["type"] == "waits"]
    assert waits["text"] == "djay Pro is running" and waits["actions"] == {"place": 3, "write": 1}
    assert said.summary["held"] == 4 and said.summary["events"] == 0
    assert wanting.kinds() == before


def test_when_the_program_is_closed_the_next_run_does_all(wanting: Crate, machine: Machine) -> None:
    wanting.sync("reconcile")
    machine.names = ["bash"]
    report = wanting.reconcile()
    assert dict(report.done) == {"place": 3, "write": 1} and not report.held
    assert len(wanting.audio_tree()) == 3


def test_a_run_that_finds_nothing_to_do_asks_nobody(wanting: Crate, machine: Machine) -> None:
    machine.names = []
    wanting.reconcile()
    asked = machine.asked
    assert asked > 0 and wanting.sync("reconcile").code == 0
    (wanting.files / "strange.txt").write_text("no audio")
    wanting.playlist("House", SONGS)
    assert wanting.reconcile().done.total() == 0
    assert machine.asked == asked


def test_it_can_be_turned_off(wanting: Crate, machine: Machine) -> None:
    wanting.configure(extra="[hold]\nprograms = []")
    assert wanting.reconcile().done["place"] == 3 and machine.asked == 0


def test_moves_and_trash_wait_too(wanting: Crate, machine: Machine) -> None:
    machine.names = []
    wanting.reconcile()
    machine.names = ["Serato DJ Pro"]
    wanting.playlist("House", SONGS[1:])
    wanting.playlist("Late", [ONE])
    wanting.files.joinpath(f"{SONGS[2].artist} - {SONGS[2].title}.wav").unlink()
    before = snapshot(wanting)
    report = wanting.reconcile()
    assert report.held["move"] == 1 and report.held_by == "Serato DJ Pro is running"
    assert snapshot(wanting) == before
    machine.names = []
    assert wanting.reconcile().done["move"] == 1


def test_a_plan_says_it(wanting: Crate, machine: Machine) -> None:
    said = wanting.sync("plan", "--detailed-exitcode")
    assert said.code == 4 and "waits: djay Pro is running: 3 place, 1 write" in said.err
    assert "plan: 3 place, 1 write" in said.out


def test_a_saved_plan_is_not_done_and_can_be_applied_later(
    wanting: Crate, machine: Machine
) -> None:
    saved = str(wanting.base / "plan.json")
    wanting.sync("plan", "--out", saved)
    said = wanting.sync("apply", saved)
    assert said.code == 3 and "waits: djay Pro is running" in said.err
    assert not wanting.root.exists()
    machine.names = []
    assert wanting.sync("apply", saved).code == 0 and len(wanting.audio_tree()) == 3


def test_new_templates_wait_for_the_moves_that_they_mean(wanting: Crate, machine: Machine) -> None:
    machine.names = []
    wanting.reconcile()
    wanting.configure(target='path = "{playlist}/{title}"')
    saved = str(wanting.base / "plan.json")
    wanting.sync("plan", "--out", saved)
    machine.names, before = ["rekordbox"], wanting.tree()
    assert wanting.sync("apply", saved).code == 3
    machine.names = []
    assert wanting.sync("reconcile").code == 0 and wanting.tree() == before
    assert wanting.sync("apply", saved, "--allow-removals", "9").code == 0
    assert f"House/{ONE.title}.wav" in wanting.tree()


def test_nothing_is_converted(wanting: Crate, machine: Machine) -> None:
    wanting.configure(target='format = "m4a"')
    report = wanting.reconcile()
    assert report.held == {"convert": 3, "write": 1} and report.made == 0
    assert not (wanting.home / "fetched").exists()


def test_nothing_is_searched_for_or_fetched(crate: Crate, machine: Machine) -> None:
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]')
    crate.playlist("House", SONGS[:2])
    site = Site(*SONGS[:2])
    report = crate.reconcile(media=site)
    assert (
        report.held == {"fetch": 2, "write": 1}
        and not report.due
        and not site.searches
        and not site.fetches
    )
    machine.names = []
    assert crate.reconcile(media=site).fetched == 2


def test_fetching_stops_before_the_next_track(crate: Crate, machine: Machine) -> None:
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]\nparallel = 1')
    crate.playlist("House", SONGS)
    site = Site(*SONGS)
    machine.names = []

    def mixing() -> Iterator[str]:
        yield from ["Mixxx"] if site.fetches else []

    with crate.library() as library, library.effects():
        config = load(crate.home / "config.toml")
        held = Holding(library, config.hold, mixing, clock=Ticking())
        report = Reconciler(library, config, media=site, holding=held).run()
    assert site.fetches.total() == 1
    assert (report.fetched, report.held["fetch"]) == (1, 2)
    assert crate.reconcile(media=site).fetched == 2 and site.fetches.total() == 3


def test_the_trash_is_not_emptied(wanting: Crate, machine: Machine) -> None:
    machine.names = []
    wanting.reconcile()
    wanting.configure(extra='[playlists]\nexclude = ["House"]')
    for each in SONGS:
        (wanting.files / f"{each.artist} - {each.title}.wav").unlink()
    wanting.reconcile(allowed=9)
    there = wanting.trash()
    assert there
    machine.names = ["djay Pro"]
    said = wanting.sync("trash", "empty", "--all", "--yes", "--json")
    assert said.code == 3 and "djay Pro is running" in said.out
    assert wanting.trash() == there and said.summary["deleted"] == 0
    machine.names = []
    assert wanting.sync("trash", "empty", "--all", "--yes").code == 0 and not wanting.trash()


def test_a_watch_asks_until_nothing_is_in_the_way(wanting: Crate, machine: Machine) -> None:
    why = ["djay Pro is running"]
    with wanting.library() as library, library.effects():
        passes = Passes(library, lambda: why[0])
        config = load(wanting.home / "config.toml")
        passes.want("a test", 0)
        report = passes.run(config, quiet, clock=lambda: 0)
        assert report.held.total() == 4 and ("waits", ["djay Pro is running"]) in lines_of(report)
        assert passes.why(HELD, calm=True) == "" == passes.why(HELD, calm=True)
        why[0] = ""
        machine.names = []
        assert passes.why(2 * HELD, calm=True) == "files may be changed again"
        assert passes.run(config, quiet, clock=lambda: 0).done["place"] == 3
        assert passes.why(9 * HELD, calm=True) == ""


# ---- in the middle of it -----------------------------------------------------------------------


class Ticking:
    """A clock that is always later than what was asked before."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += FRESH
        return self.now


def interrupted(crate: Crate, after: int, what: Callable[[], None], machine: Machine) -> None:
    """A run in whose middle something happens."""
    machine.names, machine.after, machine.then = [], after, what
    with crate.library() as library, library.effects():
        config = load(crate.home / "config.toml")
        held = Holding(library, config.hold, machine, clock=Ticking())
        reconciler = Reconciler(library, config, holding=held)
        report = reconciler.run()
        assert 0 < report.done["place"] < 3 and report.done["place"] + report.held["place"] == 3
        assert report.held["write"] == 1 and not report.partly
        assert len(crate.audio_tree()) == report.done["place"]


def whole(crate: Crate) -> None:
    """The next run does what is left, once."""
    report = crate.reconcile()
    assert not report.failed and not report.held and len(crate.audio_tree()) == 3
    events = [each.event for each in crate.events()]
    written = [event.path for event in events if isinstance(event, FileWritten) and event.audio]
    assert len(written) == len(set(written)) == 3
    assert crate.reconcile().events == 0


def test_a_program_that_is_started_stops_a_run_at_the_next_action(
    wanting: Crate, machine: Machine
) -> None:
    interrupted(wanting, 4, lambda: machine.names.append("djay Pro"), machine)
    failed = [each.event for each in wanting.events() if isinstance(each.event, ActionFailed)]
    assert failed and all(each.interrupted for each in failed)
    assert {each.reason for each in failed} == {"djay Pro is running"}
    machine.names = []
    whole(wanting)


def test_a_pause_stops_a_run_at_the_next_action(wanting: Crate, machine: Machine) -> None:
    said = []
    interrupted(wanting, 4, lambda: said.append(wanting.sync("pause")), machine)
    assert said[0].code == 0 and "`test` (process" in said[0].out
    assert wanting.reconcile().held.total() > 0
    assert wanting.sync("resume").code == 0
    whole(wanting)


@pytest.fixture
def begun(wanting: Crate, machine: Machine) -> tuple[Path, Path]:
    """A run was killed after it had said that it would move a file: from where, where to."""
    machine.names = []
    wanting.reconcile()
    wanting.playlist("House", SONGS[1:])
    wanting.playlist("Late", [ONE])
    with wanting.library() as library, library.effects():
        reconciler = Reconciler(library, load(wanting.home / "config.toml"))
        reconciler.look()
        (move,) = [a for a in reconciler.plan(templates=False).plan.actions if a.kind == "move"]
        library.append([ActionIntended(move)])
    (wanting.root / "Late").mkdir()
    machine.names = ["djay Pro"]
    return wanting.root / move.source, wanting.root / move.path


def test_a_move_done_by_half_is_ended_only_when_nothing_is_in_the_way(
    wanting: Crate, begun: tuple[Path, Path], machine: Machine
) -> None:
    source, path = begun
    path.hardlink_to(source)
    wanting.reconcile()
    assert source.exists() and path.exists()
    length = len(wanting.kinds())
    assert wanting.reconcile().events == 0 and len(wanting.kinds()) == length

    machine.names = []
    assert wanting.reconcile().recovered == 1
    assert not source.exists() and path.exists()
    assert wanting.reconcile().events == 0


def test_what_a_killed_run_has_done_is_recorded_all_the_same(
    wanting: Crate, begun: tuple[Path, Path]
) -> None:
    source, path = begun
    source.rename(path)
    report = wanting.reconcile()
    assert report.recovered == 1 and report.done["move"] == 1 and report.matters == 0


# ---- a person's word ---------------------------------------------------------------------------


def folded(*told: Event) -> State:
    state = State()
    state.fold(record(*told))
    return state


def test_the_last_word_counts() -> None:
    assert folded().pauses.at(5) is None
    row = folded(Paused(9)).pauses.at(5)
    assert row is not None and (row.until, row.position) == (9, 1)
    assert folded(Paused(9)).pauses.at(9) is None
    assert folded(Paused(), Resumed()).pauses.at(5) is None
    assert folded(Paused(9), Resumed(), Paused()).pauses.at(50) is not None


def test_pause_and_resume(wanting: Crate, machine: Machine) -> None:
    machine.names = []
    said = wanting.sync("pause", "--for", "3h")
    assert said.code == 0 and re.match(r"paused until \d{4}-\d\d-\d\d .*: no file", said.out)
    status = wanting.sync("status")
    assert "no file is changed now: the library is paused until" in status.out
    report = wanting.reconcile()
    assert report.held.total() == 4 and report.held_by.startswith("the library is paused until")
    assert machine.asked == 0
    assert wanting.sync("resume", "--json").summary["events"] == 1
    assert wanting.sync("status", "--json").summary["held_by"] == ""
    assert wanting.reconcile().done["place"] == 3
    assert [kind for kind in wanting.kinds() if kind in ("Paused", "Resumed")] == [
        "Paused", "Resumed",
    ]  # fmt: skip


def test_what_is_so_already_is_no_event(wanting: Crate) -> None:
    assert wanting.sync("resume").code == 10
    assert wanting.sync("pause", "--json").summary["events"] == 1
    again = wanting.sync("pause", "--json")
    assert again.summary["events"] == 0 and again.lines[0]["until"] is None
    assert wanting.sync("resume", "--json").summary["events"] == 1
    said = wanting.sync("resume")
    assert said.code == 0 and said.out.startswith("it is not paused")


def test_a_pause_that_ran_out_needs_no_event(wanting: Crate) -> None:
    with wanting.library() as library:
        library.append([Paused(library.now() - 1)])
    assert wanting.sync("resume", "--json").summary["events"] == 0
    assert wanting.sync("status", "--json").summary["held_by"] == ""
    assert wanting.reconcile().done["place"] == 3


def test_status_knows_the_program(wanting: Crate, machine: Machine) -> None:
    wanting.sync("reconcile")
    said = wanting.sync("status", "--json")
    assert said.code == 0 and said.summary["held_by"] == "djay Pro is running"
    assert {"type": "held", "schema_version": 1, "by": "djay Pro is running"} in said.lines


def test_the_log_tells_of_it(wanting: Crate) -> None:
    wanting.sync("pause")
    wanting.sync("resume")
    said = wanting.sync("log")
    assert "a person paused the library without an end" in said.out
    assert "a person ended the pause" in said.out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--for", "soon"), "'soon' is no length of time"),
        (("--for", "0h"), "'0h' is no length of time"),
        (("--for", "999999999999w"), "more than a year"),
        (("--until", "later"), "'later' is no time"),
        (("--until", "3h"), "'3h' is no time"),
        (("--until", "25:00"), "'25:00' is no time"),
        (("--until", "2020-01-01"), "is over already"),
        (("--until", "9999-12-31"), "more than a year"),
        (("--for", "1h", "--until", "23:00"), "not both"),
    ],
)
def test_what_cannot_be_meant_is_a_matter_of_usage(
    wanting: Crate, words: tuple[str, ...], line: str
) -> None:
    said = wanting.sync("pause", *words)
    assert said.code == 2 and line in " ".join(re.sub(r"[│╭╮╰╯─]", " ", said.err).split())
    assert not (wanting.home / "log.db").exists()


def test_lengths_and_times() -> None:
    assert [span(text) for text in ("90m", "3h", "2d", "", "h", "-1h")] == [
        5_400_000, 10_800_000, 172_800_000, None, None, None,
    ]  # fmt: skip
    noon = int(datetime(2026, 5, 4, 12).astimezone().timestamp() * 1000)
    assert coming("12:01", noon) == noon + 60_000
    assert coming("12:00", noon) == noon + 86_400_000
    assert coming("2026-05-04T13:00", noon) == noon + 3_600_000
    assert coming("nonsense", noon) is coming("2h", noon) is coming("12:60", noon) is None


def test_status_needs_no_configuration(crate: Crate) -> None:
    crate.configure("this is no TOML")
    with crate.library() as library:
        library.append([Resumed()])
    assert crate.sync("status", "--json").summary["held_by"] == ""
