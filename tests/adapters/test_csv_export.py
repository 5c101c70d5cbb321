from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import csv_files
from adapters.contract import PlaylistListed, Row, Sighting, SourceListed, Unreadable
from adapters.csv_export import CsvSource, playlist_name
from state.events import TrackSeen
from state.values import Ref

NET = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature\n"
)


def row(track: str, title: str = "Title", *, label: str = "Label", bpm: str = "120") -> str:
    return (
        f'spotify:track:{track},"{title}","Album","Ada;Bo, Jr.",2019-03-01,213573,55,true,ada,'
        f'2023-05-01T10:11:12Z,"house","{label}",0.7,0.8,9,-6,0,0.1,0.1,0.1,0.1,0.1,{bpm},4\n'
    )


def put(path: Path, text: str | bytes, at: int = 1_700_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at, at))
    return path


def look(*paths: Path) -> list[Sighting]:
    return list(CsvSource(paths).observe())


def listings(seen: list[Sighting]) -> dict[str, PlaylistListed]:
    return {s.playlist.ref: s for s in seen if isinstance(s, PlaylistListed)}


def told(seen: list[Sighting]) -> list[str]:
    lines = [f"{s.where}: {s.why}" for s in seen if isinstance(s, Unreadable)]
    assert all("\n" not in line and line.isprintable() for line in lines)
    return lines


def members(seen: list[Sighting], ref: str) -> list[str]:
    return [r.track.removeprefix("spotify:track:") for r in listings(seen)[ref].rows]


def test_a_folder_of_backups(tmp_path: Path) -> None:
    home = tmp_path / "spotify_playlists"
    put(home / "Warm_up.csv", NET + row("a") + row("b") + row("a"))
    seen = look(home)
    track, _, listing, end = seen
    assert track == TrackSeen(
        ref=Ref("spotify:track:a"),
        source="csv",
        title="Title",
        artists=("Ada", "Bo, Jr."),
        album="Album",
        duration_ms=213573,
        released="2019-03-01",
        explicit=True,
        genres=("house",),
        label="Label",
        bpm=120.0,
        key="Am",
    )
    assert isinstance(listing, PlaylistListed) and listing.complete
    assert (listing.playlist.name, listing.playlist.origin) == ("Warm up", "spotify_playlists")
    added = ("2023-05-01T10:11:12Z", "ada")
    assert listing.rows == tuple(Row(Ref(f"spotify:track:{t}"), *added) for t in "aba")
    assert end == SourceListed("csv", "spotify_playlists", frozenset({listing.playlist.ref}))
    assert listing.playlist.ref == "csv:spotify_playlists/Warm_up"


def test_a_zip_is_an_origin_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "spotify_playlists.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("House.csv", NET + row("a"))
        archive.writestr("House_.csv", NET + row("b"))
        archive.writestr("__MACOSX/._House.csv", b"\0\1")
        archive.writestr("readme.txt", "no")
    seen = look(path)
    found = listings(seen)
    assert {ref: s.playlist.name for ref, s in found.items()} == {
        "csv:spotify_playlists/House": "House",
        "csv:spotify_playlists/House_": "House",
    }
    assert seen[-1] == SourceListed("csv", "spotify_playlists", frozenset(found))


def test_a_zip_that_is_none(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "a.zip", b"PK no"))
    assert len(told(seen)) == len(seen) == 1


def test_a_damaged_member_of_a_zip_spares_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", NET + row("aaaa"))
        archive.writestr("two.csv", NET + row("bbbb"))
    path.write_bytes(path.read_bytes().replace(b"track:aaaa", b"track:xxxx"))
    seen = look(path)
    assert list(listings(seen)) == ["csv:a/two"]
    assert "one.csv: it cannot be unpacked" in told(seen)[0]
    assert SourceListed("csv", "a", frozenset({"csv:a/one", "csv:a/two"})) in seen


def test_a_zip_whose_names_are_utf8_without_saying_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Cafe_.csv", NET + row("a"))
    path.write_bytes(path.read_bytes().replace(b"Cafe_", "Café".encode()))
    assert list(listings(look(path))) == ["csv:a/Café"]


def test_a_single_file_never_says_that_others_are_gone(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "Music" / "Liked_Songs.csv", NET + row("a")))
    assert [s.playlist.name for s in listings(seen).values()] == ["Liked Songs"]
    assert list(listings(seen)) == ["csv:Music/Liked_Songs"]
    assert not [s for s in seen if isinstance(s, SourceListed)]


def test_single_files_of_one_folder_share_its_origin(tmp_path: Path) -> None:
    one = put(tmp_path / "Music" / "One.csv", NET + row("a"))
    two = put(tmp_path / "Music" / "Two.csv", NET + row("b"))
    assert set(listings(look(one, two, one))) == {"csv:Music/One", "csv:Music/Two"}
    assert set(listings(look(one, tmp_path / "Music"))) == {"csv:Music/One", "csv:Music/Two"}
    assert told(look(one, tmp_path / "Music")) == []


def test_two_origins_of_one_name_are_numbered(tmp_path: Path) -> None:
    put(tmp_path / "a" / "backup" / "House.csv", NET + row("a"))
    put(tmp_path / "b" / "backup" / "House.csv", NET + row("b"))
    seen = look(tmp_path / "a" / "backup", tmp_path / "b" / "backup")
    assert members(seen, "csv:backup/House") == ["a"]
    assert members(seen, "csv:backup#2/House") == ["b"]
    assert [s.origin for s in seen if isinstance(s, SourceListed)] == ["backup", "backup#2"]


def test_the_newest_file_counts_and_older_ones_fill_its_gaps(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Old.csv", NET + row("a", "Old", label="Old label"), at=1_000_000)
    put(tmp_path / "x" / "New.csv", NET + row("a", "New", label="", bpm=""), at=2_000_000)
    seen = look(tmp_path / "x")
    (track,) = [s for s in seen if isinstance(s, TrackSeen)]
    assert (track.title, track.label, track.bpm) == ("New", "Old label", 120.0)
    assert list(listings(seen)) == ["csv:x/Old", "csv:x/New"]


def test_a_newer_false_is_not_a_gap(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Old.csv", NET + row("a"), at=1_000_000)
    put(tmp_path / "x" / "New.csv", NET + row("a").replace("true", "false"), at=2_000_000)
    (track,) = [s for s in look(tmp_path / "x") if isinstance(s, TrackSeen)]
    assert track.explicit is False


def test_the_order_of_configuration_and_folder_does_not_matter(tmp_path: Path) -> None:
    for name in ("b", "a", "d", "c"):
        put(tmp_path / "one" / f"{name}.csv", NET + row(name) + row("same", name))
    put(tmp_path / "two" / "e.csv", NET + row("same", "e"))
    one, two = tmp_path / "one", tmp_path / "two"
    first = look(one, two)
    assert [s for s in first if not isinstance(s, SourceListed)] == [
        s for s in look(two, one) if not isinstance(s, SourceListed)
    ]
    assert list(listings(first)) == [f"csv:one/{n}" for n in "abcd"] + ["csv:two/e"]


# ---- rows --------------------------------------------------------------------------------------


def test_rows_without_music_leave_the_listing_complete(tmp_path: Path) -> None:
    ghost = ',"","","",0000,0,0,false,,,"","",' + "," * 11 + "\n"
    null = ',"undefined","undefined","undefined",undefined,,,,,,"","undefined",' + "," * 11 + "\n"
    episode = row("e").replace("spotify:track:", "spotify:episode:")
    text = NET + row("a") + ghost + null + episode + "\n" + "," * 23 + "\n" + row("b")
    seen = look(put(tmp_path / "x" / "A.csv", text))
    assert members(seen, "csv:x/A") == ["a", "b"]
    assert listings(seen)["csv:x/A"].complete and told(seen) == []


def test_a_track_without_a_name_keeps_its_place(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "x" / "A.csv", NET + row("a", "") + row("b")))
    assert members(seen, "csv:x/A") == ["a", "b"]


def test_a_local_file_is_described_by_its_uri(tmp_path: Path) -> None:
    text = "Track URI,Track Name,Artist Name(s)\nspotify:local:Ada:First:My+Mix:61,,\n"
    (track, _) = look(put(tmp_path / "x" / "A.csv", text))
    assert isinstance(track, TrackSeen)
    assert track.ref == "spotify:local:Ada:First:My+Mix:61"
    assert (track.title, track.artists, track.album) == ("My Mix", ("Ada",), "First")
    assert track.duration_ms == 61_000


def test_a_row_without_its_audio_features_is_whole(tmp_path: Path) -> None:
    short = ",".join(row("b").split(",")[:-12]) + "\n"
    seen = look(put(tmp_path / "x" / "A.csv", NET + row("a") + short + row("c")))
    assert members(seen, "csv:x/A") == ["a", "b", "c"]
    assert listings(seen)["csv:x/A"].complete


def test_features_missing_in_the_middle_do_not_shift_the_rest(tmp_path: Path) -> None:
    features = NET.strip().split(",")[-12:]
    header = ["Track URI", "Track Name", *features, "Album Genres", "Label", "Copyrights"]
    text = ",".join(header) + "\nspotify:track:a,Title,acid,Trax,(c)\n"
    (track, _) = look(put(tmp_path / "x" / "A.csv", text))
    assert isinstance(track, TrackSeen)
    assert (track.label, track.genres, track.bpm) == ("Trax", ("acid",), 0.0)


def test_joined_names_of_the_time_before_semicolons(tmp_path: Path) -> None:
    text = NET + row("a").replace("Ada;Bo, Jr.", "Ada,Bo")
    (track, _) = look(put(tmp_path / "x" / "A.csv", text))
    assert isinstance(track, TrackSeen) and track.artists == ("Ada", "Bo")


def test_a_comma_belongs_to_the_name_where_names_are_joined_by_semicolons(tmp_path: Path) -> None:
    text = NET + row("a") + row("b").replace("Ada;Bo, Jr.", "A,B and C")
    seen = look(put(tmp_path / "x" / "A.csv", text))
    artists = {s.ref: s.artists for s in seen if isinstance(s, TrackSeen)}
    assert artists[Ref("spotify:track:b")] == ("A,B and C",)


# ---- torn and strange files --------------------------------------------------------------------

WHOLE = NET + row("a") + row("b")


@pytest.mark.parametrize(
    ("text", "kept", "why"),
    [
        (NET + row("a") + "spotify:track:b,Title\n" + row("c"), ["a", "c"], "line 3: 2 columns"),
        (NET + row("a") + row("b").strip() + ",more\n", ["a"], "line 3: 25 columns instead of 24"),
        (WHOLE[: WHOLE.rindex('"La') + 2], ["a"], "line 3: a quote is not closed"),
        (WHOLE[: WHOLE.rindex(",4")], ["a"], "line 3: 23 columns"),
        (WHOLE[: WHOLE.rindex("4")], ["a", "b"], "ends in the middle of a row"),
        (WHOLE[: WHOLE.rindex(",0.7")], ["a", "b"], "ends in the middle of a row"),
        (NET[:-30], [], "ends in the middle of a row"),
        (NET + row("a") + 'spotify:track:b,"a"b",\n' + row("c"), ["a", "c"], "line 3: a quote"),
        (NET + "x\n" + "y\n" + row("c"), ["c"], "(and 1 more like it)"),
        (WHOLE.encode() + b"\xc3", ["a", "b"], "middle of a letter"),
    ],
)
def test_what_is_not_whole_is_no_complete_listing(
    tmp_path: Path, text: str | bytes, kept: list[str], why: str
) -> None:
    seen = look(put(tmp_path / "x" / "A.csv", text))
    assert members(seen, "csv:x/A") == kept
    assert not listings(seen)["csv:x/A"].complete
    (line,) = told(seen)
    assert why in line and "export it again" in line


def test_a_cut_is_noticed_wherever_it_does_not_fall_between_two_rows(tmp_path: Path) -> None:
    text = NET.encode()
    unnoticed = {len(text)}
    for line in (row("a"), row("b", "Ünï"), row("c")):
        text += line.encode()
        unnoticed |= {len(text) - 1, len(text)}  # a last line break may be missing
    seen = {end: look(put(tmp_path / "x" / "A.csv", text[:end])) for end in range(len(text) + 1)}
    complete = {end for end, s in seen.items() if any(x.complete for x in listings(s).values())}
    assert complete == unnoticed


def test_a_file_without_its_last_line_break_is_whole(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "x" / "A.csv", WHOLE.strip()))
    assert listings(seen)["csv:x/A"].complete and members(seen, "csv:x/A") == ["a", "b"]


def test_a_header_alone_is_an_empty_playlist(tmp_path: Path) -> None:
    seen = look(put(tmp_path / "x" / "A.csv", NET))
    assert listings(seen)["csv:x/A"].rows == () and listings(seen)["csv:x/A"].complete


def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "x" / "A.csv", NET + row("a"))
    (shelf,) = csv_files.shelves([path])
    put(path, NET + row("a") + row("b"), at=1_700_000_001)
    monkeypatch.setattr(csv_files, "shelves", lambda paths: [shelf])
    seen = look(path)
    assert not listings(seen)["csv:x/A"].complete
    assert "changed while it was read" in told(seen)[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Name,Colour\nx,red\n", "`Track URI` or `Track Name` is missing (found: Name, Colour)"),
        (b"Track URI\0,Track Name\n", "zero bytes"),
        (b"\x00" * 4096, "zero bytes"),
        (b"\x89PNG\r\n\x1a\n\x81\x01", "neither UTF-8"),
        (b"\xef\xbb\xbfTrack URI,Track Name\n\xff\n", "neither UTF-8"),
        (b"Track name,Artist name,Playlist name\na,b,c\n", "several playlists"),
        (b'"' * 3_000_000, "is missing"),
        (b"\x1b[31mred\n", "found: ?[31mred"),
    ],
)
def test_what_is_no_backup_is_one_line_and_stops_nothing(
    tmp_path: Path, text: bytes, why: str
) -> None:
    put(tmp_path / "x" / "Bad.csv", text)
    put(tmp_path / "x" / "Good.csv", NET + row("a"))
    seen = look(tmp_path / "x")
    assert list(listings(seen)) == ["csv:x/Good"]
    (line,) = told(seen)
    assert "Bad.csv" in line and why in line
    assert SourceListed("csv", "x", frozenset({"csv:x/Bad", "csv:x/Good"})) in seen


@settings(deadline=None, max_examples=150)
@given(
    content=st.binary(max_size=300)
    | st.text('"\r\n,;\tspotify:track\0é', max_size=80).map(lambda t: (NET + t).encode()),
    suffix=st.sampled_from([".csv", ".zip"]),
)
def test_no_content_raises(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = put(tmp_path_factory.mktemp("x") / f"A{suffix}", content)
    seen = look(path)
    assert told(seen) or listings(seen)


@given(damage=st.binary(min_size=1, max_size=4), at=st.integers(0, 400))
@settings(deadline=None, max_examples=100)
def test_no_damage_to_a_zip_raises(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, at: int
) -> None:
    path = tmp_path_factory.mktemp("x") / "A.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A.csv", WHOLE)
    whole = path.read_bytes()
    at %= len(whole)
    put(path, whole[:at] + damage + whole[at + len(damage) :])
    for listing in listings(look(path)).values():
        assert [r.track for r in listing.rows] == ["spotify:track:a", "spotify:track:b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = (NET + row("a", "Café")).replace("\n", line_end).encode(encoding)
    (track, _) = look(put(tmp_path / "x" / "A.csv", text))
    assert isinstance(track, TrackSeen) and track.title == "Café"


def test_a_line_break_in_a_title_is_part_of_it(tmp_path: Path) -> None:
    text = NET + row("a", "two\nlines") + "short\n"
    seen = look(put(tmp_path / "x" / "A.csv", text))
    assert members(seen, "csv:x/A") == ["a"] and "line 4: 1 columns" in told(seen)[0]


# ---- files and folders -------------------------------------------------------------------------


def test_files_that_are_none_of_ours_are_passed_over(tmp_path: Path) -> None:
    for name in ("._A.csv", ".hidden.csv", "~$A.csv", "A.txt", "__MACOSX/A.csv", ".trash/A.csv"):
        put(tmp_path / "x" / name, b"\0")
    for name in ("A.sync-conflict-20240101-120000-ABCDEFG.csv", "A (Ada's conflicted copy).csv"):
        put(tmp_path / "x" / name, b"\0")
    put(tmp_path / "x" / "deep" / "er" / "B.CSV", NET + row("a"))
    seen = look(tmp_path / "x")
    assert list(listings(seen)) == ["csv:x/deep/er/B"] and told(seen) == []


def test_a_missing_folder_says_nothing_of_its_playlists(tmp_path: Path) -> None:
    seen = look(tmp_path / "gone")
    assert len(seen) == 1 and "gone: it cannot be listed" in told(seen)[0]


def test_a_missing_file(tmp_path: Path) -> None:
    (line,) = told(look(tmp_path / "gone.csv"))
    assert "gone.csv: it cannot be read (No such file or directory)" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    put(tmp_path / "x" / "A.csv", WHOLE).chmod(0)
    assert "check its permissions" in told(look(tmp_path / "x"))[0]


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "x" / "A.csv", WHOLE)
    put(tmp_path / "x" / "locked" / "B.csv", WHOLE)
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    seen = look(tmp_path / "x")
    assert list(listings(seen)) == ["csv:x/A"] and "Permission denied" in told(seen)[0]
    assert not [s for s in seen if isinstance(s, SourceListed)]


def test_links_that_go_round_end(tmp_path: Path) -> None:
    put(tmp_path / "x" / "z" / "A.csv", WHOLE)
    (tmp_path / "x" / "a").symlink_to(tmp_path / "x")
    (tmp_path / "x" / "b").symlink_to(tmp_path / "x" / "z")
    (tmp_path / "x" / "self.csv").symlink_to("self.csv")
    (tmp_path / "x" / "loop").symlink_to("loop")
    seen = look(tmp_path / "x")
    assert list(listings(seen)) == ["csv:x/z/A"]
    assert len(told(seen)) == 1 and "self.csv" in told(seen)[0]


def test_a_linked_folder_is_read(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "A.csv", WHOLE)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "link").symlink_to(tmp_path / "elsewhere")
    assert list(listings(look(tmp_path / "x"))) == ["csv:x/link/A"]


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "A.csv")
    assert "not a regular file" in told(look(tmp_path))[0]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    try:
        put(tmp_path / "x" / os.fsdecode(b"Caf\xe9.csv"), WHOLE)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (line,) = told(look(tmp_path / "x"))
    assert "Caf\\xe9.csv" in line and "rename it" in line


def test_names_that_differ_only_in_form(tmp_path: Path) -> None:
    put(tmp_path / "x" / "Caf\u00e9.csv", WHOLE)
    put(tmp_path / "x" / "Cafe\u0301.csv", WHOLE)
    if len(list((tmp_path / "x").iterdir())) == 1:
        pytest.skip("this file system knows them as one")
    seen = look(tmp_path / "x")
    assert list(listings(seen)) == ["csv:x/Caf\u00e9"] and "rename one" in told(seen)[0]


@pytest.mark.parametrize(
    ("stem", "siblings", "name"),
    [
        ("Warm_up", (), "Warm up"),
        ("Liked_Songs", (), "Liked Songs"),
        ("liked", (), "Liked Songs"),
        ("liked_songs", (), "Liked Songs"),
        ("Liked_Songs (1)", (), "Liked Songs"),
        ("House_", ("House", "House_"), "House"),
        ("House__", ("House", "House_", "House__"), "House"),
        ("House_", ("House_",), "House"),
        ("house (1)", (), "house"),
        ("Best of (2020)", (), "Best of (2020)"),
        ("my_own name", (), "my_own name"),
        ("drum__bass", (), "drum bass"),
        ("___", (), "___"),
        ("👩‍🚀_mix", (), "👩‍🚀 mix"),
        ("Cafe\u0301", (), "Caf\u00e9"),
    ],
)
def test_playlist_name(stem: str, siblings: tuple[str, ...], name: str) -> None:
    assert playlist_name(stem, siblings) == name


# ---- nothing to read again ---------------------------------------------------------------------


def test_the_stamp_changes_with_what_is_there(tmp_path: Path) -> None:
    home = tmp_path / "x"
    source = CsvSource([home, tmp_path / "y.zip", tmp_path / "z.csv"])
    stamps = [source.stamp()]
    path = put(home / "A.csv", WHOLE)
    stamps.append(source.stamp())
    put(path, WHOLE + row("c"))
    stamps.append(source.stamp())
    put(path, WHOLE + row("d"), at=1_700_000_001)
    stamps.append(source.stamp())
    put(tmp_path / "y.zip", b"")
    stamps.append(source.stamp())
    put(tmp_path / "z.csv", WHOLE)
    stamps.append(source.stamp())
    put(home / "notes.txt", b"not read")
    assert source.stamp() == stamps[-1]
    shutil.rmtree(home)
    stamps.append(source.stamp())
    assert len(set(stamps)) == len(stamps)
