"""Exportify CSV backups as a source: folders, zips and single files of one playlist each.

`csv_files` finds them, `csv_rows` reads one (with the headers of `csv_dialects` and the cells of
`csv_cells`); here they become sightings. Bad content is reported and passed over, never raised.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from adapters import csv_files
from adapters.contract import PlaylistListed, Sighting, SourceListed, Unreadable
from adapters.csv_dialects import NotABackup
from adapters.csv_files import Backup, CannotRead, Shelf
from adapters.csv_rows import Table, read_table
from state.events import PlaylistSeen, TrackSeen
from state.values import PlaylistRef, Ref

_COPY = re.compile(r"(.+) \(\d{1,2}\)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CsvSource:
    """A `Source` over backups that lie on this machine."""

    name = "csv"

    def __init__(self, paths: Sequence[Path]) -> None:
        """`paths`: folders (searched to their leaves), `.csv` files or `.zip` files."""
        self._paths = tuple(paths)

    def stamp(self) -> str:
        """Equal to an earlier one: nothing changed since, no need to observe. Opens no file."""
        return csv_files.stamp(self._paths)

    def observe(self) -> Iterator[Sighting]:
        """All tracks, then the playlists from the oldest backup to the newest, then the rest.

        What several files say of one track is one sighting: the newest file counts, field by
        field, and older ones fill what it leaves empty.
        """
        shelves = list(csv_files.shelves(self._paths))
        unreadable = [line for shelf in shelves for line in shelf.unreadable]
        backups, clashes = _distinct(shelves)
        unreadable += clashes
        names = _names(backups)
        tracks: dict[Ref, TrackSeen] = {}
        listings: list[PlaylistListed] = []
        for backup in sorted(backups, key=lambda b: (b.stamp[2], b.ref), reverse=True):
            try:
                table = _read(backup)
            except (CannotRead, NotABackup) as error:
                unreadable.append(Unreadable(backup.where, str(error)))
                continue
            if table.torn:
                advice = "rows may be missing, so none is taken as removed; export it again"
                unreadable.append(Unreadable(backup.where, f"{table.torn}; {advice}"))
            for track in table.tracks:
                known = tracks.get(track.ref)
                tracks[track.ref] = track if known is None else _filled(known, track)
            seen = PlaylistSeen(
                PlaylistRef(backup.ref), self.name, names[backup.ref], backup.origin
            )
            listings.append(PlaylistListed(seen, tuple(table.rows), not table.torn))
        yield from tracks.values()
        yield from reversed(listings)
        for shelf in shelves:
            if shelf.whole:
                refs = frozenset(backup.ref for backup in shelf.backups)
                yield SourceListed(self.name, shelf.origin, refs)
        yield from unreadable


def playlist_name(stem: str, siblings: Collection[str]) -> str:
    """The playlist's name as far as the file's tells: both programs put `_` for a blank.

    `siblings` are the stems beside it: `House_` beside `House` is a second `House`. Never empty
    unless `stem` is.
    """
    stem = unicodedata.normalize("NFC", stem)
    name = stem
    if (copy := _COPY.fullmatch(name)) is not None:
        name = copy[1]
    while name.endswith("_") and name[:-1] in siblings:
        name = name[:-1]
    if " " not in name:  # with blanks in it, neither program wrote it: a person chose its name
        name = " ".join(name.replace("_", " ").split())
    if name.replace("_", " ").casefold() in ("liked", "liked songs"):
        return "Liked Songs"
    return name.strip() or stem


def _names(backups: list[Backup]) -> dict[str, str]:
    stems: dict[str, set[str]] = {}
    for backup in backups:
        folder, _, stem = backup.ref.rpartition("/")
        stems.setdefault(folder, set()).add(stem)
    names = {}
    for backup in backups:
        folder, _, stem = backup.ref.rpartition("/")
        names[backup.ref] = playlist_name(stem, stems[folder])
    return names


def _distinct(shelves: list[Shelf]) -> tuple[list[Backup], list[Unreadable]]:
    """One backup for each reference: names that differ only in form cannot be told apart."""
    chosen: dict[str, Backup] = {}
    clashes = []
    for backup in (backup for shelf in shelves for backup in shelf.backups):
        first = chosen.setdefault(backup.ref, backup)
        if (first.path, first.member) != (backup.path, backup.member):
            why = f"it has the same name as {first.where} but for its form; rename one of the two"
            clashes.append(Unreadable(backup.where, why))
    return list(chosen.values()), clashes


def _read(backup: Backup) -> Table:
    data, same = csv_files.read(backup)
    text, cut = _decoded(data)
    table = read_table(text)
    if table.torn or (same and not cut):
        return table
    why = "the file ends in the middle of a letter" if cut else "the file changed while it was read"
    return table._replace(torn=why)


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether its last letter is cut. Raises `NotABackup` if it is no text."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        text = _western(data)
    if "\0" in text:
        raise NotABackup("it is no text (it holds zero bytes); export the playlist again")
    return text, bool(decoder.getstate()[0])


def _western(data: bytes) -> str:
    """Excel on Windows saves "CSV" as Windows-1252, without saying so.

    Damaged UTF-8 would pass for it, and turn every `é` into `Ã©`; it still has letters of UTF-8.
    """
    damaged = not data.decode("utf-8", "ignore").isascii()
    text = data.decode("cp1252", "replace")
    if damaged or "\ufffd" in text or _CONTROL.search(text):
        raise NotABackup("it is neither whole UTF-8 nor what Excel writes; export it again")
    return text


def _filled(newer: TrackSeen, older: TrackSeen) -> TrackSeen:
    if newer == older:
        return newer
    said = {field: getattr(newer, field) for field in newer.__struct_fields__}
    gaps = [f for f, value in said.items() if not value and value is not False]
    return TrackSeen(**said | {field: getattr(older, field) for field in gaps}) if gaps else newer
