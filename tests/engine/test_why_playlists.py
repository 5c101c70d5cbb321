"""`sync why PLAYLIST`: every state that a playlist and its tracks can be in."""

from __future__ import annotations

from typing import Any

import pytest

from engine.library import Library
from engine.why import Story, why
from engine.why import playlists as told
from state.events import (
    FileVanished,
    MatterOpened,
    PlacementPinned,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistSeen,
    PlaylistsMerged,
    PolicySet,
)
from state.values import Placement, PlaylistRef, Ref
from tests.crate import Crate, song

ONE, TWO = song(1), song(2)
HOUSE = PlaylistRef("csv:spotify_playlists/House")


@pytest.fixture
def laid(crate: Crate) -> Crate:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.reconcile()
    return crate


def story(crate: Crate, *more: Any, name: str = "House") -> Story:
    """The story after more events, that nobody has acted upon yet."""
    library = Library(crate.home, "test")
    try:
        library.append(more)
        (found,) = why(library, name, crate.base)
        return found
    finally:
        library.close()


def test_a_playlist_that_is_left_out(laid: Crate) -> None:
    found = story(laid, PolicySet("playlists.exclude", ("House",)))
    assert found.now[1] == "it gets no folder: [playlists] include and exclude leave it out"
    assert found.now[2:] == [
        f"   1 {ONE.artist} – {ONE.title}",
        f"   2 {TWO.artist} – {TWO.title}",
    ]


def test_a_file_that_a_person_took_away(laid: Crate) -> None:
    path = f"House/{ONE.artist} - {ONE.title}.wav"
    with laid.library(read_only=True) as library:
        root = next(row.root for row in library.state.files.files if row.path == path)
    found = story(laid, FileVanished(root, path))
    assert found.now[2].endswith(f"a person took {path} away; sync review asks what to do")


def test_a_place_that_a_person_does_not_want(laid: Crate) -> None:
    placement = Placement("playlists", HOUSE, Ref(ONE.uri))
    found = story(laid, PlacementPinned(placement, False))
    assert found.now[2].endswith("no file: a person said that it shall have none")


def test_a_file_that_the_next_run_makes(laid: Crate) -> None:
    new = PlaylistRef("csv:x/New")
    found = story(
        laid,
        PlaylistSeen(new, "csv", "New", "x"),
        PlaylistMembershipFound(new, ONE.uri, Ref(ONE.uri), "a0"),
        name="New",
    )
    assert found.now[2].endswith(f"the next reconcile makes New/{ONE.artist} - {ONE.title}.wav")


def test_lists_that_a_person_joined(laid: Crate) -> None:
    other = PlaylistRef("csv:x/Deep")
    found = story(laid, PlaylistSeen(other, "csv", "Deep", "x"), PlaylistsMerged(HOUSE, other))
    assert found.about[-1] == "they are one: a person said so"
    assert [event.kind for event in found.events][-1] == "PlaylistsMerged"


def test_a_list_that_was_renamed_at_its_source(laid: Crate) -> None:
    (laid.csv / "House.csv").rename(laid.csv / "Deep.csv")
    laid.reconcile()
    found = story(laid, name="Deep")
    assert "they are one: the list was renamed at its source" in found.about
    assert f"  it was {HOUSE} before" in found.about
    assert story(laid, name=HOUSE).title == "Deep"


def test_two_lists_of_one_name_that_share_nothing(laid: Crate) -> None:
    other = PlaylistRef("csv:x/House")
    text = "one playlist or two?"
    found = story(
        laid,
        PlaylistSeen(other, "csv", "House", "x"),
        MatterOpened(f"same playlist:{HOUSE}|{other}", "same playlist", text),
        name=HOUSE,
    )
    assert f"{other} has the same name and shares little" in found.now[-1]
    assert found.events[-1].text == f"to review: {text}"


def test_only_the_last_that_left_are_told(laid: Crate) -> None:
    lost = [PlaylistMembershipLost(HOUSE, f"spotify:track:{number}") for number in range(60)]
    found = story(laid, *lost)
    assert len(found.events) == 1 + told.LATELY
    assert found.about[-1] == f"60 tracks left it; the last {told.LATELY} are told"
    assert found.events[-1].text.startswith("spotify:track:59 is not on 'House'")
