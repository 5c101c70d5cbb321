"""All that lies in the library: asked of the app, or read from disk while it is closed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from adapters.contract import Fatal, Transient, Unreadable
from adapters.eagle import disk
from adapters.eagle.client import Client
from adapters.eagle.disk import Cache, Disk, Files
from adapters.eagle.items import Folder, Item
from adapters.eagle.settings import EagleSettings

TRIES = 2


class Index(msgspec.Struct, frozen=True):
    """What lies in the library."""

    library: str
    """Its path."""
    items: tuple[Item, ...]
    folders: tuple[Folder, ...]
    complete: bool
    """Everything was met: what is not here is not there."""
    from_disk: bool
    """And not told by the app."""
    cache: Cache
    """For the next look."""
    unreadable: tuple[Unreadable, ...] = ()
    why: str = ""
    """Of one from disk: why the app was not asked."""


def index(
    settings: EagleSettings,
    cache: Cache | None = None,
    *,
    known: Iterable[str] = (),
    client: Client | None = None,
    reader: Disk | None = None,
) -> Index:
    """Look at the whole library; 10,000 items take 12 requests.

    Args:
        cache: what an earlier look left; used and made anew only where the disk is read.
        known: ids of items that are missed if they do not come; they may lie in the trash, which
            Eagle may leave out of lists, and are asked for by id.
        client, reader: other than the usual ones.

    Raises:
        Transient: the app is closed, or the library changes all the time, and it is not on this
            machine.
        Fatal: another library is open, and this one is not on this machine.
        NotAuthorised: the app wants another token.
    """
    asked = client or Client(settings)
    try:
        told = everything(asked, known)
        return Index(told.path, told.items, told.folders, True, False, cache or Cache())
    except (Transient, Fatal) as error:
        path = settings.path
        if path is None or not asked.local or not path.is_dir():
            raise error
        seen = disk.look(path, cache, reader or Files())
        return Index(
            str(path),
            tuple(seen.cache.items.values()),
            seen.cache.folders,
            not seen.unreadable,
            True,
            seen.cache,
            seen.unreadable,
            str(error),
        )
    finally:
        if client is None:
            asked.close()


class Everything(msgspec.Struct, frozen=True):
    """What the app tells of the library that it has open, at `path`."""

    path: str
    items: tuple[Item, ...]
    folders: tuple[Folder, ...]


def everything(client: Client, known: Iterable[str] = ()) -> Everything:
    """All of the right library, in one version of it, as far as can be told.

    Raises:
        Transient: it changes all the time. And all that `Client` raises.
    """
    for _ in range(TRIES):
        before = client.right_library()
        items, whole = _pages(client)
        if missed := [id for id in known if id not in items]:
            items |= {item.id: item for item in client.by_ids(missed)}
        if client.right_library().path == before.path and whole:
            return Everything(before.path, tuple(items.values()), before.folders)
    raise Transient("the Eagle library changes while it is read; the next look tries again")


def _pages(client: Client) -> tuple[dict[str, Item], bool]:
    """Items by id, and whether they are all: so many as every page said."""
    found: dict[str, Item] = {}
    totals: set[int] = set()
    offset = 0
    while True:
        items, total = client.page(offset)
        found |= {item.id: item for item in items}
        totals.add(total)
        offset += len(items)
        if not items or offset >= total:
            return found, totals == {len(found)}
