"""Looking at the databases: what people changed, what is gone, and pages that belong to nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from adapters.contract import Fatal
from adapters.notion.client import Client, Missing
from adapters.notion.fields import FIELDS, KINDS, TITLES, Kind
from adapters.notion.fitting import Property, fit
from adapters.notion.reading import Scan, Seen, complete, edited, everything, seen
from adapters.notion.settings import NotionSettings
from engine.library import Library
from engine.notion.claims import Stray
from engine.notion.memory import Look, Memory
from engine.notion.planning import Bound, text
from engine.ports import Progress, quiet
from projections.notion import DatabaseRow, PageRow
from state.events import Event, NotionEdited, NotionPageClaimed, NotionPageGone

DAY = 86_400
SEARCHED = 50
"""Pages that were not met in a whole look, and are asked for one by one, in one turn."""
REMEMBERED = 1000


class Looking:
    """One turn's look. Whatever is found goes into the log.

    Every method raises the errors of `adapters.notion.client.Client`.
    """

    def __init__(
        self,
        library: Library,
        settings: NotionSettings,
        client: Client,
        memory: Memory,
        progress: Progress = quiet,
    ) -> None:
        self.library, self.settings, self.client = library, settings, client
        self.memory, self.progress = memory, progress
        self.notes: list[str] = []

    # -- databases -------------------------------------------------------------------------------

    def bounds(self) -> list[Bound]:
        """The four databases; their properties are read where they are not known."""
        rows = self.library.state.notion.sources()
        if len(rows) < len(KINDS):
            raise Fatal("Notion: no databases are set up yet: sync notion setup --parent PAGE")
        return [self._bound(kind, rows[kind]) for kind in KINDS]

    def _bound(self, kind: Kind, row: DatabaseRow) -> Bound:
        source, known = row.source, row.properties
        look = self.memory.looks.setdefault(source, Look())
        if look.known != known and not look.stale:
            look.known = dict(known)
            look.fields = {
                field: Property(an_id, row.types[field], field)
                for field, an_id in known.items()
                if field in row.types
            }
        if look.stale or not look.fields:
            try:
                told = self.client.source(source)
            except Missing:
                raise _removed(kind) from None
            if told.get("in_trash"):
                raise _removed(kind)
            sources = {row.catalogue: row.source for row in self.library.state.notion.databases}
            fitted = fit(kind, told["properties"], known=known, sources=sources)
            if "sync_key" in fitted.lost or "title" in fitted.lost:
                raise Fatal(
                    f"Notion: {TITLES[kind]} has lost its property for the Sync Key: "
                    "sync notion setup --add-missing"
                )
            look.fields, look.known, look.stale = fitted.fields, dict(known), False
        for field in sorted(set(known) - set(look.fields)):
            self.notes.append(
                f"Notion: {TITLES[kind]} has no property for {field} any more (deleted, or of "
                f"another type): sync notion setup --add-missing"
            )
        return Bound(kind, source, look.fields)

    def forget(self, source: str) -> None:
        """The schema is not what it was."""
        self.memory.looks[source].stale = True

    # -- pages -----------------------------------------------------------------------------------

    def look(self, bound: Bound) -> None:
        """Read what was edited since the last look, or everything."""
        try:
            self._look(bound)
        except Missing:
            raise _removed(bound.kind) from None

    def _look(self, bound: Bound) -> None:
        look, now = self.memory.looks[bound.source], self.client.clock()
        title = f"reading {TITLES[bound.kind]} of Notion"
        if look.whole and now - look.whole < self.settings.sweep_days * DAY:
            scan = edited(self.client, bound.source, bound.fields, look.newest, look.at)
            self._take_in(bound, look, scan)
        else:
            scan = everything(
                self.client, bound.source, bound.fields, lambda rows: self.progress(title, rows, 0)
            )
            look.strays = {}
            self._take_in(bound, look, scan)
            self._search(bound, {page.page for page in scan.pages})
            look.whole = now
        look.newest, look.at = scan.newest or look.newest, now

    def _take_in(self, bound: Bound, look: Look, scan: Scan) -> None:
        events: list[Event] = []
        recent: dict[str, str] = {}
        for page in scan.pages:
            digest = _digest(page)
            if len(recent) < REMEMBERED:
                recent[page.page] = digest
            if look.recent.get(page.page) != digest:
                events += self._news(bound, look, page)
        if look.whole:
            look.recent = recent
        self.library.append(events)

    def _news(self, bound: Bound, look: Look, page: Seen) -> list[Event]:
        rows = [
            row
            for row in self.library.state.notion.pages.of(page.page)
            if row.source == bound.source
        ]
        if not rows:
            look.strays[page.page] = stray(page)
            return []
        look.strays.pop(page.page, None)
        return self.news(bound, rows[0], page)

    def news(self, bound: Bound, row: PageRow, page: Seen) -> list[Event]:
        """What a page says that the log does not know."""
        if page.trashed:
            return [] if row.gone else [NotionPageGone(row.key, row.page, "trashed")]
        changed = {}
        for field, value in page.values.items():
            said = text(field, value)
            if said != row.seen.get(field, row.pushed.get(field, "")):
                changed[field] = said
        if row.gone:
            there = row.seen | changed
            return [NotionPageClaimed(row.key, row.page, row.source, "it is back", there)]
        return [
            NotionEdited(row.key, row.page, field, said) for field, said in sorted(changed.items())
        ]

    def _search(self, bound: Bound, met: set[str]) -> None:
        """Pages of ours that a whole look did not meet: only what Notion says of each counts."""
        missed = [
            row
            for row in self.library.state.notion.pages
            if row.source == bound.source and not row.gone and row.page not in met
        ]
        for row in sorted(missed, key=lambda row: row.page)[:SEARCHED]:
            self.library.append(self.gone(row))
        if len(missed) > SEARCHED:
            self.notes.append(
                f"Notion: {len(missed) - SEARCHED} pages of {TITLES[bound.kind]} were not met and "
                "are asked for by the next look at all"
            )

    def gone(self, row: PageRow) -> list[Event]:
        """Whether a page is gone, by what Notion says of itself."""
        try:
            told = self.client.page(row.page)
        except Missing:
            return [NotionPageGone(row.key, row.page, "lost")]
        return [NotionPageGone(row.key, row.page, "trashed")] if told.get("in_trash") else []

    def read(self, bound: Bound, page: str) -> Seen:
        """A page as it is now, with all of its relations."""
        return complete(self.client, seen(self.client.page(page), bound.fields), bound.fields)


def stray(page: Seen) -> Stray:
    """What a page may be recognised by."""
    signs = ("sync_key", "title", "spotify_id", "spotify_url", "soundcloud_url", "youtube_url",
             "isrc", "duration_ms", "artist_name")  # fmt: skip
    values = {
        field: value
        for field in signs
        if isinstance(value := page.values.get(field), str | int | float) and value
    }
    return Stray(page.page, page.created, values, said(page))


def said(page: Seen) -> dict[str, str]:
    """What a page says, as the log says it; without what it says nothing of."""
    values = {field: text(field, value) for field, value in page.values.items()}
    return {field: value for field, value in values.items() if value}


def kept(values: dict[str, str], kind: Kind) -> dict[str, str]:
    """Of what a page says, what is not ours alone."""
    return {field: value for field, value in values.items() if not FIELDS[kind][field].ours}


def _digest(page: Seen) -> str:
    told = repr((page.trashed, sorted(said(page).items())))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _removed(kind: Kind) -> Fatal:
    return Fatal(
        f"Notion: the database {TITLES[kind]} is not there any more, or not shared with the "
        "connection; nothing is made or changed: restore it, or sync notion setup"
    )


def quiet_since(looking: Looking, bounds: Sequence[Bound]) -> bool:
    """Whether nothing was edited since the last look: asked once for each database."""
    for bound in bounds:
        look, now = looking.memory.looks[bound.source], looking.client.clock()
        if not look.whole or now - look.whole >= looking.settings.sweep_days * DAY:
            return False
        scan = edited(looking.client, bound.source, bound.fields, look.newest, look.at)
        if any(look.recent.get(page.page) != _digest(page) for page in scan.pages):
            return False
    return True
