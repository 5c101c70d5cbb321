"""A run that writes new tags, killed on its way, and run again, ends as if it had not been."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import mutagen
import pytest

from adapters.audio import probe
from state.events import FileWritten
from tests.crate import Crate, Song, song
from tests.e2e import killer, worlds
from tests.e2e.killer import Point

ONE, NEW = song(1, seconds=1), Song(1, "Corrected", song(1).artist, 1)
WORDS = ("reconcile", "--json")
TRIED = 4
"""Points, spread over the run, and those at which a file takes the place of another."""


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crate]:
    """A track on two playlists, laid out; its backup knows it by another title by now."""
    import adapters.audio.tagging  # noqa: F401  (once, and not in every child)

    worlds.quick(monkeypatch)
    with worlds.fast_folder(tmp_path) as base:
        crate = Crate(base / "ready")
        monkeypatch.setenv("CRATELOG_HOME", str(crate.home))
        crate.configure(target='format = "m4a"', extra="[analysis]\nautomatic = false")
        for title in (ONE, NEW):
            for name in ("House", "More"):
                crate.playlist(name, [title])
            if title is ONE:
                crate.music(ONE, "one.flac")
                crate.reconcile()
        yield crate


def test_it_can_be_killed_while_it_writes_tags(ready: Crate) -> None:
    base = ready.base.parent
    counted = ready.copy(base / "counted")
    gates, said = killer.count(counted, WORDS)
    assert said.code == 0, said
    expected = worlds.seen(counted)
    assert _said(counted) == dict.fromkeys(_said(ready), NEW.title) and len(_said(ready)) == 3

    def look(point: Point) -> None:
        crate = ready.copy(base / f"{point.when}-{point.number}")
        killer.kill(crate, WORDS, point)
        assert worlds.undecodable(crate.base) == []
        assert set(_said(crate).values()) <= {ONE.title, NEW.title}
        worlds.heals(crate, WORDS, expected)
        assert _said(crate) == _said(counted)
        told = [e.event for e in crate.events() if isinstance(e.event, FileWritten)]
        assert sum(event.how == "retagged" for event in told) == 3, "none was told twice"
        shutil.rmtree(crate.base)

    points = killer.points(gates)
    replaced = [p for p in points if p.gate[0] in ("replace", "rename") and ".m4a" in p.gate[1]]
    chosen = [*points[:: max(1, len(points) // TRIED)], *replaced]
    assert replaced
    failed = killer.each(dict.fromkeys(chosen), look)
    assert not failed, killer.told(failed, len(chosen))


def _said(crate: Crate) -> dict[str, str]:
    """Path → title of every file of ours; all of them play."""
    folders = (crate.root, crate.home / "fetched" / "made")
    files = [path for folder in folders for path in folder.rglob("*.m4a")]
    there = [path for path in files if "work" not in path.parts]
    assert len({probe(path).audio for path in there}) == 1
    return {
        path.relative_to(crate.base).as_posix(): str(mutagen.File(path)["©nam"][0])
        for path in there
    }
