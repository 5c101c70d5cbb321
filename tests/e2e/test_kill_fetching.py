"""A run that fetches and converts, killed on its way, and run again, ends as if it had not been."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.audio import probe
from adapters.sandbox import music
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Catalogue
from tests.crate import Crate, song
from tests.e2e import killer, worlds
from tests.e2e.killer import Point

ONE, TWO = song(1), song(2)
WORDS = ("reconcile", "--json")
TRIED = 7
"""Points, spread over the run: each costs some seconds. `make kills` tries all."""


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    """One track to be fetched, one to be converted; the site runs in this process."""
    import adapters.media.ytdlp  # noqa: F401  (once, and not in every child)

    worlds.quick(monkeypatch)
    with Sandbox(Catalogue()) as media, worlds.fast_folder(tmp_path) as base:
        media.upload(ONE.title, ONE.artist, 3)
        crate = Crate(base / "ready")
        crate.configure(
            extra=f'format = "m4a"\n[fetch]\nsources = ["soundcloud"]\nbase_url = "{media.url}"\n'
        )
        crate.playlist("House", [ONE, TWO])
        crate.playlist("More", [ONE])
        crate.music(TWO, "two.flac")
        yield crate


def test_it_can_be_killed_while_it_fetches_and_converts(ready: Crate) -> None:
    base = ready.base.parent
    counted = ready.copy(base / "counted")
    gates, said = killer.count(counted, WORDS)
    assert said.code == 0, said
    expected = worlds.seen(counted)
    made = _fetched(counted)
    assert len(made) == 3, "one as it came, two as they are laid out"

    def look(point: Point) -> None:
        crate = ready.copy(base / f"{point.when}-{point.number}")
        killer.kill(crate, WORDS, point)
        assert worlds.undecodable(crate.base) == []
        worlds.heals(crate, WORDS, expected)
        assert worlds.undecodable(crate.base) == []
        assert _fetched(crate) == made
        kinds = crate.kinds()
        assert (kinds.count("AudioFetched"), kinds.count("AudioConverted")) == (1, 2)
        shutil.rmtree(crate.base)

    points = killer.points(gates)
    chosen = points if killer.EVERY == 1 else points[:: max(1, len(points) // TRIED)]
    failed = killer.each(chosen, look)
    assert not failed, killer.told(failed, len(chosen))


def test_a_file_that_is_cut_off_would_be_noticed(tmp_path: Path) -> None:
    for name in ("x.m4a", "x.mp3", "x.wav", "x.flac"):
        music.make(tmp_path / name, seconds=3, seed=1)
    assert worlds.undecodable(tmp_path) == []
    for name in ("x.m4a", "x.flac"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    assert worlds.undecodable(tmp_path) == ["x.flac", "x.m4a"]


def _fetched(crate: Crate) -> dict[str, str]:
    """Path → hash of the audio of every file among what was fetched."""
    kept = crate.home / "fetched"
    files = (path for path in kept.rglob("*") if path.suffix in (".m4a", ".mp3", ".ogg", ".opus"))
    return {path.relative_to(kept).as_posix(): probe(path).audio for path in files}
