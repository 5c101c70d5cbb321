"""What the disk says of an action: was it carried out, or was it never begun?

A name alone proves little. Placements of one track are hard links of one file, so both names of a
rename may be there although it was never begun: the one that it should have got may be that of
another placement, which was to leave first and did not.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from adapters.contract import Permanent
from engine.library import Library
from engine.places import MARKER, TRASH, WORK
from engine.ports import AudioHash, Disk
from state.actions import Action
from state.events import FileDelivered, FileTrashed, FileWritten
from state.values import UNASSIGNED, RootId

Done = FileWritten | FileDelivered | FileTrashed
Place = tuple[RootId, str]


class Finding(msgspec.Struct, frozen=True):
    """What was found of one action."""

    done: Done | None
    """Its outcome, durable, if it was carried out."""
    untouched: bool = False
    """Nothing of it was done, and its file is where it was."""


AGAIN, NEITHER = Finding(None, True), Finding(None)


class Evidence:
    """Looks at the places of actions.

    Args:
        roots: where the roots are, of those that are online.
        begun: all actions that may have been carried out, in their order.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        audio: AudioHash,
        roots: dict[RootId, Path],
        begun: Sequence[Action] = (),
    ) -> None:
        self.library, self.disk, self.audio, self.roots = library, disk, audio, roots
        self._coming = {(each.root, each.path): each for each in begun if each.kind != "trash"}
        self._left: set[Place] = set()

    def has_left(self, action: Action) -> None:
        """An action was carried out: its file is not any more where it was."""
        if action.kind not in ("place", "deliver", "retag"):
            self._left.add(_origin(action))

    def look(self, position: int, action: Action) -> Finding:
        """Whether an action was carried out; what was done by half is completed.

        Raises:
            OSError: nothing can be said of it now.
        """
        self._must_be_mounted(action)
        try:
            found = self._look(position, action)
        except OSError:
            self._must_be_mounted(action)
            raise
        if found.done is None:
            # Asked again: on a volume that went meanwhile, nothing would seem to have been done.
            self._must_be_mounted(action)
        return found

    def is_half_moved(self, position: int, action: Action) -> bool:
        """Whether a file has both the name that it should lose and the one that it should get."""
        if action.kind in ("place", "write", "retag"):
            return False
        # Where it was prepared: the volume that it is of may be offline.
        source = self.prepared(action) if action.kind == "deliver" else self.source(action)
        try:
            return self._same(source, self.final(position, action))
        except OSError:
            return False  # whoever looks closer finds out

    def _must_be_mounted(self, action: Action) -> None:
        root = self.roots[action.root]
        if not self.disk.taken(root / MARKER):
            raise OSError(errno.ENODEV, "is not mounted any more", str(root))

    def _look(self, position: int, action: Action) -> Finding:
        if action.kind == "write":
            return self._text(position, action)
        if action.kind == "place":
            return self._placed(position, action)
        if action.kind == "deliver":
            return self._delivered(position, action)
        if action.kind == "retag":
            return self._retagged(position, action)
        source, path = self.source(action), self.final(position, action)
        if self._occupied(position, action):
            return Finding(None, self._is(source, action))
        there, left = self._is(path, action), self._is(source, action)
        if there and left and self._same(source, path) and not self._refilled(action):
            self.disk.finish_move(source, path)
        elif there and (not left or self._same(source, path) or self._itself(path, action)):
            self.disk.sync_file(path)
            self.disk.sync_folder(path.parent)
            if source.parent.is_dir():
                self.disk.sync_folder(source.parent)
                self.disk.tidy(source.parent, self.roots[action.source_root or action.root])
        else:
            return Finding(None, left)
        self.has_left(action)
        return Finding(self.outcome(position, action, "moved"))

    def _occupied(self, position: int, action: Action) -> bool:
        """Whether the file is still in the place that should have left it before.

        One that was first seen there after the intent may be what the intent brought.
        """
        place = (action.root, action.path)
        if action.kind == "trash" or place in self._left:
            return False
        row = self.library.state.files.files.get(place)
        return row is not None and row.position < position

    def _refilled(self, action: Action) -> bool:
        """Whether a later action has brought another file to where this one's was."""
        after = self._coming.get(_origin(action))
        return after is not None and not self._is(self.source(after), after)

    def _placed(self, position: int, action: Action) -> Finding:
        path = self.path(action)
        if self._occupied(position, action) or not self._is(path, action):
            return AGAIN  # if anything is there, somebody else's file came first
        self.disk.sync_file(path)
        self.disk.sync_folder(path.parent)
        origin = self.roots.get(action.source_root or action.root)  # it may be offline
        linked = action.may_link and origin and self._same(origin / action.source, path)
        return Finding(self.outcome(position, action, "linked" if linked else "copied"))

    def _delivered(self, position: int, action: Action) -> Finding:
        """It was delivered if it is gone from where it was prepared: the program that it is for
        may have taken it since, so where it should lie proves nothing."""
        prepared, path = self.prepared(action), self.path(action)
        if self.disk.taken(prepared):
            if not self._same(prepared, path):
                return AGAIN
            self.disk.finish_move(prepared, path)  # a power cut kept both of its names
        folder = path.parent
        while not folder.is_dir():  # the program may have taken that too
            folder = folder.parent
        self.disk.sync_folder(folder)
        self.disk.sync_folder(prepared.parent)
        return Finding(self.outcome(position, action, ""))

    def _retagged(self, position: int, action: Action) -> Finding:
        """It was done if the new file is gone from where it was prepared, by one rename; whatever
        lies there by now came after it."""
        prepared, path = self.prepared(action), self.path(action)
        there = self.disk.stamp(path)
        if self.disk.taken(prepared):
            if not self._same(prepared, path):
                return AGAIN
            self.disk.finish_move(prepared, path)  # a power cut kept both of its names
        elif there == action.stamp:
            return AGAIN
        if there is not None:
            self.disk.sync_file(path)
        if path.parent.is_dir():
            self.disk.sync_folder(path.parent)
        return Finding(self.outcome(position, action, "retagged"))

    def _text(self, position: int, action: Action) -> Finding:
        path = self.path(action)
        there = self.disk.read(path)
        if there is None or text_digest(there) != action.text:
            return AGAIN  # replaced whole or not at all; the next plan looks at what is there
        self.disk.sync_file(path)
        self.disk.sync_folder(path.parent)
        return Finding(self.outcome(position, action, "written"))

    def _is(self, path: Path, action: Action) -> bool:
        """Whether the file that an action is about lies at a path."""
        stamp = self.disk.stamp(path)
        if stamp is None or stamp == action.stamp:
            return stamp is not None
        if action.text:
            content = self.disk.read(path)
            return content is not None and text_digest(content) == action.text
        try:
            return self.audio(path) == action.audio
        except Permanent:
            return False  # it holds no audio at all

    def _itself(self, path: Path, action: Action) -> bool:
        """Whether it is the very file: then whatever lies where it was came after it."""
        return action.stamp is not None and self.disk.stamp(path) == action.stamp

    def _same(self, one: Path, other: Path) -> bool:
        first, second = self.disk.stamp(one), self.disk.stamp(other)
        return first is not None and second is not None and first.inode == second.inode

    # -- places ----------------------------------------------------------------------------------

    def path(self, action: Action) -> Path:
        """Where the file is for people when all is done; of trash: where it was."""
        return self.roots[action.root] / action.path

    def source(self, action: Action) -> Path:
        """The file that leaves or is copied."""
        root, path = _origin(action)
        return self.roots[root] / path

    def final(self, position: int, action: Action) -> Path:
        """Where the file is when all is done, the trash included."""
        inside = trashed(position, action) if action.kind == "trash" else action.path
        return self.roots[action.root] / inside

    def work(self, position: int, action: Action) -> Path:
        """Where a new file is made."""
        return self.roots[action.root] / WORK / f"{position}{Path(action.path).suffix}"

    def prepared(self, action: Action) -> Path:
        """Where a file waits for its delivery."""
        return self.roots[action.root] / action.prepared

    # -- the event -------------------------------------------------------------------------------

    def outcome(self, position: int, action: Action, how: str) -> Done:
        """The event that says that an action was carried out."""
        if action.kind == "trash":
            trash = trashed(position, action)
            return FileTrashed(
                action.root, action.path, trash, action.because, action.audio, action.placement
            )
        if action.kind == "deliver":
            assert action.placement is not None and action.stamp is not None
            return FileDelivered(
                action.root,
                action.path,
                action.audio,
                action.placement,
                action.stamp.size,
                action.because,
                action.source_root,
                action.source,
            )
        if action.tags is not None:
            size = action.tags.size
        else:
            stamp = self.disk.stamp(self.path(action))
            size = stamp.size if stamp is not None else 0
        return FileWritten(
            action.root,
            action.path,
            "restored" if action.kind == "restore" else how,  # type: ignore[arg-type]
            action.because,
            size,
            audio=action.audio,
            text=action.text,
            source_root=action.source_root,
            source=action.source,
            placement=action.placement,
            playlist=action.playlist if action.text else UNASSIGNED,
            name=action.name,
            folder=action.folder,
            tags=action.tags,
        )


def trashed(position: int, action: Action) -> str:
    """Where a trashed file lies, relative to its root."""
    return f"{TRASH}/{position}/{action.path.rpartition('/')[2]}"


def text_digest(content: bytes) -> str:
    """The digest by which texts of ours are known: sha256, hex."""
    return hashlib.sha256(content).hexdigest()


def _origin(action: Action) -> Place:
    return action.source_root or action.root, action.source or action.path
