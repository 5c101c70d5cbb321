"""Which pages that are there already belong to what the library has, put into the log."""

from __future__ import annotations

from collections.abc import Sequence

from engine.library import Library
from engine.notion.claims import Doubt, Stray, claims
from engine.notion.looking import kept
from engine.notion.planning import Bound, row_of
from projections.catalogue import Page
from state.events import Event, NotionPageClaimed


def claim_pages(
    library: Library, bound: Bound, pages: Sequence[Page], strays: dict[str, Stray]
) -> list[Doubt]:
    """Claim pages of one database; what is doubtful is given back, and no page is made of it.

    Args:
        pages: those of the catalogue.
        strays: pages of the database that belong to nobody; those that are claimed are taken out.
    """
    notion = library.state.notion
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
            events.append(NotionPageClaimed(page.key, old.page, bound.source, why, dict(old.seen)))
        else:
            homeless.append(page)
    there = {row.key: row.page for row in notion.pages if not row.gone}
    for taken in [an_id for an_id in strays if notion.pages.of(an_id)]:
        del strays[taken]  # claimed by a run that was killed before it could say so
    found, doubts = claims(homeless, strays.values(), there)
    for each in found:
        seen = kept(strays.pop(each.page).said, bound.kind)
        events.append(NotionPageClaimed(each.key, each.page, bound.source, each.why, seen))
    library.append(events)
    return doubts
