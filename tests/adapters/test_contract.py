"""What holds for every source. A new line in the registry is tested here unasked: the only thing
to add is a small world for it to look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import run
from time import time
from typing import Any, get_args

import pytest

from adapters import registry
from adapters.audio import probe
from adapters.contract import (
    AdapterError,
    FilesListed,
    PlaylistListed,
    Sighting,
    Source,
    SourceListed,
    seconds,
)
from adapters.media.settings import SoundcloudSettings
from adapters.sandbox import music
from adapters.sandbox.media import Sandbox as Media
from adapters.sandbox.server import Server
from adapters.sandbox.spotify import Sandbox
from adapters.spotify.client import Client
from adapters.spotify.quota import Quota
from adapters.spotify.settings import SpotifySettings
from state.codec import decode, encode
from state.events import Event, FileSeen, TrackSeen
from state.values import RootId
from tests.crate import HEADER, song


def _csv(base: Path) -> None:
    for name, numbers in {"House": (1, 2, 1), "Techno": (2,), "Empty": ()}.items():
        rows = [song(number).row() for number in numbers]
        (base / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")


def _files(base: Path) -> None:
    for number in (1, 2):
        music.make(base / f"{number}.wav", seconds=1, seed=number, title=f"T{number}")


WORLDS: dict[str, Callable[[Path], None]] = {
    "csv": _csv,
    "files": _files,
    "spotify": lambda base: None,
    "soundcloud": lambda base: None,
}
"""Something to see for every source, in an empty folder."""
SERVICES: dict[str, Callable[[], Server]] = {"spotify": Sandbox, "soundcloud": Media}
"""Of those that look at a service: a stand-in, whose address is then in a file of that folder."""


class Token(str):
    """One that is always good."""

    def access(self) -> str:
        return str(self)

    renew = access


def _is_there(file: Path) -> bool:
    return file.is_file() and file.read_bytes().startswith(b"http")


def _spotify(kind: Any, base: Path) -> Source:
    here = base / "service"
    url, token = here.read_text("utf-8").split() if _is_there(here) else ("http://127.0.0.1:9/", "")
    settings = SpotifySettings(base_url=url)
    quota = Quota(100, clock=time, sleep=lambda seconds: None)
    source: Source = kind(settings, Client(settings, Token(token), quota))
    return source


def _soundcloud(kind: Any, base: Path) -> Source:
    here = base / "service"
    url = here.read_text("utf-8").split()[0] if _is_there(here) else "http://127.0.0.1:9/"
    sets = ("https://soundcloud.com/rhea-lund/sets/morning-mix",)
    users = ("rhea-lund",)
    settings = SoundcloudSettings(base_url=url, users=users, likes=users, sets=sets)
    source: Source = kind(settings, clock=lambda: 1.0)
    return source


def opened(name: str, base: Path) -> Source:
    """The source over a folder."""
    kind: Any = registry.source(name)
    made: dict[str, Callable[[], Source]] = {
        "csv": lambda: kind([base]),
        "files": lambda: kind(RootId("files/x"), base, probe=probe, cache={}),
        "spotify": lambda: _spotify(kind, base),
        "soundcloud": lambda: _soundcloud(kind, base),
    }
    return made[name]()


@pytest.fixture(params=registry.SOURCES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def base(name: str, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "world").mkdir()
    WORLDS[name](tmp_path / "world")
    if name not in SERVICES:
        yield tmp_path / "world"
        return
    with SERVICES[name]() as service:
        told = service.introduction()
        (tmp_path / "world" / "service").write_text(f"{told['url']} {told['token']}")
        yield tmp_path / "world"


def snapshot(base: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [base, *base.rglob("*")]
    }


def test_its_name_is_the_registered_one(name: str, base: Path) -> None:
    assert opened(name, base).name == registry.source(name).name == name


def test_looking_twice_sees_the_same(name: str, base: Path) -> None:
    first = list(opened(name, base).observe())
    assert first == list(opened(name, base).observe())
    assert len(first) > 2 and all(isinstance(one, get_args(Sighting)) for one in first)


def test_nothing_is_written_where_it_looks(name: str, base: Path) -> None:
    before = snapshot(base)
    list(opened(name, base).observe())
    assert snapshot(base) == before


def test_what_it_sees_can_be_written_and_read_back(name: str, base: Path) -> None:
    seen = list(opened(name, base).observe())
    events: list[Event] = [one for one in seen if isinstance(one, TrackSeen | FileSeen)]
    events += [one.playlist for one in seen if isinstance(one, PlaylistListed)]
    assert events
    for event in events:
        assert decode(event.kind, event.schema, encode(event)) == event


def test_it_says_what_it_read_whole_and_only_then(name: str, base: Path) -> None:
    closing = [one for one in opened(name, base).observe() if _closes(one)]
    assert len(closing) == 1


def test_every_row_is_of_a_track_that_was_seen_before(name: str, base: Path) -> None:
    tracks: set[str] = set()
    for one in opened(name, base).observe():
        if isinstance(one, TrackSeen):
            tracks.add(one.ref)
        elif isinstance(one, PlaylistListed):
            assert {row.track for row in one.rows} <= tracks


@pytest.mark.parametrize("trouble", ["gone", "a file", "a link to itself", "junk"])
def test_trouble_is_told_in_a_line_or_raised_as_an_adapter_s_error(
    name: str, base: Path, tmp_path: Path, trouble: str
) -> None:
    wrong = tmp_path / "wrong"
    if trouble == "a file":
        wrong.write_bytes(b"\0junk")
    elif trouble == "a link to itself":
        wrong.symlink_to(wrong)
    elif trouble == "junk":
        base.rename(wrong)
        for path in wrong.iterdir():
            path.write_bytes(b"\xff\0junk" * 100)
    told: list[Sighting] = []
    try:
        told += opened(name, wrong).observe()
    except AdapterError as error:
        told = []
        assert name in SERVICES or str(wrong) in str(error)
        assert str(error) and "\n" not in str(error)
    assert not any(isinstance(one, TrackSeen | FileSeen | PlaylistListed) for one in told)
    assert trouble == "junk" or not any(_closes(one) for one in told)


def _closes(sighting: Sighting) -> bool:
    return isinstance(sighting, SourceListed | FilesListed)


def test_the_registry_loads_no_source_before_it_is_asked() -> None:
    code = "import sys, adapters.registry; print([m for m in sys.modules if 'adapters.' in m])"
    said = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "['adapters.registry']\n"
    with pytest.raises(KeyError):
        registry.source("gramophone")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("3", 3.0),
        ("48925", 48_925.0),
        ("9" * 400, 30 * 86_400.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("²", 0.0),
        (None, 0.0),
    ],
)
def test_how_long_a_service_is_left_alone(header: str | None, told: float) -> None:
    assert seconds(header) == told
