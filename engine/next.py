"""The first track of the chain, taken through to its end: fetched, made into what its targets need,
tagged, put into every place where it belongs, delivered, shown in Eagle and in Notion. All other
tracks are left to the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine import chain
from engine.chain import Later, Search, Take
from engine.config import Config
from engine.library import Library
from engine.planner import Plan
from engine.preparing import Preparing
from engine.publishing import publish_one
from engine.reconcile import Reconciler
from engine.report import Report
from projections.layout import target_root
from projections.origins import FETCHED, NO_AUDIO
from projections.tracks import label
from state.values import TrackId

COMING = ("place", "restore", "deliver")
"""Actions that give a track a file."""
OFF = "fetching is turned off: [fetch] sources in the configuration turns it on"


class Passed(msgspec.Struct, frozen=True):
    """A track that is not next, and why."""

    track: TrackId
    why: str
    until: int = 0
    """When it may be tried again, milliseconds since 1970; 0: not by itself."""


class Course(msgspec.Struct):
    """Which track was taken, and which were passed over before it."""

    track: TrackId | None = None
    first: str = ""
    """Why it came first."""
    step: str = ""
    """Of a rehearsal: what would be done with it first."""
    passed: list[Passed] = msgspec.field(default_factory=list)


class Next(Reconciler):
    """A run that looks at everything and brings one track in line.

    Args:
        asked: the one; by default the first of the chain that can go on.
    """

    def __init__(
        self, library: Library, config: Config, *, asked: TrackId | None = None, **options: Any
    ) -> None:
        super().__init__(library, config, **options)
        self.asked = asked
        self.whole = False
        self.course = Course()
        self._track: TrackId | None = None

    def run(self) -> Report:
        """Look, and take tracks in turn until one has come through."""
        self.look()
        for track, _ in self._order()[: self.config.fetch.limit]:
            self._take(track)
            self._show(track)  # so that a person sees it coming
            if self._bring(track) or self.report.held or self.report.blocked:
                break
            self._pass_over(track)
        return self._finish()

    def rehearse(self) -> Report:
        """Look, and find out which one would be taken."""
        self.look()
        for track, step in self._order()[:1]:
            self._take(track)
            self.course.step = step
        self.plan(templates=False)
        return self.looked()

    def _finish(self) -> Report:
        track = self.course.track or self.asked
        if track is not None:
            self._import()
            self._show(track)
        return super()._finish()

    def _show(self, track: TrackId) -> None:
        """Bring the page of a track in Notion in line."""
        publish_one(self.library, self.config, self.report, self.progress, track)

    # -- which one -------------------------------------------------------------------------------

    def _take(self, track: TrackId) -> None:
        state = self.library.state
        groups = self.library.layouter().all_groups
        self.course.track = track
        self.course.first = chain.reason(state, groups, track, self.config.fetch.order)

    def _order(self) -> list[tuple[TrackId, str]]:
        """The tracks that can go on, the first one first, with what is to be done with them."""
        state, now = self.library.state, self.library.now()
        layouter = self.library.layouter()
        planned = self.plan(templates=False)
        here = {
            state.identity.track(action.placement.track)
            for action in planned.verdict.actions
            if action.kind in COMING and action.placement is not None
        }
        made = {
            conversion.track
            for target in state.policy.audio_targets()
            if state.files.online(target_root(target))
            for conversion in layouter.layout(target).conversions
        }
        waiting = {each.track: each.why for each in planned.plan.waiting}
        listed = (track for tracks in layouter.tracks_of.values() for track in tracks)
        todo = dict.fromkeys([*listed, *sorted(here | made), *waiting])
        wanted = [track for track in todo if track in here or track in made or track in waiting]
        found = []
        for track in chain.ordered(state, layouter.all_groups, wanted, self.config.fetch.order):
            if self.asked is not None and track != self.asked:
                continue
            if track in here or track in made:
                step = "its audio is known"
            elif waiting[track] != NO_AUDIO:
                self.course.passed.append(Passed(track, waiting[track]))
                continue
            else:
                turn = chain.step(state, track, now)
                if isinstance(turn, Later):
                    self.course.passed.append(Passed(track, turn.why, turn.until))
                    continue
                if not self._fetches:
                    self.course.passed.append(Passed(track, OFF))
                    continue
                step = self._words(turn)
            found.append((track, step))
        return found

    @property
    def _fetches(self) -> bool:
        return bool(self.config.fetch.sources) and self.library.state.files.online(FETCHED)

    def _words(self, step: Take | Search) -> str:
        if isinstance(step, Take):
            return f"is fetched from {step.url}"
        return f"is searched for at {', '.join(self.config.fetch.sources)}"

    # -- bringing it in --------------------------------------------------------------------------

    def _bring(self, track: TrackId) -> bool:
        """Take one track as far as it goes; whether anything was done for it."""
        self._track = track
        report = self.report
        before = report.fetched, report.made, report.done.total()
        prepare = self._preparing()
        planned = self.plan(templates=False).plan
        if any(each.track == track and each.why == NO_AUDIO for each in planned.waiting) and (
            prepare.fetch([track])
        ):
            self.settle()
        prepare.convert()
        self._passes()
        return (report.fetched, report.made, report.done.total()) != before

    def _pass_over(self, track: TrackId) -> None:
        """It did not work: what was said of it is why it is passed over."""
        said, self.report.unfetched = self.report.unfetched, []
        step = chain.step(self.library.state, track, self.library.now())
        until = step.until if isinstance(step, Later) else 0
        name = f"{label(self.library.state, track)}: "
        said = [line.removeprefix(name) for line in said]  # it is named where this is told
        why = step.why if isinstance(step, Later) else "; ".join(said) or "nothing came of it"
        self.course.passed.append(Passed(track, why, until))
        self.course.track, self.course.first = None, ""

    def _preparing(self) -> Preparing:
        prepare = super()._preparing()
        prepare.track = self._track
        return prepare

    def _only_wanted(self, made: Plan) -> Plan:
        made = super()._only_wanted(made)
        if self._track is None:
            return made
        name = self.library.state.identity.track
        actions = [
            action
            for action in made.actions
            if action.placement is not None and name(action.placement.track) == self._track
        ]
        return msgspec.structs.replace(made, actions=tuple(actions))

    def save(self) -> None:
        """What is left for the others is not looked at here: nothing is known to be in step."""
        self.world.save(self.bookmarks)


def grouped(passed: Sequence[Passed]) -> dict[str, list[Passed]]:
    """Tracks that are passed over, by why."""
    found: dict[str, list[Passed]] = {}
    for each in passed:
        found.setdefault(each.why, []).append(each)
    return found
