"""ID3v2 tags, frame by frame: those that are not ours go back as the bytes that they were.

mutagen reads and renders the frames that are ours. The others it never gets to see, since it would
merge some, re-encode some and drop what it does not understand. ID3v1 is left alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import mutagen.id3
from mutagen.id3 import ID3NoHeaderError

from adapters.audio.tagset import COVER, Cover, Kind, Texts, ours
from adapters.contract import Permanent

id3: Any = mutagen.id3

_FRONT = 3  # the type of a picture
_PADDING = 2_048  # bytes, so that other programs need not move the audio for a few letters
_UNSYNCHRONISED = 0x80  # flag of a tag
_FRAME_UNSYNCHRONISED = 0x02  # flag of a frame, in the second byte


class _Raw:
    """Stands in for every kind of frame, and makes mutagen hand out the bytes instead."""

    @staticmethod
    def _fromData(*_: object) -> None:
        raise NotImplementedError


_RAW = dict.fromkeys([*id3.Frames, *id3.Frames_2_2], _Raw)


class Tag(NamedTuple):
    """A tag taken apart."""

    kind: Kind
    frames: tuple[bytes, ...]
    """With their headers, in the order of the file."""
    lossless: bool = True
    """All of it is in `frames`. (Of ID3v2.2 some frames have no successor.)"""


def length(head: bytes) -> int:
    """Bytes of the tag that begins with these ten bytes; 0 if none does."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 0x7F:
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + _unsafe(head[6:10]) + footer


def taken_apart(data: bytes) -> Tag:
    """The frames of a tag; of no bytes, the empty tag that players read best.

    Raises:
        mutagen.MutagenError: it is broken.
    """
    if not data:
        return Tag("id3v2.3", ())
    if data[3] < 3:
        return _lifted(data)
    try:
        tag = id3.ID3(io.BytesIO(data), known_frames=_RAW, translate=False, load_v1=False)
    except ID3NoHeaderError:
        return Tag("id3v2.3", ())
    modern = data[3] == 4
    spread = modern and bool(data[5] & _UNSYNCHRONISED)
    frames = [_headed(raw, modern=modern, spread=spread) for raw in tag.unknown_frames]
    return Tag("id3v2.4" if modern and frames else "id3v2.3", tuple(frames))


def texts(tag: Tag) -> Texts:
    """What the frames that are ours say."""
    found: Texts = {}
    for name, _, frame in _named(tag):
        if name == COVER:
            found[name] = (Cover(frame.data, "image/jpeg").digest,)
        elif name:
            said = tuple(text for value in frame.text for text in [str(value)] if text)
            found[name] = found.get(name, ()) + said
    return {name: said for name, said in found.items() if said}


def foreign(tag: Tag) -> list[bytes]:
    """The frames that are not ours, in an order of their own."""
    return sorted(raw for name, raw, _ in _named(tag) if not name)


def rendered(tag: Tag, changes: Texts, picture: Cover | None) -> bytes:
    """A whole tag with some of our frames changed; no bytes if it would have no frames.

    Raises:
        Permanent: the tag that was there cannot be kept.
    """
    if not tag.lossless:
        raise Permanent("its ID3v2.2 tags hold what newer tags cannot; retag it by hand once")
    kept, language = [], "eng"
    for name, raw, frame in _named(tag):
        if name not in changes:
            kept.append(raw)
        elif name == "COMM":
            language = frame.lang
    modern = tag.kind == "id3v2.4"
    encoding = id3.Encoding.UTF8 if modern else id3.Encoding.UTF16
    new = id3.ID3()
    for name, values in changes.items():
        if not values or (name == COVER and picture is None):
            continue
        new.add(_frame(name, values, picture, encoding, language))
    body = b""
    if len(new):
        stream = io.BytesIO()
        new.save(stream, v2_version=4 if modern else 3, v23_sep=None, padding=lambda _: 0)
        body = stream.getvalue()[10:]
    body += b"".join(kept)
    if not body:
        return b""
    body += bytes(_PADDING)
    return b"ID3" + bytes([4 if modern else 3, 0, 0]) + _safe(len(body)) + body


def _frame(
    name: str, values: tuple[str, ...], picture: Cover | None, encoding: int, language: str
) -> Any:
    text = list(values)
    if name == COVER and picture is not None:
        return id3.APIC(encoding=0, mime=picture.mime, type=_FRONT, desc="", data=picture.data)
    if name == "COMM":
        return id3.COMM(encoding=encoding, lang=language, desc="", text=text)
    if name.startswith("TXXX:"):
        return id3.TXXX(encoding=encoding, desc=name[5:], text=text)
    return getattr(id3, name)(encoding=encoding, text=text)


def _named(tag: Tag) -> Iterator[tuple[str, bytes, Any]]:
    """Each frame, by our name, with what it says; of several front covers the first is ours."""
    covers = 0
    for raw in tag.frames:
        name, frame = _ours(tag, raw)
        covers += name == COVER
        yield ("" if name == COVER and covers > 1 else name), raw, frame


def _ours(tag: Tag, raw: bytes) -> tuple[str, Any]:
    """Our name of a frame, and what it says; no name if it is none of ours."""
    name = raw[:4].decode("ascii")
    names = ours(tag.kind)
    if name not in names and name not in ("TXXX", "APIC"):
        return "", None
    version = 4 if tag.kind == "id3v2.4" else 3
    alone = b"ID3" + bytes([version, 0, 0]) + _safe(len(raw)) + raw
    frames = list(id3.ID3(io.BytesIO(alone), translate=False, load_v1=False).values())
    frame = frames[0] if frames else None
    match frame:
        case None:
            return "", None  # not to be understood, hence not to be touched
        case id3.TXXX():
            known = (each for each in names if each.casefold() == f"txxx:{frame.desc}".casefold())
            return next(known, ""), frame
        case id3.COMM():
            return ("COMM" if not frame.desc else ""), frame
        case id3.APIC():
            return (COVER if frame.type == _FRONT else ""), frame
        case _:
            return name, frame


def _lifted(data: bytes) -> Tag:
    """ID3v2.2, which nobody writes any more, as ID3v2.3."""
    try:
        old = id3.ID3(io.BytesIO(data), translate=True, v2_version=3, load_v1=False)
    except ID3NoHeaderError:
        return Tag("id3v2.3", ())
    lossless = not old.unknown_frames
    stream = io.BytesIO()
    old.save(stream, v2_version=3, v23_sep=None, padding=lambda _: 0)
    return taken_apart(stream.getvalue())._replace(lossless=lossless)


def _headed(raw: bytes, *, modern: bool, spread: bool) -> bytes:
    """The frame with its size as it should be written: older programs wrote it otherwise."""
    size = len(raw) - 10
    flags = bytes([raw[8], raw[9] | (_FRAME_UNSYNCHRONISED if spread else 0)])
    return raw[:4] + (_safe(size) if modern else size.to_bytes(4, "big")) + flags + raw[10:]


def _safe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsafe(data: bytes) -> int:
    return data[0] << 21 | data[1] << 14 | data[2] << 7 | data[3]
