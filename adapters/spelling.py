"""File systems that give names back otherwise than they were given.

In lower case (NTFS through lowntfs-3g with `ignore_case`), in capitals (short names on FAT) or
decomposed (HFS+). Both spellings lead to the file; only a listing has the other one.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path


def respelt(base: Path, listed: Collection[str], known: Iterable[str]) -> dict[str, str]:
    """Which listed names are files that are known under another spelling.

    Args:
        base: the folder that all names are relative to.

    Returns:
        name as listed → name as known; only where both lead to one file now.
    """
    there = set(listed)
    ours = {
        _composed(form): name
        for name in known
        if name not in there
        for form in (name, name.lower(), name.upper())
    }
    found = {}
    for path in listed:
        name = ours.get(_composed(path), path)
        if name != path and _same(base / name, base / path):
            found[path] = name
    return found


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except OSError:
        return False
