"""`/api/v2/…`, of Eagle 4.0 build 21 and later."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.eagle import searching, shapes
from adapters.sandbox.eagle.problems import Problem
from adapters.sandbox.eagle.routes import Call, Routes, stars, strings, text

ROUTES = Routes()

PAGE, MOST = 50, 1000
"""Rows of a page, and items of one `add`."""
LONGEST = 10_000
"""Characters of a text that is taken."""
SOURCES = ("url", "base64", "path", "bookmarkURL")
COLORS = ("red", "orange", "yellow", "green", "aqua", "blue", "purple", "pink")


# ---- the app and its libraries -----------------------------------------------------------------


@ROUTES.add("GET v2/app/info")
def app_info(call: Call) -> Any:
    return shapes.INFO | {"version": call.sandbox.version, "platform": shapes.PLATFORM}


@ROUTES.add("GET v2/library/info")
def library_info(call: Call) -> Any:
    return shapes.info(call.library)


@ROUTES.add("GET v2/library/history")
def library_history(call: Call) -> Any:
    known = [{"name": one.name, "path": str(one.path)} for one in call.sandbox.libraries]
    return call.page(known, PAGE, MOST)


@ROUTES.add("POST v2/library/switch")
def library_switch(call: Call) -> Any:
    path = text(call.told, "libraryPath")
    if path not in [str(one.path) for one in call.sandbox.libraries]:
        raise Problem(f"Library not found: {path}")
    call.sandbox.switch_library(path)
    return True


# ---- items -------------------------------------------------------------------------------------


@ROUTES.add("GET v2/item/get", "POST v2/item/get")
def item_get(call: Call) -> Any:
    there = searching.found(call.library, call.told, call.sandbox.trash_listed)
    told = call.page(there, PAGE, MOST)
    fields = call.told.get("fields")
    rows = [shapes.item(one) for one in told["data"]]
    if fields:
        rows = [{key: row[key] for key in fields if key in row} for row in rows]
    return told | {"data": rows}


@ROUTES.add("POST v2/item/query")
def item_query(call: Call) -> Any:
    told = call.page(searching.query(call.library, text(call.told, "query")), PAGE, MOST)
    return told | {"data": [shapes.item(one) for one in told["data"]]}


@ROUTES.add("GET v2/item/countAll")
def item_count(call: Call) -> Any:
    return len(call.library.listed())


@ROUTES.add("POST v2/item/add")
def item_add(call: Call) -> Any:
    several = call.told.get("items")
    if several is None:
        return {"id": call.sandbox.take(_source(call.told)).id}
    if not isinstance(several, list) or not all(isinstance(one, dict) for one in several):
        raise Problem("items must be an array of objects")
    if len(several) > MOST:
        raise Problem(f"Too many items: at most {MOST} in one request")
    sources = [_source(one) for one in several]
    # What happens to the others where one file is missing is not documented: here those before it
    # are in.
    return {"ids": [call.sandbox.take(one).id for one in sources]}


def _source(told: dict[str, Any]) -> dict[str, Any]:
    """Raises Problem: it has no source, or more than one, or one that is not there."""
    given = [name for name in SOURCES if told.get(name)]
    if len(given) != 1:
        raise Problem(f"Exactly one of {', '.join(SOURCES)} is required")
    for name in (given[0], "name", "annotation", "website", "id"):
        if told.get(name) is not None:
            short(told, name) if name != "base64" else text(told, name)
    strings(told, "tags")
    strings(told, "folders")
    return told


def short(told: dict[str, Any], name: str) -> None:
    """Raises Problem: it is no text, or too long."""
    if len(text(told, name)) > LONGEST:
        raise Problem(f"{name} is too long: at most {LONGEST} characters")


@ROUTES.add("POST v2/item/update")
def item_update(call: Call) -> Any:
    told, item = call.told, call.library.item(call.told.get("id"))
    for name in ("name", "annotation", "url"):
        if name in told:
            short(told, name)
    star, added = stars(told, item.star), call.number("modificationTime", item.added)
    item.tags = strings(told, "tags", item.tags)
    item.folders = strings(told, "folders", item.folders)
    item.name, item.star, item.added = told.get("name", item.name), star, added
    item.annotation = told.get("annotation", item.annotation)
    item.url = told.get("url", item.url)
    item.no_thumbnail = bool(told.get("noThumbnail", item.no_thumbnail))
    item.no_preview = bool(told.get("noPreview", item.no_preview))
    item.deleted = bool(told.get("isDeleted", item.deleted))
    call.sandbox.touch(item)
    return shapes.item(item)


@ROUTES.add("POST v2/item/refreshThumbnail", "POST v2/item/setCustomThumbnail")
def item_thumbnail(call: Call) -> Any:
    call.sandbox.touch(call.library.item(call.told.get("itemId")))
    return None


# ---- folders -----------------------------------------------------------------------------------


@ROUTES.add("GET v2/folder/get", "POST v2/folder/get")
def folder_get(call: Call) -> Any:
    """Without ids, those at the top, each with all below it."""
    library, told = call.library, call.told
    ids = [told["id"]] if told.get("id") else told.get("ids")
    if ids is not None:
        there = [library.folders[id] for id in dict.fromkeys(ids) if id in library.folders]
    elif told.get("isRecent"):
        there = sorted(library.folders.values(), key=lambda one: -one.changed)[:10]
    else:
        there = [] if told.get("isSelected") else list(library.below(""))
    counts, page = library.counts(), call.page(there, PAGE, MOST)
    return page | {"data": [shapes.folder(library, one, counts) for one in page["data"]]}


@ROUTES.add("POST v2/folder/create")
def folder_create(call: Call) -> Any:
    told = call.told
    parent = told.get("parent") or ""
    if parent:
        call.library.folder(parent)
    about = text(told, "description") if told.get("description") else ""
    made = call.sandbox.make_folder(text(told, "name"), parent, about)
    return shapes.folder(call.library, made)


@ROUTES.add("POST v2/folder/update")
def folder_update(call: Call) -> Any:
    told, library = call.told, call.library
    folder = library.folder(told.get("id"))
    color = told.get("iconColor", folder.color) or ""
    parent = told.get("parent", folder.parent) or ""
    if color and color not in COLORS:
        raise Problem(f"iconColor must be one of {', '.join(COLORS)}")
    if parent and library.folder(parent).id in library.within(folder.id):
        raise Problem("A folder cannot be moved into itself")
    folder.name = text(told, "name") if "name" in told else folder.name
    folder.description = told.get("description", folder.description) or ""
    folder.tags = strings(told, "tags", folder.tags)
    folder.color, folder.parent = color, parent
    call.sandbox.touch(folder)
    return shapes.folder(library, folder, library.counts())


# ---- tags --------------------------------------------------------------------------------------


@ROUTES.add("GET v2/tag/get", "POST v2/tag/get", "GET v2/tag/getRecentTags")
def tag_get(call: Call) -> Any:
    part = str(call.told.get("name") or "").lower()
    tags = sorted(call.library.tags().items())
    rows = [_tag(name, count) for name, count in tags if part in name.lower()]
    return call.page(rows, PAGE, MOST)


@ROUTES.add("GET v2/tag/getStarredTags")
def tag_starred(call: Call) -> Any:
    tags = call.library.tags()
    rows = [_tag(name, tags.get(name, 0)) for name in call.library.starred]
    return call.page(rows, PAGE, MOST)


@ROUTES.add("POST v2/tag/update")
def tag_update(call: Call) -> Any:
    return _renamed(call, text(call.told, "originalName"), text(call.told, "name"))


@ROUTES.add("POST v2/tag/merge")
def tag_merge(call: Call) -> Any:
    return _renamed(call, text(call.told, "source"), text(call.told, "target"))


def _renamed(call: Call, old: str, new: str) -> Any:
    if old not in call.library.tags():
        raise Problem(f"Tag not found: {old}")
    for item in list(call.library.items.values()):
        if old in item.tags:
            item.tags = list(dict.fromkeys(new if tag == old else tag for tag in item.tags))
            call.sandbox.touch(item)
    return _tag(new, call.library.tags().get(new, 0))


def _tag(name: str, count: int) -> dict[str, Any]:
    return {"name": name, "count": count, "color": "", "groups": [], "pinyin": name}
