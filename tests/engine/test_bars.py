"""Progress on a terminal, and silence where nobody looks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest
from rich.console import Console

from engine.bars import Bars, clock
from engine.ports import Transfer
from engine.render import Out


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def bars(screen: io.StringIO) -> Iterator[Bars]:
    made = Bars(Console(file=screen, force_terminal=True, width=160, color_system=None))
    yield made
    made.stop()


def lines(bars: Bars, screen: io.StringIO) -> str:
    """What stood there last, without what steers the terminal."""
    bars.stop()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())


def test_each_download_has_its_size_its_speed_and_the_time_left(
    bars: Bars, screen: io.StringIO
) -> None:
    bars.progress("fetching", 1, 4)
    bars.transfer(Transfer("Ada - One", 4_200_000, 8_400_000, 1_500_000.0, 3.0))
    bars.transfer(Transfer("Ada - [Two]", 10, 0))
    said = lines(bars, screen)
    assert "Ada - One" in said and "4.2 MB of 8.4 MB" in said and "1.5 MB/s" in said
    assert "0:03 left" in said and "Ada - [Two]" in said and "10 B" in said


def test_the_line_of_it_all_has_the_speed_of_all(bars: Bars, screen: io.StringIO) -> None:
    bars.progress("fetching", 1, 4)
    bars.transfer(Transfer("One", 1, 2, 1_000_000.0, 1.0))
    bars.transfer(Transfer("Two", 1, 2, 500_000.0, 1.0))
    said = lines(bars, screen)
    assert re.search(r"fetching .* 1/4 +1\.5 MB/s", said)


def test_what_ended_is_taken_away(bars: Bars, screen: io.StringIO) -> None:
    bars.progress("fetching", 0, 1)
    bars.transfer(Transfer("One", 1, 2, 1_000_000.0, 1.0))
    bars.transfer(Transfer("One", done=True))
    bars.transfer(Transfer("Never begun", done=True))
    bars.progress("fetching", 1, 1)
    screen.truncate(0)
    said = lines(bars, screen)
    assert "1/1" in said and "One" not in said and "MB/s" not in said


def test_another_thing_takes_the_place_of_the_first(bars: Bars, screen: io.StringIO) -> None:
    bars.progress("fetching", 1, 1)
    bars.progress("listening", 0, 3)
    screen.truncate(0)
    said = lines(bars, screen)
    assert "listening" in said and "0/3" in said and "fetching" not in said


def test_where_nobody_looks_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with redirect_stderr(io.StringIO()) as err:
        out = Out(False)
        out.progress("fetching", 0, 1)
        out.transfer(Transfer("One", 1, 2, 1.0, 1.0))
        out.stop()
    assert err.getvalue() == ""


def test_on_a_terminal_it_is_and_goes_away_before_anything_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    with redirect_stderr(io.StringIO()) as err:
        out = Out(False)
        out.progress("fetching", 0, 1)
        out.transfer(Transfer("Ada - One", 1, 2, 1.0, 1.0))
        out.say("a note")
        Out(True).progress("fetching", 0, 1)
    said = err.getvalue()
    assert "fetching" in said and "Ada - One" in said
    assert "Ada - One" not in said[said.index("a note") :]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (7, "0:07"), (750, "12:30"), (3900, "1:05:00")]
)
def test_times(seconds: float, text: str) -> None:
    assert clock(seconds) == text
