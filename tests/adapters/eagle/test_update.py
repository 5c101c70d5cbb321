"""Changing what is there around what a person made of it; a folder for each playlist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import AdapterError, Fatal, Permanent, Transient
from adapters.eagle.items import Desired, playlist_mark
from adapters.eagle.sink import Eagle
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.faults import KINDS
from tests.adapters.eagle.test_add import Killed, dying
from tests.adapters.eagle.tracks import sink, track

UPDATE, CREATE = "POST /api/v2/item/update", "POST /api/v2/folder/create"
MARK = playlist_mark("spotify:playlist:warm up")


def changed(desired: Desired, **what: Any) -> Desired:
    return msgspec.structs.replace(desired, **what)


@pytest.fixture
def before(tmp_path: Path) -> Desired:
    return track(tmp_path, "one", tags=("techno", "BPM:128"), annotation="of May")


def test_what_a_person_did_meanwhile_stays(app: Sandbox, eagle: Eagle, before: Desired) -> None:
    item = eagle.add(before, first=True)
    mine, ours = app.create_folder("Mine"), app.create_folder("Ours")
    app.tag(item.id, "favourite")
    app.move(item.id, mine)
    app.rename(item.id, "My name for it")
    wanted = changed(
        before, name="Two", tags=("house", "BPM:128"), folders=(ours,), annotation="of June"
    )
    # The item as it was before the person came: what counts is how it is now.
    told = eagle.update(item, wanted, before)
    assert (told.name, told.annotation) == ("My name for it", "of June")
    assert (told.tags, told.folders) == (("BPM:128", "favourite", "house"), (mine, ours))
    app.forget()
    assert eagle.update(told, wanted, wanted) == told
    assert UPDATE not in app.requests


def test_the_trash_stays_as_it_is(app: Sandbox, eagle: Eagle, before: Desired) -> None:
    item = eagle.add(before, first=True)
    app.trash(item.id)
    assert eagle.update(item, changed(before, name="Two"), before).deleted
    assert app.find_item(item.id).name == "one"


def test_one_whose_tags_are_not_told_is_left_alone(
    app: Sandbox, eagle: Eagle, before: Desired, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = eagle.add(before, first=True)
    untold = msgspec.structs.replace(item, tags=(), untold=True)
    with monkeypatch.context() as patch:
        patch.setattr(eagle.client, "by_ids", lambda ids: [untold])
        with pytest.raises(Permanent, match="does not say which tags"):
            eagle.update(item, changed(before, tags=("house",)), before)
    assert eagle.update(item, changed(before, tags=("house",)), before).tags == ("house",)


def test_one_that_is_gone(app: Sandbox, eagle: Eagle, before: Desired) -> None:
    item = eagle.add(before, first=True)
    app.erase(item.id)
    with pytest.raises(Permanent, match=r"\(one\) is not there any more"):
        eagle.update(item, changed(before, name="Two"), before)


def test_another_library_is_not_changed(app: Sandbox, eagle: Eagle, before: Desired) -> None:
    item = eagle.add(before, first=True)
    app.switch_library("Pictures")
    with pytest.raises(Fatal):
        eagle.update(item, changed(before, name="Two"), before)


@pytest.mark.parametrize("kind", [*(one for one in KINDS if one != "slow"), "500 after"])
def test_a_change_whose_answer_is_lost_is_made_again(
    app: Sandbox, eagle: Eagle, before: Desired, kind: str
) -> None:
    item = eagle.add(before, first=True)
    app.fault(kind, endpoint=UPDATE)
    assert eagle.update(item, changed(before, name="Two"), before).name == "Two"


def test_what_the_app_refuses_is_told(app: Sandbox, eagle: Eagle, before: Desired) -> None:
    item = eagle.add(before, first=True)
    with pytest.raises(Permanent, match="annotation is too long"):
        eagle.update(item, changed(before, annotation="x" * 10_001), before)


def test_a_library_that_is_switched_in_the_midst_is_told(
    app: Sandbox, eagle: Eagle, before: Desired
) -> None:
    item = eagle.add(before, first=True)
    for endpoint in ("POST /api/v2/item/get", UPDATE):
        app.fault("wrong library", endpoint=endpoint)
        with pytest.raises(Fatal, match="Pictures"):
            eagle.update(item, changed(before, name="Two"), before)
        app.switch_library("Music")
    for endpoint in ("GET /api/v2/folder/get", CREATE):
        app.fault("wrong library", endpoint=endpoint)
        with pytest.raises(Fatal, match="Pictures"):
            eagle.folder(MARK, "Warm up")
        app.switch_library("Music")
    app.fault("wrong library", endpoint="POST /api/v2/item/get")
    with pytest.raises(Fatal, match="Pictures"):
        eagle.held([before])


# ---- folders -------------------------------------------------------------------------------------


def names(app: Sandbox) -> dict[str, str]:
    """Of our folders: name → name of the folder that it lies in."""
    known = app.open.folders
    return {
        one.name: known[one.parent].name if one.parent else ""
        for one in known.values()
        if one.description.startswith("cratelog://")
    }


def test_a_folder_is_made_once_and_is_its_playlists_for_good(app: Sandbox, eagle: Eagle) -> None:
    made = eagle.folder(MARK, "Warm up")
    assert names(app) == {"cratelog": "", "Warm up": "cratelog"}
    app.rename_folder("Warm up", "Doors open")
    app.rename_folder("cratelog", "DJ")
    assert eagle.folder(MARK, "Warm up").id == made.id
    assert eagle.folder(playlist_mark("csv:x"), "Warm up").id != made.id
    assert names(app) == {"DJ": "", "Doors open": "DJ", "Warm up": "DJ"}


def test_two_playlists_of_one_name_have_two_folders(app: Sandbox, eagle: Eagle) -> None:
    first, second = (eagle.folder(playlist_mark(f"p:{n}"), "Warm up") for n in range(2))
    assert first.id != second.id and first.name == second.name


def test_a_folder_that_somebody_made_is_taken_with_his_words(app: Sandbox, clock: Clock) -> None:
    eagle = sink(app, clock, folder="")
    sets = app.find_folder("Sets")
    assert eagle.folder(MARK, "Sets").id == sets.id
    assert sets.description == MARK
    covers = app.find_folder("Covers")
    covers.description = "mine"
    assert eagle.folder(playlist_mark("p:2"), "Covers").id == covers.id
    assert covers.description == "mine"
    eagle.close()


def test_a_new_name_of_a_playlist_is_its_folders_unless_a_person_gave_it_one(
    app: Sandbox, eagle: Eagle
) -> None:
    eagle.folder(MARK, "Warm up")
    assert eagle.folder(MARK, "Warmer", before="Warm up").name == "Warmer"
    app.rename_folder("Warmer", "Mine")
    assert eagle.folder(MARK, "Warmest", before="Warmer").name == "Mine"


@pytest.mark.parametrize("kind", [*(one for one in KINDS if one != "slow"), *Sandbox.kinds])
def test_every_fault_ends_with_one_folder(app: Sandbox, clock: Clock, kind: str) -> None:
    eagle = sink(app, clock, patience=1)
    app.fault(kind, endpoint=CREATE, seconds=0.01)
    try:
        eagle.folder(MARK, "Warm up")
    except AdapterError as error:
        assert "\n" not in str(error)
    app.switch_library("Music")
    assert eagle.folder(MARK, "Warm up").id == app.find_folder("Warm up").id
    assert names(app) == {"cratelog": "", "Warm up": "cratelog"}
    eagle.close()


@pytest.mark.parametrize("sent", [False, True])
def test_a_kill_at_any_request_ends_with_one_folder(app: Sandbox, eagle: Eagle, sent: bool) -> None:
    for number in range(1, 30):
        killed, mark = dying(app, number, sent), playlist_mark(f"p:{number}")
        try:
            killed.folder(mark, f"Set {number}")
        except Killed:
            eagle.folder(mark, f"Set {number}")
        else:
            break
        finally:
            killed.close()
    assert number >= 3
    assert set(names(app)) == {"cratelog", *(f"Set {one}" for one in range(1, number + 1))}
    assert len(app.open.folders) == 2 + len(names(app))


@pytest.mark.parametrize("kind", ["500 after", "drop", "truncated"])
def test_a_folder_whose_answer_is_lost_is_found(app: Sandbox, eagle: Eagle, kind: str) -> None:
    app.fault(kind, endpoint=CREATE, after=1)
    made = eagle.folder(MARK, "Warm up")
    assert (made.name, app.requests[CREATE]) == ("Warm up", 2)


def test_a_folder_that_is_never_made_is_told(app: Sandbox, clock: Clock) -> None:
    eagle = sink(app, clock, patience=1)
    app.fault("500", endpoint=CREATE, times=9)
    with pytest.raises(Transient, match="Eagle answers 500"):
        eagle.folder(MARK, "Warm up")
    eagle.close()
