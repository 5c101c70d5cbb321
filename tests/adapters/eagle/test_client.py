"""What each thing that can go wrong with a request becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import AdapterError, Fatal, NotAuthorised, Permanent
from adapters.eagle.client import Client, NotRunning, Unclear
from adapters.eagle.reading import index
from adapters.eagle.settings import TOKEN, EagleSettings
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.eagle.sandbox import TOKEN as REAL
from adapters.sandbox.messages import Request, Response
from tests.adapters.eagle.tracks import settings_of


@pytest.fixture
def client(settings: EagleSettings) -> Iterator[Client]:
    client = Client(settings, timeout=5)
    yield client
    client.close()


@pytest.mark.parametrize("kind", ["500", "drop", "truncated", "not json"])
def test_a_read_is_tried_once_more(app: Sandbox, client: Client, kind: str) -> None:
    app.fault(kind)
    assert client.library().name == "Music"


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        ("500", Unclear),
        ("502 html", Unclear),
        ("503", Unclear),
        ("504", Unclear),
        ("drop", Unclear),
        ("truncated", Unclear),
        ("slow", Unclear),
        ("slow after", Unclear),
        ("500 after", Unclear),
        ("not json", Unclear),
        ("error", Permanent),
        ("404", Permanent),
        ("401", NotAuthorised),
    ],
)
def test_what_does_not_pass_is_one_of_the_errors(
    app: Sandbox, settings: EagleSettings, kind: str, meaning: type[AdapterError]
) -> None:
    client = Client(settings, timeout=0.2 if kind.startswith("slow") else 5)
    app.fault(kind, times=2, seconds=5)
    with pytest.raises(AdapterError) as raised:
        client.by_ids(["A"])
    assert type(raised.value) is meaning
    assert "\n" not in str(raised.value)
    client.close()


def test_an_error_is_one_whatever_its_status(tmp_path: Path) -> None:
    with Sandbox(tmp_path, error_status=200) as app:
        client = Client(settings_of(app))
        with pytest.raises(Permanent, match="Item not found"):
            client.update("nothing", {"star": 1})
        client.close()


def test_the_app_is_off(app: Sandbox, client: Client) -> None:
    app.stop()
    with pytest.raises(NotRunning, match=r"^Eagle is not running: nothing answers at http://127"):
        client.library()


def test_an_app_that_quits_says_the_same(app: Sandbox, client: Client) -> None:
    app.quit()
    with pytest.raises(Unclear, match=r"^Eagle is not running: "):
        client.library()


def test_the_right_library_or_nothing(app: Sandbox, client: Client) -> None:
    app.switch_library("Pictures")
    with pytest.raises(Fatal, match=r"Pictures\.library open, not .*Music\.library"):
        client.right_library()
    nameless = Client(EagleSettings(base_url=app.url))
    with pytest.raises(Fatal, match="names no library"):
        nameless.right_library()
    by_name = Client(EagleSettings(base_url=app.url, library="Pictures"))
    assert by_name.right_library().name == "Pictures"
    nameless.close()
    by_name.close()


def test_an_app_that_is_too_old(tmp_path: Path) -> None:
    with Sandbox(tmp_path, version="3.0.1") as app:
        client = Client(settings_of(app))
        with pytest.raises(Fatal, match=r"update it to 4.0 build 21"):
            client.library()
        client.close()


def test_a_token_is_sent_and_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox(tmp_path, lan=True) as app:
        monkeypatch.setenv(TOKEN, "wrong-secret")
        client = Client(settings_of(app))
        with pytest.raises(NotAuthorised, match=TOKEN) as refused:
            client.library()
        assert "wrong-secret" not in str(refused.value)
        monkeypatch.setenv(TOKEN, REAL)
        assert client.library().name == "Music"
        assert client.by_ids([]) == []
        app.stop()
        with pytest.raises(NotRunning) as raised:
            client.library()
        assert REAL not in str(raised.value)
        client.close()


def test_exactly_this_address(app: Sandbox, client: Client) -> None:
    app.link("Ferro - Glass Harbour", "u:1")
    app.link("Night Bus - 04.30 (live take)", "u:12")
    assert [item.name for item in client.by_url("u:1")] == ["Ferro - Glass Harbour"]


def test_folders_of_a_long_list(app: Sandbox, client: Client) -> None:
    for number in range(3):
        app.create_folder(f"May {number}", "Sets")
    found = {one.name: one for one in client.folders()}
    assert found.keys() == {"Covers", "Sets", "May 0", "May 1", "May 2"}
    assert found["May 1"].parent == found["Sets"].id


class Odd(Sandbox):
    """In every list the first row is another one, or rows are missing that are counted."""

    change: Any = None

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        told = msgspec.json.decode(answer.body or b"")
        if isinstance(told.get("data"), dict) and isinstance(told["data"].get("data"), list):
            told["data"] |= self.change(told["data"]["data"])
        return Response.json(told)


JUNK: list[Any] = [
    lambda rows: {"data": [None, *rows[1:]]},
    lambda rows: {"data": [{**rows[0], "id": 1}, *rows[1:]]},
    lambda rows: {"total": "x", "data": {}},
]


@pytest.mark.parametrize("change", JUNK)
def test_junk_among_items_is_no_answer(tmp_path: Path, change: Any) -> None:
    with Odd(tmp_path) as app:
        client = Client(settings_of(app))
        app.change = change
        with pytest.raises(Unclear):
            client.by_ids(list(app.open.items))
        client.close()


def test_of_some_items_the_total_may_be_that_of_the_library(tmp_path: Path) -> None:
    with Odd(tmp_path) as app:
        client = Client(settings_of(app))
        ids = list(app.open.items)
        app.change = lambda rows: {"total": 1250}
        assert [item.id for item in client.by_ids(ids[:1])] == ids[:1]
        client.close()


@pytest.mark.parametrize(
    "change", [lambda rows: {"data": []}, lambda rows: {"data": rows[:-1]}, *JUNK]
)
def test_a_list_that_is_not_whole_is_none(tmp_path: Path, change: Any) -> None:
    with Odd(tmp_path) as app:
        client = Client(settings_of(app))
        ids = list(app.open.items)
        app.change = change
        with pytest.raises(AdapterError):
            client.folders()
        told = index(settings_of(app), known=ids)
        assert told.from_disk  # what lies there is whole
        client.close()


def test_lists_that_are_not_told_are_marked(tmp_path: Path) -> None:
    with Odd(tmp_path) as app:
        app.change = lambda rows: {"data": [{**row, "tags": None} for row in rows]}
        client = Client(settings_of(app))
        assert all(item.untold for item in client.by_ids(list(app.open.items)))
        client.close()
