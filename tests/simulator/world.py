"""The machine, the music and what must never happen to it; and when things happen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import cast

from adapters.contract import Permanent
from engine.effects import Outcome
from engine.places import MARKER, WORK
from projections.registry import State
from state.log import LogError
from state.values import RootId, Stamp
from tests.simulator import person
from tests.simulator.disk import Volume
from tests.simulator.history import Cut, Edit, History
from tests.simulator.log import SimLog
from tests.simulator.music import DROP, MUSIC, OUT, ROOTS, audio_of, private, song
from tests.simulator.system import SimPath, System, boot


class Ended(BaseException):
    """The process is no more. Not an Exception: the product must not be able to catch it."""


class Violation(Exception):
    """Something that must never happen did; the message says what."""


class World:
    """What outlives a process."""

    def __init__(self, history: History, log: type[SimLog] = SimLog) -> None:
        self.history = history
        coin = Random(~history.seed)
        self.volume = Volume(self.step, coin)
        self.system = System(self.volume, history.features, self.look)
        self.log = log(self.step, coin)
        self.touched: set[str] = set()
        """Paths at which a person did something."""
        self.theirs: dict[str, bytes] = {}
        """Files that are not ours: there and unchanged until their owner changes them."""
        self.owed: set[str] = set()
        """Audio that must be somewhere."""
        self.meddled: set[str] = set()
        """Audio of which a person touched a file."""
        self.words: set[bytes] = set()
        """Files with tags that a person wrote, until a person takes them away."""
        self.known: dict[tuple[RootId, str], Stamp] = {}
        self.taken: Counter[str] = Counter()
        """Audio that another program has taken out of the drop folder → how many times."""
        self.process = -1
        self.happened: list[str] = []
        self.foreign = 0
        self.steps = self.logs = self.looks = self.asks = 0
        self.recovering: State | None = None
        """What a process knows that recovers now."""
        self.alive = True
        self.settle()

    def settle(self) -> None:
        """The library on its first day."""
        self.volume.put(f"{OUT}/{MARKER}", b"{}")
        self.volume.put(f"{DROP}/{MARKER}", b"{}")
        for track in range(self.history.tracks):
            content = song(str(track), "as bought")
            self.volume.put(f"{MUSIC}/{track}.mp3", content)
            self.theirs[f"{MUSIC}/{track}.mp3"] = content
            self.owed.add(str(track))

    # -- time ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Another process starts on this machine."""
        self.process += 1
        self.steps = self.logs = self.looks = self.asks = 0
        self.alive = True
        self.recovering = None
        self.playing = False
        self.broken: int | None = None
        self.failed = False
        """A call of this process failed."""
        self.volume.gone = ""
        boot(self.system)
        self._cuts = [cut for cut in self.history.cuts if cut.process == self.process]
        self._edits = [edit for edit in self.history.edits if edit.process == self.process]
        for edit in self._edits:
            if edit.when == "start":
                self._edit(edit)

    def step(self, what: str, path: str) -> None:
        """Something is about to change; the process may not live to do it."""
        if not self.alive:
            raise Ended
        if self.process < 0:
            return
        number, self.steps = self.steps, self.steps + 1
        if self.history.drop == "greedy":
            person.take_all(self)
        for edit in self._edits:
            if edit.when == "step" and edit.number == number:
                self._edit(edit)
        for cut in self._cuts:
            if cut.where == "step" and cut.number == number:
                self._cut(cut, what, path)
        if what.startswith("log"):
            number, self.logs = self.logs, self.logs + 1
            for edit in self._edits:
                if edit.when == "log" and edit.number == number:
                    self._edit(edit)
            for cut in self._cuts:
                if cut.where == "log" and cut.number == number:
                    self._cut(cut, what, path)
        elif self.broken is not None:
            raise OSError(self.broken, "simulated", path)
        if self.playing and what in ("rename", "link", "unlink") and not private(path):
            raise Violation(f"{what} of {path} while somebody plays")
        if what == "unlink" and self.recovering is not None and not self.failed:
            self._swept(self.recovering, path)

    def _swept(self, state: State, path: str) -> None:
        """What was made for an intent may be needed to find out about it: first that, then this."""
        folder, _, name = path.rpartition("/")
        number = name.partition(".")[0]
        node = self.volume.names.get(path)
        alone = sum(other is node for other in self.volume.names.values()) == 1
        waits = alone and any(
            row.intent.action.prepared.endswith(f"/{name}") for row in state.runs.intents
        )
        if folder == f"{OUT}/{WORK}" and number.isdecimal():
            waits |= int(number) in state.runs.intents
        if waits and folder.endswith(WORK):
            raise Violation(f"{path} is swept and its intent is still open")

    def look(self, path: str) -> None:
        """A file is about to be looked at."""
        number, self.looks = self.looks, self.looks + 1
        for edit in self._edits:
            if edit.when == "look" and edit.number == number:
                self._edit(edit, path)
        for cut in self._cuts:
            if cut.where == "look" and cut.number == number:
                self._cut(cut, "look", path)
        if self.broken is not None:
            raise OSError(self.broken, "simulated", path)

    def _cut(self, cut: Cut, what: str, path: str) -> None:
        self.happened.append(f"{cut.kind} at {what} {path}".rstrip())
        if cut.kind == "broken":
            self.broken = cut.code
        if cut.kind in ("fault", "broken"):
            self.failed = True
            if what.startswith("log"):
                raise LogError("the log cannot be written")
            raise OSError(cut.code, "simulated", path)
        self.alive = False
        if cut.kind == "power":
            self.volume.power_cut()
            self.log.power_cut()
        raise Ended

    def _edit(self, edit: Edit, path: str = "") -> None:
        before = set(self.files().values())
        done = person.act(self, edit, path)
        self.words -= before - set(self.files().values())
        if done:
            self.happened.append(f"a person: {done}")

    # -- what the engine is given ----------------------------------------------------------------

    def online(self) -> dict[RootId, Path]:
        """The roots that are mounted."""
        return {
            root: cast(Path, self.system.path(path))
            for root, path in ROOTS.items()
            if path != self.volume.gone and (path != DROP or self.history.drop)
        }

    def audio(self, path: Path) -> str:
        """The audio hash of a file, as the engine is told it."""
        content = cast(SimPath, path).read_bytes()
        found = audio_of(content)
        if found is None:
            raise Permanent(f"{path}: is no audio")
        return found

    def held(self) -> str:
        """What keeps files from being changed now."""
        number, self.asks = self.asks, self.asks + 1
        self.playing = self.playing or self.history.held(self.process, number)
        return "somebody plays" if self.playing else ""

    def known_stamp(self, root: RootId, path: str) -> Stamp | None:
        """The stamp at the last observation."""
        return self.known.get((root, path))

    def did(self, outcome: Outcome) -> None:
        """We did something to a file: it is known as we left it."""
        action = outcome.action
        if action.kind in ("move", "trash"):
            self.known.pop((action.root, action.source or action.path), None)
        if outcome.stamp is not None:
            self.known[action.root, action.path] = outcome.stamp

    # -- what is there ---------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """All files but those being made: absolute path → content."""
        volume = self.volume
        return {
            path: node.content
            for path, node in volume.names.items()
            if not node.folder and not path.startswith((f"{OUT}/{WORK}/", f"{DROP}/{WORK}/"))
        }

    def stamp(self, path: str) -> Stamp:
        """As the real disk would tell it."""
        node = self.volume.names[path]
        return Stamp(len(node.content), node.mtime, node.number)

    def holds(self, audio: str) -> bool:
        """Whether a durable file holds an audio."""
        volume = self.volume
        return any(
            audio_of(content) == audio and volume.kept.get(path) is volume.names[path]
            for path, content in self.files().items()
        )
