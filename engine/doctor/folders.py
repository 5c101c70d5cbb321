"""Where music comes from and where it goes: is it there, is it ours, what can it do?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from engine.config import Config
from engine.doctor.check import Check, ok, problem, warning
from engine.doctor.probes import LONGEST, Abilities, probe
from engine.doctor.space import space
from engine.places import MARKER, WORK
from engine.roots import library_of, source_roots
from state.locks import Locked, lock
from state.log import EventLog, LogError


def sources(config: Config) -> Iterator[Check]:
    """Backups, and folders that are only read."""
    for path in config.csv.folders:
        yield _readable("backups", path)
    for root, path in source_roots(config.files.folders).items():
        yield _readable(root, path)


def _readable(what: str, path: Path) -> Check:
    try:
        if path.is_dir():
            os.scandir(path).close()
        elif path.exists():
            path.open("rb").close()
        else:
            return problem(what, f"{path}: is not there", "mount it, or correct the configuration")
        return ok(what, f"{path}: readable, device {path.stat().st_dev}")
    except OSError as error:
        return problem(what, f"{path}: {error.strerror}", "give yourself the right to read it")


def roots(home: Path, config: Config) -> Iterator[Check]:
    """The folders that are laid out."""
    identity = _identity(home)
    for target, path in config.roots().items():
        what = f"target {target}"
        marker = library_of(path)
        if not path.parent.is_dir():
            yield problem(what, f"{path}: {path.parent} is not there", "mount the volume")
            continue
        if path.exists() and not path.is_dir():
            yield problem(what, f"{path}: is not a folder", "move it away")
            continue
        if marker is None:
            yield from _unmarked(home, what, path)
        elif marker != identity:
            yield problem(
                what,
                f"{path}: belongs to another library (marker {marker or 'unreadable'})",
                f"give each library a root of its own, or remove {path / MARKER}",
            )
        else:
            yield ok(what, f"{path}: online, its marker is ours, device {path.stat().st_dev}")
            yield from _abilities(home, what, path)
        yield space(what, path)


def _identity(home: Path) -> str:
    """Which library this is; empty: it has no log that can be read."""
    if not (home / "log.db").exists():
        return ""
    try:
        log = EventLog(home / "log.db", read_only=True)
    except LogError:
        return ""
    try:
        return log.identity()
    finally:
        log.close()


def _unmarked(home: Path, what: str, path: Path) -> Iterator[Check]:
    if _was_marked(home, path):
        yield problem(
            what,
            f"{path}: its marker {MARKER} is not there: the volume is not mounted",
            "mount it; nothing is touched there until then",
        )
    else:
        yield ok(what, f"{path}: new; the first sync reconcile puts our marker into it")


def _was_marked(home: Path, path: Path) -> bool:
    from state.models import ReadModels

    models = ReadModels(home / "state.db", (), read_only=True)
    try:
        rows = models.query("SELECT marker FROM root WHERE path = ?", str(path))
        return any(marker for (marker,) in rows)
    finally:
        models.close()


def _abilities(home: Path, what: str, path: Path) -> Iterator[Check]:
    what = f"{what}: file system"
    try:
        with lock(home / "effects.lock", "sync doctor"):
            (path / WORK).mkdir(exist_ok=True)
            found = probe(path / WORK)
    except Locked as error:
        yield ok(what, f"not tried out now: {error}")
        return
    except OSError as error:
        yield problem(
            what,
            f"{error.filename or path}: {error.strerror}: nothing can be written there",
            "make room, mount it for writing, or give yourself the right to",
        )
        return
    yield ok(what, _words(found))
    if found.longest_name < LONGEST:
        yield warning(
            what,
            f"names may have {found.longest_name} bytes at most; ours may have {LONGEST}",
            "use a shorter [targets.playlists] path, or another file system",
        )
    if not found.exclusive_rename and not found.hard_links:
        yield warning(
            what,
            "it cannot rename without overwriting; cratelog looks first instead",
            "do not put files there by other means while a run is under way",
        )


def _words(found: Abilities) -> str:
    step = found.mtime_step_ns
    return ", ".join(
        (
            "upper and lower case differ" if found.case_sensitive else "case does not count",
            "accents composed either way are one name" if found.normalises else "no normalising",
            f"hard links {_yes(found.hard_links)}",
            f"reflinks {_yes(found.reflinks)}",
            f"exclusive rename {_yes(found.exclusive_rename)}",
            f"names up to {found.longest_name} bytes",
            f"times to {step:,} ns" if step else "times are not kept",
        )
    )


def _yes(able: bool) -> str:
    return "yes" if able else "no"
