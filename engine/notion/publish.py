"""One turn at Notion: recover, look, claim, make, change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from adapters.contract import AdapterError
from adapters.notion.client import Client
from adapters.notion.fields import TITLES, Kind
from adapters.notion.reading import Incomplete
from adapters.notion.settings import NotionSettings
from adapters.notion.values import Value
from engine.amounts import many
from engine.library import Library
from engine.notion import memory, telling
from engine.notion.claiming import claim_pages
from engine.notion.connection import NAME, asked, connected, told
from engine.notion.far import OtherSide
from engine.notion.looking import Looking, Removed, quiet_since
from engine.notion.planning import (
    Bound,
    Crowd,
    beyond,
    changing,
    crowds,
    desired,
    leaving,
    making,
    row_of,
)
from engine.notion.recovering import Recovering
from engine.notion.removing import Removing
from engine.notion.requests import Learn, hear
from engine.notion.writing import Reshaped, Wants, Writing
from engine.ports import Progress, quiet
from engine.spotify import Turn
from projections.catalogue import Page, catalogue
from projections.notion import PageRow


def publish(
    library: Library,
    settings: NotionSettings,
    progress: Progress = quiet,
    *,
    allowed: int = 0,
    learn: Learn | None = None,
    only: Collection[str] = (),
) -> Turn:
    """Bring the pages in line with the library. The caller holds the effects lock.

    Whatever goes wrong is told in the turn, and the next one goes on from there.

    Args:
        allowed: `--allow-removals`.
        learn: asks Spotify about tracks that people ask for on rows of their own.
        only: Sync Keys of the pages to be made and changed; empty: all.
    """
    return _turn(library, settings, progress, lambda turn: turn.publish(only), allowed, learn)


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
    allowed: int = 0,
    learn: Learn | None = None,
) -> Turn:
    turn = Turn()
    client = asked(library, settings, turn)
    if client is None:
        return turn
    made = _Publishing(library, settings, client, progress, turn, allowed, learn)
    try:
        with told(library, turn):
            do(made)
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
        allowed: int,
        learn: Learn | None,
    ) -> None:
        self.library, self.client, self.progress, self.turn = library, client, progress, turn
        self.learn = learn
        self.began = library.state.position
        self.memory = memory.load(library)
        self.memory.left = True  # until it is known that nothing is
        self.looking = Looking(library, settings, client, self.memory, progress, allowed=allowed)
        self.writing = Writing(library, client, self.looking)
        self.recovering = Recovering(library, self.looking, self.writing)
        self.far = OtherSide(library, client)
        days = settings.trash_after_days
        self.removing = Removing(library, client, self.memory, days=days, allowed=allowed)
        self.doubtful: set[str] = set()
        self.doubted: set[str] = set()
        """Keys that may have a page already, and pages that may have a key."""
        self.pages: list[Page] = []

    def publish(self, only: Collection[str] = ()) -> None:
        """All steps."""
        bounds, pages = self.look_and_claim()
        pages = [page for page in pages if not only or page.key in only]
        for bound in bounds:
            mine = [page for page in pages if page.kind == bound.kind]
            with self._alone(bound.kind):
                self.writing.steadily(
                    self.looking.present(bound), partial(self._bring, pages=mine, leave=not only)
                )
        wrote = self.writing.made + self.writing.changed + self.far.changed + self.removing.done
        odd = self.writing.failed or self.doubtful or self.looking.absent or self.far.refused
        self.memory.left = bool(wrote or odd or only or self.looking.refused)

    def _bring(self, bound: Bound, pages: Sequence[Page], *, leave: bool) -> None:
        """Make and change the pages of a database.

        Args:
            leave: mark the pages that nothing asks for any more.
        """
        self.removing.restore(bound, pages)
        self._make(bound, pages)
        self._change(bound, pages, leave)
        if leave:
            self.removing.trash(bound, {page.key for page in pages})

    def look_and_claim(self) -> tuple[list[Bound], list[Page]]:
        """Recover, read, and claim."""
        bounds = self.looking.bounds()
        self.recovering.drop()
        looked = []
        for bound in bounds:
            with self._alone(bound.kind):
                looked.append(self.recovering.look(self.looking.present(bound)))
        self.pages = pages = catalogue(self.library.state)
        for bound in looked:
            self._claim(bound, [page for page in pages if page.kind == bound.kind])
        if self._hear(looked):
            self.pages = pages = catalogue(self.library.state)
        return looked, pages

    def _claim(self, bound: Bound, pages: Sequence[Page]) -> None:
        strays = self.memory.looks[bound.source].strays
        doubts = claim_pages(self.library, bound, pages, strays)
        self.turn.notes += telling.copies(bound.kind, pages, strays)
        self.turn.notes += telling.doubts(bound.kind, doubts)
        self.doubtful |= {doubt.key for doubt in doubts}
        self.doubted |= {page for doubt in doubts for page in doubt.pages}

    def _hear(self, bounds: Sequence[Bound]) -> bool:
        """What people ask for on rows of tracks; whether it is anything new."""
        before = self.library.state.position
        for bound in bounds:
            if bound.kind == "tracks":
                look = self.memory.looks[bound.source]
                hear(self.library, bound.source, look, self.doubted, self.learn)
        return self.library.state.position != before

    @contextmanager
    def _alone(self, kind: Kind) -> Iterator[None]:
        """What is wrong with one database does not stop the others."""
        try:
            yield
        except (Removed, Reshaped, Incomplete) as error:
            self.looking.absent[kind] = str(error)

    # -- writing ---------------------------------------------------------------------------------

    def _make(self, bound: Bound, pages: Sequence[Page]) -> None:
        notion = self.library.state.notion
        new = [
            page
            for page in pages
            if row_of(notion, bound, page.key) is None and page.key not in self.doubtful
        ]
        if new:
            self.progress(f"making pages of {TITLES[bound.kind]}", 0, len(new))
            crowd = crowds(pages, bound, notion)
            self.writing.make(bound, [making(page, bound, notion, crowd) for page in new])

    def _change(self, bound: Bound, pages: Sequence[Page], leave: bool) -> None:
        notion = self.library.state.notion
        by_key = {page.key: page for page in pages}

        def wants(row: PageRow) -> Mapping[str, Value]:
            if row.key in by_key:
                return desired(by_key[row.key], bound, notion)
            return leaving(bound)

        crowd = crowds(pages, bound, notion)
        rows = [row for row in notion.pages if row.source == bound.source and not row.gone]
        rows = [row for row in rows if leave or row.key in by_key]
        found = (changing(row, wants(row), bound, crowd) for row in rows)
        if writes := [write for write in found if write is not None]:
            self.progress(f"changing pages of {TITLES[bound.kind]}", 0, len(writes))
            self.writing.change(bound, sorted(writes, key=lambda one: one.key), wants, crowd)
        self._from_the_other_side(bound, rows, wants, crowd)

    def _from_the_other_side(
        self, bound: Bound, rows: Sequence[PageRow], wants: Wants, crowd: Crowd
    ) -> None:
        known = self.library.state.notion.pages
        rows = [now for row in rows if (now := known.get(row.key)) is not None and not now.gone]
        todo = []
        for key in sorted(row.key for row in rows if beyond(row, wants(row), crowd)):
            if (row := self.writing.fresh(bound, key)) is not None:
                todo += beyond(row, wants(row), crowd)
        if todo:
            self.far.write(bound, todo, crowd)

    def end(self) -> None:
        """Tell what was done, and remember where the look was."""
        known, turn = self.library.state.notion.pages, self.turn
        turn.notes += telling.gone(self.pages, known, self.began)
        turn.waits += telling.absent(self.looking.absent)
        turn.waits += telling.refused(self.pages, self.far.refused)
        turn.waits += [*self.looking.refused, *self.removing.refused]
        turn.notes += dict.fromkeys(self.looking.notes)
        turn.unreadable += telling.failed(self.writing.failed)
        changed = self.writing.changed + self.far.changed + self.removing.done
        if self.writing.made or changed:
            turn.notes.append(f"Notion: {many(self.writing.made, 'page')} made, {changed} changed")
        memory.keep(self.library, self.memory)
