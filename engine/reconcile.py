"""The loop: look, tell, decide, plan, guard, apply; again until nothing is left to do.

Level-triggered: every pass looks at the whole state. A run can be killed anywhere; the next one
recovers and goes on.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from adapters.audio import probe
from adapters.disk import Disk
from engine import approved, decide, recordings, status, still
from engine.applying import Applying, Told
from engine.config import Config
from engine.fetching import Media
from engine.guard import Verdict, guard
from engine.handoff import causes
from engine.handoff import turn as handoff
from engine.holding import Holding
from engine.library import Library
from engine.matching import Decision
from engine.observe import World
from engine.planner import Blocked, Plan, plan
from engine.ports import AudioHash, Progress, Transfers, quiet, silent
from engine.ports import Disk as DiskPort
from engine.preparing import Preparing
from engine.publishing import publish
from engine.report import Report
from engine.spotify import Turn
from projections.origins import FETCHED, NO_AUDIO, is_delivered
from projections.policy import LISTS
from state.events import ReconcileFinished

PASSES = 10
"""Parked files and m3u8 that follow need two or three; more means that two wishes quarrel."""


class Planned(msgspec.Struct):
    """A plan and what the guard says of it."""

    plan: Plan
    verdict: Verdict
    report: Report


class Reconciler:
    """One run over an open library. The caller holds the effects lock.

    Args:
        only: sources and targets to look at and act upon; empty: all.
        allowed: `--allow-removals`.
        turn: of Spotify, if this run has looked there already.
        media: the sites to fetch from; by default the configured ones.
        holding: what stands in the way of changing anything; by default as configured.
    """

    def __init__(
        self,
        library: Library,
        config: Config,
        *,
        only: Collection[str] = (),
        allowed: int = 0,
        progress: Progress = quiet,
        transfers: Transfers = silent,
        told: Told = lambda outcome: None,
        disk: DiskPort | None = None,
        audio: AudioHash = lambda path: probe(path).audio,
        turn: Turn | None = None,
        media: Media | None = None,
        holding: Holding | None = None,
    ) -> None:
        self.library, self.config = library, config
        self.media = media
        self.holding = holding or Holding(library, config.hold)
        self.only, self.allowed = only, allowed
        self.progress, self.transfers = progress, transfers
        self.disk: DiskPort = disk or Disk()
        self.report = Report(notes=list(library.notes))
        self.world = World(library, config, progress, only, turn)
        self.hands = Applying(
            library, self.disk, audio, self.world, self.holding, self.report, progress, told
        )
        self._decided: dict[str, Decision] = {}
        self.whole = not only
        """Whether its plans are of everything."""
        self.bookmarks: dict[str, str | None] = {}
        self._removals = 0
        """Of the last plan."""

    # -- looking ---------------------------------------------------------------------------------

    def look(self, *, hear: bool = False) -> None:
        """Recover, observe, and decide what follows from it.

        Args:
            hear: take the answers that wait in the outbox.
        """
        self.library.refresh()  # the lock may have been waited for
        if self.world.turn is None:
            self.library.begin()
        self.world.look_at_roots()
        self.hands.recover()
        self.library.decide(
            lambda state: list(decide.policy(state, dict(self.config.policy()), templates=False))
        )
        if hear:
            self._hear()
        self.world.observe()
        self.report.unreadable = [f"{line.where}: {line.why}" for line in self.world.unreadable]
        self.report.notes += self.world.notes
        if self._in_step() is None:
            self.settle()

    def _hear(self) -> None:
        """Take what people answered, in files or in Notion."""
        taken = [handoff.hear(self.library, self.config)]
        if not self.only or "notion" in self.only:
            said, turn = handoff.hear_in_notion(self.library, self.config, self.progress)
            taken.append(said)
            self.report.hear(turn)
        for each in taken:
            self.report.notes += each.notes
            self.report.failed += each.refused

    def settle(self) -> None:
        """Match, claim, follow a person's edits, open and close matters."""
        library = self.library
        self.progress("matching", 0, 0)
        library.decide(lambda state: list(decide.same_playlists(state)))
        decided = self._decided = decide.decisions(library.state, library.layouter())
        library.decide(lambda state: list(decide.matches(state, decided)))
        library.decide(lambda state: list(recordings.matches(state)))
        library.decide(lambda state: list(decide.edits(state)))
        library.decide(lambda state: list(decide.claims(state, library.layouter())))
        library.decide(lambda state: list(decide.delivered(state, library.layouter())))
        self._ask(decided)

    def _ask(self, decided: dict[str, Decision]) -> None:
        """Open and close matters."""
        now = self.library.now()
        self.library.decide(
            lambda state: list(decide.matters(state, self.library.layouter(), decided, now))
        )

    # -- planning --------------------------------------------------------------------------------

    def plan(self, *, templates: bool) -> Planned:
        """What would be done now, and what the guard says of it.

        Args:
            templates: plan with the configuration's path templates, although the log has others.
        """
        state = self.library.state
        layouter = self.library.layouter()
        new = self.new_templates() if templates else {}
        made = self._only_wanted(plan(state, layouter, new))
        allowed = max(self.allowed, causes.allowance(state))
        verdict = guard(state, layouter, made, now=self.library.now(), allowed=allowed)
        self._removals = sum(action.removes for action in made.actions)
        self.report.waiting = len(made.waiting)
        self.report.refused = verdict.refused
        return Planned(made, verdict, self.report)

    def new_templates(self) -> dict[str, str]:
        """Target → a path template in the configuration that the log does not have."""
        found = {}
        for name, value in self.config.policy().items():
            row = self.library.state.policy.settings.get(name)
            once = is_delivered(self.library.state, name.split(".")[1])
            if decide.renames(name) and not once and row is not None and row.value != value:
                found[name.split(".")[1]] = str(value)
        return found

    def _only_wanted(self, made: Plan) -> Plan:
        if not self.only:
            return made
        actions = [
            action
            for action in made.actions
            if (LISTS if action.text else action.root.partition("/")[2]) in self.only
        ]
        return msgspec.structs.replace(made, actions=tuple(actions))

    # -- doing -----------------------------------------------------------------------------------

    def run(self) -> Report:
        """Look, and bring everything in line."""
        self.look(hear=True)
        step = self._in_step()
        if step is None:
            self._passes()
        else:
            self.report.waiting = step
        # Before anything is fetched: a person sees it coming, and what they wrote counts at once.
        heard = self._publish()
        published = self.library.state.position
        if heard:
            self.settle()
            self._passes()
        if step is None or heard:
            self._prepare()
        self._import()
        if self.library.state.position != published:
            self._publish()
        return self._finish()

    def _preparing(self) -> Preparing:
        return Preparing(
            self.library,
            self.config,
            self.world,
            self.disk,
            self.report,
            only=self.only,
            media=self.media,
            progress=self.progress,
            transfers=self.transfers,
            mark=lambda: self.hands.mark({FETCHED}),
            held=self.holding.why,
        )

    def _prepare(self) -> None:
        """Get the files that are wanted and not there yet, and put them where they belong."""
        prepare = self._preparing()
        if prepare.convert():
            self._passes()
        if not prepare.fetches:
            return
        if prepare.pictures():
            self._passes()
        # What lies on a volume that is not there now needs no fetching.
        waiting = self.plan(templates=False).plan.waiting
        if prepare.fetch(each.track for each in waiting if each.why == NO_AUDIO):
            self.settle()
            prepare.convert()
            self._passes()

    def _import(self) -> None:
        """Have an item in Eagle for every track with a file, where that is configured."""
        settings = self.config.eagle
        if settings is not None and (not self.only or "eagle" in self.only):
            from engine.eagle import turn  # of no use to most libraries

            self.report.hear(turn.run(self.library, settings, self.progress))

    def _publish(self) -> bool:
        """Bring the pages of the catalogue in line; whether people asked for anything there."""
        wanted = not self.only or "notion" in self.only
        return wanted and publish(
            self.library, self.config, self.report, self.progress, allowed=self.allowed
        )

    def _passes(self) -> None:
        tried: set[tuple[str, str, str, str]] = set()
        for _ in range(PASSES):
            planned = self.plan(templates=False)
            fresh = [a for a in planned.verdict.actions if approved.key(a) not in tried]
            if not fresh:
                break
            tried |= {approved.key(action) for action in fresh}
            if not self.hands.apply(fresh, planned.plan.texts):
                break
        if new := self.new_templates():
            self._pending_templates(new)

    def _pending_templates(self, new: dict[str, str]) -> None:
        state = self.library.state
        renames = [
            action
            for action in plan(state, self.library.layouter(), new).actions
            if action.kind == "move"
        ]
        self.report.pending = len(renames)
        for target, template in new.items():
            self.report.notes.append(
                f"target {target}: the template is now {template!r}; its {len(renames)} renames "
                f"want your word: sync plan --out renames.json, then sync apply renames.json"
            )

    def apply(self, saved: Plan) -> Report:
        """Do exactly what a saved plan says, or raise Refused."""
        self.look()
        now = self.plan(templates=True)
        if now.verdict.refused:
            return self._finish()
        actions = approved.same(saved, now.plan, self.library.state.files)
        if self.hands.is_held(actions):
            return self._finish()
        self.library.decide(
            lambda state: list(decide.policy(state, dict(self.config.policy()), templates=True))
        )
        done = self.hands.apply(actions, now.plan.texts)
        for _ in range(PASSES):
            left = self.plan(templates=False).plan
            follow = [action for action in left.actions if approved.follows(action, saved)]
            if not done or not follow:
                break
            done = self.hands.apply(follow, left.texts)
        self.report.pending = len(left.actions)
        return self._finish()

    def looked(self) -> Report:
        """The end of a run that only looked."""
        self._ended()
        self.world.save({})
        self.report.hear(self.world.turn)
        return self.report

    # -- the end ---------------------------------------------------------------------------------

    def _finish(self) -> Report:
        if self.report.done or self.report.fetched or self.report.searched:
            self._ask_again()
        report, library = self.report, self.library
        handoff.settle(library, self.config, report.refused, self._removals, whole=self.whole)
        if not self.only or "notion" in self.only:
            report.hear(handoff.tell_notion(library, self.config, self.progress))
        self._ended()
        self.bookmarks, trouble = handoff.fold(library, self.config)
        report.failed += trouble
        self.save()
        self.report.hear(self.world.turn)
        return self.report

    def _ask_again(self) -> None:
        """What was done may have answered what a person was asked, or changed the question."""
        files = self.library.state.files.files
        decided = {audio: what for audio, what in self._decided.items() if files.of(audio)}
        self._ask(decided)

    def _ended(self) -> None:
        """A run that recorded anything says that it was not cut off."""
        report, library = self.report, self.library
        if library.appended or causes.allowance(library.state):
            library.append(
                [
                    ReconcileFinished(
                        dict(report.done),
                        len(report.failed),
                        len(report.blocked),
                        report.waiting,
                    )
                ]
            )
        report.events = library.appended
        report.blocked += [Blocked("", line) for line in self.world.offline]
        report.matters = len(library.state.matters.open)

    def save(self) -> None:
        """Save the read models; if nothing is left to do, remember that it was so."""
        report = self.report
        left = report.failed or report.blocked or report.refused or report.pending
        clean = not (left or report.held or self.only)
        step = None
        if clean:
            step = still.mark(self.library, self.config, report.waiting, report.due)
        self.world.save({still.IN_STEP: step, **self.bookmarks})
        if not status.is_kept(self.library):
            status.keep(self.library)

    def _in_step(self) -> int | None:
        """How many tracks wait, if nothing was appended since a run found nothing left to do."""
        if self.only:
            return None
        return still.waiting_in_step(self.library, self.config, self.library.state.position)
