from __future__ import annotations

import pytest

from adapters.audio.generations import Generation, best, lossless, needed


@pytest.mark.parametrize(
    ("codec", "container", "format", "need"),
    [
        ("aac", "m4a", "m4a", "copy"),
        ("aac", "M4A", "m4a", "copy"),
        ("aac", "webm", "m4a", "remux"),
        ("aac", "aac", "m4a", "remux"),
        ("alac", "m4a", "m4a", "encode"),
        ("alac", "m4a", "alac", "copy"),
        ("mp3", "mp3", "mp3", "copy"),
        ("mp3", "mp3", "m4a", "encode"),
        ("opus", "webm", "m4a", "encode"),
        ("flac", "flac", "flac", "copy"),
        ("flac", "oga", "flac", "remux"),
        ("flac", "flac", "alac", "encode"),
    ],
)
def test_what_is_the_right_codec_already_is_not_encoded(
    codec: str, container: str, format: str, need: str
) -> None:
    assert needed(codec, container, format) == need  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["m4a", "wav", "alac"])
def test_lossy_files_that_a_player_reads_stay_as_they_are(format: str) -> None:
    player = {"mp3", "aac", "flac"}
    assert needed("mp3", "mp3", format, readable=player) == "copy"  # type: ignore[arg-type]
    assert needed("vorbis", "ogg", format, readable=player) == "encode"  # type: ignore[arg-type]
    assert needed("flac", "flac", format, readable=player) == "encode"  # type: ignore[arg-type]


def test_a_codec_in_a_foreign_container_is_not_what_a_player_reads() -> None:
    assert needed("opus", "webm", "mp3", readable={"opus"}) == "encode"
    assert needed("opus", "opus", "mp3", readable={"opus"}) == "copy"


def test_pcm_stays_only_at_the_rate_of_a_cd() -> None:
    assert needed("pcm_s16le", "wav", "wav", rate=44_100) == "copy"
    assert needed("pcm_s16le", "wav", "wav", rate=48_000) == "encode"
    assert needed("pcm_s16le", "wav", "wav") == "encode"
    assert needed("pcm_s24le", "wav", "wav", rate=44_100) == "encode"
    assert needed("pcm_s16le", "wav", "aiff", rate=44_100) == "encode"
    assert needed("pcm_s16be", "aif", "aiff", rate=44_100) == "copy"


def test_lossless_comes_first_then_originals_then_bitrate() -> None:
    flac, aac = Generation("flac", 900_000), Generation("aac", 256_000)
    wav = Generation("pcm_s16le", 1_411_200, made_of="opus")
    copy = Generation("aac", 256_000, made_of="flac")
    opus, poor = Generation("opus", 128_000), Generation("mp3", 64_000)
    assert best([aac, flac, opus]) is flac
    assert best([wav, opus]) is opus
    assert best([wav, copy]) is wav
    assert best([copy, poor]) is poor
    assert best([opus, aac, poor]) is aac
    assert best([Generation("alac", 2, made_of="flac"), aac]).codec == "alac"


def test_of_equals_the_first_is_taken() -> None:
    first, second = Generation("mp3", 1), Generation("mp3", 1)
    assert best([first, second]) is first
    with pytest.raises(ValueError, match="empty"):
        best([])


def test_lossless_codecs() -> None:
    assert lossless("pcm_s24be")
    assert lossless("alac")
    assert not lossless("vorbis")
