from __future__ import annotations

import re

import pytest

from adapters import csv_cells as cell

ID = "4cOdK2wGLETKBW3PvgPWqT"


@pytest.mark.parametrize(
    ("said", "ref"),
    [
        (f"spotify:track:{ID}", f"spotify:track:{ID}"),
        (ID, f"spotify:track:{ID}"),
        (f"https://open.spotify.com/track/{ID}", f"spotify:track:{ID}"),
        (f"https://open.spotify.com/intl-pt-BR/track/{ID}?si=x", f"spotify:track:{ID}"),
        ("spotify:local:A+B:C:D:200", "spotify:local:A+B:C:D:200"),
        ("spotify:local:::D:200", "spotify:local:::D:200"),
        (f"spotify:episode:{ID}", None),
        (f"https://open.spotify.com/episode/{ID}", None),
        ("spotify:track:", ""),
        ("undefined", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_reference(said: str, ref: str | None) -> None:
    assert cell.reference(said) == ref


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("2019", "2019"),
        ("2019-03", "2019-03"),
        ("2019-03-07", "2019-03-07"),
        ("0000", ""),
        ("undefined", ""),
        ("", ""),
        ("2019-00-00", "2019"),
        ("2019-03-00", "2019-03"),
        ("3/7/2019", "2019-03-07"),
        ("12/25/2019", "2019-12-25"),
        ("25/12/2019", "2019-12-25"),
        ("7.3.2019", "2019-03-07"),
        ("25.12.2019", "2019-12-25"),
        ("2019/3/7", "2019-03-07"),
        ("25/13/2019", ""),
        ("May-99", ""),
    ],
)
def test_released(said: str, date: str) -> None:
    assert cell.released(said) == date


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2023-05-01T10:11:12Z", "2023-05-01T10:11:12Z"),
        ("2023-05-01T10:11:12.345+02:00", "2023-05-01T10:11:12.345+02:00"),
        ("5/1/2023 10:11", "2023-05-01T10:11:00Z"),
        ("5/1/2023 1:11:12 PM", "2023-05-01T13:11:12Z"),
        ("5/1/2023 12:05 AM", "2023-05-01T00:05:00Z"),
        ("1.5.2023 10:11", "2023-05-01T10:11:00Z"),
        ("5/1/2023", "2023-05-01"),
        ("2023-05-01", "2023-05-01"),
        ("5/1/2023 25:11", ""),
        ("yesterday", ""),
        ("undefined", ""),
        ("", ""),
    ],
)
def test_added_at(said: str, at: str) -> None:
    assert cell.added_at(said) == at


@pytest.mark.parametrize(
    ("pitch", "mode", "key"),
    [
        *(("9", "0", "Am"), ("0", "1", "C"), ("6", "0", "F#m"), ("-1", "0", ""), ("", "", "")),
        *(("9", "", ""), ("12", "1", ""), ("x", "1", ""), ("nan", "1", ""), ("1.5", "1", "")),
    ],
)
def test_key(pitch: str, mode: str, key: str) -> None:
    assert cell.key(pitch, mode) == key


@pytest.mark.parametrize(
    ("joint", "said", "artists"),
    [
        (cell.SEMICOLON, "Ada;Bo, Jr.", ("Ada", "Bo, Jr.")),
        (cell.SEMICOLON, "Earth, Wind & Fire", ("Earth, Wind & Fire",)),
        (cell.COMMA_BLANK, "Ada, Bo\\, Jr.", ("Ada", "Bo, Jr.")),
        (cell.COMMA_BLANK, "Earth\\, Wind & Fire", ("Earth, Wind & Fire",)),
        (cell.BARE_COMMA, "Ada,Bo", ("Ada", "Bo")),
        (cell.BARE_COMMA, "Earth, Wind & Fire", ("Earth, Wind & Fire",)),
        (cell.BARE_COMMA, "10,000 Maniacs", ("10,000 Maniacs",)),
        (cell.BARE_COMMA, "Blink 182,2Pac", ("Blink 182", "2Pac")),
        (cell.SEMICOLON, "undefined", ()),
        (cell.SEMICOLON, "Ada;;undefined", ("Ada",)),
        (cell.SEMICOLON, "", ()),
    ],
)
def test_names(joint: re.Pattern[str], said: str, artists: tuple[str, ...]) -> None:
    assert cell.names(said, joint) == artists


@pytest.mark.parametrize(
    ("said", "value"),
    [
        *(("213573", 213573), ("213573.0", 213573), ("-5", 0), ("", 0)),
        *(("1e30", 0), ("inf", 0), ("nan", 0), ("x", 0)),
    ],
)
def test_number(said: str, value: int) -> None:
    assert cell.number(said) == value


@pytest.mark.parametrize(
    ("said", "bpm"), [("123.4", 123.4), ("123,4", 123.4), ("0", 0.0), ("120011", 0.0), ("", 0.0)]
)
def test_tempo(said: str, bpm: float) -> None:
    assert cell.tempo(said) == bpm


@pytest.mark.parametrize(
    ("said", "value"),
    [("true", True), ("TRUE", True), ("false", False), ("FALSE ", False), ("", None), ("x", None)],
)
def test_explicit(said: str, value: bool | None) -> None:
    assert cell.explicit(said) is value


def test_genres_are_said_once() -> None:
    assert cell.genres("house, techno,house,,undefined") == ("house", "techno")


def test_isrc_has_one_form() -> None:
    assert cell.isrc(" us-hm8 0865849 ") == "USHM80865849"


def test_a_local_file_says_what_it_is() -> None:
    said = cell.local("spotify:local:A+%26+B:An+Album:T%3A1:201")
    assert said == cell.Local("T:1", ("A & B",), "An Album", 201_000)
    assert cell.local("spotify:local:odd") == cell.Local("", (), "", 0)
