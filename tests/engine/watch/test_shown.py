"""What a watch shows and writes down."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from engine.cli.live import Lines, Live, drawn, when
from engine.planner import Blocked
from engine.report import Report
from engine.watch import diary
from engine.watch.diary import Diary
from engine.watch.loop import Watch
from engine.watch.picture import Picture, Turn
from engine.watch.stopping import Stopped
from tests.crate import Crate
from tests.engine.watch.watching import Said

NOW = 1_700_000_000_000


def screen(picture: Picture, last: str = "") -> str:
    out = io.StringIO()
    Console(file=out, width=100).print(drawn(picture, NOW, last))
    return out.getvalue()


def test_the_live_view_shows_sources_work_events_and_what_waits() -> None:
    picture = Picture(
        7,
        NOW - 3_600_000,
        doing="reading music",
        done=3,
        total=9,
        pending=2,
        last_look=NOW - 120_000,
        next_look=NOW + 3_480_000,
        services=[
            Turn("spotify", NOW + 180_000, 12, 500),
            Turn("soundcloud", NOW + 86_400_000 * 2, why="wants no requests"),
        ],
        events=[f"FileSeen: number {number}" for number in range(10)],
        matters=["a.mp3: may be one of 2 tracks"],
        waits=["djay Pro is running"],
    )
    shown = screen(picture, "note: \x1b[31mred")
    for text in (
        "reading music 3/9; 2 changes not quiet yet",
        "last look 2 min ago, next whole look in 58 min",
        "12 of 500",
        "in 3 min",
        "in 2 d",
        "wants no requests",
        "to review (1)",
        "djay Pro is running",
        "number 9",
    ):
        assert text in shown
    assert "number 4" not in shown and "\x1b[31mred" not in shown


def test_a_watch_that_has_just_begun_shows_that() -> None:
    shown = screen(Picture(7, NOW))
    assert "waiting for changes" in shown and "last look –" in shown
    assert "service" not in shown


def test_times_are_said_as_people_say_them() -> None:
    times = {0: "–", NOW + 2000: "now", NOW + 90_000: "in 2 min", NOW - 7_200_000: "2 h ago"}
    assert {at: when(at, NOW) for at in times} == times


def test_lines_are_bounded_and_json_is_lines(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(failed=[f"file {number}" for number in range(9)], blocked=[Blocked("", "full")])
    Lines(False).report(report)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1 + 6 + 1
    assert said[0].endswith("blocked: full") and "pass: nothing to do, 9 failed" in said[-1]
    Lines(True).said("event", "7 FileSeen: a")
    assert '"type": "event"' in capsys.readouterr().out


def test_a_line_is_out_at_once_whoever_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(pipe, "utf-8"))
    Lines(False).said("note", "hello")
    assert pipe.getvalue().endswith(b"note: hello\n")


def test_the_live_view_gives_the_terminal_back() -> None:
    out = io.StringIO()
    live = Live(Console(file=out, force_terminal=True, width=100))
    live.said("note", "hello")
    live.picture(Picture(7, NOW))
    live.report(Report())
    live.close()
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert "Ctrl-C ends it" in out.getvalue()
    assert out.getvalue().rindex(shown) > out.getvalue().rindex(hidden)


def test_the_diary_is_bounded_and_keeps_everything_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diary, "BYTES", 2000)
    said = Said()
    book = Diary(tmp_path, said)
    for number in range(500):
        book.said("event", f"number {number}\nof many")
    book.report(Report(done=Counter(place=2), notes=["a note"], events=5))
    book.close()
    files = sorted((tmp_path / diary.FOLDER).iterdir())
    assert len(files) == diary.FILES + 1
    assert sum(path.stat().st_size for path in files) < 13_000
    last = (tmp_path / diary.FOLDER / diary.FILE).read_text("utf-8")
    assert "note: a note" in last and "pass: 2 place; 5 events" in last
    assert len(said.lines) == 500 and len(said.reports) == 1


def test_a_full_disk_is_none_of_the_diarys_business(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Diary(tmp_path, Said())

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book._handler, "shouldRollover", full)
    book.said("note", "hello")
    assert capsys.readouterr().err == ""
    book.close()


def test_a_watch_that_fails_says_why_and_is_missed(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("engine.watch.loop.Watch.run", fail)
    said = crate.sync("watch", "--plain")
    assert said.code == 1 and said.err.startswith("sync: unexpected RuntimeError: a bug")
    assert "ends: RuntimeError: a bug" in (crate.home / "logs/watch.log").read_text("utf-8")
    crate.reconcile()
    assert "ended without a word" in crate.sync("status").out


def test_a_configuration_that_is_away_for_a_moment_ends_nothing(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(self: Watch) -> None:
        (crate.home / "config.toml").unlink()
        self.step()
        raise Stopped

    monkeypatch.setattr("engine.watch.loop.Watch.run", once)
    said = crate.sync("watch", "--plain")
    assert said.code == 0
    assert "config.toml: No such file or directory; the watch goes on" in said.out
