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
    _, front = _front(file)
    if front:
        said[COVER] = (Cover(front.data, "image/jpeg").digest,)
    return said


def foreign(file: Any) -> list[bytes]:
    """The comments and pictures that are not ours, in any order."""
    at, _ = _front(file)
    in_blocks = isinstance(file, flac.FLAC)
    comments = [
        f"{key}={value}".encode("utf-8", "surrogateescape")
        for number, (key, value) in enumerate(file.tags or ())
        if key.upper() not in _NAMES and (in_blocks or number != at)
    ]
    others = enumerate(file.pictures if in_blocks else ())
    pictures = [picture.write() for number, picture in others if number != at]
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


def _front(file: Any) -> tuple[int, Any]:
    """Where the first front cover stands among the pictures (of FLAC) or comments, and what it is;
    -1 and None: there is none."""
    if isinstance(file, flac.FLAC):
        pictures = list(file.pictures)
    else:
        pictures = [_decoded(*comment) for comment in file.tags or ()]
    fronts = ((at, each) for at, each in enumerate(pictures) if each and each.type == _FRONT)
    return next(fronts, (-1, None))


def _decoded(key: str, value: str) -> Any:
    """The picture of a comment; None: it holds none."""
    if key.upper() != _PICTURE:
        return None
    try:
        return flac.Picture(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError, flac.error):
        return None


def _put_cover(file: Any, cover: Cover | None) -> None:
    """The front cover comes first; other pictures stay, in comments as they are written."""
    at, _ = _front(file)
    new = []
    if cover is not None:
        picture = flac.Picture()
        picture.type, picture.mime, picture.data = _FRONT, cover.mime, cover.data
        new.append(picture)
    if isinstance(file, flac.FLAC):
        others = [picture for number, picture in enumerate(file.pictures) if number != at]
        file.clear_pictures()
        for picture in new + others:
            file.add_picture(picture)
        return
    comments = [(_PICTURE, base64.b64encode(picture.write()).decode("ascii")) for picture in new]
    file.tags[:] = comments + [each for number, each in enumerate(file.tags) if number != at]
