"""What a target should look like, in values: wishes, what waits, and what names are made of."""

from __future__ import annotations

import msgspec

from projections.contract import Row
from projections.files import FileRow, MissingRow, TrashRow
from projections.origins import Conversion
from projections.playlists import Group
from projections.registry import State
from projections.tracks import describe
from state.values import Placement, PlaylistRef, RootId, TrackId

UNASSIGNED_FOLDER = "Unassigned"


class Wish(Row, frozen=True):
    """One file that should exist."""

    placement: Placement
    playlist: str
    """Its playlist's name for people; `Unassigned` for none."""
    path: str
    name: str
    folder: str
    has: FileRow | None
    """The file that fulfils it now, wherever it lies in the root."""
    origin: FileRow | TrashRow | None
    """Where its bytes come from, if it has no file."""
    held: MissingRow | None = None
    """A person took its file away and was asked about it."""


class Waiting(Row, frozen=True):
    """A track that should have a file and has no audio."""

    track: TrackId
    playlist: str
    why: str


class Layout(Row, frozen=True):
    """What one target should look like."""

    target: str
    root: RootId
    wishes: dict[Placement, Wish]
    surplus: tuple[FileRow, ...]
    """Files of placements that nobody wants any more."""
    groups: tuple[Group, ...]
    """The playlists that are laid out, in order."""
    folders: dict[PlaylistRef, str]
    waiting: tuple[Waiting, ...]
    conversions: tuple[Conversion, ...] = ()
    """Files that have to be made first, of what is known."""
    guests: dict[Placement, FileRow] = msgspec.field(default_factory=dict)
    """Of a drop folder: files that lie there and need no delivery, and no event says so yet."""


def target_root(target: str) -> RootId:
    """The root of a target."""
    return RootId(f"target/{target}")


def fields(state: State, track: TrackId) -> dict[str, str]:
    """What may stand in a template, of a track."""
    row = describe(state, track)
    if row is None:
        return {"title": track}
    album_artists = row.album_artists or row.artists[:1]
    return {
        "artist": row.artists[0] if row.artists else "",
        "artists": ", ".join(row.artists),
        "albumartist": ", ".join(album_artists),
        "album": row.album,
        "title": row.title or track,
        "year": row.released[:4],
        "track": str(row.number) if row.number else "",
        "disc": str(row.disc) if row.disc else "",
        "isrc": row.isrc,
    }


def extension(path: str) -> str:
    """The ending of a path, without the dot, lower case."""
    return path.rpartition(".")[2].lower()
