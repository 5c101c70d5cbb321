"""A saved plan held against what would be planned now: it is applied exactly, or refused."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.contract import Refused
from engine.places import PARK
from engine.planner import Plan
from projections.files import Files
from state.actions import Action


def same(saved: Plan, now: Plan, files: Files) -> Sequence[Action]:
    """The actions still to do, if the saved plan is what would be planned now.

    Raises:
        Refused: it is not.
    """
    mine = {key(action) for action in saved.actions}
    ours = {key(action) for action in now.actions}
    strange = [
        action for action in now.actions if key(action) not in mine and not follows(action, saved)
    ]
    lost = [
        action
        for action in saved.actions
        if key(action) not in ours and not _was_done(action, saved.position, files)
    ]
    if strange or lost:
        example = (strange or lost)[0]
        what = "it would now hold" if strange else "it would no longer hold"
        raise Refused(
            f"the saved plan is out of date: computed again, {what} "
            f"{example.kind} {example.path!r}, among {len(strange) + len(lost)} differences; "
            f"make a new one with sync plan --out"
        )
    return now.actions


def _was_done(action: Action, since: int, files: Files) -> bool:
    row = files.files.get((action.root, action.path))
    if action.kind == "deliver":  # and taken since, perhaps
        there = (action.root, action.path)
        lately = [each for each in files.delivered if each.position > since]
        return any((each.root, each.path) == there for each in lately)
    if action.path.startswith(PARK):  # and went on from there, perhaps
        mine = (action.placement, bool(action.text) and action.playlist)
        rows = (
            row for row in files.files if (row.placement, bool(row.text) and row.playlist) == mine
        )
        return any(row.position > since for row in rows)
    if action.kind == "trash":
        return any(
            trash.position > since and trash.file.path == action.path for trash in files.trash
        )
    if row is None or row.position <= since:
        return False
    # A list that was moved is written anew when its playlist's files have moved.
    return row.text == action.text or (action.kind == "move" and bool(row.text))


def follows(action: Action, saved: Plan) -> bool:
    """Whether an action is what a saved plan leads to: on from a parking place, a moved list."""
    moved = (other.playlist for other in saved.actions if other.kind == "move" and other.text)
    if action.kind == "write":
        return action.playlist in moved
    return action.source.startswith(PARK)


def key(action: Action) -> tuple[str, str, str, str]:
    """What makes two actions of two plans the same."""
    # A delivery is the same wherever its bytes come from.
    source = "" if action.kind == "deliver" else action.source
    return action.kind, action.root, action.path, source or action.text
