"""One turn at Eagle: recover, look, claim, import, change.

An app that is off, or that has another library open, is waited for: that is a note, and no failure.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.contract import AdapterError, NotAuthorised, Transient, Unreadable
from adapters.eagle.reading import Index, index
from adapters.eagle.settings import EagleSettings
from adapters.eagle.sink import Eagle
from engine.eagle import memory
from engine.eagle.claims import Claim, claims, event
from engine.eagle.folders import Folders
from engine.eagle.planning import Change, by_track, change, desired, news
from engine.eagle.writing import Add, Writing
from engine.glance import Part
from engine.library import Library
from engine.ports import Progress, quiet
from engine.spotify import Turn
from projections.eagle import Eagle as Fold
from projections.eagle import ItemRow
from projections.eagle_items import EagleItems, eagle_items
from state.values import PlaylistRef, TrackId

NAME = "eagle"
LISTED = 5
"""So many items that are gone are told one by one."""
PART = 1000
"""Events of a look that become known together."""


def run(
    library: Library,
    settings: EagleSettings,
    progress: Progress = quiet,
    *,
    eagle: Eagle | None = None,
) -> Turn:
    """Bring the items in line with the library. The caller holds the effects lock.

    Whatever goes wrong is told in the turn, and the next one goes on from there.

    Args:
        eagle: other than the usual one.
    """
    turn = Turn()
    eagle = eagle or Eagle(settings, sleep=lambda seconds: time.sleep(seconds))
    made = _Importing(library, eagle, progress, turn)
    try:
        made.run()
    except NotAuthorised as error:
        turn.refused = error
        turn.waits.append(str(error))
    except AdapterError as error:
        made.waits(str(error))
    finally:
        made.end()
        eagle.close()
    return turn


def is_quiet(library: Library, settings: EagleSettings) -> bool:
    """Whether nothing changed in Eagle since a turn that left nothing to do; loads no state."""
    known = memory.load(library, settings.named)
    if known.left:
        return False
    fold = Fold()
    library.models.load(Part(fold.items, fold.pending))
    if len(fold.pending):
        return False
    rows = {row.item: row for row in fold.of(settings.named)}
    try:
        told = index(settings, known.cache, known=_known(rows))
    except Transient:
        return True  # nothing waits for the app
    except AdapterError:
        return False
    if told.cache != known.cache:
        known.cache = told.cache
        memory.keep(library, known)
    return not told.unreadable and not news(rows, settings.named, told)


def _known(rows: Mapping[str, ItemRow]) -> list[str]:
    """Items that are missed if a look does not show them; lists may leave out the trash."""
    return sorted(row.item for row in rows.values() if row.gone != "lost")


class _Importing:
    """The steps of a turn; each may raise AdapterError."""

    def __init__(self, library: Library, eagle: Eagle, progress: Progress, turn: Turn) -> None:
        self.library, self.eagle, self.progress, self.turn = library, eagle, progress, turn
        self.named = eagle.settings.named
        self.memory = memory.load(library, self.named)
        self.memory.left = True  # until it is known that nothing is
        self.writing = Writing(library, eagle, progress)
        self.claimed = 0
        self.began = library.state.position
        self.wanted = EagleItems((), ())

    def run(self) -> None:
        """All steps."""
        self._recover()
        told = self._look()
        self.wanted = eagle_items(self.library.state, self.library.layouter)
        self._claim(told)
        folders = Folders(self.library, self.eagle, told)
        if told.from_disk:
            adds, changes = self._todo(folders.known(self.wanted.playlists))
            waiting = len(adds) + len(changes) + len(self.library.state.eagle.pending)
            if waiting or folders.missing(self.wanted.playlists):
                what = "folders wait" if not waiting else "1 item waits" if waiting == 1 else ""
                self.waits(f"{told.why}; {what or f'{waiting} items wait'}")
            else:
                self.memory.left = False
            return
        ids = folders.made(self.wanted.playlists)
        self.turn.notes += folders.notes
        adds, changes = self._todo(ids)
        self.writing.add(adds)
        self.writing.change(changes)
        self.memory.left = bool(self.writing.failed or len(self.library.state.eagle.pending))

    def waits(self, why: str) -> None:
        """Something is done by a later run."""
        self.turn.notes.append(why if why.startswith("Eagle") else f"Eagle: {why}")

    # -- looking ---------------------------------------------------------------------------------

    def _recover(self) -> None:
        try:
            self.writing.recover()
        except NotAuthorised:
            raise
        except AdapterError:
            pass  # what became of it is asked by a later run; the look says what is in the way

    def _rows(self) -> dict[str, ItemRow]:
        return {row.item: row for row in self.library.state.eagle.of(self.named)}

    def _look(self) -> Index:
        self.progress("reading Eagle", 0, 0)
        rows = self._rows()
        told = index(
            self.eagle.settings,
            self.memory.cache,
            known=_known(rows),
            client=self.eagle.client,
        )
        self.memory.cache = told.cache
        self.turn.unreadable += told.unreadable
        found = news(rows, self.named, told)
        for start in range(0, len(found), PART):
            self.library.append(found[start : start + PART])
        return told

    # -- claiming --------------------------------------------------------------------------------

    def _claim(self, told: Index) -> None:
        state = self.library.state
        has = self._has()
        homeless = [
            each for each in self.wanted.items if (row := has.get(each.track)) is None or row.gone
        ]
        if not homeless:
            return
        self._claimed(claims(state, homeless, self._free()))
        where = Path(told.library)
        if told.from_disk or not self.eagle.client.local or not where.is_dir():
            return
        has = self._has()
        if rest := [each for each in homeless if each.track not in has]:
            from engine.eagle.listening import Listening  # reads audio

            self.progress("listening in Eagle", 0, 0)
            heard = Listening(state, where, self._free())
            self._claimed(heard.claims(rest))

    def _claimed(self, found: Sequence[Claim]) -> None:
        self.claimed += len(found)
        self.library.append([event(self.named, each) for each in found])

    def _free(self) -> list[ItemRow]:
        return [row for row in self._rows().values() if not row.track and not row.gone]

    def _has(self) -> dict[TrackId, ItemRow]:
        return by_track(self._rows().values(), self.library.state.identity)

    # -- writing ---------------------------------------------------------------------------------

    def _todo(self, folders: Mapping[PlaylistRef, str]) -> tuple[list[Add], list[Change]]:
        """What is to be added, and what is to be changed."""
        state, has = self.library.state, self._has()
        roots = {row.root: row.path for row in state.files.roots}
        under_way = {state.identity.track(row.track) for row in state.eagle.pending if not row.item}
        adds: list[Add] = []
        changes: list[Change] = []
        for each in self.wanted.items:
            row = has.get(each.track)
            path = f"{roots[each.file.root]}/{each.file.path}"
            wanted = desired(each, row, folders, state.identity, path)
            if row is None:
                if each.track not in under_way:
                    adds.append((each, wanted))
            elif not row.gone and (what := change(row, wanted)) is not None:
                changes.append(what)
        return adds, changes

    # -- the end ---------------------------------------------------------------------------------

    def end(self) -> None:
        """Tell what was done, and remember where the look was."""
        done = (
            (self.writing.added, "imported"),
            (self.claimed, "there before"),
            (self.writing.changed, "changed"),
        )
        if told := ", ".join(f"{number} {word}" for number, word in done if number):
            self.turn.notes.append(f"Eagle: items: {told}")
        self._tell_gone()
        self.turn.unreadable += [Unreadable("Eagle", line) for line in self.writing.failed]
        memory.keep(self.library, self.memory)

    def _tell_gone(self) -> None:
        has = {of: row for of, row in self._has().items() if row.position > self.began}
        gone = [each for each in self.wanted.items if (row := has.get(each.track)) and row.gone]
        if gone:
            names = ", ".join(repr(each.name) for each in gone[:LISTED])
            more = f" and {len(gone) - LISTED} more" if len(gone) > LISTED else ""
            self.turn.notes.append(
                f"Eagle: {names}{more}: in Eagle's trash or erased, and not imported again"
            )
