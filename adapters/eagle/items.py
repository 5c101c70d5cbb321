"""What lies in a library, as we see it, and what we want there; the marks that say it is ours."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import msgspec

TRACK = "cratelog://track/"
"""Eagle keeps an item's `url` as it is given, also one that leads nowhere; people see it beside
the item and can search for it."""
PLAYLIST = "cratelog://playlist/"
"""In the description of a folder: it is this playlist's, whatever its name."""
PLAYLISTS = "cratelog://playlists"
"""In the description of the folder that holds those."""
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Item(msgspec.Struct, frozen=True):
    """An item of the library."""

    id: str
    name: str = ""
    """Without the extension."""
    url: str = ""
    annotation: str = ""
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    """Ids."""
    ext: str = ""
    """Without the dot."""
    size: int = 0
    """Bytes."""
    deleted: bool = False
    """It lies in Eagle's trash."""
    modified: int = 0
    """ms since 1970."""
    untold: bool = False
    """Its tags or folders were not told, or not as lists of texts: what they hold is not known."""


class Desired(msgspec.Struct, frozen=True):
    """An item as it should be."""

    url: str
    """What it is found by: `track_url`."""
    name: str
    annotation: str = ""
    tags: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    """Ids; `sink.Eagle.folder` finds or makes them."""
    path: str = ""
    """The file to import, as the app's machine sees it; must stay until the item is seen."""
    id: str = ""
    """Of the item in Eagle, where it is known already."""


class Folder(msgspec.Struct, frozen=True):
    """A folder of the library; `parent` is an id, empty at the top."""

    id: str
    name: str
    description: str = ""
    parent: str = ""


def track_url(track: str) -> str:
    """The address by which the item of a track (its id, as the log names it) is found again."""
    return TRACK + quote(track, safe=":")


def track_of(url: str) -> str:
    """The track that an item is; empty: the address is not ours."""
    return unquote(url.removeprefix(TRACK)) if url.startswith(TRACK) else ""


def playlist_mark(playlist: str) -> str:
    """What the description of a playlist's folder says."""
    return PLAYLIST + quote(playlist, safe=":/")


def item_id(url: str) -> str:
    """The id that we ask for: 13 of 0-9 and A-Z, always the same for the same address."""
    number = int.from_bytes(hashlib.sha256(url.encode()).digest(), "big")
    text = ""
    for _ in range(13):
        number, digit = divmod(number, 36)
        text += DIGITS[digit]
    return text


def read_item(row: Mapping[str, Any]) -> Item | None:
    """An item from JSON, of an answer or of a `metadata.json`; None: it has no id."""
    id = row.get("id")
    if not isinstance(id, str) or not id:
        return None
    return Item(
        id,
        _text(row, "name"),
        _text(row, "url"),
        _text(row, "annotation"),
        _texts(row, "tags"),
        _texts(row, "folders"),
        _text(row, "ext"),
        _number(row, "size"),
        row.get("isDeleted") is True,
        _number(row, "lastModified") or _number(row, "modificationTime"),
        not all(_is_texts(row.get(name)) for name in ("tags", "folders")),
    )


def read_folders(rows: object, parent: str = "") -> tuple[Folder, ...]:
    """All folders of a tree, each before those in it; one that is met twice counts once."""
    found: dict[str, Folder] = {}
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            continue
        about = _text(row, "description")
        below = read_folders(row.get("children"), row["id"])
        for one in (Folder(row["id"], _text(row, "name"), about, parent), *below):
            # A list may repeat at its top what lies deeper.
            if one.id not in found or one.parent:
                found[one.id] = one
    return tuple(found.values())


def by_url(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Items that bear our address; more than one for an address are doubles."""
    found: dict[str, list[Item]] = {}
    for item in items:
        if item.url.startswith(TRACK):
            found.setdefault(item.url, []).append(item)
    return found


def same_library(wanted: str, name: str, path: str) -> bool:
    """Whether a library with this name and path is the one that the settings mean."""
    if "/" in wanted or "\\" in wanted:
        return _folded(wanted) == _folded(path)
    stem = _folded(path).rpartition("/")[2].removesuffix(".library")
    return _folded(wanted).removesuffix(".library") in (_folded(name), stem)


def _folded(path: str) -> str:
    """macOS and Windows, where Eagle runs, tell neither case nor form of letters apart."""
    return unicodedata.normalize("NFC", path.replace("\\", "/").rstrip("/")).casefold()


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _number(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    return int(value) if isinstance(value, int | float) and 0 < value < 2**53 else 0
