"""What a turn at Notion would write, as far as the library and the last look at it tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from adapters.notion.fields import KINDS, TITLES, Kind
from engine.library import Library
from engine.notion import memory
from engine.notion.claims import Stray, claims
from engine.notion.planning import Bound, changing, crowds, desired, leaving, row_of, ruled
from projections.catalogue import LEFT, Page, catalogue
from projections.notion import Notion


class Coming(msgspec.Struct, frozen=True):
    """A page that would be written."""

    kind: Kind
    key: str
    what: str
    """`+` it is made, `=` one that is there is taken for it, `~` it is changed."""
    title: str
    because: str


def coming(library: Library) -> list[Coming]:
    """All pages that the next turn would write, in its order. Empty without databases."""
    state = library.state
    rows = state.notion.sources()
    if len(rows) < len(KINDS):
        return []
    pages = catalogue(state)
    notion = _renamed(state.notion, pages)
    titles = {page.key: str(page.values["title"]) for page in pages}
    strays = memory.load(library).looks
    found: list[Coming] = []
    for kind in KINDS:
        row = rows[kind]
        bound = Bound(kind, row.source, memory.properties(row), ruled(kind, state.policy))
        mine = [page for page in pages if page.kind == kind]
        there = strays[bound.source].strays.values() if bound.source in strays else ()
        found += _new(notion, bound, mine, there, titles)
        found += _changed(notion, bound, mine)
    return found


def _renamed(notion: Notion, pages: Sequence[Page]) -> Notion:
    """The pages that are there, under the keys that the next turn will give them: a track or a
    playlist may have got another name since."""
    wanted = {page.key for page in pages}
    keys: dict[str, str] = {}
    sources = {kind: row.source for kind, row in notion.sources().items()}
    for page in pages:
        rows = [
            row
            for key in (page.key, *page.also)
            if (row := notion.pages.get(key)) is not None and row.source == sources[page.kind]
        ]
        old = next((row.key for row in rows if not row.gone and row.key not in wanted), "")
        if old and rows[0].key != page.key:
            keys[old] = page.key
    if not keys:
        return notion
    shown = Notion()
    shown.pages.fill(
        [msgspec.structs.replace(row, key=keys.get(row.key, row.key)) for row in notion.pages]
    )
    return shown


def _new(
    notion: Notion,
    bound: Bound,
    pages: Iterable[Page],
    strays: Iterable[Stray],
    titles: Mapping[str, str],
) -> list[Coming]:
    """Pages that are not there, and pages of others that are taken for them."""
    homeless = [page for page in pages if row_of(notion, bound, page.key) is None]
    known = {row.key: row.page for row in notion.pages if not row.gone}
    taken, doubts = claims(homeless, strays, known)
    why = {claim.key: f"a page has {claim.why}" for claim in taken}
    doubtful = {doubt.key for doubt in doubts}
    return [
        Coming(
            page.kind,
            page.key,
            "=" if page.key in why else "+",
            titles[page.key],
            why.get(page.key) or _because(page, titles),
        )
        for page in homeless
        if page.key not in doubtful
    ]


def _because(page: Page, titles: Mapping[str, str]) -> str:
    if page.kind == "playlists":
        return "it is listed"
    if page.kind != "tracks":
        return "tracks lead to it"
    lists = [repr(titles[key]) for key in page.links.get("playlists", ()) if key in titles]
    return f"on {', '.join(lists)}" if lists else "it was asked for, or has a file"


def _changed(notion: Notion, bound: Bound, pages: Iterable[Page]) -> list[Coming]:
    by_key = {page.key: page for page in pages}
    crowd = crowds(list(by_key.values()), bound, notion)
    found = []
    for row in sorted(notion.pages, key=lambda row: row.key):
        if row.source != bound.source or row.gone:
            continue
        page = by_key.get(row.key)
        wants = desired(page, bound, notion) if page is not None else leaving(bound)
        write = changing(row, wants, bound, crowd)
        fields = set(write.values) if write is not None else set()
        if page is not None:
            fields |= {
                field
                for field, keys in page.links.items()
                if field in bound.fields and any(notion.pages.get(key) is None for key in keys)
            }
        if fields:
            title = str(page.values["title"]) if page is not None else row.key
            why = ", ".join(sorted(fields)) if page is not None else LEFT
            found.append(Coming(bound.kind, row.key, "~", title, why))
    return found


def counted(found: Iterable[Coming]) -> list[str]:
    """How many pages of each database, in words."""
    words = {"+": "to make", "=": "to claim", "~": "to change"}
    numbers: dict[tuple[Kind, str], int] = {}
    for each in found:
        numbers[each.kind, each.what] = numbers.get((each.kind, each.what), 0) + 1
    return [
        f"{TITLES[kind]}: "
        + ", ".join(
            f"{numbers[kind, what]} {words[what]}" for what in words if (kind, what) in numbers
        )
        for kind in KINDS
        if any((kind, what) in numbers for what in words)
    ]
