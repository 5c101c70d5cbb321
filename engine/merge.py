"""Many backups → one library file: no row, no date and no order of any of them is lost.

Pure but for the reading. Copies of a playlist are told by its name: of two places (folders, zips,
files) they are one, of one place never.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from adapters import csv_copies
from adapters.contract import Row, Unreadable
from adapters.csv_book import LIKED
from adapters.csv_cells import playlist
from adapters.csv_copies import Copy, filled
from adapters.csv_dialects import plain
from adapters.csv_write import library
from state.events import TrackSeen
from state.values import Ref

Key = tuple[Ref, int]
"""A row: the track, and its how-manieth occurrence it is."""


class Difference(msgspec.Struct, frozen=True):
    """What one copy of a playlist has otherwise than what became of all."""

    where: str
    rows: int
    only: int
    """Rows that no other copy has."""
    dates: int
    """Rows that were added earlier by the word of another copy."""
    order: bool
    """Its rows stand in another order."""


class Merged(msgspec.Struct, frozen=True):
    """A playlist."""

    name: str
    liked: bool
    rows: tuple[Row, ...]
    copies: tuple[Difference, ...]
    """The one whose order counts first."""

    @property
    def differs(self) -> bool:
        """Whether its copies do not say the same."""
        unlike = any(copy.dates or copy.order for copy in self.copies)
        return unlike or any(copy.rows != len(self.rows) for copy in self.copies)


class Library(msgspec.Struct, frozen=True):
    """Everything that the backups hold."""

    playlists: tuple[Merged, ...]
    tracks: dict[Ref, TrackSeen]
    unreadable: tuple[Unreadable, ...]

    def text(self) -> str:
        """As one file, which reads back as these playlists."""
        numbered = enumerate(self.playlists, 1)
        return library(
            (each.name, 0 if each.liked else number, [(r, self.tracks[r.track]) for r in each.rows])
            for number, each in numbered
        )


def merge(paths: Sequence[Path]) -> Library:
    """Read backups of all kinds and join the copies of each playlist."""
    found = csv_copies.read(paths)
    tracks = dict(found.tracks)
    playlists = [_merged(copies, tracks) for copies in together(found.copies)]
    playlists.sort(key=_place)
    return Library(tuple(playlists), tracks, tuple(found.unreadable))


def _place(playlist: Merged) -> tuple[bool, str, str, list[Ref]]:
    """Where a playlist stands in the file; of two with one name, by what is on them."""
    tracks = [row.track for row in playlist.rows]
    return not playlist.liked, playlist.name.casefold(), playlist.name, tracks


def difference(copy: Difference) -> str:
    """For people: what this copy has otherwise."""
    said = [
        f"{copy.rows} rows",
        f"{copy.only} of them nowhere else" if copy.only else "",
        f"{copy.dates} added later than another copy says" if copy.dates else "",
        "another order" if copy.order else "",
    ]
    return ", ".join(each for each in said if each)


# ---- which are copies of one -------------------------------------------------------------------


def together(copies: Sequence[Copy]) -> list[list[Copy]]:
    """The copies of each playlist, in the order given; that of `copies` is the newest first.

    Where several are called the same, those go together that share most.
    """
    places: dict[str, list[Copy]] = {}
    for copy in copies:
        places.setdefault(copy.place, []).append(copy)
    known: dict[tuple[bool, str], list[list[Copy]]] = {}
    for theirs in places.values():
        offers = [(copy, there) for copy in theirs for there in known.get(_title(copy), ())]
        offers.sort(key=lambda offer: _likeness(*offer), reverse=True)
        settled: set[str] = set()
        met: set[int] = set()
        for copy, there in offers:
            if copy.ref not in settled and id(there) not in met:
                settled.add(copy.ref)
                met.add(id(there))
                there.append(copy)
        for copy in theirs:
            if copy.ref not in settled:
                known.setdefault(_title(copy), []).append([copy])
    return [there for named in known.values() for there in named]


def _title(copy: Copy) -> tuple[bool, str]:
    """The name without what makers of files change: case, blanks, signs."""
    alone = copy.table.name is None and copy.name == LIKED
    return copy.table.liked or alone, plain(copy.name) or copy.name


def _likeness(copy: Copy, there: list[Copy]) -> tuple[int, bool]:
    mine = {row.track for row in copy.table.rows}
    shared = max(len(mine.intersection(r.track for r in each.table.rows)) for each in there)
    return shared, copy.name == there[0].name


# ---- what is on it -----------------------------------------------------------------------------


def _merged(copies: Sequence[Copy], tracks: dict[Ref, TrackSeen]) -> Merged:
    # Of the Liked Songs in Spotify's account data nobody knows the order.
    copies = sorted(copies, key=lambda copy: not copy.table.ordered)
    lists = identified([copy.table.rows for copy in copies], tracks)
    rows = join(lists)
    kept = dict(occurrences(rows))
    place = {key: number for number, key in enumerate(kept)}
    having = Counter(key for each in lists for key, _ in occurrences(each))
    differences = []
    for copy, theirs in zip(copies, lists, strict=True):
        keyed = list(occurrences(theirs))
        numbers = [place[key] for key, _ in keyed]
        differences.append(
            Difference(
                where=copy.backup.where,
                rows=len(keyed),
                only=sum(having[key] == 1 for key, _ in keyed) if len(copies) > 1 else 0,
                dates=sum(_differs(row.added_at, kept[key].added_at) for key, row in keyed),
                order=copy.table.ordered and numbers != sorted(numbers),
            )
        )
    # A name in a file is the playlist's own; that of a file has lost signs.
    name = next((copy.name for copy in copies if copy.table.name), copies[0].name)
    name = playlist(name) or "Untitled"
    return Merged(name, _title(copies[0])[0], tuple(rows), tuple(differences))


def join(lists: Sequence[Sequence[Row]]) -> list[Row]:
    """One list of all rows. The first one's order counts.

    A row that only a later list has follows the one that it follows there; the first stays first.
    Each row keeps the earliest of its dates.
    """
    following: dict[Key | None, Key | None] = {}
    rows: dict[Key, Row] = {}
    for each in lists:
        before: Key | None = None
        for key, row in occurrences(each):
            if key in rows:
                rows[key] = _both(rows[key], row)
            else:
                rows[key] = row
                following[key] = following.get(before)
                following[before] = key
            before = key
    order: list[Ref] = []
    at = following.get(None)
    while at is not None:
        order.append(at[0])
        at = following.get(at)
    # Counted anew, so that the first occurrence stands first whichever list it came from.
    return [rows[key] for key in _counted(order)]


def identified(lists: Sequence[Sequence[Row]], tracks: dict[Ref, TrackSeen]) -> list[Sequence[Row]]:
    """The lists, with rows without an id under the id that another list has for the same track.

    `tracks` learns what they know. Where two would fit, or none, a row stays as it is.
    """
    named: dict[tuple[str, str], set[Ref]] = {}
    for ref in {row.track for each in lists for row in each if not _nameless(row.track)}:
        named.setdefault(_said(tracks[ref]), set()).add(ref)
    found: list[Sequence[Row]] = []
    for each in lists:
        mine = {row.track for row in each}
        ids: dict[Ref, Ref] = {}
        for ref in filter(_nameless, mine):
            fitting = named.get(_said(tracks[ref]), set()) - mine
            fitting = {other for other in fitting if _agree(tracks[ref], tracks[other])}
            if len(fitting) == 1:
                ids[ref] = fitting.pop()
        for ref, other in sorted(ids.items()):
            tracks[other] = filled(tracks[other], msgspec.structs.replace(tracks[ref], ref=other))
        found.append([Row(ids.get(r.track, r.track), r.added_at, r.added_by) for r in each])
    return found


def _nameless(ref: Ref) -> bool:
    return ref.startswith("csv:row:")


def _said(track: TrackSeen) -> tuple[str, str]:
    return plain(track.title) or track.title, plain("".join(track.artists))


def _agree(one: TrackSeen, other: TrackSeen) -> bool:
    """Nothing that both say speaks against it."""
    albums = {plain(album) for album in (one.album, other.album) if album}
    isrcs = {isrc for isrc in (one.isrc, other.isrc) if isrc}
    lengths = [ms for ms in (one.duration_ms, other.duration_ms) if ms]
    return (
        len(albums) < 2
        and len(isrcs) < 2
        and max(lengths, default=0) - min(lengths, default=0) <= 2000
    )


def occurrences(rows: Iterable[Row]) -> Iterator[tuple[Key, Row]]:
    """Each row with its key."""
    rows = list(rows)
    return zip(_counted(row.track for row in rows), rows, strict=True)


def _counted(refs: Iterable[Ref]) -> Iterator[Key]:
    met: Counter[Ref] = Counter()
    for ref in refs:
        met[ref] += 1
        yield ref, met[ref]


# ---- dates -------------------------------------------------------------------------------------


def _both(one: Row, other: Row) -> Row:
    return Row(one.track, earliest(one.added_at, other.added_at), one.added_by or other.added_by)


def earliest(one: str, other: str) -> str:
    """The earlier of two dates; of a day and a time on it, the time; the one that is given."""
    if not (one and other):
        return one or other
    here, there = _utc(one), _utc(other)
    if here[:10] == there[:10] and min(len(here), len(there)) == 10:
        return one if len(here) >= len(there) else other
    return one if here <= there else other


def _differs(said: str, kept: str) -> bool:
    if not said:
        return False
    here, there = _utc(said), _utc(kept)
    return not there.startswith(here[:10]) if len(here) == 10 else here != there


def _utc(said: str) -> str:
    """A form in which times compare as text; days, and what is no time, stay as they are."""
    if len(said) == 10:
        return said
    try:
        at = datetime.fromisoformat(said)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return said
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")
