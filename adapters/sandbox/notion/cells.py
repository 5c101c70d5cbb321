"""Values of properties as pages show them, and as the list of one property shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.sandbox.notion import times
from adapters.sandbox.notion.formulas import Formula
from adapters.sandbox.notion.model import Json, Page, Property
from adapters.sandbox.notion.rollups import rolled_up
from adapters.sandbox.notion.users import user
from adapters.sandbox.notion.values import empty
from adapters.sandbox.notion.workspace import Workspace

MOST_RELATED = 25
"""Ids of a relation that a page shows."""
AS_KEPT = frozenset(
    ("title", "rich_text", "number", "checkbox", "url", "email", "phone_number", "date", "files")
)
"""Types whose values are shown as pages keep them."""
LISTED = ("title", "rich_text", "relation", "people", "rollup")
"""Types whose values have pages of their own."""


@dataclass(frozen=True)
class Cells:
    """Of one workspace. `deep` is how far rollups and formulas may still look."""

    workspace: Workspace
    deep: int = 5

    def cell(self, page: Page, prop: Property) -> Json:
        """`{"id", "type", TYPE: value}`, and for relations `has_more`."""
        told: Json = {"id": prop.shown_id, "type": prop.type}
        if prop.type == "relation":
            related = self.related(page, prop, MOST_RELATED + 1)
            told["relation"] = [{"id": one} for one in related[:MOST_RELATED]]
            told["has_more"] = len(related) > MOST_RELATED
            return told
        told[prop.type] = self.value(page, prop)
        return told

    def value(self, page: Page, prop: Property) -> Any:
        """What lies under the name of the type; a relation is all its ids."""
        kept = page.values.get(prop.id)
        if prop.type in AS_KEPT:
            return empty(prop.type) if kept is None else kept
        match prop.type:
            case "created_time":
                return times.minute(page.created)
            case "last_edited_time":
                return times.minute(page.edited)
            case "created_by":
                return self._user(page.created_by)
            case "last_edited_by":
                return self._user(page.edited_by)
            case "relation":
                return [{"id": one} for one in self.related(page, prop)]
            case "rollup":
                return self._rollup(page, prop)
            case "formula":
                return self._formula(page, prop)
            case "button":
                return {}
            case "verification":
                return {"state": "unverified", "verified_by": None, "date": None}
        if kept is None:
            kept = prop.unset
        if kept is None:
            return empty(prop.type)
        match prop.type:
            case "select" | "status":
                return self._option(prop, kept)
            case "multi_select":
                found = (self._option(prop, one) for one in kept)
                return [one for one in found if one is not None]
            case "people":
                return [self._user(one) for one in kept]
            case "unique_id":
                return {"prefix": prop.config["prefix"], "number": kept}
        return kept

    def related(self, page: Page, prop: Property, most: int | None = None) -> list[str]:
        """Ids of related pages that are not in the trash."""
        found: list[str] = []
        pages = self.workspace.pages
        for an_id in page.values.get(prop.id) or ():
            if not pages[an_id].in_trash:
                found.append(an_id)
                if len(found) == most:
                    break
        return found

    def items(self, page: Page, prop: Property) -> list[Json]:
        """The values of a type that is `LISTED`, one by one, as objects of their own.

        A rollup has those of the property that it shows, or the pages that it counts.
        """
        if prop.type == "rollup":
            return self._rolled(page, prop)
        head = {"object": "property_item", "type": prop.type, "id": prop.shown_id}
        return [head | {prop.type: one} for one in self.value(page, prop)]

    def summary(self, page: Page, prop: Property) -> Json:
        """What a list of items says of all of them: for a rollup its value."""
        if prop.type != "rollup":
            return {}
        told = self._rollup(page, prop)
        return told | {"array": []} if told["type"] == "array" else told

    def item(self, page: Page, prop: Property) -> Json:
        """The value of any other type."""
        return {
            "object": "property_item",
            "type": prop.type,
            "id": prop.shown_id,
            prop.type: self.value(page, prop),
        }

    def _option(self, prop: Property, an_id: str) -> Json | None:
        found = prop.option(an_id)
        return {key: found[key] for key in ("id", "name", "color")} if found else None

    def _user(self, an_id: str) -> Json:
        told = user(self.workspace, self.workspace.users[an_id])
        return told | {"bot": {}} if "bot" in told else told

    def _rollup(self, page: Page, prop: Property) -> Json:
        cells: list[tuple[str, Any]] = []
        if (found := self._through(page, prop)) is not None and self.deep:
            relation, rolled = found
            inner = Cells(self.workspace, self.deep - 1)
            for an_id in self.related(page, relation, MOST_RELATED):
                row = self.workspace.pages[an_id]
                cells.append((rolled.type, inner.value(row, rolled)))
        return rolled_up(prop.config["function"], cells)

    def _through(self, page: Page, prop: Property) -> tuple[Property, Property] | None:
        """The relation of a rollup, and the property that it looks at on the other side."""
        source = self.workspace.source_of(page)
        relation = source.properties.get(prop.config["relation"]) if source else None
        if relation is None or relation.type != "relation":
            return None
        other = self.workspace.data_sources[relation.config["data_source_id"]]
        rolled = other.properties.get(prop.config["rollup"])
        return None if rolled is None else (relation, rolled)

    def _rolled(self, page: Page, prop: Property) -> list[Json]:
        if (found := self._through(page, prop)) is None:
            return []
        relation, rolled = found
        if self._rollup(page, prop)["type"] != "array":
            return self.items(page, relation)
        rows = [self.workspace.pages[an_id] for an_id in self.related(page, relation)]
        if rolled.type in LISTED and rolled.type != "rollup":
            return [item for row in rows for item in self.items(row, rolled)]
        return [self.item(row, rolled) for row in rows]

    def _formula(self, page: Page, prop: Property) -> Json:
        source = self.workspace.source_of(page)
        inner = Cells(self.workspace, self.deep - 1)

        def named(name: str) -> tuple[str, Any]:
            found = source.find(name) if source and self.deep else None
            return (found.type, inner.value(page, found)) if found else ("", None)

        return Formula(prop.config["expression"]).shape(named, self.workspace.clock())
