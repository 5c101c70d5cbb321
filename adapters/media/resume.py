"""What lies in the work folder of a download, and whether it may be gone on with.

yt-dlp goes on with any `.part` that it finds, and takes any finished file for its own. So each
format of a track has a folder to itself, with a note of what its bytes are the beginning of; where
the site has another thing by now, the folder is emptied.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

BEGUN, DONE = "begun.json", "done.json"
STEM = "audio"
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Foreign(Exception):
    """The site has other bytes now than those of which a part is here."""


class Begun(msgspec.Struct, omit_defaults=True):
    """What the parts in a folder are of."""

    ref: str
    format_id: str
    ext: str
    etag: str = ""
    modified: str = ""
    """`Last-Modified`."""
    size: int = 0
    """Bytes of the whole; 0: not told."""
    pieces: str = ""
    """Digest of the list of pieces, of a stream that comes in pieces."""

    @property
    def known(self) -> bool:
        """Whether it can be told from another thing."""
        return bool(self.etag or self.size or self.pieces)


class Done(msgspec.Struct, omit_defaults=True):
    """A download that came to its end."""

    ref: str
    source_ref: str
    """As the site itself names the track."""
    url: str
    title: str
    uploader: str
    duration_s: float
    format_id: str
    ext: str
    bytes: int
    sha256: str


Note = TypeVar("Note", Begun, Done)


class Folder:
    """The work folder of one format of one track."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.begun: Begun | None = None

    def open(self, wanted: Begun) -> None:
        """Make it ready for a download: keep parts that may be gone on with, and nothing else."""
        before = _read(self.path / BEGUN, Begun)
        self.begun = wanted
        # Made by the same format, and told apart by more than that.
        same = before is not None and before.known and (
            (before.ref, before.format_id, before.ext, before.pieces)
            == (wanted.ref, wanted.format_id, wanted.ext, wanted.pieces)
        )  # fmt: skip
        if not same:
            self.clear()
        else:
            assert before is not None
            self.begun = before
            self._sweep(before)
        self.path.mkdir(parents=True, exist_ok=True)
        if wanted.pieces:
            self._note()

    def clear(self) -> None:
        """Remove everything in it."""
        if self.path.exists():
            shutil.rmtree(self.path)

    def _sweep(self, begun: Begun) -> None:
        """Remove what a kill may have left half-true."""
        for path in self.path.iterdir():
            part = path.name == f"{STEM}.{begun.ext}.part"
            piece = "-Frag" in path.name and not path.name.endswith(".part")
            # The list of pieces done may be one behind the file that they were joined in.
            if path.name == BEGUN or (piece if begun.pieces else part):
                continue
            path.unlink()
        part_of = self.path / f"{STEM}.{begun.ext}.part"
        if begun.size and part_of.is_file() and (size := part_of.stat().st_size) >= begun.size:
            # One byte to ask for: who asks for none is refused, and asks again for ever.
            part_of.unlink() if size > begun.size else os.truncate(part_of, begun.size - 1)

    # ---- the bytes as they come --------------------------------------------------------------

    def asks(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers to add to a request for the file: go on only if it is still the same."""
        begun = self.begun
        if begun is None or begun.pieces or not headers.get("Range"):
            return {}
        if headers["Range"].startswith("bytes=0-"):
            return {}
        # Not `Last-Modified`: who does not know it as a condition would begin from the start.
        strong = begun.etag and not begun.etag.startswith("W/")
        return {"If-Range": begun.etag} if strong else {}

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Look at the answer before its bytes are written.

        Raises:
            Foreign: it is not what the part is the beginning of.
        """
        begun = self.begun
        if begun is None or begun.pieces:
            return
        told = _RANGE.fullmatch(headers.get("Content-Range") or "")
        length = headers.get("Content-Length") or ""
        size = int(told[3]) if told else int(length) if length.isdigit() and status == 200 else 0
        etag, modified = headers.get("ETag") or "", headers.get("Last-Modified") or ""
        if begun.known:
            known = ((begun.etag, etag), (begun.modified, modified), (begun.size, size))
            if any(before and now and before != now for before, now in known):
                raise Foreign
            return
        begun.etag, begun.modified, begun.size = etag, modified, size
        self._note()

    def _note(self) -> None:
        _write(self.path / BEGUN, self.begun)

    # ---- the end -----------------------------------------------------------------------------

    def finish(self, done: Done) -> None:
        """Note that the file is whole, once it is on the disk; remove what else is there."""
        for path in self.path.iterdir():
            if path.name != f"{STEM}.{done.ext}":
                path.unlink()
        _write(self.path / DONE, done)

    def finished(self) -> Done | None:
        """What was fetched here, if the file is still what it was; None otherwise."""
        done = _read(self.path / DONE, Done)
        if done is None:
            return None
        file = self.path / f"{STEM}.{done.ext}"
        if not file.is_file() or file.stat().st_size != done.bytes:
            return None
        return done if digest(file) == done.sha256 else None


def pieces(manifest: str) -> str:
    """A digest of a list of pieces (m3u8), the same whoever signed their addresses."""
    lines = (line.strip() for line in manifest.splitlines())
    named = [re.sub(r"\?[^\"\s]*", "", line) for line in lines if line]
    # Hosts and folders change from one answer to the next; names and lengths do not.
    kept = [line.rpartition("/")[2] if "://" in line else line for line in named]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def digest(file: Path) -> str:
    """sha256 (hex) of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file's content outlive a power cut."""
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _read(path: Path, kind: type[Note]) -> Note | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(path: Path, told: Begun | Done | None) -> None:
    work = path.with_suffix(".new")
    work.write_bytes(msgspec.json.encode(told))
    sync(work)
    work.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
