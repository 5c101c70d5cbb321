"""What `sync demo` does, step by step, each with checks; the first that fails ends it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Protocol

from adapters.sandbox.media import Sandbox as Media
from adapters.sandbox.spotify import Sandbox
from engine.demo import made_up
from engine.demo.child import Said, Sync
from engine.library import Library
from state.events import ActionFailed
from state.log import EventLog

TRIES = 20
"""So often a run is started to be killed; it may end before that, or not have begun."""
IDLE = 4
"""Requests with which a look at an unchanged account must do."""
PARTLY = 3
"""Exit code: something was passed over (here: a half-written file)."""


class Failed(Exception):
    """A check did not hold; the message says which."""


class Teller(Protocol):
    """Who shows it to people."""

    def step(self, number: int, title: str) -> None:
        """A heading."""

    def text(self, text: str) -> None:
        """A paragraph."""

    def command(self, said: Said) -> None:
        """What was run, and what it said."""

    def tree(self, folders: dict[str, list[str]]) -> None:
        """Folder → the files in it."""

    def check(self, text: str) -> None:
        """Something that was checked and holds."""


class Demo:
    """The main job, from nothing to a killed run that heals.

    Args:
        base: an empty folder, or one that does not exist yet.
    """

    def __init__(self, base: Path, teller: Teller) -> None:
        self.base, self.tell = base, teller
        self.root = base / "Playlists"
        self.home = base / "home"
        self.sync = Sync(self.home)
        self.spotify = Sandbox(made_up.account())
        self.media = Media(made_up.uploads())
        self.summer = made_up.SUMMER

    def run(self) -> None:
        """All steps.

        Raises:
            Failed: at the first check that does not hold.
        """
        with self.spotify, self.media:
            made_up.library(self.base, self.spotify, self.media)
            self._plan()
            self._reconcile()
            self._again()
            self._killed()
            self._replay()

    # -- steps -----------------------------------------------------------------------------------

    def _plan(self) -> None:
        self.tell.step(1, "A plan: what would be done, and why")
        said = self._ended(self.sync.log_in("spotify"))
        self._check(bool(said.out), "logged in to Spotify (a stand-in that runs in this process)")
        own, saved = len(made_up.ON_SPOTIFY), len(made_up.IN_BACKUPS)
        self.tell.text(
            f"{own} playlists on Spotify, Liked Songs among them, and {saved} in backups say what "
            f"belongs where. A messy folder holds the music, in seven formats. A plan changes "
            f"nothing."
        )
        said = self._run("plan", expected=PARTLY)
        self._check("+ Late Bus Home - Last Stop.m4a" in said.out, "the plan says what it would do")
        self._check(not self.root.exists(), "and nothing was done: there is no folder yet")

    def _reconcile(self) -> None:
        self.tell.step(2, "Reconcile: what is missing is fetched, every playlist becomes a folder")
        self._run("reconcile", expected=PARTLY)
        tree = self._tree()
        self.tell.tree(tree)
        wanted = self._wanted()
        self._check(
            {folder: sorted(names) for folder, names in tree.items() if folder} == wanted,
            f"{sum(map(len, wanted.values()))} files lie where the playlists say, no other one",
        )
        self.tell.text(
            "What DJ programs do not read was made into m4a, with tags. One file is half-written "
            "(hence exit code 3: partly done): its track was found on SoundCloud (a stand-in too), "
            "between a remix and a sped-up one, and fetched. What is not there is explained: one "
            "file could be either of two tracks (`sync review` asks), and one track nobody has. "
            "Any file can be asked about:"
        )
        song = made_up.SONGS[made_up.UPLOADED]
        path = self.root / "Liked Songs" / f"{song.artist} - {song.title}.m4a"
        said = self._run("why", str(path))
        self._check("fetched from https://" in said.out, "its story names where it came from")

    def _again(self) -> None:
        self.tell.step(3, "Once more: nothing is left to do")
        before = self._log()
        self.spotify.forget()
        self.media.forget()
        self._run("reconcile", expected=PARTLY)
        self._check(self._log() == before, "the second run appended no event")
        asked = self.spotify.requests.total()
        self._check(0 < asked <= IDLE, f"it asked Spotify {asked} times")
        self._check(self.media.requests.total() == 0, "and SoundCloud not at all")

    def _killed(self) -> None:
        self.tell.step(4, "A playlist is renamed, a track moves, and the run is killed half-way")
        moved = made_up.PLAYLISTS[made_up.HOUSE][-1]
        self.spotify.remove(made_up.HOUSE, made_up.known(moved).uri)
        self.spotify.add(made_up.WARM_UP, made_up.known(moved).uri)
        before = self._contents()
        left = self._kill()
        killed_at, there = self._log(), len(list((self.root / self.summer).glob("*.*")))
        self.tell.text(
            f"`sync reconcile` was killed by the system (SIGKILL) when {there} of "
            f"{len(made_up.PLAYLISTS[made_up.SUMMER])} files lay in {self.summer!r}. "
            f"{left} intents in the log have no outcome. The same command again:"
        )
        self._check(left > 0, "the run really was cut off in the middle")
        self._run("reconcile", expected=PARTLY)
        done, again = self._recovered(killed_at)
        self.tell.text(
            f"Of the {left} intents, {done} turned out to be done and were recorded; {again} had "
            f"not been begun and were planned again."
        )
        self._check(done + again == left and done > 0, "each of them was accounted for")
        tree = {folder: sorted(names) for folder, names in self._tree().items() if folder}
        self.tell.tree({name: tree[name] for name in (self.summer, "House", "Warm up")})
        wanted = self._wanted()
        wanted[self.summer] = wanted.pop(made_up.SUMMER)
        name = f"{made_up.SONGS[moved].artist} - {made_up.SONGS[moved].title}.m4a"
        wanted["House"].remove(name)
        wanted["Warm up"] = sorted([*wanted["Warm up"], name])
        self._check(tree == wanted, "everything lies where the playlists say now")
        self._check(self._contents() == before, "all of it was moved: no copy, no loss")
        self._check(self._open() == 0, "every intent has an outcome")
        strays = (self.root / ".cratelog" / "work").glob("*")
        self._check(not any(strays), "no work file was left behind")
        settled = self._log()
        self._run("reconcile", expected=PARTLY, quietly=True)
        self._check(self._log() == settled, "and another run finds nothing to do")

    def _kill(self) -> int:
        """Rename the long playlist until a run over that is caught in the middle; open intents."""
        for number in range(TRIES):
            new = f"Summer {2026 + number}"
            self.spotify.rename(self.summer, new)
            self.summer = new
            folder = self.root / new
            count = len(made_up.PLAYLISTS[made_up.SUMMER]) // 3

            def due(folder: Path = folder, count: int = count) -> bool:
                return folder.is_dir() and sum(1 for _ in folder.iterdir()) >= count

            if self.sync.kill_when(due, "reconcile") and (left := self._open()):
                return left
            self._run("reconcile", expected=PARTLY, quietly=True)
        raise Failed(f"a run could not be caught in the middle, {TRIES} times")

    def _replay(self) -> None:
        self.tell.step(5, "Replay: the log alone gives the same state")
        said = self._run("replay", "--verify")
        self._check(said.code == 0, "the chain of hashes holds from the first event to the last")
        self._run("replay")
        self._check(
            True, "the state folded from event 0 is the saved one, and the events are the files"
        )

    # -- looking ---------------------------------------------------------------------------------

    def _run(self, *words: str, expected: int = 0, quietly: bool = False) -> Said:
        return self._ended(self.sync(*words), expected, quietly=quietly)

    def _ended(self, said: Said, expected: int = 0, *, quietly: bool = False) -> Said:
        if not quietly:
            self.tell.command(said)
        if said.code != expected:
            last = (said.err or said.out).strip().rpartition("\n")[2]
            what = f"`sync {' '.join(said.words)}`"
            raise Failed(f"{what} ended with {said.code} instead of {expected}: {last}")
        return said

    def _check(self, holds: bool, text: str) -> None:
        if not holds:
            raise Failed(f"this does not hold: {text}")
        self.tell.check(text)

    def _tree(self) -> dict[str, list[str]]:
        """Folder below the root → names of its files; `` for the root itself."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.root.rglob("*")):
            inside = path.relative_to(self.root)
            if path.is_file() and inside.parts[0] != ".cratelog":
                folder = inside.parent.as_posix()
                found.setdefault("" if folder == "." else folder, []).append(inside.name)
        return found

    def _wanted(self) -> dict[str, list[str]]:
        """What the playlists say: folder → names."""
        wanted = {}
        for name, numbers in made_up.PLAYLISTS.items():
            songs = (made_up.SONGS[number] for number in dict.fromkeys(numbers))
            wanted[name] = sorted(
                f"{song.artist} - {song.title}.{song.laid_out}" for song in songs if song.suffix
            )
        return wanted

    def _contents(self) -> Counter[str]:
        """How often each audio content is there, the trash included."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return Counter(
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if path.suffix not in (".m3u8", ".json")
        )

    def _log(self) -> int:
        log = EventLog(self.home / "log.db", read_only=True)
        try:
            return log.head().position
        finally:
            log.close()

    def _recovered(self, since: int) -> tuple[int, int]:
        """How many intents up to a position were later found done, and how many not begun."""
        log = EventLog(self.home / "log.db", read_only=True)
        try:
            late = [each.event for each in log.read(since) if each.cause and each.cause <= since]
        finally:
            log.close()
        again = sum(isinstance(event, ActionFailed) and event.interrupted for event in late)
        return len(late) - again, again

    def _open(self) -> int:
        """Intents without an outcome."""
        library = Library(self.home, "demo", read_only=True)
        try:
            return len(library.state.runs.intents)
        finally:
            library.close()
