"""What other programs left in a file is there afterwards, to the byte."""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path
from typing import Any

import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import pytest

from adapters.audio import probe, tags_vorbis
from adapters.audio.tagging import Cover, TagSet, cover, read_all, restored, retagged
from adapters.audio.tagset import Texts
from adapters.contract import Permanent
from adapters.sandbox.music import make

id3: Any = mutagen.id3
mp4: Any = mutagen.mp4
flac: Any = mutagen.flac

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 300
EVERY_BYTE = bytes(range(256)) * 40 + b"\xff\xe0\xff\x00"
WANTED = TagSet(
    title="New",
    artists=("X", "Y"),
    date="2020-02-03",
    bpm=123.4,
    key="Am",
    camelot="8A",
    track_id="id",
    cover=cover(JPEG),
)


def frame(name: bytes, data: bytes, version: int, flags: bytes = b"\0\0") -> bytes:
    size = len(data)
    safe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return name + (safe if version == 4 else size.to_bytes(4, "big")) + flags + data


def tag(version: int, body: bytes, flags: int = 0) -> bytes:
    size = len(body)
    safe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + safe + body


def foreign_frames(version: int) -> list[bytes]:
    """As Serato, Traktor, iTunes, players and people leave them, some against the letter."""
    return [
        frame(b"GEOB", b"\0application/octet-stream\0\0Serato Markers2\0" + EVERY_BYTE, version),
        frame(b"GEOB", b"\0application/octet-stream\0\0Serato BeatGrid\0\1\0\0", version),
        frame(b"PRIV", b"TRAKTOR4\0" + EVERY_BYTE, version),
        frame(b"PRIV", b"TRAKTOR4\0second of the same owner", version),
        frame(b"POPM", b"traktor@native-instruments.de\0\xff\0\0\0\x07", version),
        frame(b"POPM", b"traktor@native-instruments.de\0\x01\0\0\0\x08", version),
        frame(b"TXXX", b"\0REPLAYGAIN_TRACK_GAIN\0-6.20 dB\0", version),
        frame(b"TXXX", b"\0REPLAYGAIN_TRACK_GAIN\0twice", version),
        frame(b"COMM", b"\0engiTunNORM\0 00000A\0", version),
        frame(b"APIC", b"\0image/png\0\x04back\0\x89PNG" + EVERY_BYTE, version),
        frame(b"RVAD", b"\0\x10\0\0\0\0", version),
        frame(b"XYZ1", EVERY_BYTE, version),
        frame(b"TCMP", b"\x001\0", version),
        frame(b"TDAB", b"\x07not to be decoded", version),
    ]


def mp3(path: Path, head: bytes) -> Path:
    make(path, seed=1, seconds=1)
    file = id3.ID3(path)
    file.delete()
    path.write_bytes(head + path.read_bytes())
    return path


def head_of(path: Path) -> bytes:
    data = path.read_bytes()
    return data[: 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])]


@pytest.mark.parametrize("version", [3, 4])
def test_frames_of_an_mp3(tmp_path: Path, version: int) -> None:
    foreign = foreign_frames(version)
    ours = [
        frame(b"TIT2", b"\0Old\0", version),
        frame(b"TPE1", b"\1" + "A\0B".encode("utf-16"), version),
    ]
    old_v1 = b"TAG" + b"Old".ljust(125, b"\0")
    source = mp3(tmp_path / "x.mp3", tag(version, b"".join(ours + foreign) + bytes(100)))
    source.write_bytes(source.read_bytes() + old_v1)
    work, back = tmp_path / "w.mp3", tmp_path / "b.mp3"
    done = retagged(source, work, WANTED)
    assert done.before.texts == {"TIT2": ("Old",), "TPE1": ("A", "B")}
    assert done.before.kind == done.after.kind == f"id3v2.{version}"
    for path in (work, back):
        head = head_of(path) if path == work else b""
        if path == back:
            assert restored(work, back, done.before).after == done.before
            head = head_of(back)
        places = [head.find(each) for each in foreign]
        assert -1 not in places
        assert places == sorted(places)
        assert path.read_bytes().endswith(old_v1)
        assert probe(path).audio == probe(source).audio


def test_a_tag_that_avoids_false_frames(tmp_path: Path) -> None:
    """Both ways of "unsynchronisation": the tag is written without, the content is the same."""
    private = b"owner\0" + b"\xff\xe0a\xff\0b" * 9
    spread = private.replace(b"\xff\0", b"\xff\0\0").replace(b"\xff\xe0", b"\xff\0\xe0")
    bodies = {
        3: frame(b"PRIV", private, 3).replace(private, spread),
        4: frame(b"PRIV", spread, 4),
    }
    for version, body in bodies.items():
        source = mp3(tmp_path / f"x{version}.mp3", tag(version, body, flags=0x80))
        work = tmp_path / f"w{version}.mp3"
        retagged(source, work, WANTED)
        assert id3.ID3(work).getall("PRIV")[0].data == private.removeprefix(b"owner\0")
        assert str(id3.ID3(work)["TIT2"]) == "New"


def test_sizes_as_an_old_program_wrote_them(tmp_path: Path) -> None:
    body = frame(b"GEOB", b"\0a/b\0\0Serato Autotags\0" + EVERY_BYTE, 3)
    source = mp3(tmp_path / "x.mp3", tag(4, body + frame(b"TALB", b"\3Album", 3)))
    retagged(source, tmp_path / "w.mp3", WANTED)
    tags = id3.ID3(tmp_path / "w.mp3")
    assert tags.getall("GEOB")[0].data == EVERY_BYTE
    assert (str(tags["TALB"]), str(tags["TIT2"])) == ("Album", "New")


def test_very_old_tags_become_old_ones_unless_that_loses_something(tmp_path: Path) -> None:
    def old(name: bytes, data: bytes) -> bytes:
        return name + len(data).to_bytes(3, "big") + data

    rating = old(b"POP", b"a@b\0\x80\0\0\0\1")
    source = mp3(tmp_path / "x.mp3", tag(2, old(b"TT2", b"\0Old") + rating))
    done = retagged(source, tmp_path / "w.mp3", WANTED)
    assert done.before.texts == {"TIT2": ("Old",)}
    assert id3.ID3(tmp_path / "w.mp3").getall("POPM")[0].rating == 128
    source = mp3(tmp_path / "y.mp3", tag(2, old(b"TT2", b"\0Old") + old(b"XYZ", b"mine")))
    with pytest.raises(Permanent, match="what newer tags cannot"):
        retagged(source, tmp_path / "v.mp3", WANTED)
    assert not (tmp_path / "v.mp3").exists()


@pytest.mark.parametrize("suffix", ["wav", "aiff"])
def test_chunks(tmp_path: Path, suffix: str) -> None:
    source, work = tmp_path / f"x.{suffix}", tmp_path / f"w.{suffix}"
    make(source, seed=1, seconds=1)
    mutagen.File(source).delete()
    order, plain = ("<", source.read_bytes()) if suffix == "wav" else (">", source.read_bytes())
    frames = foreign_frames(3)
    info = b"INFO" + struct.pack("<4sI", b"INAM", 4) + b"Old\0"
    info += struct.pack("<4sI", b"ICMT", 3) + b"ok\0\0" + struct.pack("<4sI", b"IXYZ", 2) + b"z\0"
    added = [(b"bext", EVERY_BYTE), (b"cue ", b"odd"), (b"LIST", b"adtlnote")]
    added += [(b"LIST", info)] if suffix == "wav" else [(b"NAME", b"Old!")]
    added += [(b"id3 " if suffix == "wav" else b"ID3 ", tag(3, b"".join(frames))), (b"smpl", b"s!")]
    for name, data in added:
        plain += struct.pack(f"{order}4sI", name, len(data)) + data + bytes(len(data) % 2)
    source.write_bytes(plain[:4] + struct.pack(f"{order}I", len(plain) - 8) + plain[8:])
    done = retagged(source, work, WANTED)
    assert done.before.texts == ({"INAM": ("Old",)} if suffix == "wav" else {})
    written = work.read_bytes()
    assert all(each in written for each in frames)
    for name, data in added:
        if name not in (b"id3 ", b"ID3 ") and data != info:
            assert struct.pack(f"{order}4sI", name, len(data)) + data in written
    if suffix == "wav":
        assert b"ICMT\x03\0\0\0ok\0\0IXYZ\x02\0\0\0z\0" in written
        assert written.count(b"INAM") == 1
    assert struct.unpack_from(f"{order}I", written, 4)[0] == len(written) - 8


def atom(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), name) + data


def test_atoms_of_an_m4a(tmp_path: Path) -> None:
    source, work, back = (tmp_path / f"{name}.m4a" for name in ("source", "work", "back"))
    make(source, seed=1, seconds=1, title="Old", artists=["A", "B"])
    file = mutagen.File(source)
    traktor = "----:com.native-instruments.traktor:TRAKTOR4"
    file[traktor] = [mp4.MP4FreeForm(EVERY_BYTE, dataformat=mp4.AtomDataType.IMPLICIT)]
    file["----:com.serato.dj:markersv2"] = [b"AAAA\n", b"BBBB"]
    file["----:com.apple.iTunes:replaygain_track_gain"] = [b"-6.20 dB"]
    file["rtng"], file["cpil"], file["©too"] = [4], True, ["Ünïcode 🎛"]
    file["covr"] = [mp4.MP4Cover(b"first"), mp4.MP4Cover(b"second")]
    file.save()
    # Atoms that no library knows, one of them with a language: put into the list behind the rest.
    odd = atom(b"xyz!", atom(b"data", b"\0\0\0\x63\0\0\0\x01" + EVERY_BYTE))
    odd += atom(b"odd1", b"\xff\xfe no data atom within") + atom(b"\xa9xyz", b"\0\x03\x15\xc7abc")
    odd += atom(b"tvsn", b"torn") + atom(b"aART", atom(b"data", b"\0\0\0\x63" + bytes(4)))
    insert_into_ilst(source, odd)
    kept = items(source)
    done = retagged(source, work, WANTED)
    assert done.before.texts["©ART"] == ("A", "B")
    for path in (work, back):
        if path == back:
            assert restored(work, back, done.before).before == done.after
        now = items(path)
        for name in kept:
            mine = name in (b"\xa9nam", b"\xa9ART", b"covr")
            assert mine or all(data in now[name] for data in kept[name]), name
        assert bytes(mutagen.File(path)["covr"][1]) == b"second"
        assert probe(path).audio == probe(source).audio


def insert_into_ilst(path: Path, more: bytes) -> None:
    """Only where the list of tags comes after the audio, so that no offset has to move."""
    data = bytearray(path.read_bytes())
    moov = mp4.Atoms(io.BytesIO(bytes(data)))
    place = moov.path(b"moov", b"udta", b"meta", b"ilst")
    end = place[-1].offset + place[-1].length
    data[end:end] = more
    for each in place:
        size = int.from_bytes(data[each.offset : each.offset + 4], "big") + len(more)
        data[each.offset : each.offset + 4] = size.to_bytes(4, "big")
    at = 0
    while (at := data.find(b"stco", at + 1)) > 0:
        for entry in range(int.from_bytes(data[at + 8 : at + 12], "big")):
            spot = at + 12 + 4 * entry
            offset = int.from_bytes(data[spot : spot + 4], "big")
            if offset >= end:
                data[spot : spot + 4] = (offset + len(more)).to_bytes(4, "big")
    path.write_bytes(data)


def items(path: Path) -> dict[bytes, list[bytes]]:
    """The atoms of the list of tags, as they are."""
    found: dict[bytes, list[bytes]] = {}
    with path.open("rb") as stream:
        for each in mp4.Atoms(stream).path(b"moov", b"udta", b"meta", b"ilst")[-1].children:
            found.setdefault(each.name, []).append(each.read(stream)[1])
    return found


@pytest.mark.parametrize("suffix", ["flac", "ogg", "opus"])
def test_comments_and_blocks(tmp_path: Path, suffix: str) -> None:
    source, work, back = (tmp_path / f"{name}.{suffix}" for name in ("source", "work", "back"))
    make(source, seed=1, seconds=1, title="Old")
    file = mutagen.File(source)
    others = [
        ("SERATO_MARKERS_V2", "YXBwbGljYXRpb24=\n" * 500),
        ("REPLAYGAIN_TRACK_GAIN", "-6.20 dB"),
        ("Rating", "80"),
        ("rating", "60"),
        ("COMPOSER", "Ünïcode 🎛"),
        ("EMPTY", ""),
    ]
    file.tags.extend([("artist", "A"), ("Artist", "B"), *others])
    back_cover = flac.Picture()
    back_cover.type, back_cover.mime, back_cover.data = 4, "image/png", EVERY_BYTE
    if suffix == "flac":
        file.add_picture(back_cover)
        file.metadata_blocks.append(flac.MetadataBlock(b"riffEVERYTHING"))
        file.metadata_blocks[-1].code = 2
    file.save()
    done = retagged(source, work, WANTED)
    assert done.before.texts["ARTIST"] == ("A", "B")
    assert restored(work, back, done.before).after == done.before
    for path in (work, back):
        now = mutagen.File(path)
        assert [each for each in now.tags if each in others] == others
        if suffix == "flac":
            assert now.pictures[-1].write() == back_cover.write()
            assert [block.data for block in now.metadata_blocks if block.code == 2] == [
                b"riffEVERYTHING"
            ]
    assert mutagen.File(work).tags.vendor == file.tags.vendor


@pytest.mark.parametrize("suffix", ["ogg", "opus"])
def test_pictures_in_comments_stay_as_they_are_written(tmp_path: Path, suffix: str) -> None:
    """Broken ones, and such with bytes that no library would write, too."""
    source, work = (tmp_path / f"{name}.{suffix}" for name in ("source", "work"))
    make(source, seed=1, seconds=1)
    odd, front = flac.Picture(), flac.Picture()
    odd.type, odd.mime, odd.data = 4, "image/png", EVERY_BYTE
    front.type, front.mime, front.data = 3, "image/png", EVERY_BYTE
    name = "METADATA_BLOCK_PICTURE"
    others = [
        (name, "no base64 at all"),
        (name.lower(), base64.b64encode(odd.write() + b"more").decode()),
    ]
    file = mutagen.File(source)
    file.tags.extend([*others, (name, base64.b64encode(front.write()).decode())])
    file.save()
    retagged(source, work, WANTED)
    found = [each for each in mutagen.File(work).tags if each[0].upper() == name]
    assert len(found) == 3 and [each for each in found if each in others] == others
    assert flac.Picture(base64.b64decode(found[0][1])).data == JPEG


def test_comments_that_are_no_text_are_left_to_their_owner(tmp_path: Path) -> None:
    source = tmp_path / "x.flac"
    make(source, seed=1, seconds=1)
    file = mutagen.File(source)
    file.tags.append(("ODD", "ZZZZ"))
    file.save()
    source.write_bytes(source.read_bytes().replace(b"ZZZZ", b"Z\xff\xfeZ"))
    assert read_all(source).texts == {}
    with pytest.raises(Permanent, match="not UTF-8"):
        retagged(source, tmp_path / "w.flac", WANTED)


def test_other_covers_stay(tmp_path: Path) -> None:
    second = b"\0image/jpeg\0\x03\0second front"
    first = frame(b"APIC", b"\0image/jpeg\0\x03\0first front", 3)
    other = frame(b"APIC", second, 3)
    source = mp3(tmp_path / "x.mp3", tag(3, first + other))
    retagged(source, tmp_path / "w.mp3", WANTED)
    head = head_of(tmp_path / "w.mp3")
    assert other in head
    assert first not in head
    assert head.index(JPEG) < head.index(other)


def test_a_save_that_harms_other_tags_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "x.flac"
    make(source, seed=1, seconds=1)
    file = mutagen.File(source)
    file.tags.append(("RATING", "80"))
    file.save()
    real = tags_vorbis.write

    def careless(path: Path, changes: Texts, picture: Cover | None) -> None:
        real(path, changes, picture)
        hurt = mutagen.File(path)
        hurt.tags[:] = [each for each in hurt.tags if each[0] != "RATING"]
        hurt.save()

    monkeypatch.setattr(tags_vorbis, "write", careless)
    with pytest.raises(Permanent, match="its other tags would have suffered"):
        retagged(source, tmp_path / "w.flac", WANTED)
    assert not (tmp_path / "w.flac").exists()
