"""Requests to the app's local API, V2: Eagle 4.0 build 21 and later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from adapters.contract import Fatal, NotAuthorised, Permanent, Transient
from adapters.eagle.items import Folder, Item, read_folders, read_item, same_library
from adapters.eagle.settings import TOKEN, EagleSettings

Json = dict[str, Any]

PAGE = 1000
"""The most that a page, a list of ids or an add may hold."""
TIMEOUT = (3.0, 60.0)
"""Seconds: to connect, and between two bytes; a batch is copied file by file."""
FIELDS = (
    "id", "name", "url", "annotation", "tags", "folders", "ext", "size", "isDeleted",
    "modificationTime", "lastModified",
)  # fmt: skip
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NotRunning(Transient):
    """Nothing answers: the app is off. What was asked was not done."""


class Unclear(Transient):
    """There was no answer that can be read: what was asked may have been done."""


class OpenLibrary(msgspec.Struct, frozen=True):
    """The library that the app has open."""

    name: str
    path: str
    folders: tuple[Folder, ...]


class Client:
    """The requests that a library needs.

    Every method raises

    - NotRunning, Unclear: as they say; both are Transient
    - Permanent: the app refuses this one thing
    - NotAuthorised: it wants another token
    - Fatal: it is too old
    """

    def __init__(
        self,
        settings: EagleSettings,
        *,
        timeout: float | tuple[float, float] = TIMEOUT,
        session: requests.Session | None = None,
    ) -> None:
        self.settings, self._timeout = settings, timeout
        self._root = settings.base_url.rstrip("/")
        self._session = session or requests.Session()
        if self.local:
            self._session.trust_env = False  # no proxy leads to this machine

    @property
    def local(self) -> bool:
        """Whether the app is on this machine, so that its paths are ours."""
        return (urlsplit(self._root).hostname or "") in LOOPBACK

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    # -- reading ---------------------------------------------------------------------------------

    def version(self) -> str:
        """Of the app."""
        told = self._get("app/info", first=True)
        return str(told.get("version") or "") if isinstance(told, dict) else ""

    def library(self) -> OpenLibrary:
        """The library that is open, whichever it is."""
        told = self._get("library/info", first=True)
        if not isinstance(told, dict) or not isinstance(told.get("path"), str):
            raise Unclear("Eagle does not say which library is open")
        return OpenLibrary(
            str(told.get("name") or ""), told["path"], read_folders(told.get("folders"))
        )

    def right_library(self) -> OpenLibrary:
        """The library that is open, if it is the one of the settings.

        Raises:
            Fatal: it is another one, or the settings name none.
        """
        wanted = self.settings.library
        if not wanted:
            raise Fatal("[eagle] library names no library: set it to the path of yours")
        found = self.library()
        if not same_library(wanted, found.name, found.path):
            raise Fatal(
                f"Eagle has the library {found.path} open, not {wanted}: open that one in Eagle"
            )
        return found

    def page(self, offset: int) -> tuple[list[Item], int]:
        """Up to 1,000 items, and how many there are in all."""
        told = self._post(
            "item/get", {"offset": offset, "limit": PAGE, "fields": FIELDS}, read=True
        )
        items = self._items(told)
        total = told.get("total")
        if not isinstance(total, int):
            raise Unclear("Eagle does not say how many items there are")
        return items, total

    def by_ids(self, ids: Sequence[str]) -> list[Item]:
        """Those of these items that are there, in the trash too."""
        found: list[Item] = []
        for start in range(0, len(ids), PAGE):
            asked = {"ids": list(ids[start : start + PAGE]), "limit": PAGE}
            found += self._all(self._post("item/get", asked, read=True))
        return found

    def by_url(self, url: str) -> list[Item]:
        """Items with exactly this address; whether those in the trash are told is up to Eagle."""
        # The filter may find more than what is equal.
        told = self._post("item/get", {"url": url, "limit": PAGE}, read=True)
        return [item for item in self._all(told) if item.url == url]

    def folders(self) -> tuple[Folder, ...]:
        """All of them."""
        rows: list[Any] = []
        while True:
            told = self._get("folder/get", offset=len(rows), limit=PAGE)
            page = told.get("data") if isinstance(told, dict) else None
            if not isinstance(page, list) or not all(
                isinstance(row, dict) and isinstance(row.get("id"), str) for row in page
            ):
                raise Unclear("Eagle's list of folders cannot be read")
            rows += page
            found, total = read_folders(rows), told.get("total")
            # Whether those within others are counted is not documented.
            if not isinstance(total, int) or max(len(rows), len(found)) >= total:
                return found
            if not page:
                raise Unclear("Eagle's list of folders lacks some of those that it counts")

    # -- writing ---------------------------------------------------------------------------------

    def add(self, items: Sequence[Json]) -> list[str]:
        """Ask for up to 1,000 items; their ids. They are seen later."""
        told = self._post("item/add", {"items": list(items)})
        ids = told.get("ids") if isinstance(told, dict) else None
        if not isinstance(ids, list):
            raise Unclear("Eagle does not say what it added")
        return [str(id) for id in ids]

    def update(self, id: str, changes: Json) -> Item:
        """Set what is named; lists are replaced."""
        told = self._post("item/update", {"id": id} | changes)
        item = read_item(told) if isinstance(told, dict) else None
        if item is None:
            raise Unclear("Eagle's answer to a change is no item")
        return item

    def create_folder(self, name: str, description: str, parent: str) -> Folder:
        told = {"name": name, "description": description}
        return self._folder("folder/create", told | ({"parent": parent} if parent else {}), parent)

    def update_folder(self, folder: Folder, **changes: str) -> Folder:
        return self._folder("folder/update", {"id": folder.id} | changes, folder.parent)

    def _folder(self, what: str, told: Json, parent: str) -> Folder:
        found = read_folders([self._post(what, told)], parent)
        if not found:
            raise Unclear("Eagle's answer is no folder")
        return found[0]

    # -- one request -----------------------------------------------------------------------------

    def _get(self, what: str, *, first: bool = False, **query: int) -> Any:
        return self._patiently("GET", what, {"params": query}, first)

    def _post(self, what: str, body: Json, *, read: bool = False) -> Any:
        if read:
            return self._patiently("POST", what, {"json": body}, False)
        return self._asked("POST", what, {"json": body}, False)

    def _patiently(self, method: str, what: str, words: Json, first: bool) -> Any:
        """A read may be repeated: a connection that lay idle may have been given up."""
        try:
            return self._asked(method, what, words, first)
        except Unclear:
            return self._asked(method, what, words, first)

    def _asked(self, method: str, what: str, words: Json, first: bool) -> Any:
        """`data` of the envelope. `first`: a 404 means that there is no V2."""
        secret = self.settings.secret
        if secret:
            words = words | {"params": words.get("params", {}) | {"token": secret}}
        where = f"{self._root}/api/v2/{what}"
        # No error of requests is ever told as it is: its text holds the address, with the token.
        try:
            response = self._session.request(method, where, timeout=self._timeout, **words)
        except requests.ConnectTimeout:
            raise self._off() from None
        except requests.Timeout:
            raise Unclear("Eagle does not answer in time") from None
        except requests.ConnectionError as error:
            raise (self._off() if _refused(error) else self._lost()) from None
        except requests.RequestException:
            raise Unclear("Eagle's answer was cut off") from None
        return self._data(response, first)

    def _off(self) -> NotRunning:
        return NotRunning(f"Eagle is not running: nothing answers at {self._root}; start it")

    def _lost(self) -> Unclear:
        return Unclear(f"Eagle is not running: {self._root} ends the connection; start it")

    def _data(self, response: requests.Response, first: bool) -> Any:
        status = response.status_code
        try:
            told = msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            told = None
        told = told if isinstance(told, dict) else {}
        said = " ".join(str(told.get("message") or "").split())[:200]
        if status in (401, 403):
            raise NotAuthorised(
                f"Eagle at {self._root} wants its API token (Preferences › Developer): set {TOKEN}"
            )
        if status == 404 and first:
            raise Fatal("this Eagle has no API of version 2: update it to 4.0 build 21 or later")
        if status >= 500:
            raise Unclear(f"Eagle answers {status}" + (f" ({said})" if said else ""))
        if told.get("status") == "success" and status < 400:
            return told.get("data")
        if told.get("status") == "error" or status >= 400:
            raise Permanent(f"Eagle refuses: {said or f'status {status}'}")
        raise Unclear("Eagle's answer cannot be read")

    def _all(self, told: Any) -> list[Item]:
        """Items of a list that has one page: what is not in it is not there. What `total` counts
        where only some are asked for is not documented: it says something of a full page alone."""
        found, total = self._items(told), told.get("total")
        if isinstance(total, int) and total > len(found) >= PAGE:
            raise Unclear("Eagle's list of items lacks some of those that it counts")
        return found

    @staticmethod
    def _items(told: Any) -> list[Item]:
        rows = told.get("data") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise Unclear("Eagle's list of items cannot be read")
        found = [read_item(row) if isinstance(row, dict) else None for row in rows]
        if None in found:
            raise Unclear("Eagle's list has items that cannot be read")
        return [item for item in found if item is not None]


def _refused(error: requests.ConnectionError) -> bool:
    """Whether there was nobody to talk to, so that nothing was sent."""
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
