"""The library as it lies on disk: what other programs read while the app is closed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from adapters.sandbox.eagle.library import Folder, Item, Library

VERSION = "4.0.0"


def write(library: Library, changed: Iterable[Item] = ()) -> None:
    """Bring the folder on disk up to date: these items, the folders, the times."""
    images = library.path / "images"
    images.mkdir(parents=True, exist_ok=True)
    for item in changed:
        write_item(images / f"{item.id}.info", item)
    _put(library.path / "metadata.json", metadata(library))
    times: dict[str, int] = {item.id: item.changed for item in library.items.values()}
    _put(library.path / "mtime.json", times | {"all": len(times)})
    _put(library.path / "tags.json", {"historyTags": [], "starredTags": library.starred})
    for name in ("saved-filters.json", "actions.json"):
        if not (library.path / name).exists():
            _put(library.path / name, [])


def write_item(place: Path, item: Item) -> None:
    """One item: its metadata and its file."""
    place.mkdir(exist_ok=True)
    inside = place / filename(item)
    if not inside.exists():
        for other in place.glob(f"*.{item.ext}"):
            other.rename(inside)  # it was renamed
            break
        else:
            if item.origin:
                shutil.copyfile(item.origin, inside)
            else:
                inside.write_bytes(item.content or b"")
    _put(place / "metadata.json", on_disk(item))


def filename(item: Item) -> str:
    """The name of the file, with what no disk accepts left out."""
    name = "".join(sign for sign in item.name if sign not in '\\/:*?"<>|')[:150].strip() or "_"
    return f"{name}.{item.ext}"


def file(library: Library, item: Item) -> Path:
    """Where the file of an item lies."""
    return library.path / "images" / f"{item.id}.info" / filename(item)


def on_disk(item: Item) -> dict[str, Any]:
    """The `metadata.json` of an item."""
    told: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "size": item.size,
        "btime": item.added,
        "mtime": item.added,
        "ext": item.ext,
        "tags": item.tags,
        "folders": item.folders,
        "isDeleted": item.deleted,
        "url": item.url,
        "annotation": item.annotation,
        "modificationTime": item.added,
        "height": item.side,
        "width": item.side,
        "lastModified": item.changed,
        "palettes": item.palettes,
    }
    if item.star:
        told["star"] = item.star
    if item.deleted:
        told["deletedTime"] = item.changed
    return told


def metadata(library: Library) -> dict[str, Any]:
    """The `metadata.json` of the library."""
    return {
        "folders": [tree(library, one) for one in library.below("")],
        "smartFolders": [],
        "quickAccess": [],
        "tagsGroups": [],
        "modificationTime": library.changed,
        "applicationVersion": VERSION,
    }


def tree(library: Library, folder: Folder) -> dict[str, Any]:
    """A folder with those in it."""
    told: dict[str, Any] = {
        "id": folder.id,
        "name": folder.name,
        "description": folder.description,
        "children": [tree(library, one) for one in library.below(folder.id)],
        "modificationTime": folder.changed,
        "tags": folder.tags,
        "password": "",
        "passwordTips": "",
    }
    return told | ({"iconColor": folder.color} if folder.color else {})


def _put(path: Path, told: Any) -> None:
    path.write_bytes(msgspec.json.encode(told))
