"""`/api/…`, since Eagle 1.11."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.eagle import files, searching, shapes
from adapters.sandbox.eagle.library import Item
from adapters.sandbox.eagle.problems import Problem
from adapters.sandbox.eagle.routes import Call, Routes, number, stars, strings, text

ROUTES = Routes()

PAGE, MOST = 200, 1_000_000
ORDERS = {
    "CREATEDATE": lambda item: item.added,
    "FILESIZE": lambda item: item.size,
    "NAME": lambda item: item.name.lower(),
    "RESOLUTION": lambda item: item.side,
}


@ROUTES.add("GET application/info")
def application_info(call: Call) -> Any:
    where = "/Applications/Eagle.app/Contents/MacOS/Eagle"
    told = {"version": call.sandbox.version, "execPath": where, "platform": shapes.PLATFORM}
    return shapes.INFO | told


@ROUTES.add("GET library/info")
def library_info(call: Call) -> Any:
    return shapes.old_info(call.library)


@ROUTES.add("GET library/history")
def library_history(call: Call) -> Any:
    return [str(one.path) for one in call.sandbox.libraries]


@ROUTES.add("POST library/switch")
def library_switch(call: Call) -> Any:
    path = text(call.told, "libraryPath")
    if path not in [str(one.path) for one in call.sandbox.libraries]:
        raise Problem(f"Library not found: {path}")
    call.sandbox.switch_library(path)
    return None


# ---- folders -----------------------------------------------------------------------------------


@ROUTES.add("GET folder/list")
def folder_list(call: Call) -> Any:
    library, counts = call.library, call.library.counts()
    return [shapes.old_folder(library, one, counts) for one in library.below("")]


@ROUTES.add("GET folder/listRecent")
def folder_recent(call: Call) -> Any:
    library, counts = call.library, call.library.counts()
    recent = sorted(library.folders.values(), key=lambda one: -one.changed)[:10]
    return [shapes.old_folder(library, one, counts) for one in recent]


@ROUTES.add("POST folder/create")
def folder_create(call: Call) -> Any:
    parent = call.told.get("parent") or ""
    if parent:
        call.library.folder(parent)
    made = call.sandbox.make_folder(text(call.told, "folderName"), parent)
    return shapes.old_made(call.library, made)


@ROUTES.add("POST folder/rename", "POST folder/update")
def folder_update(call: Call) -> Any:
    told, folder = call.told, call.library.folder(call.told.get("folderId"))
    folder.name = text(told, "newName") if "newName" in told else folder.name
    folder.description = told.get("newDescription") or folder.description
    folder.color = told.get("newColor") or folder.color
    call.sandbox.touch(folder)
    return shapes.old_changed(call.library, folder, call.library.counts()[folder.id])


# ---- items -------------------------------------------------------------------------------------


@ROUTES.add("GET item/list")
def item_list(call: Call) -> Any:
    """`offset` counts pages in one client's experience and items in the documentation: items."""
    told = dict(call.told)
    if "keyword" in told:
        told["keywords"] = [told["keyword"]]
    there = searching.found(call.library, told, trash=False)
    order = str(told.get("orderBy") or "-CREATEDATE")
    key = ORDERS.get(order.removeprefix("-"))
    if key is None:
        raise Problem(f"Invalid orderBy: {order}")
    there.sort(key=key, reverse=order.startswith("-"))
    return [shapes.old_item(one) for one in call.page(there, PAGE, MOST)["data"]]


@ROUTES.add("GET item/info")
def item_info(call: Call) -> Any:
    return shapes.old_item(call.library.item(call.told.get("id")))


@ROUTES.add("GET item/thumbnail")
def item_thumbnail(call: Call) -> Any:
    return str(files.file(call.library, call.library.item(call.told.get("id"))))


@ROUTES.add("POST item/addFromPath")
def add_from_path(call: Call) -> Any:
    _take(call, [call.told], "path")


@ROUTES.add("POST item/addFromPaths")
def add_from_paths(call: Call) -> Any:
    _take(call, _several(call), "path")


@ROUTES.add("POST item/addFromURL")
def add_from_url(call: Call) -> Any:
    _take(call, [call.told], "url")


@ROUTES.add("POST item/addFromURLs")
def add_from_urls(call: Call) -> Any:
    _take(call, _several(call), "url")


@ROUTES.add("POST item/addBookmark")
def add_bookmark(call: Call) -> Any:
    _take(call, [call.told], "bookmarkURL")


def _several(call: Call) -> list[dict[str, Any]]:
    items = call.told.get("items")
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise Problem("items must be an array of objects")
    return items


def _take(call: Call, items: list[dict[str, Any]], kind: str) -> None:
    """Import all of them; `kind` of source is a word of V2. It has no id of one's own."""
    folder = call.told.get("folderId")
    sources = [_source(one, folder, kind) for one in items]
    says = [(stars(one, 0), number(one, "modificationTime", 0)) for one in items]
    for source, (star, added) in zip(sources, says, strict=True):
        item = call.sandbox.take(source)
        item.star, item.added = star, added or item.added


def _source(item: dict[str, Any], folder: str | None, kind: str) -> dict[str, Any]:
    """An item of V1 in the words of V2."""
    strings(item, "tags")
    given = text(item, "path" if kind == "path" else "url")
    if not given:
        raise Problem("url must be a string")
    if kind == "url" and given.startswith("data:"):
        kind = "base64"
    kept = {key: item[key] for key in ("name", "website", "tags", "annotation") if key in item}
    return kept | {kind: given, "folders": [folder] if folder else []}


@ROUTES.add("POST item/update")
def item_update(call: Call) -> Any:
    told, item = call.told, call.library.item(call.told.get("id"))
    item.star = stars(told, item.star)
    item.tags = strings(told, "tags", item.tags)
    item.annotation, item.url = (
        text(told, name) if name in told else kept
        for name, kept in (("annotation", item.annotation), ("url", item.url))
    )
    call.sandbox.touch(item)
    return shapes.old_item(item)


@ROUTES.add("POST item/moveToTrash")
def move_to_trash(call: Call) -> Any:
    items: list[Item] = [call.library.item(id) for id in strings(call.told, "itemIds")]
    for item in items:
        item.deleted = True
        call.sandbox.touch(item)


@ROUTES.add("POST item/refreshPalette", "POST item/refreshThumbnail")
def refresh(call: Call) -> Any:
    call.sandbox.touch(call.library.item(call.told.get("id")))
