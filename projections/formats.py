"""What a target's players read: whether a file may be put there as it is."""

from __future__ import annotations

KEEP = "keep"
"""Files stay in the format they have."""

_READ: dict[str, frozenset[str]] = {
    # What is lossy already loses more with every encoding, and every player reads MP3 and AAC.
    "m4a": frozenset({"aac", "alac", "mp3"}),
    "mp3": frozenset({"mp3", "aac"}),
    "alac": frozenset({"aac", "alac", "mp3"}),
    "flac": frozenset({"flac", "aac", "mp3", "vorbis", "opus"}),
    "wav": frozenset({"pcm_s16le"}),
    "aiff": frozenset({"pcm_s16be"}),
}
"""Format of a target → codecs (as ffmpeg names them) that stay as they are."""

_SUFFIXES: dict[str, frozenset[str]] = {
    "aac": frozenset({"m4a", "mp4", "aac"}),
    "alac": frozenset({"m4a"}),
    "pcm_s16le": frozenset({"wav"}),
    "pcm_s16be": frozenset({"aif", "aiff"}),
}
"""Under other suffixes these are not looked for."""


def fits(format: str, codec: str, path: str) -> bool:
    """Whether a file may lie in a target of this format without being converted."""
    if format == KEEP:
        return True
    suffix = path.rpartition(".")[2].lower()
    return codec in _READ[format] and suffix in _SUFFIXES.get(codec, frozenset({suffix}))
