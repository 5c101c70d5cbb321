"""What is written into audio files, always into a copy: saving tags in place can end with a file
that no longer plays, wherever it is interrupted.

What is not ours stays as it is, byte for byte: cue points and grids of DJ programs, ReplayGain,
ratings, and whatever we have never heard of. The copy is read again before it counts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import mutagen
from mutagen.aiff import AIFF
from mutagen.flac import FLAC
from mutagen.id3 import ID3FileType
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.ogg import OggFileType
from mutagen.wave import WAVE

from adapters.audio import tags_id3, tags_mp4, tags_vorbis
from adapters.audio.chunks import body, chunks, info, info_chunk, rewrite
from adapters.audio.probing import probe
from adapters.audio.tag_edits import edited, without
from adapters.audio.tagset import (
    COVER,
    Change,
    Cover,
    TagSet,
    Texts,
    Written,
    cover,
    difference,
    ours,
)
from adapters.contract import AdapterError, Fatal, Permanent

__all__ = [
    "Change",
    "Cover",
    "TagSet",
    "Written",
    "cover",
    "difference",
    "read_all",
    "restored",
    "retagged",
]

_open: Any = mutagen.File


class _Held(NamedTuple):
    """What a file's tags hold."""

    written: Written
    foreign: list[bytes]
    """Whatever else there is, in an order of its own."""
    write: Callable[[Path, Path, Texts, Cover | None], None]
    """Make of (source) a new file (work) with some changes and perhaps a cover."""


def read_all(path: Path) -> Written:
    """What stands in those fields of a file that we may write.

    Raises:
        Permanent: its tags cannot be read, or are of a kind that we do not write.
        OSError: it cannot be opened.
    """
    return _held(path).written


def retagged(
    source: Path,
    work: Path,
    wanted: TagSet,
    *,
    base: Written | None = None,
    theirs: Collection[str] = (),
) -> Change:
    """Make `work`, where nothing is yet: the file with all that `wanted` says written into it.

    Equal input gives equal bytes. Ask `difference` first whether there is anything to write; if
    not, this is a plain copy. After an error nothing is left of `work`; `source` is only read.

    Args:
        base: what the tags said when we wrote them last. A field that says something else by now
            was changed by somebody, and stays.
        theirs: fields that stay in any case.

    Raises:
        Permanent: the tags cannot be read, or not be written without harm to something else.
        Transient: reading took too long.
        Fatal: `work` cannot be written: the disk is full …
        OSError: the source cannot be opened.
    """
    held = _held(source)
    now = held.written
    kept = frozenset(theirs) | (edited(base, now) if base is not None else frozenset())
    changes = without(difference(now, wanted), now.kind, kept)
    done = _changed(source, work, held, changes, wanted.cover)
    return Change(done.before, done.after, done.probe, tuple(sorted(kept)))


def restored(source: Path, work: Path, was: Written, cover: Cover | None = None) -> Change:
    """Make `work`: the file with our fields as they once were. Errors as of `retagged`.

    Args:
        cover: the picture that `was` names by its digest; without it, the present one stays.
    """
    held = _held(source)
    now = held.written
    if (now.kind, now.riff) != (was.kind, was.riff):
        raise Permanent(f"{source}: has {now.kind} tags, and those to be restored are {was.kind}")
    changes = {
        name: was.texts.get(name, ())
        for name in sorted(ours(now.kind))
        if now.texts.get(name) != was.texts.get(name)
    }
    digest = changes.get(COVER)
    if digest and (cover is None or digest != (cover.digest,)):
        del changes[COVER]
    return _changed(source, work, held, changes, cover)


def _changed(source: Path, work: Path, held: _Held, changes: Texts, cover: Cover | None) -> Change:
    audio = probe(source)
    _claim(work)
    try:
        try:
            if changes:
                held.write(source, work, changes, cover)
            else:
                shutil.copyfile(source, work)
            with work.open("rb+") as file:
                os.fsync(file.fileno())
            shutil.copymode(source, work)
        except AdapterError as error:
            raise type(error)(f"{source}: {error}") from error
        except Exception as error:  # hostile bytes bring out more than mutagen's own errors
            raise _unwritten(source, work, error) from error
        after = _held(work)
        expected = {**held.written.texts, **changes}
        if after.written.texts != {name: said for name, said in expected.items() if said}:
            raise Permanent(f"{source}: the tags did not come out as written; left as it was")
        if after.foreign != held.foreign:
            raise Permanent(f"{source}: its other tags would have suffered; left as it was")
        new = probe(work)
        if (new.audio, new.duration_ms) != (audio.audio, audio.duration_ms):
            raise Permanent(f"{source}: its audio would have suffered; left as it was")
    except BaseException:
        with suppress(OSError):
            work.unlink()
        raise
    return Change(held.written, after.written, new)


def _claim(work: Path) -> None:
    try:
        work.open("xb").close()
    except FileExistsError as error:
        raise Permanent(f"{work}: is in the way of what was to be made; move it") from error
    except OSError as error:
        raise Fatal(f"{work}: cannot be written: {error.strerror}") from error


def _unwritten(source: Path, work: Path, error: Exception) -> AdapterError:
    """mutagen wraps what the disk said."""
    cause = error if isinstance(error, OSError) else error.__context__
    if isinstance(cause, OSError) and cause.errno is not None:
        return Fatal(f"{work}: cannot be written: {cause.strerror}; free some space, or mend it")
    why = str(error) or type(error).__name__
    return Permanent(f"{source}: its tags cannot be written: {why}")


# ---- kinds of files ----------------------------------------------------------------------------


def _held(path: Path) -> _Held:
    with path.open("rb"):
        pass  # what cannot be opened is not mutagen's to tell
    try:
        file = _open(path)
        match file:
            case MP4():
                held = tags_mp4.read(path)
                return _Held(Written("mp4", held.texts), tags_mp4.foreign(path), _write_mp4)
            case FLAC() | OggFileType():
                texts = tags_vorbis.texts(file)
                return _Held(Written("vorbis", texts), tags_vorbis.foreign(file), _write_vorbis)
            case WAVE() | AIFF():
                return _of_chunks(path)
            case MP3() | ID3FileType():
                return _of_mp3(path)
    except Permanent as error:
        raise Permanent(f"{path}: {error}") from error
    except Exception as error:  # hostile bytes bring out more than mutagen's own errors
        why = str(error) or type(error).__name__
        raise Permanent(f"{path}: its tags cannot be read: {why}") from error
    raise Permanent(f"{path}: is of no kind that tags can be written to")


def _write_mp4(source: Path, work: Path, changes: Texts, cover: Cover | None) -> None:
    shutil.copyfile(source, work)
    tags_mp4.write(work, changes, cover)


def _write_vorbis(source: Path, work: Path, changes: Texts, cover: Cover | None) -> None:
    shutil.copyfile(source, work)
    tags_vorbis.write(work, changes, cover)


def _of_mp3(path: Path) -> _Held:
    with path.open("rb") as stream:
        tag = tags_id3.taken_apart(_id3_at_start(stream))
    return _Held(Written(tag.kind, tags_id3.texts(tag)), tags_id3.foreign(tag), _write_mp3)


def _write_mp3(source: Path, work: Path, changes: Texts, cover: Cover | None) -> None:
    with source.open("rb") as old, work.open("wb") as new:
        head = _id3_at_start(old)
        new.write(tags_id3.rendered(tags_id3.taken_apart(head), changes, cover))
        old.seek(len(head))
        shutil.copyfileobj(old, new, 1 << 20)


def _id3_at_start(stream: IO[bytes]) -> bytes:
    size = tags_id3.length(stream.read(10))
    stream.seek(0)
    return stream.read(size)


def _of_chunks(path: Path) -> _Held:
    with path.open("rb") as stream:
        riff, entries, data = _tags_in_chunks(stream)
    tag = tags_id3.taken_apart(data)
    texts = tags_id3.texts(tag)
    known = ours(tag.kind)
    for name, value in entries:
        if name in known and value.strip():
            texts.setdefault(name, (value.decode("utf-8", "replace"),))
    others = [name.encode() + value for name, value in entries if name not in known]
    foreign = sorted(tags_id3.foreign(tag) + others)
    return _Held(Written(tag.kind, texts, riff), foreign, _write_chunks)


def _tags_in_chunks(stream: IO[bytes]) -> tuple[bool, list[tuple[str, bytes]], bytes]:
    """Whether it is a WAV, the entries of its older tags, its ID3 tag."""
    stream.seek(0)
    riff = stream.read(4) == b"RIFF"
    entries: list[tuple[str, bytes]] = []
    tag = b""
    for chunk in chunks(stream):
        if chunk.name.lower() == b"id3 " and not tag:
            tag = body(stream, chunk)
        elif _is_info(stream, chunk):
            entries += info(body(stream, chunk))
    return riff, entries, tag


def _is_info(stream: IO[bytes], chunk: Any) -> bool:
    if chunk.name != b"LIST":
        return False
    stream.seek(chunk.at + 8)
    return stream.read(4) == b"INFO"


def _write_chunks(source: Path, work: Path, changes: Texts, cover: Cover | None) -> None:
    with source.open("rb") as old, work.open("wb") as new:
        riff, entries, data = _tags_in_chunks(old)
        older = {name: values for name, values in changes.items() if name.startswith("I")}
        newer = {name: values for name, values in changes.items() if name not in older}
        entries = [entry for entry in entries if entry[0] not in older]
        entries += [(name, values[0].encode()) for name, values in older.items() if values]
        tag = tags_id3.rendered(tags_id3.taken_apart(data), newer, cover)
        keep = [
            chunk
            for chunk in chunks(old)
            if chunk.name.lower() != b"id3 " and not _is_info(old, chunk)
        ]
        append = [(b"LIST", info_chunk(entries))] if entries else []
        if tag:
            append.append((b"id3 " if riff else b"ID3 ", tag))
        rewrite(old, new, keep, append)
