"""The state as it was, and what changed between two moments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from engine.library import bulk
from engine.names import Known
from projections.files import FileRow
from projections.playlists import Group, groups
from projections.registry import State
from state.log import EventLog
from state.values import TrackId


class Change(NamedTuple):
    """One difference between two moments."""

    kind: str
    text: str


class Moment(msgspec.Struct, frozen=True):
    """A state, kept for comparing."""

    state: State
    groups: tuple[Group, ...]


def at(log: EventLog, position: int) -> Moment:
    """The state after an event."""
    state = State()
    with bulk():
        state.fold(log.read(0, position))
    return Moment(state, tuple(groups(state.library, state.identity)[0]))


def summary(moment: Moment) -> dict[str, Any]:
    """What there was, in figures."""
    state = moment.state
    tracks = {state.identity.track(row.ref) for row in state.library.tracks}
    return {
        "position": state.position,
        "tracks": len(tracks),
        "playlists": len(moment.groups),
        "files": len([row for row in state.files.files if row.audio]),
        "placements": len(placements(moment)),
        "trash": len(state.files.trash),
        "missing": len(state.files.missing),
        "matters": len(state.matters.open),
        "intents": len(state.runs.intents),
    }


def placements(moment: Moment) -> list[FileRow]:
    """The files that fulfilled a placement."""
    rows = [row for row in moment.state.files.files if row.placement is not None]
    return sorted(rows, key=lambda row: (row.root, row.path))


def diff(before: Moment, after: Moment) -> list[Change]:
    """What is different in the later one."""
    kinds = (_playlists, _members, _files, _matches)
    return [change for changes in kinds for change in changes(before, after)]


def _playlists(before: Moment, after: Moment) -> Iterator[Change]:
    old, new = _by_ref(before), _by_ref(after)
    for ref, group in new.items():
        if ref != group.lead:
            continue
        names = {old[each].name for each in group.refs if each in old}
        if not names:
            yield Change("playlist found", f"playlist {group.name!r} is new")
        elif group.name not in names:
            was = ", ".join(sorted(names))
            yield Change("playlist renamed", f"playlist {was!r} is called {group.name!r}")
    for ref, group in old.items():
        if ref == group.lead and not any(each in new for each in group.refs):
            yield Change("playlist lost", f"playlist {group.name!r} is not known")


def _by_ref(moment: Moment) -> dict[str, Group]:
    return {ref: group for group in moment.groups for ref in group.refs}


def _members(before: Moment, after: Moment) -> Iterator[Change]:
    old, new = _by_ref(before), _by_ref(after)
    for group in after.groups:
        earlier = next((old[ref] for ref in group.refs if ref in old), None)
        mine, theirs = _on(after, group), _on(before, earlier)
        names = Known(after.state)
        for track in mine:
            if track not in theirs:
                yield Change("membership found", f"{names.track(track)} came to {group.name!r}")
        for track in theirs:
            if track not in mine:
                yield Change("membership lost", f"{names.track(track)} left {group.name!r}")
    for group in before.groups:
        if not any(ref in new for ref in group.refs):
            for track in _on(before, group):
                title = Known(before.state).track(track)
                yield Change("membership lost", f"{title} left {group.name!r}")


def _on(moment: Moment, group: Group | None) -> list[TrackId]:
    return group.tracks(moment.state.identity) if group is not None else []


def _files(before: Moment, after: Moment) -> Iterator[Change]:
    old = {(row.root, row.path): row for row in before.state.files.files}
    new = {(row.root, row.path): row for row in after.state.files.files}
    left: dict[tuple[str, str], list[FileRow]] = {}
    for key, row in old.items():
        if key not in new:
            left.setdefault((row.root, row.audio or row.text), []).append(row)
    trashed = {(row.root, row.file.path) for row in after.state.files.trash}
    trashed -= {(row.root, row.file.path) for row in before.state.files.trash}
    for key, row in sorted(new.items()):
        where = f"{row.root}/{row.path}"
        if key in old:
            if (row.audio, row.text) != (old[key].audio, old[key].text):
                yield Change("file changed", f"{where} holds something else")
            elif row.ours != old[key].ours or row.placement != old[key].placement:
                yield Change("file claimed", f"{where} is {'ours' if row.ours else 'a placement'}")
            continue
        moved = left.get((row.root, row.audio or row.text))
        if moved:
            yield Change("file moved", f"{moved.pop(0).path} → {where}")
        else:
            yield Change("file written" if row.ours else "file found", where)
    for rows in left.values():
        for row in rows:
            kind = "file trashed" if (row.root, row.path) in trashed else "file gone"
            yield Change(kind, f"{row.root}/{row.path}")


def _matches(before: Moment, after: Moment) -> Iterator[Change]:
    old = {(row.audio, row.track): row.verdict for row in before.state.matches.rows}
    names = Known(after.state)
    for row in sorted(after.state.matches.rows, key=lambda row: row.position):
        if old.get((row.audio, row.track)) != row.verdict:
            track = names.track(row.track) if row.track else "any track"
            text = f"audio {row.audio[:12]} {row.verdict} as {track}: {row.evidence}"
            yield Change(f"match {row.verdict}", text)
    new = {(row.audio, row.track) for row in after.state.matches.rows}
    for audio, track in sorted(set(old) - new):
        yield Change("match lost", f"audio {audio[:12]} as {names.track(track)}")
