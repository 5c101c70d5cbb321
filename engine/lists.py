"""Playlist files: one m3u8 for each playlist of the main tree. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from adapters.playlists import Entry, m3u8
from projections.files import FileRow
from projections.layout import Layout
from projections.naming import place
from projections.playlists import Group
from projections.policy import LISTS
from projections.registry import State
from projections.tracks import describe
from state.actions import Action
from state.values import UNASSIGNED, Placement, Ref


def lists(state: State, layout: Layout, texts: dict[str, str]) -> Iterator[Action]:
    """One m3u8 for every playlist, as it will be when the other actions are done.

    Args:
        texts: digest → text; what is to be written is added.
    """
    template = state.policy.text(f"targets.{LISTS}.path", "{playlist}")
    rows = [row for row in state.files.files if row.root == layout.root and row.text]
    there = {row.playlist: row for row in sorted(rows, key=lambda row: row.path)}
    listed: set[str] = set()
    for group in layout.groups:
        path = place(template, layout.folders[group.lead], "m3u8")
        listed.add(path)
        text = m3u8(group.name, _entries(state, layout, group, path))
        digest = hashlib.sha256(text.encode()).hexdigest()
        mine = [there[ref] for ref in group.refs if ref in there]
        mine.sort(key=lambda row: (row.path != path, row.path))
        for other in mine[1:]:  # of playlists that became one
            yield _list_trashed(layout, other, f"{group.name!r} has another list")
        row = mine[0] if mine else None
        if row is not None and row.path != path:
            yield Action(
                "move",
                layout.root,
                path,
                f"playlist is now called {group.name!r}",
                source_root=row.root,
                source=row.path,
                text=row.text,
                playlist=group.lead,
            )
        elif row is None or row.text != digest:
            texts[digest] = text
            yield Action(
                "write",
                layout.root,
                path,
                f"lists {group.name!r}",
                text=digest,
                old_text=row.text if row is not None else "",
                playlist=group.lead,
            )
    known = {ref for group in layout.groups for ref in group.refs}
    for playlist, row in there.items():
        if playlist not in known:
            yield _list_trashed(layout, row, "its playlist is not laid out any more")


def _list_trashed(layout: Layout, row: FileRow, because: str) -> Action:
    return Action("trash", layout.root, row.path, because, text=row.text, playlist=row.playlist)


def _entries(state: State, layout: Layout, group: Group, path: str) -> Iterator[Entry]:
    lead = group.lead if _per_playlist(layout) else UNASSIGNED
    for member in group.members:
        track = state.identity.track(member.track)
        row = describe(state, track)
        wish = layout.wishes.get(Placement(layout.target, lead, Ref(track)))
        file = _relative(wish.path, path) if wish is not None and wish.held is None else ""
        if row is not None:
            yield Entry(", ".join(row.artists), row.title, row.duration_ms, file)


def _per_playlist(layout: Layout) -> bool:
    return any(wish.playlist != UNASSIGNED for wish in layout.wishes)


def _relative(path: str, start: str) -> str:
    return "../" * start.count("/") + path
