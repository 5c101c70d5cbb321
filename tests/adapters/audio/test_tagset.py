from __future__ import annotations

import pytest

from adapters.audio.tagset import COVER, Kind, TagSet, Texts, Written, cover, difference

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
ITUNES = "----:com.apple.iTunes:"


def change(
    kind: Kind,
    wanted: TagSet,
    given: Texts | None = None,
    *,
    riff: bool = False,
    **texts: tuple[str, ...],
) -> Texts:
    return difference(Written(kind, texts | (given or {}), riff), wanted)


def test_what_is_not_wanted_is_left_alone() -> None:
    assert change("mp4", TagSet()) == {}
    assert change("vorbis", TagSet(title=" \0", artists=("",), bpm=-1, track=0)) == {}


def test_the_tempo_has_two_forms_in_mp4() -> None:
    assert change("mp4", TagSet(bpm=127.5)) == {f"{ITUNES}BPM": ("127.5",), "tmpo": ("128",)}
    assert change("mp4", TagSet(bpm=128.0), tmpo=("128",)) == {f"{ITUNES}BPM": ("128",)}
    assert change("id3v2.3", TagSet(bpm=127.456)) == {"TBPM": ("127.46",)}
    assert change("vorbis", TagSet(bpm=128), BPM=("128.00",)) == {}


def test_the_key_has_the_names_that_programs_look_for() -> None:
    assert change("mp4", TagSet(key="F#m")) == {
        f"{ITUNES}initialkey": ("F#m",),
        f"{ITUNES}KEY": ("F#m",),
    }
    assert change("id3v2.4", TagSet(key="Am")) == {"TKEY": ("Am",)}
    assert change("vorbis", TagSet(key="Am")) == {"INITIALKEY": ("Am",), "KEY": ("Am",)}


@pytest.mark.parametrize("present", [(), (" ",), ("11B",), ("8A", "")])
def test_the_comment_gets_the_key_where_it_says_nothing_else(present: tuple[str, ...]) -> None:
    assert change("mp4", TagSet(camelot="9A"), {"©cmt": present}) == {"©cmt": ("9A",)}


@pytest.mark.parametrize("present", [("bought in 2009",), ("8A", "great"), ("13A",), ("9A",)])
def test_a_comment_of_a_person_stays(present: tuple[str, ...]) -> None:
    assert change("id3v2.4", TagSet(camelot="9A"), COMM=present) == {}


def test_several_artists_are_one_line_and_a_list() -> None:
    two = TagSet(artists=("A", "B"))
    assert change("id3v2.3", two) == {"TPE1": ("A, B",), "TXXX:ARTISTS": ("A", "B")}
    assert change("vorbis", TagSet(artists=("A",)), ARTISTS=("A", "B")) == {
        "ARTIST": ("A",),
        "ARTISTS": (),
    }


@pytest.mark.parametrize("present", [("A", "B"), ("A/B",), ("A;B",), ("A, B",)])
def test_artists_in_another_form_stay(present: tuple[str, ...]) -> None:
    changes = change("vorbis", TagSet(artists=("A", "B")), ARTIST=present, ARTISTS=("A", "B"))
    assert changes == {}


def test_numbers_keep_a_total_that_we_do_not_know() -> None:
    assert change("mp4", TagSet(track=4), trkn=("3/12",)) == {"trkn": ("4/12",)}
    assert change("id3v2.4", TagSet(track=3), TRCK=("03/12",)) == {}
    assert change("id3v2.4", TagSet(disc=1), TPOS=("x",)) == {"TPOS": ("1",)}
    assert change("id3v2.4", TagSet(track=3, tracks=9)) == {"TRCK": ("3/9",)}


def test_vorbis_keeps_totals_apart_under_either_name() -> None:
    wanted = TagSet(track=3, tracks=12)
    assert change("vorbis", wanted) == {"TRACKNUMBER": ("3",), "TRACKTOTAL": ("12",)}
    assert change("vorbis", wanted, TRACKNUMBER=("3/12",)) == {}
    assert change("vorbis", wanted, TRACKNUMBER=("03",), TOTALTRACKS=("12",)) == {}
    assert change("vorbis", wanted, TRACKNUMBER=("2",), TOTALTRACKS=("9",)) == {
        "TRACKNUMBER": ("3",),
        "TOTALTRACKS": ("12",),
    }


def test_a_date_that_says_more_stays() -> None:
    assert change("mp4", TagSet(date="2019"), {"©day": ("2019-05-31T07:00:00Z",)}) == {}
    assert change("mp4", TagSet(date="2019-05-31"), {"©day": ("2019",)}) == {
        "©day": ("2019-05-31",)
    }


def test_old_id3_keeps_the_day_apart() -> None:
    assert change("id3v2.3", TagSet(date="2019-05-31")) == {"TYER": ("2019",), "TDAT": ("3105",)}
    assert change("id3v2.3", TagSet(date="2019"), TYER=("2019",), TDAT=("3105",)) == {}
    assert change("id3v2.3", TagSet(date="2020"), TYER=("2019",), TDAT=("3105",)) == {
        "TYER": ("2020",),
        "TDAT": (),
    }
    assert change("id3v2.3", TagSet(date="2020-01"), TYER=("2020",), TDRC=("2019",)) == {
        "TDRC": ("2020-01",)
    }
    assert change("id3v2.3", TagSet(date="May")) == {}


def test_an_isrc_is_the_same_with_hyphens() -> None:
    assert change("id3v2.4", TagSet(isrc="gbarl9300135"), TSRC=("GB-ARL-93-00135",)) == {}
    assert change("id3v2.4", TagSet(isrc="gb-arl-93-00135")) == {"TSRC": ("GBARL9300135",)}


def test_a_wav_has_older_tags_too() -> None:
    wanted = TagSet(title="T", artists=("A", "B"), isrc="GBARL9300135")
    assert change("id3v2.3", wanted, riff=True, TIT2=("T",)) == {
        "TPE1": ("A, B",),
        "TXXX:ARTISTS": ("A", "B"),
        "TSRC": ("GBARL9300135",),
        "INAM": ("T",),
        "IART": ("A, B",),
    }


def test_a_cover_is_known_by_its_digest() -> None:
    picture = cover(JPEG)
    assert change("vorbis", TagSet(cover=picture)) == {COVER: (picture.digest,)}
    assert change("vorbis", TagSet(cover=picture), cover=(picture.digest,)) == {}


def test_what_a_cover_is() -> None:
    assert cover(JPEG).mime == "image/jpeg"
    assert cover(PNG).mime == "image/png"
    for data in (b"", b"GIF89a", b"<html>"):
        with pytest.raises(ValueError, match="a JPEG or a PNG"):
            cover(data)
    with pytest.raises(ValueError, match="more than 16 MB"):
        cover(JPEG + bytes(16_000_000))
