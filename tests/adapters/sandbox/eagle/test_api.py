"""The local API: envelope, pages, limits, filters, and what adding means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.eagle.sandbox import TOKEN
from tests.adapters.sandbox.wire import Answer, Wire

ADD, UPDATE, GET = "/api/v2/item/add", "/api/v2/item/update", "/api/v2/item/get"


def posted(wire: Wire, where: str, **told: Any) -> Any:
    """The data of an answer that is a success."""
    answer = wire("POST", where, told)
    assert (answer.status, answer.json["status"]) == (200, "success"), answer.text
    return answer.json.get("data")


def names(told: Any) -> list[str]:
    return [row["name"] for row in told["data"]]


def refused(answer: Answer) -> str:
    assert answer.status == 400
    assert answer.json.keys() == {"status", "message"} and answer.json["status"] == "error"
    return str(answer.json["message"])


def test_pages_tell_the_total_and_cover_everything_once(eagle: Sandbox, wire: Wire) -> None:
    first = wire.get(GET, limit=3)["data"]
    rest = wire.get(GET, limit=3, offset=3)["data"]
    assert (first["total"], first["offset"], first["limit"]) == (5, 0, 3)
    ids = [row["id"] for row in first["data"] + rest["data"]]
    assert sorted(ids) == sorted(item.id for item in eagle.open.items.values() if not item.deleted)
    assert wire.get(GET, limit=5000)["data"]["limit"] == 1000
    assert wire.get(GET)["data"]["limit"] == 50
    assert "offset" in refused(wire("GET", GET, offset="x"))


def test_fields_leave_the_rest_out(wire: Wire) -> None:
    rows = wire.get(GET, fields="id,name")["data"]["data"]
    assert {tuple(row) for row in rows} == {("id", "name")}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"tags": ["techno"]}, {"Ada Umbra - Low Tide (Extended Mix)", "Ferro - Glass Harbour"}),
        ({"tags": ["techno", "BPM:128"]}, {"Ada Umbra - Low Tide (Extended Mix)"}),
        ({"isUnfiled": True}, {"Night Bus - 04.30 (live take)"}),
        ({"isUntagged": True, "ext": "wav"}, {"Night Bus - 04.30 (live take)"}),
        ({"keywords": ["harbour"]}, {"Ferro - Glass Harbour"}),
        ({"isSelected": True}, set()),
        ({"shape": "square"}, {"cover of Low Tide", "flyer"}),
        ({"ids": ["0000000000000"]}, set()),
    ],
)
def test_filters(wire: Wire, told: dict[str, Any], expected: set[str]) -> None:
    assert set(names(posted(wire, GET, **told))) == expected


def test_lists_have_commas_in_an_address(eagle: Sandbox, wire: Wire) -> None:
    assert len(wire.get(GET, tags="techno,BPM:128")["data"]["data"]) == 1
    ids = ",".join(eagle.open.items)
    assert wire.get(GET, ids=ids)["data"]["total"] == 6  # the trash too


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("low tide", 2),
        ('"tide low"', 0),
        ("techno -BPM:128", 1),
        ("techno OR cover", 4),
        ("(techno || cover) low", 2),
        ("Sets", 2),
    ],
)
def test_queries(wire: Wire, text: str, expected: int) -> None:
    assert posted(wire, "/api/v2/item/query", query=text)["total"] == expected


def test_a_query_whose_brackets_do_not_match(wire: Wire) -> None:
    for text in ("(a", "a)"):
        assert refused(wire("POST", "/api/v2/item/query", {"query": text})) == "Invalid query"


def test_what_is_added_is_seen_later(wire: Wire, clock: Clock, sound: Path) -> None:
    told = {"path": str(sound), "website": "u:1", "tags": ["a"], "annotation": "b"}
    id = posted(wire, ADD, **told)["id"]
    assert wire.get(GET, id=id)["data"]["data"] == []
    assert wire.get("/api/v2/item/countAll")["data"] == 5
    clock.advance(2)
    row = wire.get(GET, id=id)["data"]["data"][0]
    assert (row["name"], row["ext"], row["size"]) == ("A song", "mp3", 5)
    assert (row["url"], row["tags"], row["annotation"]) == ("u:1", ["a"], "b")
    assert wire.get("/api/v2/item/countAll")["data"] == 6


def test_an_id_of_ones_own_and_the_same_thing_twice(wire: Wire, clock: Clock, sound: Path) -> None:
    told = {"path": str(sound), "id": "ABCDEFGH12345", "website": "u:1"}
    first, second = (posted(wire, ADD, **told)["id"] for _ in range(2))
    clock.advance(2)
    assert first == "ABCDEFGH12345" != second
    assert wire.get(GET, url="u:1")["data"]["total"] == 2


def test_many_at_once(wire: Wire, clock: Clock, sound: Path) -> None:
    items = [{"path": str(sound), "name": f"n{number}"} for number in range(3)]
    ids = posted(wire, ADD, items=items)["ids"]
    clock.advance(2)
    rows = posted(wire, GET, ids=ids)["data"]
    assert [row["name"] for row in rows] == ["n0", "n1", "n2"]
    lost = [{"path": str(sound), "name": "before"}, {"path": "/nowhere/at/all.mp3"}]
    assert "/nowhere/at/all.mp3" in refused(wire("POST", ADD, {"items": lost}))
    clock.advance(2)
    assert wire.get(GET, keywords="before")["data"]["total"] == 1
    assert "at most 1000" in refused(wire("POST", ADD, {"items": items * 334}))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": "no source"},
        {"path": "/nowhere/at/all.mp3"},
        {"url": "https://x.example/a.jpg", "bookmarkURL": "https://x.example"},
        {"base64": "§"},
        {"bookmarkURL": "https://x.example", "tags": "one"},
        {"bookmarkURL": "https://x.example", "id": "short"},
        {"items": [{"name": "no source"}]},
        {"items": "x"},
    ],
)
def test_what_cannot_be_added(eagle: Sandbox, wire: Wire, told: dict[str, Any]) -> None:
    assert refused(wire("POST", ADD, told))
    assert eagle.open.importing == {}


def test_other_sources(eagle: Sandbox, wire: Wire, clock: Clock) -> None:
    posted(wire, ADD, items=[
        {"base64": "aGV5"},
        {"url": "https://x.example/covers/front.jpg"},
        {"bookmarkURL": "https://x.example/page"},
    ])  # fmt: skip
    clock.advance(2)
    rows = wire.get(GET, limit=3)["data"]["data"]
    kinds = {(row["name"], row["ext"], row["url"]) for row in rows}
    assert kinds == {
        ("image", "png", ""),
        ("front", "jpg", "https://x.example/covers/front.jpg"),
        ("page", "url", "https://x.example/page"),
    }


def test_an_update_replaces_what_it_names_and_nothing_else(eagle: Sandbox, wire: Wire) -> None:
    item = eagle.find_item("Ferro - Glass Harbour")
    before = wire.get(GET, id=item.id)["data"]["data"][0]
    told = posted(wire, UPDATE, id=item.id, tags=["one"], star=5)
    assert told == before | {"tags": ["one"], "star": 5}
    assert posted(wire, UPDATE, id=item.id, isDeleted=True)["isDeleted"] is True
    assert "Ferro - Glass Harbour" not in names(wire.get(GET)["data"])
    assert posted(wire, UPDATE, id=item.id, isDeleted=False)["isDeleted"] is False
    for wrong in ({"star": 6}, {"name": "x" * 10_001}, {"tags": "x"}, {"id": "X"}):
        assert refused(wire("POST", UPDATE, {"id": item.id} | wrong))


def test_folders(eagle: Sandbox, wire: Wire) -> None:
    top = posted(wire, "/api/v2/folder/create", name="Sets")
    below = posted(
        wire, "/api/v2/folder/create", name="May", parent=top["id"], description="of 2026"
    )
    assert below["description"] == "of 2026"
    told = wire.get("/api/v2/folder/get", id=top["id"])["data"]
    assert told["data"][0]["children"][0]["id"] == below["id"]
    assert names(wire.get("/api/v2/folder/get")["data"]) == ["Covers", "Sets", "Sets"]
    moved = posted(wire, "/api/v2/folder/update", id=below["id"], parent=None, iconColor="red")
    assert (moved["iconColor"], moved["imageCount"]) == ("red", 0)
    assert len(wire.get("/api/v2/folder/get")["data"]["data"]) == 4
    for wrong in ({"id": top["id"], "parent": top["id"]}, {"id": top["id"], "iconColor": "mud"}):
        assert refused(wire("POST", "/api/v2/folder/update", wrong))


def test_tags(wire: Wire) -> None:
    told = wire.get("/api/v2/tag/get", name="TECH")["data"]["data"]
    assert [(tag["name"], tag["count"]) for tag in told] == [("techno", 2)]
    assert posted(wire, "/api/v2/tag/update", originalName="techno", name="Techno")["count"] == 2
    assert posted(wire, "/api/v2/tag/merge", source="print", target="cover")["count"] == 2
    assert refused(wire("POST", "/api/v2/tag/merge", {"source": "print", "target": "cover"}))


def test_another_library(eagle: Sandbox, wire: Wire) -> None:
    info = wire.get("/api/v2/library/info")["data"]
    known = wire.get("/api/v2/library/history")["data"]["data"]
    assert (info["name"], info["path"]) == ("Music", eagle.introduction()["library"])
    other = next(one["path"] for one in known if one["name"] == "Pictures")
    assert posted(wire, "/api/v2/library/switch", libraryPath=other) is True
    assert wire.get("/api/v2/item/countAll")["data"] == 0
    assert refused(wire("POST", "/api/v2/library/switch", {"libraryPath": "/no.library"}))


def test_from_another_machine_the_token_is_asked_for(tmp_path: Path) -> None:
    with Sandbox(tmp_path, lan=True) as eagle:
        wire = Wire(eagle)
        assert wire("GET", GET).status == wire("GET", GET, token="x").status == 401
        assert wire.get(GET, token=TOKEN)["status"] == "success"


def test_an_app_before_4_has_only_the_first_version(tmp_path: Path) -> None:
    with Sandbox(tmp_path, version="3.0.1") as eagle:
        wire = Wire(eagle)
        assert wire("GET", "/api/v2/app/info").status == 404
        assert wire.get("/api/application/info")["data"]["version"] == "3.0.1"


def test_the_first_version(wire: Wire, clock: Clock, sound: Path) -> None:
    assert len(wire.get("/api/item/list")["data"]) == 5
    assert len(wire.get("/api/item/list", limit=2, offset=4)["data"]) == 1
    by_name = wire.get("/api/item/list", orderBy="NAME", ext="png")["data"]
    assert names({"data": by_name}) == ["flyer"]
    made = posted(wire, "/api/folder/create", folderName="Sets")
    posted(wire, "/api/folder/rename", folderId=made["id"], newName="New")
    told = {"path": str(sound), "name": "x", "website": "u:2", "tags": ["t"]}
    assert posted(wire, "/api/item/addFromPath", **told, folderId=made["id"]) is None
    posted(wire, "/api/item/addFromPaths", items=[told, told], folderId=made["id"])
    clock.advance(2)
    rows = wire.get("/api/item/list", folders=made["id"])["data"]
    assert [(row["name"], row["url"], row["tags"]) for row in rows] == [("x", "u:2", ["t"])] * 3
    posted(wire, "/api/item/moveToTrash", itemIds=[rows[0]["id"]])
    assert len(wire.get("/api/item/list", keyword="x", folders=made["id"])["data"]) == 2
    path = wire.get("/api/item/thumbnail", id=rows[1]["id"])["data"]
    assert Path(path).read_bytes() == b"sound"
    folders = {one["name"]: one["imageCount"] for one in wire.get("/api/folder/list")["data"]}
    assert folders["New"] == 2


def test_the_first_version_adds_from_addresses(wire: Wire, clock: Clock) -> None:
    cover = "https://x.example/front.jpg"
    posted(wire, "/api/item/addFromURL", url=cover, name="Front", star=4, headers={"referer": "x"})
    told = [{"url": "data:image/png;base64,cHg=", "name": "Dot", "modificationTime": 5}]
    assert posted(wire, "/api/item/addFromURLs", items=told) is None
    posted(wire, "/api/item/addBookmark", url="https://x.example/", name="Page", tags=["t"])
    clock.advance(2)
    rows = {row["name"]: row for row in wire.get("/api/item/list")["data"]}
    assert (rows["Front"]["url"], rows["Front"]["star"]) == (cover, 4)
    assert (rows["Dot"]["ext"], rows["Dot"]["modificationTime"]) == ("png", 5)
    assert (rows["Page"]["ext"], rows["Page"]["tags"]) == ("url", ["t"])


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("v2/item/get", {"ids": 1}),
        ("v2/item/get", {"folders": [[]]}),
        ("v2/item/get", {"shape": []}),
        ("v2/item/add", {"items": [{"path": "/x" * 4000}]}),
        ("v2/item/add", {"url": "u:1", "annotation": "x" * 10_001}),
        ("v2/item/update", {"annotation": ["x"]}),
        ("v2/item/update", {"name": "\0"}),
        ("v2/item/update", {"modificationTime": "soon"}),
        ("v2/item/update", {"isDeleted": "false"}),
        ("item/update", {"annotation": 1}),
        ("item/update", {"star": "x"}),
        ("item/addBookmark", {"url": ""}),
        ("item/addFromURL", {"url": "u:1", "folderId": []}),
        ("item/addFromURL", {"url": "u:1", "modificationTime": []}),
        ("item/addFromPaths", {"items": [{"path": 1}]}),
        ("folder/update", {"newDescription": 1}),
    ],
)
def test_what_is_of_another_type_is_refused_and_not_kept(
    eagle: Sandbox, wire: Wire, clock: Clock, where: str, wrong: dict[str, Any]
) -> None:
    item, folder = next(iter(eagle.open.items)), next(iter(eagle.open.folders))
    by = {"id": item} if "update" in where else {}
    assert refused(wire("POST", f"/api/{where}", by | {"folderId": folder} | wrong))
    clock.advance(2)
    assert wire.get("/api/item/list", keyword="low", folders=folder)["status"] == "success"
    assert wire.get("/api/v2/item/countAll")["data"] == 5
