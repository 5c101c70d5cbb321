"""The Tasks database: one row for each open matter, answered by its status or its answer.

Rows are made and changed as all other pages are: intents, Sync Keys, one row for each key whatever
the answer of a request. What a person says on a row is taken with one commit that also says that it
was: a run that was killed neither loses it nor takes it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from adapters.contract import Unreadable
from adapters.notion.settings import NotionSettings
from adapters.notion.values import Value, normal, shown
from engine.library import Library
from engine.notion import memory
from engine.notion.connection import asked, told
from engine.notion.looking import Looking
from engine.notion.planning import Bound, Write, changing, row_of
from engine.notion.recovering import Recovering
from engine.notion.writing import Writing
from engine.ports import Progress, quiet
from engine.spotify import Turn
from projections.notion import Notion, PageRow
from projections.registry import State
from state.events import NotionPageClaimed, NotionSynced

KIND: Final = "tasks"
AGENT = "cratelog"
"""What `Source Agent` says on our rows."""
OPEN = {"select": "Open", "status": "Not started"}
"""By the type of the property: an own select, or Notion's kind of status with its usual options."""
DONE = "Done"
DONE_TOO = frozenset({"done", "complete", "completed", "closed"})


class Task(msgspec.Struct, frozen=True):
    """What a row should say."""

    name: str
    """The short id of the matter."""
    is_open: bool
    answer: str
    """How it ended."""
    values: dict[str, Value]
    """The other fields."""


class Said(msgspec.Struct, frozen=True):
    """What a person said on a row."""

    key: str
    page: str
    source: str
    values: dict[str, str]
    """The fields that say it: `answer`, `status`, or both."""

    @property
    def name(self) -> str:
        """The short id of the matter."""
        return self.key.partition(":")[2]

    @property
    def answer(self) -> str:
        """Their word; empty: only that it is done."""
        return self.values.get("answer", "")


def key_of(name: str) -> str:
    """The Sync Key of a matter's row."""
    return f"task:{name}"


def hear(
    library: Library, settings: NotionSettings, progress: Progress = quiet
) -> tuple[list[Said], Turn]:
    """Read the rows; what people said on them and was not taken yet. The caller holds the effects
    lock."""
    turn = Turn()
    with _steps(library, settings, progress, turn) as steps:
        if steps is not None:
            steps.look()
    return list(said(library.state)), turn


def said(state: State) -> Iterator[Said]:
    """What people said on rows and was not taken yet, the first row first."""
    bound = state.notion.databases.get(KIND)
    for row in sorted(state.notion.pages, key=lambda row: row.key):
        if bound is None or row.source != bound.source or row.gone:
            continue
        values = {"answer": row.seen["answer"]} if row.seen.get("answer") else {}
        if row.seen.get("status", "").casefold() in DONE_TOO:
            values["status"] = row.seen["status"]
        if values:
            yield Said(row.key, row.page, row.source, values)


def taken(said: Said) -> NotionSynced:
    """The event that what was said on a row was taken: from now on it is what we know of it."""
    return NotionSynced(said.key, said.page, said.source, said.values)


def tell(
    library: Library, settings: NotionSettings, tasks: Sequence[Task], progress: Progress = quiet
) -> Turn:
    """Bring the rows in line. The caller holds the effects lock and has heard before."""
    turn = Turn()
    if not _todo(library.state.notion, tasks):
        return turn
    with _steps(library, settings, progress, turn) as steps:
        if steps is not None:
            steps.write(tasks)
    return turn


def _todo(notion: Notion, tasks: Sequence[Task]) -> bool:
    """Whether there is anything to be written, as far as the log knows the properties."""
    row = notion.databases.get(KIND)
    if row is None:
        return False
    # Of a property only the type counts here, and that is in the log.
    bound = Bound(KIND, row.source, memory.properties(row))
    return any(_making(notion, bound, tasks)) or any(_changing(notion, bound, tasks))


@contextmanager
def _steps(
    library: Library, settings: NotionSettings, progress: Progress, turn: Turn
) -> Iterator[_Steps | None]:
    client = asked(library, settings, turn)
    if client is None:
        yield None
        return
    known = memory.load(library)
    looking = Looking(library, settings, client, known, progress)
    steps = _Steps(library, looking, Writing(library, client, looking))
    try:
        with told(library, turn):
            yield steps
    finally:
        turn.notes += dict.fromkeys(looking.notes)
        turn.unreadable += [
            Unreadable("Notion, Tasks", f"{key}: {why}") for key, why in steps.writing.failed
        ]
        # What a row says after it was written is read before anything is taken for quiet.
        known.left |= bool(turn.waits or steps.writing.failed or steps.wrote)
        memory.keep(library, known)
        client.close()


class _Steps:
    """The steps of a turn; each may raise AdapterError."""

    def __init__(self, library: Library, looking: Looking, writing: Writing) -> None:
        self.library, self.looking, self.writing = library, looking, writing

    @property
    def wrote(self) -> int:
        """Rows that were made or changed."""
        return self.writing.made + self.writing.changed

    def look(self) -> None:
        """Recover, read what was edited, and claim rows that bear a key of ours."""
        recovering = Recovering(self.library, self.looking, self.writing)
        self._claim(recovering.look(self._bound()))

    def _bound(self) -> Bound:
        return self.looking.bound(KIND)

    def _claim(self, bound: Bound) -> None:
        """After the log was restored, rows may be there that it does not know. Other rows are
        people's own."""
        notion = self.library.state.notion
        strays = self.looking.memory.looks[bound.source].strays
        found: dict[str, NotionPageClaimed] = {}
        for stray in sorted(strays.values(), key=lambda one: (one.created, one.page)):
            key = str(stray.values.get("sync_key") or "")
            if key.startswith("task:") and row_of(notion, bound, key) is None:
                seen = {field: text for field, text in stray.said.items() if field != "sync_key"}
                event = NotionPageClaimed(key, stray.page, bound.source, "its Sync Key", seen)
                found.setdefault(key, event)
        self.library.append(list(found.values()))
        strays.clear()

    def write(self, tasks: Sequence[Task]) -> None:
        """Make rows for what is open, and change what is there."""
        self.writing.steadily(self._bound(), lambda bound: self._write(bound, tasks))

    def _write(self, bound: Bound, tasks: Sequence[Task]) -> None:
        notion = self.library.state.notion
        if new := list(_making(notion, bound, tasks)):
            self.writing.make(bound, new)
        by_key = {key_of(task.name): task for task in tasks}

        def wants(row: PageRow) -> Mapping[str, Value]:
            task = by_key.get(row.key)
            return _wanted(task, bound, row) if task is not None else {}

        if changes := list(_changing(notion, bound, tasks)):
            self.writing.change(bound, changes, wants)


def _making(notion: Notion, bound: Bound, tasks: Sequence[Task]) -> Iterator[Write]:
    for task in tasks:
        key = key_of(task.name)
        if task.is_open and row_of(notion, bound, key) is None:
            values = _wanted(task, bound, None)
            values = {field: value for field, value in values.items() if shown(value)}
            told = {field: shown(value) for field, value in values.items()}
            yield Write(key, "", values, told)


def _changing(notion: Notion, bound: Bound, tasks: Sequence[Task]) -> Iterator[Write]:
    for task in tasks:
        row = row_of(notion, bound, key_of(task.name))
        if row is not None and not row.gone:
            write = changing(row, _wanted(task, bound, row), bound)
            if write is not None:
                yield write


def _wanted(task: Task, bound: Bound, row: PageRow | None) -> dict[str, Value]:
    """What a row should say, as its properties will say it."""
    wanted: dict[str, Value] = {
        "sync_key": key_of(task.name),
        "source_agent": AGENT,
        "answer": task.answer,
    }
    if task.is_open or row is None:
        wanted |= task.values
    if (status := bound.fields.get("status")) is not None:
        here = row.seen.get("status", row.pushed.get("status", "")) if row is not None else ""
        if not task.is_open:
            wanted["status"] = here if here.casefold() in DONE_TOO else DONE
        else:
            # A person's own word for "begun" may stay.
            begun = here and here.casefold() not in DONE_TOO
            wanted["status"] = here if begun else OPEN[status.type]
    return {
        field: normal(bound.fields[field].type, value)
        for field, value in wanted.items()
        if field in bound.fields
    }
