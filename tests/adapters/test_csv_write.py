"""Exportify files that we write, read back by the source that reads everybody's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Row, Unreadable
from adapters.csv_cells import row_reference
from adapters.csv_write import HEADER, exportify
from state.events import TrackSeen
from state.musical import PITCHES
from state.values import Ref
from tests.adapters.csv_backups import NET, listings, look

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NAMES = st.characters(exclude_categories=["Cs"], exclude_characters="\0;,\\")


def text(letters: st.SearchStrategy[str] = LETTERS, least: int = 0) -> st.SearchStrategy[str]:
    """What a source would say: no blanks around it, and not the word that means nothing."""
    said = st.text(letters, max_size=12).map(str.strip).filter(lambda said: said != "undefined")
    return said.filter(lambda said: len(said) >= least)


ARTISTS = st.lists(
    st.one_of(text(NAMES, 1), st.sampled_from(["Earth, Wind & Fire", "Tyler,The Creator", '"X"'])),
    max_size=3,
)


@st.composite
def tracks(draw: st.DrawFn) -> TrackSeen:
    title = draw(text(least=1))
    artists = tuple(draw(ARTISTS)) or ("Somebody",)
    album = draw(text(least=1))
    duration = draw(st.integers(1, 2**31 - 1))
    kind = draw(st.sampled_from(["track", "local", "row"]))
    if kind == "row":
        ref = row_reference(artists, title, album, duration)
    elif kind == "local":
        ref = "spotify:local:" + draw(
            st.from_regex(r"[\w+%,\"]{0,9}:[\w+]*:\w*:\d*", fullmatch=True)
        )
    else:
        ref = f"spotify:track:{draw(st.from_regex(r'[0-9A-Za-z]{22}', fullmatch=True))}"
    return TrackSeen(
        ref=Ref(ref),
        source="csv",
        title=title,
        artists=artists,
        album=album,
        duration_ms=duration,
        released=draw(st.sampled_from(["", "1999", "1999-05", "1999-05-12"])),
        explicit=draw(st.sampled_from([None, True, False])),
        genres=tuple(dict.fromkeys(draw(st.lists(text(NAMES, 1), max_size=2)))),
        label=draw(text()),
        bpm=draw(st.one_of(st.just(0.0), st.floats(1, 999))),
        key=draw(st.sampled_from(["", *PITCHES, *(f"{pitch}m" for pitch in PITCHES)])),
    )


@st.composite
def playlists(draw: st.DrawFn) -> list[tuple[Row, TrackSeen]]:
    known = draw(st.lists(tracks(), min_size=1, max_size=5, unique_by=lambda track: track.ref))
    order = draw(st.lists(st.sampled_from(known), max_size=8))
    dates = st.sampled_from(["", "2024-01-02T03:04:05Z", "2024-01-02"])
    people = text(NAMES).filter(lambda name: not name.startswith("spotify:user:"))
    return [(Row(track.ref, draw(dates), draw(people)), track) for track in order]


def read_back(content: str) -> tuple[tuple[Row, ...], dict[Ref, TrackSeen]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "List.csv"
        path.write_bytes(content.encode())
        seen = look(path)
    assert not [line for line in seen if isinstance(line, Unreadable)]
    (listing,) = listings(seen).values()
    assert listing.complete
    return listing.rows, {each.ref: each for each in seen if isinstance(each, TrackSeen)}


@given(playlists())
def test_what_is_written_is_read_back(playlist: list[tuple[Row, TrackSeen]]) -> None:
    rows, tracks = read_back(exportify(playlist))
    assert rows == tuple(row for row, _ in playlist)
    assert tracks == {track.ref: track for _, track in playlist}


TRACK = TrackSeen(Ref(f"spotify:track:{1:022d}"), "csv", "Title", ("Artist",))


def test_the_form_is_that_of_exportify_net() -> None:
    assert f"{HEADER}\n" == NET
    row = Row(TRACK.ref, "2024-01-01T00:00:00Z", "me")
    known = msgspec.structs.replace(
        TRACK, title='Say "Hi"', artists=("A", "B"), album="C", duration_ms=1000, explicit=True,
        genres=("house", "techno"), label="L", bpm=128.0, key="F#m", released="2020-01-01",
    )  # fmt: skip
    assert exportify([(row, known)]).splitlines()[1] == (
        f'{TRACK.ref},"Say ""Hi""","C","A;B",2020-01-01,1000,,true,me,2024-01-01T00:00:00Z,'
        '"house,techno","L",,,6,,0,,,,,,128.0,'
    )


def test_an_empty_playlist_is_a_header() -> None:
    assert exportify([]) == NET


@pytest.mark.parametrize(
    ("artists", "back"),
    [
        (("Tyler,The Creator",), ("Tyler,The Creator",)),
        (("Earth, Wind & Fire", "X"), ("Earth, Wind & Fire", "X")),
        (("semi;colon",), ("semi,colon",)),
    ],
)
def test_names_of_artists(artists: tuple[str, ...], back: tuple[str, ...]) -> None:
    track = msgspec.structs.replace(TRACK, artists=artists)
    _, tracks = read_back(exportify([(Row(track.ref), track)]))
    assert tracks[track.ref].artists == back


def test_a_key_that_nobody_reads_is_left_out() -> None:
    track = msgspec.structs.replace(TRACK, key="8A")
    _, tracks = read_back(exportify([(Row(track.ref), track)]))
    assert tracks[track.ref].key == ""


def test_zero_bytes_do_not_spoil_the_file() -> None:
    track = msgspec.structs.replace(TRACK, title="a\0b")
    _, tracks = read_back(exportify([(Row(track.ref, "", "m\0e"), track)]))
    assert tracks[track.ref].title == "ab"
