"""Relations with more pages than a request may hold, written from their other side.

A track on 130 playlists cannot be told so in one request; but each of the playlists can be told of
the track, if it has few enough of them. What a page says is read just before it is written, as a
whole, and written as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from adapters.contract import Permanent
from adapters.notion.client import Client
from adapters.notion.values import RELATED, written
from engine.library import Library
from engine.notion.planning import Beyond, Bound, Crowd, joined
from engine.notion.writing import refused
from projections.notion import members
from state.events import ActionFailed, NotionIntended, NotionSynced
from state.log import New

FULL = "on both sides it has more pages than a request may hold"


class OtherSide:
    """Writes of one turn. The caller holds the effects lock."""

    def __init__(self, library: Library, client: Client) -> None:
        self.library, self.client = library, client
        self.changed = 0
        self.refused: dict[tuple[str, str], tuple[int, str]] = {}
        """Sync Key and field → how many pages could not be related, and why."""

    def write(self, bound: Bound, wanted: Sequence[Beyond], crowd: Crowd) -> None:
        """Bring relations in line; where neither side fits, nothing is cut and `refused` says so.

        Args:
            wanted: of pages that were read just now.
            crowd: how many pages lead to each page: one to which too many do is not asked.

        Raises:
            AdapterError: no more can be written now; the intents stay open for the next start.
        """
        wanted = [each for each in wanted if not self._waits(bound, each)]
        undone: dict[Beyond, dict[str, str]] = {each: {} for each in wanted}
        todo: defaultdict[tuple[str, str], list[Beyond]] = defaultdict(list)
        for each in wanted:
            for page in sorted(each.add | each.drop):
                if page in each.add and crowd.get(page, 0) > RELATED:
                    undone[each][page] = FULL
                else:
                    todo[page, each.field].append(each)
        sides = self._sides(bound, {field for _, field in todo})
        intents: dict[Beyond, int] = {}
        for (page, field), some in todo.items():
            why = "it leads only one way"
            if field in sides:
                why = self._tell(bound, page, sides[field], some, intents)
            if why:
                for each in some:
                    undone[each][page] = why
        facts: list[New] = []
        for each, position in intents.items():
            left = undone[each].keys()
            if left == each.add | each.drop:
                failed = ActionFailed(next(iter(undone[each].values())))
                facts.append(New(failed, position))
                continue
            ours = joined((members(each.wanted) - left) | (each.drop & left))
            synced = NotionSynced(each.key, each.page, bound.source, {each.field: ours})
            facts.append(New(synced, position))
        self.library.append(facts)
        for each, whys in undone.items():
            if whys:
                self.refused[each.key, each.field] = len(whys), next(iter(whys.values()))

    def _waits(self, bound: Bound, each: Beyond) -> bool:
        """Whether all of this was refused, and it is too early to ask again; then it is told."""
        row = refused(self.library, bound, each.key, each.page, {each.field: each.wanted})
        if row is not None:
            self.refused[each.key, each.field] = len(each.add | each.drop), row.why
        return row is not None

    def _sides(self, bound: Bound, fields: Collection[str]) -> dict[str, str]:
        """Field → the id of the property at its other end, of relations that lead both ways."""
        if not fields:
            return {}
        properties = self.client.source(bound.source)["properties"].values()
        told = {str(each["id"]): each for each in properties}
        found = {}
        for field in fields:
            relation = told.get(bound.fields[field].id, {}).get("relation") or {}
            other = (relation.get("dual_property") or {}).get("synced_property_id")
            if other:
                found[field] = str(other)
        return found

    def _tell(
        self,
        bound: Bound,
        page: str,
        property: str,
        some: Sequence[Beyond],
        intents: dict[Beyond, int],
    ) -> str:
        """Relate a page to pages or not any more; why it was not done, else empty."""
        try:
            there = set(self.client.relation(page, property))
            come = {each.page for each in some if page in each.add}
            go = {each.page for each in some if page in each.drop}
            now = (there | come) - go
            if now == there:
                return ""
            if max(len(now), len(there)) > RELATED:
                return FULL
            new = [each for each in some if each not in intents]
            recorded = self.library.append(
                [
                    NotionIntended(each.key, bound.source, {each.field: each.wanted}, each.page)
                    for each in new
                ]
            )
            intents |= {each: one.position for each, one in zip(new, recorded, strict=True)}
            self.client.update_page(page, {property: written("relation", tuple(sorted(now)))})
        except Permanent as error:
            return str(error)
        self.changed += 1
        return ""
