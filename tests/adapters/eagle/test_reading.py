"""Everything that lies in the library: told by the app, or read from disk while it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.contract import Fatal, NotAuthorised, Transient
from adapters.eagle.client import Client
from adapters.eagle.disk import Cache, Files, look
from adapters.eagle.items import Item
from adapters.eagle.reading import index
from adapters.eagle.settings import EagleSettings
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox, made_up
from tests.adapters.eagle.tracks import settings_of

PAGE = "POST /api/v2/item/get"
FERRO = "Ferro - Glass Harbour"


class Counting(Files):
    """The real disk, which files were opened and which folders listed."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.listed: list[str] = []

    def names(self, path: Path) -> list[str]:
        self.listed.append(path.name)
        return super().names(path)

    def read(self, path: Path) -> bytes:
        self.opened.append(path.name if path.parent.suffix != ".info" else path.parent.stem)
        return super().read(path)


def by_id(items: tuple[Item, ...]) -> dict[str, Item]:
    return {item.id: item for item in items}


# ---- from the app --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("large"), filled=False) as app:
        app.fill(lambda library: made_up.large(library, 10_000), on_disk=False)
        yield app


def test_ten_thousand_items_are_twelve_requests(large: Sandbox) -> None:
    large.forget()
    known = list(large.open.items)
    told = index(settings_of(large), known=known)
    assert (len(told.items), len(told.folders), told.complete) == (10_000, 200, True)
    assert by_id(told.items).keys() == set(known)
    assert sum(large.requests.values()) == 12


def test_what_is_missed_is_asked_for_by_id(app: Sandbox, settings: EagleSettings) -> None:
    trashed, gone = app.find_item(FERRO).id, "0000000000000"
    app.trash(trashed)
    assert trashed not in by_id(index(settings).items)
    told = index(settings, known=[trashed, gone])
    assert by_id(told.items)[trashed].deleted
    assert gone not in by_id(told.items)


def test_a_library_that_always_changes_is_not_told_as_whole(
    app: Sandbox, settings: EagleSettings
) -> None:
    class Busy(Client):
        def page(self, offset: int) -> tuple[list[Item], int]:
            items, total = super().page(offset)
            return items, total + 1  # a last item that never comes

    client = Busy(settings.model_copy(update={"library": "Music"}))
    with pytest.raises(Transient, match="changes while it is read"):
        index(client.settings, client=client)
    client.close()


def test_a_library_that_is_switched_while_it_is_read_is_not_told(
    app: Sandbox, settings: EagleSettings
) -> None:
    by_name = settings.model_copy(update={"library": "Music"})
    app.fault("wrong library", endpoint=PAGE)
    with pytest.raises(Fatal, match="not Music"):
        index(by_name)


@pytest.mark.parametrize("kind", ["500", "drop", "truncated", "not json"])
def test_an_app_that_answers_nonsense_is_passed_by(
    app: Sandbox, settings: EagleSettings, kind: str
) -> None:
    app.fault(kind, endpoint=PAGE, times=2)
    told = index(settings)
    assert told.from_disk and len(told.items) == 6
    app.fault(kind, endpoint=PAGE, times=2)
    with pytest.raises(Transient):
        index(settings.model_copy(update={"library": "Music"}))
    assert not index(settings).from_disk


def test_a_wrong_token_is_not_passed_by(app: Sandbox, settings: EagleSettings) -> None:
    app.fault("401")
    with pytest.raises(NotAuthorised):
        index(settings)


# ---- from disk -----------------------------------------------------------------------------------


def test_closed_the_library_on_disk_says_the_same(app: Sandbox, settings: EagleSettings) -> None:
    app.create_folder("May", "Sets")
    app.tag(FERRO, "mine")
    trashed = [item.id for item in app.open.items.values() if item.deleted]
    open = index(settings, known=trashed)
    app.quit()
    closed = index(settings)
    assert (open.from_disk, closed.from_disk) == (False, True)
    assert closed.complete and closed.folders == open.folders
    # V2 tells when an item came, the disk when it was changed.
    assert {one.id: _timeless(one) for one in closed.items} == {
        one.id: _timeless(one) for one in open.items
    }


def _timeless(item: Item) -> Item:
    return msgspec.structs.replace(item, modified=0)


def test_another_library_that_is_open_is_never_taken_for_ours(
    app: Sandbox, settings: EagleSettings
) -> None:
    app.switch_library("Pictures")
    told = index(settings)
    assert told.from_disk and len(told.items) == 6
    with pytest.raises(Fatal, match="Pictures"):
        index(settings.model_copy(update={"library": "Music"}))


def test_closed_and_not_on_this_machine(app: Sandbox, settings: EagleSettings) -> None:
    app.quit()
    for library in ("Music", "/Volumes/nowhere/Music.library"):
        with pytest.raises(Transient, match=r"^Eagle is not running"):
            index(settings.model_copy(update={"library": library}))


def test_a_second_look_at_an_unchanged_library_opens_mtime_json_only(
    app: Sandbox, settings: EagleSettings
) -> None:
    app.quit()
    first = index(settings)
    kept = msgspec.json.decode(msgspec.json.encode(first.cache), type=Cache)
    disk = Counting()
    second = index(settings, kept, reader=disk)
    assert (disk.opened, disk.listed) == (["mtime.json"], [])
    assert (second.items, second.folders, second.complete) == (first.items, first.folders, True)


def test_only_what_changed_is_read_again(app: Sandbox, clock: Clock, tmp_path: Path) -> None:
    path = app.open.path
    first = look(path).cache
    app.tag(FERRO, "mine")
    disk = Counting()
    second = look(path, first, disk).cache
    id = app.find_item(FERRO).id
    assert disk.opened.count("mtime.json") == disk.opened.count(id) == 1
    assert set(disk.opened) <= {"mtime.json", "metadata.json", id}
    assert "mine" in second.items[id].tags
    app.rename_folder("Sets", "Gigs")
    assert "Gigs" in {one.name for one in look(path, second).cache.folders}
    app.erase(FERRO)
    assert look(path, second).cache.items.keys() == first.items.keys() - {id}


def test_a_half_written_item_is_told_kept_as_it_was_and_read_next_time(
    app: Sandbox, tmp_path: Path
) -> None:
    path, naps = app.open.path, list[float]()
    first = look(path).cache
    item = app.find_item(FERRO)
    app.tag(FERRO, "mine")
    place = path / "images" / f"{item.id}.info" / "metadata.json"
    whole = place.read_bytes()
    place.write_bytes(whole[:40])
    torn = look(path, first, sleep=naps.append)
    assert torn.cache.items[item.id] == first.items[item.id]
    assert [one.where for one in torn.unreadable] == [str(place)] and len(naps) == 2
    place.write_bytes(whole)
    healed = look(path, torn.cache)
    assert "mine" in healed.cache.items[item.id].tags and healed.unreadable == ()


def test_a_file_that_is_whole_a_moment_later_is_read(app: Sandbox) -> None:
    place = app.open.path / "mtime.json"
    whole = place.read_bytes()
    place.write_bytes(b'{"A": 17')

    def the_app_goes_on(seconds: float) -> None:
        place.write_bytes(whole)

    told = look(app.open.path, sleep=the_app_goes_on)
    assert told == look(app.open.path)


def test_folders_that_cannot_be_read_stay_and_are_read_next_time(app: Sandbox) -> None:
    path = app.open.path
    first = look(path).cache
    app.create_folder("May")
    place = path / "metadata.json"
    whole = place.read_bytes()
    place.write_bytes(b"{")
    torn = look(path, first, sleep=lambda _: None)
    assert torn.cache.folders == first.folders and len(torn.unreadable) == 1
    place.write_bytes(whole)
    assert len(look(path, torn.cache).cache.folders) == 3


def test_what_mtime_json_does_not_know_is_read_at_every_look(app: Sandbox) -> None:
    path = app.open.path
    (path / "mtime.json").write_text('{"all": 3}')
    first = look(path).cache
    assert len(first.items) == 6
    disk = Counting()
    look(path, first, disk)
    assert set(disk.opened) >= first.items.keys()
    (path / "mtime.json").unlink()
    assert len(look(path, first).cache.items) == 6


def test_the_cache_of_another_library_is_not_taken(app: Sandbox) -> None:
    cache = look(app.open.path).cache
    app.switch_library("Pictures")
    assert look(app.open.path, cache).cache.items == {}


def test_no_library_there(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="is its volume there"):
        look(tmp_path / "X.library")
