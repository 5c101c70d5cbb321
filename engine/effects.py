"""Intent, effect, outcome; and recovery after a run that was cut off.

The protocol, for every chunk of actions: their intents go into the log in one durable commit →
each effect, durable when its call returns → their outcomes in one commit, each with the position
of its intent as `cause`. A start finds the intents without an outcome, makes the log durable
first (a barrier: an intent that was merely read may be lost again by a power cut), and asks of
each: is it done? then it is recorded; is nothing done? then it is closed as interrupted, and the
planner, which looks at the whole state, plans it again. Neither: a person decides. An errno is
treated like a crash. Never guess.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from adapters.contract import Permanent
from engine.library import Library
from engine.places import MARKER, TRASH, WORK
from engine.ports import AudioHash, Disk
from state.actions import Action
from state.events import (
    ActionFailed,
    ActionIntended,
    Event,
    FileTrashed,
    FileWritten,
    MatterOpened,
)
from state.log import New
from state.values import UNASSIGNED, RootId, Stamp

CHUNK = 100
"""Actions whose intents go into one commit."""

_FULL_STOP = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENODEV, errno.ESTALE}
"""Errors that the next action on the same root would meet too."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one action."""

    action: Action
    event: FileWritten | FileTrashed | None
    """None: not done."""
    why: str = ""
    """Of what was not done: one line for people."""
    tried: bool = True
    """False: seen beforehand that it cannot be done; nothing was written to the log."""


class Effects:
    """Carries out actions on files.

    Args:
        roots: where the roots are, of those that are online.
        known: the stamp that a file had when it was last looked at, None if that is not known.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        audio: AudioHash,
        roots: dict[RootId, Path],
        known: Callable[[RootId, str], Stamp | None] = lambda root, path: None,
    ) -> None:
        self.library, self.disk, self.audio = library, disk, audio
        self.roots, self.known = roots, known
        self._stopped: dict[RootId, str] = {}
        self._placed: dict[tuple[RootId, str], tuple[str, Stamp | None]] = {}
        """Root and audio → the file of ours that was just made with it."""

    # -- a plan ----------------------------------------------------------------------------------

    def apply(self, actions: Sequence[Action], texts: dict[str, str]) -> Iterator[Outcome]:
        """Carry out actions in order; yields an outcome for each, after it is in the log.

        Raises:
            LogError: intents or outcomes could not be written; the next start recovers.
        """
        for start in range(0, len(actions), CHUNK):
            yield from self._chunk(actions[start : start + CHUNK], texts)

    def _chunk(self, actions: Sequence[Action], texts: dict[str, str]) -> Iterator[Outcome]:
        ready: list[Action] = []
        leaving: set[Path] = set()
        for action in actions:
            why, stamp = self._hindrance(action, leaving)
            if why:
                yield Outcome(action, None, why, tried=False)
                continue
            ready.append(msgspec.structs.replace(action, stamp=stamp))
            if action.kind in ("move", "trash"):
                leaving.add(self._source(action))
        intents = self.library.append([ActionIntended(action) for action in ready])
        outcomes: list[Outcome] = []
        for intent, action in zip(intents, ready, strict=True):
            outcomes.append(self._attempt(intent.position, action, texts))
        facts: list[Event | New] = []
        for intent, outcome in zip(intents, outcomes, strict=True):
            event = outcome.event or ActionFailed(outcome.why)
            facts.append(New(event, intent.position))
        self.library.append(facts)
        yield from outcomes

    def _hindrance(self, action: Action, leaving: set[Path]) -> tuple[str, Stamp | None]:
        """Why an action cannot be done now (nothing is tried then), and the stamp of its file."""
        if action.root in self._stopped:
            return self._stopped[action.root], None
        try:
            if not self.disk.taken(self.roots[action.root] / MARKER):
                return f"{self.roots[action.root]}: is not mounted any more", None
            self.disk.make_folders(self.roots[action.root] / WORK)
            if action.kind == "write":
                return self._text_hindrance(action), None
            source = self._source(action)
            stamp = self.disk.stamp(source)
            if stamp is None and source not in leaving:
                return f"{source}: is not there any more", None
            seen = self.known(action.source_root or action.root, action.source or action.path)
            if seen is not None and stamp is not None and seen != stamp:
                return f"{source}: was changed meanwhile; the next run looks again", None
            path = self._path(action)
            if action.kind != "trash" and self.disk.taken(path) and path not in leaving:
                return f"{path}: another file is there already", None
        except OSError as error:
            return self._words(action, error), None
        return "", stamp

    def _text_hindrance(self, action: Action) -> str:
        path = self._path(action)
        there = self.disk.read(path)
        if there is None or _digest(there) in (action.old_text, action.text):
            return ""
        if action.old_text:
            return f"{path}: was edited by somebody; move it away to have it written again"
        return f"{path}: another file is there already"

    def _attempt(self, position: int, action: Action, texts: dict[str, str]) -> Outcome:
        if action.root in self._stopped:
            return Outcome(action, None, self._stopped[action.root])
        try:
            return Outcome(action, self._do(position, action, texts))
        except (OSError, Permanent) as error:
            why = self._words(action, error)
            if isinstance(error, OSError) and error.errno in _FULL_STOP:
                self._stopped[action.root] = why
            try:
                event, _ = self._found_done(position, action)
            except (OSError, Permanent):
                event = None
            return Outcome(action, event, "" if event is not None else why)

    def _do(
        self, position: int, action: Action, texts: dict[str, str]
    ) -> FileWritten | FileTrashed:
        path = self._path(action)
        if action.kind == "write":
            return self._write(position, action, texts[action.text])
        source = self._source(action)
        if action.stamp is not None and self.disk.stamp(source) != action.stamp:
            raise Permanent(f"{source}: was changed meanwhile; the next run looks again")
        if action.kind == "place":
            return self._place(position, action, source, path)
        if action.kind == "trash":
            path = self.roots[action.root] / self._trashed(position, action)
        self.disk.make_folders(path.parent)
        self.disk.move(source, path)
        self.disk.tidy(source.parent, self.roots[action.source_root or action.root])
        return self._outcome(position, action, path, "moved")

    def _place(self, position: int, action: Action, source: Path, path: Path) -> FileWritten:
        work = self._work(position, action)
        twin, stamp = self._placed.get((action.root, action.audio), ("", None))
        if stamp is not None and self.disk.stamp(self.roots[action.root] / twin) == stamp:
            # A track on three playlists is three names of one file, at the first run too.
            source = self.roots[action.root] / twin
            action = msgspec.structs.replace(
                action, source_root=action.root, source=twin, stamp=stamp, may_link=True
            )
        how = self.disk.copy(source, work, may_link=action.may_link)
        if how == "copied" and self.audio(work) != action.audio:
            raise Permanent(f"{source}: its audio is not what was seen there before")
        if how != "linked" and self.disk.stamp(source) != action.stamp:
            raise Permanent(f"{source}: was changed meanwhile; the next run looks again")
        self.disk.make_folders(path.parent)
        self.disk.publish(work, path)
        self._placed.setdefault((action.root, action.audio), (action.path, self.disk.stamp(path)))
        outcome = self._outcome(position, action, path, how)
        assert isinstance(outcome, FileWritten)
        return outcome

    def _write(self, position: int, action: Action, text: str) -> FileWritten:
        path = self._path(action)
        work = self._work(position, action)
        self.disk.write(work, text.encode())
        self.disk.make_folders(path.parent)
        if why := self._text_hindrance(action):
            raise Permanent(why)
        if self.disk.taken(path):
            self.disk.replace(work, path)
        else:
            self.disk.publish(work, path)
        outcome = self._outcome(position, action, path, "written")
        assert isinstance(outcome, FileWritten)
        return outcome

    def _outcome(
        self, position: int, action: Action, path: Path, how: str
    ) -> FileWritten | FileTrashed:
        if action.kind == "trash":
            trash = self._trashed(position, action)
            return FileTrashed(
                action.root, action.path, trash, action.because, action.audio, action.placement
            )
        stamp = self.disk.stamp(path)
        return FileWritten(
            action.root,
            action.path,
            "restored" if action.kind == "restore" else how,  # type: ignore[arg-type]
            action.because,
            stamp.size if stamp is not None else 0,
            audio=action.audio,
            text=action.text,
            source_root=action.source_root,
            source=action.source,
            placement=action.placement,
            playlist=action.playlist if action.text else UNASSIGNED,
            name=action.name,
            folder=action.folder,
        )

    # -- recovery --------------------------------------------------------------------------------

    def recover(self) -> list[Outcome]:
        """Close the intents that an interrupted run left open, then sweep its work files.

        Intents on a root that is offline stay open: nothing can be said of them now.
        """
        rows = [
            row
            for row in sorted(self.library.state.runs.intents, key=lambda row: row.position)
            if row.intent.action.root in self.roots
        ]
        outcomes: list[Outcome] = []
        if rows:
            self.library.barrier()
            facts: list[Event | New] = []
            for row in rows:
                outcome, closing = self._closed(row.position, row.intent.action)
                outcomes.append(outcome)
                facts += closing
            self.library.append(facts)
        for root, path in self.roots.items():
            if root.startswith("target/"):
                self.disk.remove_work(path / WORK)
        return outcomes

    def _closed(self, position: int, action: Action) -> tuple[Outcome, list[Event | New]]:
        try:
            event, untouched = self._found_done(position, action)
        except (OSError, Permanent) as error:
            event, untouched = None, False
            why = self._words(action, error)
        else:
            why = "the run was interrupted before this was done"
        if event is not None:
            return Outcome(action, event), [New(event, position)]
        facts: list[Event | New] = [New(ActionFailed(why, interrupted=untouched), position)]
        if not untouched:
            text = (
                f"{self._path(action)}: a run was interrupted here and somebody else changed the "
                f"files since; look at it, nothing was done"
            )
            matter = MatterOpened(
                f"conflict:{position}", "conflict", text, action.root, action.path
            )
            facts.append(matter)
        return Outcome(action, None, why), facts

    def _found_done(
        self, position: int, action: Action
    ) -> tuple[FileWritten | FileTrashed | None, bool]:
        """What the disk says of an action: its outcome if it is done, and whether nothing is."""
        path = self._path(action)
        if action.kind == "write":
            return self._text_found_done(position, action, path)
        source = self._source(action)
        if action.kind == "trash":
            path = self.roots[action.root] / self._trashed(position, action)
        if action.kind == "place":
            return self._place_found_done(position, action, source, path)
        there, left = self._is(path, action), self._is(source, action)
        if there and not left:
            self.disk.sync_file(path)
            self.disk.sync_folder(path.parent)
            if source.parent.is_dir():
                self.disk.sync_folder(source.parent)
                self.disk.tidy(source.parent, self.roots[action.source_root or action.root])
            return self._outcome(position, action, path, "moved"), False
        if there and self._same(source, path):
            self.disk.finish_move(source, path)
            return self._outcome(position, action, path, "moved"), False
        return None, left

    def _place_found_done(
        self, position: int, action: Action, source: Path, path: Path
    ) -> tuple[FileWritten | FileTrashed | None, bool]:
        if not self.disk.taken(path):
            return None, True
        if self.audio(path) != action.audio:
            return None, True  # somebody else's file came there first; ours was never there
        self.disk.sync_file(path)
        self.disk.sync_folder(path.parent)
        linked = action.may_link and self._same(source, path)
        return self._outcome(position, action, path, "linked" if linked else "copied"), False

    def _text_found_done(
        self, position: int, action: Action, path: Path
    ) -> tuple[FileWritten | FileTrashed | None, bool]:
        there = self.disk.read(path)
        if there is None or _digest(there) != action.text:
            return None, True  # replaced whole or not at all; the next plan looks at what is there
        self.disk.sync_file(path)
        self.disk.sync_folder(path.parent)
        return self._outcome(position, action, path, "written"), False

    def _is(self, path: Path, action: Action) -> bool:
        """Whether the file that an action is about lies at a path."""
        stamp = self.disk.stamp(path)
        if stamp is None:
            return False
        if stamp == action.stamp:
            return True
        if action.audio:
            return self.audio(path) == action.audio
        content = self.disk.read(path)
        return content is not None and _digest(content) == action.text

    def _same(self, one: Path, other: Path) -> bool:
        first, second = self.disk.stamp(one), self.disk.stamp(other)
        return first is not None and second is not None and first.inode == second.inode

    # -- places ----------------------------------------------------------------------------------

    def _path(self, action: Action) -> Path:
        return self.roots[action.root] / action.path

    def _source(self, action: Action) -> Path:
        root = self.roots[action.source_root or action.root]
        return root / (action.source or action.path)

    def _work(self, position: int, action: Action) -> Path:
        return self.roots[action.root] / WORK / f"{position}{Path(action.path).suffix}"

    @staticmethod
    def _trashed(position: int, action: Action) -> str:
        return f"{TRASH}/{position}/{action.path.rpartition('/')[2]}"

    def _words(self, action: Action, error: Exception) -> str:
        if isinstance(error, OSError):
            where = error.filename or self._path(action)
            return f"{where}: {error.strerror or error}"
        return str(error)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions of each kind were done."""
    done: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.event is not None:
            done[outcome.action.kind] = done.get(outcome.action.kind, 0) + 1
    return done


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
