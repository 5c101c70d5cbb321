"""What of a look is news, and what is to be added or changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from adapters.eagle.items import TRACK, Desired, Item, track_of, track_url
from adapters.eagle.merging import changes, ours
from adapters.eagle.reading import Index
from adapters.ignored import is_audio
from projections.eagle import ItemRow
from projections.eagle_items import EagleItem
from projections.identity import Identity
from state.events import EagleItemGone, EagleItemSeen, Event
from state.values import Labels, PlaylistRef, Ref, TrackId


class Change(msgspec.Struct, frozen=True):
    """An item that is to be changed."""

    row: ItemRow
    desired: Desired
    after: Labels
    """What of it will be ours."""


def labels(item: Item | Desired) -> Labels:
    """What is said about an item, as the log has it."""
    return Labels(item.name, item.url, item.annotation, item.tags, item.folders)


def meant(says: Labels, item: str = "", path: str = "") -> Desired:
    """An item as labels in the log want it.

    Args:
        item: its id, where it is there.
        path: of the file to import.
    """
    return Desired(says.url, says.name, says.annotation, says.tags, says.folders, path, item)


def seen(library: str, item: Item) -> EagleItemSeen:
    """An item as it is."""
    return EagleItemSeen(library, item.id, labels(item), item.ext, item.size)


def news(rows: Mapping[str, ItemRow], library: str, index: Index) -> list[Event]:
    """What a look says that the log does not know. Only sounds count, and what is ours.

    Args:
        rows: by the ids of their items.
    """
    found: list[Event] = []
    for item in sorted(index.items, key=lambda item: item.id):
        row = rows.get(item.id)
        if item.deleted:
            if row is not None and not row.gone:
                found.append(EagleItemGone(library, item.id, "trashed"))
        elif item.untold and row is not None:
            continue
        elif row is None:
            if item.url.startswith(TRACK) or is_audio(f"x.{item.ext}"):
                found.append(seen(library, item))
        elif row.gone or differs(row, item):
            found.append(seen(library, item))
    if index.complete:
        met = {item.id for item in index.items}
        lost = sorted(row.item for row in rows.values() if not row.gone and row.item not in met)
        found += [EagleItemGone(library, item, "lost") for item in lost]
    return found


def differs(row: ItemRow, item: Item) -> bool:
    """Whether an item is not as the log has it."""
    return (row.seen, row.ext, row.size) != (labels(item), item.ext, item.size)


def by_track(rows: Iterable[ItemRow], identity: Identity) -> dict[TrackId, ItemRow]:
    """The item of each track that has one: of several one that is there, the earliest."""
    found: dict[TrackId, ItemRow] = {}
    for row in sorted(rows, key=lambda row: (bool(row.gone), row.position, row.item)):
        if row.track:
            found.setdefault(identity.track(row.track), row)
    return found


def desired(
    wanted: EagleItem,
    row: ItemRow | None,
    folders: Mapping[PlaylistRef, str],
    identity: Identity,
    path: str = "",
) -> Desired:
    """The item of a track as it should be.

    Args:
        row: the item that it has.
        folders: ids of those that are there.
        path: of the file to import.
    """
    return Desired(
        _url(wanted.track, row, identity),
        wanted.name,
        wanted.annotation,
        wanted.tags,
        tuple(folders[ref] for ref in wanted.playlists if ref in folders),
        path,
        row.item if row is not None else "",
    )


def change(row: ItemRow, wanted: Desired) -> Change | None:
    """What is to be changed of an item; None: nothing."""
    item, before = as_item(row), was(row)
    if not changes(item, wanted, before):
        return None
    return Change(row, wanted, labels(ours(item, wanted, before)))


def as_item(row: ItemRow) -> Item:
    """An item as it was seen last."""
    says = row.seen
    return Item(
        row.item,
        says.name,
        says.url,
        says.annotation,
        says.tags,
        says.folders,
        row.ext,
        row.size,
        bool(row.gone),
    )


def was(row: ItemRow) -> Desired | None:
    """What of an item is ours so far; None: it was there before us."""
    return meant(row.pushed, row.item) if row.pushed is not None else None


def tracks_named(url: str, identity: Identity) -> Iterator[TrackId]:
    """The track that an address of ours means, under today's name."""
    if named := track_of(url):
        yield identity.track(Ref(named))


def _url(track: TrackId, row: ItemRow | None, identity: Identity) -> str:
    """Our address of a track; the one that its item has, if it still means the track."""
    for says in (row.pushed, row.seen) if row is not None else ():
        if says is not None and track in tracks_named(says.url, identity):
            return says.url
    return track_url(track)
