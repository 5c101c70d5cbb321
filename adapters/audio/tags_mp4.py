"""Tags of MP4 files. Atoms that are not ours go back as the bytes that they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import mutagen.mp4

from adapters.audio.tagset import COVER, Cover, Texts, ours

mp4: Any = mutagen.mp4

_PADDING = 8_192  # bytes, so that the next program need not move the audio
_NAMES = {name.casefold(): name for name in ours("mp4")}


class Held(NamedTuple):
    """What a file's tags hold."""

    file: Any
    texts: Texts
    keys: dict[str, list[str]]
    """Our names to mutagen's, which keep the case that the file has."""
    foreign: dict[str, list[bytes]]
    """Names of the other atoms to what they hold."""


def read(path: Path) -> Held:
    """All of it. Raises mutagen.MutagenError."""
    file = mp4.MP4(path)
    texts: Texts = {}
    keys: dict[str, list[str]] = {}
    for key, values in (file.tags or {}).items():
        name = _name(key)
        if not name:
            continue
        keys.setdefault(name, []).append(key)
        said = tuple(text for value in _listed(values) for text in [_text(name, value)] if text)
        if said:
            texts.setdefault(name, said[:1] if name == COVER else said)
    return Held(file, texts, keys, _foreign(path))


def write(path: Path, changes: Texts, cover: Cover | None) -> None:
    """Change some of our fields in place: `path` is a work file. Raises mutagen.MutagenError."""
    held = read(path)
    file = held.file
    if file.tags is None:
        file.add_tags()
    for key in [key for key in file.tags if not _name(key)]:
        del file.tags[key]
    # mutagen writes back what it could not parse; it need not parse what is none of our business.
    kept = held.foreign
    for key, atoms in file.tags._failed_atoms.items():
        for data in atoms:
            name = _name(_freeform(data) if key == "----" else key)
            if name and name not in changes:
                kept.setdefault(key, []).append(data)
    file.tags._failed_atoms.clear()
    file.tags._failed_atoms.update(kept)
    for name, values in changes.items():
        others = list(file.tags.get("covr", ()))[1:] if name == COVER else []
        for key in held.keys.get(name, ()):
            del file.tags[key]
        new = _values(name, values, cover) + others
        if new:
            file.tags["covr" if name == COVER else name] = new
    file.save(padding=lambda _: _PADDING)


def foreign(path: Path) -> list[bytes]:
    """The atoms that are not ours, in any order."""
    found = _foreign(path)
    return sorted(f"{name}\0".encode() + data for name, each in found.items() for data in each)


def _name(key: str) -> str:
    return COVER if key == "covr" else _NAMES.get(key.casefold(), "") if key != COVER else ""


def _foreign(path: Path) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    with path.open("rb") as stream:
        try:
            atoms = mp4.Atoms(stream).path(b"moov", b"udta", b"meta", b"ilst")[-1].children or []
        except KeyError:
            return {}
        for atom in atoms:
            _, data = atom.read(stream)
            key = atom.name.decode("latin-1")
            name = _freeform(data) if key == "----" else key
            if not _name(name) and key != "gnre":  # which mutagen turns into words
                found.setdefault(key, []).append(data)
    return found


def _freeform(data: bytes) -> str:
    """`----:mean:name` of such an atom; it begins with two boxes that say so."""
    mean = int.from_bytes(data[:4], "big")
    name = int.from_bytes(data[mean : mean + 4], "big")
    parts = (data[12:mean], data[mean + 12 : mean + name])
    return ":".join(["----", *(part.decode("utf-8", "replace") for part in parts)])


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list) else [values]


def _text(name: str, value: Any) -> str:
    match value:
        case mp4.MP4Cover():
            return Cover(bytes(value), "image/jpeg").digest
        case bytes():
            return value.decode("utf-8", "replace")
        case (int(number), int(total)):
            return f"{number}/{total}" if total else f"{number}" if number else ""
        case 0:
            return ""
        case _:
            return str(value)


def _values(name: str, values: tuple[str, ...], cover: Cover | None) -> list[Any]:
    if not values:
        return []
    if name == COVER:
        if cover is None:
            return []
        png = cover.mime == "image/png"
        format = mp4.MP4Cover.FORMAT_PNG if png else mp4.MP4Cover.FORMAT_JPEG
        return [mp4.MP4Cover(cover.data, imageformat=format)]
    if name in ("trkn", "disk"):
        number, _, total = values[0].partition("/")
        return [(min(int(number or 0), 65_535), min(int(total or 0), 65_535))]
    if name == "tmpo":
        return [int(values[0])]
    if name.startswith("----"):
        return [text.encode() for text in values]
    return list(values)
