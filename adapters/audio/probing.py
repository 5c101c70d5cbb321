"""What an audio file is and says of itself: packets by ffmpeg, tags by mutagen.

Nothing here decodes or writes. The hash is over the packets as they lie in the file, so every
edit of the tags leaves it as it was, and two files of the same packets are the same audio.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import mutagen
import mutagen.ogg
from mutagen.aiff import AIFFInfo
from mutagen.flac import StreamInfo
from mutagen.id3 import ID3 as ID3Tags
from mutagen.mp3 import BitrateMode, MPEGInfo
from mutagen.mp4 import MP4Tags
from mutagen.ogg import OggFileType
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE, WaveStreamInfo

from adapters.audio.program import ffmpeg
from adapters.contract import Fatal, Permanent, Probe, Transient
from state.musical import beats, spelled
from state.values import Tags

ID3 = {
    "title": "TIT2",
    "artists": "TPE1",
    "album": "TALB",
    "isrc": "TSRC",
    "bpm": "TBPM",
    "key": "TKEY",
}
MP4 = {
    "title": "©nam",
    "artists": "©ART",
    "album": "©alb",
    "isrc": "----:com.apple.iTunes:ISRC",
    "bpm": "----:com.apple.iTunes:BPM",
    "tempo": "tmpo",
    "key": "----:com.apple.iTunes:initialkey",
    "other key": "----:com.apple.iTunes:KEY",
}
VORBIS = {
    "title": "title",
    "artists": "artist",
    "album": "album",
    "isrc": "isrc",
    "bpm": "bpm",
    "key": "initialkey",
    "other key": "key",
}
RIFF = {"title": "INAM", "artists": "IART", "album": "IPRD"}
"""Where each format keeps the fields of `Tags`; `tempo` is a whole number."""

# Without it, a text file called `x.m4a` may be taken for a playlist, and what it names be read.
_DEMUXERS = "aac,aiff,flac,mov,mp3,ogg,wav"

# Lines that no tag can forge: tags are printed indented.
_CODEC = re.compile(r"^  Stream #0:\d+[^\n]*?: Audio: (\w+)", re.MULTILINE)
_PARTIAL = re.compile(
    r"^\[[^\]\n]*mov,[^\]\n]*\] stream \d+, offset 0x[0-9a-f]+: partial file$", re.M
)
_COMPLAINT = re.compile(r"^\[[^\]\n]*\] (?:Error opening input: )?(.+)$", re.MULTILINE)
_HASH = re.compile(r"SHA256=([0-9a-f]{64})")
_TIME = re.compile(r"out_time_us=(\d+)")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")

ONE_BY_ONE = ("TXXX:ARTISTS", "----:com.apple.iTunes:ARTISTS", "ARTISTS")
"""Where some programs, we among them, keep the artists that share a line elsewhere."""

_Page: Any = mutagen.ogg.OggPage

_PATIENCE = 60.0  # seconds, and one more for each megabyte
_TALK = 32_768  # bytes of ffmpeg's talk that are read at each end: some files make it say megabytes
_OGG_PAGE = 65_307  # bytes, at most
_UNKNOWN_SIZE = 0xFFFF_F000  # a WAV of this size (bytes) was written into a pipe


def probe(path: Path) -> Probe:
    """Read one audio file.

    Raises Permanent if it is not whole or not audio, Transient if that took too long, both with
    one line that starts with the path; OSError if it cannot be opened; Fatal without ffmpeg.
    """
    size = path.stat().st_size
    if not size:
        raise Permanent(f"{path}: empty (0 bytes)")
    file = _open(path)
    if isinstance(file, OggFileType) and _torn(path):
        raise Permanent(f"{path}: half-written: its last page is torn; fetch it again")
    length = float(file.info.length) if file is not None else 0.0
    if isinstance(file, WAVE) and not length:
        # ffmpeg would take all that follows, tags too, for audio.
        raise Permanent(f"{path}: half-written: its header says that it holds nothing")
    vorbis = isinstance(file, OggVorbis)
    try:
        audio, codec, duration = _packets(path, timeout=_PATIENCE + size / 1e6)
    except Permanent:
        if not vorbis:
            raise
        audio, codec, duration = _vorbis_packets(path), "vorbis", length
    announced = _announced(file)
    if announced - duration > max(1.0, announced / 100):
        raise Permanent(
            f"{path}: half-written: {duration:.0f} of {announced:.0f} seconds are there; "
            "fetch it again"
        )
    return Probe(
        audio=audio,
        duration_ms=round(duration * 1000),
        codec=codec,
        bitrate=round(size * 8 / duration),
        tags=_tags(file, path),
    )


def _packets(path: Path, timeout: float) -> tuple[str, str, float]:
    """Hash (hex), codec and duration (seconds) of the first audio stream, in one run."""
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-nostats", "-stats_period", "3600"]
    command += ["-progress", "pipe:1", "-format_whitelist", _DEMUXERS, "-i", f"file:{path}"]
    command += ["-map", "0:a:0", "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-"]
    with tempfile.TemporaryFile() as talk:
        try:
            run = subprocess.run(command, stdout=subprocess.PIPE, stderr=talk, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Transient(f"{path}: could not be read within {timeout:.0f} s") from error
        except OSError as error:
            raise Fatal(f"ffmpeg cannot be started: {error}; install cratelog again") from error
        said = _ends(talk)
    told = run.stdout.decode("ascii", "replace")
    audio, codec, times = _HASH.search(told), _CODEC.search(said), _TIME.findall(told)
    if run.returncode or not audio or not codec:
        raise Permanent(f"{path}: cannot be read as audio: {_complaint(said)}")
    if not times or not int(times[-1]):
        raise Permanent(f"{path}: holds no audio")
    duration = int(times[-1]) / 1e6
    if _PARTIAL.search(said):
        raise Permanent(
            f"{path}: half-written: only {duration:.0f} seconds are there; fetch it again"
        )
    return audio[1], codec[1], duration


def _ends(talk: Any) -> str:
    size = talk.seek(0, io.SEEK_END)
    talk.seek(0)
    said: bytes = talk.read(_TALK)
    talk.seek(max(_TALK, size - _TALK))
    said += talk.read(_TALK)
    return said.decode("utf-8", "replace").replace("\r\n", "\n")


def _complaint(said: str) -> str:
    """The most telling of ffmpeg's lines: the last that is more than "invalid data"."""
    lines = _COMPLAINT.findall(said) or said.splitlines() or ["no reason given"]
    telling = [line for line in lines if not line.startswith("Invalid data")]
    return str((telling or lines)[-1])[:200].strip()


def _vorbis_packets(path: Path) -> str:
    """The same hash without ffmpeg, which refuses streams that repeat their headers midway.

    Decoders skip what is not audio (its first bit is set), and so does ffmpeg's own hash.
    """
    pages: list[Any] = []
    with path.open("rb") as stream:
        try:
            while True:
                page = _Page(stream)
                if not pages or page.serial == pages[0].serial:
                    pages.append(page)
        except EOFError:
            pass
        except mutagen.MutagenError as error:
            raise Permanent(f"{path}: cannot be read as audio: {error}") from error
    try:
        packets = _Page.to_packets(pages)[3:]
    except ValueError as error:
        raise Permanent(f"{path}: cannot be read as audio: {error}") from error
    digest = hashlib.sha256()
    for packet in packets:
        if packet and not packet[0] & 1:
            digest.update(packet)
    return digest.hexdigest()


def _open(path: Path) -> Any:
    """What mutagen makes of the file; None if nothing: audio with broken tags is still audio."""
    try:
        return mutagen.File(path)
    except Exception:  # hostile bytes bring out more than mutagen's own errors
        return None


def _announced(file: Any) -> float:
    """Seconds that the header promises; 0 where it only guesses.

    MP4 is not asked: an edit list makes it play less than it holds, and ffmpeg itself notices
    when packets are missing. Ogg has no such header.
    """
    info = file.info if file is not None else None
    match info:
        case MPEGInfo() if info.bitrate_mode is BitrateMode.UNKNOWN:
            return 0.0
        case WaveStreamInfo() if info.length * info.bitrate / 8 >= _UNKNOWN_SIZE:
            return 0.0
        case MPEGInfo() | WaveStreamInfo() | AIFFInfo() | StreamInfo():
            return float(info.length)
        case _:
            return 0.0


def _torn(path: Path) -> bool:
    """Whether an Ogg file ends within a page: all that shows, since it announces no length."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _OGG_PAGE))
        tail = stream.read()
    try:
        _Page(io.BytesIO(tail[max(0, tail.rfind(b"OggS")) :]))
    except (mutagen.MutagenError, EOFError):
        return True
    return False


def _tags(file: Any, path: Path) -> Tags:
    tags = file.tags if file is not None else None
    if tags is None and isinstance(file, WAVE):
        tags = _riff_info(path)
        names = RIFF
    elif isinstance(tags, ID3Tags):
        names = ID3
    elif isinstance(tags, MP4Tags):
        names = MP4
    else:
        names = VORBIS
    title, artists, album, isrcs = (
        _texts(tags, names.get(field, "")) for field in ("title", "artists", "album", "isrc")
    )
    tempi = [*_texts(tags, names.get("bpm", "")), *_texts(tags, names.get("tempo", ""))]
    keys = [*_texts(tags, names.get("key", "")), *_texts(tags, names.get("other key", ""))]
    codes = (re.sub(r"[\s-]", "", code).upper() for code in isrcs)
    line = ";".join(artists).casefold()
    for name in ONE_BY_ONE:  # unless somebody changed the line alone since
        several = _texts(tags, name)
        if several and all(each.casefold() in line for each in several):
            artists = several
    return Tags(
        title=";".join(title),
        artists=tuple(artists),
        album=next(iter(album), ""),
        isrc=next((code for code in codes if _ISRC.fullmatch(code)), ""),
        bpm=next(filter(None, map(beats, tempi)), None),
        key=next(filter(None, map(spelled, keys)), ""),
    )


def _texts(tags: Any, name: str) -> list[str]:
    """The values under a name, cleaned; several only where the format itself keeps several."""
    try:
        found = tags[name] if tags and name else []
    except (KeyError, ValueError):
        return []
    texts = []
    for value in getattr(found, "text", found):
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        text = text.encode("utf-8", "replace").decode().replace("\0", " ").strip()
        if text:
            texts.append(text)
    return texts


def _riff_info(path: Path) -> dict[str, list[bytes]]:
    """The older tags of a WAV, which mutagen leaves out: chunk name to its one text."""
    found: dict[str, list[bytes]] = {}
    with path.open("rb") as stream:
        stream.seek(12)
        while len(head := stream.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            after = stream.tell() + size + size % 2
            if name == b"LIST" and stream.read(4) == b"INFO":
                body = stream.read(min(size - 4, 65_536))
                at = 0
                while at + 8 <= len(body):
                    key, length = struct.unpack_from("<4sI", body, at)
                    text = body[at + 8 : at + 8 + length].rstrip(b"\0")
                    found[key.decode("latin-1")] = [text]
                    at += 8 + length + length % 2
            stream.seek(after)
    return found
