"""The rules: what may happen to a library, in any order."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

import engine.observe
from engine.still import still
from tests.machine import hands
from tests.machine.calm import settle
from tests.machine.gates import KINDS, Fault
from tests.machine.runs import Runs
from tests.machine.sound import SONGS, Song, probe, sound
from tests.machine.world import DAY_MS, FOLDERS, World, songs

NAMES = ("House", "Techno", "HOUSE", "Warm_up")
PICK = st.integers(0, 30)
NUMBER = st.integers(0, len(SONGS) - 1)
ROWS = st.lists(NUMBER, max_size=7)
SONG = st.sampled_from(SONGS)
NAME = st.sampled_from(NAMES)
FAULT = st.builds(Fault, st.integers(0, 40), st.sampled_from(KINDS))
Storm = list[tuple[Fault, int, list[list[int]]]]
"""Faults, each with what the run has to do that meets it."""
STORM = st.lists(
    st.tuples(FAULT, PICK, st.lists(ROWS, min_size=1, max_size=3)), min_size=1, max_size=4
)
ALLOWED = st.sampled_from((0, 3, 99))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Nothing here asks what a power cut does, so the disk need not be one."""


class Kept(RuleBasedStateMachine):
    """A library, its sources, and a machine that fails. Nobody meddles, so at the end it is plain
    from the backups and the music what must lie where."""

    plain = True
    """What must lie where can be told from backups and music alone."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = patch.object(engine.observe, "probe", probe)
        self._patch.start()
        self.base = Path(tempfile.mkdtemp(dir=MEMORY))
        self.world = World(self.base)
        self.runs = Runs(self.world)
        self.quiet: int | None = None
        """What the last run was allowed, if it ended by itself and nothing happened since."""

    def teardown(self) -> None:
        """The end of every history: all is mounted again, and it settles."""
        try:
            if sys.exc_info()[0] is None:
                settle(self.runs, plain=self.plain)
        finally:
            self.world.end_process()
            self._patch.stop()
            shutil.rmtree(self.base)

    # -- backups ---------------------------------------------------------------------------------

    @initialize(
        lists=st.lists(st.lists(NUMBER, min_size=2, max_size=7), min_size=2, max_size=3),
        without=SONG,
        met=st.booleans(),
        run=st.sampled_from((True, True, False)),
        storm=STORM,
    )
    def begin(
        self, lists: list[list[int]], without: Song, met: bool, run: bool, storm: Storm
    ) -> None:
        """Playlists, music for nearly all of their tracks, a first run, and a bad start."""
        for name, rows in zip(NAMES, lists, strict=False):
            self.world.playlist(self.backup(name), songs(rows))
        if met:
            self.world.folder("root").mkdir()
        for song in SONGS:
            if song != without:
                content = sound(song, "a", tagged=self.plain or song.number % 3 > 0)
                self.world.put(
                    self.base / "music" / f"{song.number}" / f"{song.file_name}.mp3", content
                )
        if run:
            self.runs.reconcile()
        self.reconcile_with_faults(storm, 99)

    @rule(name=NAME, rows=ROWS, form=st.sampled_from(("whole", "whole", "cut", "void", "other")))
    def back_up_playlist(self, name: str, rows: list[int], form: str) -> None:
        """A backup is made anew, perhaps not to its end."""
        self._changed()
        self.world.playlist(self.backup(name), songs(rows), form)

    @rule(pick=PICK, edit=st.sampled_from(("add", "drop", "turn", "double", "empty")), song=SONG)
    def edit_playlist(self, pick: int, edit: str, song: Song) -> None:
        """Rows come, go and change places."""
        self._changed()
        for path in picked(self._backups(), pick):
            rows = list(self.world.rows[path.name])
            edits: dict[str, list[Song]] = {
                "add": [*rows[: pick % 3], song, *rows[pick % 3 :]],
                "drop": rows[:-1],
                "turn": rows[::-1],
                "double": [*rows, *rows[:2]],
                "empty": [],
            }
            self.world.playlist(path, edits[edit])

    @rule(pick=PICK, name=NAME)
    def rename_playlist(self, pick: int, name: str) -> None:
        """A backup gets another name."""
        self._changed()
        for path in picked(self._backups(), pick):
            if not path.with_stem(name).exists():
                self.world.rename(path, path.with_stem(name))

    @rule(pick=PICK, back=st.booleans())
    def hide_playlist(self, pick: int, back: bool) -> None:
        """A backup vanishes, or comes back as it was."""
        self._changed()
        folder = self.world.folder("backups")
        hidden = sorted(folder.glob("*.hidden"))
        for path in picked(hidden if back else self._backups(), pick):
            self.world.rename(path, path.with_suffix(".csv" if back else ".hidden"))

    def backup(self, name: str) -> Path:
        """Where the backup of a playlist is."""
        return self.world.folder("backups") / f"{name}.csv"

    def _backups(self) -> list[Path]:
        return sorted(self.world.folder("backups").glob("*.csv"))

    # -- music and files -------------------------------------------------------------------------

    @rule(song=SONG, take=st.sampled_from("ab"), suffix=st.sampled_from(("mp3", "flac", "MP3")))
    def add_music(self, song: Song, take: str, suffix: str) -> None:
        """A file of a song turns up."""
        self._changed()
        path = self.world.folder("music") / "new" / f"{song.file_name}.{suffix}"
        self.world.put(path, sound(song, take))

    @rule(pick=PICK, edit=st.sampled_from(hands.EDITS), song=SONG)
    def edit_music(self, pick: int, edit: str, song: Song) -> None:
        """A person changes a file that we only read."""
        self._changed()
        hands.edit(self.world, self.world.folder("music"), pick, edit, song)

    # -- settings --------------------------------------------------------------------------------

    @rule(name=NAME)
    def exclude(self, name: str) -> None:
        """A playlist is not to be laid out, or is again."""
        self._changed()
        self.world.exclude = () if name in self.world.exclude else (name,)

    @rule(said=st.sampled_from(("ask", "follow", "restore")))
    def on_edit(self, said: str) -> None:
        """What is to become of a person's edits."""
        self._changed()
        self.world.on_edit = said

    @rule()
    def lists(self) -> None:
        """Playlist files are not to be written, or are again."""
        self._changed()
        self.world.lists = not self.world.lists

    # -- the machine -----------------------------------------------------------------------------

    @rule(name=st.sampled_from(FOLDERS), mount_point=st.booleans(), run=st.booleans())
    def unmount(self, name: str, mount_point: bool, run: bool) -> None:
        """A volume goes, or comes back; perhaps a run meets it so."""
        self._changed()
        if name in self.world.away:
            self.world.come_back(name)
        elif name != "root":
            self.world.leave(name, mount_point=mount_point)
        elif self.runs.knows_root():
            self.world.leave(name, mount_point=mount_point and self.runs.marked())
        if run:
            self.runs.reconcile()

    @rule(days=st.sampled_from((0.5, 1, 40)))
    def wait(self, days: float) -> None:
        """Time passes."""
        self._changed()
        self.world.seconds += int(days * DAY_MS) // 1000

    @rule(lost=st.booleans())
    def restart(self, lost: bool) -> None:
        """Another process goes on, perhaps without what can be computed again."""
        (self.world.lose_state if lost else self.world.end_process)()
        if self.runs.shadow.state.position:
            self.runs.check_state()

    # -- runs ------------------------------------------------------------------------------------

    @rule(allowed=ALLOWED)
    def reconcile(self, allowed: int) -> None:
        """A run that nothing disturbs; if the one before ended well, it says nothing."""
        nothing = still(self.world.library, self.world.config())
        ended = self.runs.reconcile(allowed=allowed)
        assert ended.report is not None
        if nothing is not None:  # what the command says at once is what a run would have said
            assert msgspec.to_builtins(nothing) == msgspec.to_builtins(ended.report)
        if self.quiet is not None and allowed <= self.quiet:
            assert ended.report.events == 0, f"nothing had changed: {ended.report}"
        self.quiet = allowed

    @rule(storm=STORM, allowed=ALLOWED)
    def reconcile_with_faults(self, storm: Storm, allowed: int) -> None:
        """Runs that have much to do are cut off, or meet an error."""
        self._changed()
        for fault, pick, lists in storm:
            if lists and (backups := self._backups()):
                self.hide_playlist(pick, back=pick % 2 > 0)
                self.rename_playlist(pick, NAMES[pick % len(NAMES)])
                for path, rows in zip(self._backups() or backups, lists, strict=False):
                    self.world.playlist(path, songs(rows))
            self.runs.reconcile(allowed=allowed, fault=fault)

    @rule(only=st.sampled_from((("csv",), ("files",), ("playlists",), ("m3u8", "csv"))))
    def reconcile_only(self, only: Sequence[str]) -> None:
        """A run that looks at a part."""
        self._changed()
        self.runs.reconcile(only=only)

    @rule()
    def plan(self) -> None:
        """A plan is saved."""
        self._changed()
        self.runs.save_plan()

    @rule(fault=st.none() | FAULT)
    def apply(self, fault: Fault | None) -> None:
        """The saved plan is applied, or refused."""
        self._changed()
        self.runs.apply_plan(fault=fault)

    @rule()
    def settle(self) -> None:
        """Nothing happens for a while."""
        self._changed()
        settle(self.runs, plain=self.plain)

    def _changed(self) -> None:
        self.quiet = None


T = TypeVar("T")


def picked(found: Sequence[T], pick: int) -> Sequence[T]:
    """One of them, if there is any."""
    return [found[pick % len(found)]] if found else []
