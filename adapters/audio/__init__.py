"""Audio files: what they are and what they say of themselves."""

from adapters.audio.probing import ID3, MP4, VORBIS, probe
from adapters.audio.program import ffmpeg

__all__ = ["ID3", "MP4", "VORBIS", "ffmpeg", "probe"]
