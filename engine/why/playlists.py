"""Why a playlist is what it is: whose list it is, what is on it, and what it lost."""

from __future__ import annotations

from collections.abc import Iterator

from engine.library import Library
from engine.names import Known
from engine.why.story import Story, scan, told
from projections.layout import Layout, Layouter
from projections.origins import is_delivered
from projections.playlists import Group
from projections.registry import State
from state.events import (
    Event,
    MatterClosed,
    MatterOpened,
    MembershipSet,
    PlaylistMembershipLost,
    PlaylistNoLongerListed,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
)
from state.values import Placement, Ref

LATELY = 50
"""So many of the tracks that it lost last are told."""


def story(library: Library, group: Group) -> Story:
    """The story of a playlist."""
    state = library.state
    made = Story("playlist", group.lead, group.name)
    made.about = list(_sources(state, group))
    found = scan(library, group.refs, _Wanted(group))
    lost = [each for each in found if isinstance(each.event, PlaylistMembershipLost)]
    forgotten = {each.position for each in lost[:-LATELY]}
    made.events = told(library, [each for each in found if each.position not in forgotten])
    if forgotten:
        made.about.append(f"{len(lost)} tracks left it; the last {LATELY} are told")
    made.now = list(_now(state, group))
    return made


def _sources(state: State, group: Group) -> Iterator[str]:
    for ref in group.refs:
        row = state.library.playlists.get(ref)
        if row is None:
            continue
        leads = ", its list counts" if ref == group.lead and len(group.refs) > 1 else ""
        listed = "" if row.listed else "; not listed there any more, which removes nothing"
        yield f"{row.source} {row.origin or row.ref} calls it {row.name!r} ({ref}){leads}{listed}"
        if row.renamed_from:
            yield f"  it was {row.renamed_from} before"
    if len(group.refs) > 1:
        said = [
            pair
            for pair in state.library.pairs
            if pair.same and pair.one in group.refs and pair.other in group.refs
        ]
        renamed = any(
            row.renamed_from in group.refs
            for ref in group.refs
            if (row := state.library.playlists.get(ref)) is not None
        )
        if said:
            yield "they are one: a person said so"
        elif renamed:
            yield "they are one: the list was renamed at its source"
        else:
            yield "they are one: the same name, and at least half of the shorter list is on both"


class _Wanted:
    """The events about a playlist as a whole, and the tracks that left it."""

    def __init__(self, group: Group) -> None:
        self._refs = set(group.refs)

    def __call__(self, event: Event) -> bool:
        match event:
            case PlaylistSeen() | PlaylistNoLongerListed():
                return event.ref in self._refs
            case PlaylistsMerged() | PlaylistsSeparated():
                return event.one in self._refs or event.other in self._refs
            case PlaylistMembershipLost() | MembershipSet():
                return event.playlist in self._refs
            case MatterOpened() | MatterClosed():
                topic, _, pair = event.matter.partition(":")
                return topic == "same playlist" and bool(self._refs & set(pair.split("|")))
        return False


def _now(state: State, group: Group) -> Iterator[str]:
    layouter = Layouter(state)
    yield f"{len(group.members)} tracks on it"
    if all(each.lead != group.lead for each in layouter.groups):
        yield "it gets no folder: [playlists] include and exclude leave it out"
        yield from _members(state, group, None)
        return
    for target in state.policy.audio_targets():
        if not is_delivered(state, target):
            layout = layouter.layout(target)
            yield f"its folder is {layout.folders.get(group.lead, '')!r} in {layout.root}"
            yield from _members(state, group, layout)
    for doubt in layouter.doubts:
        if group.lead in (doubt.one, doubt.other):
            other = doubt.other if doubt.one == group.lead else doubt.one
            yield f"{other} has the same name and shares little; sync review asks whether it is one"


def _members(state: State, group: Group, layout: Layout | None) -> Iterator[str]:
    """Every track in the playlist's order, and its file."""
    names = Known(state)
    waits = {
        each.track: each.why
        for each in (layout.waiting if layout is not None else ())
        if each.playlist == group.name
    }
    for number, row in enumerate(group.members, 1):
        track = state.identity.track(row.track)
        line = f"{number:4} {names.track(row.track)}"
        if layout is None:
            yield line
            continue
        wish = layout.wishes.get(Placement(layout.target, group.lead, Ref(track)))
        if wish is None:
            yield f"{line}: no file: {waits.get(track, 'a person said that it shall have none')}"
        elif wish.has is not None:
            yield f"{line}: {wish.has.path}"
        elif wish.held is not None:
            yield f"{line}: a person took {wish.held.path} away; sync review asks what to do"
        else:
            yield f"{line}: the next reconcile makes {wish.path}"
