"""What a turn at Notion says to people: lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapters.contract import Unreadable
from adapters.notion.fields import KINDS, TITLES, Kind
from engine.notion.claims import Doubt, Stray
from projections.catalogue import Page
from projections.contract import Rows
from projections.notion import PageRow

LISTED = 5
"""So many pages are told one by one."""


def gone(pages: Iterable[Page], known: Rows[PageRow], since: int) -> list[str]:
    """Pages that lie in the trash since an event, although the library asks for them."""
    titles = [
        page.values["title"]
        for page in pages
        if (row := known.get(page.key)) and row.gone not in ("", "left") and row.position > since
    ]
    if not titles:
        return []
    names = ", ".join(repr(title) for title in titles[:LISTED])
    more = f" and {len(titles) - LISTED} more" if len(titles) > LISTED else ""
    return [f"Notion: {names}{more}: the page was trashed or lost, and is not made again"]


def copies(kind: Kind, pages: Iterable[Page], strays: Mapping[str, Stray]) -> list[str]:
    """Pages that bear the Sync Key of another one: somebody has copied it."""
    keys = {page.key for page in pages}
    found = [each for each in strays.values() if each.values.get("sync_key") in keys]
    if not found:
        return []
    return [
        f"Notion: {len(found)} pages of {TITLES[kind]} bear the Sync Key of another page "
        f"({found[0].page}): copies, which are left alone"
    ]


def doubts(kind: Kind, found: Sequence[Doubt]) -> list[str]:
    """What may have a page already, and what a person can do about it."""
    lines = [
        f"Notion: {TITLES[kind]}: {doubt.why}: write its Spotify ID or Sync Key ({doubt.key}) on "
        "the right one, or trash the others; until then none is made"
        for doubt in found[:LISTED]
    ]
    if len(found) > LISTED:
        lines.append(f"Notion: {TITLES[kind]}: {len(found) - LISTED} more like that")
    return lines


def absent(why: Mapping[Kind, str]) -> list[str]:
    """Databases that could not be used, one line for each reason."""
    lines = []
    for reason in dict.fromkeys(why.values()):
        names = (TITLES[kind] for kind in KINDS if why.get(kind) == reason)
        lines.append(f"Notion: {', '.join(names)}: {reason}")
    return lines


def refused(pages: Iterable[Page], found: Mapping[tuple[str, str], tuple[int, str]]) -> list[str]:
    """Relations that could not be written from either side."""
    titles = {page.key: page.values["title"] for page in pages}
    lines = [
        f"Notion: {many} of the {field} of {titles.get(key, key)!r} are left as they are: {why}"
        for (key, field), (many, why) in sorted(found.items())[:LISTED]
    ]
    if len(found) > LISTED:
        lines.append(f"Notion: {len(found) - LISTED} more relations like that")
    return lines


def failed(found: Iterable[tuple[str, str]]) -> list[Unreadable]:
    """Pages that Notion refused, one line for each reason.

    Args:
        found: Sync Keys and reasons.
    """
    by_why: dict[str, list[str]] = {}
    for key, why in found:
        by_why.setdefault(why, []).append(key)
    lines = []
    for why, keys in by_why.items():
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        lines.append(Unreadable("Notion", f"{keys[0]}{more}: {why}"))
    return lines
