from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.titles import (
    artist_key,
    artists_key,
    compact,
    from_file_name,
    key,
    readings,
    split_title,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beyoncé", "beyonce"),
        ("MØ", "mo"),
        ("Straße", "strasse"),
        ("  What's   Up? ", "what s up"),
        ("Rock & Roll", "rock and roll"),
        ("Rock + Roll", "rock and roll"),
        ("Rock and Roll", "rock and roll"),
        ("A$AP P!nk", "asap pink"),
        ("Artist_-_Title", "artist title"),
        ("夜に駆ける", "夜に駆ける"),
        ("がっこう", "がっこう"),
        ("ＡＢＣ", "abc"),
        ("Мой ёж", "мой еж"),
        ("فيروز", "فيروز"),
        ("สวัสดีค่ะ", "สวัสดีค่ะ"),
        ("한국어", "한국어"),
        ("हिन्दी", "हिन्दी"),
        ("A\u064b\u0300", "a"),
        ("π", "π"),
        ("Ω", "ω"),
        ("???", "???"),
        ("÷", "÷"),
        (" ★ ", "★"),
        ("   ", ""),
    ],
)
def test_key(text: str, expected: str) -> None:
    assert key(text) == expected


@given(st.text())
def test_only_blank_text_has_an_empty_key(text: str) -> None:
    assert bool(key(text)) == bool(text.strip())


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@pytest.mark.parametrize("text", ["Don't", "Don’t", "Dont", "Don_t", "DON'T"])
def test_apostrophes_do_not_part_words(text: str) -> None:
    assert compact(text) == "dont"


@pytest.mark.parametrize(
    ("title", "base", "versions"),
    [
        ("Strobe", "Strobe", ()),
        ("Strobe (Extended Mix)", "Strobe", ("extended",)),
        ("Strobe - Extended Version", "Strobe", ("extended",)),
        ("Strobe (Extended)", "Strobe", ("extended",)),
        ("Strobe - Radio Edit", "Strobe", ("radio edit",)),
        ("Strobe Radio Edit", "Strobe", ("radio edit",)),
        ("Strobe (Radio Mix)", "Strobe", ("radio edit",)),
        ("Strobe - Edit", "Strobe", ("edit",)),
        ("Strobe (Original Mix)", "Strobe", ()),
        ("Strobe Original Mix", "Strobe", ()),
        ("Strobe (Dimension Remix)", "Strobe", ("remix:dimension",)),
        ("Strobe - Dimension Remix", "Strobe", ("remix:dimension",)),
        ("Strobe (Remix by Dimension)", "Strobe", ("remix:dimension",)),
        ("Strobe (Dimension Rmx)", "Strobe", ("remix:dimension",)),
        ("Strobe (Dimension Extended Remix)", "Strobe", ("extended", "remix:dimension")),
        ("Strobe (Dimension Remix) [Extended Mix]", "Strobe", ("extended", "remix:dimension")),
        ("Strobe (Dub Pistols Remix)", "Strobe", ("remix:dub pistols",)),
        ("Ignition (Remix)", "Ignition", ("remix",)),
        ("Ignition (The Remix)", "Ignition", ("remix",)),
        ("Strobe (Rework by Lane 8)", "Strobe", ("rework:lane 8",)),
        ("Strobe (Lane 8 Edit)", "Strobe", ("edit:lane 8",)),
        ("Strobe (Club Mix)", "Strobe", ("mix:club",)),
        ("Love Story (Taylor’s Version)", "Love Story", ("version:taylor",)),
        ("Creep - Live", "Creep", ("live",)),
        ("Creep (Live at Wembley, 2003)", "Creep", ("live",)),
        ("Creep (Live (2003))", "Creep", ("live",)),
        ("Creep - Live / Remastered 2009", "Creep", ("live",)),
        ("Creep - Acoustic Live", "Creep", ("acoustic", "live")),
        ("Creep (Ao Vivo)", "Creep", ("live",)),
        ("Creep [Acoustic Version]", "Creep", ("acoustic",)),
        ("Creep (Instrumental)", "Creep", ("instrumental",)),
        ("Creep (Karaoke Version) [In the Style of Radiohead]", "Creep", ("cover", "karaoke")),
        ("Creep (Cover)", "Creep", ("cover",)),
        ("Creep (Radiohead Cover)", "Creep", ("cover",)),
        ("Creep (slowed + reverb)", "Creep", ("reverb", "slowed")),
        ("Creep slowed + reverb", "Creep", ("reverb", "slowed")),
        ("Creep (Sped Up)", "Creep", ("sped up",)),
        ("Creep - Sped Up Version", "Creep", ("sped up",)),
        ("Creep (Nightcore)", "Creep", ("nightcore",)),
        ("Creep (8D AUDIO)", "Creep", ("8d",)),
        ("Creep (Demo)", "Creep", ("demo",)),
        ("Creep (A Cappella)", "Creep", ("a cappella",)),
        ("Creep (Acapella)", "Creep", ("a cappella",)),
        ("Creep (VIP)", "Creep", ("vip",)),
        ("Creep (VIP Mix)", "Creep", ("vip",)),
        ("Creep (Dub)", "Creep", ("dub",)),
        ("Creep - Remastered 2009", "Creep", ()),
        ("Creep - 2009 Digital Remaster", "Creep", ()),
        ("Creep - 2020 Digital Master", "Creep", ()),
        ("Creep (Official Live Video)", "Creep", ("live",)),
        ("Creep - Twin Ver.", "Creep", ("version:twin",)),
        ("Creep (Inst.)", "Creep", ("instrumental",)),
        ("Creep (Bob Re-Fix)", "Creep", ("refix:bob",)),
        ("Creep (Mono)", "Creep", ()),
        ("Creep - Stereo Version", "Creep", ()),
        ("Creep (Official Video) [HD]", "Creep", ()),
        ("Creep (Official Music Video) HD", "Creep", ()),
        ("Creep [Lyrics]", "Creep", ()),
        ('Let It Go (From "Frozen")', "Let It Go", ()),
        ("夜に駆ける（Live）", "夜に駆ける", ("live",)),
        # what looks like a suffix and is the title
        ("Live", "Live", ()),
        ("(Live)", "(Live)", ()),
        ("Remix", "Remix", ()),
        ("Acoustic", "Acoustic", ()),
        ("Live - Remix", "Live", ("remix",)),
        ("Acoustic (Acoustic)", "Acoustic", ("acoustic",)),
        ("Live Forever", "Live Forever", ()),
        ("Hello (Live Forever)", "Hello (Live Forever)", ()),
        ("Long Live", "Long Live", ()),
        ("Radio Ga Ga", "Radio Ga Ga", ()),
        ("Remix (I Like The)", "Remix (I Like The)", ()),
        ("(I Can't Get No) Satisfaction", "(I Can't Get No) Satisfaction", ()),
        ("Symphony (Part 2)", "Symphony (Part 2)", ()),
        ("Alone (With You)", "Alone (With You)", ()),
        ("Ft. Worth Blues", "Ft. Worth Blues", ()),
        ("Twenty-One", "Twenty-One", ()),
        ("-", "-", ()),
        ("", "", ()),
    ],
)
def test_split_title(title: str, base: str, versions: tuple[str, ...]) -> None:
    split = split_title(title)
    assert (split.base, tuple(sorted(split.versions))) == (base, versions)


@pytest.mark.parametrize(
    ("title", "featured"),
    [
        ("Song (feat. Ann)", ("Ann",)),
        ("Song [ft. Ann & Bob]", ("Ann", "Bob")),
        ("Song featuring Ann, Bob", ("Ann", "Bob")),
        ("Song - feat. Ann", ("Ann",)),
        ("Song (with Ann)", ("Ann",)),
        ("Song (Bob Remix feat. Ann)", ("Ann",)),
        ("Song feat. Ann (Bob Remix)", ("Ann",)),
        ("Song With Ann", ()),
        ("Defeat", ()),
    ],
)
def test_featured(title: str, featured: tuple[str, ...]) -> None:
    split = split_title(title)
    assert split.featured == featured
    assert split.base in ("Song", "Song With Ann", "Defeat")


@pytest.mark.parametrize(
    ("title", "neutral"),
    [
        ("Creep - 2009 Remaster", "remaster:2009"),
        ("Creep (Remastered)", "remaster"),
        ("Creep (Explicit)", "explicit"),
        ("Creep [Clean Version]", "clean"),
        ("Creep (Original Mix)", "original"),
        ("Creep (Mono)", "mono"),
    ],
)
def test_what_makes_no_other_recording_is_noted(title: str, neutral: str) -> None:
    assert split_title(title).neutral == {neutral}


@given(st.text(min_size=1))
def test_a_title_keeps_a_base(text: str) -> None:
    assert bool(split_title(text).base) == bool(text.strip())


@given(st.text("ab() []-.&ft", max_size=30), st.sampled_from(["live", "remix", "edit", "feat. x"]))
def test_a_title_always_splits_alike(text: str, suffix: str) -> None:
    assert split_title(f"{text} ({suffix})") == split_title(f"{text} ({suffix})".strip())


def test_a_hostile_title_takes_no_time() -> None:
    for text in ("(" * 5000, "a - " * 2000, "live at " * 1000, " " * 20000 + "x", "[(" * 3000):
        assert split_title(text).base


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Simon & Garfunkel",), ("Simon & Garfunkel",)),
        (("Simon & Garfunkel",), ("Garfunkel", "Simon")),
        (("Earth, Wind & Fire",), ("Earth Wind and Fire",)),
        (("AC/DC",), ("AC-DC",)),
        (("AC/DC",), ("ACDC",)),
        (("The Beatles",), ("Beatles",)),
        (("Above & Beyond",), ("ABOVE AND BEYOND",)),
        (("A-Trak feat. Zoo Brazil",), ("A-Trak",)),
        (("Skrillex x Fred again..",), ("Fred again..",)),
        (("Rihanna vs. Soft Cell",), ("Soft Cell",)),
        (("Ann; Bob",), ("Bob",)),
        (("Ann/Bob",), ("Bob",)),
        (("deadmau5 - Topic",), ("deadmau5",)),
        (("AdeleVEVO",), ("Adele",)),
        (("宇多田ヒカル",), ("宇多田ヒカル",)),
    ],
)
def test_credits_that_share_an_artist(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert artists_key(one) & artists_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ann",), ("Anna",)),
        (("Ann & Friends",), ("Bob & Friends",)),
        (("Jamie xx",), ("xx",)),
        (("Alexx",), ("Ale",)),
        ((), ("Ann",)),
    ],
)
def test_credits_that_share_none(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert not artists_key(one) & artists_key(other)


def test_a_name_is_never_empty() -> None:
    assert [artist_key(name) for name in ("The The", "The", "Vevo", "!!!")] == [
        "the",
        "the",
        "vevo",
        "!!!",
    ]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("deadmau5 - Strobe", ("deadmau5", "Strobe")),
        ("01 - deadmau5 - Strobe", ("deadmau5", "Strobe")),
        ("01. deadmau5 - Strobe", ("deadmau5", "Strobe")),
        ("deadmau5 – Strobe", ("deadmau5", "Strobe")),
        ("deadmau5_-_Strobe", ("deadmau5", "Strobe")),
        ("deadmau5 - Strobe [dQw4w9WgXcQ]", ("deadmau5", "Strobe")),
        ("deadmau5 - Strobe [Album-Remix]", ("deadmau5", "Strobe [Album-Remix]")),
        ("deadmau5 - Strobe [Performance]", ("deadmau5", "Strobe [Performance]")),
        ("deadmau5 - Strobe (1)", ("deadmau5", "Strobe")),
        ("deadmau5 - Strobe - Radio Edit", ("deadmau5", "Strobe - Radio Edit")),
        ("deadmau5 - For Lack of a Better Name - 10 - Strobe", ("deadmau5", "Strobe")),
        ("01 Strobe", ("", "Strobe")),
        ("1-10 Strobe", ("", "Strobe")),
        ("1.Strobe", ("", "Strobe")),
        ("A1 Strobe", ("", "Strobe")),
        ("B2. Strobe", ("", "Strobe")),
        ("Strobe", ("", "Strobe")),
        ("99 Problems", ("", "99 Problems")),
        ("1979", ("", "1979")),
        ("1-800-273-8255", ("", "1-800-273-8255")),
        ("50 Cent - In Da Club", ("50 Cent", "In Da Club")),
        ("U2 - One", ("U2", "One")),
        ("Jay-Z - 99 Problems", ("Jay-Z", "99 Problems")),
        ("YOASOBI - 夜に駆ける", ("YOASOBI", "夜に駆ける")),
        ("_", ("", "_")),
        ("-", ("", "-")),
    ],
)
def test_from_file_name(stem: str, expected: tuple[str, str]) -> None:
    assert from_file_name(stem) == expected


@pytest.mark.parametrize(
    ("stem", "other"),
    [
        ("Strobe - deadmau5", ("deadmau5", "Strobe")),
        ("12 Strobe", ("", "Strobe")),
        ("A1 - Take On Me", ("A1", "Take On Me")),
        ("deadmau5 - 4x4=12 - Strobe", ("deadmau5", "Strobe")),
        ("deadmau5-Strobe", ("deadmau5", "Strobe")),
        ("Before - After", ("", "Before - After")),
    ],
)
def test_other_ways_to_read_a_file_name(stem: str, other: tuple[str, str]) -> None:
    assert other in readings(stem)[1:]


@given(st.text(min_size=1))
def test_a_file_name_always_says_a_title(stem: str) -> None:
    assert bool(from_file_name(stem)[1].strip()) == bool(stem.strip())
