"""The sandbox's answers have the keys and the types of the documentation's samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.eagle.library import Item
from tests.adapters.sandbox.wire import Wire

RECORDED = Path(__file__).parents[5] / "shared" / "fixtures" / "eagle"
"""Where they lie beside the clone."""
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers here")

SAMPLES = sorted(path.name for path in RECORDED.glob("v[12]_*.json"))
LOOSE = ("folders[]", "children[]", "smartFolders[]", "quickAccess[]", "palettes[]", "tags[]")
"""What lies in these lists hangs on the library and not on the form."""
KINDS = {"int": "number", "float": "number"}


def shape(told: Any) -> dict[str, str]:
    """Path → type, as in `.data.data[].name`."""
    found: dict[str, str] = {}

    def walk(value: Any, path: str) -> None:
        kind = type(value).__name__
        found.setdefault(path, KINDS.get(kind, kind))
        for key, inner in value.items() if isinstance(value, dict) else ():
            walk(inner, f"{path}.{key}")
        for inner in value if isinstance(value, list) else ():
            walk(inner, f"{path}[]")

    walk(told, "")
    return {path: kind for path, kind in found.items() if not any(part in path for part in LOOSE)}


@pytest.fixture
def item(eagle: Sandbox) -> Item:
    """A picture with a rating, the newest of all."""
    found = eagle.find_item("cover of Low Tide")
    found.star, found.tags, found.added = 4, ["design", "inspiration"], eagle.now
    return found


@pytest.mark.parametrize("name", SAMPLES, ids=lambda name: Path(name).stem)
def test_every_sample(eagle: Sandbox, wire: Wire, item: Item, sound: Path, name: str) -> None:
    sample = json.loads((RECORDED / name).read_text("utf-8"))
    folder = item.folders[0]
    eagle.open.folders[folder].color = "blue"
    own = {
        "id": folder if "folder" in name else item.id,
        "ids": [item.id],
        "itemIds": [item.id],
        "folderId": folder,
        "folders": [folder],
        "path": str(sound),
        "libraryPath": str(eagle.libraries[1].path),
        "query": "design -cartoon",
        "parent": folder if name == "v2_folder_create.json" else None,
    }

    def ours(told: Any) -> Any:
        """The sample's request, with ids and paths that are there."""
        if isinstance(told, dict):
            return {key: own.get(key, ours(value)) for key, value in told.items()}
        return [ours(one) for one in told] if isinstance(told, list) else told

    asked = sample["request"]
    path, _, query = asked["path"].partition("?")
    pairs = dict(part.split("=") for part in query.split("&") if part)
    if name == "v1_item_list.json":
        pairs = {"orderBy": "-CREATEDATE", "limit": "1"}
    words = {key: own.get(key, value) for key, value in pairs.items()}
    body = ours(asked.get("body"))
    if name == "v2_item_add_single.json":
        del body["id"]
    answer = wire(asked["method"], path, body, **words)
    assert answer.status == 200, answer.text
    expected, got = shape(sample["response"]), shape(answer.json)
    assert {path: kind for path, kind in expected.items() if got.get(path) != kind} == {}


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 20


def test_the_envelope_of_an_error(wire: Wire) -> None:
    sample = json.loads((RECORDED / "error_envelope.json").read_text("utf-8"))["response"]
    answer = wire("POST", "/api/v2/item/add", {}).json
    assert answer.keys() == sample.keys() and answer["status"] == sample["status"]


def test_an_item_on_disk(eagle: Sandbox, item: Item, clock: Clock) -> None:
    sample = json.loads((RECORDED / "ondisk_item_metadata.json").read_text("utf-8"))["json"]
    eagle.touch(item)
    place = eagle.open.path / "images" / f"{item.id}.info" / "metadata.json"
    got = shape(json.loads(place.read_text()))
    assert {key: kind for key, kind in shape(sample).items() if got.get(key) != kind} == {}


def test_the_files_of_a_library(eagle: Sandbox) -> None:
    samples = json.loads((RECORDED / "ondisk_library_files.json").read_text("utf-8"))
    for name, sample in samples.items():
        if name == "_source":
            continue
        got = json.loads((eagle.open.path / name).read_text())
        assert type(got) is type(sample), name
        if name == "metadata.json":
            assert sample.keys() <= got.keys()
            assert sample["folders"][0].keys() <= got["folders"][0].keys()
        if name == "mtime.json":
            assert all(isinstance(at, int) for at in got.values()) and "all" in got
