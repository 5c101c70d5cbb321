"""Items, folders and tags as the two versions of the app's API tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sandbox.eagle import files
from adapters.sandbox.eagle.library import Folder, Item, Library

Json = dict[str, Any]

INFO: Json = {"prereleaseVersion": None, "buildVersion": "build21"}
PLATFORM = "darwin"


def item(one: Item) -> Json:
    """An item of V2."""
    told: Json = {
        "id": one.id,
        "name": one.name,
        "ext": one.ext,
        "width": one.side,
        "height": one.side,
        "url": one.url,
        "isDeleted": one.deleted,
        "annotation": one.annotation,
        "tags": list(one.tags),
        "folders": list(one.folders),
        "palettes": one.palettes,
        "size": one.size,
        "modificationTime": one.added,
        "noThumbnail": one.no_thumbnail,
        "noPreview": one.no_preview,
    }
    return told | ({"star": one.star} if one.star else {})


def old_item(one: Item) -> Json:
    """An item of V1."""
    told = {key: value for key, value in item(one).items() if key != "noPreview"}
    return told | {"lastModified": one.changed}


def folder(library: Library, one: Folder, counts: Mapping[str, int] | None = None) -> Json:
    """A folder of V2 with those in it; how much is in it is not told of a new one."""
    told: Json = {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "children": [folder(library, below, counts) for below in library.below(one.id)],
        "modificationTime": one.changed,
        "tags": list(one.tags),
    }
    if one.color:
        told["iconColor"] = one.color
    return told if counts is None else told | {"imageCount": counts.get(one.id, 0)}


def old_folder(library: Library, one: Folder, counts: Mapping[str, int]) -> Json:
    """A folder of V1's list."""
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "children": [old_folder(library, below, counts) for below in library.below(one.id)],
        "modificationTime": one.changed,
        "tags": list(one.tags),
        "imageCount": counts.get(one.id, 0),
        "descendantImageCount": sum(counts.get(id, 0) for id in library.within(one.id)),
        "pinyin": one.name,
        "extendTags": [],
    }


def old_made(library: Library, one: Folder) -> Json:
    """A folder of V1 that was just made."""
    return {
        "id": one.id,
        "name": one.name,
        "images": [],
        "folders": [],
        "modificationTime": one.changed,
        "imagesMappings": {},
        "tags": list(one.tags),
        "children": [old_made(library, below) for below in library.below(one.id)],
        "isExpand": True,
    }


def old_changed(library: Library, one: Folder, size: int) -> Json:
    """A folder of V1 that was renamed or changed."""
    return old_made(library, one) | {
        "description": one.description,
        "size": size,
        "vstype": "folder",
        "styles": {"depth": 0, "first": False, "last": False},
        "isVisible": True,
        "editable": False,
        "pinyin": one.name,
    }


def info(library: Library) -> Json:
    """The library that is open."""
    told = files.metadata(library)
    return {
        "name": library.name,
        "path": str(library.path),
        "modificationTime": library.changed,
        "applicationVersion": files.VERSION,
        "folders": told["folders"],
        "smartFolders": told["smartFolders"],
        "quickAccess": told["quickAccess"],
        "tagGroups": told["tagsGroups"],
    }


def old_info(library: Library) -> Json:
    """The library that is open, as V1 says it."""
    told = files.metadata(library)
    return told | {"library": {"name": library.name, "path": str(library.path)}}


def page(rows: Sequence[Any], offset: int, limit: int) -> Json:
    """Of a list."""
    data = rows[offset : offset + limit]
    return {"data": data, "total": len(rows), "offset": offset, "limit": limit}
