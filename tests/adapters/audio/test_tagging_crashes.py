"""An error at every single write, sync and cut: the source is what it was, nothing else is left."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.audio import probe
from adapters.audio.tagging import TagSet, cover, read_all, retagged
from adapters.contract import Fatal
from adapters.sandbox.music import make

WANTED = TagSet(
    title="T" * 3000,
    artists=("A", "B"),
    bpm=127.9,
    key="Am",
    camelot="8A",
    track_id="id",
    cover=cover(b"\xff\xd8\xff" + bytes(20_000)),
)


class Steps:
    """Counts what changes a disk, and fails at one of them."""

    def __init__(self, fail_at: int, error: BaseException) -> None:
        self.fail_at, self.error, self.taken = fail_at, error, 0

    def take(self) -> None:
        self.taken += 1
        if self.taken == self.fail_at:
            raise self.error


class Stream:
    """A file opened for writing, whose every change is a step; a failing write is half done."""

    def __init__(self, stream: Any, steps: Steps) -> None:
        self._stream, self._steps = stream, steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: Any) -> int:
        if not data:  # mutagen tries whether it may
            return 0
        if self._steps.taken + 1 == self._steps.fail_at:
            self._stream.write(bytes(data)[: len(data) // 2])
        self._steps.take()
        return int(self._stream.write(data))

    def truncate(self, size: int | None = None) -> int:
        self._steps.take()
        return int(self._stream.truncate(size))

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


@contextmanager
def failing(steps: Steps, work: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything that is written to `work` goes through `steps`."""
    real, sync = builtins.open, os.fsync

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        stream = real(file, mode, *rest, **named)
        if set(mode) & set("wax+") and file in (work, str(work)):
            return Stream(stream, steps)
        return stream

    def synced(descriptor: int) -> None:
        steps.take()
        sync(descriptor)

    with patch.context() as here:
        here.setattr(builtins, "open", opened)
        here.setattr(io, "open", opened)
        here.setattr(os, "fsync", synced)
        here.setattr(shutil, "_USE_CP_SENDFILE", False, raising=False)
        here.setattr(shutil, "_HAS_FCOPYFILE", False, raising=False)
        yield


@pytest.mark.parametrize("suffix", ["m4a", "mp3", "flac", "ogg", "wav", "aiff"])
def test_whatever_fails_the_source_is_whole(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, work = tmp_path / f"x.{suffix}", tmp_path / f"w.{suffix}"
    make(source, seed=1, seconds=0.5, title="Old", artists=["A"])
    plain, written, at = source.read_bytes(), read_all(source), source.stat().st_mtime_ns
    audio = probe(source)
    # Listening costs more than all the rest and is not what is tried here.
    monkeypatch.setattr("adapters.audio.tagging.probe", lambda _: audio)
    errors = (OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt())
    whole = Steps(0, errors[0])
    with failing(whole, work, monkeypatch):
        expected = retagged(source, work, WANTED).after
    work.unlink()
    assert whole.taken >= 3
    for error, expects in zip(errors, (Fatal, KeyboardInterrupt), strict=True):
        for step in range(1, whole.taken + 1):
            with failing(Steps(step, error), work, monkeypatch), pytest.raises(expects) as caught:
                retagged(source, work, WANTED)
            assert not work.exists()
            if expects is Fatal:
                assert str(caught.value).startswith(f"{work}: cannot be written: No space left")
            assert source.read_bytes() == plain
            assert source.stat().st_mtime_ns == at
    assert read_all(source) == written
    assert retagged(source, work, WANTED).after == expected


@pytest.mark.parametrize("suffix", ["m4a", "mp3", "flac", "ogg", "wav", "aiff"])
def test_what_stands_under_the_final_name_plays_at_every_moment(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, not told: the work file stays half done, and has never had the final name."""
    final, work = tmp_path / f"x.{suffix}", tmp_path / f"w.{suffix}"
    make(final, seed=1, seconds=0.5)
    audio = probe(final)
    keep = Path.unlink
    steps = Steps(0, KeyboardInterrupt())
    with failing(steps, work, monkeypatch):
        retagged(final, work, WANTED)
    work.unlink()
    for step in sorted({1, steps.taken // 3, steps.taken // 2, steps.taken}):
        with failing(Steps(step, KeyboardInterrupt()), work, monkeypatch) as _:
            monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
            with pytest.raises(KeyboardInterrupt):
                retagged(final, work, WANTED)
            monkeypatch.setattr(Path, "unlink", keep)
        assert probe(final) == audio
        work.unlink()
    retagged(final, work, WANTED)
    os.replace(work, final)
    assert probe(final).audio == audio.audio
