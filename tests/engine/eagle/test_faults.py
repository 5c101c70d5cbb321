"""Every add and change, whatever the answer and wherever it is killed: one item for each track, and
then nothing more is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapters.eagle.items import track_url
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.faults import KINDS
from engine.library import Library
from state.events import EagleImported
from state.values import PlaylistRef
from tests.adapters.eagle.test_add import SHORT, Dying, Killed, until_idle
from tests.engine.eagle.shelf import ADD, CREATE, UPDATE, Shelf, ref

INFO, GET = "GET /api/v2/library/info", "POST /api/v2/item/get"
ALL = (*KINDS, *Sandbox.kinds)
SOME = ("drop", "truncated", "500", "500 after", "error", "wrong library")
POINTS = [
    *((ADD, 0, kind) for kind in ALL),
    *((endpoint, after, kind) for endpoint, after in [(GET, 1), (GET, 3), (INFO, 4), (CREATE, 0)]
      for kind in SOME),
]  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    clock = Clock()
    with Sandbox(tmp_path / "libraries", clock=clock, delay=0.5, filled=False) as app:
        made = Shelf(tmp_path, app, clock)
        made.more = {"library": str(app.open.path), "patience": 1.0}
        made.set_up("zero")
        made.turn()
        yield made


@pytest.fixture
def library(shelf: Shelf) -> Iterator[Library]:
    opened = shelf.open()
    yield opened
    opened.close()


def healthy(shelf: Shelf) -> None:
    """Nothing is in the way any more."""
    shelf.app.faults.clear()
    shelf.app.switch_library(shelf.more["library"])


def settled(shelf: Shelf, names: list[str]) -> None:
    """Each is there once and whole, the log knows it, and a further turn does nothing."""
    assert shelf.idle() == 3 and shelf.is_quiet()
    for name in names:
        item = shelf.item(name)
        lists = ["House"] + [f"List {name}"] * (f"List {name}" in item.tags)
        assert (sorted(item.tags), shelf.folders(item)) == (lists, lists)
        assert item.size == (shelf.root / f"House/{name}.m4a").stat().st_size
    told = [recorded.event for recorded in shelf.events()]
    imported = [event.track for event in told if isinstance(event, EagleImported)]
    assert sorted(imported) == sorted(ref(name) for name in ("zero", *names))
    top = [one.name for one in shelf.app.open.folders.values() if not one.parent]
    assert top == ["cratelog"]


def faulty(shelf: Shelf, library: Library, endpoint: str, after: int, kind: str) -> None:
    """A turn with a fault, then one without."""
    shelf.app.forget()
    times = 1 if kind == "wrong library" else 2  # a second one would be the right one again
    shelf.app.fault(kind, endpoint=endpoint, after=after, times=times, seconds=SHORT * 1.5)
    eagle = shelf.eagle(timeout=SHORT if kind.startswith("slow") else 5.0)
    told = shelf.turn(eagle, library)
    assert all("\n" not in note for note in (*told.notes, *told.waits))
    if kind.startswith("slow"):
        until_idle(shelf.app)
    healthy(shelf)
    if len(library.state.eagle.refused):
        shelf.clock.advance(600)  # what was refused is not asked again at once
    told = shelf.turn(library=library)
    assert not told.waits and not told.unreadable and not len(library.state.eagle.pending), told


def test_one_item_whatever_the_answer(shelf: Shelf, library: Library) -> None:
    names = [f"{number}" for number in range(len(POINTS))]
    for name, (endpoint, after, kind) in zip(names, POINTS, strict=True):
        path, events = shelf.placing(name)
        library.append(events)
        if endpoint == CREATE:
            lists = PlaylistRef(f"spotify:playlist:{name}")
            library.append(shelf.joining(name, lists, f"List {name}"))
        if kind == "wrong library":
            twin(shelf, name, path)
        faulty(shelf, library, endpoint, after, kind)
        assert len(shelf.items(name)) == 1, (endpoint, after, kind)
    settled(shelf, names)


def twin(shelf: Shelf, name: str, path: Path) -> None:
    """The track lies in the other library already: it is not to be taken for the right one."""
    shelf.app.switch_library("Pictures")
    shelf.app.import_file(str(path), url=track_url(ref(name)))
    shelf.app.switch_library("Music")


def test_a_change_whatever_the_answer(shelf: Shelf, library: Library) -> None:
    names = [f"{number}" for number in range(len(ALL))]
    for name in names:
        library.append(shelf.placing(name)[1])
    shelf.turn(library=library)
    for name, kind in zip(names, ALL, strict=True):
        library.append(shelf.joining(name, PlaylistRef(f"spotify:playlist:{name}"), f"List {name}"))
        faulty(shelf, library, UPDATE, 0, kind)
        assert shelf.folders(shelf.item(name)) == ["House", f"List {name}"], kind
    settled(shelf, names)


# ---- kills ---------------------------------------------------------------------------------------


def dies(shelf: Shelf, library: Library, number: int, sent: bool) -> bool:
    """A turn that is killed at a request, before or after it was answered; False: it was not.

    What a process knows beyond the log does not outlive it: the library is as good as opened anew.
    """
    session = requests.Session()
    session.mount("http://", Dying(number, sent=sent))
    eagle = shelf.eagle(session)
    try:
        shelf.turn(eagle, library)
    except Killed:
        return True
    finally:
        eagle.close()
    return False


@pytest.mark.parametrize("sent", [False, True])
def test_killed_at_any_request(shelf: Shelf, library: Library, sent: bool) -> None:
    shelf.app.delay = 0.3
    names: list[str] = []
    for number in range(1, 40):
        name = f"{number}"
        lists = PlaylistRef(f"spotify:playlist:{name}")
        library.append(shelf.placing(name)[1])
        if names:  # an item that is changed, and a folder that is made
            library.append(shelf.joining(names[-1], lists, f"List {names[-1]}"))
        names.append(name)
        if not dies(shelf, library, number, sent):
            break
        told = shelf.turn(library=library)
        assert not told.waits and not told.unreadable
        assert len(shelf.items(name)) == 1
    assert len(names) > 20, names
    settled(shelf, names)
