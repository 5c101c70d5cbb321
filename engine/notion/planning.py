"""What to write: the catalogue minus what the log knows of the pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from adapters.notion.fields import FIELDS, Kind
from adapters.notion.fitting import Property
from adapters.notion.values import RELATED, Value, normal, shown
from projections.catalogue import LEFT, Page
from projections.notion import Notion, PageRow, members, merged


class Bound(msgspec.Struct, frozen=True):
    """One of the four databases, and the properties that hold its fields."""

    kind: Kind
    source: str
    fields: dict[str, Property]


class Write(msgspec.Struct, frozen=True):
    """A page that is to be made (`page` is empty) or changed."""

    key: str
    page: str
    values: dict[str, Value]
    """Field → what is to be written; relations are lists of ids."""
    said: dict[str, str]
    """Field → what the log says of it: of relations, our part."""

    @property
    def relates(self) -> bool:
        """Whether it changes a relation."""
        return not _LINKS.isdisjoint(self.values)


_LINKS = frozenset(
    field for fields in FIELDS.values() for field, about in fields.items() if about.to is not None
)


def row_of(notion: Notion, bound: Bound, key: str) -> PageRow | None:
    """The page of a key in the database that counts now."""
    row = notion.pages.get(key)
    return row if row is not None and row.source == bound.source else None


def desired(page: Page, bound: Bound, notion: Notion) -> dict[str, Value]:
    """What a page should say, as its properties will say it; pages that are not there are left
    out of relations."""
    wanted: dict[str, Value] = {}
    for field, prop in bound.fields.items():
        if prop.type == "relation":
            rows = (notion.pages.get(key) for key in page.links.get(field, ()))
            wanted[field] = normal(
                "relation", tuple(row.page for row in rows if row is not None and not row.gone)
            )
        elif field == "sync_key":
            wanted[field] = page.key
        else:
            wanted[field] = normal(prop.type, page.values.get(field))
    return wanted


def making(page: Page, bound: Bound, notion: Notion) -> Write:
    """A new page; relations with more pages than a request may hold are left empty."""
    wanted = {
        field: value
        for field, value in desired(page, bound, notion).items()
        if shown(value) and not _too_many(value)
    }
    return Write(page.key, "", wanted, _said(wanted))


def changing(row: PageRow, wanted: Mapping[str, Value], bound: Bound) -> Write | None:
    """What of a page differs from what it should say, and is ours to change."""
    values: dict[str, Value] = {}
    said: dict[str, str] = {}
    agreed: dict[str, str] = {}
    """What another wrote, and we would: ours from the next write on."""
    for field, value in wanted.items():
        text = shown(value, whole=field in _LINKS)
        current = row.seen.get(field, row.pushed.get(field, ""))
        if field in _LINKS:
            target = merged(text, row.pushed.get(field, ""), current)
            if target != current and len(members(target)) <= RELATED >= len(members(current)):
                values[field], said[field] = tuple(sorted(members(target))), text
        elif text != current and (field not in row.seen or FIELDS[bound.kind][field].ours):
            values[field], said[field] = value, text
        elif text and row.seen.get(field) == text:
            agreed[field] = text
    return Write(row.key, row.page, values, agreed | said) if values else None


def leaving(row: PageRow, bound: Bound) -> Write | None:
    """The mark of a page that nothing in the library asks for any more; it is on no playlist."""
    wanted: dict[str, Value] = {}
    if "playlists" in bound.fields:
        wanted["playlists"] = ()
    if (prop := bound.fields.get("state")) is not None:
        wanted["state"] = normal(prop.type, LEFT)
    return changing(row, wanted, bound)


def crowded(pages: Sequence[Page], bound: Bound, notion: Notion) -> list[tuple[str, str, int]]:
    """Relations that have more pages than a request may hold: key, field, how many."""
    return [
        (page.key, field, len(value))
        for page in pages
        for field, value in desired(page, bound, notion).items()
        if field in _LINKS and isinstance(value, tuple) and len(value) > RELATED
    ]


def _too_many(value: Value) -> bool:
    return isinstance(value, tuple) and len(value) > RELATED


def _said(values: Mapping[str, Value]) -> dict[str, str]:
    return {field: shown(value, whole=field in _LINKS) for field, value in values.items()}


def text(field: str, value: Value) -> str:
    """A value that was read, as the log says it."""
    return shown(value, whole=field in _LINKS)
