"""What is on the disk: roots, files, placements that lost their file, the trash.

A *placement* is a wish (this track, in this playlist's place, of this target); a file that fulfils
one carries it. `ours` says that we wrote it, or that a person gave it to us: only those are ever
moved or trashed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from projections.contract import At, Fold, Rows
from projections.file_rows import (
    UNKNOWN,
    DeliveredRow,
    FileRow,
    MissingRow,
    PinRow,
    RootRow,
    TrashRow,
)
from state.events import (
    AudioConverted,
    AudioFetched,
    Event,
    FileClaimed,
    FileDelivered,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
    MatterClosed,
    PlacementPinned,
    RootCameOnline,
    RootWentOffline,
    TagsRefused,
    TrashEmptied,
)
from state.values import Placement, Retagged, RootId, Tags

__all__ = ["DeliveredRow", "FileRow", "Files", "MissingRow", "PinRow", "RootRow", "TrashRow"]


class Files:
    """FileSeen, FileWritten, FileTrashed, … → what is on the disk and whose it is."""

    name = "files"
    version = 5

    def __init__(self) -> None:
        self.roots: Rows[RootRow] = Rows("root", RootRow, ("root",))
        self.files: Rows[FileRow] = Rows("file", FileRow, ("root", "path"), index="audio")
        self.missing: Rows[MissingRow] = Rows(
            "missing", MissingRow, ("target", "playlist", "track"), index="audio"
        )
        self.trash: Rows[TrashRow] = Rows("trash", TrashRow, ("root", "trash"), index="audio")
        self.pins: Rows[PinRow] = Rows("pin", PinRow, ("target", "playlist", "track"))
        self.delivered: Rows[DeliveredRow] = Rows("delivered", DeliveredRow, ("target", "track"))
        self.tables: tuple[Rows[Any], ...] = (
            self.roots,
            self.files,
            self.missing,
            self.trash,
            self.pins,
            self.delivered,
        )
        self.folds: dict[type[Event], Fold] = {
            RootCameOnline: self._online,
            RootWentOffline: self._offline,
            AudioFetched: self._fetched,
            AudioConverted: self._fetched,
            FileSeen: self._seen,
            FileVanished: self._vanished,
            FileClaimed: self._claimed,
            FileWritten: self._written,
            TagsRefused: self._untagged,
            FileDelivered: self._delivered,
            FileTrashed: self._trashed,
            TrashEmptied: self._emptied,
            PlacementPinned: self._pinned,
            MatterClosed: self._answered,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def online(self, root: RootId) -> bool:
        """Whether a root can be looked at."""
        row = self.roots.get(root)
        return row is not None and row.online

    # -- folding ---------------------------------------------------------------------------------

    def _online(self, event: RootCameOnline, at: At) -> None:
        self.roots.put(RootRow(event.root, event.path, event.device, event.marker, True, ""))

    def _offline(self, event: RootWentOffline, at: At) -> None:
        row = self.roots.get(event.root)
        if row is not None:
            self.roots.put(msgspec.structs.replace(row, online=False, why=event.why))

    def _fetched(self, event: AudioFetched | AudioConverted, at: At) -> None:
        row = _read(event, at, ours=True)
        if isinstance(event, AudioConverted):
            row = msgspec.structs.replace(
                row, tagged=event.tagged or UNKNOWN, tagged_at=at.position
            )
        self.files.put(row)

    def _seen(self, event: FileSeen, at: At) -> None:
        old = self.files.get((event.root, event.path))
        row = _read(event, at)
        if old is not None:
            # Other audio under our name: somebody put it there, so it is not ours any more.
            row = _placed(row, old, ours=old.ours and old.audio == event.audio)
        else:
            row = self._came_back(row)
        self.files.put(row)

    def _came_back(self, row: FileRow) -> FileRow:
        """A file whose placement missed it lies there again; of several, the last to miss it."""
        if not len(self.missing):
            return row
        lost = max(
            (lost for lost in self.missing.of(row.audio) if _lay_there(lost, row)),
            key=lambda lost: lost.position,
            default=None,
        )
        if lost is None:
            return row
        self.missing.drop((lost.target, lost.playlist, lost.track))
        return msgspec.structs.replace(
            row,
            ours=lost.ours,
            placement=Placement(lost.target, lost.playlist, lost.track),
            name=lost.name,
            folder=lost.folder,
            named_at=lost.named_at,
            tagged=lost.tagged,
            tagged_at=lost.tagged_at,
            before=lost.before,
        )

    def _vanished(self, event: FileVanished, at: At) -> None:
        row = self.files.get((event.root, event.path))
        if row is None:
            return
        self.files.drop((event.root, event.path))
        if row.placement is not None:
            wish = row.placement
            self.missing.put(
                MissingRow(
                    wish.target,
                    wish.playlist,
                    wish.track,
                    row.root,
                    row.path,
                    row.audio,
                    row.ours,
                    row.name,
                    row.folder,
                    row.named_at,
                    at.position,
                    tagged=row.tagged,
                    tagged_at=row.tagged_at,
                    before=row.before,
                )
            )

    def _claimed(self, event: FileClaimed, at: At) -> None:
        row = self.files.get((event.root, event.path))
        if row is None:
            return
        wish = event.placement
        lost = self.missing.get((wish.target, wish.playlist, wish.track))
        if lost is not None and lost.audio == row.audio:  # it lies elsewhere now
            row = msgspec.structs.replace(
                row, tagged=lost.tagged, tagged_at=lost.tagged_at, before=lost.before
            )
        self.files.put(
            msgspec.structs.replace(
                row,
                placement=event.placement,
                name=event.name,
                folder=event.folder,
                named_at=at.position,
                ours=row.ours or event.own,
                position=at.position,
            )
        )
        self._found(event.placement)

    def _written(self, event: FileWritten, at: At) -> None:
        if event.tags is not None:
            self._retagged(event, event.tags, at)
            return
        source = self.files.get((event.source_root, event.source))
        if event.how == "moved":
            self.files.drop((event.source_root, event.source))
        elif event.how == "restored":
            trashed = self.trash.get((event.source_root, event.source))
            source = trashed.file if trashed is not None else None
            self.trash.drop((event.source_root, event.source))
        self.files.put(
            _copied(
                event,
                source,
                at,
                ours=True,
                placement=event.placement,
                name=event.name,
                folder=event.folder,
                named_at=at.position,
                text=event.text,
                playlist=event.playlist,
            )
        )
        if event.placement is not None:
            self._found(event.placement)

    def _retagged(self, event: FileWritten, new: Retagged, at: At) -> None:
        """The same file in its place; it keeps its name, however that came about."""
        row = self.files.get((event.root, event.path))
        if row is not None and row.audio == event.audio:
            self.files.put(
                msgspec.structs.replace(
                    row,
                    size=event.size,
                    tags=new.tags or row.tags,
                    before=row.before if row.tagged_at else row.tags,
                    bitrate=new.bitrate,
                    tagged=new.tagged,
                    tagged_at=at.position,
                    position=at.position,
                )
            )

    def _untagged(self, event: TagsRefused, at: At) -> None:
        row = self.files.get((event.root, event.path))
        if row is not None:
            self.files.put(msgspec.structs.replace(row, tagged=event.tagged))

    def _delivered(self, event: FileDelivered, at: At) -> None:
        """The file is the other program's from now on: neither ours nor that of a placement."""
        wish = event.placement
        self.delivered.put(
            DeliveredRow(wish.target, wish.track, event.root, event.path, event.audio, at.position)
        )
        old = self.files.get((event.root, event.path))
        if old is not None and old.audio == event.audio:
            return
        source = self.files.get((event.source_root, event.source))
        self.files.put(_copied(event, source, at))

    def _found(self, wish: Placement) -> None:
        self.missing.drop((wish.target, wish.playlist, wish.track))

    def _trashed(self, event: FileTrashed, at: At) -> None:
        row = self.files.get((event.root, event.path))
        if row is None:
            row = FileRow(event.root, event.path, 0, event.audio, placement=event.placement)
        self.files.drop((event.root, event.path))
        self.trash.put(TrashRow(event.root, event.trash, row.audio, at.at, at.position, row))

    def _emptied(self, event: TrashEmptied, at: At) -> None:
        for path in event.paths:
            self.trash.drop((event.root, path))

    def _pinned(self, event: PlacementPinned, at: At) -> None:
        wish = event.placement
        self.pins.put(PinRow(wish.target, wish.playlist, wish.track, event.wanted))
        self._found(wish)

    def _answered(self, event: MatterClosed, at: At) -> None:
        """`edited:<target>` answered with `restore`: what is missing may be put back."""
        if event.answer == "restore" and event.matter.startswith("edited:"):
            target = event.matter.removeprefix("edited:")
            for row in [row for row in self.missing if row.target == target]:
                self.missing.put(msgspec.structs.replace(row, released=True))


def _read(
    event: FileSeen | AudioFetched | AudioConverted, at: At, *, ours: bool = False
) -> FileRow:
    """A file, as it was read."""
    return FileRow(
        event.root,
        event.path,
        event.size,
        event.audio,
        event.duration_ms,
        event.codec,
        event.bitrate,
        event.tags,
        ours=ours,
        position=at.position,
    )


def _copied(
    event: FileWritten | FileDelivered, source: FileRow | None, at: At, **more: Any
) -> FileRow:
    """A file of the bytes of another: what was read of those holds here too."""
    return FileRow(
        event.root,
        event.path,
        event.size,
        event.audio,
        source.duration_ms if source else 0,
        source.codec if source else "",
        source.bitrate if source else 0,
        source.tags if source else Tags(),
        position=at.position,
        tagged=source.tagged if source else "",
        tagged_at=source.tagged_at if source else 0,
        before=source.before if source else Tags(),
        **more,
    )


def _placed(row: FileRow, old: FileRow, *, ours: bool) -> FileRow:
    same = row.audio == old.audio
    return msgspec.structs.replace(
        row,
        tagged=old.tagged if same else "",
        tagged_at=old.tagged_at if same else 0,
        before=old.before if same else Tags(),
        ours=ours,
        placement=old.placement,
        name=old.name,
        folder=old.folder,
        named_at=old.named_at,
    )


def _lay_there(lost: MissingRow, row: FileRow) -> bool:
    return (lost.root, lost.path) == (row.root, row.path)
