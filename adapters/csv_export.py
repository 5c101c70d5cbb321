"""Playlist backups as a source: Exportify's files, those of its relatives, Spotify's account data.

`csv_copies` reads them; here they become sightings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters import csv_copies, csv_files
from adapters.contract import PlaylistListed, Sighting, SourceListed, Unreadable
from adapters.csv_copies import Copy
from state.events import PlaylistSeen
from state.values import PlaylistRef


class CsvSource:
    """A `Source` over backups that lie on this machine."""

    name = "csv"

    def __init__(self, paths: Sequence[Path]) -> None:
        """`paths`: folders (searched to their leaves), `.csv` and `.json` files or `.zip` files."""
        self._paths = tuple(paths)

    def stamp(self) -> str:
        """Equal to an earlier one: nothing changed since, no need to observe. Opens no file."""
        return csv_files.stamp(self._paths)

    def observe(self) -> Iterator[Sighting]:
        """All tracks, then the playlists from the oldest backup to the newest, then the rest.

        What several files say of one track is one sighting: the newest file counts, field by
        field, and older ones fill what it leaves empty; so do those that never say much.
        """
        found = csv_copies.read(self._paths)
        copies, doubles = _newest(found.copies)
        yield from found.tracks.values()
        for copy in reversed(copies):
            ref = PlaylistRef(copy.ref)
            seen = PlaylistSeen(ref, self.name, copy.name, copy.backup.origin)
            yield PlaylistListed(seen, tuple(copy.table.rows), copy.complete)
        for shelf in found.shelves:
            if shelf.whole and shelf.origin not in found.unsure:
                refs = {backup.ref for backup in shelf.backups}
                refs |= {copy.ref for copy in copies if copy.backup.origin == shelf.origin}
                yield SourceListed(self.name, shelf.origin, frozenset(refs))
        yield from found.unreadable
        yield from doubles


def _newest(copies: list[Copy]) -> tuple[list[Copy], list[Unreadable]]:
    """One copy for each reference; the others are told, since one of them may know more."""
    chosen: dict[str, Copy] = {}
    doubles = []
    for copy in copies:
        first = chosen.setdefault(copy.ref, copy)
        if first is not copy:
            why = (
                f"it holds {copy.name!r}, and so does {first.backup.where}, which is newer and "
                f"counts; take one of the two away (`sync import csv --merge` joins them)"
            )
            doubles.append(Unreadable(copy.backup.where, why))
    return list(chosen.values()), doubles
