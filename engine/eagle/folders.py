"""A folder of Eagle for every playlist: made once, and a person's from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.eagle.items import PLAYLISTS, playlist_mark
from adapters.eagle.merging import folder_of
from adapters.eagle.reading import Index
from adapters.eagle.sink import Eagle
from engine.library import Library
from projections.eagle import EagleFolderRow
from projections.eagle_items import EaglePlaylist
from state.events import EagleFolderBound
from state.values import PlaylistRef

LISTED = 5
"""So many folders that are gone are told one by one."""


class Folders:
    """The folders of one turn.

    Args:
        told: a look at the library.
    """

    def __init__(self, library: Library, eagle: Eagle, told: Index) -> None:
        self.library, self.eagle = library, eagle
        self.named = eagle.settings.named
        self._there = {folder.id: folder for folder in told.folders}
        self.notes: list[str] = []

    def known(self, playlists: Iterable[EaglePlaylist]) -> dict[PlaylistRef, str]:
        """The folders that are there, by their playlists."""
        rows = ((each.ref, self._bound(each)) for each in playlists)
        return {ref: row.folder for ref, row in rows if row and row.folder in self._there}

    def missing(self, playlists: Iterable[EaglePlaylist]) -> list[EaglePlaylist]:
        """Playlists that never had a folder."""
        return [each for each in playlists if self._bound(each) is None]

    def made(self, playlists: Sequence[EaglePlaylist]) -> dict[PlaylistRef, str]:
        """As `known`; those that never were are made, and follow their playlists' names.

        Raises the errors of `Eagle`.
        """
        self._find_again(playlists)
        if missing := self.missing(playlists):
            taken = [row.folder for row in self._rows()]
            found = self.eagle.folders(
                {playlist_mark(each.ref): each.name for each in missing}, taken
            )
            self._there |= {folder.id: folder for folder in found.values()}
            self._record((each, found[playlist_mark(each.ref)].id) for each in missing)
        for each in playlists:
            self._rename(each)
        self._tell_gone(playlists)
        return self.known(playlists)

    def _rows(self) -> list[EagleFolderRow]:
        return [row for row in self.library.state.eagle.folders if row.library == self.named]

    def _bound(self, playlist: EaglePlaylist) -> EagleFolderRow | None:
        """What the log says of its folder, under any of the playlist's names."""
        folders = self.library.state.eagle.folders
        for ref in (playlist.ref, *playlist.refs):
            if (row := folders.get((self.named, ref))) is not None:
                return row
        return None

    def _record(self, found: Iterable[tuple[EaglePlaylist, str]]) -> None:
        self.library.append(
            [EagleFolderBound(self.named, each.ref, folder, each.name) for each, folder in found]
        )

    def _find_again(self, playlists: Iterable[EaglePlaylist]) -> None:
        """Folders that a person removed, and made again."""
        taken = {row.folder for row in self._rows()}
        free = [folder for folder in self._there.values() if folder.id not in taken]
        top = self.eagle.settings.folder
        above = folder_of(self._there.values(), PLAYLISTS, top, "") if top else None
        within = above.id if above is not None else ""
        for each in playlists:
            row = self._bound(each)
            if row is not None and row.folder not in self._there:
                found = folder_of(free, playlist_mark(each.ref), each.name, within)
                if found is not None:
                    free.remove(found)
                    self._record([(each, found.id)])

    def _rename(self, playlist: EaglePlaylist) -> None:
        """The playlist's new name is its folder's too, unless a person gave that another one."""
        row = self._bound(playlist)
        folder = self._there.get(row.folder) if row is not None else None
        if row is None or folder is None or row.name == playlist.name:
            return
        if folder.name == row.name:
            self._there[folder.id] = self.eagle.rename(folder, playlist.name)
        self._record([(playlist, folder.id)])

    def _tell_gone(self, playlists: Iterable[EaglePlaylist]) -> None:
        rows = ((each.name, self._bound(each)) for each in playlists)
        gone = sorted(name for name, row in rows if row and row.folder not in self._there)
        if gone:
            names = ", ".join(map(repr, gone[:LISTED]))
            more = f" and {len(gone) - LISTED} more" if len(gone) > LISTED else ""
            self.notes.append(
                f"Eagle: {names}{more}: the folder was removed, and is not made again; one of that "
                "name that you make is used"
            )
