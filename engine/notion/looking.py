"""Looking at the databases: what people changed, what is gone, and pages that belong to nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from adapters.contract import Fatal
from adapters.notion.client import Client, Invalid, Missing
from adapters.notion.fields import FIELDS, KINDS, TITLES, Kind
from adapters.notion.fitting import fit
from adapters.notion.reading import Incomplete, Scan, Seen, complete, edited, everything, seen
from adapters.notion.settings import NotionSettings
from engine.library import Library
from engine.notion.claims import Stray
from engine.notion.memberships import judged
from engine.notion.memory import Look, Memory, properties
from engine.notion.planning import Bound, ruled, text
from engine.ports import Progress, quiet
from projections.notion import PageRow
from state.events import Event, NotionEdited, NotionPageClaimed, NotionPageGone

Json = dict[str, Any]

DAY = 86_400
SEARCHED = 50
"""Pages that were not met in a whole look, and are asked for one by one, in one turn."""
REMEMBERED = 1000
NOT_THERE = (
    "the database is not there any more, or not shared with the connection; nothing of it is made "
    "or changed: restore it, or sync notion setup"
)


class Removed(Fatal):
    """A database that cannot be used; the others can."""


class Looking:
    """One turn's look. Whatever is found goes into the log.

    Every method raises the errors of `adapters.notion.client.Client`.

    Args:
        allowed: `--allow-removals`.
    """

    def __init__(
        self,
        library: Library,
        settings: NotionSettings,
        client: Client,
        memory: Memory,
        progress: Progress = quiet,
        *,
        allowed: int = 0,
    ) -> None:
        self.library, self.settings, self.client = library, settings, client
        self.memory, self.progress, self.allowed = memory, progress, allowed
        self.notes: list[str] = []
        self.refused: dict[str, None] = {}
        """What people took off playlists and was not taken in, and why."""
        self.absent: dict[Kind, str] = {}
        """Databases that cannot be used in this turn, and why."""
        self._read: set[str] = set()
        """Data sources whose properties were read in this turn."""

    # -- databases -------------------------------------------------------------------------------

    def bounds(self) -> list[Bound]:
        """The four databases, without those that are absent; their properties are read where they
        are not known."""
        if not self.library.state.notion.sources().keys() >= set(KINDS):
            raise Fatal("Notion: no databases are set up yet: sync notion setup --parent PAGE")
        found = []
        for kind in KINDS:
            try:
                found.append(self.bound(kind))
            except Removed as error:
                self.absent[kind] = str(error)
        return [self.present(bound) for bound in found]

    def present(self, bound: Bound) -> Bound:
        """Without the relations that lead to what is absent: nothing is said of them, nor read."""
        fields = {
            field: prop
            for field, prop in bound.fields.items()
            if FIELDS[bound.kind][field].to not in self.absent
        }
        return msgspec.structs.replace(bound, fields=fields)

    def bound(self, kind: Kind) -> Bound:
        """A database as it is now.

        Raises:
            Removed: it is not there, or cannot be used.
        """
        row = self.library.state.notion.sources()[kind]
        source, known = row.source, row.properties
        look = self.memory.looks.setdefault(source, Look())
        if look.known != known:
            look.whole = 0.0  # nobody knows what is in other properties
        if look.known != known and not look.stale:
            look.known, look.fields = dict(known), properties(row)
        if look.stale or not look.fields:
            told = self.source(source)
            self._read.add(source)
            sources = {row.catalogue: row.source for row in self.library.state.notion.databases}
            fitted = fit(kind, told["properties"], known=known, sources=sources)
            if "sync_key" in fitted.lost or "title" in fitted.lost:
                raise Removed(
                    "its property for the Sync Key is not there any more; nothing of it is made or "
                    "changed: sync notion setup --add-missing"
                )
            look.fields, look.known, look.stale = fitted.fields, dict(known), False
        if lost := sorted(set(known) - set(look.fields)):
            self.notes.append(
                f"Notion: {TITLES[kind]} has no property for {', '.join(lost)} any more (deleted, "
                "or of another type): sync notion setup --add-missing"
            )
        rules = ruled(kind, self.library.state.policy)
        return self.present(Bound(kind, source, look.fields, rules))

    def source(self, source: str) -> Json:
        """What Notion says of a data source.

        Raises:
            Removed: it is not there.
        """
        try:
            told = self.client.source(source)
        except Missing:
            raise Removed(NOT_THERE) from None
        if told.get("in_trash"):
            raise Removed(NOT_THERE)
        return told

    def forget(self, source: str) -> None:
        """The schema is not what it was."""
        self.memory.looks[source].stale = True

    # -- pages -----------------------------------------------------------------------------------

    def look(self, bound: Bound) -> None:
        """Read what was edited since the last look, or everything."""
        try:
            self._look(bound)
        except Missing:
            raise Removed(NOT_THERE) from None

    def _look(self, bound: Bound) -> None:
        look, now = self.memory.looks[bound.source], self.client.clock()
        if look.whole and now - look.whole < self.settings.sweep_days * DAY:
            with suppress(Incomplete):
                scan = edited(
                    self.client,
                    bound.source,
                    bound.fields,
                    look.newest,
                    look.at,
                    lambda page: self._is_known(bound, look, page),
                )
                held = self._take_in(bound, look, scan)
                if scan.whole:
                    look.newest, look.at = held or scan.newest, 0.0 if held else now
                return
        title = f"reading {TITLES[bound.kind]} of Notion"
        scan = everything(
            self.client, bound.source, bound.fields, lambda rows: self.progress(title, rows, 0)
        )
        look.strays, look.recent, look.written = {}, {}, []
        held = self._take_in(bound, look, scan)
        self._search(bound, {page.page for page in scan.pages})
        look.newest, look.at, look.whole = held or scan.newest, 0.0 if held else now, now

    def _take_in(self, bound: Bound, look: Look, scan: Scan) -> str:
        """Tell the log; when the first page was edited that has to be met again, if any.

        Raises:
            Invalid: the properties are not what they were; nothing is told.
        """
        if bound.source not in self._read and any(page.odd for page in scan.pages):
            raise Invalid("Notion: the properties are not what they were")
        held = self.tell([event for page in scan.pages for event in self._news(bound, look, page)])
        recent = sorted(scan.pages, key=lambda page: page.edited, reverse=True)[:REMEMBERED]
        before = {} if scan.whole else look.recent
        look.recent = before | {
            page.page: _digest(page) for page in recent if page.page not in held
        }
        return min((page.edited for page in scan.pages if page.page in held), default="")

    def tell(self, events: Sequence[Event]) -> frozenset[str]:
        """Put what a look found into the log, with what follows for playlists; pages of which it
        may not be taken in."""
        found = judged(
            self.library.state, events, self.gone, now=self.library.now(), allowed=self.allowed
        )
        self.library.append(found.events)
        self.refused |= dict.fromkeys(found.refused)
        return found.held

    def _is_known(self, bound: Bound, look: Look, page: Seen) -> bool:
        rows = self._rows(bound, page)
        if not rows:
            return look.strays.get(page.page) == stray(page)
        return not rows[0].gone and not page.trashed and not self.news(bound, rows[0], page)

    def _rows(self, bound: Bound, page: Seen) -> list[PageRow]:
        pages = self.library.state.notion.pages.of(page.page)
        return [row for row in pages if row.source == bound.source]

    def _news(self, bound: Bound, look: Look, page: Seen) -> list[Event]:
        rows = self._rows(bound, page)
        if not rows:
            look.strays[page.page] = stray(page)
            return []
        look.strays.pop(page.page, None)
        return self.news(bound, rows[0], page)

    def news(self, bound: Bound, row: PageRow, page: Seen) -> list[Event]:
        """What a page says that the log does not know."""
        if page.trashed:
            return [] if row.gone else self.gone(row)
        changed, before = {}, row.pushed | row.seen
        for field, value in page.values.items():
            said = text(field, value)
            if said != before.get(field, "") and field not in page.partial:
                changed[field] = said
        if row.gone:
            there = row.seen | changed
            return [NotionPageClaimed(row.key, row.page, row.source, "it is back", there)]
        return [
            NotionEdited(row.key, row.page, field, said, before.get(field, ""))
            for field, said in sorted(changed.items())
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
        """Whether a page is gone, by what Notion says of itself.

        Raises:
            Removed: its whole database is not there; that says nothing of the page.
        """
        try:
            trashed = bool(self.client.page(row.page).get("in_trash"))
        except Missing:
            trashed = None
        if trashed is False:
            return []
        self.source(row.source)
        return [NotionPageGone(row.key, row.page, "trashed" if trashed else "lost")]

    def read(self, bound: Bound, page: str) -> Seen:
        """A page as it is now, with all of its relations."""
        return complete(self.client, seen(self.client.page(page), bound.fields), bound.fields)


def stray(page: Seen) -> Stray:
    """What a page may be recognised by."""
    signs = ("sync_key", "title", "spotify_id", "spotify_url", "soundcloud_url", "youtube_url",
             "isrc", "duration_ms", "artist_name", "wanted")  # fmt: skip
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


def quiet_since(looking: Looking, bounds: Sequence[Bound]) -> bool:
    """Whether nothing was edited since the last look: asked once for each database."""
    for bound in bounds:
        look, now = looking.memory.looks[bound.source], looking.client.clock()
        if not look.whole or now - look.whole >= looking.settings.sweep_days * DAY:
            return False

        def known(page: Seen, recent: dict[str, str] = look.recent) -> bool:
            return recent.get(page.page) == _digest(page)

        scan = edited(looking.client, bound.source, bound.fields, look.newest, look.at, known)
        if not all(known(page) for page in scan.pages):
            return False
    return True
