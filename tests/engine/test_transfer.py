"""Playlists brought in once, and written for other programs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.library import Library
from engine.witness import news
from projections.playlists import groups
from state.events import AudioAnalysed, NotionEdited, NotionSynced
from tests.crate import HEADER, Crate, song

ONE, TWO, THREE = song(1), song(2), song(3)
LOCAL = "spotify:local:Somebody:An+Album:My+%22own%22+mix:180"


def local_row() -> str:
    return f'{LOCAL},"My ""own"" mix","An Album","Somebody",,180000,,,,2024-05-01T00:00:00Z' + (
        ',"","",,,,,,,,,,,,'
    )


def nameless_row() -> str:
    return ',"No id","","Nobody",2001,1000,,,,' + ',"","",,,,,,,,,,,,'


def shelf(base: Path, name: str, *lines: str) -> Path:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return path


# ---- import ------------------------------------------------------------------------------------


def test_what_is_brought_in_is_laid_out_and_stays(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(TWO)
    crate.reconcile()
    old = shelf(crate.base / "old", "Techno.csv", TWO.row())
    said = crate.sync("import", "csv", str(old), "--json")
    assert said.code == 0
    assert said.summary["playlists"] == said.summary["rows"] == said.summary["tracks"] == 1
    crate.reconcile()
    assert crate.audio_tree() == [f"Techno/{TWO.artist} - {TWO.title}.wav"]
    old.unlink()
    crate.reconcile()
    assert crate.audio_tree() == [f"Techno/{TWO.artist} - {TWO.title}.wav"]


def test_bringing_in_again_is_no_news(crate: Crate) -> None:
    old = shelf(crate.base / "old", "Techno.csv", TWO.row(), ONE.row(), TWO.row())
    crate.sync("import", "csv", str(old.parent))
    before = len(crate.events())
    said = crate.sync("import", "csv", str(old.parent))
    assert "import: 1 playlist, 3 rows, 2 tracks" in said.out
    assert said.code == 0 and "nothing changes" in said.out
    assert len(crate.events()) == before


def test_a_file_or_a_folder_says_nothing_of_what_is_not_in_it(crate: Crate) -> None:
    """No playlist is taken as no longer listed, whatever part of its folder is brought in."""
    crate.playlist("House", [ONE])
    techno = crate.playlist("Techno", [TWO])
    crate.reconcile()
    assert crate.sync("import", "csv", str(techno)).code == 0
    old = crate.base / "old"
    shelf(old, "A.csv", ONE.row())
    shelf(old, "B.csv", TWO.row())
    crate.sync("import", "csv", str(old))
    (old / "A.csv").unlink()
    crate.sync("import", "csv", str(old))
    assert "PlaylistNoLongerListed" not in crate.kinds()
    with crate.library(read_only=True) as library:
        assert all(row.listed for row in library.state.library.playlists)


def test_a_namesake_of_a_configured_folder_would_overwrite_it(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.reconcile()
    before = len(crate.events())
    old = shelf(crate.base / "old" / crate.csv.name, "House.csv", THREE.row())
    for path in (old, old.parent):
        said = crate.sync("import", "csv", str(path))
        assert said.code == 2 and "rename its folder" in said.err
    assert len(crate.events()) == before


def test_what_cannot_be_read_is_told(crate: Crate) -> None:
    good = shelf(crate.base / "old", "Good.csv", ONE.row())
    (good.parent / "Bad.csv").write_text("nothing,of,the,kind\n", "utf-8")
    said = crate.sync("import", "csv", str(good.parent), "--json")
    assert said.code == 3
    assert said.summary["unreadable"] == 1 and said.summary["playlists"] == 1


@pytest.mark.parametrize("words", [[], ["/no/such/file.csv"]])
def test_bringing_in_wants_files(crate: Crate, words: list[str]) -> None:
    assert crate.sync("import", "csv", *words).code == 2


# ---- export csv --------------------------------------------------------------------------------


def rows_of(library: Library) -> dict[str, list[tuple[str, str, str]]]:
    found, _ = groups(library.state.library, library.state.identity)
    return {
        group.name: [(row.track, row.added_at, row.added_by) for row in group.members]
        for group in found
    }


def facts_of(library: Library) -> dict[str, tuple[object, ...]]:
    return {
        row.ref: (row.title, row.artists, row.album, row.duration_ms, row.bpm, row.key, row.label)
        for row in library.state.library.tracks
    }


def test_what_is_exported_is_the_same_library_when_it_is_read(crate: Crate, tmp_path: Path) -> None:
    lines = [ONE.row("2024-02-03T00:00:00Z"), TWO.row(), ONE.row(), local_row(), nameless_row()]
    shelf(crate.csv, "Warm_up.csv", *lines)
    crate.playlist("Liked_Songs", [THREE, ONE])
    crate.reconcile()
    out = tmp_path / "out"
    said = crate.sync("export", "csv", str(out), "--json")
    assert said.code == 0 and said.summary == {
        "type": "summary", "schema_version": 1, "playlists": 2, "written": 2,
    }  # fmt: skip
    assert sorted(path.name for path in out.iterdir()) == ["Liked_Songs.csv", "Warm_up.csv"]
    assert not (out / "Warm_up.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with crate.library(read_only=True) as library:
        rows, facts = rows_of(library), facts_of(library)
    other = Crate(tmp_path / "other")
    shutil.copytree(out, other.csv, dirs_exist_ok=True)
    other.reconcile()
    with other.library(read_only=True) as library:
        assert rows_of(library) == rows
        assert facts_of(library) == facts
    assert len(rows["Warm up"]) == 5


def test_a_persons_word_is_exported_and_what_was_only_heard_is_not(
    crate: Crate, tmp_path: Path
) -> None:
    shelf(crate.csv, "House.csv", ONE.row(), TWO.row().replace("128.0", ""))
    crate.music(TWO)
    crate.reconcile()
    page = f"track:{ONE.uri}"
    with crate.library() as library:
        audio = next(iter(library.state.files.files)).audio
        library.append(
            [
                NotionSynced(page, "p", "s", {"bpm": "128"}),
                NotionEdited(page, "p", "bpm", "64"),
                AudioAnalysed(audio, "", 3_000, 99.0, 1.0),
            ]
        )
    assert crate.sync("export", "csv", str(tmp_path / "out")).code == 0
    other = Crate(tmp_path / "other")
    shutil.copytree(tmp_path / "out", other.csv, dirs_exist_ok=True)
    other.reconcile()
    with other.library(read_only=True) as library:
        assert {row.ref: row.bpm for row in library.state.library.tracks} == {
            ONE.uri: 64.0,
            TWO.uri: 0.0,
        }


ORDERS = st.dictionaries(
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12),
    st.lists(st.integers(1, 6), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ORDERS)
def test_every_playlist_comes_back_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, orders: dict[str, list[int]]
) -> None:
    """Whatever the names: as many playlists, each with the rows that one of them had."""
    from adapters.contract import PlaylistListed, Row
    from adapters.csv_export import CsvSource
    from adapters.disk import Disk
    from engine.export import backups, write
    from state.events import PlaylistSeen, TrackSeen
    from state.values import PlaylistRef, Ref

    base = tmp_path_factory.mktemp("export")
    library = Library(base, "test")
    try:
        seen: list[TrackSeen | PlaylistListed] = [
            TrackSeen(Ref(song(number).uri), "spotify", f"Title {number}", ("Artist",))
            for number in range(1, 7)
        ]
        for number, (name, order) in enumerate(orders.items()):
            playlist = PlaylistSeen(
                PlaylistRef(f"spotify:playlist:{number}"), "spotify", name, "me"
            )
            rows = tuple(Row(Ref(song(each).uri), f"2024-01-0{each}T00:00:00Z") for each in order)
            seen.append(PlaylistListed(playlist, rows))
        library.append(news(library.state, seen))
        found, _ = groups(library.state.library, library.state.identity)
        out = base / "out"
        write(Disk(), out, list(backups(library.state, found)), force=False)
    finally:
        library.close()
    back = [each for each in CsvSource([out]).observe() if isinstance(each, PlaylistListed)]
    assert sorted([row.track for row in each.rows] for each in back) == sorted(
        [song(number).uri for number in order] for order in orders.values()
    )


def test_only_the_playlists_that_are_named(crate: Crate, tmp_path: Path) -> None:
    crate.playlist("House", [ONE])
    crate.playlist("Warm_up", [TWO])
    crate.reconcile()
    assert crate.sync("export", "csv", str(tmp_path / "out"), "--playlist", "warm UP").code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Warm_up.csv"]
    said = crate.sync("export", "csv", str(tmp_path / "out"), "--playlist", "Tecno")
    assert said.code == 2 and "no playlist is called so" in said.err.splitlines()[-1]


def test_names_that_are_one_to_a_file_system_get_two_files(crate: Crate, tmp_path: Path) -> None:
    crate.playlist("House", [ONE])
    crate.playlist("more/HOUSE", [TWO])
    crate.reconcile()
    out = tmp_path / "out"
    assert crate.sync("export", "csv", str(out)).code == 0
    assert crate.sync("export", "m3u8", str(out)).code == 0
    assert len({path.name.casefold() for path in out.glob("*.csv")}) == 2
    assert len({path.name.casefold() for path in out.glob("*.m3u8")}) == 2


def test_nothing_is_overwritten_unasked(crate: Crate, tmp_path: Path) -> None:
    crate.playlist("A", [ONE])
    crate.playlist("B", [ONE])
    crate.reconcile()
    (tmp_path / "B.csv").write_text("somebody's own", "utf-8")
    said = crate.sync("export", "csv", str(tmp_path))
    assert said.code == 1 and "--force" in said.err
    assert not (tmp_path / "A.csv").exists()
    assert (tmp_path / "B.csv").read_text("utf-8") == "somebody's own"
    assert crate.sync("export", "csv", str(tmp_path), "--force").code == 0
    assert crate.sync("export", "csv", str(tmp_path), "--json").summary["written"] == 0


def test_an_export_writes_nothing_into_the_library(crate: Crate, tmp_path: Path) -> None:
    crate.playlist("A", [ONE])
    crate.reconcile()
    before = {path: path.read_bytes() for path in crate.home.glob("*.db")}
    crate.sync("export", "csv", str(tmp_path / "out"))
    crate.sync("export", "m3u8", str(tmp_path / "out"))
    assert {path: path.read_bytes() for path in crate.home.glob("*.db")} == before


# ---- export m3u8 -------------------------------------------------------------------------------


def entries(path: Path) -> list[Path]:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    return [path.parent / line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("extra", [[], ["--absolute"]], ids=["relative", "absolute"])
def test_every_path_of_a_playlist_file_leads_to_its_file(
    crate: Crate, tmp_path: Path, extra: list[str]
) -> None:
    crate.playlist("House", [TWO, ONE, TWO, THREE])
    crate.playlist("Warm_up", [ONE])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    real = tmp_path / "far" / "away"
    real.mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    said = crate.sync("export", "m3u8", str(tmp_path / "link" / "lists"), *extra, "--json")
    assert said.code == 0
    assert [line["without"] for line in said.lines[:-1]] == [1, 0]
    found = entries(real / "lists" / "House.m3u8")
    assert all(path.is_file() for path in found)
    names = [f"{each.artist} - {each.title}" for each in (TWO, ONE, TWO)]
    assert [path.stem for path in found] == names
    assert {path.resolve().parent.name for path in found} == {"House"}
    lines = (real / "lists" / "House.m3u8").read_text("utf-8").splitlines()
    assert all(line.startswith(("#", "/")) == bool(extra) or line.startswith("#") for line in lines)


def test_a_playlist_that_is_not_laid_out_leads_to_where_its_tracks_are(
    crate: Crate, tmp_path: Path
) -> None:
    crate.configure(extra='[playlists]\nexclude = ["Hidden"]')
    crate.playlist("House", [ONE])
    crate.playlist("Hidden", [ONE, TWO])
    crate.music(ONE)
    crate.reconcile()
    crate.sync("export", "m3u8", str(tmp_path / "out"))
    (path,) = entries(tmp_path / "out" / "Hidden.m3u8")
    assert path.resolve() == crate.root / f"House/{ONE.artist} - {ONE.title}.wav"


def test_a_file_that_is_not_there_now_is_left_out(crate: Crate, tmp_path: Path) -> None:
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        crate.music(each)
    crate.reconcile()
    (crate.root / f"House/{ONE.artist} - {ONE.title}.wav").unlink()
    crate.sync("export", "m3u8", str(tmp_path / "out"))
    assert len(entries(tmp_path / "out" / "House.m3u8")) == 1
