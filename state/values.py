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
    """What a file says about itself. Missing is empty (text) or None (tempo)."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    isrc: str = ""
    """Upper case, without blanks or hyphens."""
    bpm: float | None = None
    """No number: of two floats that are zero only one is the default, and left out of the log."""
    key: str = ""
    """As `Am`, `F#`, however it is written there."""


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
    score: float = 0
    """0 to 1."""
    why: str = ""
    verdict: Literal["take", "review", "no"] = "no"
    """Good enough without a person; worth a person's look; neither."""


class Written(Value, frozen=True):
    """What stands in those tags of a file that we may write."""

    kind: Literal["mp4", "id3v2.3", "id3v2.4", "vorbis"]
    texts: dict[str, tuple[str, ...]]
    """A field, by its name in the format (`©nam`, `TIT2`, `TITLE`), to its values; `cover` to the
    sha256 (hex) of the front cover."""
    riff: bool = False
    """It is a WAV, whose older tags are written as well."""


class Retagged(Value, frozen=True):
    """New tags of a file, and those that they took the place of."""

    tagged: str
    """A mark of what they should say, field by field (`projections/tags.py`)."""
    was: Written | None = None
    """What stood there before. None: in a plan, which has not looked yet."""
    now: Written | None = None
    """What stands there since. In a plan: None, or what is to be put back."""
    theirs: tuple[str, ...] = ()
    """Fields that a person, or another program, wrote after us: not ours to write any more."""
    previous: int = 0
    """Position of the event that told of its tags before; 0: we had not written any."""
    tags: Tags | None = None
    """What it is seen to say since."""
    size: int = 0
    """Bytes of the file since."""
    bitrate: int = 0
