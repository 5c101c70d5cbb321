"""Tags of every format: written, read back, put back, and nothing else touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import mutagen
import pytest

from adapters.audio import probe
from adapters.audio.tagging import TagSet, cover, difference, read_all, restored, retagged
from adapters.contract import Fatal, Permanent
from adapters.sandbox.music import make
from state.values import Tags

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 3000
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 3000
SUFFIXES = ("m4a", "mp3", "flac", "ogg", "opus", "wav", "aiff")
every_format = pytest.mark.parametrize("suffix", SUFFIXES)

WANTED = TagSet(
    title="Täö 🎧 ",
    artists=("Ä & B", "C"),
    album="Alb",
    album_artist="Various",
    track=3,
    tracks=12,
    disc=1,
    discs=2,
    date="2019-05-31",
    genre="Deep House",
    isrc="gb-arl-93-00135",
    bpm=127.95,
    key="F#m",
    camelot="11A",
    track_id="spotify:track:4uLU6hMCjMI75M1A2tKUQC",
    cover=cover(JPEG),
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short tune in every format, without tags."""
    folder = tmp_path_factory.mktemp("bare")
    for suffix in SUFFIXES:
        make(folder / f"x.{suffix}", seed=1, seconds=1)
    return folder


@every_format
def test_all_of_it_is_written_and_read_back(tmp_path: Path, bare: Path, suffix: str) -> None:
    source, work = bare / f"x.{suffix}", tmp_path / f"w.{suffix}"
    before = source.read_bytes()
    done = retagged(source, work, WANTED)
    assert source.read_bytes() == before
    assert done.before.texts == {}
    assert done.after == read_all(work)
    assert difference(done.after, WANTED) == {}
    assert probe(work).audio == probe(source).audio
    assert probe(work).tags == Tags(
        title="Täö 🎧",
        artists=("Ä & B", "C"),
        album="Alb",
        isrc="GBARL9300135",
        bpm=127.95,
        key="F#m",
    )


@every_format
def test_a_second_run_changes_nothing_and_equal_input_gives_equal_bytes(
    tmp_path: Path, bare: Path, suffix: str
) -> None:
    first, twin, again = (tmp_path / f"{name}.{suffix}" for name in ("first", "twin", "again"))
    retagged(bare / f"x.{suffix}", first, WANTED)
    retagged(bare / f"x.{suffix}", twin, WANTED)
    assert first.read_bytes() == twin.read_bytes()
    same = retagged(first, again, WANTED)
    assert same.before == same.after
    assert again.read_bytes() == first.read_bytes()


@every_format
def test_only_what_is_wanted_changes_and_a_restore_puts_it_back(
    tmp_path: Path, bare: Path, suffix: str
) -> None:
    tagged, edited, back = (tmp_path / f"{name}.{suffix}" for name in ("tagged", "edited", "back"))
    was = retagged(bare / f"x.{suffix}", tagged, WANTED).after
    other = TagSet(title="Other", bpm=170, cover=cover(PNG))
    done = retagged(tagged, edited, other)
    changed = difference(was, other)
    assert {name for name in done.after.texts if done.after.texts[name] != was.texts[name]} == set(
        changed
    )
    kept = restored(edited, tmp_path / f"kept.{suffix}", was).after
    assert kept.texts == was.texts | {"cover": (cover(PNG).digest,)}
    assert restored(edited, back, was, cover(JPEG)).after == was
    bare_again = restored(back, tmp_path / f"none.{suffix}", read_all(bare / f"x.{suffix}"))
    assert bare_again.after.texts == {}


@pytest.mark.parametrize("suffix", ["m4a", "mp3", "flac"])
def test_a_list_of_artists_counts_until_their_line_says_something_else(
    tmp_path: Path, bare: Path, suffix: str
) -> None:
    work = tmp_path / f"w.{suffix}"
    retagged(bare / f"x.{suffix}", work, TagSet(title="T", artists=("A, B", "C & D")))
    assert probe(work).tags.artists == ("A, B", "C & D")
    file = mutagen.File(work, easy=True)
    file["artist"] = ["Somebody Else"]
    file.save()
    assert probe(work).tags.artists == ("Somebody Else",)


def test_what_other_programs_see(tmp_path: Path, bare: Path) -> None:
    """The names and types that the formats and the DJ programs ask for."""
    for suffix in SUFFIXES:
        retagged(bare / f"x.{suffix}", tmp_path / f"x.{suffix}", WANTED)
    m4a = mutagen.File(tmp_path / "x.m4a").tags
    assert m4a["tmpo"] == [128]
    assert m4a["trkn"] == [(3, 12)]
    assert bytes(m4a["----:com.apple.iTunes:BPM"][0]) == b"127.95"
    assert bytes(m4a["----:com.apple.iTunes:initialkey"][0]) == b"F#m"
    assert bytes(m4a["----:org.cratelog:track_id"][0]) == WANTED.track_id.encode()
    assert m4a["covr"][0].imageformat == 13
    for suffix in ("mp3", "wav", "aiff"):
        tags = mutagen.File(tmp_path / f"x.{suffix}").tags
        assert tags.version == (2, 3, 0)
        assert str(tags["TBPM"]) == "127.95"
        assert str(tags["TKEY"]) == "F#m"
        assert str(tags["TXXX:CRATELOG_TRACK_ID"]) == WANTED.track_id
        assert tags["APIC:"].data == JPEG
        assert str(tags["COMM::eng"]) == "11A"
    assert mutagen.File(tmp_path / "x.flac").pictures[0].data == JPEG
    wav = (tmp_path / "x.wav").read_bytes()
    data, info, tag = (wav.index(name) for name in (b"data", b"LIST", b"id3 "))
    assert data < info < tag  # old players expect the sound first
    assert "INAM\x0b\0\0\0Täö 🎧\0\0".encode() in wav


def test_a_name_in_capitals_is_the_same_field(tmp_path: Path, bare: Path) -> None:
    """Some programs write INITIALKEY; there are not two of them afterwards."""
    source = tmp_path / "x.m4a"
    shutil.copy(bare / "x.m4a", source)
    file = mutagen.File(source)
    file["----:com.apple.iTunes:INITIALKEY"] = [b"Am"]
    file.save()
    assert read_all(source).texts == {"----:com.apple.iTunes:initialkey": ("Am",)}
    retagged(source, tmp_path / "w.m4a", TagSet(key="C"))
    keys = [key for key in mutagen.File(tmp_path / "w.m4a").tags if "initialkey" in key.lower()]
    assert keys == ["----:com.apple.iTunes:initialkey"]


def test_the_mode_of_a_file_stays(tmp_path: Path, bare: Path) -> None:
    source, work = tmp_path / "x.mp3", tmp_path / "w.mp3"
    shutil.copy(bare / "x.mp3", source)
    source.chmod(0o440)
    retagged(source, work, WANTED)
    assert work.stat().st_mode & 0o777 == 0o440


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [*SUFFIXES, "txt"])
@pytest.mark.parametrize("content", [b"", b"hello\n" * 500, bytes(9000)], ids=["0", "text", "nul"])
def test_junk_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    for work in (lambda: read_all(path), lambda: retagged(path, tmp_path / "w", WANTED)):
        with pytest.raises(Permanent) as caught:
            work()
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "w").exists()


def test_nothing_is_overwritten(tmp_path: Path, bare: Path) -> None:
    work = tmp_path / "w.mp3"
    work.write_text("mine")
    with pytest.raises(Permanent, match="is in the way"):
        retagged(bare / "x.mp3", work, WANTED)
    assert work.read_text() == "mine"
    with pytest.raises(Fatal, match="cannot be written: No such file"):
        retagged(bare / "x.mp3", tmp_path / "none" / "w.mp3", WANTED)
    with pytest.raises(FileNotFoundError):
        retagged(tmp_path / "none.mp3", work, WANTED)


def test_tags_of_another_kind_are_not_put_back(tmp_path: Path, bare: Path) -> None:
    was = read_all(bare / "x.flac")
    with pytest.raises(Permanent, match="has mp4 tags, and those to be restored are vorbis"):
        restored(bare / "x.m4a", tmp_path / "w.m4a", was)
