"""What a track's story tells of its item in Eagle."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from projections.registry import State
from state.events import (
    EagleImported,
    EagleIntended,
    EagleItemChanged,
    EagleItemClaimed,
    EagleItemGone,
    EagleItemSeen,
    Event,
)
from state.values import Ref


def items(state: State, refs: Collection[Ref]) -> set[str]:
    """The items of a track."""
    return {row.item for row in state.eagle.items if row.track in refs}


def tells(event: Event, refs: Collection[Ref], items: Collection[str]) -> bool:
    """Whether an event is about one of these items."""
    match event:
        case EagleImported() | EagleItemClaimed() | EagleIntended():
            return event.track in refs
        case EagleItemSeen() | EagleItemChanged() | EagleItemGone():
            return event.item in items
    return False


def now(state: State, refs: Collection[Ref]) -> Iterator[str]:
    """How its items are."""
    for row in sorted(state.eagle.items, key=lambda row: row.position):
        if row.track not in refs:
            continue
        came = f"there before: {row.why}" if row.why else "imported by us"
        gone = {
            "trashed": "; a person put it into the trash, and it is not imported again",
            "lost": "; it is not there any more, and is not imported again",
        }
        yield f"in Eagle: {row.seen.name!r}, item {row.item}, {came}{gone.get(row.gone, '')}"
