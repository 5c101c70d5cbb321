"""Adding: every fault at every request, and a kill before and after each of them, end with exactly
one item for each track once it was tried again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from adapters.contract import AdapterError, Fatal, Permanent, Transient
from adapters.eagle.items import Desired, Item, item_id
from adapters.eagle.sink import FEW, Eagle, Outcome
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.faults import KINDS
from tests.adapters.eagle.tracks import settings_of, sink, there, track

INFO, GET, ADD = (
    "GET /api/v2/library/info",
    "POST /api/v2/item/get",
    "POST /api/v2/item/add",
)
PATIENCE = 5.0
"""Seconds on a clock that costs none, but every look is a real one."""
SHORT = 0.3
"""Seconds until a client gives up; a slow answer takes longer."""
NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One app for all faults; tracks differ from test to test."""
    with Sandbox(tmp_path_factory.mktemp("swept"), clock=Clock(), delay=2.0) as running:
        yield running


def again(app: Sandbox, wanted: list[Desired]) -> None:
    """The next run, right after: each is there once, and an add of nothing new adds nothing."""
    app.faults.clear()
    app.start_app()
    app.switch_library("Music")
    assert isinstance(app.clock, Clock)
    eagle = sink(app, app.clock, patience=PATIENCE)
    for _ in range(2):
        outcomes = eagle.add_all(wanted)
        assert all(isinstance(outcomes[one.url], Item) for one in wanted)
    eagle.close()
    for one in wanted:
        (item,) = there(app, one)
        assert (item.name, item.size, item.deleted) == (one.name, Path(one.path).stat().st_size, 0)


def test_an_add_asks_these(swept: Sandbox, tmp_path: Path) -> None:
    assert isinstance(swept.clock, Clock)
    swept.forget()
    eagle = sink(swept, swept.clock)
    eagle.add(track(tmp_path, "of its own"))
    eagle.close()
    assert set(swept.requests) == {INFO, GET, ADD}


def until_idle(app: Sandbox) -> None:
    """What the app took up before its client gave up is done late."""
    until = time.monotonic() + 10
    while sum(app.requests.values()) > len(app.log) and time.monotonic() < until:
        time.sleep(0.01)


CASES = [
    (endpoint, after, kind, times)
    for endpoint, after in [(INFO, 0), (INFO, 1), (GET, 0), (GET, 3), (ADD, 0)]
    for kind in (*KINDS, *Sandbox.kinds)
    for times in (1, 3)
    if times == 1 or (endpoint != ADD and not kind.startswith("slow"))
]
"""A read is tried twice, so three times is a fault that lasts; an add is asked once."""


@pytest.mark.parametrize(("endpoint", "after", "kind", "times"), CASES)
def test_every_fault_ends_with_one_item_each(
    swept: Sandbox, tmp_path: Path, endpoint: str, after: int, kind: str, times: int
) -> None:
    assert isinstance(swept.clock, Clock)
    wanted = [track(tmp_path, f"{name} {kind} {endpoint[-3:]} {after} {times}") for name in NAMES]
    swept.forget()
    swept.fault(kind, endpoint=endpoint, after=after, times=times, seconds=SHORT * 1.5)
    timeout = SHORT if kind.startswith("slow") else 5.0
    eagle = sink(swept, swept.clock, timeout=timeout, patience=PATIENCE)
    try:
        outcomes = eagle.add_all(wanted, first=True)
        assert outcomes.keys() == {one.url for one in wanted}
    except AdapterError as error:
        assert "\n" not in str(error)
    eagle.close()
    until_idle(swept)
    again(swept, wanted)


class Killed(BaseException):
    """As nobody catches it, so it is with a kill."""


class Dying(HTTPAdapter):
    """Real requests, until one of them is the last thing that the process does."""

    def __init__(self, number: int, *, sent: bool) -> None:
        super().__init__()
        self.left, self.sent = number, sent

    def send(self, *args: Any, **words: Any) -> requests.Response:
        self.left -= 1
        if self.left == 0 and not self.sent:
            raise Killed
        response = super().send(*args, **words)
        if self.left == 0:
            raise Killed
        return response


def dying(app: Sandbox, number: int, sent: bool) -> Eagle:
    session = requests.Session()
    session.mount("http://", Dying(number, sent=sent))
    assert isinstance(app.clock, Clock)
    return sink(app, app.clock, session, patience=PATIENCE)


@pytest.mark.parametrize("sent", [False, True])
def test_a_kill_at_any_request_ends_with_one_item_each(
    swept: Sandbox, tmp_path: Path, sent: bool
) -> None:
    kills = 0
    for number in range(1, 30):
        wanted = [track(tmp_path, f"{name} {number} {sent}") for name in NAMES]
        eagle = dying(swept, number, sent)
        try:
            eagle.add_all(wanted, first=True)
        except Killed:
            kills += 1
        else:
            break
        finally:
            eagle.close()
        again(swept, wanted)
    assert 6 <= kills == number - 1


def test_an_add_shows_up_whole(app: Sandbox, eagle: Eagle, tmp_path: Path, clock: Clock) -> None:
    folder = app.create_folder("May")
    wanted = track(tmp_path, "one", annotation="bpm 128", tags=("techno",), folders=(folder,))
    before = clock()
    item = eagle.add(wanted, first=True)
    assert clock() - before == 2.0
    assert (item.id, item.name, item.url) == (item_id(wanted.url), "one", wanted.url)
    assert (item.annotation, item.tags, item.folders) == ("bpm 128", ("techno",), (folder,))
    assert (item.ext, item.size, item.deleted) == ("m4a", len("sound of one"), False)


def test_what_is_there_is_not_added_again_whatever_a_person_did_to_it(
    app: Sandbox, eagle: Eagle, tmp_path: Path
) -> None:
    wanted = track(tmp_path, "one")
    item = eagle.add(wanted, first=True)
    app.rename(item.id, "Another name")
    app.link(item.id, "https://x.example")
    assert eagle.add(wanted, first=True).name == "Another name"
    assert eagle.held([wanted])[wanted.url].url == "https://x.example"


@pytest.mark.parametrize("listed", [True, False])
def test_what_a_person_trashed_stays_in_the_trash(
    tmp_path: Path, clock: Clock, listed: bool
) -> None:
    with Sandbox(tmp_path / "libraries", clock=clock, trash_listed=listed) as app:
        eagle, wanted = sink(app, clock), track(tmp_path, "one")
        app.trash(eagle.add(wanted, first=True).id)
        item = eagle.add(wanted)
        assert item.deleted and len(there(app, wanted)) == 1
        app.restore(item.id)
        assert not eagle.add(wanted).deleted
        eagle.close()


def test_one_that_somebody_imported_with_an_id_of_its_own_is_known_by_that(
    app: Sandbox, eagle: Eagle, tmp_path: Path
) -> None:
    wanted = track(tmp_path, "one")
    id = app.import_file(wanted.path)
    known = Desired(wanted.url, wanted.name, path=wanted.path, id=id)
    assert eagle.add(known, first=True).id == id


def test_an_id_that_the_app_passed_over_does_no_harm(
    app: Sandbox, eagle: Eagle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [track(tmp_path, name) for name in NAMES]
    take = app.take
    monkeypatch.setattr(app, "take", lambda told: take(told | {"id": ""}))
    added = eagle.add_all(wanted[:1], first=True)[wanted[0].url]
    assert isinstance(added, Item) and added.id != item_id(wanted[0].url)
    app.fault("500 after", endpoint=ADD)
    outcomes = eagle.add_all(wanted)
    assert all(isinstance(outcomes[one.url], Item) for one in wanted)
    assert [len(there(app, one)) for one in wanted] == [1, 1, 1]


def kinds(outcomes: dict[str, Outcome]) -> list[type[Outcome]]:
    return [type(outcome) for outcome in outcomes.values()]


def test_one_bad_file_does_not_stop_the_others(
    app: Sandbox, eagle: Eagle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [track(tmp_path, name) for name in NAMES]
    Path(wanted[1].path).unlink()
    outcomes = dict(eagle.add_all(wanted, first=True))
    assert kinds({one.url: outcomes[one.url] for one in wanted}) == [Item, Permanent, Item]
    assert str(outcomes[wanted[1].url]).startswith(wanted[1].path)
    # One that only the app finds bad: the batch is refused, what came before it is in.
    more = [track(tmp_path, f"more {name}") for name in NAMES]
    Path(more[1].path).unlink()
    monkeypatch.setattr(eagle, "_size", lambda one: -1)
    outcomes = dict(eagle.add_all(more, first=True))
    assert kinds({one.url: outcomes[one.url] for one in more}) == [Item, Permanent, Item]
    assert [len(there(app, one)) for one in more] == [1, 0, 1]


def test_one_that_never_shows_up_is_told(app: Sandbox, eagle: Eagle, tmp_path: Path) -> None:
    app.delay = 100.0
    with pytest.raises(Transient, match="does not show it after 30 s"):
        eagle.add(track(tmp_path, "one"), first=True)


def test_a_file_that_came_in_cut_is_not_done(
    app: Sandbox, eagle: Eagle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = track(tmp_path, "one")
    app.fault("500 after", endpoint=ADD)
    monkeypatch.setattr(eagle, "_size", lambda one: 999)
    with pytest.raises(Transient):
        eagle.add(wanted, first=True)
    assert len(there(app, wanted)) == 1


def test_many_go_in_batches(app: Sandbox, tmp_path: Path, clock: Clock) -> None:
    eagle = sink(app, clock, batch=20)
    wanted = [track(tmp_path, f"n{number}") for number in range(3 * FEW + 9)]
    outcomes = eagle.add_all(wanted, first=True)
    assert set(kinds(dict(outcomes))) == {Item}
    assert app.requests[ADD] == 3
    app.forget()
    assert kinds(dict(eagle.add_all(wanted))) == [Item] * len(wanted)
    assert app.requests[ADD] == 0
    eagle.close()


def test_another_library_gets_nothing(app: Sandbox, eagle: Eagle, tmp_path: Path) -> None:
    app.switch_library("Pictures")
    with pytest.raises(Fatal, match="Pictures"):
        eagle.add(track(tmp_path, "one"))
    assert app.open.items == app.open.importing == {}


def test_a_library_that_is_switched_in_the_midst_is_told(
    app: Sandbox, eagle: Eagle, tmp_path: Path
) -> None:
    app.fault("wrong library", endpoint=ADD)
    with pytest.raises(Fatal, match="switched while 1 items were added: look there too"):
        eagle.add(track(tmp_path, "one"), first=True)


def test_settings_refuse_what_they_do_not_know(app: Sandbox) -> None:
    with pytest.raises(ValueError, match="librari"):
        settings_of(app, librari="x")
