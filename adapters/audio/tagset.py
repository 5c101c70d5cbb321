"""What tags should say, what they say, and the difference: pure, and in the words of each format.

Fields are compared and kept under the names that the file itself uses (`©nam`, `TIT2`, `TITLE`),
so that an event can hold what stood there before, and a restore can put exactly that back.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import msgspec

from adapters.contract import Probe
from state.values import Value
from state.values import Written as Written

Kind = Literal["mp4", "id3v2.3", "id3v2.4", "vorbis"]

Texts = dict[str, tuple[str, ...]]
"""A field, by its name in the format, to its values; several where the file keeps several."""

COVER = "cover"
"""The name under which `Texts` has the sha256 (hex) of the front cover."""

TRACK_ID = "CRATELOG_TRACK_ID"

_ITUNES = "----:com.apple.iTunes:"
_NAMES: dict[Kind, dict[str, tuple[str, ...]]] = {
    "mp4": {
        "title": ("©nam",),
        "artist": ("©ART",),
        "artists": (f"{_ITUNES}ARTISTS",),
        "album": ("©alb",),
        "album_artist": ("aART",),
        "track": ("trkn",),
        "disc": ("disk",),
        "date": ("©day",),
        "genre": ("©gen",),
        "isrc": (f"{_ITUNES}ISRC",),
        "bpm": (f"{_ITUNES}BPM",),
        "tempo": ("tmpo",),
        # The first for Mixed In Key, Serato, Traktor, rekordbox; the other for VirtualDJ, Engine.
        "key": (f"{_ITUNES}initialkey", f"{_ITUNES}KEY"),
        "comment": ("©cmt",),
        "track_id": ("----:org.cratelog:track_id",),
    },
    "id3v2.4": {
        "title": ("TIT2",),
        "artist": ("TPE1",),
        "artists": ("TXXX:ARTISTS",),
        "album": ("TALB",),
        "album_artist": ("TPE2",),
        "track": ("TRCK",),
        "disc": ("TPOS",),
        "date": ("TDRC",),
        "genre": ("TCON",),
        "isrc": ("TSRC",),
        "bpm": ("TBPM",),
        "key": ("TKEY",),
        "comment": ("COMM",),
        "track_id": (f"TXXX:{TRACK_ID}",),
    },
    "vorbis": {
        "title": ("TITLE",),
        "artist": ("ARTIST",),
        "artists": ("ARTISTS",),
        "album": ("ALBUM",),
        "album_artist": ("ALBUMARTIST",),
        "track": ("TRACKNUMBER",),
        "disc": ("DISCNUMBER",),
        "date": ("DATE",),
        "genre": ("GENRE",),
        "isrc": ("ISRC",),
        "bpm": ("BPM",),
        "key": ("INITIALKEY", "KEY"),
        "comment": ("COMMENT",),
        "track_id": (TRACK_ID,),
    },
}
for _names in _NAMES.values():
    _names[COVER] = (COVER,)
_NAMES["id3v2.3"] = _NAMES["id3v2.4"] | {"date": ("TYER",)}

_INFO = {"title": "INAM", "artist": "IART", "album": "IPRD", "genre": "IGNR", "date": "ICRD"}
"""The older tags of a WAV, which some programs read instead of ID3."""

_SAME = {"artist": "artists", "tempo": "bpm", "comment": "camelot"}
"""Forms of a field that have names of their own above."""

_TOTALS = {
    "TRACKNUMBER": ("TRACKTOTAL", "TOTALTRACKS"),
    "DISCNUMBER": ("DISCTOTAL", "TOTALDISCS"),
}
_CAMELOT = re.compile(r"(?:[1-9]|1[0-2])[AB]")
_PAIR = re.compile(r"\s*(\d{1,5})?\s*(?:/\s*(\d{1,5})?\s*)?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)-(\d\d))?")


class Cover(msgspec.Struct, frozen=True):
    """A picture; `cover` makes one."""

    data: bytes
    mime: Literal["image/jpeg", "image/png"]

    @property
    def digest(self) -> str:
        """sha256, hex."""
        return hashlib.sha256(self.data).hexdigest()


def cover(data: bytes) -> Cover:
    """A cover of the bytes of a JPEG or PNG file.

    Raises:
        ValueError: it is neither, or larger than players read (16 MB).
    """
    if len(data) > 16_000_000:
        raise ValueError("a cover of more than 16 MB")
    if data.startswith(b"\xff\xd8\xff"):
        return Cover(data, "image/jpeg")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Cover(data, "image/png")
    raise ValueError("a cover is a JPEG or a PNG")


class TagSet(msgspec.Struct, frozen=True):
    """What tags should say. What is empty, 0 or None here is left alone in the file."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artist: str = ""
    track: int = 0
    tracks: int = 0
    """How many the disc has."""
    disc: int = 0
    discs: int = 0
    date: str = ""
    """`2019`, `2019-05` or `2019-05-31`."""
    genre: str = ""
    isrc: str = ""
    bpm: float = 0.0
    key: str = ""
    """`Am`, `F#`."""
    camelot: str = ""
    """`8A`: for programs that show comments only; written where there is no comment."""
    track_id: str = ""
    """Ours, so that a file is known again wherever it turns up."""
    cover: Cover | None = None


class Change(Value, frozen=True):
    """What a file said, and what its new version says."""

    before: Written
    after: Written
    probe: Probe
    """What was read of the new version."""
    theirs: tuple[str, ...] = ()
    """Fields, by their names in `TagSet`, that were left to whoever wrote them after us."""


def ours(kind: Kind) -> frozenset[str]:
    """The names of all fields that we may write; with ID3, those of the older tags of a WAV too."""
    return frozenset(fields(kind))


def fields(kind: Kind) -> dict[str, str]:
    """Each of those names, with the field of `TagSet` that it holds some form of."""
    found = {name: _SAME.get(field, field) for field, of in _NAMES[kind].items() for name in of}
    if kind == "id3v2.3":
        found |= {"TDAT": "date", "TDRC": "date"}
    if kind == "vorbis":
        found |= {name: found[number] for number, totals in _TOTALS.items() for name in totals}
    if kind in ("id3v2.3", "id3v2.4"):
        found |= {name: _SAME.get(field, field) for field, name in _INFO.items()}
    return found


def difference(before: Written, wanted: TagSet) -> Texts:
    """What would have to be written, name by name: empty if the file says it all already.

    What says the same in another form (`03/12`, `GB-ARL-93-00135`, two artists as two values) is
    left as it is, and so is a date that says more.
    """
    names = _NAMES[before.kind]
    changes: Texts = {}
    for field, values in _values(wanted).items():
        for name in names.get(field, ()):
            changes |= _changed(before, field, name, values)
        if before.riff and field in _INFO:
            changes |= _changed(before, field, _INFO[field], values)
    return changes


def _changed(before: Written, field: str, name: str, values: tuple[str, ...]) -> Texts:
    have = before.texts.get(name, ())
    match field:
        case "artist":
            joined = ", ".join(values)
            several = (values, (joined,), ("/".join(values),), (";".join(values),))
            return {} if have in several else {name: (joined,)}
        case "artists":
            wanted = values if len(values) > 1 else ()
            return {} if have == wanted else {name: wanted}
        case "track" | "disc":
            return _numbered(before, name, values[0])
        case "date" if name == "TYER":
            return _old_date(before.texts, values[0])
        case "date":
            kept = have and (have[0] == values[0] or have[0].startswith(f"{values[0]}-"))
            return {} if kept else {name: values}
        case "isrc":
            return {} if have and _plain(have[0]) == values[0] else {name: values}
        case "bpm" | "tempo":
            return {} if have and _number(have[0]) == _number(values[0]) else {name: values}
        case "comment":
            said = any(text.strip() and not _CAMELOT.fullmatch(text) for text in have)
            return {} if said or have == values else {name: values}
        case _:
            return {} if have == values else {name: values}


def _values(wanted: TagSet) -> Texts:
    """The fields that are wanted, as text."""
    artists = tuple(filter(None, map(_clean, wanted.artists)))
    bpm = wanted.bpm if 0 < wanted.bpm < 1000 else 0.0
    said = {
        "title": wanted.title,
        "album": wanted.album,
        "album_artist": wanted.album_artist,
        "track": f"{wanted.track}/{wanted.tracks or ''}" if wanted.track else "",
        "disc": f"{wanted.disc}/{wanted.discs or ''}" if wanted.disc else "",
        "date": wanted.date,
        "genre": wanted.genre,
        "isrc": _plain(wanted.isrc),
        "bpm": f"{bpm:.2f}".rstrip("0").rstrip(".") if bpm else "",
        "tempo": str(int(bpm + 0.5)) if bpm else "",
        "key": wanted.key,
        "comment": wanted.camelot,
        "track_id": wanted.track_id,
        COVER: wanted.cover.digest if wanted.cover else "",
    }
    values: Texts = {"artist": artists, "artists": artists} if artists else {}
    return values | {field: (text,) for field, raw in said.items() if (text := _clean(raw))}


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", " ").strip()


def _plain(isrc: str) -> str:
    return re.sub(r"[\s-]", "", isrc).upper()


def _number(text: str) -> float | None:
    try:
        return round(float(text.replace(",", ".")), 2)
    except ValueError:
        return None


def _pair(text: str) -> tuple[int, int]:
    found = _PAIR.fullmatch(text)
    return (int(found[1] or 0), int(found[2] or 0)) if found else (0, 0)


def _numbered(before: Written, name: str, wanted: str) -> Texts:
    """A number and how many there are; a total that we do not know stays as it is."""
    texts = before.texts
    totals = _TOTALS.get(name, ()) if before.kind == "vorbis" else ()
    number, total = _pair(next(iter(texts.get(name, ())), ""))
    for each in totals:
        total = total or _pair(next(iter(texts.get(each, ())), ""))[0]
    new, of = _pair(wanted)
    of = of or total
    if (new, of) == (number, total):
        return {}
    if before.kind != "vorbis":
        return {name: (f"{new}/{of}" if of else f"{new}",)}
    changes: Texts = {name: (f"{new}",)}
    known = [each for each in totals if each in texts] or list(totals[:1])
    changes |= {each: (f"{of}",) for each in known if of}
    return {each: value for each, value in changes.items() if texts.get(each) != value}


def _old_date(texts: Texts, date: str) -> Texts:
    """ID3v2.3 keeps the year and the day in two fields, and some programs a third against it."""
    found = _DATE.match(date)
    if not found:
        return {}
    year, month, day = found.groups()
    wanted: Texts = {"TYER": (year,)}
    if day:
        wanted["TDAT"] = (f"{day}{month}",)
    elif texts.get("TYER") != (year,):
        wanted["TDAT"] = ()
    if "TDRC" in texts:
        wanted["TDRC"] = (date,)
    return {name: values for name, values in wanted.items() if texts.get(name, ()) != values}
