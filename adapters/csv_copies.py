"""All playlists of all backups: each with its reference, its name and what is in it.

`csv_files` finds the files, `csv_rows` and `account_data` read one. Bad content is reported and
passed over, never raised.
"""

from __future__ import annotations

import codecs
import gc
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters import account_data, csv_files, csv_rows
from adapters.contract import Unreadable
from adapters.csv_book import LIKED, Book, CannotRead, NotABackup, Table
from adapters.csv_files import Backup, Shelf
from state.events import TrackSeen
from state.values import Ref

_COPY = re.compile(r"(.+) \(\d{1,2}\)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Copy(NamedTuple):
    """A playlist as one backup holds it."""

    ref: str
    """`csv:<origin>/<path>`: of a file with one playlist the file's own, without `.csv`; of one
    with several its folder's, and the playlist's name (`#2` is a second one of that name)."""
    name: str
    place: str
    """Where it is from, for people too: two playlists of one place are never one."""
    backup: Backup
    table: Table
    complete: bool


class Reading(NamedTuple):
    """What was found."""

    shelves: list[Shelf]
    copies: list[Copy]
    """The newest file first."""
    tracks: dict[Ref, TrackSeen]
    """What all files together say: the newest one's word counts, field by field."""
    unreadable: list[Unreadable]
    unsure: set[str]
    """Origins that may hold playlists besides those found."""


def read(paths: Sequence[Path]) -> Reading:
    """Look at folders (searched to their leaves), CSV files, account data and zips of them."""
    with _uncollected():
        return _reading(paths)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nearly all that is made stays: looking for garbage meanwhile would double the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _reading(paths: Sequence[Path]) -> Reading:
    shelves = list(csv_files.shelves(paths))
    unreadable = [line for shelf in shelves for line in shelf.unreadable]
    backups, clashes = _distinct(shelves)
    unreadable += clashes
    books: list[tuple[Backup, Book]] = []
    lacking: list[Backup] = []
    for backup in sorted(backups, key=lambda b: (b.stamp[2], b.ref), reverse=True):
        try:
            book = _read(backup)
        except (CannotRead, NotABackup) as error:
            unreadable.append(Unreadable(backup.where, str(error)))
            if isinstance(error, CannotRead):
                lacking.append(backup)
            continue
        if book.torn:
            advice = "rows may be missing, so none is taken as removed; export it again"
            unreadable.append(Unreadable(backup.where, f"{book.torn}; {advice}"))
        if book.lacking:
            lacking.append(backup)
        books.append((backup, book))
    copies = sorted(
        _copies(books, _names(backups), {_place(backup, several=True) for backup in lacking}),
        key=lambda copy: (copy.backup.stamp[2], copy.ref),
        reverse=True,
    )
    unsure = {backup.origin for backup in lacking}
    return Reading(shelves, copies, _tracks(book for _, book in books), unreadable, unsure)


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
        return LIKED
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


# ---- playlists ---------------------------------------------------------------------------------


def _copies(
    books: list[tuple[Backup, Book]], names: dict[str, str], lacking: set[str]
) -> Iterator[Copy]:
    taken: set[tuple[str, str]] = set()
    # `Playlist10.json` comes after `Playlist2.json`; of other files each is a place of its own.
    for backup, book in sorted(books, key=lambda each: (len(each[0].inside), each[0].inside)):
        several = any(table.name is not None for table in book.tables)
        place = _place(backup, several=several)
        for table in book.tables:
            if table.name is None:
                yield Copy(backup.ref, names[backup.ref], place, backup, table, not book.torn)
                continue
            name = table.name or names[backup.ref]
            home = backup.ref.rpartition("/")[0]
            # A playlist may be called like the Liked Songs, and they may be missing this time.
            first = 1 if table.liked or name != LIKED else 2
            numbered = (
                f"{home}/{name}#{n}" if n > 1 else f"{home}/{name}" for n in itertools.count(first)
            )
            ref = next(ref for ref in numbered if (place, ref) not in taken)
            taken.add((place, ref))
            yield Copy(ref, name, place, backup, table, not book.torn and place not in lacking)


def _place(backup: Backup, *, several: bool) -> str:
    if several and not backup.json:
        return backup.where
    # The parts of account data belong together, and so do files of one playlist each.
    home = backup.where.rpartition("/")[0]
    return f"{home}/*.json" if backup.json else home


# ---- tracks ------------------------------------------------------------------------------------


def _tracks(books: Iterator[Book]) -> dict[Ref, TrackSeen]:
    tracks: dict[Ref, TrackSeen] = {}
    for book in sorted(books, key=lambda book: book.thin):
        for table in book.tables:
            for track in table.tracks:
                known = tracks.get(track.ref)
                tracks[track.ref] = track if known is None else filled(known, track)
    return tracks


def filled(better: TrackSeen, other: TrackSeen) -> TrackSeen:
    """`better`, and what it leaves empty as `other` says it."""
    if better == other:
        return better
    said = {field: getattr(better, field) for field in better.__struct_fields__}
    gaps = [f for f, value in said.items() if not value and value is not False]
    return TrackSeen(**said | {field: getattr(other, field) for field in gaps}) if gaps else better


# ---- one file ----------------------------------------------------------------------------------


def _read(backup: Backup) -> Book:
    data, same = csv_files.read(backup)
    text, cut = _decoded(data)
    book = account_data.read_book(text) if backup.json else csv_rows.read_book(text)
    if book.torn or (same and not cut):
        return book
    why = "the file ends in the middle of a letter" if cut else "the file changed while it was read"
    single = [table.name for table in book.tables] == [None]
    return book._replace(torn=why, lacking=not single)


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether its last letter is cut. Raises `CannotRead` if it is no text."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        text = _western(data)
    if "\0" in text:
        raise CannotRead("it is no text (it holds zero bytes); export the playlist again")
    return text, bool(decoder.getstate()[0])


def _western(data: bytes) -> str:
    """Excel on Windows saves "CSV" as Windows-1252, without saying so.

    Damaged UTF-8 would pass for it, and turn every `é` into `Ã©`; it still has letters of UTF-8.
    """
    damaged = not data.decode("utf-8", "ignore").isascii()
    text = data.decode("cp1252", "replace")
    if damaged or "\ufffd" in text or _CONTROL.search(text):
        raise CannotRead("it is neither whole UTF-8 nor what Excel writes; export it again")
    return text
