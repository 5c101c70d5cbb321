"""What the demo looks at to check what it shows: folders, contents, the log."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from engine.library import Library
from state.events import ActionFailed
from state.log import EventLog


def tree(root: Path) -> dict[str, list[str]]:
    """Folder below `root` → names of its files; `` for the root itself."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and inside.parts[0] != ".cratelog":
            folder = inside.parent.as_posix()
            found.setdefault("" if folder == "." else folder, []).append(inside.name)
    return found


def contents(root: Path) -> Counter[str]:
    """How often each audio content is there, the trash included."""
    files = (path for path in root.rglob("*") if path.is_file())
    return Counter(
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix not in (".m3u8", ".json")
    )


def position(home: Path) -> int:
    """Of the last event."""
    log = EventLog(home / "log.db", read_only=True)
    try:
        return log.head().position
    finally:
        log.close()


def recovered(home: Path, since: int) -> tuple[int, int]:
    """How many intents up to a position were later found done, and how many not begun."""
    log = EventLog(home / "log.db", read_only=True)
    try:
        late = [each.event for each in log.read(since) if each.cause and each.cause <= since]
    finally:
        log.close()
    again = sum(isinstance(event, ActionFailed) and event.interrupted for event in late)
    return len(late) - again, again


def intents(home: Path) -> int:
    """How many have no outcome."""
    library = Library(home, "demo", read_only=True)
    try:
        return len(library.state.runs.intents)
    finally:
        library.close()
