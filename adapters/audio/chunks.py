"""WAV and AIFF, chunk by chunk: tags are put behind all others, and no other changes a byte."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import IO, NamedTuple

from adapters.contract import Permanent

_LARGEST = 0xFFFF_FFFF  # bytes: sizes have 32 bits


class Chunk(NamedTuple):
    """Where a chunk lies."""

    name: bytes
    at: int
    """Byte of its header, which has eight."""
    size: int
    """Bytes after the header."""


def chunks(stream: IO[bytes]) -> list[Chunk]:
    """All chunks of a WAV or an AIFF.

    Raises:
        Permanent: it does not say where one ends.
    """
    end = stream.seek(0, 2)
    stream.seek(0)
    number = _number(stream.read(12))
    found, at = [], 12
    while at + 8 <= end:
        stream.seek(at)
        name, size = struct.unpack(f"{number[0]}4sI", stream.read(8))
        if at + 8 + size > end:
            raise Permanent("its header promises more than there is; convert it anew")
        found.append(Chunk(name, at, size))
        at += 8 + size + size % 2
    return found


def body(stream: IO[bytes], chunk: Chunk) -> bytes:
    """What a chunk holds."""
    stream.seek(chunk.at + 8)
    return stream.read(chunk.size)


def rewrite(
    source: IO[bytes],
    work: IO[bytes],
    keep: Iterable[Chunk],
    append: Sequence[tuple[bytes, bytes]],
) -> None:
    """Write the file again, with only some of its chunks and with new ones at its end."""
    source.seek(0)
    head = source.read(12)
    number = _number(head)
    work.write(head)
    for chunk in keep:
        source.seek(chunk.at)
        _copy(source, work, 8 + chunk.size)
        work.write(bytes(chunk.size % 2))
    for name, data in append:
        work.write(struct.pack(f"{number[0]}4sI", name, len(data)) + data + bytes(len(data) % 2))
    size = work.tell() - 8
    if size > _LARGEST:
        raise Permanent("it would be larger than its format allows (4 GB)")
    work.seek(4)
    work.write(struct.pack(number, size))


def info(data: bytes) -> list[tuple[str, bytes]]:
    """The entries of a `LIST` chunk of the type `INFO`, in order, without their terminators."""
    found, at = [], 4
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        found.append((name.decode("latin-1"), data[at + 8 : at + 8 + size].rstrip(b"\0")))
        at += 8 + size + size % 2
    return found


def info_chunk(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """What `info` reads."""
    data = b"INFO"
    for name, text in entries:
        text += b"\0"
        data += struct.pack("<4sI", name.encode("latin-1"), len(text)) + text
        data += bytes(len(text) % 2)
    return data


def _number(head: bytes) -> str:
    """How sizes are written."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "<I"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return ">I"
    raise Permanent("is no WAV or AIFF of a kind that tags can be written to")


def _copy(source: IO[bytes], work: IO[bytes], size: int) -> None:
    whole, rest = divmod(size, 1 << 20)
    for _ in range(whole):
        work.write(source.read(1 << 20))
    work.write(source.read(rest))
