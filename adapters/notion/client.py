"""Requests to Notion's API through notion-client, with one policy for all that goes wrong.

Its own retries are off: they cap a `Retry-After`, know no 529, and would repeat a write that was
saved. Reading is repeated after a pause. So is a change, which says whole values. Making a page is
not: where it is unknown whether one was made, `Unclear` says so.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import notion_client
from notion_client import errors

from adapters.contract import Blocked, Fatal, NotAuthorised, Permanent, Transient, seconds
from adapters.notion.settings import TOKEN, NotionSettings
from adapters.notion.window import Window

Json = dict[str, Any]

VERSION = "2026-03-11"
PAGE = 100
"""The most rows that a page of a list may have."""
TRIES = 4
"""Times that a request is made that may be repeated."""
LOG_IN = f"set {TOKEN}, or sync notion token"
RETRIED = (429, 500, 502, 503, 504, 529)

_logger = logging.getLogger("cratelog.notion")
_logger.disabled = True  # it writes whole answers; what went wrong is told by our own errors


class Unclear(Transient):
    """It is not known whether a page or database was made.

    Args:
        committed: the id of what was made, if Notion said it.
    """

    def __init__(self, message: str, committed: str = "") -> None:
        super().__init__(message)
        self.committed = committed


class Missing(Permanent):
    """There is no such page, database or data source, or it is not shared with the connection."""


class Invalid(Permanent):
    """The request does not fit: a property is not there any more, or has another type."""


class Trashed(Invalid):
    """The page lies in the trash."""


class Client:
    """The requests that the catalogue needs.

    Every method raises

    - Transient: no answer, or none that can be read; Blocked: nothing may be asked for a while
    - Unclear: only those that make something
    - Missing, Invalid, Trashed: this one thing
    - Fatal: the connection may do nothing more
    - NotAuthorised: the token is not good

    Args:
        clock: seconds since 1970.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        settings: NotionSettings,
        token: str,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.settings, self.clock, self.sleep = settings, clock, sleep
        self.window = Window(settings.per_minute, clock=clock, sleep=sleep)
        url = settings.base_url.rstrip("/").removesuffix("/v1")
        local = (urlsplit(url).hostname or "") in ("127.0.0.1", "::1", "localhost")
        self._notion = notion_client.Client(
            auth=token,
            base_url=url,
            notion_version=VERSION,
            timeout_ms=int(settings.timeout * 1000),
            retry=False,
            logger=_logger,
            client=httpx.Client(trust_env=not local, verify=not url.startswith("http://")),
        )

    def close(self) -> None:
        """Hang up."""
        self._notion.close()

    # -- reading ---------------------------------------------------------------------------------

    def me(self) -> Json:
        """The connection itself."""
        return self._asked(self._notion.users.me)

    def page(self, id: str) -> Json:
        """A page."""
        return self._asked(self._notion.pages.retrieve, id)

    def database(self, id: str) -> Json:
        """A database: what it is called, and which data sources it has."""
        return self._asked(self._notion.databases.retrieve, id)

    def source(self, id: str) -> Json:
        """A data source with its properties."""
        return self._asked(self._notion.data_sources.retrieve, id)

    def children(self, page: str) -> Iterator[Json]:
        """What lies on a page."""
        words: Json = {"page_size": PAGE}
        while True:
            told = self._asked(self._notion.blocks.children.list, page, **words)
            yield from told["results"]
            if not told.get("has_more"):
                return
            words["start_cursor"] = told["next_cursor"]

    def relation(self, page: str, property: str) -> tuple[str, ...]:
        """All pages of a relation, in their order."""
        found: list[str] = []
        words: Json = {"page_size": PAGE}
        while True:
            retrieve = self._notion.pages.properties.retrieve
            told = self._asked(retrieve, page, property, **words)
            found += [each["relation"]["id"] for each in told["results"]]
            if not told.get("has_more"):
                return tuple(found)
            words["start_cursor"] = told["next_cursor"]

    def query(self, source: str, asked: Json, properties: Sequence[str] = ()) -> Json:
        """A page of rows.

        Args:
            asked: the body of the request.
            properties: ids, as Notion gives them; none: all.
        """
        words = dict(asked)
        if properties:
            # The library encodes them, and they are encoded already.
            words["filter_properties"] = [unquote(each) for each in properties]
        return self._asked(self._notion.data_sources.query, source, **words)

    # -- writing ---------------------------------------------------------------------------------

    def create_page(self, source: str, properties: Json) -> Json:
        """Make a page. Never repeated."""
        parent = {"type": "data_source_id", "data_source_id": source}
        create = self._notion.pages.create
        return self._made(create, parent=parent, properties=properties)

    def create_database(self, parent: str, title: str, properties: Json) -> Json:
        """Make a database below a page. Never repeated."""
        return self._made(
            self._notion.databases.create,
            parent={"type": "page_id", "page_id": parent},
            title=[{"type": "text", "text": {"content": title}}],
            is_inline=False,
            initial_data_source={"properties": properties},
        )

    def update_page(self, id: str, properties: Json) -> Json:
        """Change properties, each as a whole."""
        return self._asked(self._notion.pages.update, id, properties=properties)

    def trash_page(self, id: str, gone: bool) -> Json:
        """Put a page into the trash, or take it out again."""
        return self._asked(self._notion.pages.update, id, in_trash=gone)

    def update_source(self, id: str, properties: Json) -> Json:
        """Add or rename properties of a data source."""
        return self._asked(self._notion.data_sources.update, id, properties=properties)

    # -- one request -----------------------------------------------------------------------------

    def _asked(self, ask: Callable[..., Any], *args: Any, **words: Any) -> Json:
        """Ask; again after a pause, where that may help."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(ask, *args, **words)
            except Blocked:
                raise
            except Transient as error:
                if tries == TRIES:
                    raise
                self.sleep(error.retry_after or 2.0 ** (tries - 1))

    def _made(self, ask: Callable[..., Any], **words: Any) -> Json:
        """Ask for something to be made: again only where it is known that nothing was."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(ask, making=True, **words)
            except (Blocked, Unclear):
                raise
            except Transient as error:
                if tries == TRIES:
                    raise
                self.sleep(error.retry_after or 2.0 ** (tries - 1))

    def _once(
        self, ask: Callable[..., Any], *args: Any, making: bool = False, **words: Any
    ) -> Json:
        self.window.take()
        try:
            found = ask(*args, **words)
        except errors.HTTPResponseError as error:
            raise self._meaning(error, making) from None
        except httpx.ConnectError as error:
            raise Transient(f"Notion cannot be reached ({type(error).__name__})") from None
        except (errors.RequestTimeoutError, httpx.TimeoutException):
            raise self._lost("Notion does not answer in time", making) from None
        except httpx.HTTPError as error:
            why = f"the connection to Notion fails ({type(error).__name__})"
            raise self._lost(why, making) from None
        except json.JSONDecodeError:
            raise self._lost("Notion's answer cannot be read", making) from None
        if not isinstance(found, dict):
            raise self._lost("Notion's answer cannot be read", making)
        return found

    def _lost(self, why: str, making: bool) -> Transient:
        return Unclear(why) if making else Transient(why)

    def _meaning(self, error: errors.HTTPResponseError, making: bool) -> Exception:
        body = _body(error)
        said, more = _words(body), body.get("additional_data") or {}
        told = f"Notion answers {error.status}" + (f" ({said})" if said else "")
        match error.status:
            case 401:
                return NotAuthorised(f"{told}: {LOG_IN}", said or "401")
            case 403:
                return Fatal(f"{told}: see the connection's capabilities and the plan's limits")
            case 404:
                return Missing(told)
            case 409:
                return Transient(told, 1.0)
            case 429 | 529:
                return self._too_many(error, told, str(more.get("rate_limit_reason") or ""))
            case status if status >= 500:
                if making:
                    return Unclear(told, str(more.get("committed_resource_id") or ""))
                return Transient(told)
        if "archived" in said or "trash" in said:
            return Trashed(told)
        return Invalid(told)

    def _too_many(self, error: errors.HTTPResponseError, told: str, reason: str) -> Exception:
        wait = seconds(error.headers.get("Retry-After"))
        if reason == "public_api_request_blocked" or wait > self.settings.patience:
            wait = max(wait, self.settings.patience)
            why = "Notion wants no more requests"
            return Blocked(why, self.clock() + wait, wait)
        return Transient(told, wait)


def _body(error: errors.HTTPResponseError) -> Json:
    """What was answered; pages of HTML say nothing."""
    try:
        told = json.loads(str(error.body))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _words(body: Json) -> str:
    return " ".join(str(body.get("message") or "").split())[:160]
