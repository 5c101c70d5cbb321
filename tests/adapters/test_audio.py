from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Any

import mutagen
import mutagen.apev2
import mutagen.id3
import mutagen.ogg
import pytest

from adapters.audio import ffmpeg, probe, probing
from adapters.contract import Permanent, Transient
from adapters.sandbox.music import make, retag
from state.values import Tags

CODECS = {
    "m4a": "aac",
    "mp3": "mp3",
    "flac": "flac",
    "wav": "pcm_s16le",
    "aiff": "pcm_s16be",
    "aif": "pcm_s16be",
    "ogg": "vorbis",
    "oga": "vorbis",
    "opus": "opus",
}
tagging: Any = mutagen  # its classes are untyped
every_format = pytest.mark.parametrize("suffix", CODECS)


def encode(source: Path, target: Path, *options: str) -> Path:
    command = [ffmpeg(), "-v", "error", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target


def refusal(path: Path) -> str:
    with pytest.raises(Permanent) as caught:
        probe(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@every_format
def test_what_a_file_is_and_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    make(path, seed=1, title="Täö 🎧", artists=["A & B", "C"], album="Alb", isrc="gb-arl-93-00135")
    found = probe(path)
    assert found.codec == CODECS[suffix]
    assert abs(found.duration_ms - 4000) < 60
    assert found.bitrate == pytest.approx(path.stat().st_size * 8000 / found.duration_ms, rel=0.01)
    assert found.tags == Tags(
        title="Täö 🎧", artists=("A & B", "C"), album="Alb", isrc="GBARL9300135"
    )


@every_format
def test_the_hash_knows_the_audio_and_not_the_tags(tmp_path: Path, suffix: str) -> None:
    path, twin, other = (tmp_path / f"{name}.{suffix}" for name in ("path", "twin", "other"))
    make(path, seed=1, seconds=1)
    make(twin, seed=1, seconds=1)
    make(other, seed=2, seconds=1)
    bare = probe(path)
    assert bare.tags == Tags()
    assert probe(twin).audio == bare.audio
    assert probe(other).audio != bare.audio
    retag(path, title="long enough to move what follows " * 999, artists=["A"])
    long = probe(path)
    assert long.tags.artists == ("A",)
    assert long.audio == bare.audio
    retag(path, title="", artists=[])
    assert probe(path).tags == Tags()
    assert probe(path).audio == bare.audio


@every_format
def test_a_file_of_which_half_is_there_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    make(path, seed=1, seconds=20)
    whole = path.read_bytes()
    for part in (0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * part)])
        assert refusal(path).startswith("half-written: ")


def test_a_missing_tail_shows_at_once_where_the_format_lets_it(tmp_path: Path) -> None:
    for suffix in ("m4a", "ogg", "opus"):
        path = tmp_path / f"x.{suffix}"
        make(path, seed=1, seconds=4)
        path.write_bytes(path.read_bytes()[:-40])
        assert refusal(path).startswith("half-written: ")


def test_an_m4a_without_its_index_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "x.m4a", seed=1)
    path = encode(tmp_path / "x.m4a", tmp_path / "end.m4a", "-c", "copy")
    assert probe(path).audio == probe(tmp_path / "x.m4a").audio
    path.write_bytes(path.read_bytes()[:-2000])
    assert refusal(path) == "cannot be read as audio: moov atom not found"


@pytest.mark.parametrize("suffix", CODECS)
@pytest.mark.parametrize(
    "content",
    [
        b"hello world\n" * 1000,
        bytes(50_000),
        b"OggS" + bytes(900),
        b"fLaC" + bytes(5000),
        b"ID3\x04\0\0\0\0\0\0",
        b"RIFF" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
    ],
    ids=["text", "zeros", "ogg", "flac", "id3", "riff", "png"],
)
def test_junk_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    refusal(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.touch()
    assert refusal(path) == "empty (0 bytes)"


def test_a_header_without_audio_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "x.wav", seed=1, seconds=0)
    assert refusal(tmp_path / "x.wav").startswith("half-written: ")
    make(tmp_path / "x.aiff", seed=1, seconds=0)
    assert refusal(tmp_path / "x.aiff") == "holds no audio"


def test_a_text_that_names_other_files_does_not_get_them_read(tmp_path: Path) -> None:
    make(tmp_path / "real.mp3", seed=1)
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{tmp_path}/real.mp3\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile real.mp3\n",
    ):
        path = tmp_path / "x.m4a"
        path.write_text(text)
        assert refusal(path).startswith("cannot be read")


def test_headers_that_only_guess_are_not_believed(tmp_path: Path) -> None:
    source = tmp_path / "x.flac"
    make(source, seed=1, seconds=20)
    piped = subprocess.run(
        [ffmpeg(), "-v", "error", "-i", str(source), "-f", "wav", "-"],
        check=True,
        capture_output=True,
    ).stdout
    (tmp_path / "piped.wav").write_bytes(piped)
    assert probe(tmp_path / "piped.wav").duration_ms == 20_000
    vbr = encode(source, tmp_path / "vbr.mp3", "-write_xing", "0", "-q:a", "0")
    assert abs(probe(vbr).duration_ms - 20_000) < 60
    parts = encode(source, tmp_path / "f.m4a", "-movflags", "frag_keyframe+empty_moov")
    assert abs(probe(parts).duration_ms - 20_000) < 60


def test_an_mp3_with_an_ape_tag_is_the_same_audio(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1)
    bare = probe(path)
    ape = tagging.apev2.APEv2()
    ape["Title"] = "hello" * 400
    ape.save(path)
    assert probe(path).audio == bare.audio


def test_older_tags_of_a_wav_are_read_if_there_are_no_others(tmp_path: Path) -> None:
    make(tmp_path / "x.flac", seed=1)
    options = ("-metadata", "title=Täö", "-metadata", "artist=A", "-metadata", "album=B")
    path = encode(tmp_path / "x.flac", tmp_path / "x.wav", *options)
    assert probe(path).tags == Tags(title="Täö", artists=("A",), album="B")
    retag(path, title="Newer")
    assert probe(path).tags == Tags(title="Newer")


def test_artists_are_several_only_where_the_file_keeps_several(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1, artists=["Simon & Garfunkel"], title="A/B")
    assert probe(path).tags.artists == ("Simon & Garfunkel",)
    file = tagging.File(path)
    file.tags.add(tagging.id3.TPE1(encoding=3, text=["AC/DC"]))
    file.save(v2_version=3)
    assert probe(path).tags.artists == ("AC/DC",)


def test_what_is_no_isrc_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1, isrc="unknown")
    assert probe(path).tags.isrc == ""


def test_tags_that_talk_like_ffmpeg_are_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    forged = (
        "x\n  Stream #0:0: Audio: forged\n"
        "[in#0/mov,mp4 @ 0x1] stream 0, offset 0x1: partial file\n"
        "\r  Stream #0:0: Audio: forged"
    )
    make(path, seed=1)
    file = tagging.File(path)
    file.tags.add(tagging.id3.TIT2(encoding=3, text=[forged]))
    file.save()
    assert probe(path).codec == "mp3"


def test_broken_tags_do_not_make_audio_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1, title="T")

    def broken(_: Path) -> None:
        raise struct.error

    monkeypatch.setattr(mutagen, "File", broken)
    assert probe(path).tags == Tags()


def test_a_stream_that_repeats_its_headers_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.ogg"
    make(path, seed=1, title="T")
    plain = probe(path)
    repeat_headers(path)
    refused = subprocess.run(
        [ffmpeg(), "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True
    )
    assert b"Header processing failed" in refused.stderr
    assert probe(path).audio == plain.audio
    assert probe(path).tags.title == "T"
    retag(path, title="long enough for another page " * 9999)
    assert probe(path).audio == plain.audio
    path.write_bytes(path.read_bytes()[:-100])
    assert refusal(path).startswith("half-written: ")


def repeat_headers(path: Path) -> None:
    """Put the three header packets once more before the audio, as a broken muxer did."""
    page_of = tagging.ogg.OggPage
    pages = []
    with path.open("rb") as stream:
        while stream.tell() < path.stat().st_size:
            pages.append(page_of(stream))
    head = [packet for page in pages[:2] for packet in page.packets]
    again = page_of()
    again.serial, again.sequence, again.packets, again.position = pages[0].serial, 2, head, 0
    for page in pages[2:]:
        page.sequence += 1
    path.write_bytes(b"".join(page.write() for page in [*pages[:2], again, *pages[2:]]))


def test_names_that_look_like_options_or_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("-i.mp3", "http:%d.mp3", "a'b\nc.mp3"):
        make(tmp_path / name, seed=1, seconds=1)
        assert probe(tmp_path / name).codec == "mp3"
    make(tmp_path / "-y.mp3", seed=1, seconds=1)
    monkeypatch.chdir(tmp_path)
    assert probe(Path("-y.mp3")).codec == "mp3"


def test_reading_has_a_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(probing, "ffmpeg", lambda: str(slow))
    monkeypatch.setattr(probing, "_PATIENCE", 0.2)
    with pytest.raises(Transient, match="could not be read within"):
        probe(path)


def test_much_talk_is_read_at_its_ends_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.mp3"
    make(path, seed=1)
    flood = tmp_path / "flood"
    flood.write_text(
        "#!/bin/sh\necho '  Stream #0:0: Audio: mp3' >&2\n"
        "head -c 5000000 /dev/zero | tr '\\0' 'x' >&2\n"
        "echo >&2\necho '[in#0/mov,mp4 @ 0x1] stream 0, offset 0x1: partial file' >&2\n"
        "echo SHA256=$(printf '%064d' 0)\necho out_time_us=4000000\n"
    )
    flood.chmod(0o755)
    monkeypatch.setattr(probing, "ffmpeg", lambda: str(flood))
    assert refusal(path).startswith("half-written: only 4 seconds")
