"""Which files get new tags by a plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from projections.file_rows import FileRow
from projections.registry import State
from projections.tags import Due, because, due, mark
from state.actions import Action
from state.values import UNASSIGNED, Retagged


def with_retags(state: State, actions: Iterable[Action]) -> Iterator[Action]:
    """A plan with new tags for files of ours whose track has other ones by now.

    What is delivered once is delivered with its last tags: it waits until its origin has them.
    """
    stale = list(due(state))
    places = {(each.file.root, each.file.path) for each in stale}
    kept = [
        action
        for action in actions
        if action.kind != "deliver" or (action.source_root, action.source) not in places
    ]
    yield from kept
    yield from _retags(stale, kept)


def _retags(stale: Iterable[Due], before: Iterable[Action]) -> Iterator[Action]:
    """All names of one file follow each other, so that they get one new file.

    Args:
        before: what else the plan holds; files that it touches wait for the next pass.
    """
    touched = {
        (root, path)
        for action in before
        for root, path in (
            (action.root, action.path),
            (action.source_root or action.root, action.source),
        )
    }
    ready = (each for each in stale if (each.file.root, each.file.path) not in touched)
    for each in sorted(ready, key=lambda one: (one.file.audio, one.file.root, one.file.path)):
        tags = Retagged(mark(each.wanted), previous=each.file.tagged_at)
        yield retag(each.file, because(each), tags)


def retag(row: FileRow, why: str, tags: Retagged) -> Action:
    """New tags for one name of a file."""
    return Action(
        "retag",
        row.root,
        row.path,
        why,
        audio=row.audio,
        placement=row.placement,
        playlist=row.placement.playlist if row.placement is not None else UNASSIGNED,
        name=row.name,
        folder=row.folder,
        tags=tags,
    )
