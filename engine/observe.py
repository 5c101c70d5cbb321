"""Looking at the world: every source, every root; what is news goes into the log.

A long look is told in parts, so that a run that is cut off goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from adapters.audio import probe
from adapters.contract import (
    AdapterError,
    Cached,
    FilesListed,
    Permanent,
    Sighting,
    Unreadable,
)
from adapters.csv_export import CsvSource
from adapters.files import FileSource
from engine import listening
from engine.config import Config
from engine.library import Library
from engine.places import MARKER
from engine.ports import Progress
from engine.roots import look, source_roots, trouble
from engine.spotify import Turn
from engine.witness import Gone, news
from projections.layout import target_root
from projections.origins import FETCHED
from state.actions import Action
from state.events import FileSeen, FileVanished, PlaylistNoLongerListed, TrashEmptied
from state.log import Recorded
from state.values import RootId, Stamp

TOLD = 3
"""So many names are told before the rest is only counted."""
PART = 500
"""Sightings that become known together."""


class World:
    """What a run has seen of the outside.

    Args:
        only: sources and targets to look at; empty: all.
        turn: of the services, if they were looked at already.
    """

    def __init__(
        self,
        library: Library,
        config: Config,
        progress: Progress,
        only: Collection[str] = (),
        turn: Turn | None = None,
    ) -> None:
        self.library, self.config, self.progress = library, config, progress
        self._only = only
        self.turn = turn
        self.unreadable: list[Unreadable] = []
        self.offline: list[str] = []
        self.notes: list[str] = []
        self._changed: dict[RootId, dict[str, Cached | None]] = {}
        """Of every root that was looked at: the numbers of files that are not as they were when
        the look began; None: it is gone. A large library has too many to hold all."""
        self._recalled: dict[RootId, dict[str, Cached]] = {}
        self._where: dict[RootId, Path] = {}
        """Where the roots are that were looked at."""
        self._bookmarks: dict[str, str | None] = {}

    def _wanted(self, name: str) -> bool:
        return not self._only or name in self._only

    # -- roots -----------------------------------------------------------------------------------

    def look_at_roots(self) -> None:
        """Find out which roots are there."""
        sources = source_roots(self.config.files.folders)
        targets = self.config.roots()
        identity = self.library.log.identity()
        self.library.decide(lambda state: list(look(state, identity, sources, targets)))
        mine = [*sources, *(target_root(target) for target in targets)]
        rows = [row for row in self.library.state.files.roots if row.root in mine]
        self.offline = [row.why for row in rows if not row.online]

    def roots(self) -> dict[RootId, Path]:
        """Where the configured roots are that can be looked at."""
        known = source_roots(self.config.files.folders)
        known |= {target_root(name): path for name, path in self.config.roots().items()}
        return {root: path for root, path in known.items() if self.library.state.files.online(root)}

    # -- looking ---------------------------------------------------------------------------------

    def observe(self) -> None:
        """Look at everything that is wanted and tell the log what is news."""
        if self._wanted("csv"):
            self._playlists()
        if self.turn is None:
            self.turn = listening.look(self.library, self.config, self.progress, self._only)
        for root, path in self.roots().items():
            if self._wanted(root.partition("/")[2] if root.startswith("target/") else "files"):
                self._files(root, path)

    def _playlists(self) -> None:
        source = CsvSource(self.config.csv.folders)
        stamp = source.stamp()
        if stamp == self.library.models.bookmark("csv"):
            return
        self.progress("reading playlists", 0, 0)
        sightings = list(source.observe())
        wrong = [line for line in sightings if isinstance(line, Unreadable)]
        self.unreadable += wrong
        self._tell_of_unlisted(self._tell(sightings, {}))
        # What could not be read is told again at every run, so it has to be looked at again.
        self._bookmarks["csv"] = None if wrong else stamp

    def _files(self, root: RootId, path: Path) -> None:
        self._where[root] = path
        cache = {
            name: Cached(size, mtime, ctime, inode, error)
            for name, size, mtime, ctime, inode, error in self.library.models.stats(root)
        }
        if not path.exists():  # a root of ours that will be made when there is something to put in
            self._changed[root] = dict.fromkeys(cache)
            return
        source = FileSource(
            root,
            path,
            probe=probe,
            cache=cache,
            skip=[other for other in self.config.roots().values() if other != path],
            known=lambda: [row.path for row in self.library.state.files.files if row.root == root],
            progress=lambda done, total: self.progress(f"reading {path.name}", done, total),
        )
        gone: Gone = {}
        try:
            for part in _parts(self._told_of(root, source.observe()), PART):
                if self._went_away(root, path, part):
                    self.look_at_roots()
                    return
                self.unreadable += [line for line in part if isinstance(line, Unreadable)]
                if self._tell(part, gone):
                    read = [seen.path for seen in part if isinstance(seen, FileSeen)]
                    stats = {name: source.seen.get(name) for name in read}
                    self.library.save(stats={root: stats})
        except AdapterError as error:
            self.unreadable.append(Unreadable(str(path), str(error).removeprefix(f"{path}: ")))
        else:
            seen = source.seen
            now = {name: seen[name] for name in seen if seen[name] != cache.get(name)}
            self._changed[root] = now | {name: None for name in cache if name not in seen}
        if root.startswith("target/"):
            self._lists(root, path)
            self._trash(root, path)

    def observe_some(self, root: RootId, paths: Collection[str]) -> bool:
        """Look at some files of a root alone; False: the root went away, and nothing is told.

        Those that are not there any more have vanished. Of a root that is offline nothing is asked.
        """
        library, where = self.library, self.roots().get(root)
        if where is None:
            return True
        cache = self._cached(root, paths)
        source = FileSource(
            root, where, probe=probe, cache=cache, known=lambda: self._beside(root, paths)
        )
        found = list(self._told_of(root, source.observe_some(paths)))
        left = frozenset(path for path in paths if _is_gone(where / path))
        told: list[Sighting] = []
        if left:
            rows = [row.path for row in library.state.files.files if row.root == root]
            if left.intersection(rows):
                told.append(FilesListed(root, frozenset(rows) - left))
        if told and trouble(library.state, root, where, library.log.identity()):
            return False
        gone: Gone = {}
        for part in _parts([*told, *found], PART):
            self._tell(part, gone)
        now = {path: source.seen.get(path) for path in paths}
        if stats := {path: seen for path, seen in now.items() if seen != cache.get(path)}:
            library.save(stats={root: stats})
        self.unreadable += [line for line in found if isinstance(line, Unreadable)]
        return True

    def _cached(self, root: RootId, paths: Collection[str]) -> dict[str, Cached]:
        """The numbers that files had when they were last looked at."""
        sql = (
            "SELECT path, size, mtime_ns, ctime_ns, inode, error FROM stat "
            "WHERE root = ? AND path IN (SELECT value FROM json_each(?))"
        )
        rows = self.library.models.query(sql, root, json.dumps(list(paths)))
        return {name: Cached(*numbers) for name, *numbers in rows}

    def _beside(self, root: RootId, paths: Iterable[str]) -> list[str]:
        """Files that are known in the folders of these."""
        folders = {path.rpartition("/")[0] for path in paths}
        rows = self.library.state.files.files
        return [r.path for r in rows if r.root == root and r.path.rpartition("/")[0] in folders]

    def _told_of(self, root: RootId, seen: Iterable[Sighting]) -> Iterator[Sighting]:
        """Among what was fetched, only what the log knows counts: a run may have been killed before
        it could tell of the rest, and tells of it when it is done again."""
        files = self.library.state.files.files
        for sighting in seen:
            new = isinstance(sighting, FileSeen) and (root, sighting.path) not in files
            if not (new and root == FETCHED):
                yield sighting

    def _went_away(self, root: RootId, path: Path, part: list[Sighting]) -> bool:
        """A volume that goes while it is listed looks as if it had been emptied."""
        if not any(isinstance(seen, FilesListed) for seen in part):
            return False
        return bool(trouble(self.library.state, root, path, self.library.log.identity()))

    def _lists(self, root: RootId, path: Path) -> None:
        """Playlist files of ours that somebody removed are written again."""
        rows = [row for row in self.library.state.files.files if row.root == root and row.text]
        gone = [FileVanished(root, row.path) for row in rows if _is_gone(path / row.path)]
        # Looked at afterwards: with the volume gone, all of them would seem to be.
        if gone and (path / MARKER).exists():
            self.library.append(gone)

    def _trash(self, root: RootId, path: Path) -> None:
        """What somebody took out of our trash is no origin any more."""
        rows = [row for row in self.library.state.files.trash if row.root == root]
        gone = tuple(row.trash for row in rows if _is_gone(path / row.trash))
        if gone and (path / MARKER).exists():  # as above
            self.library.append([TrashEmptied(root, gone)])

    def _tell(self, sightings: Iterable[Sighting], gone: Gone) -> list[Recorded]:
        told = list(sightings)
        return self.library.decide(lambda state: news(state, told, gone))

    def _tell_of_unlisted(self, told: Iterable[Recorded]) -> None:
        """Note which playlists lost their backup; one that got another name did not."""
        rows = self.library.state.library.playlists
        renamed = {row.renamed_from for row in rows}
        lost = {each.event.ref for each in told if isinstance(each.event, PlaylistNoLongerListed)}
        names = sorted(repr(row.name) for row in rows if row.ref in lost - renamed)
        if names:
            more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
            some = ", ".join(names[:TOLD])
            self.notes.append(f"no backup any more of {some}{more}: the files stay where they are")

    # -- our own writes --------------------------------------------------------------------------

    def recall(self, actions: Iterable[Action]) -> None:
        """Ask at once for the numbers of all files that actions begin with; `known` has them then,
        until the next time."""
        paths: dict[RootId, set[str]] = {}
        for each in actions:
            paths.setdefault(each.source_root or each.root, set()).add(each.source or each.path)
        self._recalled = {root: self._cached(root, some) for root, some in paths.items()}

    def known(self, root: RootId, path: str) -> Stamp | None:
        """The numbers that a file had when it was last looked at.

        Raises:
            Permanent: it could not be read then, so what is known of it is not so any more.
        """
        changed = self._changed.get(root)
        if changed is None:
            return None
        recalled = self._recalled.get(root, {})
        if path in changed:
            seen = changed[path]
        elif path in recalled:
            seen = recalled[path]
        else:
            seen = self._cached(root, [path]).get(path)
        if seen is not None and seen.error:
            raise Permanent(f"{self._where[root] / path}: {seen.error}")
        return Stamp(seen.size, seen.mtime_ns, seen.inode) if seen is not None else None

    def touched(self, root: RootId, path: str, left: Stamp | None) -> None:
        """We did something to a file and left it like this: while it is so, it needs no reading.

        What is there now may be somebody else's already, so its own numbers prove nothing.
        """
        changed = self._changed.get(root)
        if changed is None:
            return
        try:
            now = (self._where[root] / path).stat()
        except OSError:
            left = None
        if left is None:
            changed[path] = None
        else:
            changed[path] = Cached(left.size, left.mtime_ns, now.st_ctime_ns, left.inode)

    def save(self, bookmarks: dict[str, str | None]) -> None:
        """Save the read models, and what spares looking again."""
        self.library.save(
            bookmarks={**self._bookmarks, **bookmarks},
            stats={root: changed for root, changed in self._changed.items() if changed},
        )
        self._changed = {root: {} for root in self._changed}
        self._recalled = {}


def _is_gone(path: Path) -> bool:
    """Whether a file is not there, where no more than that is wrong."""
    try:
        path.lstat()
    except FileNotFoundError:
        return True
    except OSError:
        pass
    return False


def _parts(sightings: Iterable[Sighting], size: int) -> Iterator[list[Sighting]]:
    iterator = iter(sightings)
    while part := list(islice(iterator, size)):
        yield part
