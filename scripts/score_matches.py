"""How well wanted tracks are matched to uploads, on a list of labelled cases.

python -m scripts.score_matches CASES.json

A case is {"wanted": {"title", "artists", "album", "duration_ms", "isrc", "explicit"},
"candidates": [{"url", "title", "uploader", "duration_s", "view_count", "source"}, …],
"right": [indices, may be empty]}; any field of a track or a candidate may be missing or null.
Names each case that came out wrong, with the reasons, and ends with one line of JSON. Exit code
2, with one line on stderr, if the list cannot be read.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

if __package__ in (None, ""):  # run by its path
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.candidates import Candidate, Judgement, Wanted, judge
from state.values import Ref

Wrong = Literal["", "taken_wrong", "reviewed_right_missing", "waiting_wrong"]


class Case(msgspec.Struct, frozen=True):
    """A labelled case."""

    wanted: Wanted
    candidates: tuple[Candidate, ...]
    right: frozenset[int]
    kind: str = ""


class Unreadable(Exception):
    """The list is not what it should be: where, and what to do."""


def read(path: Path) -> list[Case]:
    """Read labelled cases. Raises Unreadable."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as failure:
        raise Unreadable(f"{path}: {failure.strerror or failure}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as failure:
        raise Unreadable(
            f"{path}: line {failure.lineno}, column {failure.colno}: {failure.msg}"
        ) from None
    except (RecursionError, ValueError) as failure:
        raise Unreadable(f"{path}: cannot be read as JSON: {failure}") from None
    if not isinstance(found, list):
        raise Unreadable(f"{path}: should be a list of cases, is {_named(found)}")
    return [_case(each, f"{path}: case {number}") for number, each in enumerate(found)]


def verdict(case: Case, judgement: Judgement) -> Wrong:
    """What is wrong with a judgement; empty if nothing is."""
    shown = {one.index for one in judgement.ranked}
    if judgement.decision == "take":
        return "" if judgement.ranked[0].index in case.right else "taken_wrong"
    if judgement.decision == "review":
        return "reviewed_right_missing" if case.right and not shown & case.right else ""
    return "waiting_wrong" if case.right else ""


def counted(judged: Sequence[tuple[Case, Judgement]]) -> dict[str, int]:
    """The last line."""
    decisions = [judgement.decision for _, judgement in judged]
    wrong = [verdict(case, judgement) for case, judgement in judged]
    return {
        "cases": len(judged),
        "taken": decisions.count("take"),
        "taken_wrong": wrong.count("taken_wrong"),
        "reviewed": decisions.count("review"),
        "reviewed_right_missing": wrong.count("reviewed_right_missing"),
        "waiting": decisions.count("wait"),
        "waiting_wrong": wrong.count("waiting_wrong"),
    }


# ---- reading -----------------------------------------------------------------------------------


def _case(found: Any, where: str) -> Case:
    fields = _mapping(found, where)
    unknown = {"wanted", "candidates", "right"} - fields.keys()
    if unknown:
        raise Unreadable(f"{where}: lacks {', '.join(sorted(unknown))}")
    wanted = _mapping(fields["wanted"], f"{where}, wanted")
    track = Wanted(
        ref=Ref(""),
        title=_text(wanted, "title", f"{where}, wanted"),
        artists=_names(wanted, f"{where}, wanted"),
        album=_text(wanted, "album", f"{where}, wanted"),
        duration_ms=round(_number(wanted, "duration_ms", f"{where}, wanted") or 0),
        isrc=_text(wanted, "isrc", f"{where}, wanted"),
        explicit=_truth(wanted, "explicit", f"{where}, wanted"),
    )
    candidates = _list(fields["candidates"], f"{where}, candidates")
    right = _list(fields["right"], f"{where}, right")
    for index in right:
        if type(index) is not int or not 0 <= index < len(candidates):
            shown = json.dumps(index)
            raise Unreadable(f"{where}, right: {shown} is no index of {len(candidates)} candidates")
    kind = fields.get("class")
    return Case(
        track,
        tuple(
            _candidate(each, f"{where}, candidate {number}")
            for number, each in enumerate(candidates)
        ),
        frozenset(right),
        kind if isinstance(kind, str) else "",
    )


def _candidate(found: Any, where: str) -> Candidate:
    fields = _mapping(found, where)
    views = _number(fields, "view_count", where)
    return Candidate(
        url=_text(fields, "url", where),
        title=_text(fields, "title", where),
        uploader=_text(fields, "uploader", where),
        duration_s=_number(fields, "duration_s", where) or None,
        view_count=None if views is None else round(views),
        source=_text(fields, "source", where),
        isrc=_text(fields, "isrc", where),
    )


def _mapping(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Unreadable(f"{where}: should be an object, is {_named(found)}")
    return found


def _list(found: Any, where: str) -> list[Any]:
    if not isinstance(found, list):
        raise Unreadable(f"{where}: should be a list, is {_named(found)}")
    return found


def _checked(fields: dict[str, Any], name: str, where: str, kinds: tuple[type, ...]) -> Any:
    value = fields.get(name)
    if value is not None and type(value) not in kinds:
        asked = " or ".join(_KINDS[kind] for kind in kinds if kind is not float)
        raise Unreadable(f"{where}, {name}: should be {asked}, is {_named(value)}")
    return value


def _text(fields: dict[str, Any], name: str, where: str) -> str:
    value = _checked(fields, name, where, (str, int, float))  # a title may be 1979
    return "" if value is None else str(value)


def _names(fields: dict[str, Any], where: str) -> tuple[str, ...]:
    value = _checked(fields, "artists", where, (list, str))
    if value is None or isinstance(value, str):
        return (value,) if value else ()
    return tuple(
        _text({"artists": each}, "artists", where) for each in value if each not in (None, "")
    )


def _number(fields: dict[str, Any], name: str, where: str) -> float | None:
    value: Any = fields.get(name)
    if isinstance(value, str):
        if not value.strip():
            return None
        with suppress(ValueError):
            value = float(value)
    if value is not None and (type(value) not in (int, float) or not _finite(value)):
        raise Unreadable(f"{where}, {name}: should be a number, is {_named(value)}")
    return None if value is None else max(0.0, float(value))


def _finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _truth(fields: dict[str, Any], name: str, where: str) -> bool | None:
    value: bool | None = _checked({name: fields.get(name) or None}, name, where, (bool,))
    return False if fields.get(name) is False else value


_KINDS: dict[type, str] = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _named(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return _KINDS[type(value)] if len(shown) > 40 else f"{shown}"


# ---- telling -----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None, out: Callable[[str], None] = print) -> int:
    """Score a list; 0, or 2 if it cannot be read."""
    parser = argparse.ArgumentParser(description="score a list of labelled cases")
    parser.add_argument("cases", type=Path, metavar="CASES.json")
    parser.add_argument("--classes", action="store_true", help="a row for each class, too")
    said = parser.parse_args(arguments)
    try:
        cases = read(said.cases)
    except Unreadable as failure:
        print(failure, file=sys.stderr)
        return 2
    judged = [(case, judge(case.wanted, case.candidates)) for case in cases]
    for number, (case, judgement) in enumerate(judged):
        if wrong := verdict(case, judgement):
            for line in told(number, case, judgement, wrong):
                out(line)
    for line in rows(judged) if said.classes else ():
        out(line)
    out(json.dumps(counted(judged)))
    return 0


def rows(judged: Sequence[tuple[Case, Judgement]]) -> list[str]:
    """For each `class`: taken rightly, taken wrongly, sent to a person, waiting, and wrongly so."""
    found = []
    for kind in dict.fromkeys(case.kind for case, _ in judged):
        counts = counted([(case, one) for case, one in judged if case.kind == kind])
        taken = counts["taken"] - counts["taken_wrong"]
        told = (taken, *(counts[name] for name in ("taken_wrong", "reviewed", "waiting")))
        found.append(f"| {kind} | {' | '.join(map(str, (*told, counts['waiting_wrong'])))} |")
    return found


def told(number: int, case: Case, judgement: Judgement, wrong: str) -> list[str]:
    """A wrong case in words."""
    wanted = case.wanted
    head = f"case {number}: {wrong}: {', '.join(wanted.artists)} - {wanted.title}"
    head += f" ({wanted.duration_ms / 1000:.1f} s); right: {sorted(case.right) or 'none'}"
    lines = [head + (f"  [{case.kind}]" if case.kind else "")]
    for one in judgement.ranked:
        name = f"{one.candidate.title!r} by {one.candidate.uploader!r}"
        lines.append(f"  {one.score:.2f}  {one.index}  {name}: {one.why}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
