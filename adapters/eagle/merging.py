"""Which item is the one that is meant, and what of it to change: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.eagle.items import PLAYLIST, PLAYLISTS, Desired, Folder, Item, item_id


def chosen(items: Iterable[Item], desired: Desired) -> Item | None:
    """The item that this is already, in the trash or not; of several, one that is alive.

    An item is known by our address, or, since a person may change that, by its id.
    """
    ours = item_id(desired.url)
    ids = (desired.id, ours)
    found = [item for item in items if item.url == desired.url or item.id in ids]
    order = {desired.id: 0, ours: 1}
    return min(found, key=lambda one: (one.deleted, order.get(one.id, 2), one.id), default=None)


def payload(desired: Desired) -> dict[str, Any]:
    """What an add says of one item."""
    return {
        "path": desired.path,
        "id": item_id(desired.url),
        "name": desired.name,
        "website": desired.url,
        "annotation": desired.annotation,
        "tags": list(desired.tags),
        "folders": list(desired.folders),
    }


def changes(item: Item, desired: Desired, before: Desired | None) -> dict[str, Any]:
    """What an update has to say; empty: nothing.

    Ours of the lists is what is desired now or was `before`; the rest is the person's and stays.
    What a person took out of a list stays out. Of a text, what a person wrote over ours stays, and
    so does what was there before us.

    Args:
        before: what we last made of it; None: it was there before us.
    """
    if item.deleted:
        return {}
    was = before or Desired("", "")
    told: dict[str, Any] = {}
    for name in ("tags", "folders") if not item.untold else ():
        held: tuple[str, ...] = getattr(item, name)
        merged = merge(held, getattr(desired, name), getattr(was, name))
        if merged != list(held):
            told[name] = merged
    for name in ("name", "annotation", "url"):
        held_text, wanted = getattr(item, name), getattr(desired, name)
        if held_text != wanted and held_text in ("", getattr(was, name)):
            told[name] = wanted
    return told


def merge(held: Sequence[str], desired: Sequence[str], before: Sequence[str]) -> list[str]:
    """What is held, without what was ours and is no longer desired, then what is new of ours: what
    was ours before and is not held was taken out by a person."""
    gone = set(before) - set(desired)
    new = [one for one in desired if one not in before]
    return list(dict.fromkeys([*(one for one in held if one not in gone), *new]))


def ours(item: Item, desired: Desired, before: Desired | None) -> Desired:
    """What is ours of an item once `changes` is made: what we put there, not what a person had
    there already. What they took out since stays ours, so that it is not put there again."""
    was = before or Desired("", "")
    told = changes(item, desired, before)

    def kept(name: str) -> tuple[str, ...]:
        held, were = getattr(item, name), getattr(was, name)
        return tuple(one for one in getattr(desired, name) if one in were or one not in held)

    return Desired(
        told.get("url", was.url),
        told.get("name", was.name),
        told.get("annotation", was.annotation),
        kept("tags"),
        kept("folders"),
        desired.path,
        item.id,
    )


def folder_of(folders: Iterable[Folder], mark: str, name: str, parent: str) -> Folder | None:
    """The folder of a playlist: the one with its mark, wherever it lies and whatever its name; else
    one of that name in the right place, if it is no other playlist's."""
    there = sorted(folders, key=lambda one: one.id)
    for one in there:
        if one.description == mark:
            return one
    for one in there:
        free = not one.description.startswith((PLAYLIST, PLAYLISTS))
        if free and one.name == name and one.parent == parent:
            return one
    return None
