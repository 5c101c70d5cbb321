"""An open library: the log, the state folded from it, and the locks.

`append` is the only way that anything becomes known. The read models are saved by whoever holds
the effects lock; everybody else just folds what the saved ones lack.
"""

from __future__ import annotations

import gc
import getpass
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.ports import Now
from projections.contract import Projection
from projections.layout import Layouter
from projections.registry import State, dispatch, fold
from state.columns import Once
from state.events import Event, ReconcileStarted
from state.locks import Locked, lock
from state.log import EventLog, Head, HeadMoved, New, Recorded, clock
from state.models import Checkpoint, Damaged, ReadModels

VERSION = "0.1.0"


class Library:
    """A library's log and everything that follows from it.

    Args:
        home: the folder of `log.db` and `state.db`; made if it does not exist, unless `read_only`.
        command: what runs, for the log's `actor` and for whoever finds the library locked.
        read_only: write nothing at all, `state.db` included.

    Raises:
        LogError: the log cannot be opened; the message says why and what to do.
        UnknownEvent: it was written by a newer version.
    """

    def __init__(
        self, home: Path, command: str, *, read_only: bool = False, now: Now = clock
    ) -> None:
        self.home, self.command, self.read_only, self.now = home, command, read_only, now
        if not read_only:
            home.mkdir(parents=True, exist_ok=True)
        self.actor = f"{_who()}: {command}"
        self.log = EventLog(home / "log.db", read_only=read_only, now=now)
        self._state = State()
        self._is_loaded = False
        self.models = ReadModels(home / "state.db", self._state.projections, read_only=read_only)
        self.notes: list[str] = [self.models.note] if self.models.note else []
        """In words: what was found odd when the library was opened."""
        self.appended = 0
        """Events appended through this object."""
        self._header: Event | None = None
        self._anew: set[str] = set()
        self._layouter: Layouter | None = None
        self._laid_out = 0
        self._explain(self._checkpoints())

    # -- opening ---------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """Everything that follows from the log; loaded when it is first asked for."""
        if not self._is_loaded:
            self._is_loaded = True
            self._load()
        return self._state

    def saved_at_head(self) -> Head | None:
        """The log's head, if all read models are saved as of it: then they can be asked instead
        of the state, which need not be loaded."""
        head = self.log.head()
        checkpoints = self._checkpoints()
        at_head = all(
            checkpoints.get(each.name) == (each.version, head.position, head.hash)
            for each in self._state.projections
        )
        return head if at_head and head.position else None

    def _load(self) -> None:
        """Load what was saved, as far as the log agrees with it, and fold the rest."""
        try:
            # One moment for all: somebody else may be saving right now.
            with self.models.snapshot():
                loaded = self._loaded(self._checkpoints())
        except Damaged as error:
            self._renew(error)
            loaded = self._loaded({})
        self._catch_up(loaded)

    def _checkpoints(self) -> dict[str, Checkpoint]:
        try:
            return self.models.checkpoints()
        except Damaged as error:
            self._renew(error)
            return {}

    def _renew(self, error: Damaged) -> None:
        self.models.renew(error)
        self.notes.append(self.models.note)

    def _loaded(self, checkpoints: dict[str, Checkpoint]) -> dict[int, list[Projection]]:
        """Fill the projections with what was saved of them; the position that each has then."""
        loaded: dict[int, list[Projection]] = {}
        once = Once()
        for projection in self._state.projections:
            saved = checkpoints.get(projection.name)
            good = (
                saved is not None
                and saved.version == projection.version
                and self.log.hash_at(saved.position) == saved.hash
            )
            if good and saved is not None:
                with bulk():
                    self.models.load(projection, once)
                    projection.loaded()
                loaded.setdefault(saved.position, []).append(projection)
            else:
                for rows in projection.tables:
                    rows.clear()
                projection.loaded()
                self._anew.add(projection.name)
                loaded.setdefault(0, []).append(projection)
        return loaded

    def _explain(self, checkpoints: dict[str, Checkpoint]) -> None:
        """Say it if the log is not the one that the saved state was folded from."""
        head = self.log.head().position
        last = max((saved.position for saved in checkpoints.values()), default=0)
        lost = [
            saved
            for saved in checkpoints.values()
            if self.log.hash_at(saved.position) != saved.hash
        ]
        if not lost:
            return
        if last > head:
            self.notes.append(
                f"the log ends at event {head}, but this library has already seen event {last}: "
                f"it was cut short or restored from a backup. What happened after event {head} is "
                f"not known any more; files are recognised where they lie, and none is removed."
            )
        else:
            self.notes.append(
                f"the log is not the one seen before: it differs at event {last} (restored from a "
                f"backup, or replaced). The state was built again from it."
            )
        if not self.read_only:
            self.models.forget()

    def _catch_up(self, loaded: dict[int, list[Projection]]) -> None:
        """Fold every projection up to the end, those that lag behind first."""
        head = self.log.head().position
        behind: list[Projection] = []
        for position in sorted(loaded):
            if behind:
                with bulk():
                    fold(dispatch(behind), self.log.read(self._state.position, position))
            behind += loaded[position]
            self._state.position = position
        with bulk():
            self._state.fold(self.log.read(self._state.position, head))

    # -- appending -------------------------------------------------------------------------------

    def begin(self) -> None:
        """A run begins: `ReconcileStarted` goes into the log before its first other event."""
        self._header = ReconcileStarted(self.command, VERSION)

    def append(
        self, events: Sequence[Event | New], *, expected: int | None = None
    ) -> list[Recorded]:
        """Make events known: durable in the log, then folded.

        Args:
            expected: the position that they were decided upon; None for facts.

        Raises:
            HeadMoved, LogError: as `EventLog.append`; nothing was written.
        """
        if not events:
            return []
        header: list[Event | New] = [] if self._header is None else [self._header]
        recorded = self.log.append([*header, *events], actor=self.actor, expected=expected)
        self._header = None
        if recorded[0].position != self.state.position + 1:
            self.state.fold(self.log.read(self.state.position, recorded[0].position - 1))
        self.state.fold(recorded)
        self.appended += len(recorded)
        return recorded[len(header) :]

    def decide(self, decider: Callable[[State], Sequence[Event]]) -> list[Recorded]:
        """Append what a decider makes of the state; again if the log grew meanwhile."""
        while True:
            try:
                return self.append(decider(self.state), expected=self.state.position)
            except HeadMoved:
                self.refresh()

    def barrier(self) -> None:
        """Make sure that everything read from the log so far is durable, by a commit of our own."""
        if self._header is not None:
            header, self._header = self._header, None
            self.append([header])
        else:
            self.append([ReconcileStarted(self.command, VERSION)])

    def layouter(self) -> Layouter:
        """The layouts that follow from the state as it is now; the same ones until it changes."""
        state = self.state
        if self._layouter is None or self._laid_out != state.position:
            self._layouter, self._laid_out = Layouter(state), state.position
        return self._layouter

    def refresh(self) -> None:
        """Fold what others appended meanwhile.

        Raises:
            Replaced: the log is not any more the one that the state follows from.
        """
        known = self.state.position
        if (last := self.log.check(known)) > known:
            self.state.fold(self.log.read(known, last))

    # -- saving ----------------------------------------------------------------------------------

    def save(
        self,
        *,
        bookmarks: dict[str, str | None] | None = None,
        stats: dict[str, dict[str, Any] | None] | None = None,
    ) -> None:
        """Save the read models. Only for the holder of the effects lock."""
        if self.read_only:
            return
        self._layouter = None  # a run is over: what it holds is let go
        # Rows that were saved meanwhile by others must not be followed by an older checkpoint.
        self.refresh()
        digest = self.log.hash_at(self.state.position)
        if digest is None:
            return
        anew = [p for p in self.state.projections if p.name in self._anew]
        rest = [p for p in self.state.projections if p.name not in self._anew]
        if anew:
            self.models.save(anew, self.state.position, digest, anew=True)
        self.models.save(rest, self.state.position, digest, bookmarks=bookmarks, stats=stats)
        self._anew = set()

    def keep(self, bookmarks: dict[str, str | None]) -> None:
        """Save bookmarks alone: the read models stay as they are."""
        if not self.read_only:
            self.models.save((), 0, b"", bookmarks=bookmarks)

    def save_if_free(self) -> None:
        """Save, unless a run is under way that will do it."""
        with suppress(Locked), self.effects():
            self.save()

    def effects(self, wait: float = 0.0) -> AbstractContextManager[None]:
        """The lock of runs that change the world; `Locked` says who holds it."""
        return lock(self.home / "effects.lock", self.command, wait)

    @property
    def identity(self) -> str:
        """Which library this is: the same for a log and for every older copy of it."""
        return self.log.identity()

    def close(self) -> None:
        """Let go of the databases."""
        self.models.close()
        self.log.close()


@contextmanager
def bulk() -> Iterator[None]:
    """Pause the garbage collector: folding makes many objects and no garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
