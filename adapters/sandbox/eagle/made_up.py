"""Libraries that nobody has: a small one to look at, and big ones to measure on."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.sandbox.eagle.library import Folder, Item, Library

START = 1_700_000_000_000
"""ms since 1970."""
DAY = 86_400_000

SOUNDS = (
    ("Ada Umbra - Low Tide (Extended Mix)", "m4a", ("techno", "BPM:128"), "Sets"),
    ("Ferro - Glass Harbour", "mp3", ("techno",), "Sets"),
    ("Night Bus - 04.30 (live take)", "wav", (), ""),
)
PICTURES = (
    ("cover of Low Tide", "jpg", ("cover",), "Covers"),
    ("flyer", "png", ("cover", "print"), "Covers"),
    ("flyer", "png", (), ""),
)


def small(library: Library) -> None:
    """Fill a library with a few sounds and pictures in two folders, and one thing in the trash."""
    for number, name in enumerate(("Covers", "Sets")):
        made = Folder(library.an_id(START), name, changed=START + number)
        library.folders[made.id] = made
    ids = {one.name: one.id for one in library.folders.values()}
    rows: Sequence[tuple[str, str, tuple[str, ...], str]] = (*SOUNDS, *PICTURES)
    for number, (name, ext, tags, folder) in enumerate(rows):
        at = START + number * DAY
        content = f"the {ext} of {name}".encode()
        folders = [ids[folder]] if folder else []
        item = Item(library.an_id(at), name, ext, len(content), list(tags), folders)
        item.added = item.changed = at
        item.content = content
        library.items[item.id] = item
    item.deleted = True
    library.changed = item.changed


def large(library: Library, count: int) -> None:
    """Fill a library with so many sounds that somebody tagged, 50 to a folder."""
    for number in range(count):
        at = START + number
        if number % 50 == 0:
            folder = Folder(library.an_id(at), f"Crate {number // 50:03}", changed=at)
            library.folders[folder.id] = folder
        item = Item(library.an_id(at), f"Artist {number % 700} - Title {number}", "mp3")
        item.content = f"sound {number}".encode()
        item.size = len(item.content)
        item.tags, item.folders = ["imported", f"BPM:{90 + number % 60}"], [folder.id]
        item.added = item.changed = at
        library.items[item.id] = item
    library.changed = START + count
