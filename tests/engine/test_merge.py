"""Many backups joined into one library file."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.contract import PlaylistListed, Row, Unreadable
from adapters.csv_cells import row_reference
from adapters.csv_export import CsvSource
from engine.merge import Merged, earliest, identified, join, merge, occurrences
from state.events import TrackSeen
from state.values import Ref
from tests.adapters.csv_backups import NET, put, row
from tests.crate import Crate, run

OLD, MIDDLE, NEW = 1_000_000_000, 1_200_000_000, 1_400_000_000
TMM = "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"


def rows(said: str) -> list[Row]:
    """`a b@2024` → rows of tracks."""
    parts = [word.partition("@") for word in said.split()]
    return [Row(Ref(f"spotify:track:{track}"), date) for track, _, date in parts]


def said(found: list[Row] | tuple[Row, ...]) -> str:
    names = [row.track.removeprefix("spotify:track:") for row in found]
    dates = [f"@{row.added_at}" if row.added_at else "" for row in found]
    return " ".join(f"{name}{date}" for name, date in zip(names, dates, strict=True))


# ---- one playlist ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lists", "joined"),
    [
        ([], ""),
        (["a b c"], "a b c"),
        (["a b c", "a b c"], "a b c"),
        (["c a", "a b c"], "c a b"),
        (["a c", "a b c", "a x c"], "a x b c"),
        (["a c", "a b b2 c d"], "a b b2 c d"),
        (["a", "z a"], "z a"),
        (["a b a", "a a a c"], "a b a a c"),
        (["", "a b"], "a b"),
        (["a b", ""], "a b"),
        (["a@2024-01-02 b", "a@2023-05-06 b@2022-01-01"], "a@2023-05-06 b@2022-01-01"),
        (["z a@2020-01-01", "a@2021-01-01 z a@2022-01-01"], "z a@2020-01-01 a@2022-01-01"),
    ],
)
def test_join(lists: list[str], joined: str) -> None:
    assert said(join([rows(each) for each in lists])) == joined


LISTS = st.lists(
    st.lists(
        st.builds(
            Row,
            st.sampled_from([Ref(f"spotify:track:{name}") for name in "abcd"]),
            st.sampled_from(["", "2021-02-03", "2022-02-03T01:02:03Z", "2023-02-03T01:02:03Z"]),
            st.sampled_from(["", "me"]),
        ),
        max_size=6,
    ),
    min_size=1,
    max_size=4,
)


@given(LISTS)
def test_no_row_no_date_and_no_order_is_lost(lists: list[list[Row]]) -> None:
    joined = join(lists)
    counts = [Counter(one.track for one in each) for each in lists]
    most = Counter({ref: max(c[ref] for c in counts) for c in counts for ref in c})
    assert Counter(one.track for one in joined) == most
    rest = iter(joined)
    assert all(any(one.track == kept.track for kept in rest) for one in lists[0])
    dates: dict[object, str] = {}
    for each in lists:
        for key, one in occurrences(each):
            dates[key] = min(filter(None, (dates.get(key), one.added_at)), default="")
    assert {key: one.added_at for key, one in occurrences(joined)} == dates


@given(LISTS)
def test_joining_again_changes_nothing(lists: list[list[Row]]) -> None:
    joined = join(lists)
    assert join([joined, *lists]) == joined


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ("", "2024-01-01", "2024-01-01"),
        ("2024-01-01", "", "2024-01-01"),
        ("2024-01-01", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
        ("2024-01-01T10:00:00Z", "2024-01-01", "2024-01-01T10:00:00Z"),
        ("2024-01-02", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
        ("2024-01-01", "2024-01-02T10:00:00Z", "2024-01-01"),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00+02:00"),
        ("2024-01-01T09:00:00Z", "2024-01-01T10:00:00.500+00:00", "2024-01-01T09:00:00Z"),
        ("2024-01-01T99:00:00Z", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
    ],
)
def test_earliest(one: str, other: str, kept: str) -> None:
    assert earliest(one, other) == kept


def track(ref: str, **more: object) -> TrackSeen:
    known = TrackSeen(Ref(ref), "csv", "Title", ("Ada", "Bo"))
    return msgspec.structs.replace(known, **more)


@pytest.mark.parametrize(
    ("nameless", "named", "found"),
    [
        ({}, [{}], True),
        ({"artists": ("Ada, Bo",), "title": "TITLE"}, [{}], True),
        ({"album": "First"}, [{"album": "first"}], True),
        ({"album": "First"}, [{"album": "Live"}], False),
        ({"duration_ms": 200_000}, [{"duration_ms": 201_500}], True),
        ({"duration_ms": 200_000}, [{"duration_ms": 203_500}], False),
        ({"isrc": "A"}, [{"isrc": "B"}], False),
        ({"title": "Other"}, [{}], False),
        ({}, [{}, {"album": "Live"}], False),
        ({"album": "Live"}, [{"album": "First"}, {"album": "Live"}], True),
    ],
)
def test_a_row_without_an_id_is_found_under_the_id_that_another_copy_has(
    nameless: dict[str, object], named: list[dict[str, object]], found: bool
) -> None:
    tracks = {each.ref: each for each in [track("csv:row:1", **nameless)]}
    for number, facts in enumerate(named):
        ref = Ref(f"spotify:track:{number}")
        tracks[ref] = track(ref, **facts)
    others = [Row(ref) for ref in tracks if ref != "csv:row:1"]
    (_, mine) = identified([others, [Row(Ref("csv:row:1"), "2024-01-01")]], tracks)
    assert (mine[0].track != "csv:row:1") == found and mine[0].added_at == "2024-01-01"


def test_two_rows_of_one_copy_are_never_one() -> None:
    tracks = {Ref(ref): track(ref) for ref in ("csv:row:1", "spotify:track:1")}
    lists = [[Row(Ref("spotify:track:1"))], [Row(Ref("spotify:track:1")), Row(Ref("csv:row:1"))]]
    assert identified(lists, tracks) == lists


# ---- many backups ------------------------------------------------------------------------------


def playlists(*paths: Path) -> dict[str, Merged]:
    found = merge(paths)
    assert found.unreadable == ()
    assert len({each.name for each in found.playlists}) == len(found.playlists)
    return {each.name: each for each in found.playlists}


def date(line: str, day: str) -> str:
    return line.replace("2023-05-01T10:11:12Z", f"{day}T00:00:00Z")


def test_old_and_new_copies_are_one(tmp_path: Path) -> None:
    old = date(row("a"), "2020-01-01") + row("gone") + row("b")
    one = put(tmp_path / "2023" / "Warm_up.csv", NET + old, at=OLD)
    two = put(tmp_path / "2024" / "Warm_up.csv", NET + row("b") + row("a") + row("c"), at=NEW)
    (merged,) = playlists(tmp_path).values()
    assert merged.name == "Warm up" and merged.differs
    assert [r.track[14:] for r in merged.rows] == ["b", "a", "gone", "c"]
    assert merged.rows[1].added_at == "2020-01-01T00:00:00Z"
    new, old_copy = merged.copies
    assert (new.where, new.rows, new.only, new.dates, new.order) == (str(two), 3, 1, 1, False)
    assert (old_copy.where, old_copy.only, old_copy.dates) == (str(one), 1, 0)
    assert old_copy.order


def test_equal_copies_do_not_differ(tmp_path: Path) -> None:
    put(tmp_path / "2023" / "House.csv", NET + row("a"), at=OLD)
    put(tmp_path / "2024" / "house.csv", NET + row("a"), at=NEW)
    assert [each.differs for each in playlists(tmp_path).values()] == [False]


def test_playlists_of_one_place_stay_apart(tmp_path: Path) -> None:
    put(tmp_path / "new" / "House.csv", NET + row("a") + row("b"), at=NEW)
    put(tmp_path / "new" / "House_.csv", NET + row("x") + row("y"), at=NEW)
    put(tmp_path / "old" / "House.csv", NET + row("y") + row("z"), at=OLD)
    put(tmp_path / "old" / "House_.csv", NET + row("a") + row("c"), at=OLD)
    found = merge([tmp_path]).playlists
    lists = {"".join(r.track[14:] for r in each.rows) for each in found}
    assert lists == {"acb", "xyz"}
    assert [each.name for each in found] == ["House", "House"]


def test_an_export_of_several_beside_an_older_one_is_no_clash(tmp_path: Path) -> None:
    text = "One,Ada,,House,Playlist,,{}\n"
    both = text.format("B" * 22) + text.format("A" * 22)
    put(tmp_path / "A.csv", TMM + both, at=OLD)
    put(tmp_path / "B.csv", TMM + text.format("B" * 22), at=NEW)
    (merged,) = playlists(tmp_path).values()
    assert [r.track[14] for r in merged.rows] == ["B", "A"]


def test_all_kinds_come_together(tmp_path: Path) -> None:
    a, b = "A" * 22, "B" * 22
    put(tmp_path / "e" / "Warm_up_.csv", NET + row(a, "One") + row(b, "Two"), at=MIDDLE)
    item = {"trackName": "One", "artistName": "Ada", "albumName": "Album"}
    entry = {"track": item | {"trackUri": f"spotify:track:{a}"}, "addedDate": "2019-03-04"}
    data = {"playlists": [{"name": "Warm/up! ", "items": [entry]}]}
    put(tmp_path / "d" / "Playlist1.json", json.dumps(data), at=OLD)
    line = 'Two,"Ada;Bo, Jr.",,Warm/up!,Playlist,GBARL9300135,\n'
    put(tmp_path / "t" / "Mine.csv", TMM + line, at=NEW)
    (merged,) = playlists(tmp_path).values()
    assert merged.name == "Warm/up!"
    assert [(r.track[14], r.added_at) for r in merged.rows] == [
        ("A", "2019-03-04"),
        ("B", "2023-05-01T10:11:12Z"),
    ]
    assert merge([tmp_path]).tracks[Ref(f"spotify:track:{b}")].isrc == "GBARL9300135"


def test_the_liked_songs_take_their_order_from_whoever_knows_it(tmp_path: Path) -> None:
    put(tmp_path / "e" / "Liked_Songs.csv", NET + row("a") + row("b"), at=OLD)
    tracks = [{"uri": f"spotify:track:{t}", "track": t, "artist": "x"} for t in "cba"]
    put(tmp_path / "d" / "YourLibrary.json", json.dumps({"tracks": tracks}), at=NEW)
    data = {"playlists": [{"name": "Liked Songs", "items": []}]}
    put(tmp_path / "d" / "Playlist1.json", json.dumps(data), at=NEW)
    liked, other = merge([tmp_path]).playlists
    assert (liked.liked, other.liked) == (True, False)
    assert "".join(r.track[14:] for r in liked.rows) == "cab"
    assert not any(copy.order for copy in liked.copies)


# ---- the file ----------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)
NAMES = WORDS.filter(lambda name: name and name != "undefined" and "\\" not in name)
DATES = st.sampled_from(["", "2021-02-03", "2022-02-03T01:02:03Z"])


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, ...]:
    """uri, title, artists joined, album, duration, isrc, date."""
    number = draw(st.integers(1, 9))
    ref = draw(st.sampled_from([f"spotify:track:{number:022d}", "", "spotify:local:A:B:C:61"]))
    artists = draw(st.lists(NAMES.filter(lambda name: ";" not in name), min_size=1, max_size=2))
    return (
        ref, draw(NAMES), ";".join(artists), draw(NAMES), str(draw(st.integers(1, 400_000))),
        draw(st.sampled_from(["", "GBARL9300135"])), draw(DATES),
    )  # fmt: skip


BACKUPS = st.lists(
    st.dictionaries(
        st.text("abcAB _-é✓", min_size=1, max_size=5).filter(lambda name: name.strip(" .")),
        st.lists(entries(), max_size=5),
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


def facts(paths: list[Path]) -> tuple[object, dict[Ref, TrackSeen]]:
    seen = list(CsvSource(paths).observe())
    assert not [line for line in seen if isinstance(line, Unreadable)]
    lists = [each for each in seen if isinstance(each, PlaylistListed)]
    assert all(each.complete for each in lists)
    found = sorted(((each.playlist.name, each.rows) for each in lists), key=repr)
    return found, {each.ref: each for each in seen if isinstance(each, TrackSeen)}


@settings(max_examples=50, deadline=None)
@given(BACKUPS)
@example([{"A_": [], "A": [("spotify:track:0000000000000000000001", "0", "0", "0", "1", "", "")]}])
def test_what_is_merged_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, backups: list[dict[str, list[tuple[str, ...]]]]
) -> None:
    import csv
    import io

    base = tmp_path_factory.mktemp("merge")
    for number, backup in enumerate(backups):
        for name, lines in backup.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(
                ["Track URI", "Track Name", "Artist Name(s)", "Album Name", "Duration (ms)",
                 "ISRC", "Added At"]
            )  # fmt: skip
            # A row more, so that the names of artists are surely joined by semicolons.
            writer.writerows([*lines, ("", "Last", "x;y", "z", "1", "", "")])
            put(base / str(number) / f"{name}.csv", text.getvalue(), at=OLD + number)
    merged = merge([base])
    path = put(base / "out" / "all.csv", merged.text())
    lists, tracks = facts([path])
    assert lists == sorted(((each.name, each.rows) for each in merged.playlists), key=repr)
    assert tracks == {r.track: merged.tracks[r.track] for p in merged.playlists for r in p.rows}
    again = merge([path])
    assert again.text() == merged.text()
    assert merge([base]).text() == merged.text()  # our own file beside the backups adds nothing


def test_what_has_signs_of_the_form_is_read_back(tmp_path: Path) -> None:
    ref = row_reference(("Steins;Gate", "A, B"), 'Say "Hi"\nthere', "", 0)
    lines = json.dumps(
        {"tracks": [{"artist": "Steins;Gate", "track": 'Say "Hi"', "album": "a,b;c", "uri": ""}]}
    )
    put(tmp_path / "d" / "YourLibrary.json", lines)
    merged = merge([tmp_path])
    (_, tracks) = facts([put(tmp_path / "out.csv", merged.text())])
    assert list(tracks) == [merged.playlists[0].rows[0].track] and ref not in tracks
    assert [each.artists for each in tracks.values()] == [("Steins;Gate",)]


def test_an_empty_playlist_and_the_liked_songs_stay_what_they_are(tmp_path: Path) -> None:
    put(tmp_path / "in" / "Empty.csv", NET)
    put(tmp_path / "in" / "Liked_Songs.csv", NET + row("a"))
    merged = merge([tmp_path / "in"])
    again = merge([put(tmp_path / "out.csv", merged.text())])
    assert [(p.name, p.liked, len(p.rows)) for p in again.playlists] == [
        ("Liked Songs", True, 1),
        ("Empty", False, 0),
    ]


# ---- the command -------------------------------------------------------------------------------


def test_the_command_says_what_differs_and_leaves_the_library_alone(
    crate: Crate, tmp_path: Path
) -> None:
    put(tmp_path / "old" / "House.csv", NET + row("a") + row("b"), at=OLD)
    put(tmp_path / "new" / "House.csv", NET + row("b") + row("c"), at=NEW)
    put(tmp_path / "new" / "Dub.csv", NET + row("d"), at=NEW)
    out = tmp_path / "all.csv"
    words = ["import", "csv", str(tmp_path / "old"), str(tmp_path / "new"), "--merge", str(out)]
    answer = crate.sync(*words)
    assert answer.code == 0 and "House: 3 rows of 2 copies" in answer.out
    assert "1 of them nowhere else" in answer.out and "Dub" not in answer.out
    assert not list(crate.home.glob("*.db"))
    before = out.read_bytes()
    out.write_bytes(b"mine")
    answer = crate.sync(*words)
    assert answer.code == 1 and "--force" in answer.err and out.read_bytes() == b"mine"
    answer = crate.sync(*words, "--force", "--json")
    assert answer.code == 0 and out.read_bytes() == before
    assert answer.summary == {
        "type": "summary", "schema_version": 1, "path": str(out), "playlists": 2, "rows": 4,
        "differ": 1, "unreadable": 0, "written": True,
    }  # fmt: skip
    (house,) = [line for line in answer.lines if line.get("name") == "House"]
    assert [copy["only"] for copy in house["copies"]] == [1, 1]
    assert crate.sync("import", "csv", str(out)).code == 0
    with crate.library(read_only=True) as library:
        assert {row.name for row in library.state.library.playlists} == {"House", "Dub"}


def test_what_cannot_be_read_is_told_and_the_rest_is_merged(tmp_path: Path) -> None:
    put(tmp_path / "x" / "House.csv", NET + row("a"))
    put(tmp_path / "x" / "Torn.csv", NET + row("a") + "spotify:")
    answer = run(["import", "csv", str(tmp_path / "x"), "--merge", str(tmp_path / "o.csv")])
    assert answer.code == 3 and "Torn.csv" in answer.err
    assert [p.name for p in merge([tmp_path / "o.csv"]).playlists] == ["House", "Torn"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--merge", "out.txt"], 2),
        (["--force"], 2),
        (["--merge", "out.csv"], 1),
    ],
)
def test_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert run(["import", "csv", "empty", *words]).code == code
    assert os.listdir(tmp_path) == ["empty"]
