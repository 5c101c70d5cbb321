"""Playlist files: what a player reads back is what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.playlists import Entry, m3u8

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=20)


def read(text: str) -> list[tuple[str, str]]:
    """(what EXTINF says, path) of each entry, as a player reads an extended M3U."""
    head, *lines = text.removesuffix("\n").split("\n")
    assert head == "#EXTM3U"
    found, said = [], ""
    for line in lines:
        if line.startswith("#EXTINF:"):
            said = line.removeprefix("#EXTINF:")
        elif not line.startswith("#"):
            found.append((said, line))
    return found


def entry(path: str, **facts: object) -> Entry:
    return Entry(
        **{"artist": "Ann", "title": "One", "duration_ms": 61_400, "path": path, **facts}  # type: ignore[arg-type]
    )


def test_a_list_as_it_is_written() -> None:
    entries = [entry("House/Ann - One.mp3"), entry("", title="Two"), entry("x.mp3", artist="")]
    assert m3u8("House", entries) == (
        "#EXTM3U\n"
        "#PLAYLIST:House\n"
        "#EXTINF:61,Ann - One\n"
        "House/Ann - One.mp3\n"
        "# waiting for audio: Ann - Two\n"
        "#EXTINF:61,One\n"
        "x.mp3\n"
    )


def test_an_empty_playlist_is_a_list_too() -> None:
    assert m3u8("House", []) == "#EXTM3U\n#PLAYLIST:House\n"


@pytest.mark.parametrize(("ms", "said"), [(0, "-1"), (499, "0"), (1_500, "2"), (60_000, "60")])
def test_lengths_are_whole_seconds_and_an_unknown_one_is_minus_one(ms: int, said: str) -> None:
    [(info, _)] = read(m3u8("x", [entry("a.mp3", duration_ms=ms)]))
    assert info == f"{said},Ann - One"


def test_line_breaks_in_names_break_no_line() -> None:
    text = m3u8("Ho\nuse\r\n", [entry("a.mp3", title="O\nne\u2028", artist="A\tnn")])
    assert text.split("\n")[1:3] == ["#PLAYLIST:Ho use", "#EXTINF:61,A nn - O ne"]


def test_a_path_that_begins_like_a_comment_is_none() -> None:
    assert read(m3u8("x", [entry("#1/a.mp3")])) == [("61,Ann - One", "./#1/a.mp3")]


@given(LINE, st.lists(st.tuples(LINE, LINE, LINE), max_size=5))
def test_any_list_reads_back_in_its_order(name: str, rows: list[tuple[str, str, str]]) -> None:
    entries = [Entry(artist, title, 1_000, path) for artist, title, path in rows]
    paths = [path.removeprefix("./") for _, path in read(m3u8(name, entries))]
    assert paths == [path.removeprefix("./") for _, _, path in rows]
