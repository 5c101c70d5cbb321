"""What is kept of roots, files, placements without a file, the trash and deliveries."""

from __future__ import annotations

from typing import ClassVar

from projections.contract import Row
from state.values import Placement, PlaylistRef, Ref, RootId, Tags

UNKNOWN = "-"
"""The mark of tags that an earlier version wrote without noting what they should say."""


class RootRow(Row, frozen=True):
    """A folder tree that we look at."""

    root: RootId
    path: str
    device: int
    marker: str
    online: bool
    why: str


class FileRow(Row, frozen=True):
    """A file that is there."""

    own: ClassVar[frozenset[str]] = frozenset({"path", "placement"})

    root: RootId
    path: str
    size: int
    audio: str
    """Empty: a text file of ours."""
    duration_ms: int = 0
    codec: str = ""
    bitrate: int = 0
    tags: Tags = Tags()
    ours: bool = False
    placement: Placement | None = None
    name: str = ""
    """Sticky: the path with `{playlist}` in place of the folder."""
    folder: str = ""
    named_at: int = 0
    """Position of the event that gave it its place."""
    text: str = ""
    playlist: PlaylistRef = PlaylistRef("")
    position: int = 0
    """Of the last event about it."""
    tagged: str = ""
    """A mark of what we last wrote into its tags, or could not (`projections/tags.py`)."""
    tagged_at: int = 0
    """Position of the event that tells what we last wrote into them; 0: nothing."""
    before: Tags = Tags()
    """Of a file that we wrote tags into: what it said of itself until then."""


class MissingRow(Row, frozen=True):
    """A placement whose file a person took away."""

    target: str
    playlist: PlaylistRef
    track: Ref
    root: RootId
    path: str
    audio: str
    ours: bool
    name: str
    folder: str
    named_at: int
    position: int
    released: bool = False
    """A person said: put it back."""
    tagged: str = ""
    tagged_at: int = 0
    before: Tags = Tags()


class TrashRow(Row, frozen=True):
    """A file of ours in a root's trash."""

    root: RootId
    trash: str
    """Where it lies, relative to the root."""
    audio: str
    at: int
    """When it was trashed, milliseconds since 1970."""
    position: int
    file: FileRow
    """What it was before."""


class DeliveredRow(Row, frozen=True):
    """A track that was put into another program's folder: that happens once."""

    target: str
    track: Ref
    root: RootId
    path: str
    audio: str
    position: int


class PinRow(Row, frozen=True):
    """What a person said of one placement."""

    target: str
    playlist: PlaylistRef
    track: Ref
    wanted: bool
