"""The app around the API: what a person does in it, faults, and the library on disk."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox, made_up
from tests.adapters.sandbox.wire import Wire

GET, ADD = "/api/v2/item/get", "/api/v2/item/add"
FERRO = "Ferro - Glass Harbour"


def call(wire: Wire, what: str, **told: Any) -> Any:
    answer = wire("POST", f"/_sandbox/{what}", told)
    assert answer.status == 200, answer.text
    return answer.json["result"]


def on_disk(eagle: Sandbox) -> dict[str, Any]:
    """`metadata.json` of every item, by its id."""
    found = [json.loads(p.read_text()) for p in eagle.open.path.glob("images/*.info/metadata.json")]
    return {one["id"]: one for one in found}


def times(eagle: Sandbox) -> dict[str, int]:
    told: dict[str, int] = json.loads((eagle.open.path / "mtime.json").read_text())
    return told


def test_a_person_over_http(eagle: Sandbox, wire: Wire, sound: Path) -> None:
    item = eagle.find_item(FERRO)

    def deleted() -> bool:
        return item.deleted

    call(wire, "tag", item=FERRO, tag="mine")
    call(wire, "untag", item=FERRO, tag="techno")
    call(wire, "move", item=FERRO, folder="Covers", out_of="Sets")
    call(wire, "annotate", item=FERRO, text="loud")
    call(wire, "link", item=FERRO, url="https://x.example")
    call(wire, "rename", item=FERRO, name="Ferro")
    assert (item.name, item.tags, item.annotation) == ("Ferro", ["mine"], "loud")
    assert [eagle.open.folders[id].name for id in item.folders] == ["Covers"]
    call(wire, "trash", item="Ferro")
    assert deleted()
    call(wire, "restore", item="Ferro")
    assert not deleted()
    id = call(wire, "import_file", path=str(sound), folder="Sets", tags=["x"], url="u:1")
    assert wire.get(GET, id=id)["data"]["data"][0]["size"] == 5
    made = call(wire, "create_folder", name="May", parent="Sets")
    call(wire, "rename_folder", folder=made, name="June")
    call(wire, "remove_folder", folder="Sets")
    assert eagle.find_item("u:1").folders == [] and made not in eagle.open.folders
    call(wire, "erase", item="u:1")
    assert id not in on_disk(eagle)
    assert wire("POST", "/_sandbox/trash", {"item": "nobody"}).status == 400
    assert wire("POST", "/_sandbox/tag", {"item": "flyer", "tag": "x"}).status == 400  # two of them


def test_app_off_and_on(eagle: Sandbox, wire: Wire) -> None:
    call(wire, "quit")
    with pytest.raises(http.client.RemoteDisconnected):
        wire.get(GET)
    call(wire, "start_app")
    assert wire.get(GET)["status"] == "success"


def test_another_library_is_opened(eagle: Sandbox, wire: Wire) -> None:
    call(wire, "switch_library", library="Pictures")
    assert wire.get("/api/v2/library/info")["data"]["name"] == "Pictures"
    call(wire, "switch_library", library="A new one")
    assert Path(wire.get("/api/v2/library/info")["data"]["path"]).is_dir()
    eagle.fault("wrong library", endpoint=GET)
    wire.get(GET)
    assert wire.get("/api/v2/library/info")["data"]["name"] == "Music"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("500 after", 500), ("503 after", 503), ("slow after", 200), ("drop", 0), ("truncated", 0)],
)
def test_answers_that_are_lost_after_the_work_is_done(
    eagle: Sandbox, wire: Wire, clock: Clock, sound: Path, kind: str, status: int
) -> None:
    eagle.fault(kind, endpoint=ADD, seconds=0.01)
    told = {"path": str(sound), "website": "u:9"}
    if status:
        assert wire("POST", ADD, told).status == status
    else:
        with pytest.raises(http.client.HTTPException):
            wire("POST", ADD, told)
    clock.advance(2)
    assert wire.get(GET, url="u:9")["data"]["total"] == 1


@pytest.mark.parametrize("kind", ["500", "error", "401", "404"])
def test_requests_that_are_refused_do_nothing(
    eagle: Sandbox, wire: Wire, sound: Path, kind: str
) -> None:
    eagle.fault(kind, endpoint=ADD)
    assert wire("POST", ADD, {"path": str(sound)}).status >= 400
    assert eagle.open.importing == {}


def test_an_answer_that_is_no_json(eagle: Sandbox, wire: Wire) -> None:
    eagle.fault("not json")
    assert wire("GET", GET).text == "<html>Eagle</html>"


def test_the_library_on_disk_is_the_one_in_memory(
    eagle: Sandbox, wire: Wire, clock: Clock, sound: Path
) -> None:
    assert on_disk(eagle).keys() == eagle.open.items.keys()
    assert times(eagle).keys() - {"all"} == eagle.open.items.keys()
    before = times(eagle)
    id = wire("POST", ADD, {"path": str(sound), "name": "A: song?"}).json["data"]["id"]
    assert id not in on_disk(eagle)
    clock.advance(2)
    eagle.tag(FERRO, "mine")
    changed = {key for key, at in times(eagle).items() if before.get(key) != at}
    assert changed == {id, eagle.find_item(FERRO).id, "all"}
    assert "mine" in on_disk(eagle)[eagle.find_item(FERRO).id]["tags"]
    assert (eagle.open.path / "images" / f"{id}.info" / "A song.mp3").read_bytes() == b"sound"
    eagle.rename(id, "Another")
    place = eagle.open.path / "images" / f"{id}.info"
    assert {one.name for one in place.iterdir()} == {"metadata.json", "Another.mp3"}
    eagle.create_folder("May", "Sets")
    folders = json.loads((eagle.open.path / "metadata.json").read_text())["folders"]
    assert [one["name"] for one in folders[1]["children"]] == ["May"]


def test_a_file_that_is_taken_away_too_early_is_empty(
    eagle: Sandbox, wire: Wire, clock: Clock, sound: Path
) -> None:
    wire("POST", ADD, {"path": str(sound), "website": "u:1"})
    sound.unlink()
    clock.advance(2)
    assert wire.get(GET, url="u:1")["data"]["data"][0]["size"] == 0


def test_a_folder_of_its_own_goes_when_it_stops() -> None:
    eagle = Sandbox()
    assert not eagle.folder.exists()
    with eagle:
        assert len(on_disk(eagle)) == 6
    assert not eagle.folder.exists()


def test_ten_thousand_things(eagle: Sandbox, wire: Wire) -> None:
    eagle.fill(lambda library: made_up.large(library, 10_000), on_disk=False)
    told = wire.get(GET, limit=1000, offset=9000)["data"]
    assert (told["total"], len(told["data"])) == (10_005, 1000)
    assert len(wire.get("/api/v2/folder/get", limit=1000)["data"]["data"]) == 202
