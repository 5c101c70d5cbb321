"""What a file's text is worth: rows without music, torn files, files that are none of ours."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import csv_files
from adapters.contract import SourceListed
from state.events import TrackSeen
from state.values import Ref
from tests.adapters.csv_backups import NET, listings, look, members, put, row, told

WHOLE = NET + row("a") + row("b")


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
        (b"\x89PNG\r\n\x1a\n\x81\x01", "neither whole UTF-8"),
        (b"\xef\xbb\xbfTrack URI,Track Name\n\xff\n", "neither whole UTF-8"),
        ((NET + row("a", "é")).encode() + b"\xe9\n", "neither whole UTF-8"),
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
    # Of what could be read it is known that it holds no playlist.
    listed = [s for s in seen if isinstance(s, SourceListed)]
    readable = "is missing" in why or "found:" in why
    both = SourceListed("csv", "x", frozenset({"csv:x/Bad", "csv:x/Good"}))
    assert listed == ([both] if readable else [])


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
