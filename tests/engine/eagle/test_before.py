"""A library that was there before is joined, and not doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.audio import probe
from adapters.eagle.items import track_url
from adapters.sandbox import music
from state.events import (
    EagleItemClaimed,
    FileClaimed,
    FileSeen,
    FileWritten,
    PlaylistMembershipFound,
    TrackSeen,
)
from state.values import Placement, Tags
from tests.engine.eagle.shelf import ADD, HOUSE, ROOT, Shelf, ref


def why(shelf: Shelf) -> list[str]:
    """Why items were claimed."""
    told = [recorded.event for recorded in shelf.events()]
    return [event.why for event in told if isinstance(event, EagleItemClaimed)]


def joined(shelf: Shelf, item: str, name: str = "one") -> None:
    """The item is the track's, nothing was added, and the next turn does nothing."""
    told = shelf.turn()
    assert not told.waits and not told.unreadable, told
    assert shelf.app.requests[ADD] == 0
    assert shelf.item(name).id == item
    assert shelf.idle() == 3


def test_by_our_address(shelf: Shelf) -> None:
    shelf.set_up()
    path = shelf.place("one")
    path.with_name("other.mp3").write_bytes(b"another encoding")
    other = str(path.with_name("other.mp3"))
    item = shelf.app.import_file(other, "By hand", url=track_url(ref("one")))
    joined(shelf, item)
    assert why(shelf) == ["it bears our address"]
    assert shelf.item("one").name == "By hand"


@pytest.mark.parametrize("sign", ["file address", "note"])
def test_by_path(shelf: Shelf, sign: str) -> None:
    shelf.set_up()
    path = shelf.place("one")
    copy = path.with_name("x.m4a")
    copy.write_bytes(b"another encoding")
    url = path.as_uri() if sign == "file address" else ""
    item = shelf.app.import_file(str(copy), "By hand", url=url)
    if sign == "note":
        shelf.app.annotate(item, f"imported\n{path}")
    told = shelf.turn()
    assert told.notes == ["Eagle: items: 1 there before, 1 changed"]
    assert shelf.app.requests[ADD] == 0
    assert why(shelf) == [f"it says that it is {path}"]
    assert shelf.idle() == 3
    there = shelf.app.find_item(item)
    assert there.url == (url or track_url(ref("one")))  # a person's word stays
    assert there.tags == ["House"] and shelf.folders(there) == ["House"]


def test_by_name_and_size(shelf: Shelf) -> None:
    shelf.set_up()
    path = shelf.place("one")
    shelf.place("two")  # of the same size
    item = shelf.app.import_file(str(path), tags=["mine"])
    shelf.turn()
    assert [one.id for one in shelf.items("one")] == [item]
    assert shelf.item("one").tags == ["mine", "House"]
    assert why(shelf) == ["it has the name and the size of one.m4a, 12 bytes"]
    assert len(shelf.items("two")) == 1 and shelf.app.requests[ADD] == 1
    assert shelf.idle() == 3


def test_what_two_tracks_share_is_no_sign(shelf: Shelf) -> None:
    shelf.set_up()
    path = shelf.place("one")
    other = shelf.root / "Night" / "one.m4a"
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    shelf.place("two")
    shelf.tell(
        FileWritten(
            ROOT, "Night/one.m4a", "copied", "a test", 12, "audio of two",
            placement=Placement("playlists", HOUSE, ref("two")),
        )
    )  # fmt: skip
    shelf.app.import_file(str(path))
    shelf.turn()
    assert why(shelf) == []
    assert len(shelf.items("one")) == len(shelf.items("two")) == 1


# ---- by ear --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One song in three files: with other tags, in another encoding; and another song."""
    folder = tmp_path_factory.mktemp("songs")
    music.make(folder / "song.wav", seconds=30, seed=3)
    music.make(folder / "tagged.wav", seconds=30, seed=3, title="Low Tide", album="Hits")
    music.make(folder / "encoded.mp3", seconds=30, seed=3)
    music.make(folder / "different.mp3", seconds=30, seed=4)
    return folder


def lay(shelf: Shelf, song: Path) -> None:
    """The song is a track of the library."""
    shelf.set_up()
    path = shelf.root / "House" / "Low Tide.wav"
    path.parent.mkdir()
    path.write_bytes(song.read_bytes())
    seen = probe(path)
    wish = Placement("playlists", HOUSE, ref("one"))
    shelf.tell(
        TrackSeen(ref("one"), "spotify", "Low Tide", ("Ada Umbra",)),
        PlaylistMembershipFound(HOUSE, ref("one"), ref("one"), "a"),
        FileSeen(
            ROOT, "House/Low Tide.wav", path.stat().st_size, seen.audio, seen.duration_ms,
            seen.codec, Tags(),
        ),
        FileClaimed(ROOT, "House/Low Tide.wav", wish, "", "House"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "said"),
    [("tagged.wav", "it holds the audio of 'House/Low Tide.wav'"), ("encoded.mp3", "sounds like")],
)
def test_by_ear(shelf: Shelf, songs: Path, file: str, said: str) -> None:
    shelf.more = {"library": "Music"}  # its path is told by the app
    lay(shelf, songs / "song.wav")
    # The sandbox has a Low Tide already, which is no music at all.
    item = shelf.app.import_file(str(songs / file), "01 low tide - final")
    shelf.turn()
    assert shelf.app.requests[ADD] == 0 and shelf.item("one").id == item
    assert len(why(shelf)) == 1 and said in why(shelf)[0]
    assert shelf.idle() == 3


def test_another_song_of_that_title_is_another(shelf: Shelf, songs: Path) -> None:
    lay(shelf, songs / "song.wav")
    shelf.app.import_file(str(songs / "different.mp3"), "Low Tide")
    shelf.turn()
    assert why(shelf) == [] and shelf.app.requests[ADD] == 1
    assert shelf.idle() == 3
