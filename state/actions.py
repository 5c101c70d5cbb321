"""The actions of a plan: what an intent in the log promises to do.

They live here because `ActionIntended` carries them; projections may not import them.
"""

from __future__ import annotations

from typing import Literal

from state.values import Placement, PlaylistRef, Retagged, RootId, Stamp, Value

Kind = Literal["place", "move", "trash", "restore", "write", "deliver", "retag"]
"""place: a new file from the bytes of another; move: a rename within a root; trash: a rename into
the root's trash; restore: a rename out of it; write: a small text file of ours (m3u8); deliver: a
new file in a folder out of which another program takes it; retag: the same file with other tags."""


class Action(Value, frozen=True):
    """One effect on one file. Paths are relative to their root, with `/`."""

    kind: Kind
    root: RootId
    path: str
    """Where the file is when all is done; for trash: the file that leaves."""
    because: str
    """For people: why the plan holds this."""
    source_root: RootId = RootId("")
    source: str = ""
    """The file that the bytes come from (place, move, restore, deliver)."""
    stamp: Stamp | None = None
    """What was seen of that file (of `path` for trash; of the old text for write; of `prepared`
    for deliver)."""
    audio: str = ""
    """Hash of the audio packets that must be there at the end."""
    placement: Placement | None = None
    """The wish that this fulfils (or that the trashed file once fulfilled)."""
    playlist: PlaylistRef = PlaylistRef("")
    """For the guard: the playlist that loses a file by this, or whose list is written."""
    removes: bool = False
    """Counted by the guard: a file leaves a place where a person would look for it."""
    name: str = ""
    """The sticky name: `path` with `{playlist}` in place of the playlist's folder."""
    folder: str = ""
    """The folder name put in place of `{playlist}`."""
    text: str = ""
    """Digest (sha256, hex) of the text to write."""
    old_text: str = ""
    """Digest of our text that is there now; empty: nothing may be there."""
    may_link: bool = False
    """The source file was written by us, so it may share its bytes through a hard link."""
    prepared: str = ""
    """Where the file that is to be delivered, or that bears the new tags, lay whole and durable
    before the intent: relative to the root. Once it is gone from there, that was done."""
    tags: Retagged | None = None
    """Of retag."""
