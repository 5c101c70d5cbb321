"""Pages that left the library: into Notion's trash, if that is wanted, and out of it again.

Only pages that we made, and on which nobody wrote, and only within the budget that holds for files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.contract import Permanent
from adapters.notion.client import Client
from adapters.notion.fields import TITLES
from engine.guard import COUNT, SHARE
from engine.library import Library
from engine.notion.planning import TRASHED, Bound, row_of
from engine.notion.writing import due
from projections.catalogue import LEFT, Page
from projections.notion import PageRow
from projections.runs import DAY_MS
from state.events import (
    ActionFailed,
    Event,
    NotionIntended,
    NotionPageClaimed,
    NotionPageGone,
)
from state.log import New


class Removing:
    """Removals of one turn. The caller holds the effects lock.

    Args:
        days: that a page has to be marked for; 0: none is trashed.
        allowed: `--allow-removals`: so many are no cause to refuse.

    Every method raises the errors of `adapters.notion.client.Client`.
    """

    def __init__(self, library: Library, client: Client, *, days: int, allowed: int) -> None:
        self.library, self.client = library, client
        self.days, self.allowed = days, allowed
        self.refused: list[str] = []
        self.done = 0

    def trash(self, bound: Bound, wanted: Collection[str]) -> None:
        """Trash what has been marked for long enough.

        Args:
            wanted: Sync Keys that the library asks for.
        """
        rows = self._leavers(bound, wanted) if self.days else []
        if not rows or self._is_refused(bound, rows):
            return
        intents = self.library.append(
            [NotionIntended(row.key, row.source, {TRASHED: "yes"}, row.page) for row in rows]
        )
        for intent, row in zip(intents, rows, strict=True):
            outcome: Event = NotionPageGone(row.key, row.page, "left")
            try:
                self.client.trash_page(row.page, True)
            except Permanent as error:
                outcome = ActionFailed(str(error))
            else:
                self.done += 1
            self.library.append([New(outcome, intent.position)])

    def restore(self, bound: Bound, pages: Sequence[Page]) -> None:
        """Take out of the trash what we put there and is asked for again."""
        notion = self.library.state.notion
        rows = [row for page in pages if (row := row_of(notion, bound, page.key)) is not None]
        for row in [row for row in rows if row.gone == "left"]:
            try:
                self.client.trash_page(row.page, False)
            except Permanent:
                self.library.append([NotionPageGone(row.key, row.page, "lost")])
                continue
            self.done += 1
            why = "it is wanted again"
            back = NotionPageClaimed(row.key, row.page, row.source, why, dict(row.seen))
            self.library.append([back])

    def _leavers(self, bound: Bound, wanted: Collection[str]) -> list[PageRow]:
        before = self.library.now() - self.days * DAY_MS
        last = self.library.log.position_at(before)
        return sorted(
            (
                row
                for row in self.library.state.notion.pages
                if row.source == bound.source
                and row.made
                and not row.gone
                and not row.seen
                and row.key not in wanted
                and row.pushed.get("state") == LEFT
                and row.position <= last
                and not self._was_refused(row)
            ),
            key=lambda row: row.key,
        )

    def _was_refused(self, row: PageRow) -> bool:
        """Whether Notion would not trash it, and it is too early to ask again."""
        refused = self.library.state.notion.refused.get(row.key)
        return (
            refused is not None
            and refused.values == {TRASHED: "yes"}
            and self.library.now() < due(refused)
        )

    def _is_refused(self, bound: Bound, rows: Sequence[PageRow]) -> bool:
        since = self.library.log.position_at(self.library.now() - DAY_MS)
        mine = [row for row in self.library.state.notion.pages if row.source == bound.source]
        lately = sum(1 for row in mine if row.gone and row.position > since)
        there = sum(1 for row in mine if not row.gone)
        count = len(rows) + lately
        if len(rows) <= self.allowed or count <= COUNT or count <= SHARE * (there + lately):
            return False
        before = f" ({lately} more in the last 24 hours)" if lately else ""
        self.refused.append(
            f"Notion: {TITLES[bound.kind]} would lose {len(rows)} of {there} pages that left the "
            f"library{before}: refused; they are only marked. If that is right: "
            f"sync reconcile --allow-removals {len(rows)}"
        )
        return True
