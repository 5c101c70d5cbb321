"""What a plan may not do unasked. Pure.

A removal is a file that leaves a place where a person would look for it: into the trash, or to
another folder because its playlist dropped it. They are counted per root and per playlist over the
last 24 hours, so that many small passes do not drain a library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from engine.places import PARK
from engine.planner import Plan
from projections.layout import Layouter
from projections.registry import State
from projections.runs import DAY_MS
from state.actions import Action
from state.values import PlaylistRef, RootId

COUNT = 10
SHARE = 0.2
"""The budget: more than COUNT removals that are also more than SHARE of what was there."""

Scope = tuple[RootId, PlaylistRef | None]
"""A root, or one playlist in it."""


class Refusal(msgspec.Struct, frozen=True):
    """A scope that would lose too much."""

    root: RootId
    playlist: PlaylistRef | None
    removals: int
    there: int
    text: str


class Verdict(msgspec.Struct, frozen=True):
    """What may be done, and what not."""

    actions: tuple[Action, ...]
    refused: tuple[Refusal, ...]
    held: int
    """Actions left out because of a refusal."""


def guard(state: State, layouter: Layouter, plan: Plan, *, now: int, allowed: int = 0) -> Verdict:
    """Leave out of a plan what would remove too much.

    Args:
        now: milliseconds since 1970.
        allowed: `--allow-removals`: this many removals in all are no cause to refuse.
    """
    removals = [action for action in plan.actions if action.removes]
    if len(removals) <= allowed:
        return Verdict(plan.actions, (), 0)
    planned: Counter[Scope] = Counter()
    for action in removals:
        planned.update(((action.root, None), (action.root, action.playlist)))
    lately: Counter[Scope] = Counter()
    for row in state.runs.removals:
        if row.at >= now - DAY_MS:
            lately.update(((row.root, None), (row.root, row.playlist)))
    there = _there(state, layouter)
    names = {ref: group.name for group in layouter.all_groups for ref in group.refs}
    refused = [
        Refusal(root, playlist, planned[root, playlist], there[root, playlist], text)
        for root, playlist in sorted(planned, key=lambda scope: (scope[0], scope[1] or ""))
        if (
            text := _too_much(
                names.get(playlist, "") if playlist is not None else "",
                root,
                playlist,
                planned[root, playlist],
                lately[root, playlist],
                there[root, playlist],
                len(removals),
            )
        )
    ]
    stopped = {(refusal.root, refusal.playlist) for refusal in refused}
    kept = list(_allowed(plan.actions, stopped))
    return Verdict(tuple(kept), tuple(refused), len(plan.actions) - len(kept))


def is_over(planned: int, lately: int, there: int) -> bool:
    """Whether removals are more than the budget.

    Args:
        lately: were removed in the last 24 hours.
        there: are there now.
    """
    count = planned + lately
    return count > COUNT and count > SHARE * (there + lately)


def empties(planned: int, there: int) -> bool:
    """Whether removals leave nothing of a list, or next to nothing."""
    return planned >= 2 and there - planned <= 1


def _there(state: State, layouter: Layouter) -> Counter[Scope]:
    count: Counter[Scope] = Counter()
    for row in state.files.files:
        if row.placement is not None:
            playlist = layouter.canonical(row.placement).playlist
            count.update(((row.root, None), (row.root, playlist)))
    return count


def _too_much(
    name: str,
    root: RootId,
    playlist: PlaylistRef | None,
    planned: int,
    lately: int,
    there: int,
    total: int,
) -> str:
    emptied = playlist is not None and empties(planned, there)
    if not emptied and not is_over(planned, lately, there):
        return ""
    what = f"playlist {name or playlist!r}" if playlist is not None else root
    before = f" ({lately} more in the last 24 hours)" if lately else ""
    verb = "would lose all but one of" if there - planned == 1 else "would lose"
    if emptied and there == planned:
        verb = "would lose all of"
    number = f"its {there} files" if emptied else f"{planned} of {there} files"
    return (
        f"{what} {verb} {number}{before}: refused; nothing was touched. "
        f"If that is right: sync reconcile --allow-removals {total}"
    )


def _allowed(actions: Iterable[Action], stopped: set[Scope]) -> Iterable[Action]:
    """Without the removals of stopped scopes, their lists, and whoever waits for a place there.

    Nor is anything parked in a stopped root: what it waits for may be held.
    """
    held_places: set[tuple[RootId, str]] = set()
    stopped_roots = {root for root, _ in stopped}
    for action in actions:
        scopes: set[Scope] = {(action.root, None), (action.root, action.playlist)}
        loses = action.removes or (action.text and action.kind != "move")
        parks = action.path.startswith(PARK) and action.root in stopped_roots
        waits = (action.root, action.path) in held_places
        if (loses and scopes & stopped) or parks or waits:
            held_places.add((action.root, action.source or action.path))
        else:
            yield action
