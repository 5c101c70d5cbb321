"""Vorbis comments: of FLAC, Ogg Vorbis, Opus and whatever else is put into Ogg."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

import mutagen
import mutagen.flac

from adapters.audio.tagset import COVER, Cover, Texts, ours
from adapters.contract import Permanent

flac: Any = mutagen.flac
_open: Any = mutagen.File

_FRONT = 3  # the type of a picture
_PADDING = 8_192  # bytes
_PICTURE = "METADATA_BLOCK_PICTURE"
_NAMES = ours("vorbis") - {COVER}


def texts(file: Any) -> Texts:
    """What the comments that are ours say."""
    found: dict[str, list[str]] = {}
    for key, value in file.tags or ():
        if key.upper() in _NAMES and value.strip("\0 "):
            found.setdefault(key.upper(), []).append(value)
    said: Texts = {key: tuple(values) for key, values in found.items()}
    front, _ = _covers(file)
    if front:
        said[COVER] = (Cover(front.data, "image/jpeg").digest,)
    return said


def foreign(file: Any) -> list[bytes]:
    """The comments and pictures that are not ours, in any order."""
    comments = [
        f"{key}={value}".encode("utf-8", "surrogateescape")
        for key, value in file.tags or ()
        if key.upper() not in _NAMES | {_PICTURE}
    ]
    pictures = [picture.write() for picture in _covers(file)[1]]
    blocks = [
        bytes([block.code]) + block.write()
        for block in getattr(file, "metadata_blocks", ())
        if block.code not in (0, 1, 4, 6)
    ]
    return sorted(comments + pictures + blocks)


def write(path: Path, changes: Texts, cover: Cover | None) -> None:
    """Change some of our fields in place: `path` is a work file.

    Raises:
        Permanent: other comments could not be kept.
        mutagen.MutagenError: it cannot be read or written.
    """
    file = _open(path)
    if file.tags is None:
        file.add_tags()
    if any("\ufffd" in value for _, value in file.tags):
        raise Permanent("its tags are not UTF-8 throughout; mend them by hand first")
    tags = file.tags
    for name, values in changes.items():
        if name == COVER:
            _put_cover(file, cover if values else None)
            continue
        tags[:] = [(key, value) for key, value in tags if key.upper() != name]
        tags.extend((name, value) for value in values)
    file.save(padding=lambda _: _PADDING)


def _pictures(file: Any) -> list[Any]:
    if isinstance(file, flac.FLAC):
        return list(file.pictures)
    found = []
    for key, value in file.tags or ():
        if key.upper() == _PICTURE:
            try:
                found.append(flac.Picture(base64.b64decode(value, validate=True)))
            except (binascii.Error, ValueError, flac.error):
                continue
    return found


def _covers(file: Any) -> tuple[Any, list[Any]]:
    """The first front cover (or None), and all other pictures."""
    pictures = _pictures(file)
    front = next((picture for picture in pictures if picture.type == _FRONT), None)
    return front, [picture for picture in pictures if picture is not front]


def _put_cover(file: Any, cover: Cover | None) -> None:
    """The front cover comes first; other pictures stay."""
    _, others = _covers(file)
    new = []
    if cover is not None:
        picture = flac.Picture()
        picture.type, picture.mime, picture.data = _FRONT, cover.mime, cover.data
        new.append(picture)
    if isinstance(file, flac.FLAC):
        file.clear_pictures()
        for picture in new + others:
            file.add_picture(picture)
        return
    tags = file.tags
    tags[:] = [(key, value) for key, value in tags if key.upper() != _PICTURE]
    for picture in new + others:
        tags.append((_PICTURE, base64.b64encode(picture.write()).decode("ascii")))
