"""Playlists → files for others: Exportify backups and playlist files for players.

What is written is computed whole first, so that either all names are free or nothing is touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adapters.contract import Permanent, Row
from adapters.csv_write import exportify
from adapters.playlists import Entry, m3u8
from engine.people import CannotTell
from engine.ports import Disk
from projections.files import FileRow
from projections.layout import Layouter
from projections.library import TrackRow
from projections.naming import collision_key, part, suffix
from projections.playlists import Group, groups
from projections.registry import State
from projections.tracks import describe
from projections.values import Said, bpm, genres, key
from state.events import TrackSeen
from state.values import UNASSIGNED, Placement, Ref, RootId, TrackId

ROOM = 15
"""Bytes that a name leaves free: for a suffix and the extension."""


class Text(msgspec.Struct, frozen=True):
    """A file to write."""

    name: str
    content: str
    playlist: str
    rows: int
    without: int = 0
    """Rows that could not be given a file."""


def chosen(state: State, names: Sequence[str]) -> list[Group]:
    """The playlists of these names, case and Unicode form aside; none given: all.

    Raises:
        CannotTell: a name is nobody's.
    """
    found = groups(state.library, state.identity)[0]
    if not names:
        return found
    known = {collision_key(group.name) for group in found}
    for name in names:
        if collision_key(name) not in known:
            near = sorted(group.name for group in found)
            raise CannotTell(
                f"{name!r}: no playlist is called so; those that there are stand above", near
            )
    wanted = {collision_key(name) for name in names}
    return [group for group in found if collision_key(group.name) in wanted]


# ---- Exportify ---------------------------------------------------------------------------------


def backups(state: State, found: Sequence[Group]) -> Iterator[Text]:
    """One Exportify file for each playlist: all rows in order, duplicates and local files too."""
    taken: set[str] = set()
    for group in found:
        # As Exportify names its files: `_` for blanks, and another at the end of a second one.
        stem = "_".join(part(group.name, 255 - ROOM).split())
        while collision_key(stem) in taken:
            stem += "_"
        taken.add(collision_key(stem))
        rows = [
            (Row(member.track, member.added_at, member.added_by), _told(state, member.track))
            for member in group.members
        ]
        yield Text(f"{stem}.csv", exportify(rows), group.name, len(rows))


def _told(state: State, ref: Ref) -> TrackSeen:
    """What is known of a reference, as a source would say it."""
    row = state.library.tracks.get(ref) or describe(state, state.identity.track(ref))
    if row is None:
        return TrackSeen(ref, "", "")
    told = {name: getattr(row, name) for name in _FACTS}
    # Not what was heard: who reads the backup would take it for somebody's word.
    track = state.identity.track(ref)
    said: dict[str, Said[Any]] = {
        "bpm": bpm(state, track),
        "key": key(state, track),
        "genres": genres(state, track),
    }
    for name, each in said.items():
        if each.source == "person" or not told[name]:
            told[name] = each.value
    return TrackSeen(ref=ref, source="", **told)


_FACTS = [name for name in TrackRow.__struct_fields__ if name not in ("ref", "live", "position")]


# ---- playlist files ----------------------------------------------------------------------------


def lists(
    state: State, found: Sequence[Group], folder: Path, *, absolute: bool = False
) -> Iterator[Text]:
    """One m3u8 for each playlist, whose entries lead to the files that are there now.

    Args:
        folder: where the files will lie; entries are relative to it unless `absolute`.
    """
    places = _Places(state)
    taken: set[str] = set()
    for group in found:
        stem = part(group.name, 255 - ROOM)
        if collision_key(stem) in taken:
            stem = f"{stem} [{suffix(group.lead)}]"
        taken.add(collision_key(stem))
        entries = []
        for member in group.members:
            path = places.find(group, member.track)
            row = describe(state, state.identity.track(member.track))
            shown = "" if path is None else _path(path, folder, absolute)
            if row is not None:
                entries.append(Entry(", ".join(row.artists), row.title, row.duration_ms, shown))
        without = sum(not entry.path for entry in entries)
        yield Text(f"{stem}.m3u8", m3u8(group.name, entries), group.name, len(entries), without)


class _Places:
    """Where the file of a track is, for each playlist that it is on."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.roots: dict[RootId, Path] = {
            row.root: Path(row.path).resolve() for row in state.files.roots if row.online
        }
        layouter = Layouter(state)
        self.by_wish: dict[Placement, FileRow] = {}
        self.by_track: dict[TrackId, list[FileRow]] = {}
        for target in state.policy.audio_targets():
            for wish, made in layouter.layout(target).wishes.items():
                if made.has is not None:
                    self.by_wish[wish] = made.has
                    self.by_track.setdefault(TrackId(wish.track), []).append(made.has)

    def find(self, group: Group, ref: Ref) -> Path | None:
        """The track's file in this playlist's place, else any place; None: there is none now."""
        track = self.state.identity.track(ref)
        targets = self.state.policy.audio_targets()
        wishes = [
            Placement(target, playlist, Ref(track))
            for playlist in (group.lead, UNASSIGNED)
            for target in targets
        ]
        mine = [self.by_wish[wish] for wish in wishes if wish in self.by_wish]
        for row in [*mine, *self.by_track.get(track, [])]:
            root = self.roots.get(row.root)
            # A line break cannot stand in a playlist file.
            path = root / row.path if root is not None else None
            if path is not None and "\n" not in row.path and path.is_file():
                return path
        return None


def _path(path: Path, folder: Path, absolute: bool) -> str:
    if absolute:
        return path.as_posix()
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


# ---- writing -----------------------------------------------------------------------------------


def write(disk: Disk, folder: Path, texts: Iterable[Text], *, force: bool) -> list[Text]:
    """Write files into a folder, each whole or not at all; returns those that were not there so.

    Raises:
        Permanent: a file of that name is there with another content, and `force` is not given;
            nothing was written.
    """
    fresh = [text for text in texts if disk.read(folder / text.name) != text.content.encode()]
    there = [text.name for text in fresh if disk.taken(folder / text.name)]
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise Permanent(
            f"{folder / there[0]}{more}: there already, with other content; --force overwrites, "
            f"nothing was written"
        )
    disk.make_folders(folder)
    for text in fresh:
        work = folder / f".{os.getpid()}.part"
        work.unlink(missing_ok=True)
        disk.write(work, text.content.encode())
        disk.replace(work, folder / text.name)
    return fresh
