"""Events are found by any text that they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.events import PlaylistSeen
from state.log import EventLog
from state.values import PlaylistRef

NAMES = ["Plain", 'with "quotes"', "back\\slash", "Ümläut 🎧", "line\nbreak", "per%cent_", "plain"]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    made = EventLog(tmp_path_factory.mktemp("holding") / "log.db")
    made.append([PlaylistSeen(PlaylistRef("p"), "csv", name) for name in NAMES], actor="test")
    return made


def test_each_text_finds_its_event_and_no_other(log: EventLog) -> None:
    for position, name in enumerate(NAMES, 1):
        assert [found.position for found in log.holding([name])] == [position]
    assert [found.position for found in log.holding(["Plain", "per%cent"])] == [1, 6]
    assert list(log.holding([])) == [] and list(log.holding(["nowhere"])) == []


@given(st.sets(st.text(st.sampled_from('aeln "\\Ü\n%'), min_size=1, max_size=3), max_size=3))
def test_it_is_what_reading_all_would_find(log: EventLog, texts: set[str]) -> None:
    expected = [
        found.position
        for found in log.read()
        if isinstance(found.event, PlaylistSeen) and any(text in found.event.name for text in texts)
    ]
    inside = [found.position for found in log.holding(texts)]
    assert set(expected) <= set(inside) and inside == sorted(inside)
