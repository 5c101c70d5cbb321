"""What is known of a library of Eagle: its sounds, our folders, and what is under way.

An item has what is said about it (`seen`) and which of that is ours (`pushed`): only ours is ever
taken away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from projections.contract import At, Fold, Row, Rows
from state.events import (
    ActionFailed,
    EagleFolderBound,
    EagleImported,
    EagleIntended,
    EagleItemChanged,
    EagleItemClaimed,
    EagleItemGone,
    EagleItemSeen,
    Event,
)
from state.values import Labels, PlaylistRef, Ref, RootId


class ItemRow(Row, frozen=True):
    """A sound in a library, or the lost item of a track."""

    own: ClassVar[frozenset[str]] = frozenset({"item", "seen", "pushed"})

    library: str
    item: str
    seen: Labels
    ext: str
    size: int
    """Bytes; 0: nobody said."""
    track: Ref
    """Empty: it is no track's as far as is known."""
    pushed: Labels | None
    """What of it is ours; None: it was there before us, and nothing is."""
    gone: str
    """`trashed`, `lost`, or empty: it is there."""
    why: str
    """Why it is the track's, if it was there before."""
    position: int


class EagleFolderRow(Row, frozen=True):
    """The folder of a playlist."""

    library: str
    playlist: PlaylistRef
    folder: str
    name: str
    """That we gave it last."""
    position: int


class EagleIntentRow(Row, frozen=True):
    """A write whose outcome is not in the log. Fields as in `EagleIntended`."""

    position: int
    at: int
    """Milliseconds since 1970."""
    library: str
    track: Ref
    says: Labels
    item: str
    root: RootId
    path: str


class EagleRefusedRow(Row, frozen=True):
    """A write that could not be made, so that the same is not asked again and again."""

    library: str
    track: Ref
    says: Labels
    item: str
    root: RootId
    path: str
    why: str
    times: int
    """One after the other."""
    at: int
    """The last time, milliseconds since 1970."""


class Eagle:
    """The events of Eagle → items, folders, open intents, what was refused."""

    name = "eagle"
    version = 2

    def __init__(self) -> None:
        self.items: Rows[ItemRow] = Rows(
            "eagle_item", ItemRow, ("library", "item"), index="library"
        )
        self.folders: Rows[EagleFolderRow] = Rows(
            "eagle_folder", EagleFolderRow, ("library", "playlist")
        )
        self.pending: Rows[EagleIntentRow] = Rows("eagle_intent", EagleIntentRow, ("position",))
        self.refused: Rows[EagleRefusedRow] = Rows(
            "eagle_refused", EagleRefusedRow, ("library", "track")
        )
        self.tables: tuple[Rows[Any], ...] = (self.items, self.folders, self.pending, self.refused)
        self.folds: dict[type[Event], Fold] = {
            EagleItemSeen: self._seen,
            EagleItemClaimed: self._claimed,
            EagleIntended: self._intended,
            EagleImported: self._imported,
            EagleItemChanged: self._changed,
            EagleItemGone: self._gone,
            EagleFolderBound: self._bound,
            ActionFailed: self._failed,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def of(self, library: str) -> Iterator[ItemRow]:
        """All items of a library, in no order."""
        return iter(self.items.of(library))

    # -- folding ---------------------------------------------------------------------------------

    def _row(self, library: str, item: str, at: At) -> ItemRow:
        known = self.items.get((library, item))
        return known or ItemRow(library, item, Labels(), "", 0, Ref(""), None, "", "", at.position)

    def _put(self, row: ItemRow, at: At, **what: Any) -> None:
        self.items.put(msgspec.structs.replace(row, **what, position=at.position))

    def _seen(self, event: EagleItemSeen, at: At) -> None:
        row = self._row(event.library, event.item, at)
        self._put(row, at, seen=event.says, ext=event.ext, size=event.size, gone="")

    def _claimed(self, event: EagleItemClaimed, at: At) -> None:
        row = self._row(event.library, event.item, at)
        self._put(row, at, track=event.track, why=event.why)

    def _intended(self, event: EagleIntended, at: At) -> None:
        self.pending.put(
            EagleIntentRow(
                at.position,
                at.at,
                event.library,
                event.track,
                event.says,
                event.item,
                event.root,
                event.path,
            )
        )

    def _failed(self, event: ActionFailed, at: At) -> None:
        row = self.pending.get(at.cause)
        self.pending.drop(at.cause)
        if row is None or event.interrupted:
            return
        before = self.refused.get((row.library, row.track))
        same = before is not None and before.says == row.says and before.path == row.path
        times = before.times + 1 if before is not None and same else 1
        self.refused.put(
            EagleRefusedRow(
                row.library,
                row.track,
                row.says,
                row.item,
                row.root,
                row.path,
                event.reason,
                times,
                at.at,
            )
        )

    def _imported(self, event: EagleImported, at: At) -> None:
        self.pending.drop(at.cause)
        self.refused.drop((event.library, event.track))
        self.items.put(
            ItemRow(
                event.library,
                event.item,
                event.says,
                event.ext,
                event.size,
                event.track,
                event.says,
                "",
                "",
                at.position,
            )
        )

    def _changed(self, event: EagleItemChanged, at: At) -> None:
        self.pending.drop(at.cause)
        row = self._row(event.library, event.item, at)
        self.refused.drop((event.library, row.track))
        self._put(row, at, pushed=event.says)

    def _gone(self, event: EagleItemGone, at: At) -> None:
        row = self._row(event.library, event.item, at)
        if row.track:
            self.refused.drop((event.library, row.track))
            self._put(row, at, gone=event.how)
        else:
            self.items.drop((event.library, event.item))

    def _bound(self, event: EagleFolderBound, at: At) -> None:
        self.folders.put(
            EagleFolderRow(event.library, event.playlist, event.folder, event.name, at.position)
        )
