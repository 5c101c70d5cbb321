"""Where backups lie: folders, zips and single files, found without opening any of them.

Folders are searched to their leaves; a link to a folder is followed once, after all real folders,
so that a loop of links ends and the same folder is always met under the same path.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.contract import Unreadable
from adapters.csv_book import CannotRead

LARGEST = 64 * 1024 * 1024
"""Bytes. A playlist of 10,000 tracks is 5 MB; what is larger by far is something else."""

_IGNORED = re.compile(
    r"(?:^|/)(?:\.|~\$|__MACOSX/)"
    r"|\.sync-conflict-\d{8}-\d{6}|conflicted copy|\[conflict\]|_conflict-\d{8}",
    re.IGNORECASE,
)
"""Shadow files, Office locks, what macOS puts into zips, copies that file services made."""


_ACCOUNT = re.compile(r"(?:^|/)(?:yourlibrary|playlist\d*)\.json$", re.IGNORECASE)
"""What Spotify's "Download your data" calls the files with the library; it holds many more."""


class Backup(NamedTuple):
    """One file that can be read."""

    origin: str
    inside: str
    """Its path in the origin: NFC, with `/`, and of a CSV without `.csv`."""
    path: Path
    """The file on the disk: itself, or the zip that holds it."""
    member: str
    """Its name in the zip; empty for a file of its own."""
    stamp: tuple[int, int, int]
    """Inode, bytes and mtime (ns) of `path`; -1 each if it could not be looked at."""

    @property
    def ref(self) -> str:
        return f"csv:{self.origin}/{self.inside}"

    @property
    def json(self) -> bool:
        """It is of Spotify's account data."""
        return (self.member or self.path.name).lower().endswith(".json")

    @property
    def where(self) -> str:
        """For people."""
        return f"{shown(self.path)}/{shown(self.member)}" if self.member else shown(self.path)


class Shelf(NamedTuple):
    """One configured path and what lies there."""

    origin: str
    backups: list[Backup]
    unreadable: list[Unreadable]
    whole: bool
    """Everything of the origin was met, so what is missing here is not there any more."""


def valid(name: str) -> str:
    """A name that can be stored: bytes that are no UTF-8 are escaped."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


def shown(path: Path | str) -> str:
    """A path as one line for people."""
    text = valid(str(path))
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shelves(paths: Sequence[Path]) -> Iterator[Shelf]:
    """Look at each path once, in the order given. Opens zips to list them, and no other file."""
    origins: dict[Path, str] = {}
    for path in dict.fromkeys(map(_absolute, paths)):
        kind = _kind(path)
        # Files given one by one share the origin of the folder that they lie in.
        home = path.parent if kind in (".csv", ".json") else path
        name = path.stem if kind == ".zip" else home.name
        if home not in origins:
            origins[home] = _free(valid(name) or "csv", origins)
        yield _SHELVES[kind](path, origins[home])


def stamp(paths: Sequence[Path]) -> str:
    """Digest of the path, size and times of all files that would be read, and of what is missing.

    The time of the last change of status is in it: a file made readable must be looked at again.
    """
    said = hashlib.sha256()
    for path in dict.fromkeys(map(_absolute, paths)):
        walk = _walk(path) if _kind(path) == "" else _Walk([("", path)], [], True)
        for _, file in walk.files:
            try:
                status = file.stat()
                told = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
            except OSError as error:
                told = type(error).__name__
            said.update(b"%s\0%s\0" % (os.fsencode(file), told.encode()))
        for line in walk.unreadable:
            said.update(f"{line.where}\0{line.why}\0".encode())
    return said.hexdigest()


def read(backup: Backup) -> tuple[bytes, bool]:
    """The bytes of a backup, and whether it stayed the same meanwhile. Raises `CannotRead`."""
    try:
        status = backup.path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CannotRead("it is not a regular file; take it out of the folder")
        data = _unpacked(backup) if backup.member else _plain(backup.path)
        same = _stamp(status) == backup.stamp == _stamp(backup.path.stat())
    except OSError as error:
        raise CannotRead(f"it cannot be read ({_reason(error)}); check its permissions") from error
    if len(data) > LARGEST:
        raise CannotRead(f"it is larger than {LARGEST >> 20} MiB; a backup never is")
    return data, same


def _plain(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def _unpacked(backup: Backup) -> bytes:
    try:
        with zipfile.ZipFile(backup.path) as archive, archive.open(backup.member) as stream:
            return stream.read(LARGEST + 1)
    except OSError:
        raise
    except Exception as error:  # zipfile lets through whatever its decompressors raise
        raise CannotRead(f"it cannot be unpacked ({_reason(error)}); export it again") from error


# ---- what is where -----------------------------------------------------------------------------


class _Walk(NamedTuple):
    files: list[tuple[str, Path]]
    """Path in the folder (NFC, with `/`) and on the disk, in the order of the first."""
    unreadable: list[Unreadable]
    whole: bool


def _absolute(path: Path) -> Path:
    """Links stay what they are called, for the name of the origin."""
    return path.resolve() if ".." in path.parts else path.absolute()


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    try:
        return suffix if suffix in _SHELVES and not path.is_dir() else ""
    except OSError:
        return suffix  # what may not be looked at is told when it is read


def _free(name: str, taken: dict[Path, str]) -> str:
    numbered = (f"{name}#{n}" if n > 1 else name for n in itertools.count(1))
    return next(candidate for candidate in numbered if candidate not in taken.values())


def _single(path: Path, origin: str) -> Shelf:
    backup = Backup(origin, _inside(valid(path.name)), path, "", _look(path))
    return Shelf(origin, [backup], [], whole=False)


def _zip(path: Path, origin: str) -> Shelf:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except Exception as error:  # zipfile lets through errors of many kinds
        why = f"it cannot be opened as a zip ({_reason(error)}); check the path or export it again"
        return Shelf(origin, [], [Unreadable(shown(path), why)], whole=False)
    named = ((valid(_zip_name(info)), info.filename) for info in members)
    look = _look(path)
    found = [Backup(origin, _inside(i), path, name, look) for i, name in named if _wanted(i)]
    return Shelf(origin, found, [], whole=True)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name, also where a packer wrote UTF-8 without saying so."""
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def _folder(path: Path, origin: str) -> Shelf:
    walk = _walk(path)
    found = [Backup(origin, _inside(inside), file, "", _look(file)) for inside, file in walk.files]
    return Shelf(origin, found, walk.unreadable, walk.whole)


_SHELVES: dict[str, Callable[[Path, str], Shelf]] = {
    "": _folder,
    ".zip": _zip,
    ".csv": _single,
    ".json": _single,
}


def _walk(folder: Path) -> _Walk:
    files: list[tuple[str, Path]] = []
    unreadable: list[Unreadable] = []
    whole = True
    visited: set[tuple[int, int]] = set()
    real, links = [("", folder)], list[tuple[str, Path]]()
    while real or links:
        prefix, path = real.pop() if real else links.pop(0)
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                listed = sorted((e.name, e.is_symlink(), _is_folder(e)) for e in entries)
        except OSError as error:
            why = f"it cannot be listed ({_reason(error)}); check that it is there and may be read"
            unreadable.append(Unreadable(shown(path), why))
            whole = False
            continue
        for name, linked, is_folder in listed:
            inside = prefix + unicodedata.normalize("NFC", name)
            if not (is_folder or _wanted(inside)) or _IGNORED.search(inside):
                continue
            if any("\udc80" <= c <= "\udcff" for c in name):
                why = "its name is not UTF-8; rename it, then it is read"
                unreadable.append(Unreadable(shown(path / name), why))
                whole = whole and not is_folder
            elif is_folder:
                (links if linked else real).append((inside + "/", path / name))
            else:
                files.append((inside, path / name))
    return _Walk(sorted(files), unreadable, whole)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _wanted(inside: str) -> bool:
    ours = inside.lower().endswith(".csv") or _ACCOUNT.search(inside)
    return bool(ours) and not _IGNORED.search(inside)


def _inside(path: str) -> str:
    return path[:-4] if path.lower().endswith(".csv") else path


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _look(path: Path) -> tuple[int, int, int]:
    try:
        return _stamp(path.stat())
    except OSError:
        return -1, -1, -1


def _reason(error: Exception) -> str:
    return shown((isinstance(error, OSError) and error.strerror) or str(error) or "damaged")
