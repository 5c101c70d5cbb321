"""Answers put into the outbox as files: taken as a person's word, once, and never lost.

Each file is in the log with the digest of what it is before it is moved away, in one commit with
what it says: a run that was killed in between finds the digest and moves it only. What cannot be
taken lies in `answers/refused/`, with the reason beside it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.answers import answered, short
from engine.handoff.folder import DONE, REFUSED, waiting_answers
from engine.library import Library
from engine.people import CannotTell
from projections.matters import MatterRow
from projections.registry import State
from state.events import Event, MatterClosed

LARGEST = 1_000_000
"""Bytes: no answer is longer."""
YOUNG_MS = 2_000
"""What cannot be read and is younger than this may not be written to its end yet."""


class Answer(msgspec.Struct):
    """The content of a file; whatever else it holds is its writer's."""

    answer: str | int
    id: str = ""
    """Of the matter, short or whole; by default the name of the file."""
    version: int = 0
    """Of the question that was read; 0: whatever it is now."""


class Taken(msgspec.Struct):
    """What became of the files."""

    notes: list[str] = msgspec.field(default_factory=list)
    refused: list[str] = msgspec.field(default_factory=list)
    """One line each: what, why, and where it is now."""


class _Young(Exception):
    """It may be whole in a moment."""


def take(library: Library, folder: Path) -> Taken:
    """Take all answers that are there. The caller need not hold the effects lock."""
    taken = Taken()
    for path in waiting_answers(folder):
        try:
            _take(library, folder, path, taken)
        except FileNotFoundError:
            continue  # another process took it
        except OSError as error:
            taken.refused.append(f"{error.filename or path}: {error.strerror}")
        except _Young:
            taken.refused.append(f"{path}: cannot be read yet; the next run looks at it again")
        except CannotTell as error:
            _refuse(folder, path, str(error))
            taken.refused.append(f"{path}: {error}; it lies in {folder / REFUSED} now")
    return taken


def _take(library: Library, folder: Path, path: Path, taken: Taken) -> None:
    content, digest = _read(path)
    before = list(library.state.matters.closed.of(f"outbox:{digest}"))
    if before:
        _move(path, folder / DONE, f"{short(before[0])}.answer.json")
        return
    said = _understood(path, content, library.now())
    events = library.decide(lambda state: _events(state, said, digest))
    closed = [each.event for each in events if isinstance(each.event, MatterClosed)][-1]
    name = library.state.matters.closed.get(closed.matter)
    assert name is not None
    _move(path, folder / DONE, f"{short(name)}.answer.json")
    taken.notes.append(f"answered: {short(name)}: {closed.answer}")


def _read(path: Path) -> tuple[bytes, str]:
    """What a file holds, and a digest of which file it is: the same words, said again, are another
    one."""
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        content = file.read(LARGEST + 1)
    which = f"{path.name}\0{stat.st_ino}\0{stat.st_mtime_ns}\0".encode("utf-8", "surrogateescape")
    return content, hashlib.sha256(which + content).hexdigest()


def _understood(path: Path, content: bytes, now: int) -> Answer:
    if len(content) > LARGEST:
        raise CannotTell("is too long to be an answer")
    try:
        said = msgspec.json.decode(content, type=Answer)
    except msgspec.ValidationError as error:
        raise CannotTell(f'is no answer like {{"id": "…", "answer": "…"}} ({error})') from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if now - path.stat().st_mtime_ns // 1_000_000 < YOUNG_MS:
            raise _Young from None
        raise CannotTell(f"is not JSON ({error})") from None
    said.id = said.id or path.stem
    return said


def _events(state: State, said: Answer, digest: str) -> Sequence[Event]:
    row = find(state, said.id)
    if said.version not in (0, row.position):
        raise CannotTell(f"{short(row)}: was asked anew since: read it again, then answer")
    return marked(answered(state, row, str(said.answer).strip()), row, f"outbox:{digest}")


def marked(events: Sequence[Event], row: MatterRow, by: str) -> list[Event]:
    """With what brought the answer."""
    return [
        msgspec.structs.replace(event, by=by)
        if isinstance(event, MatterClosed) and event.matter == row.matter
        else event
        for event in events
    ]


def find(state: State, said: str) -> MatterRow:
    """The open matter with this id, short or whole; no part of one will do.

    Raises:
        CannotTell
    """
    for row in state.matters.open:
        if said in (row.matter, short(row)):
            return row
    for ended in state.matters.closed:
        if said in (ended.matter, short(ended)):
            how = f"was answered {ended.answer!r}" if ended.answer else "settled by itself"
            raise CannotTell(f"{short(ended)}: is not open any more: it {how}")
    raise CannotTell(f"{said!r}: there is no such matter")


# ---- files -------------------------------------------------------------------------------------


def _refuse(folder: Path, path: Path, why: str) -> None:
    """Put a file aside. Its reason is there before it."""
    aside = folder / REFUSED
    aside.mkdir(parents=True, exist_ok=True)
    target = _free(aside, path.name)
    target.with_suffix(".txt").write_text(f"{why}\n", "utf-8")
    path.replace(target)


def _move(path: Path, to: Path, name: str) -> None:
    to.mkdir(parents=True, exist_ok=True)
    path.replace(_free(to, name))


def _free(folder: Path, name: str) -> Path:
    """A name in a folder that nothing bears yet."""
    stem, _, rest = name.partition(".")
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}.{rest}"
    return target
