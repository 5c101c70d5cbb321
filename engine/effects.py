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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from adapters.contract import AdapterError, Permanent
from engine.evidence import NEITHER, Done, Evidence, text_digest
from engine.holding import Held, free
from engine.library import Library
from engine.places import MARKER, WORK
from engine.ports import AudioHash, Disk
from engine.prepared import Prepared
from engine.tagging import Tagger, Unbearable
from state.actions import Action
from state.events import (
    ActionFailed,
    ActionIntended,
    Event,
    MatterOpened,
    TagsRefused,
)
from state.log import New
from state.values import RootId, Stamp

CHUNK = 100
"""Actions whose intents go into one commit."""

_FULL_STOP = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENODEV, errno.ESTALE}
"""Errors that the next action on the same root would meet too."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one action."""

    action: Action
    event: Done | None
    """None: not done."""
    why: str = ""
    """Of what was not done: one line for people."""
    tried: bool = True
    """False: seen beforehand that it cannot be done; nothing was written to the log."""
    stamp: Stamp | None = None
    """What the file was when we left it at its new place, where that is known."""
    unclear: bool = False
    """The disk could not be asked what was done: the intent stays open for the next start."""
    waits: bool = False
    """Nothing is wrong with it: something stands in the way of all that would be done now."""


class Effects:
    """Carries out actions on files.

    Args:
        roots: where the roots are, of those that are online.
        known: the stamp that a file had when it was last looked at, None if that is not known;
            raises Permanent if it could not be read then.
        held: what stands in the way of doing anything, in words; asked before each action.
        tagger: makes files with new tags.
    """

    def __init__(
        self,
        library: Library,
        disk: Disk,
        audio: AudioHash,
        roots: dict[RootId, Path],
        known: Callable[[RootId, str], Stamp | None] = lambda root, path: None,
        held: Held = free,
        tagger: Tagger | None = None,
    ) -> None:
        self.library, self.disk, self.audio = library, disk, audio
        self._beside = Prepared(disk, audio, tagger or Tagger(library, disk, audio))
        self.roots, self.known, self.held = roots, known, held
        self._way = ""
        self._evidence = Evidence(library, disk, audio, roots)
        self._stopped: dict[RootId, str] = {}
        self._placed: dict[tuple[RootId, str], tuple[str, Stamp | None]] = {}
        """Root and audio → the file of ours that was just made with it."""
        self._made: Stamp | None = None
        """Of the last file placed."""

    # -- a plan ----------------------------------------------------------------------------------

    def apply(self, actions: Sequence[Action], texts: dict[str, str]) -> Iterator[Outcome]:
        """Carry out actions in order; yields an outcome for each, after it is in the log.

        Raises:
            LogError: intents or outcomes could not be written; the next start recovers.
        """
        for start in range(0, len(actions), CHUNK):
            if why := self._in_the_way():
                left = actions[start:]
                yield from (Outcome(each, None, why, tried=False, waits=True) for each in left)
                return
            yield from self._chunk(actions[start : start + CHUNK], texts)

    def _in_the_way(self) -> str:
        """Why nothing more may be done; that stays so, as later actions build on earlier ones."""
        self._way = self._way or self.held()
        return self._way

    def _chunk(self, actions: Sequence[Action], texts: dict[str, str]) -> Iterator[Outcome]:
        ready: list[Action] = []
        leaving: set[Path] = set()
        for action in actions:
            why, stamp = self._hindrance(action, leaving)
            if why:
                yield Outcome(action, None, why, tried=False)
                continue
            action = msgspec.structs.replace(action, stamp=stamp)
            if action.kind in ("deliver", "retag"):
                action, why = self._prepared(action)
                if why:
                    yield Outcome(action, None, why, tried=False)
                    continue
            ready.append(action)
            if action.kind in ("move", "trash"):
                leaving.add(self._evidence.source(action))
        intents = self.library.append([ActionIntended(action) for action in ready])
        self._evidence = Evidence(self.library, self.disk, self.audio, self.roots)
        outcomes: list[Outcome] = []
        for intent, action in zip(intents, ready, strict=True):
            outcomes.append(self._attempt(intent.position, action, texts))
        facts: list[Event | New] = []
        for intent, outcome in zip(intents, outcomes, strict=True):
            if outcome.unclear:
                continue
            event = outcome.event or ActionFailed(outcome.why, interrupted=outcome.waits)
            facts.append(New(event, intent.position))
        self.library.append(facts)
        yield from outcomes

    def _prepared(self, action: Action) -> tuple[Action, str]:
        """The action with its file made beside the place that it is for; or why not."""
        root, source = self.roots[action.root], self._evidence.source(action)
        number = self.library.state.position
        try:
            return self._beside.make(action, root, source, number), ""
        except Unbearable as error:
            assert action.tags is not None
            why = str(error)
            self.library.append([TagsRefused(action.root, action.path, action.tags.tagged, why)])
            return action, why
        except (OSError, AdapterError) as error:
            return action, self._stop(action, error)

    def _hindrance(self, action: Action, leaving: set[Path]) -> tuple[str, Stamp | None]:
        """Why an action cannot be done now (nothing is tried then), and the stamp of its file."""
        if action.root in self._stopped:
            return self._stopped[action.root], None
        if self._is_unclear(action):
            return f"{action.path}: what a run did there cannot be told yet", None
        try:
            if not self.disk.taken(self.roots[action.root] / MARKER):
                return f"{self.roots[action.root]}: is not mounted any more", None
            self.disk.make_folders(self.roots[action.root] / WORK)
            if action.kind != "trash" and (file := self._instead_of_a_folder(action)):
                return f"{file}: a file lies where a folder should be; move it away", None
            if action.kind == "write":
                left = self._evidence.path(action) in leaving
                return self._text_hindrance(action, None if left else self._there(action)), None
            source = self._evidence.source(action)
            stamp = self.disk.stamp(source)
            if stamp is None and source not in leaving:
                return f"{source}: is not there any more", None
            seen = self.known(action.source_root or action.root, action.source or action.path)
            if seen is not None and stamp is not None and seen != stamp:
                return f"{source}: was changed meanwhile; the next run looks again", None
            if action.kind == "restore" and self.audio(source) != action.audio:
                # Nobody looks into the trash, so nothing else would notice.
                return f"{source}: is not what was put into the trash; move it away", None
            if action.text and stamp is not None and not self._unedited(source, action):
                return f"{source}: was edited by somebody; move it away", None
            path = self._evidence.path(action)
            comes = action.kind not in ("trash", "retag")
            if comes and self.disk.taken(path) and path not in leaving:
                return f"{path}: another file is there already", None
        except (OSError, Permanent) as error:
            return self._words(action, error), None
        return "", stamp

    def _is_unclear(self, action: Action) -> bool:
        """Whether of these places, or of this placement, it cannot be told what a run did there:
        its intent stays open until the disk answers, and nothing is built on it meanwhile."""
        begun = [row.intent.action for row in self.library.state.runs.intents]
        return any(
            each.root == action.root
            and (each.placement == action.placement is not None or _places(each) & _places(action))
            for each in begun
        )

    def _instead_of_a_folder(self, action: Action) -> Path | None:
        folder = self._evidence.path(action).parent
        while not self.disk.taken(folder):
            folder = folder.parent
        try:
            self.disk.stamp(folder)
        except OSError:
            return None  # what is no regular file, and that of all things is taken for a folder
        return folder

    def _there(self, action: Action) -> bytes | None:
        return self.disk.read(self._evidence.path(action))

    def _unedited(self, source: Path, action: Action) -> bool:
        content = self.disk.read(source)
        return content is not None and text_digest(content) == action.text

    def _text_hindrance(self, action: Action, there: bytes | None) -> str:
        path = self._evidence.path(action)
        if there is None or text_digest(there) in (action.old_text, action.text):
            return ""
        if action.old_text:
            return f"{path}: was edited by somebody; move it away to have it written again"
        return f"{path}: another file is there already"

    def _attempt(self, position: int, action: Action, texts: dict[str, str]) -> Outcome:
        if action.root in self._stopped:
            return Outcome(action, None, self._stopped[action.root])
        if why := self._in_the_way():
            return Outcome(action, None, why, waits=True)
        try:
            done = self._do(position, action, texts)
            self._evidence.has_left(action)
            return Outcome(action, done, stamp=self._stamp_left(action))
        except (OSError, Permanent) as error:
            why = self._stop(action, error)
            if isinstance(error, FileExistsError):  # whatever it is, we did not put it there
                return Outcome(action, None, why)
            try:
                event = self._evidence.look(position, action).done
            except OSError:
                return Outcome(action, None, why, unclear=True)
            return Outcome(action, event, "" if event is not None else why)

    def _stop(self, action: Action, error: Exception) -> str:
        """What an error says; if it would meet the next action too, its root is left alone."""
        why = self._words(action, error)
        if isinstance(error, OSError) and error.errno in _FULL_STOP:
            self._stopped[action.root] = why
        return why

    def _stamp_left(self, action: Action) -> Stamp | None:
        if action.kind == "place":
            return self._made
        if action.kind == "retag":
            return self._beside.stamp(action)
        return action.stamp if action.kind in ("move", "restore", "deliver") else None

    def _do(self, position: int, action: Action, texts: dict[str, str]) -> Done:
        if action.kind == "write":
            return self._write(position, action, texts[action.text])
        source, path = self._evidence.source(action), self._evidence.final(position, action)
        if action.kind == "deliver":
            source = self._evidence.prepared(action)
        if action.stamp is not None and self.disk.stamp(source) != action.stamp:
            raise Permanent(f"{source}: was changed meanwhile; the next run looks again")
        if action.kind == "place":
            return self._place(position, action, source, path)
        if action.kind == "retag":
            self.disk.replace(self._evidence.prepared(action), path)
            return self._evidence.outcome(position, action, "retagged")
        self.disk.make_folders(path.parent)
        if action.kind == "deliver":
            self.disk.deliver(source, path)
            return self._evidence.outcome(position, action, "")
        self.disk.move(source, path)
        self.disk.tidy(source.parent, self.roots[action.source_root or action.root])
        return self._evidence.outcome(position, action, "moved")

    def _place(self, position: int, action: Action, source: Path, path: Path) -> Done:
        work = self._evidence.work(position, action)
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
        self._made = self.disk.stamp(work)  # before anybody else can reach it
        self.disk.make_folders(path.parent)
        self.disk.publish(work, path)
        self._placed.setdefault((action.root, action.audio), (action.path, self._made))
        return self._evidence.outcome(position, action, how)

    def _write(self, position: int, action: Action, text: str) -> Done:
        path = self._evidence.path(action)
        work = self._evidence.work(position, action)
        self.disk.write(work, text.encode())
        self.disk.make_folders(path.parent)
        there = self._there(action)
        if why := self._text_hindrance(action, there):
            raise Permanent(why)
        if there is not None:
            self.disk.replace(work, path)
        else:
            self.disk.publish(work, path)
        return self._evidence.outcome(position, action, "written")

    # -- recovery --------------------------------------------------------------------------------

    def recover(self) -> list[Outcome]:
        """Close the intents that an interrupted run left open, then sweep its work files.

        Intents on a root that is offline or does not answer stay open: nothing can be said of
        them now. So do moves done by half while something stands in the way.
        """
        rows = [
            row
            for row in sorted(self.library.state.runs.intents, key=lambda row: row.position)
            if row.intent.action.root in self.roots
        ]
        if rows and self._in_the_way():
            halves = self._evidence.is_half_moved
            rows = [row for row in rows if not halves(row.position, row.intent.action)]
        outcomes: list[Outcome] = []
        if rows:
            begun = [row.intent.action for row in rows]
            self._evidence = Evidence(self.library, self.disk, self.audio, self.roots, begun)
            self.library.barrier()
            facts: list[Event | New] = []
            for row in rows:
                outcome, closing = self._closed(row.position, row.intent.action)
                outcomes.append(outcome)
                facts += closing
            self.library.append(facts)
        intents = self.library.state.runs.intents
        waiting = {row.intent.action.prepared.rpartition("/")[2] for row in intents}
        for root, path in self.roots.items():
            if root.startswith("target/"):
                # What cannot be removed is litter, and nothing that a run has to stop for. What an
                # open intent waits to deliver is none.
                with suppress(OSError):
                    self.disk.remove_work(path / WORK, waiting)
        return outcomes

    def _closed(self, position: int, action: Action) -> tuple[Outcome, list[Event | New]]:
        try:
            found = self._evidence.look(position, action)
            why = "the run was interrupted before this was done"
        except OSError as error:
            found, why = NEITHER, self._words(action, error)
            if error.errno in _FULL_STOP:
                return Outcome(action, None, why, unclear=True), []
        if found.done is not None:
            return Outcome(action, found.done), [New(found.done, position)]
        facts: list[Event | New] = [New(ActionFailed(why, interrupted=found.untouched), position)]
        if not found.untouched:
            text = (
                f"{self._evidence.path(action)}: a run was interrupted here and somebody else "
                f"changed the files since; look at it, nothing was done"
            )
            matter = MatterOpened(
                f"conflict:{position}", "conflict", text, action.root, action.path
            )
            facts.append(matter)
        return Outcome(action, None, why), facts

    def _words(self, action: Action, error: Exception) -> str:
        if isinstance(error, OSError):
            where = error.filename or self._evidence.path(action)
            return f"{where}: {error.strerror or error}"
        return str(error)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions of each kind were done."""
    done: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.event is not None:
            done[outcome.action.kind] = done.get(outcome.action.kind, 0) + 1
    return done


def _places(action: Action) -> set[str]:
    """The paths in its root that an action is about."""
    inside = action.source and action.source_root in ("", action.root)
    return {action.path, action.source} if inside else {action.path}
