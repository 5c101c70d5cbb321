"""Where things lie on the simulated machine, and files whose audio is easy to tell."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from engine.places import PRIVATE
from state.values import RootId

TARGET, SOURCE = RootId("target/playlists"), RootId("files/music")
IMPORT = RootId("target/import")
OUT, MUSIC, DROP = "/volumes/out", "/volumes/music", "/volumes/drop"
"""DROP: a program takes away what is put there."""
ROOTS = {TARGET: OUT, SOURCE: MUSIC, IMPORT: DROP}


def song(audio: str, tag: str) -> bytes:
    """A file with this audio."""
    return f"<{audio}>{tag:>12}{'~' * 12}$".encode()


def tag_of(content: bytes) -> str:
    """What the tags of a file say."""
    return content.partition(b">")[2].rstrip(b"~$").decode().strip()


@lru_cache(4096)
def audio_of(content: bytes) -> str | None:
    """The hash of a file's audio; another one if it is torn, None if there is none."""
    if content[:1] != b"<" or b">" not in content:
        return None
    audio = content[1 : content.index(b">")].decode()
    if content.endswith(b"$"):
        return audio
    return f"torn {audio} {len(content)}" if len(content) % 2 else None


def digest(content: bytes) -> str:
    """As texts are known."""
    return hashlib.sha256(content).hexdigest()


def private(path: str) -> bool:
    """Whether a path lies where people do not look."""
    return f"/{PRIVATE}/" in path
