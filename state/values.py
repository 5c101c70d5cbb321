"""Names and the small values that events carry.

A *reference* is a name that somebody gave to a recording: `spotify:track:…`, `spotify:local:…`,
`isrc:…`, `audio:<sha256 of the audio packets>`, `csv:row:<digest>` for a backup's row without an
id. A *track* is the earliest of the references that mean the same recording; which ones do is
folded by `projections/identity.py` and never stored in an event.
"""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

Ref = NewType("Ref", str)
"""A reference to a recording, `scheme:rest`."""

TrackId = NewType("TrackId", str)
"""The earliest reference of a recording; found with `Identity.track`."""

PlaylistRef = NewType("PlaylistRef", str)
"""A playlist as one source names it: `csv:<folder>/<file stem>`, `spotify:playlist:…`."""

RootId = NewType("RootId", str)
"""A folder tree that we look at: `files/<name>` (read only) or `target/<name>` (ours)."""

Position = NewType("Position", int)
"""The number of an event in the log, from 1, without gaps."""

UNASSIGNED = PlaylistRef("")
"""The playlist of a placement that is on no playlist."""


class Value(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all values: frozen, strict, and silent about what has its default."""


class Tags(Value, frozen=True):
    """What a file says about itself. Missing is empty (text) or 0 (numbers)."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    isrc: str = ""
    """Upper case, without blanks or hyphens."""


class Labels(Value, frozen=True):
    """What is said about an item of Eagle."""

    name: str = ""
    """Without the extension."""
    url: str = ""
    annotation: str = ""
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    """Ids."""


class Placement(Value, frozen=True):
    """One wish: this track, in this playlist's place, of this target."""

    target: str
    playlist: PlaylistRef
    track: Ref


class Stamp(Value, frozen=True):
    """What the file system says of a file: enough to notice that it is another one now."""

    size: int
    """Bytes."""
    mtime_ns: int
    inode: int


class Candidate(Value, frozen=True):
    """A track that a file may be, with how well it fits (0 to 1) and why."""

    track: Ref
    score: float
    why: str


class Offer(Value, frozen=True):
    """A recording at a media site that a wanted track may be."""

    url: str
    title: str
    uploader: str = ""
    duration_ms: int = 0
    """0: unknown."""
    source: str = ""
    """Where it was found: `soundcloud`, `youtube`, `youtube-music`."""
    score: float = 0.0
    """0 to 1."""
    why: str = ""
    verdict: Literal["take", "review", "no"] = "no"
    """Good enough without a person; worth a person's look; neither."""
