"""What has to be made of what: pure decisions, so that audio is never encoded twice for nothing.

Every lossy encoding takes something away for ever. So what a player reads stays as it is, and what
has to be made is made of the first generation that is left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, TypeVar

Format = Literal["m4a", "wav", "aiff", "mp3", "flac", "alac"]
"""What can be made: AAC 256 kbit/s, PCM 16 bit 44.1 kHz (twice), MP3 320 kbit/s, FLAC, ALAC."""

Need = Literal["copy", "remux", "encode"]

SUFFIX: dict[Format, str] = {
    "m4a": "m4a",
    "wav": "wav",
    "aiff": "aiff",
    "mp3": "mp3",
    "flac": "flac",
    "alac": "m4a",
}
CODEC: dict[Format, str] = {
    "m4a": "aac",
    "wav": "pcm_s16le",
    "aiff": "pcm_s16be",
    "mp3": "mp3",
    "flac": "flac",
    "alac": "alac",
}
CD_RATE = 44_100
"""Hz, of what has to be PCM: every player and every burner reads it."""

_AT_HOME = {
    "aac": {"m4a"},
    "alac": {"m4a"},
    "mp3": {"mp3"},
    "flac": {"flac"},
    "vorbis": {"ogg", "oga"},
    "opus": {"opus", "ogg"},
    "pcm_s16le": {"wav"},
    "pcm_s16be": {"aiff", "aif"},
}
"""The suffixes under which players look for a codec."""

_LOSSLESS = {"flac", "alac", "wavpack", "ape", "tta"}


def lossless(codec: str) -> bool:
    """Whether a codec (ffmpeg's name) gives back every sample."""
    return codec in _LOSSLESS or codec.startswith("pcm_")


def needed(
    codec: str,
    container: str,
    format: Format,
    *,
    rate: int = 0,
    readable: Collection[str] = frozenset(),
) -> Need:
    """How a file becomes one of `format`: as it is, in another container, or encoded.

    Args:
        codec: of the file, as ffmpeg names it.
        container: the file's suffix, without the dot.
        rate: Hz; 0 if unknown, then PCM is made anew to be sure.
        readable: lossy codecs that the target's player reads as well: those stay as they are.
    """
    at_home = container.lower() in _AT_HOME.get(codec, ())
    if at_home and codec in readable and not lossless(codec):
        return "copy"
    if codec != CODEC[format]:
        return "encode"
    if format in ("wav", "aiff") and (rate != CD_RATE or not at_home):
        return "encode"
    return "copy" if at_home else "remux"


class Generation(NamedTuple):
    """Audio that another file can be made of."""

    codec: str
    bitrate: int
    """bit/s."""
    made_of: str = ""
    """The codec of what we made it of; empty for what was fetched, or found."""


AnyGeneration = TypeVar("AnyGeneration", bound=Generation)


def best(sources: Sequence[AnyGeneration]) -> AnyGeneration:
    """The one that has lost least; the first of equals.

    A WAV that was made of an MP3 has what the MP3 had: it counts as lossless only if what it was
    made of was, and it comes after every original.

    Raises:
        ValueError: there are none.
    """
    return max(sources, key=_worth)


def _worth(source: Generation) -> tuple[bool, bool, int]:
    whole = lossless(source.codec) and (not source.made_of or lossless(source.made_of))
    return whole, not source.made_of, source.bitrate
