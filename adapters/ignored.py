"""The one table of names that are nobody's music: scans and watches pass them over.

`projections/naming.py` gives no file or folder of ours such a name.
"""

from __future__ import annotations

AUDIO = frozenset({"m4a", "mp3", "flac", "wav", "aiff", "aif", "ogg", "oga", "opus"})
"""Extensions of audio files: lower case, without the dot."""

_NAMES = frozenset(
    {
        "thumbs.db",
        "desktop.ini",
        "@eadir",  # Synology's thumbnails
        "#recycle",  # Synology's bin
        "$recycle.bin",
        "system volume information",
    }
)
_PREFIXES = (
    ".",  # hidden, `._*` of macOS, `.DS_Store`, our own `.cratelog`
    "~$",  # locks of office programs
)
_ENDINGS = (
    ".part",
    ".partial",
    ".ytdl",
    ".crdownload",
    ".download",  # Safari keeps `x.m4a.download/x.m4a` while it loads
    ".tmp",
    ".temp",
    ".icloud",  # what iCloud leaves in place of a file that it took away
)
_CONFLICTS = ("conflicted copy", ".sync-conflict-")  # Dropbox; Syncthing


def ignored(name: str) -> bool:
    """Whether a file or folder of this name (one component) is to be passed over."""
    low = name.lower()
    return (
        low.startswith(_PREFIXES)
        or low.endswith(_ENDINGS)
        or low in _NAMES
        or _CONFLICTS[0] in low
        or _CONFLICTS[1] in low
    )


def is_audio(name: str) -> bool:
    """Whether a name has the extension of an audio file."""
    _, dot, extension = name.rpartition(".")
    return bool(dot) and extension.lower() in AUDIO
