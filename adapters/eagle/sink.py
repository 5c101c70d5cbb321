"""Putting tracks into the library, once each, and keeping what is said about them.

An add is safe to repeat after any fault or kill: what an earlier one did is found by its address or
its id before anything is sent, if need be after waiting until it can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from adapters.contract import AdapterError, Fatal, Permanent, Transient
from adapters.eagle.client import Client, Unclear
from adapters.eagle.items import PLAYLISTS, Desired, Folder, Item, item_id
from adapters.eagle.merging import changes, chosen, folder_of, payload
from adapters.eagle.reading import everything
from adapters.eagle.settings import EagleSettings

FEW = 12
"""Up to so many are asked for one by one; more are found by reading everything."""
STEP = 0.25
"""Seconds between two looks at what is not seen yet."""

Outcome = Item | AdapterError


class Update(msgspec.Struct, frozen=True):
    """An item that is to be changed."""

    item: Item
    desired: Desired
    before: Desired | None
    """What we last made of it; None: it was there before us."""


class Eagle:
    """The library as something that is written to. Before every write, the app is asked which
    library it has open.

    Every method raises Transient, NotAuthorised, and Fatal: another library is open.

    Args:
        clock, sleep: in seconds.
    """

    def __init__(
        self,
        settings: EagleSettings,
        client: Client | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self.client = client or Client(settings)
        self._clock, self._sleep = clock, sleep

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    # -- items -----------------------------------------------------------------------------------

    def held(self, wanted: Sequence[Desired]) -> dict[str, Item]:
        """Those that are there already, in the trash too, by our address."""
        self.client.right_library()
        found = self._held(wanted)
        self.client.right_library()
        return found

    def awaited(self, wanted: Sequence[Desired]) -> dict[str, Item]:
        """Those that are seen whole within `patience`, by our address: an earlier run asked for
        them."""
        self.client.right_library()
        sizes: dict[str, int] = {}
        for one in wanted:
            with suppress(OSError):
                sizes[one.url] = self._size(one)
        found = self._seen(wanted, sizes)
        self.client.right_library()
        return found

    def add(self, desired: Desired, *, first: bool = False) -> Item:
        """`add_all` of one. Raises Permanent too: it cannot be added."""
        outcome = self.add_all([desired], first=first)[desired.url]
        if isinstance(outcome, AdapterError):
            raise outcome
        return outcome

    def add_all(self, wanted: Sequence[Desired], *, first: bool = False) -> Mapping[str, Outcome]:
        """Add those that are not there, and wait until they are seen; by our address, the item or
        why there is none. An item that is there is returned as it is, one in the trash with
        `deleted`: a person put it there.

        Args:
            first: nobody can have asked for any of them before. Else what is not there is waited
                for, up to `patience`: an earlier run may have been cut off right after asking.
        """
        done: dict[str, Outcome] = {}
        for start in range(0, len(wanted), self.settings.batch):
            batch = {one.url: one for one in wanted[start : start + self.settings.batch]}
            self.client.right_library()
            done |= self._added([one for url, one in batch.items() if url not in done], first)
        return done

    def _added(self, wanted: Sequence[Desired], first: bool) -> dict[str, Outcome]:
        done: dict[str, Outcome] = {}
        done |= self._held(wanted) if first else self._seen(wanted, {})
        self.client.right_library()  # another one may have the same tracks
        sizes: dict[str, int] = {}
        for one in wanted:
            if one.url in done:
                continue
            try:
                sizes[one.url] = self._size(one)
            except OSError as error:
                why = f"{one.path}: {error.strerror}; Eagle cannot import it"
                done[one.url] = Permanent(why)
        todo = [one for one in wanted if one.url not in done]
        return done | (self._sent(todo, sizes) if todo else {})

    def _sent(self, todo: Sequence[Desired], sizes: Mapping[str, int]) -> dict[str, Outcome]:
        """Ask for these, none of which is there."""
        why: AdapterError | None = None
        ids: list[str] = []
        try:
            ids = self.client.add([payload(one) for one in todo])
        except (Unclear, Permanent) as error:
            why = error  # a batch that was refused may still be there in part
        if len(ids) == len(todo):
            todo = [_with_id(one, id) for one, id in zip(todo, ids, strict=True)]
        done: dict[str, Outcome] = {}
        if len(todo) > 1 or not isinstance(why, Permanent):
            done |= self._seen(todo, sizes)
        try:
            self.client.right_library()
        except Fatal as error:
            told = f"{error}. It was switched while {len(todo)} items were added: look there too"
            raise Fatal(told) from None
        rest = [one for one in todo if one.url not in done]
        if isinstance(why, Permanent) and len(todo) > 1:
            for one in rest:
                done |= self._sent([one], sizes)
            return done
        late = f"Eagle does not show it after {self.settings.patience:g} s; it is looked for again"
        return done | {one.url: why or Transient(late) for one in rest}

    def _seen(self, wanted: Sequence[Desired], sizes: Mapping[str, int]) -> dict[str, Item]:
        """Those that are there within `patience`, at their full size where it is known."""
        until = self._clock() + self.settings.patience
        found = self._held(wanted)
        while not (whole := _whole(found, sizes)).keys() >= {one.url for one in wanted}:
            if self._clock() >= until:
                # The id that was asked for is not promised; the address is.
                return _whole(self._held(wanted), sizes)
            self._sleep(STEP)
            found |= _found(self.client.by_ids(_ids(wanted)), wanted)
        return whole

    def _held(self, wanted: Sequence[Desired]) -> dict[str, Item]:
        """By id first, since that may show the trash; those that are not found, by address."""
        items = self.client.by_ids(_ids(wanted))
        rest = [one for one in wanted if chosen(items, one) is None]
        if len(rest) > FEW:
            items += everything(self.client).items
        else:
            items += [item for one in rest for item in self.client.by_url(one.url)]
        return _found(items, wanted)

    def _size(self, desired: Desired) -> int:
        """Bytes; -1: the file is on the app's machine. Raises OSError: it is not there."""
        return Path(desired.path).stat().st_size if self.client.local else -1

    def update(self, item: Item, desired: Desired, before: Desired | None = None) -> Item:
        """`update_all` of one. Raises Permanent too: as told there."""
        outcome = self.update_all([Update(item, desired, before)])[item.id]
        if isinstance(outcome, AdapterError):
            raise outcome
        return outcome

    def update_all(self, several: Sequence[Update]) -> Mapping[str, Outcome]:
        """Bring items in line with what is desired, around what the person made of them; one in the
        trash stays as it is. By id, the item as it is then, or Permanent: it is not there any more,
        or the app refuses the change.
        """
        self.client.right_library()
        there = {item.id: item for item in self.client.by_ids([one.item.id for one in several])}
        done: dict[str, Outcome] = {}
        for one in several:
            now = there.get(one.item.id)
            if now is None:
                why = f"the Eagle item {one.item.id} ({one.item.name}) is not there any more"
                done[one.item.id] = Permanent(why)
                continue
            if now.untold:
                why = f"Eagle does not say which tags and folders {now.name} has"
                done[now.id] = Permanent(why)
                continue
            told = changes(now, one.desired, one.before)
            try:
                done[now.id] = self._changed(now.id, told) if told else now
            except Permanent as error:
                done[now.id] = error
        try:
            self.client.right_library()
        except Fatal as error:
            told_it = f"{error}. It was switched while {len(several)} items were changed"
            raise Fatal(told_it) from None
        return done

    def _changed(self, id: str, told: Mapping[str, object]) -> Item:
        try:
            return self.client.update(id, dict(told))
        except Unclear:
            return self.client.update(id, dict(told))  # it says how it should be: twice is once

    # -- folders ---------------------------------------------------------------------------------

    def folder(self, mark: str, name: str, before: str = "") -> Folder:
        """The folder of a playlist, made if there is none.

        A folder that a person renamed keeps its name.

        Args:
            mark: `items.playlist_mark`.
            name: for a new one.
            before: the name that we last gave; one that still has it is renamed.
        """
        found = self.folders({mark: name})[mark]
        return self.rename(found, name) if before and found.name == before != name else found

    def rename(self, folder: Folder, name: str) -> Folder:
        """Call a folder otherwise."""
        self.client.right_library()
        return self.client.update_folder(folder, name=name)

    def folders(self, wanted: Mapping[str, str], taken: Collection[str] = ()) -> dict[str, Folder]:
        """The folders of playlists, by their marks; those that are missing are made.

        Args:
            wanted: mark → name for a new one.
            taken: ids of folders that are other playlists', though they may not say so.
        """
        self.client.right_library()
        known = [one for one in self.client.folders() if one.id not in taken]
        found: dict[str, Folder] = {}
        try:
            within = ""
            if self.settings.folder:
                within = self._folder(PLAYLISTS, self.settings.folder, "", known).id
            for mark, name in wanted.items():
                found[mark] = self._folder(mark, name, within, known)
                known = [one for one in known if one.id != found[mark].id]
        except Permanent:
            self.client.right_library()
            raise
        self.client.right_library()  # an id of another library would be worth nothing
        return found

    def _folder(self, mark: str, name: str, parent: str, known: Sequence[Folder]) -> Folder:
        found = folder_of(known, mark, name, parent)
        if found is None:
            try:
                found = self.client.create_folder(name, mark, parent)
            except Unclear as error:
                found = self._made(mark, name, parent)
                if found is None:
                    raise error
        if not found.description:
            return self.client.update_folder(found, description=mark)
        return found

    def _made(self, mark: str, name: str, parent: str) -> Folder | None:
        """A folder of which it is unclear whether it was made."""
        until = self._clock() + self.settings.patience
        while True:
            found = folder_of(self.client.folders(), mark, name, parent)
            if found is not None or self._clock() >= until:
                return found
            self._sleep(STEP)


def _ids(wanted: Sequence[Desired]) -> list[str]:
    """Under which they may be there."""
    return [id for one in wanted for id in (one.id, item_id(one.url)) if id]


def _found(items: Sequence[Item], wanted: Sequence[Desired]) -> dict[str, Item]:
    """Of each that is among these items, the one that it is."""
    found = {one.url: chosen(items, one) for one in wanted}
    return {url: item for url, item in found.items() if item is not None}


def _whole(found: Mapping[str, Item], sizes: Mapping[str, int]) -> dict[str, Item]:
    """Those that have their size, where one is known."""
    return {url: item for url, item in found.items() if sizes.get(url, -1) in (-1, item.size)}


def _with_id(desired: Desired, id: str) -> Desired:
    """Also to be found by the id that the app gave it."""
    return Desired(
        desired.url, desired.name, desired.annotation, desired.tags, desired.folders, desired.path,
        id if id != item_id(desired.url) else desired.id,
    )  # fmt: skip
