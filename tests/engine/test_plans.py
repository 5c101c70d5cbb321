"""A plan can be saved, read and applied exactly, or it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crate import Crate, song


@pytest.fixture
def saved(crate: Crate, tmp_path: Path) -> Path:
    """A plan for two playlists with three tracks, one of them on both."""
    crate.playlist("House", [song(1), song(2)])
    crate.playlist("Techno", [song(2), song(3)])
    for number in (1, 2, 3):
        crate.music(song(number))
    file = tmp_path / "plan.json"
    assert crate.sync("plan", "--out", str(file)).code == 0
    assert crate.tree() == []
    return file


def test_what_was_planned_is_what_is_done(crate: Crate, saved: Path) -> None:
    planned = json.loads(saved.read_text("utf-8"))["plan"]["actions"]
    said = crate.sync("apply", str(saved), "--json")
    assert said.code == 0
    assert said.summary["actions"] == {"place": 4, "write": 2}
    assert crate.tree() == sorted(action["path"] for action in planned)
    assert all(action["because"] for action in planned)


def test_a_plan_that_was_applied_can_be_applied_again(crate: Crate, saved: Path) -> None:
    crate.sync("apply", str(saved))
    before = crate.kinds()
    said = crate.sync("apply", str(saved), "--json")
    assert (said.code, said.summary["actions"]) == (0, {})
    assert crate.kinds() == before


@pytest.mark.parametrize("change", ["another track", "a track less", "a stranger in a place"])
def test_a_plan_that_would_come_out_differently_is_refused(
    crate: Crate, saved: Path, change: str
) -> None:
    if change == "another track":
        crate.playlist("House", [song(1), song(2), song(3)])
    elif change == "a track less":
        crate.playlist("House", [song(1)])
    else:
        crate.music(song(9), f"House/{song(1).artist} - {song(1).title}.wav", root=crate.root)
    there = crate.tree()
    said = crate.sync("apply", str(saved))
    assert said.code == 5
    assert "out of date" in said.err and "sync plan --out" in said.err
    assert crate.tree() == there


def test_a_changed_template_renames_by_a_saved_plan_only(crate: Crate, saved: Path) -> None:
    crate.sync("apply", str(saved))
    there = crate.tree()
    crate.configure(target='path = "{playlist}/{title}"')
    said = crate.sync("reconcile")
    assert crate.tree() == there
    assert "4 pending" in said.out and "sync apply" in said.err
    renames = saved.with_name("renames.json")
    crate.sync("plan", "--out", str(renames))
    assert crate.sync("apply", str(renames), "--json").summary["actions"]["move"] == 4
    assert f"House/{song(1).title}.wav" in crate.audio_tree()
    assert crate.sync("reconcile", "--json").summary["actions"] == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "is not there"),
        ("not JSON", "is not a saved plan"),
        ('{"plan": 1}', "is not a saved plan"),
        ('{"plan": {"position": 1, "actions": []}, "schema_version": 99}', "of another version"),
    ],
)
def test_what_is_no_plan_is_told_in_one_line(
    crate: Crate, tmp_path: Path, text: str | None, why: str
) -> None:
    file = tmp_path / "odd.json"
    if text is not None:
        file.write_text(text, "utf-8")
    said = crate.sync("apply", str(file))
    assert said.code == 1
    assert why in said.err and len(said.err.splitlines()) == 1
