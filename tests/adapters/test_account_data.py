"""Spotify's "Download your data" as a backup."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import csv_cells as cell
from adapters.contract import Row, SourceListed
from adapters.csv_export import CsvSource
from state.events import TrackSeen
from state.values import Ref
from tests.adapters.csv_backups import NET, listings, look, members, put, row, told

LOCAL = "spotify:local:Ada:First:My+Mix:61"


def item(track: str | None, date: str = "2023-05-01", **more: Any) -> dict[str, Any]:
    said = track and {
        "trackName": f"Title {track}",
        "artistName": "Earth, Wind & Fire",
        "albumName": "First",
        "trackUri": f"spotify:track:{track}",
    }
    rest = {"episode": None, "audiobook": None, "localTrack": None}
    return {"track": said, **rest, "addedDate": date} | more


def playlists(*named: tuple[str, list[Any]]) -> str:
    lists = [
        {"name": name, "lastModifiedDate": "2024-01-01", "items": items, "description": None,
         "numberOfFollowers": 0}
        for name, items in named
    ]  # fmt: skip
    return json.dumps({"playlists": lists})


def library(*tracks: str) -> str:
    entries = [
        {"artist": "Ada", "album": "First", "track": f"Title {t}", "uri": f"spotify:track:{t}"}
        for t in tracks
    ]
    kinds = ("albums", "shows", "episodes", "bannedTracks", "artists", "bannedArtists", "other")
    return json.dumps({"tracks": entries} | {kind: [] for kind in kinds})


def test_playlists_with_all_kinds_of_items(tmp_path: Path) -> None:
    episode = {"episodeName": "Talk", "showName": "Show", "episodeUri": "spotify:episode:e"}
    text = playlists(
        (
            "Warm up 🔥 ",
            [
                item("a"),
                item(None, localTrack={"uri": LOCAL}),
                item(None, episode=episode),
                item(None),
                item("a", "2024-02-03"),
            ],
        ),
        ("Empty", []),
    )
    seen = look(put(tmp_path / "data" / "Playlist1.json", text))
    found = listings(seen)
    assert {ref: s.playlist.name for ref, s in found.items()} == {
        "csv:data/Warm up 🔥": "Warm up 🔥",
        "csv:data/Empty": "Empty",
    }
    assert found["csv:data/Warm up 🔥"].rows == (
        Row(Ref("spotify:track:a"), "2023-05-01"),
        Row(Ref(LOCAL), "2023-05-01"),
        Row(Ref("spotify:track:a"), "2024-02-03"),
    )
    assert all(s.complete for s in found.values()) and told(seen) == []
    tracks = {s.ref: s for s in seen if isinstance(s, TrackSeen)}
    assert tracks[Ref("spotify:track:a")].artists == ("Earth, Wind & Fire",)
    assert (tracks[Ref(LOCAL)].title, tracks[Ref(LOCAL)].duration_ms) == ("My Mix", 61_000)


def test_the_tracks_of_the_library_are_the_liked_songs(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "data" / "YourLibrary.json", library("b", "a")))
    (listing,) = listings(seen).values()
    assert (listing.playlist.ref, listing.playlist.name) == ("csv:data/Liked Songs", "Liked Songs")
    assert listing.rows == (Row(Ref("spotify:track:b")), Row(Ref("spotify:track:a")))


def test_a_track_without_a_uri_is_named_by_what_is_said(tmp_path: Path) -> None:
    entry = item("a")
    entry["track"]["trackUri"] = None
    seen = look(put(tmp_path / "Playlist1.json", playlists(("A", [entry]))))
    (listing,) = listings(seen).values()
    ref = cell.row_reference(("Earth, Wind & Fire",), "Title a", "First", 0)
    assert [r.track for r in listing.rows] == [ref]


def test_a_zip_as_spotify_sends_it(tmp_path: Path) -> None:
    path = tmp_path / "my_spotify_data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        folder = "Spotify Account Data"
        archive.writestr(f"{folder}/Playlist1.json", playlists(("House", [item("a")])))
        archive.writestr(f"{folder}/YourLibrary.json", library("b"))
        archive.writestr(f"{folder}/StreamingHistory_music_0.json", "[]")
        archive.writestr(f"{folder}/Userdata.json", "{")
        archive.writestr(f"{folder}/ReadMeFirst.pdf", b"%PDF")
    seen = look(path)
    home = "csv:my_spotify_data/Spotify Account Data"
    assert set(listings(seen)) == {f"{home}/House", f"{home}/Liked Songs"}
    (end,) = [s for s in seen if isinstance(s, SourceListed)]
    assert end.playlists >= set(listings(seen)) and told(seen) == []


def test_playlists_of_one_name_are_told_apart_by_their_order(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Playlist10.json", playlists(("House", [item("d")])))
    put(tmp_path / "x" / "Playlist2.json", playlists(("House", [item("c")])), at=1)
    text = playlists(("House", [item("a")]), ("House ", [item("b")]))
    put(tmp_path / "x" / "Playlist1.json", text)
    seen = look(tmp_path / "x")
    refs = ["csv:x/House", "csv:x/House#2", "csv:x/House#3", "csv:x/House#4"]
    assert [members(seen, ref) for ref in refs] == [["a"], ["b"], ["c"], ["d"]]
    assert {s.playlist.name for s in listings(seen).values()} == {"House"} and told(seen) == []


def test_a_playlist_called_like_the_liked_songs_is_another(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Playlist1.json", playlists(("Liked Songs", [item("a")])))
    assert list(listings(look(tmp_path / "x"))) == ["csv:x/Liked Songs#2"]
    put(tmp_path / "x" / "YourLibrary.json", library("b"))
    assert members(look(tmp_path / "x"), "csv:x/Liked Songs") == ["b"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (playlists(("House", [item("c")]))[:-1], "it is not whole"),
        ("", "it is not whole"),
        ("[" * 100_000, "it is not whole"),
        ('{"playlists": [{"name": "\\ud800"}]}', "it is not whole"),
        ("[]", "neither `tracks` nor `playlists`"),
        ('{"tracks": 1}', "neither `tracks` nor `playlists`"),
        ('{"playlists": [1]}', "no list of `items`"),
        ('{"playlists": [{"name": "House", "items": 1}]}', "no list of `items`"),
        (playlists(("Dub", [1, 2, item("c")])), "entry 1 of 'Dub'"),
        ('{"tracks": ["x"]}', "entry 1 of 'Liked Songs'"),
        ("a\0", "zero bytes"),
    ],
)
def test_what_is_not_whole_is_one_line(tmp_path: Path, text: str, why: str) -> None:
    put(tmp_path / "x" / "Playlist1.json", playlists(("House", [item("a")])))
    put(tmp_path / "x" / "Playlist2.json", text)
    put(tmp_path / "x" / "Good.csv", NET + row("a"))
    seen = look(tmp_path / "x")
    (line,) = told(seen)
    assert "Playlist2.json" in line and why in line
    assert listings(seen)["csv:x/Good"].complete
    assert members(seen, "csv:x/House") == ["a"]
    # A part that is missing may hold a playlist of the same name.
    foreign = "neither `tracks`" in why
    assert listings(seen)["csv:x/House"].complete == foreign
    assert bool([s for s in seen if isinstance(s, SourceListed)]) == foreign


def test_the_stamp_covers_account_data(tmp_path: Path) -> None:
    source = CsvSource([tmp_path])
    stamps = [source.stamp()]
    path = put(tmp_path / "YourLibrary.json", library("a"))
    stamps.append(source.stamp())
    put(path, library("a", "b"))
    stamps.append(source.stamp())
    assert len(set(stamps)) == 3
    put(tmp_path / "Follow.json", "{}")
    assert source.stamp() == stamps[-1]


def test_any_name_is_read_where_it_is_given(tmp_path: Path) -> None:
    path = put(tmp_path / "x" / "mine.json", library("a"))
    assert list(listings(look(path))) == ["csv:x/Liked Songs"]
    assert listings(look(tmp_path / "x")) == {}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["playlists", "items", "tracks", "track", "name", "localTrack", "uri"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(ANYTHING)
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, said: Any) -> None:
    path = put(tmp_path_factory.mktemp("x") / "Playlist1.json", json.dumps(said))
    seen = look(path)
    assert told(seen) or all(s.complete for s in listings(seen).values())
