from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from engine.watch import pulse
from engine.watch.picture import Picture
from engine.watch.pulse import Pulse, read
from tests.crate import Crate, song


def test_a_watch_that_runs_is_told_from_one_that_ended_without_a_word(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    crate.playlist("House", [song(1)])
    crate.reconcile()
    picture = Picture(os.getpid(), 1_000_000, last_look=2_000_000, doing="reading music")
    beats = Pulse(crate.home, picture)
    with crate.library("sync watch") as library, library.effects():
        beats.start()
        said = crate.sync("status")
        assert f"watch: runs since 1970-01-01 00:16:40+00:00 (process {os.getpid()})" in said.out
        assert "doing: reading music" in said.out
        (line,) = [one for one in crate.sync("status", "--json").lines if one["type"] == "watch"]
        assert line["runs"] is True and line["pid"] == os.getpid()
    assert "watch: ended without a word" in crate.sync("status").out
    beats.stop()
    assert "watch:" not in crate.sync("status").out
    assert sorted(path.name for path in crate.home.glob("watch*")) == []


def test_it_beats_while_nobody_gets_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    beats = Pulse(tmp_path, Picture(1, 0))
    beats.start()
    first = (tmp_path / pulse.FILE).read_bytes()
    while (tmp_path / pulse.FILE).read_bytes() == first:
        pass
    beats.stop()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_what_cannot_be_read_is_no_heartbeat(tmp_path: Path, content: bytes) -> None:
    (tmp_path / pulse.FILE).write_bytes(content)
    assert read(tmp_path) is None


def test_the_file_is_a_picture_for_programs(tmp_path: Path) -> None:
    beats = Pulse(tmp_path, Picture(7, 1))
    beats.beat()
    assert msgspec.json.decode((tmp_path / pulse.FILE).read_bytes())["pid"] == 7
