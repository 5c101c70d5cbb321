"""What to write: the catalogue minus what the log knows of the pages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from adapters.media.urls import opens
from adapters.notion.fields import FIELDS, Kind
from adapters.notion.fitting import Property
from adapters.notion.values import RELATED, Value, digest, normal, shown
from projections.catalogue import LEFT, Page
from projections.notion import Notion, PageRow, members, merged
from projections.policy import Policy
from projections.values import PRECEDENCE

Crowd = Mapping[str, int]
"""Page → how many pages lead to it."""
NOBODY: Crowd = {}
TRASHED = "in_trash"
"""What the intent says of a page that is to be trashed."""


class Bound(msgspec.Struct, frozen=True):
    """One of the four databases, and the properties that hold its fields."""

    kind: Kind
    source: str
    fields: dict[str, Property]
    ruled: frozenset[str] = frozenset()
    """Fields of which our word counts, if we have one: written over what a person wrote."""


class Write(msgspec.Struct, frozen=True):
    """A page that is to be made (`page` is empty) or changed."""

    key: str
    page: str
    values: dict[str, Value]
    """Field → what is to be written; relations are lists of ids."""
    said: dict[str, str]
    """Field → what the log says of it: of relations, our part."""

    def is_ours(self, bound: Bound) -> bool:
        """Whether it only changes what nobody else may."""
        return all(FIELDS[bound.kind][field].ours for field in self.values)


class Beyond(msgspec.Struct, frozen=True):
    """Of a relation with more pages than a request may hold: what is to be written from the other
    side."""

    key: str
    page: str
    field: str
    add: frozenset[str]
    drop: frozenset[str]
    wanted: str
    """Our part of the whole, as the log says it."""


_LINKS = frozenset(
    field for fields in FIELDS.values() for field, about in fields.items() if about.to is not None
)
_WHOLE = _LINKS | {"title"}
"""Fields that stand in the log however long they are."""


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


def making(page: Page, bound: Bound, notion: Notion, crowd: Crowd = NOBODY) -> Write:
    """A new page. Of relations with more pages than a request may hold, those are said that have
    most on their own side; the others are left to it."""
    wanted = {}
    for field, value in desired(page, bound, notion).items():
        if isinstance(value, tuple) and field in _LINKS:
            value = tuple(sorted(near(set(value), set(), crowd) or ()))
        if shown(value):
            wanted[field] = value
    return Write(page.key, "", wanted, _said(wanted))


def changing(
    row: PageRow, wanted: Mapping[str, Value], bound: Bound, crowd: Crowd = NOBODY
) -> Write | None:
    """What of a page differs from what it should say, and is ours to change."""
    values: dict[str, Value] = {}
    said: dict[str, str] = {}
    agreed: dict[str, str] = {}
    """What another wrote, and we would: ours from the next write on."""
    for field, value in wanted.items():
        text = shown(value, whole=field in _WHOLE)
        current = row.seen.get(field, row.pushed.get(field, ""))
        if field in _LINKS:
            target = members(merged(text, row.pushed.get(field, ""), current))
            part = near(target, members(current), crowd)
            if part is not None and part != members(current):
                values[field] = tuple(sorted(part))
                said[field] = joined(members(text) - (target - part))
        elif text != current and (field not in row.seen or _is_ours(bound, field, text)):
            values[field], said[field] = value, text
        elif text and row.seen.get(field) == text:
            agreed[field] = text
    return Write(row.key, row.page, values, agreed | said) if values else None


def _is_ours(bound: Bound, field: str, text: str) -> bool:
    return FIELDS[bound.kind][field].ours or (bool(text) and field in bound.ruled)


def ruled(kind: Kind, policy: Policy) -> frozenset[str]:
    """Fields of which the configuration gives cratelog the last word."""
    names = {"bpm": "bpm", "musical_key": "key", "title": "title"}
    if kind != "tracks":
        return frozenset()
    side = {field: policy.text(f"{PRECEDENCE}.{name}") for field, name in names.items()}
    return frozenset(field for field, said in side.items() if said == "cratelog")


def beyond(row: PageRow, wanted: Mapping[str, Value], crowd: Crowd = NOBODY) -> list[Beyond]:
    """What cannot be said from this side, once everything is that can."""
    found = []
    for field, value in wanted.items():
        if field not in _LINKS:
            continue
        text, pushed = shown(value, whole=True), row.pushed.get(field, "")
        current = members(row.seen.get(field, pushed))
        target = members(merged(text, pushed, joined(current)))
        part = near(target, current, crowd)
        if current != target and (part is None or part == current):
            add, drop = frozenset(target - current), frozenset(current - target)
            found.append(Beyond(row.key, row.page, field, add, drop, text))
    return found


def near(target: set[str], current: set[str], crowd: Crowd = NOBODY) -> set[str] | None:
    """What one request may make of a relation, in which no page may be missing that is there and
    wanted; None: nothing.

    Args:
        target: what it should say.
        current: what it says.
        crowd: how many pages each of them has on its own side: the fullest go first, they have no
            other way.
    """
    if len(current) > RELATED:
        return None
    if len(target) <= RELATED:
        return target
    there = target & current
    fresh = sorted(target - current, key=lambda page: (-crowd.get(page, 0), page))
    return there | set(fresh[: RELATED - len(there)])


def leaving(bound: Bound) -> dict[str, Value]:
    """What a page should say that nothing in the library asks for any more: the mark, and it is on
    no playlist."""
    wanted: dict[str, Value] = {}
    if "playlists" in bound.fields:
        wanted["playlists"] = ()
    if (prop := bound.fields.get("state")) is not None:
        wanted["state"] = normal(prop.type, LEFT)
    return wanted


def crowds(pages: Sequence[Page], bound: Bound, notion: Notion) -> Crowd:
    """How many of these pages lead to each page, where one leads to too many for a request."""
    links = {field for field, prop in bound.fields.items() if prop.type == "relation"}
    if all(len(page.links.get(field, ())) <= RELATED for page in pages for field in links):
        return NOBODY
    rows = (
        notion.pages.get(key)
        for page in pages
        for field in links
        for key in page.links.get(field, ())
    )
    return Counter(row.page for row in rows if row is not None)


def _said(values: Mapping[str, Value]) -> dict[str, str]:
    return {field: text(field, value) for field, value in values.items()}


def text(field: str, value: Value) -> str:
    """A value that was read, as the log says it: of an address that opens what is not public, only
    that it is this one."""
    if field.endswith("_url") and isinstance(value, str) and opens(value):
        return digest(value)
    return shown(value, whole=field in _WHOLE)


def joined(pages: Iterable[str]) -> str:
    """A relation, as the log says it."""
    return ",".join(sorted(pages))


def held(intended: str, pushed: str, before: str, now: str) -> str:
    """Our part of a relation after a write of which it is not known how much of it was done.

    Args:
        intended: our part, if all was done.
        pushed: our part before.
        before: what the page said before, and `now`: what it says now.
    """
    ours = members(intended) | members(pushed)
    taken_out = members(pushed) - members(before)
    return joined((ours & members(now)) | (taken_out & members(intended)))
