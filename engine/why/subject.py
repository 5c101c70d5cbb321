"""What a person means by a path, a reference, an address or words."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine import people
from engine.library import Library
from engine.people import CannotTell
from projections.naming import collision_key, part
from projections.playlists import Group, groups
from projections.registry import State
from state.events import (
    FileClaimed,
    FileDelivered,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
)
from state.models import Damaged
from state.values import RootId, TrackId

AboutFile = FileSeen | FileVanished | FileClaimed | FileWritten | FileDelivered | FileTrashed


class Place(msgspec.Struct, frozen=True):
    """A path in a root: a file lies there, or did."""

    root: RootId
    path: str


def meant(library: Library, said: str, cwd: Path) -> Place | Group | list[TrackId]:
    """What is meant; tracks: all that the words may mean, at least one.

    Raises:
        CannotTell: nothing; `hits` are the nearest.
    """
    state = library.state
    found, _ = groups(state.library, state.identity)
    place = _place(library, said, cwd)
    if place is not None:
        return place
    group = playlist(found, said) or _folder(state, found, said, cwd)
    if group is not None:
        return group
    try:
        refs = people.refs(state, said)
    except CannotTell as error:
        near = [group.name for group in found if collision_key(said) in collision_key(group.name)]
        if len(near) == 1:
            found_one = playlist(found, near[0])
            assert found_one is not None
            return found_one
        hits = (*error.hits, *(f"playlist {name}" for name in near))
        raise CannotTell(
            f"{said!r}: no file, track or playlist of this library, and none that ever was", hits
        ) from None
    return list(dict.fromkeys(state.identity.track(ref) for ref in refs))


def playlist(found: list[Group], said: str) -> Group | None:
    """The playlist with this reference or this name."""
    for group in found:
        if said in group.refs:
            return group
    key = collision_key(part(said))
    same = [group for group in found if collision_key(part(group.name)) == key]
    return same[-1] if same else None


def _folder(state: State, found: list[Group], said: str, cwd: Path) -> Group | None:
    """The playlist whose folder a path names."""
    for place in people.places(state, said, cwd):
        root, path = place
        for row in state.files.files:
            wish = row.placement
            if row.root == root and row.folder and wish and _parent(row.path, row.folder) == path:
                return next((group for group in found if wish.playlist in group.refs), None)
    return None


def _parent(path: str, folder: str) -> str:
    head, _, _ = path.rpartition("/")
    return head if head.rpartition("/")[2] == folder else ""


def _place(library: Library, said: str, cwd: Path) -> Place | None:
    """The place that a path names, if a file lies there or ever did."""
    state = library.state
    places = people.places(state, said, cwd)
    for row in people.known(state, said, cwd):
        return Place(row.root, row.path)
    gone = {(row.root, row.path) for row in state.files.missing}
    gone |= {(row.root, row.trash) for row in state.files.trash}
    gone |= {(row.root, row.file.path) for row in state.files.trash}
    for root, path in places:
        if (root, path) in gone:
            return Place(root, path)
    for root, path in places:
        if unreadable(library, Place(root, path)):
            return Place(root, path)
    if "/" not in said and "." not in said:
        return None  # words: not worth reading the whole log for a file of that name
    wanted = set(places)
    for recorded in library.log.holding({path for _, path in places}):
        event = recorded.event
        if isinstance(event, AboutFile) and (event.root, event.path) in wanted:
            return Place(event.root, event.path)
    return None


def unreadable(library: Library, place: Place) -> str:
    """Why the last look could not read a file; empty: it could. Only `state.db` knows that."""
    sql = "SELECT error FROM stat WHERE root = ? AND path = ? AND error != ''"
    try:
        return next((str(why) for (why,) in library.models.query(sql, place.root, place.path)), "")
    except Damaged:
        return ""
