"""One turn at Notion: recover, look, claim, make, change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from adapters.contract import AdapterError, Blocked, NotAuthorised, Transient, Unreadable
from adapters.notion.client import Client, Invalid
from adapters.notion.fields import TITLES
from adapters.notion.settings import NotionSettings
from adapters.notion.tokens import token
from engine import access
from engine.library import Library
from engine.notion import memory
from engine.notion.claims import claims
from engine.notion.looking import Looking, kept, quiet_since
from engine.notion.planning import Bound, Write, changing, crowded, desired, leaving, making, row_of
from engine.notion.writing import Writing
from engine.ports import Progress, quiet
from engine.spotify import Turn
from engine.when import local
from projections.catalogue import Page, catalogue
from projections.notion import PageRow
from state.events import Event, NotionPageClaimed, ServiceBlocked

NAME = "notion"
LISTED = 5
"""So many doubtful pages, or pages in the trash, are told one by one."""


def connected(library: Library, settings: NotionSettings) -> Client:
    """A client for the library's connection.

    Raises:
        NotAuthorised: there is no token.
    """
    return Client(
        settings,
        token(library.home),
        clock=lambda: library.now() / 1000,
        sleep=lambda seconds: time.sleep(seconds),
    )


def publish(library: Library, settings: NotionSettings, progress: Progress = quiet) -> Turn:
    """Bring the pages in line with the library. The caller holds the effects lock.

    Whatever goes wrong is told in the turn, and the next one goes on from there.
    """
    return _turn(library, settings, progress, lambda turn: turn.publish())


def claim(library: Library, settings: NotionSettings, progress: Progress = quiet) -> Turn:
    """Only look, and claim the pages that are there; write nothing to Notion."""
    return _turn(library, settings, progress, lambda turn: turn.look_and_claim())


def is_quiet(library: Library, settings: NotionSettings) -> bool:
    """Whether nothing was edited in Notion since a turn that left nothing to do; loads no state."""
    known = memory.load(library)
    rows = library.models.query("SELECT catalogue, source FROM notion_database")
    if known.left or not rows or any(source not in known.looks for _, source in rows):
        return False
    if library.models.query("SELECT position FROM notion_intent LIMIT 1"):
        return False
    sql = "SELECT until FROM blocked WHERE service = ? AND until > ?"
    if library.models.query(sql, NAME, library.now()):
        return False
    bounds = [Bound(kind, source, known.looks[source].fields) for kind, source in rows]
    if not all(bound.fields for bound in bounds):
        return False
    try:
        client = connected(library, settings)
    except AdapterError:
        return False
    try:
        return quiet_since(Looking(library, settings, client, known), bounds)
    except AdapterError:
        return False
    finally:
        client.close()


def _turn(
    library: Library,
    settings: NotionSettings,
    progress: Progress,
    do: Callable[[_Publishing], object],
) -> Turn:
    turn = Turn()
    blocked = library.state.services.blocked.get(NAME)
    if blocked is not None and blocked.until > library.now():
        turn.waits.append(f"{blocked.why}; nothing is asked until {local(blocked.until)}")
        return turn
    try:
        client = connected(library, settings)
    except NotAuthorised as error:
        turn.refused = error
        turn.waits.append(str(error))
        return turn
    made = _Publishing(library, settings, client, progress, turn)
    try:
        do(made)
        access.granted(library, NAME)
    except NotAuthorised as error:
        turn.refused = error
        turn.waits.append(str(error))
        access.expired(library, NAME, error.expired)
    except Blocked as error:
        until = int(error.until * 1000)
        turn.waits.append(f"{error}; nothing is asked until {local(until)}")
        library.append([ServiceBlocked(NAME, until, str(error))])
    except Transient as error:
        turn.waits.append(f"Notion: {error}; the next run goes on")
    except AdapterError as error:
        turn.waits.append(str(error))
    finally:
        made.end()
        client.close()
    return turn


class _Publishing:
    """The steps of a turn; each may raise AdapterError."""

    def __init__(
        self,
        library: Library,
        settings: NotionSettings,
        client: Client,
        progress: Progress,
        turn: Turn,
    ) -> None:
        self.library, self.client, self.progress, self.turn = library, client, progress, turn
        self.memory = memory.load(library)
        self.memory.left = True  # until it is known that nothing is
        self.looking = Looking(library, settings, client, self.memory, progress)
        self.writing = Writing(library, client, self.looking)
        self.doubtful: set[str] = set()
        self.pages: list[Page] = []

    def publish(self) -> None:
        """All steps."""
        bounds, pages = self.look_and_claim()
        for bound in bounds:
            mine = [page for page in pages if page.kind == bound.kind]
            self._crowded(bound, mine)
            self._make(bound, mine)
            self._change(bound, mine)
        self.memory.left = bool(self.writing.failed or self.doubtful)

    def look_and_claim(self) -> tuple[list[Bound], list[Page]]:
        """Recover, read, and claim."""
        bounds = self.looking.bounds()
        self.writing.recover(bounds)
        bounds = [self._looked(bound) for bound in bounds]
        self.pages = pages = catalogue(self.library.state)
        for bound in bounds:
            self._claim(bound, [page for page in pages if page.kind == bound.kind])
        return bounds, pages

    def _looked(self, bound: Bound) -> Bound:
        """Look at a database; once more if its properties are not what they were."""
        try:
            self.looking.look(bound)
        except Invalid:
            self.looking.forget(bound.source)
            bound = next(each for each in self.looking.bounds() if each.kind == bound.kind)
            self.looking.look(bound)
        return bound

    # -- claiming --------------------------------------------------------------------------------

    def _claim(self, bound: Bound, pages: Sequence[Page]) -> None:
        notion = self.library.state.notion
        wanted = {page.key for page in pages}
        events: list[Event] = []
        homeless: list[Page] = []
        for page in pages:
            if row_of(notion, bound, page.key) is not None:
                continue
            before = [row for key in page.also if (row := row_of(notion, bound, key)) is not None]
            before = [row for row in before if row.key not in wanted and not row.gone]
            if before:
                old = before[0]
                why = f"it was that of {old.key}"
                events.append(
                    NotionPageClaimed(page.key, old.page, bound.source, why, dict(old.seen))
                )
            else:
                homeless.append(page)
        strays = self.memory.looks[bound.source].strays
        there = {row.key: row.page for row in notion.pages if not row.gone}
        for taken in [an_id for an_id in strays if notion.pages.of(an_id)]:
            del strays[taken]  # claimed by a run that was killed before it could say so
        found, doubts = claims(homeless, strays.values(), there)
        for each in found:
            seen = kept(strays.pop(each.page).said, bound.kind)
            events.append(NotionPageClaimed(each.key, each.page, bound.source, each.why, seen))
        self.library.append(events)
        copies = [each for each in strays.values() if each.values.get("sync_key") in wanted]
        if copies:
            self.turn.notes.append(
                f"Notion: {len(copies)} pages of {TITLES[bound.kind]} bear the Sync Key of another "
                f"page ({copies[0].page}): copies, which are left alone"
            )
        self.doubtful |= {doubt.key for doubt in doubts}
        for doubt in doubts[:LISTED]:
            self.turn.notes.append(
                f"Notion: {TITLES[bound.kind]}: {doubt.why}: write its Spotify ID or Sync Key "
                f"({doubt.key}) on the right one, or trash the others; until then none is made"
            )
        if len(doubts) > LISTED:
            self.turn.notes.append(
                f"Notion: {TITLES[bound.kind]}: {len(doubts) - LISTED} more like that"
            )

    def _tell_gone(self) -> None:
        known = self.library.state.notion.pages
        gone = [page for page in self.pages if (row := known.get(page.key)) and row.gone]
        if gone:
            names = ", ".join(repr(page.values["title"]) for page in gone[:LISTED])
            more = f" and {len(gone) - LISTED} more" if len(gone) > LISTED else ""
            self.turn.notes.append(
                f"Notion: {names}{more}: the page was trashed or lost, and is not made again"
            )

    # -- writing ---------------------------------------------------------------------------------

    def _crowded(self, bound: Bound, pages: Sequence[Page]) -> None:
        for key, field, many in crowded(pages, bound, self.library.state.notion)[:LISTED]:
            self.turn.waits.append(
                f"Notion: {key} has {many} {field}, and a request may hold 100: "
                "that relation is left as it is"
            )

    def _make(self, bound: Bound, pages: Sequence[Page]) -> None:
        notion = self.library.state.notion
        new = [
            page
            for page in pages
            if row_of(notion, bound, page.key) is None and page.key not in self.doubtful
        ]
        if new:
            self.progress(f"making pages of {TITLES[bound.kind]}", 0, len(new))
            self.writing.make(bound, [making(page, bound, notion) for page in new])

    def _change(self, bound: Bound, pages: Sequence[Page]) -> None:
        notion = self.library.state.notion
        by_key = {page.key: page for page in pages}

        def again(row: PageRow) -> Write | None:
            if row.key in by_key:
                return changing(row, desired(by_key[row.key], bound, notion), bound)
            return leaving(row, bound)

        rows = [row for row in notion.pages if row.source == bound.source and not row.gone]
        writes = [write for row in rows if (write := again(row)) is not None]
        if writes:
            self.progress(f"changing pages of {TITLES[bound.kind]}", 0, len(writes))
            self.writing.change(bound, sorted(writes, key=lambda one: one.key), again)

    def end(self) -> None:
        """Tell what was done, and remember where the look was."""
        self._tell_gone()
        self.turn.notes += dict.fromkeys(self.looking.notes)
        self.turn.unreadable += [Unreadable("Notion", line) for line in self.writing.failed]
        if self.writing.made or self.writing.changed:
            self.turn.notes.append(
                f"Notion: {self.writing.made} pages made, {self.writing.changed} changed"
            )
        memory.keep(self.library, self.memory)
