"""Pages that left the library: into Notion's trash, if that is wanted, and out of it again.

Only pages that we made, and on which nobody wrote, and only within the budget that holds for files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from adapters.contract import Permanent
from adapters.notion.client import Client, Missing
from adapters.notion.fields import TITLES
from adapters.notion.values import WRITABLE
from engine.guard import is_over
from engine.library import Library
from engine.notion.memory import Memory
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

PERSONAL = ("people", "files", "email", "phone_number")
"""Types of properties that only people write."""


class Removing:
    """Removals of one turn. The caller holds the effects lock.

    Args:
        days: that a page has to be marked for; 0: none is trashed.
        allowed: `--allow-removals`: so many are no cause to refuse.

    Every method raises the errors of `adapters.notion.client.Client`.
    """

    def __init__(
        self, library: Library, client: Client, memory: Memory, *, days: int, allowed: int
    ) -> None:
        self.library, self.client, self.memory = library, client, memory
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
        written = self.memory.looks[bound.source].written
        written += [row.page for row in rows if self._is_written_on(bound, row)]
        rows = [row for row in rows if row.page not in written]
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
        written = self.memory.looks[bound.source].written
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
                and row.page not in written
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

    def _is_written_on(self, bound: Bound, row: PageRow) -> bool:
        """Whether a page says anything that is not ours: in another property, or below them. Of
        relations those count that we cannot have made: to pages that are none of ours."""
        try:
            told = self.client.page(row.page)
            if any(True for _ in self.client.children(row.page)):
                return True
        except Missing:
            return False  # the request will say so
        ours = {prop.id for prop in bound.fields.values()}
        notion = self.library.state.notion
        for each in told["properties"].values():
            if str(each["id"]) in ours or each["type"] not in (*WRITABLE, *PERSONAL):
                continue
            value = each.get(each["type"])
            if each["type"] == "relation":
                value = [one for one in value if not notion.pages.of(str(one["id"]))]
            if value:
                return True
        return False

    def _is_refused(self, bound: Bound, rows: Sequence[PageRow]) -> bool:
        since = self.library.log.position_at(self.library.now() - DAY_MS)
        mine = [row for row in self.library.state.notion.pages if row.source == bound.source]
        lately = sum(1 for row in mine if row.gone and row.position > since)
        there = sum(1 for row in mine if not row.gone)
        if len(rows) <= self.allowed or not is_over(len(rows), lately, there):
            return False
        before = f" ({lately} more in the last 24 hours)" if lately else ""
        self.refused.append(
            f"Notion: {TITLES[bound.kind]} would lose {len(rows)} of {there} pages that left the "
            f"library{before}: refused; they are only marked. If that is right: "
            f"sync reconcile --allow-removals {len(rows)}"
        )
        return True
