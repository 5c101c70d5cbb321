"""What people and programs get to see. Results go to stdout, talk to stderr.

With `--json` every result is one line of JSON with `type` and `schema_version`, the summary last.
Everything is understandable without colour.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from rich.markup import escape

if TYPE_CHECKING:  # a run that finds nothing to do needs none of these
    from rich.console import Console

    from engine.bars import Bars
    from engine.effects import Outcome
    from engine.planner import Plan
    from engine.ports import Transfer
    from engine.report import Report
    from state.actions import Action

SCHEMA_VERSION = 1
SYMBOLS = {
    "place": "+",
    "restore": "+",
    "move": ">",
    "trash": "-",
    "write": "~",
    "deliver": "+",
    "retag": "~",
}
STYLES = {"+": "green", "=": "green", ">": "cyan", "-": "red", "~": "yellow", "!": "bold red"}
SHOWN = 20
"""So many lines of one kind are shown to people before the rest is only counted."""


class Out:
    """Where a command speaks."""

    def __init__(self, as_json: bool) -> None:
        self.json = as_json
        self._bars: Bars | None = None
        self._lock = threading.Lock()

    @cached_property
    def console(self) -> Console:
        """Where results go."""
        return _console(stderr=False)

    @cached_property
    def talk(self) -> Console:
        """Where talk goes."""
        return _console(stderr=True)

    # -- results ---------------------------------------------------------------------------------

    def emit(self, line: str, /, **fields: Any) -> None:
        """One line of JSON, if that is wanted."""
        if self.json:
            told = {"type": line, "schema_version": SCHEMA_VERSION, **fields}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def print(self, text: str = "", style: str = "") -> None:
        """A line of a result for people."""
        if self.json:
            return
        if _is_plain(sys.stdout):
            sys.stdout.write(shown(text) + "\n")
        else:
            self.console.print(escape(shown(text)), style=style or None)

    def say(self, text: str, style: str = "") -> None:
        """A line of talk for people: notes, warnings."""
        self.stop()
        if _is_plain(sys.stderr):
            sys.stderr.write(shown(text) + "\n")
        else:
            self.talk.print(escape(shown(text)), style=style or None)

    # -- progress --------------------------------------------------------------------------------

    def progress(self, what: str, done: int, total: int) -> None:
        """Show how far something is; quiet where nobody looks."""
        if not (self.json or _is_plain(sys.stderr)):
            self._shown.progress(what, done, total)

    def transfer(self, at: Transfer) -> None:
        """Show how far a download is; as `progress`, and by any thread."""
        if not (self.json or _is_plain(sys.stderr)):
            self._shown.transfer(at)

    @property
    def _shown(self) -> Bars:
        with self._lock:
            if self._bars is None:
                from engine.bars import Bars

                self._bars = Bars(self.talk)
            return self._bars

    def stop(self) -> None:
        """Take the progress display away."""
        with self._lock:
            bars, self._bars = self._bars, None
        if bars is not None:
            bars.stop()

    # -- plans and runs --------------------------------------------------------------------------

    def plan(self, plan: Plan, kept: Sequence[Action]) -> None:
        """A plan, grouped by playlist, each action with its because."""
        for action in kept:
            self.emit(
                "action",
                kind=action.kind,
                root=action.root,
                path=action.path,
                source=action.source,
                source_root=action.source_root,
                because=action.because,
            )
        if self.json:
            return
        groups: dict[str, list[Action]] = {}
        for action in kept:
            groups.setdefault(_group(action), []).append(action)
        for name in sorted(groups, key=str.casefold):
            self.console.print(escape(shown(name)), style="bold")
            for action in groups[name]:
                symbol = symbol_of(action)
                was = f"  (from {action.source})" if action.kind == "move" else ""
                self.console.print(
                    f"  [{STYLES[symbol]}]{symbol}[/] {escape(shown(_below(action)))}"
                    f"[dim]{escape(shown(was))}  because {escape(shown(action.because))}[/]"
                )

    def outcome(self, outcome: Outcome) -> None:
        """One action that was carried out; what was not is told by the report."""
        action = outcome.action
        if outcome.event is not None:
            self.emit(
                "done",
                kind=action.kind,
                root=action.root,
                path=action.path,
                because=action.because,
            )

    def report(self, report: Report, verb: str, planned: Sequence[Action] | None = None) -> None:
        """How a run ended: what is worth a line, then the summary.

        Args:
            planned: of a run that only looked: what it would do.
        """
        self.stop()
        for note in report.notes:
            self.emit("note", text=note)
            self.say(f"note: {note}")
        for kind, lines in (
            ("unreadable", report.unreadable),
            ("blocked", [entry.why for entry in report.blocked]),
            ("failed", report.failed),
            ("not fetched", report.unfetched),
        ):
            self._some(kind, lines)
        for refusal in report.refused:
            self.emit("refused", root=refusal.root, playlist=refusal.playlist, text=refusal.text)
            self.say(f"! {refusal.text}", "bold red")
        if report.held:
            held = ", ".join(f"{number} {kind}" for kind, number in report.held.items())
            self.emit("waits", text=report.held_by, actions=dict(report.held))
            self.say(f"waits: {report.held_by}: {held}")
        self.emit(
            "summary",
            events=report.events,
            actions=dict(report.done),
            fetched=report.fetched,
            converted=report.made,
            analysed=report.analysed,
            not_fetched=len(report.unfetched),
            blocked=len(report.blocked),
            failed=len(report.failed),
            waiting=report.waiting,
            refused=len(report.refused),
            unreadable=len(report.unreadable),
            recovered=report.recovered,
            matters=report.matters,
            pending=report.pending,
            held=report.held.total(),
        )
        self.print(f"{verb}: {summary(report, planned)}", "bold")

    def _some(self, kind: str, lines: Sequence[str]) -> None:
        for line in lines:
            self.emit(kind, text=line)
        times = Counter(lines)  # what stops a whole root is told once
        for line, number in list(times.items())[:SHOWN]:
            self.say(f"{kind}: {line}" + (f" ({number} times)" if number > 1 else ""))
        if len(times) > SHOWN:
            self.say(f"{kind}: {len(times) - SHOWN} more; --json shows all")


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def _is_plain(stream: TextIO) -> bool:
    """No terminal, and nobody said that it shall be treated as one."""
    return not stream.isatty() and not {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys()


def symbol_of(action: Action) -> str:
    """The sign of an action in a plan."""
    if action.kind == "place" and action.may_link:
        return "="
    return SYMBOLS[action.kind]


def count(actions: Iterable[Action]) -> str:
    """`3 place, 1 move`."""
    found: dict[str, int] = {}
    for action in actions:
        found[action.kind] = found.get(action.kind, 0) + 1
    return ", ".join(f"{number} {kind}" for kind, number in found.items()) or "nothing to do"


def summary(report: Report, planned: Sequence[Action] | None = None) -> str:
    """How a run ended, in one line."""
    parts = [f"{number} {kind}" for kind, number in report.done.items()]
    prepared = (
        (report.fetched, "fetched"),
        (report.analysed, "analysed"),
        (report.made, "converted"),
    )
    parts += [f"{number} {word}" for number, word in prepared if number]
    if planned:
        parts.append(count(planned))
    elif not (parts or report.refused or report.pending or report.held):
        parts = ["nothing to do"]
    for number, word in (
        (len(report.refused), "refused"),
        (len(report.failed), "failed"),
        (len(report.unfetched), "not fetched"),
        (len(report.blocked), "blocked"),
        (len(report.unreadable), "unreadable"),
        (report.pending if planned is None else 0, "pending"),
        (report.held.total() if planned is None else 0, "held"),
        (report.waiting, "waiting for audio"),
        (report.matters, "to review"),
    ):
        if number:
            parts.append(f"{number} {word}")
    return ", ".join(parts)


def _group(action: Action) -> str:
    if action.folder:
        return action.folder
    if action.text:
        return "playlist files"
    return action.path.rpartition("/")[0] or action.root


def _below(action: Action) -> str:
    return action.path.rpartition("/")[2] if action.folder else action.path


def shown(text: str) -> str:
    """Without control characters: a title must not drive the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
