"""Matters as rows of the Tasks database in Notion, and what people say there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.notion.settings import NotionSettings
from engine.answers import answered, known, playlists_of, short, waiting
from engine.handoff.document import Document, Option, closed, opened
from engine.handoff.inbox import Taken, find, marked
from engine.handoff.related import Related, Track
from engine.handoff.words import KINDS, elsewhere
from engine.library import Library
from engine.notion import tasks
from engine.notion.tasks import Said, Task
from engine.people import CannotTell
from engine.ports import Progress, quiet
from engine.spotify import Turn
from projections.matters import MatterRow
from projections.registry import State
from projections.tracks import named
from state.events import Event, MatterClosed


def hear(
    library: Library, settings: NotionSettings, progress: Progress = quiet
) -> tuple[Taken, Turn]:
    """Take what people said on rows. The caller holds the effects lock."""
    found, turn = tasks.hear(library, settings, progress)
    taken = Taken()
    for said in found:
        try:
            told = library.decide(lambda state: _events(state, said))  # noqa: B023
        except CannotTell as error:
            # The row is put right at the end of the run, so that this is said once.
            library.append([tasks.taken(said)])
            taken.refused.append(f"Notion, Tasks: {error}")
            continue
        for each in told:
            if isinstance(each.event, MatterClosed):
                taken.notes.append(f"answered in Notion: {said.name}: {each.event.answer}")
    return taken, turn


def _events(state: State, said: Said) -> Sequence[Event]:
    """What was said, and that it was taken: one commit."""
    row = find(state, said.name)
    word = said.answer or KINDS[row.topic].seen
    if not word:
        raise CannotTell(f"{said.name}: is not done without an answer: {_choices(row)}")
    try:
        events = answered(state, row, word)
    except CannotTell as error:
        raise CannotTell(f"{said.name}: {error}") from None
    return [*marked(events, row, f"notion:{said.page}"), tasks.taken(said)]


def _choices(row: MatterRow) -> str:
    there = elsewhere(row.topic, row.matter)
    return there or f"one of {', '.join(known(row))}, or what its candidates offer"


def tell(library: Library, settings: NotionSettings, progress: Progress = quiet) -> Turn:
    """Bring the rows in line with the matters. The caller holds the effects lock."""
    return tasks.tell(library, settings, list(_tasks(library.state)), progress)


def _tasks(state: State) -> Iterator[Task]:
    rows = waiting(state)
    if rows:
        related, on = Related(state), playlists_of(state)
        for row in rows:
            told = opened(state, row, related, on)
            yield Task(told.id, True, "", _values(told))
    for ended in state.matters.closed:
        if ended.matter not in state.matters.open and _has_row(state, short(ended)):
            yield Task(short(ended), False, ended.answer, _values(closed(ended)))


def _has_row(state: State, name: str) -> bool:
    return tasks.key_of(name) in state.notion.pages


def _values(told: Document) -> dict[str, str | int | float | bool | tuple[str, ...] | None]:
    answers = [f"{word}: {meaning}" for word, meaning in told.answers.items() if not word.isdigit()]
    answers += ["an address: fetch it from there"] if told.address else []
    return {
        "title": told.what,
        "kind": told.kind,
        "question": "\n".join(filter(None, (told.question, *answers, told.elsewhere))),
        "because": told.because,
        "candidates": "\n".join(_candidate(option) for option in told.candidates),
        "related": "\n".join(_related(told)),
        "since": told.since,
    }


def _candidate(option: Option) -> str:
    who = named(option.artists, option.title)
    number = f"{option.number}:" if option.number else "-"
    return " ".join(filter(None, (number, who, option.url or option.ref, f"({option.why})")))


def _related(told: Document) -> Iterator[str]:
    for each in told.related.same_artist:
        yield f"same artist: {_track(each)}"
    for each in told.related.same_playlist:
        yield f"on {each.playlist}: {_track(each)}"
    for failure in told.related.failures:
        yield f"failed before: {failure.url} for {failure.title or failure.track}: {failure.why}"


def _track(track: Track) -> str:
    name = named(track.artists, track.title)
    asked = f" (also asked: {track.matter})" if track.matter else ""
    return f"{name}{asked}"
