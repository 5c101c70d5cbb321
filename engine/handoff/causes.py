"""What needs a person besides doubtful matches and playlists, found out from the state.

Tracks whose last address failed, logins that are not honoured, playlists that may not be read,
plans that the guard refuses, pages in Notion's trash. Pure and level-triggered: what should be open
is compared with what is, so that one cause is one matter however often a run meets it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import msgspec

from engine import chain
from engine.guard import Refusal
from engine.handoff.words import ALLOW, LEAVE
from projections.catalogue import Page, catalogue
from projections.layout import Layouter
from projections.registry import State
from projections.tracks import label
from state.events import Event, MatterClosed, MatterOpened
from state.values import Candidate, Ref

TOPICS = frozenset({"failed", "access", "unreadable", "refused", "trashed"})


class Cause(msgspec.Struct, frozen=True):
    """Something that should be an open matter."""

    matter: MatterOpened
    position: int
    """Of the event that it is known by: a person who left it alone is asked again only after a
    newer one. 0: known by its words alone."""


def news(state: State, found: Iterable[Cause], topics: Collection[str] = TOPICS) -> Iterator[Event]:
    """Open what should be open and is not, close what is open and should not be.

    Args:
        topics: those that `found` is complete of.
    """
    should = {cause.matter.matter: cause for cause in found}
    for cause in should.values():
        matter = cause.matter
        row = state.matters.open.get(matter.matter)
        if row is None:
            if not is_left(state, cause):
                yield matter
        elif (row.text, row.candidates, row.options) != (
            matter.text,
            matter.candidates,
            matter.options,
        ):
            yield matter
    for row in state.matters.open:
        if row.topic in topics and row.matter not in should:
            yield MatterClosed(row.matter)


def is_left(state: State, cause: Cause) -> bool:
    """Whether a person said that it shall be left as it is."""
    ended = state.matters.closed.get(cause.matter.matter)
    if ended is None or ended.answer != LEAVE:
        return False
    if not cause.position:
        return ended.text == cause.matter.text
    return ended.position > cause.position


def causes(
    state: State, layouter: Callable[[], Layouter], services: Collection[str]
) -> Iterator[Cause]:
    """All but refused plans.

    Args:
        layouter: gives the layouts of this state; asked only where something failed.
        services: those that are configured.
    """
    yield from _failed(state, layouter)
    yield from _expired(state, services)
    yield from _unreadable(state)
    yield from _trashed(state)


def _failed(state: State, layouter: Callable[[], Layouter]) -> Iterator[Cause]:
    tracks = dict.fromkeys(state.identity.track(row.track) for row in state.wanted.failures)
    found = {track: chain.exhausted(state, track) for track in tracks}
    failed = {track: rows for track, rows in found.items() if rows}
    if not failed:
        return  # a layout is a costly thing to ask
    made = layouter()
    layouts = [made.layout(target) for target in state.policy.audio_targets()]
    for track in dict.fromkeys(each.track for layout in layouts for each in layout.waiting):
        if rows := failed.get(track, []):
            last = rows[-1]
            more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            text = (
                f"{label(state, track)}: cannot be had from {last.url}{more}: {last.why}; give "
                f"another address, or leave it"
            )
            tried = tuple(Candidate(Ref(row.url), 0.0, row.why) for row in reversed(rows))
            matter = MatterOpened(f"failed:{track}", "failed", text, candidates=tried)
            yield Cause(matter, last.position)


def _expired(state: State, services: Collection[str]) -> Iterator[Cause]:
    for row in state.access.expired:
        if row.service in services:
            text = f"{row.service} does not honour the login any more: {row.why}"
            yield Cause(MatterOpened(f"access:{row.service}", "access", text), row.position)


def _unreadable(state: State) -> Iterator[Cause]:
    for row in state.services.refused:
        text = f"{row.source} does not let playlist {row.name!r} be read: {row.why}"
        yield Cause(MatterOpened(f"unreadable:{row.ref}", "unreadable", text), row.position)


def _trashed(state: State) -> Iterator[Cause]:
    # What we trashed ourselves is taken out again as soon as it is wanted.
    gone = [row for row in state.notion.pages if row.gone not in ("", "left")]
    if not gone:
        return
    pages = {page.key: page for page in catalogue(state)}
    for row in gone:
        page = pages.get(row.key)
        if page is not None:
            how = "lies in Notion's trash" if row.gone == "trashed" else "is gone from Notion"
            text = f"the page of {_name(page)} {how}, and is not made again"
            yield Cause(MatterOpened(f"trashed:{row.key}", "trashed", text), row.position)


def _name(page: Page) -> str:
    return f"{page.kind.removesuffix('s')} {page.values['title']!r}"


# ---- plans -------------------------------------------------------------------------------------


def refusals(refused: Sequence[Refusal], removals: int) -> Iterator[Cause]:
    """Plans that the guard refuses.

    Args:
        removals: of the whole plan: that many would have to be allowed.
    """
    for each in refused:
        matter = MatterOpened(
            f"refused:{each.root}|{each.playlist if each.playlist is not None else '*'}",
            "refused",
            each.text,
            each.root,
            options=(f"{ALLOW} {removals}",),
        )
        yield Cause(matter, 0)


def allowance(state: State) -> int:
    """How many removals a person allowed by answering, since the last run that ended by itself."""
    said = [row for row in state.matters.closed if row.answer.startswith(f"{ALLOW} ")]
    if not said:
        return 0
    last = max((row.finished or 0 for row in state.runs.runs), default=0)
    numbers = (row.answer.partition(" ")[2] for row in said if row.position > last)
    return max(map(int, numbers), default=0)
