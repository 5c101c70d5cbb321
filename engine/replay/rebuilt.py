"""The state folded again from the first event, against what was saved of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.library import bulk
from projections.contract import Projection, Rows
from projections.registry import State
from state.log import EventLog
from state.models import Checkpoint, Damaged, ReadModels, digest

NAMED = 20
"""So many rows that differ are named for one projection."""


class Compared(msgspec.Struct):
    """One projection."""

    projection: str
    rows: int
    """Folded from the log."""
    position: int
    """Up to which event both were compared; 0: there was nothing to compare with."""
    digest: str
    saved: str
    """The digest of what was saved; empty: there was nothing."""
    differs: list[str] = msgspec.field(default_factory=list)
    """Rows that are not equal, one line each."""
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against what was saved."""
        return not self.saved or self.saved == self.digest


def rebuild(log: EventLog, home: Path) -> tuple[State, list[Compared]]:
    """Fold the whole log, and compare each projection where it was saved."""
    state, saved = State(), State()
    models = ReadModels(home / "state.db", saved.projections, read_only=True)
    try:
        checkpoints, note = _checkpoints(models)
        stops = sorted({each.position for each in checkpoints.values()})
        found: dict[str, Compared] = {}
        with bulk():
            for stop in stops:
                state.fold(log.read(state.position, stop))
                for mine, other in zip(state.projections, saved.projections, strict=True):
                    checkpoint = checkpoints.get(mine.name)
                    if checkpoint is not None and checkpoint.position == stop:
                        found[mine.name] = _compared(models, mine, other, checkpoint)
            state.fold(log.read(state.position))
        for mine in state.projections:
            if mine.name not in found:
                found[mine.name] = Compared(mine.name, _count(mine), 0, digest(mine), "", note=note)
        return state, [found[each.name] for each in state.projections]
    finally:
        models.close()


def _checkpoints(models: ReadModels) -> tuple[dict[str, Checkpoint], str]:
    """What was saved, and what to say of projections that were not."""
    try:
        return models.checkpoints(), models.note or "not saved"
    except Damaged as error:
        return {}, str(error)


def _compared(
    models: ReadModels, mine: Projection, other: Projection, checkpoint: Checkpoint
) -> Compared:
    made = Compared(mine.name, _count(mine), checkpoint.position, digest(mine), "")
    if checkpoint.version != mine.version:
        made.position = 0
        made.note = "saved by another version of cratelog; the next run folds it again"
        return made
    try:
        models.load(other)
        made.saved = digest(other)
    except (Damaged, TypeError, ValueError) as error:
        made.saved = "unreadable"
        made.differs = [str(error)]
        return made
    if not made.agrees:
        for ours, theirs in zip(mine.tables, other.tables, strict=True):
            made.differs += differences(ours, theirs)
    return made


def differences(ours: Rows[Any], theirs: Rows[Any]) -> Iterator[str]:
    """The rows that are not equal: what the log gives against what was saved."""
    left, right = _by_key(ours), _by_key(theirs)
    for key in sorted({*left, *right}, key=repr):
        mine, other = left.get(key), right.get(key)
        if mine == other:
            continue
        where = f"{ours.name} {', '.join(map(str, key))}"
        if other is None:
            yield f"{where}: is not in state.db"
        elif mine is None:
            yield f"{where}: is in state.db, but does not follow from the log"
        else:
            fields = [
                f"{name} is {getattr(other, name)!r}, should be {getattr(mine, name)!r}"
                for name in ours.row.__struct_fields__
                if getattr(mine, name) != getattr(other, name)
            ]
            yield f"{where}: {'; '.join(fields)}"


def _by_key(rows: Rows[Any]) -> dict[tuple[Any, ...], Any]:
    return {tuple(getattr(row, name) for name in rows.key): row for row in rows}


def _count(projection: Projection) -> int:
    return sum(len(rows) for rows in projection.tables)
