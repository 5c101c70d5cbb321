"""Runs of the product over a world, each checked from outside: before, after, and by the log."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from adapters.contract import Refused
from engine.places import PRIVATE
from engine.plans import Saved, read, write
from engine.reconcile import Reconciler
from engine.report import Report
from projections.layout import target_root
from state.events import FileVanished
from state.log import EventLog, LogError
from tests.machine.gates import Dead, Fault, Gates
from tests.machine.picture import (
    Begun,
    Picture,
    came,
    picture,
    sources_wrong,
    work_files,
    wrong,
)
from tests.machine.shadow import Gone, Shadow
from tests.machine.sound import heard, probe
from tests.machine.world import FOLDERS, World

Work = Callable[[Reconciler], Report]


class Ended(NamedTuple):
    """How a run ended."""

    report: Report | None
    """None: it died, or refused."""
    faulty: bool
    """Its fault happened."""


class Runs:
    """Starts runs and looks at what they did."""

    def __init__(self, world: World) -> None:
        self.world, self.shadow = world, Shadow()
        self.made: Picture = {}
        """What our runs put into the root, as far as nobody touched it since."""

    def reconcile(
        self, *, only: Collection[str] = (), allowed: int = 0, fault: Fault | None = None
    ) -> Ended:
        """`sync reconcile`."""
        return self._checked(Reconciler.run, only, allowed, fault)

    def save_plan(self) -> None:
        """`sync plan --out`."""

        def work(run: Reconciler) -> Report:
            run.look()
            plan = run.plan(templates=True).plan
            write(self.world.base / "plan.json", Saved(plan))
            return run.looked()

        self._checked(work, (), 0, None)

    def apply_plan(self, *, fault: Fault | None = None) -> Ended:
        """`sync apply`; a plan that is out of date is refused."""
        path = self.world.base / "plan.json"
        if not path.exists():
            return Ended(None, False)
        saved = read(path)
        return self._checked(lambda run: run.apply(saved.plan), saved.only, saved.allowed, fault)

    def planned(self) -> list[str]:
        """The places of the root that a saved plan wants to fill."""
        actions = read(self.world.base / "plan.json").plan.actions
        paths = {action.path for action in actions if action.kind != "trash"}
        return sorted(path for path in paths if not path.startswith(PRIVATE))

    # -- looking ---------------------------------------------------------------------------------

    def follow_log(self) -> None:
        """Fold what a person's command appended."""
        self._followed()

    def forget(self) -> None:
        """The log is another one."""
        self.shadow, self.made = Shadow(), {}
        self._followed()

    def knows_root(self) -> bool:
        """Whether the log knows of a root that it could miss."""
        row = self.shadow.state.files.roots.get(target_root("playlists"))
        return row is not None and bool(row.device or row.marker)

    def marked(self) -> bool:
        """Whether the root can be told from its mount point."""
        row = self.shadow.state.files.roots.get(target_root("playlists"))
        return row is not None and bool(row.marker)

    def check_state(self) -> None:
        """A process that starts now knows what the log gives. AssertionError if not."""
        self.world.end_process()
        unlike = self.shadow.unlike(self.world.library.state)
        assert not unlike, f"loaded from state.db, these are not what the log gives: {unlike}"

    def _checked(
        self, work: Work, only: Collection[str], allowed: int, fault: Fault | None
    ) -> Ended:
        world = self.world
        before = {name: picture(world.folder(name)) for name in FOLDERS}
        begun = self.shadow.open()
        gates = Gates(fault, lambda: world.leave("root") if self.knows_root() else None)
        report = self._run(work, only, allowed, gates)
        begun += self._followed()
        after = {name: picture(world.folder(name)) for name in FOLDERS}
        told = [*wrong(before["root"], after["root"], begun)]
        for name in FOLDERS[1:]:
            told += sources_wrong(before[name], after[name])
        self.made = came(self.made, before["root"], after["root"])
        lost = [event for event in self.shadow.lost if self._is_there(event, before)]
        told += [f"nobody has seen that it is gone: {event}" for event in lost]
        assert not told, "; ".join(told)
        if report is not None:
            unlike = self.shadow.unlike(world.library.state)
            assert not unlike, f"the live state is not what the log gives: {unlike}"
            if not gates.happened and "root" not in world.away:
                # What an action leaves that fails is swept by the next start.
                assert report.failed or not work_files(after["root"]), "work files are left"
                self._check_clean(after["root"], whole=not only)
        return Ended(report, gates.happened)

    def _is_there(self, event: Gone, before: dict[str, Picture]) -> bool:
        """Whether what is said to be gone is there, or could not be seen to be gone."""
        if isinstance(event, FileVanished):
            name = "root" if event.root.startswith("target/") else "music"
            return event.path in before[name]
        name, _, file = event.playlist.removeprefix("csv:").partition("/")
        return name == "backups" and f"{file}.csv" in self.world.broken

    def _run(self, work: Work, only: Collection[str], allowed: int, gates: Gates) -> Report | None:
        library = self.world.library
        library.appended = 0
        try:
            with library.effects(), gates.around(library):
                run = Reconciler(
                    library,
                    self.world.config(),
                    only=only,
                    allowed=allowed,
                    disk=gates.disk(),
                    audio=lambda path: probe(path).audio,
                )
                return work(run)
        except (Dead, LogError):
            assert gates.happened
            self.world.end_process()
        except Refused:
            pass
        return None

    def _followed(self) -> list[Begun]:
        if not (self.world.home / "log.db").exists():
            return []
        log = EventLog(self.world.home / "log.db", read_only=True)
        try:
            return self.shadow.follow(log)
        finally:
            log.close()

    def _check_clean(self, root: Picture, *, whole: bool) -> None:
        assert not self.shadow.open(), f"intents are still open: {self.shadow.open()}"
        for path in self.made if whole else ():
            made = self.shadow.state.files.files.get((target_root("playlists"), path))
            assert made is not None and made.ours, f"we made it, and the log forgot: {path}"
        for row in self.shadow.state.files.files:
            if whole and row.root == "target/playlists":
                assert row.path in root, f"the log says that it is there: {row}"
                audio = heard(root[row.path].content)
                assert row.text or audio in ("", row.audio), f"the log says another one: {row}"
