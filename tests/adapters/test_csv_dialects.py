"""Files of other programs than Exportify, and files that hold several playlists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import csv_cells as cell
from adapters.contract import Row, SourceListed
from state.events import TrackSeen
from state.values import Ref
from tests.adapters.csv_backups import NET, listings, look, members, put, row, told

A, B = "A" * 22, "B" * 22
TMM = "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"


def said(path: Path) -> dict[str, TrackSeen]:
    return {s.title: s for s in look(path) if isinstance(s, TrackSeen)}


# ---- TuneMyMusic -------------------------------------------------------------------------------


def test_several_playlists_of_one_file(tmp_path: Path) -> None:
    text = (
        TMM + f"One,Ada,First,House,Playlist,gbarl9300135,{A}\n,,,,,,\n"
        f"Two,Bo,,Dub,Playlist,,{B}\n\nOne,Ada,First,House,Playlist,GBARL9300135,{A}\n"
        f"Three,Cy,,My fav,Favorite,USHM80865849,\n"
    )
    seen = look(put(tmp_path / "x" / "Mine.csv", text))
    found = listings(seen)
    assert {ref: s.playlist.name for ref, s in found.items()} == {
        "csv:x/House": "House",
        "csv:x/Dub": "Dub",
        "csv:x/Liked Songs": "Liked Songs",
    }
    assert members(seen, "csv:x/House") == [A, A]
    (three,) = found["csv:x/Liked Songs"].rows
    assert three.track == cell.row_reference(("Cy",), "Three", "", 0)
    assert all(s.complete for s in found.values()) and told(seen) == []
    tracks = {s.title: s.isrc for s in seen if isinstance(s, TrackSeen)}
    assert tracks == {"One": "GBARL9300135", "Two": "", "Three": "USHM80865849"}


@pytest.mark.parametrize(
    ("title", "artist", "told_apart"),
    [
        ("Ada - One", "", ("One", ("Ada",))),
        ("Ada - One - Two", "", ("One - Two", ("Ada",))),
        ("Ada - One", "Bo", ("Ada - One", ("Bo",))),
        ("Ada-One", "", ("Ada-One", ())),
        (" - One", "", ("- One", ())),
    ],
)
def test_rows_from_youtube_name_both_in_one(
    tmp_path: Path, title: str, artist: str, told_apart: tuple[str, tuple[str, ...]]
) -> None:
    text = f"Track name,Artist name,Album,Playlist name,Type,ISRC\n{title},{artist},,L,Playlist,\n"
    (track,) = said(put(tmp_path / "L.csv", text)).values()
    assert (track.title, track.artists) == told_apart


def test_a_playlist_without_a_name_is_called_like_its_file(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "x" / "My_tracks.csv", TMM + f"One,Ada,,,track,,{A}\n"))
    assert [(s.playlist.ref, s.playlist.name) for s in listings(seen).values()] == [
        ("csv:x/My tracks", "My tracks")
    ]


def test_a_playlist_may_be_called_like_the_liked_songs(tmp_path: Path) -> None:
    liked = f"One,Ada,,Favorites,Favorite,,{A}\n"
    named = f"Two,Ada,,Liked Songs,Playlist,,{B}\n"
    for text in (named + liked, liked + named):
        seen = look(put(tmp_path / "x" / "Mine.csv", TMM + text))
        assert members(seen, "csv:x/Liked Songs") == [A]
        assert members(seen, "csv:x/Liked Songs#2") == [B]
    seen = look(put(tmp_path / "x" / "Mine.csv", TMM + named))
    assert list(listings(seen)) == ["csv:x/Liked Songs#2"]


@pytest.mark.parametrize("end", [TMM[:-1], TMM + f"One,Ada,,House,Playlist,,{A}\nTwo,Bo"])
def test_a_torn_file_of_several_closes_no_listing(tmp_path: Path, end: str) -> None:
    put(tmp_path / "x" / "Mine.csv", end)
    seen = look(tmp_path / "x")
    assert not any(s.complete for s in listings(seen).values()) and len(told(seen)) == 1
    assert not [s for s in seen if isinstance(s, SourceListed)]


def test_a_header_that_is_cut_may_have_told_of_several(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Mine.csv", "Track name,Artist name,Album,Playl")
    assert not [s for s in look(tmp_path / "x") if isinstance(s, SourceListed)]


def test_the_listing_names_all_playlists_of_all_files(tmp_path: Path) -> None:
    put(tmp_path / "x" / "deep" / "Mine.csv", TMM + f"One,Ada,,House,Playlist,,{A}\n")
    put(tmp_path / "x" / "Dub.csv", NET + row("b"))
    (end,) = [s for s in look(tmp_path / "x") if isinstance(s, SourceListed)]
    assert end.playlists >= {"csv:x/deep/House", "csv:x/Dub"}


def test_of_two_files_with_one_playlist_the_newer_counts(tmp_path: Path) -> None:
    put(tmp_path / "x" / "A.csv", TMM + f"One,Ada,,House,Playlist,,{A}\n", at=1_000_000)
    put(tmp_path / "x" / "B.csv", TMM + f"Two,Ada,,House,Playlist,,{B}\n", at=2_000_000)
    seen = look(tmp_path / "x")
    assert members(seen, "csv:x/House") == [B]
    (line,) = told(seen)
    assert "A.csv: it holds 'House'" in line and "B.csv, which is newer" in line


# ---- Soundiiz, Roon, Chosic --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ref", "facts", "added"),
    [
        (
            "title;artist;album;isrc\nOne;Ada, Bo;First;gb-arl-93-00135\n",
            cell.row_reference(("Ada", "Bo"), "One", "First", 0),
            (("Ada", "Bo"), "First", "GBARL9300135", 0),
            Row(Ref("")),
        ),
        (
            "\ufefftitle;artist;album;isrc;addedDate;addedBy;duration;url\n"
            f"One;Ada;First;GBARL9300135;2023-05-01;ada;225s;https://open.spotify.com/track/{A}\n",
            f"spotify:track:{A}",
            (("Ada",), "First", "GBARL9300135", 225_000),
            Row(Ref(""), "2023-05-01", "ada"),
        ),
        (
            "title;artist;album;isrc;addedDate;addedBy;duration;url\n"
            "One;Ada;First;;;;225s;https://www.deezer.com/track/3135556\n",
            cell.row_reference(("Ada",), "One", "First", 225_000),
            (("Ada",), "First", "", 225_000),
            Row(Ref("")),
        ),
        (
            "title,artist,album,isrc,platform,trackId,duration,addedDate,url\n"
            f"One,Ada,First,GBARL9300135,spotify,{A},225s,2023-05-01T10:11:12Z,\n",
            f"spotify:track:{A}",
            (("Ada",), "First", "GBARL9300135", 225_000),
            Row(Ref(""), "2023-05-01T10:11:12Z"),
        ),
        (
            f"Title,Artist,Album,Spotify URL\nOne,Ada,First,https://open.spotify.com/track/{A}\n",
            f"spotify:track:{A}",
            (("Ada",), "First", "", 0),
            Row(Ref("")),
        ),
    ],
    ids=["soundiiz short, roon", "soundiiz full", "soundiiz elsewhere", "matched", "chosic"],
)
def test_other_forms(
    tmp_path: Path, text: str, ref: str, facts: tuple[object, ...], added: Row
) -> None:
    path = put(tmp_path / "x" / "Warm_up.csv", text)
    (track,) = said(path).values()
    assert track.ref == ref
    assert (track.artists, track.album, track.isrc, track.duration_ms) == facts
    (listing,) = listings(look(path)).values()
    assert listing.playlist.ref == "csv:x/Warm_up" and listing.complete
    assert listing.rows == (Row(Ref(ref), added.added_at, added.added_by),)


@pytest.mark.parametrize(
    ("said", "ms"),
    [
        *(("225s", 225_000), ("225", 225_000), ("225.4", 225_000), ("3:45", 225_000)),
        *(("1:03:45", 3_825_000), ("225000", 225_000), ("", 0), ("x", 0), ("3:75", 0)),
    ],
)
def test_length(said: str, ms: int) -> None:
    assert cell.length(said) == ms


def test_who_says_little_only_fills_gaps(tmp_path: Path) -> None:
    full = row(A).replace('"Label"', '""')
    put(tmp_path / "x" / "A.csv", NET + full, at=1_000_000)
    text = f"Title,Artist,Album,ISRC,Label,Spotify URL\nT,Ada,,GBARL9300135,L,{A}\n"
    put(tmp_path / "x" / "B.csv", text.replace(",Spotify URL", ",Track ID"), at=2_000_000)
    (track,) = [s for s in look(tmp_path / "x") if isinstance(s, TrackSeen)]
    assert (track.title, track.artists) == ("Title", ("Ada", "Bo, Jr."))
    assert (track.isrc, track.label) == ("GBARL9300135", "L")


HEADERS = st.sampled_from(
    [TMM, "title;artist;album;isrc\n", "title;artist;album;isrc;addedDate;addedBy;duration;url\n"]
)


@settings(deadline=None, max_examples=100)
@given(header=HEADERS, rest=st.text('"\r\n,;é -sFavorite0', max_size=80))
def test_no_content_raises(
    tmp_path_factory: pytest.TempPathFactory, header: str, rest: str
) -> None:
    seen = look(put(tmp_path_factory.mktemp("x") / "A.csv", header + rest))
    told(seen)
    assert all(s.playlist.ref.startswith("csv:") for s in listings(seen).values())
