"""Reading a data source: all of it once, then what was edited since.

A query ends after 10,000 rows, and times are whole minutes: what was read is never taken for all
before the last page said so, and every window overlaps the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.contract import Transient
from adapters.notion.client import PAGE, Client
from adapters.notion.fitting import Property
from adapters.notion.values import Value, read

Json = dict[str, Any]

ENDED, CAPPED = "ended", "capped"
OVERLAP = 120.0
"""Seconds: edits of one minute may be seen in two looks."""
SKEW = 300.0
"""Seconds that this machine's clock may be wrong. If it is more, what was edited meanwhile is seen
by the next look at everything."""


class Incomplete(Transient):
    """There is more than can be read: what was read is not all."""


class Seen(msgspec.Struct, frozen=True):
    """A page as it was read."""

    page: str
    created: str
    edited: str
    values: dict[str, Value]
    """By field."""
    partial: tuple[str, ...] = ()
    """Relations of which only the first pages are known."""
    trashed: bool = False
    odd: bool = False
    """A property is not there, or has another type: the schema is not what it was."""


class Scan(msgspec.Struct, frozen=True):
    """What a look at a data source found."""

    pages: list[Seen]
    newest: str
    """The last time of an edit among them, less the time that the look took: what was read first
    may have been edited before what was read last."""
    whole: bool = True
    """Nothing is left that was edited since the last look."""


def seen(told: Json, fields: Mapping[str, Property]) -> Seen:
    """A page in the terms of the catalogue."""
    by_id = {str(each["id"]): each for each in told["properties"].values()}
    values, partial, odd = {}, [], False
    for field, prop in fields.items():
        value = by_id.get(prop.id)
        if value is None or value.get("type") != prop.type:
            odd = True
            continue
        values[field] = read(value)
        if value.get("has_more"):
            partial.append(field)
    return Seen(
        str(told["id"]),
        str(told["created_time"]),
        str(told["last_edited_time"]),
        values,
        tuple(partial),
        bool(told.get("in_trash")),
        odd,
    )


def everything(
    client: Client,
    source: str,
    fields: Mapping[str, Property],
    progress: Callable[[int], None] = lambda rows: None,
) -> Scan:
    """All pages of a data source, the oldest first; relations complete.

    Raises:
        Incomplete: it cannot be read to its end. Else as `Client`.
    """
    found: dict[str, Seen] = {}
    since, began = "", client.clock()
    while True:
        before, capped = len(found), False
        for rows, ended in _pages(client, source, fields, "created_time", since):
            found |= {page.page: page for page in rows}
            progress(len(found))
            capped = ended == CAPPED
        if not capped:
            break
        since = max(page.created for page in found.values())
        if len(found) == before:
            raise Incomplete(
                f"Notion gives no more than {before} rows of a query, and more were made within a "
                "minute: nothing of that database is taken for complete"
            )
    pages = [complete(client, page, fields) for page in found.values()]
    last = max((page.edited for page in pages), default="")
    return Scan(pages, _before(last, client.clock() - began))


def edited(
    client: Client,
    source: str,
    fields: Mapping[str, Property],
    newest: str,
    looked: float,
    known: Callable[[Seen], bool] = lambda page: False,
) -> Scan:
    """Pages edited since the last look, the last edit first.

    Whatever was edited after that look has a time of `newest` or later: of older ones, a hundred
    that are known are enough. Just after it even of those of the same minute, which may be many
    that we wrote ourselves; then the scan is not `whole`, and the next one begins where it began.

    Args:
        newest: the last edit that it saw.
        looked: when it began, seconds since 1970 by this machine's clock.
        known: whether a page says nothing new.

    Raises:
        Incomplete: there were too many to be read in one query.
    """
    since = max(_seconds(newest) - OVERLAP, looked - SKEW) if newest else looked - SKEW
    start = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")
    early = abs(client.clock() - looked) < OVERLAP
    pages: dict[str, Seen] = {}
    whole, began = True, client.clock()
    for rows, ended in _pages(client, source, fields, "last_edited_time", start, last_first=True):
        some = [complete(client, page, fields) for page in rows]
        pages |= {page.page: page for page in some}
        if ended:
            if ended == CAPPED:
                raise Incomplete("more pages were edited than Notion tells in one query")
            break
        if all(known(page) for page in some) and (early or some[-1].edited < newest):
            whole = some[-1].edited < newest
            break
    last = max((page.edited for page in pages.values()), default="")
    return Scan(list(pages.values()), max(newest, _before(last, client.clock() - began)), whole)


def by_key(
    client: Client, source: str, fields: Mapping[str, Property], keys: list[str]
) -> dict[str, Seen]:
    """Pages by their Sync Key, exactly as it is spelt; of several, the oldest."""
    found: dict[str, Seen] = {}
    prop = fields["sync_key"]
    for start in range(0, len(keys), PAGE):
        some = keys[start : start + PAGE]
        each = [{"property": prop.id, "rich_text": {"equals": key}} for key in some]
        asked: Json = {
            "filter": each[0] if len(each) == 1 else {"or": each},
            "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
            "page_size": PAGE,
        }
        while True:
            told = client.query(source, asked, [one.id for one in fields.values()])
            for row in told["results"]:
                page = seen(row, fields)
                key = str(page.values.get("sync_key") or "")
                if key in some:
                    found.setdefault(key, page)
            if not told.get("has_more"):
                break
            asked["start_cursor"] = told["next_cursor"]
    return found


def complete(client: Client, page: Seen, fields: Mapping[str, Property]) -> Seen:
    """The page with all of its relations."""
    if not page.partial:
        return page
    values = dict(page.values)
    for field in page.partial:
        values[field] = tuple(sorted(client.relation(page.page, fields[field].id)))
    return msgspec.structs.replace(page, values=values, partial=())


def _pages(
    client: Client,
    source: str,
    fields: Mapping[str, Property],
    timestamp: str,
    since: str,
    *,
    last_first: bool = False,
) -> Iterator[tuple[list[Seen], str]]:
    """Read on from a time, a hundred rows at once; with the last ones, `ENDED` or `CAPPED`."""
    direction = "descending" if last_first else "ascending"
    asked: Json = {
        "sorts": [{"timestamp": timestamp, "direction": direction}],
        "page_size": PAGE,
    }
    if since:
        asked["filter"] = {"timestamp": timestamp, timestamp: {"on_or_after": since}}
    ids = [prop.id for prop in fields.values()]
    while True:
        told = client.query(source, asked, ids)
        rows = [seen(row, fields) for row in told["results"]]
        if not told.get("has_more"):
            cut = (told.get("request_status") or {}).get("type") == "incomplete"
            yield rows, CAPPED if cut else ENDED
            return
        yield rows, ""
        asked["start_cursor"] = told["next_cursor"]


def _before(time: str, seconds: float) -> str:
    """A time that is earlier by so many seconds; `OVERLAP` has room for less than a minute."""
    if not time or seconds < 60:
        return time
    return datetime.fromtimestamp(_seconds(time) - seconds, UTC).strftime("%Y-%m-%dT%H:%M:00.000Z")


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
