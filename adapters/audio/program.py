"""The ffmpeg that everything about audio runs through."""

from __future__ import annotations

from functools import cache

from adapters.contract import Fatal


@cache
def ffmpeg() -> str:
    """The path of the ffmpeg that came with us, or of `IMAGEIO_FFMPEG_EXE`."""
    from imageio_ffmpeg import get_ffmpeg_exe  # only who reads audio pays for it

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError as error:
        raise Fatal("there is no ffmpeg for this machine; install one") from error
