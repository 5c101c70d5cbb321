"""The labelled table, and the script that scores such tables."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.candidates import Judgement, judge
from scripts.score_matches import Case, counted, main, read, verdict

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests" / "matching" / "cases.json"
HOLDOUT = ROOT / "tests" / "matching" / "holdout.json"
CLASSES = (
    *("right version", "remix", "live", "sped-up", "cover", "topic channel", "featuring"),
    *("re-upload with other title", "artist order", "non-Latin scripts", "very short titles"),
    *("preview", "hour-long mix", "none right"),
)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read(TABLE)


def judgements(cases: list[Case]) -> list[tuple[Case, Judgement]]:
    return [(case, judge(case.wanted, case.candidates)) for case in cases]


def bars(judged: list[tuple[Case, Judgement]]) -> tuple[float, float]:
    """The shares of right ones among those decided, and of those sent to a person."""
    decided = [(case, one) for case, one in judged if one.decision != "review"]
    right = sum(not verdict(case, one) for case, one in decided)
    return right / len(decided), 1 - len(decided) / len(judged)


def test_the_table_is_large_enough_and_every_class_is_in_it(cases: list[Case]) -> None:
    counts = Counter(case.kind for case in cases)
    assert len(cases) >= 300
    assert set(counts) == set(CLASSES)
    assert min(counts.values()) >= 15


def test_the_bars_are_met_and_on_both_halves(cases: list[Case]) -> None:
    judged = judgements(cases)
    for part in (judged, judged[::2], judged[1::2]):
        right, reviewed = bars(part)
        assert right >= 0.97
        assert reviewed <= 0.15


def test_the_bars_are_met_on_cases_that_the_rules_were_not_written_for() -> None:
    judged = judgements(read(HOLDOUT))
    right, reviewed = bars(judged)
    counts = counted(judged)
    assert right >= 0.97
    assert reviewed <= 0.15
    assert (counts["taken_wrong"], counts["reviewed_right_missing"]) == (0, 0)


def test_a_track_that_has_no_right_upload_is_seldom_asked_about(cases: list[Case]) -> None:
    none_right = [case for case in (*cases, *read(HOLDOUT)) if not case.right]
    asked = [case for case, one in judgements(none_right) if one.decision == "review"]
    assert len(asked) <= len(none_right) * 0.06


def test_no_right_one_is_missing_among_what_is_shown(cases: list[Case]) -> None:
    counts = counted(judgements(cases))
    assert counts["reviewed_right_missing"] == 0
    assert counts["taken"] + counts["reviewed"] + counts["waiting"] == counts["cases"]


# ---- the script --------------------------------------------------------------------------------


def case(**changes: Any) -> dict[str, Any]:
    found = {
        "wanted": {"title": "Strobe", "artists": ["Ann"], "duration_ms": 240000.0},
        "candidates": [{"url": "u", "title": "Ann - Strobe", "duration_s": 240.4}],
        "right": [0],
    }
    return found | changes


def lines(tmp_path: Path, content: object) -> tuple[int, list[str]]:
    """The exit code and what is told of a list."""
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(content), "utf-8")
    told: list[str] = []
    return main([str(path)], told.append), told


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, {"taken": 1, "taken_wrong": 0}),
        ({"right": []}, {"taken": 1, "taken_wrong": 1}),
        ({"candidates": [], "right": []}, {"waiting": 1, "waiting_wrong": 0}),
        (
            {"candidates": [{"title": "Bob - Other"}]},
            {"waiting": 1, "waiting_wrong": 1},
        ),
        (
            {"candidates": [{"title": "Ann - Strobe", "duration_s": 250}]},
            {"reviewed": 1, "reviewed_right_missing": 0},
        ),
        ({"wanted": {}}, {"waiting": 1, "waiting_wrong": 1}),
        (
            {"wanted": {"title": None, "artists": None, "duration_ms": None, "explicit": None}},
            {"waiting": 1},
        ),
        (
            {"candidates": [{"url": None, "title": "", "uploader": None, "view_count": 1.5}]},
            {"waiting": 1},
        ),
    ],
)
def test_what_is_counted(tmp_path: Path, changes: dict[str, Any], counts: dict[str, int]) -> None:
    code, told = lines(tmp_path, [case(**changes)])
    last = json.loads(told[-1])
    assert code == 0
    assert list(last) == [
        *("cases", "taken", "taken_wrong", "reviewed", "reviewed_right_missing"),
        *("waiting", "waiting_wrong"),
    ]
    assert counts.items() <= last.items()
    wrong = last["taken_wrong"] + last["waiting_wrong"] + last["reviewed_right_missing"]
    assert bool(wrong) == (len(told) > 1)


def test_a_wrong_one_is_named_with_its_reasons(tmp_path: Path) -> None:
    _, told = lines(tmp_path, [case(right=[])])
    assert "case 0: taken_wrong: Ann - Strobe (240.0 s); right: none" in told[0]
    assert "title and artist equal, 0.4 s longer" in told[1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "should be a list of cases"),
        ([1], "case 0: should be an object, is 1"),
        ([{}], "case 0: lacks candidates, right, wanted"),
        ([case(wanted=None)], "case 0, wanted: should be an object, is null"),
        ([case(candidates={})], "case 0, candidates: should be a list"),
        ([case(right=[1])], "case 0, right: 1 is no index of 1 candidates"),
        ([case(right=[True])], "case 0, right: true is no index"),
        ([case(wanted={"duration_ms": "long"})], 'duration_ms: should be a number, is "long"'),
        ([case(wanted={"artists": [["x"]]})], "artists: should be text"),
        ([case(candidates=[{"title": {}}])], "candidate 0, title: should be text"),
        ([case(candidates=[{"duration_s": float("nan")}])], "duration_s: should be a number"),
        ([case(candidates=[{"view_count": True}])], "view_count: should be a number, is true"),
    ],
)
def test_a_bad_list_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: object, says: str
) -> None:
    code, told = lines(tmp_path, content)
    complaint = capsys.readouterr().err
    assert (code, told) == (2, [])
    assert complaint.count("\n") == 1
    assert says in complaint


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_json_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "cases.json"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    assert main([str(tmp_path / "absent.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_the_script_runs_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case()]), "utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "score_matches.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["taken"] == 1
