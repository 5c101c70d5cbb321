"""Is the log whole, as it was written, and all of it?

Needs no open library: a damaged log cannot be folded, but it can be walked.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from state.codec import BadPayload, UnknownEvent
from state.log import EventLog, LogError, NoLog
from state.models import Checkpoint, Damaged, ReadModels


class Verified(msgspec.Struct):
    """What a walk through the log found."""

    events: int = 0
    batches: int = 0
    position: int | None = None
    """Where the first fault is; None: there is none, or it has no place."""
    fault: str = ""
    """In words; empty: the log is whole."""


def verify(home: Path) -> Verified:
    """Walk the chain, read every event, and compare the end with what was seen before.

    Raises:
        NoLog: there is nothing to walk along yet.
    """
    try:
        log = EventLog(home / "log.db", read_only=True)
    except NoLog as error:
        if not _checkpoints(home):
            raise
        return Verified(fault=str(error))
    except LogError as error:
        return Verified(fault=str(error))
    try:
        return _walked(log, home)
    finally:
        log.close()


def _walked(log: EventLog, home: Path) -> Verified:
    fault = log.verify()
    if fault is not None:
        return Verified(position=fault.position or None, fault=fault.what)
    found = Verified(log.head().position, len(log.actors()))
    position = 0
    try:
        for recorded in log.read():
            position = recorded.position
    except (BadPayload, UnknownEvent) as error:
        found.position, found.fault = position + 1, f"event {position + 1}: {error}"
        return found
    return tail(log, _checkpoints(home), found)


def _checkpoints(home: Path) -> dict[str, Checkpoint]:
    models = ReadModels(home / "state.db", (), read_only=True)
    try:
        return models.checkpoints()
    except Damaged:
        return {}  # it can tell nothing of the log, and is built again by the next run
    finally:
        models.close()


def tail(log: EventLog, checkpoints: dict[str, Checkpoint], found: Verified) -> Verified:
    """Compare the end of the log with the read models: a missing tail breaks no chain."""
    lost = [saved for saved in checkpoints.values() if log.hash_at(saved.position) != saved.hash]
    if not lost:
        return found
    head, last = log.head().position, max(saved.position for saved in lost)
    found.position = min(head + 1, last)
    if last > head:
        found.fault = (
            f"the log ends at event {head}, but state.db has seen event {last}: it was cut short "
            f"or restored from a backup; put the newer log.db back, or go on with this one: "
            f"sync reconcile"
        )
    else:
        found.fault = (
            f"event {last} is not the one that state.db was folded from: the log was restored "
            f"from a backup or replaced; go on with this one: sync reconcile"
        )
    return found
