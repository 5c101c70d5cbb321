"""Which files are met, what they are called, and how what they say comes together."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from adapters import csv_files
from adapters.contract import PlaylistListed, Row, SourceListed
from adapters.csv_copies import playlist_name
from adapters.csv_export import CsvSource
from state.events import TrackSeen
from state.values import Ref
from tests.adapters.csv_backups import NET, listings, look, members, put, row, told

WHOLE = NET + row("a") + row("b")


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
    assert not [s for s in seen if isinstance(s, SourceListed)]  # it may have held more than one


def test_a_zip_whose_names_are_utf8_without_saying_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Cafe_.csv", NET + row("a"))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Cafe_", "Café".encode()))
    assert list(listings(look(path))) == ["csv:a/Café"]
    path.write_bytes(whole.replace(b"Cafe_", "Café_".encode("cp437")))
    assert list(listings(look(path))) == ["csv:a/Café_"]


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


def test_a_file_that_cannot_even_be_looked_at(tmp_path: Path) -> None:
    (line,) = told(look(tmp_path / f"{'x' * 300}.csv"))
    assert "it cannot be read (File name too long)" in line


def test_a_file_larger_than_any_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "LARGEST", 100)
    put(tmp_path / "x" / "A.csv", WHOLE)
    assert "it is larger than" in told(look(tmp_path / "x"))[0]


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
    path.chmod(0o400)  # made readable, or no more: neither size nor time of the text change
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
