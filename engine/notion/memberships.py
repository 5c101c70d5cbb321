"""What a person's hand on the relation of a track to playlists means for the playlists.

A track that stands in a relation no more was taken off only if the playlist's page is there itself:
a page that was trashed or lost takes nothing with it. And only within the budget that holds for
files: what would drain a playlist is not taken in, and waits for a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from engine.guard import empties, is_over
from projections.notion import PageRow, members
from projections.playlists import Group, groups
from projections.registry import State
from projections.runs import DAY_MS
from state.events import Event, MembershipSet, NotionEdited, NotionPageGone
from state.values import UNASSIGNED, PlaylistRef, Ref, TrackId

FIELD = "playlists"
"""The relation that says which playlists a track is on."""
TRACK, PLAYLIST = "track:", "playlist:"

Gone = Callable[[PageRow], Sequence[Event]]
"""Whether a page is gone, by what Notion says of itself; no event: it is there."""


class Judged(msgspec.Struct, frozen=True):
    """What is to be recorded of a look, and what is not."""

    events: list[Event]
    held: frozenset[str]
    """Pages whose relation is not taken in; the next look is to meet them again."""
    refused: tuple[str, ...]
    """Why, one line for each playlist."""


class Loss(msgspec.Struct, frozen=True):
    """A track that a person took off a playlist."""

    page: str
    group: Group
    track: TrackId


def judged(
    state: State, events: Sequence[Event], gone: Gone, *, now: int, allowed: int = 0
) -> Judged:
    """What a look found, with what follows for playlists.

    Args:
        now: milliseconds since 1970.
        allowed: `--allow-removals`: this many tracks in all are no cause to refuse.

    Raises:
        AdapterError: Notion cannot be asked whether a page is there.
    """
    edits = [each for each in events if isinstance(each, NotionEdited) and is_about(each)]
    if not edits:
        return Judged(list(events), frozenset(), ())
    reading = _Reading(state, gone)
    for edit in edits:
        reading.take(edit)
    refused = _refused(state, reading.losses, now) if len(reading.losses) > allowed else {}
    held = frozenset(loss.page for loss in reading.losses if loss.group.lead in refused)
    kept = [
        each
        for each in events
        if not (isinstance(each, NotionEdited) and is_about(each) and each.page in held)
    ]
    found = [event for page, event in reading.found if page not in held]
    return Judged([*kept, *reading.dead, *found], held, tuple(refused.values()))


def put_on(state: State, ref: Ref, pages: str) -> list[MembershipSet]:
    """The playlists that a new row names, as a word on its track.

    Args:
        pages: of playlists, as the log says relations.
    """
    return _Reading(state).put(state.identity.track(ref), members(pages)) if pages else []


def is_about(edit: NotionEdited) -> bool:
    """Whether an edit says on which playlists a track is."""
    return edit.property == FIELD and edit.key.startswith(TRACK)


class _Reading:
    """Edits as what they say of playlists."""

    def __init__(self, state: State, gone: Gone = lambda row: ()) -> None:
        self.state, self._gone = state, gone
        found, _ = groups(state.library, state.identity)
        self._groups = {ref: group for group in found for ref in group.refs}
        self._tracks = {group.lead: set(group.tracks(state.identity)) for group in found}
        self._is_there: dict[str, bool] = {}
        self.losses: list[Loss] = []
        self.found: list[tuple[str, MembershipSet]] = []
        """With the page that says so."""
        self.dead: list[Event] = []

    def take(self, edit: NotionEdited) -> None:
        before, after = members(edit.before), members(edit.value)
        track = self.state.identity.track(Ref(edit.key.removeprefix(TRACK)))
        self.found += [(edit.page, said) for said in self.put(track, after - before)]
        for page in sorted(before - after):
            group = self._group(page)
            refs = self._refs(group, track)
            if group is not None and refs and self._there(page):
                self.losses.append(Loss(edit.page, group, track))
                said = (MembershipSet(group.lead, ref, False) for ref in refs)
                self.found += [(edit.page, each) for each in said]

    def put(self, track: TrackId, pages: Iterable[str]) -> list[MembershipSet]:
        """A track that is put on playlists, as far as it is not on them."""
        found = (self._group(page) for page in sorted(pages))
        leads = [group.lead for group in found if group is not None]
        return [
            MembershipSet(lead, Ref(track), True)
            for lead in leads
            if track not in self._tracks[lead]
        ]

    def _refs(self, group: Group | None, track: TrackId) -> list[Ref]:
        """What the rows of a track on a playlist call it."""
        if group is None or track not in self._tracks[group.lead]:
            return []
        rows = group.members
        found = (row.track for row in rows if self.state.identity.track(row.track) == track)
        return list(dict.fromkeys(found))

    def _row(self, page: str) -> PageRow | None:
        rows = self.state.notion.pages.of(page)
        return next((row for row in rows if row.key.startswith(PLAYLIST)), None)

    def _group(self, page: str) -> Group | None:
        row = self._row(page)
        ref = PlaylistRef(row.key.removeprefix(PLAYLIST)) if row is not None else UNASSIGNED
        return self._groups.get(ref)

    def _there(self, page: str) -> bool:
        """Whether a playlist's page is not in the trash: each is asked once."""
        if page not in self._is_there:
            row = self._row(page)
            assert row is not None
            told = [] if row.gone else list(self._gone(row))
            self.dead += told
            self._is_there[page] = not row.gone and not any(
                isinstance(each, NotionPageGone) for each in told
            )
        return self._is_there[page]


def _refused(state: State, losses: Iterable[Loss], now: int) -> dict[str, str]:
    """Playlists that would lose too much, and that in words."""
    by_group: dict[str, tuple[Group, set[TrackId]]] = {}
    total = 0
    for loss in losses:
        by_group.setdefault(loss.group.lead, (loss.group, set()))[1].add(loss.track)
        total += 1
    found = {}
    for lead, (group, tracks) in by_group.items():
        there, planned = len(set(group.tracks(state.identity))), len(tracks)
        lately = sum(
            1
            for ref in group.refs
            for row in state.library.said.of(ref)
            if not row.wanted and row.at >= now - DAY_MS
        )
        if empties(planned, there) or is_over(planned, lately, there):
            found[lead] = (
                f"Notion: {planned} of {there} tracks were taken off {group.name!r}: refused; it "
                f"stays as it is. If that is right: sync reconcile --allow-removals {total}"
            )
    return found
