"""Playlist files: extended M3U in UTF-8, with paths relative to the file itself."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One row of a playlist."""

    artist: str
    title: str
    duration_ms: int
    path: str
    """Relative to the playlist file, with `/`; empty: no audio yet."""


def m3u8(name: str, entries: Iterable[Entry]) -> str:
    """The text of an .m3u8 file. A track without audio is a comment, so players pass over it."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(name)}"]
    for entry in entries:
        what = _line(" - ".join(filter(None, (entry.artist, entry.title))))
        if not entry.path:
            lines.append(f"# waiting for audio: {what}")
            continue
        seconds = round(entry.duration_ms / 1000) if entry.duration_ms else -1
        lines += [f"#EXTINF:{seconds},{what}", _path(entry.path)]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _path(path: str) -> str:
    """A path that begins like a comment would be read as one."""
    return f"./{path}" if path.startswith("#") else path
