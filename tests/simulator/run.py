"""One history from its first day until nothing happens any more."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine import effects
from engine.effects import Effects, counts
from projections.registry import State
from state.actions import Action
from state.events import ActionIntended, Event, FileSeen, FileVanished, RootCameOnline
from state.log import LogError, Recorded
from state.values import RootId, Tags
from tests.simulator.checks import check, check_end, check_recovered
from tests.simulator.history import History, draw
from tests.simulator.log import SimLibrary, SimLog
from tests.simulator.music import ROOTS, audio_of, private
from tests.simulator.planner import plan
from tests.simulator.system import DISK
from tests.simulator.tagger import SimTagger
from tests.simulator.world import Ended, Violation, World

PASSES = 6
PATIENCE = 8
"""Quiet processes until everything must have come to rest."""


class Build(NamedTuple):
    """The parts of the product that run."""

    effects: type[Effects] = Effects
    library: type[SimLibrary] = SimLibrary
    disk: Any = DISK.Disk
    log: type[SimLog] = SimLog


PRODUCT = Build()


class Found(Exception):
    """A history in which something went wrong."""

    def __init__(self, history: History, world: World, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.history, self.world = history, world


def simulate(history: History, build: Build = PRODUCT) -> World:
    """Live through a history.

    Raises:
        Found: something happened that must not.
    """
    world = World(history, build.log)
    usual, effects.CHUNK = effects.CHUNK, history.chunk
    try:
        for _ in range(history.processes()):
            _process(world, build)
        _rest(world, build)
    except (Violation, LookupError, AttributeError, TypeError, AssertionError, OSError) as error:
        raise Found(history, world, error) from error
    finally:
        effects.CHUNK = usual
    return world


def _rest(world: World, build: Build) -> None:
    """Quiet processes: the last of them must do nothing."""
    for _ in range(PATIENCE):
        before, files = len(world.log.events), world.files()
        state = _process(world, build)
        assert state is not None
        if len(world.log.events) == before:
            if world.files() != files:
                raise Violation("a run that had nothing to do changed the disk")
            check_end(world, state)
            return
    raise Violation(f"still not at rest after {PATIENCE} quiet runs")


def _process(world: World, build: Build) -> State | None:
    """A run of the product; its state, unless the process came to an early end."""
    world.begin()
    library = build.library(world.log)
    check(world, library.state)
    try:
        _run(world, library, build)
    except (Ended, LogError):
        return None
    except OSError:
        if not world.failed:
            raise
        return None
    return library.state


def _run(world: World, library: SimLibrary, build: Build) -> None:
    roots = world.online()
    library.begin()

    def engine() -> Effects:
        disk = build.disk()
        tagger = SimTagger(library, disk, world.audio)
        return build.effects(
            library,
            disk,
            world.audio,
            roots,
            world.known_stamp,
            world.held,
            tagger=tagger,
        )

    interrupted = len(library.state.runs.intents) > 0
    world.recovering = library.state
    engine().recover()
    world.recovering = None
    if interrupted:
        check(world, library.state)
    check_recovered(world, library.state)
    library.append(_observed(world, library.state, roots))
    tried: set[Action] = set()
    history = world.history
    for _ in range(PASSES):
        actions, texts = plan(
            library.state,
            history.wishes(world.process),
            roots,
            lists=history.lists,
            restores=history.restores,
            drop=history.drop,
            mark=lambda track: history.mark(world.process, track),
        )
        fresh = [action for action in actions if action not in tried]
        tried.update(fresh)
        outcomes = list(engine().apply(fresh, texts))
        for outcome in outcomes:
            if outcome.event is not None:
                world.did(outcome)
        if not counts(outcomes):
            return


def _observed(world: World, state: State, roots: dict[RootId, Any]) -> list[Event]:
    """News about the files of all roots that are mounted; remembers their stamps."""
    news: list[Event] = []
    world.known = {}
    for root in roots:
        top = ROOTS[root]
        if root not in state.files.roots:
            news.append(RootCameOnline(root, top))
        seen = set()
        for path, content in world.files().items():
            audio = audio_of(content)
            if not path.startswith(top + "/") or private(path):
                continue
            short = path[len(top) + 1 :]
            row = state.files.files.get((root, short))
            if audio is None and not (row is not None and row.text):
                continue
            seen.add(short)
            world.known[root, short] = world.stamp(path)
            if audio is not None and (row is None or row.audio != audio):
                news.append(FileSeen(root, short, len(content), audio, 1000, "mp3", Tags()))
        for row in state.files.files:
            if row.root == root and row.path not in seen and not private(f"/{row.path}"):
                news.append(FileVanished(root, row.path))
    return news


def shortest(history: History, build: Build = PRODUCT) -> Found | None:
    """The history with as much left out as possible that still fails; None if it does not."""
    found = _fails(history, build)
    smaller = True
    while found is not None and smaller:
        smaller = False
        for candidate in _shorter(found.history):
            again = _fails(candidate, build)
            if again is not None:
                found, smaller = again, True
                break
    return found


def _fails(history: History, build: Build) -> Found | None:
    try:
        simulate(history, build)
    except Found as found:
        return found
    return None


def _shorter(history: History) -> list[History]:
    """The same history with one thing less."""
    found = []
    if history.drop:
        found.append(history._replace(drop=""))
    for name in ("edits", "cuts", "layouts", "tags", "holds"):
        parts = getattr(history, name)
        for number in range(len(parts)):
            found.append(history._replace(**{name: parts[:number] + parts[number + 1 :]}))
    if history.lists:
        found.append(history._replace(lists=False))
    for number, layout in enumerate(history.layouts):
        for key in layout.wishes:
            less = {each: path for each, path in layout.wishes.items() if each != key}
            layouts = list(history.layouts)
            layouts[number] = layout._replace(wishes=less)
            found.append(history._replace(layouts=tuple(layouts)))
    return found


def told(found: Found) -> str:
    """A failing history for people, with the command that repeats it."""
    history, world = found.history, found.world
    lines = [
        f"seed {history.seed}: {found}",
        f"  {history.features}",
        f"  recordings: {history.tracks}, intents in a commit: {history.chunk}, "
        f"lists: {history.lists}, what a person removed is restored: {history.restores}, "
        f"drop folder: {history.drop or 'none'}",
        *(f"  wanted from run {each.process} on: {each.wishes}" for each in history.layouts),
        *(f"  {tags}" for tags in history.tags),
        *(f"  somebody plays in run {run}, after {asked}" for run, asked in history.holds),
        *(f"  {cut}" for cut in history.cuts),
        *(f"  {edit}" for edit in history.edits),
        "what happened:",
        *(f"  {line}" for line in world.happened),
        "the log:",
        *(f"  {_line(each)}" for each in world.log.events),
        "the disk:",
        *(f"  {path}: {content!r}" for path, content in sorted(world.files().items())),
        "again: python -m scripts.simulate --seed " + str(history.seed),
    ]
    return "\n".join(lines)


def _line(recorded: Recorded) -> str:
    event = recorded.event
    line = f"{recorded.position} {type(event).__name__}"
    if recorded.cause is not None:
        line += f" of {recorded.cause}"
    said: Any = event.action if isinstance(event, ActionIntended) else event
    fields = ("kind", "how", "path", "source", "reason", "text")
    return line + "".join(
        f" {name}={getattr(said, name, '')!r}"
        for name in fields
        if getattr(said, name, "") and name != ("kind" if said is event else "")
    )


def run_seed(seed: int, build: Build = PRODUCT) -> None:
    """The history of one seed."""
    simulate(draw(seed), build)
