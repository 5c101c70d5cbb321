from __future__ import annotations

import math
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio import converting, ffmpeg, probe, streams
from adapters.audio.converting import Format, Output, convert, stream
from adapters.contract import Fatal, Permanent, Transient
from adapters.sandbox.music import make

FORMATS: tuple[Format, ...] = ("m4a", "wav", "aiff", "mp3", "flac", "alac")
SUFFIXES = {"alac": "alac.m4a"}


def outputs(folder: Path, *formats: Format) -> list[Output]:
    folder.mkdir(exist_ok=True)
    return [Output(folder / f"x.{SUFFIXES.get(each, each)}", each) for each in formats]


def encode(source: Path, target: Path, *options: str) -> Path:
    command = [ffmpeg(), "-v", "error", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target


def sound(path: Path, rate: int = 44_100) -> NDArray[np.float64]:
    """Samples of all channels, decoded, shape (frames, channels)."""
    channels = 1 if stream(path).layout == "mono" else 2
    command = [ffmpeg(), "-v", "error", "-i", str(path), "-ar", str(rate)]
    command += ["-ac", str(channels), "-f", "f32le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<f4").astype(np.float64).reshape(-1, channels)


def loudness(samples: NDArray[np.float64]) -> float:
    return 20 * math.log10(float(np.sqrt(np.mean(samples**2))))


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tune") / "x.flac"
    make(path, seed=1, seconds=3, title="T", artists=["A"])
    return path


@pytest.fixture(scope="module")
def opus(tune: Path) -> Path:
    """As media sites send it."""
    return encode(tune, tune.with_name("x.webm"), "-c:a", "libopus", "-b:a", "96k")


def fake(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_one_run_makes_every_format(tmp_path: Path, opus: Path) -> None:
    made = convert(opus, outputs(tmp_path, *FORMATS))
    assert [each.format for each in made] == list(FORMATS)
    expected = ("aac", "pcm_s16le", "pcm_s16be", "mp3", "flac", "alac")
    for each, codec in zip(made, expected, strict=True):
        found = probe(each.path)
        assert (each.codec, each.audio, each.how) == (codec, found.audio, "encode")
        assert abs(each.duration_ms - 3000) <= 50
        assert each.size == each.path.stat().st_size
        assert found.tags.title == ""
    rates = {each.format: stream(each.path).rate for each in made}
    assert rates == {
        "m4a": 48_000,
        "mp3": 48_000,
        "flac": 48_000,
        "alac": 48_000,
        "wav": 44_100,
        "aiff": 44_100,
    }


def test_equal_input_gives_equal_bytes(tmp_path: Path, opus: Path) -> None:
    for folder in ("a", "b"):
        convert(opus, outputs(tmp_path / folder, *FORMATS))
    for output in outputs(tmp_path / "a", *FORMATS):
        assert output.path.read_bytes() == (tmp_path / "b" / output.path.name).read_bytes()


def test_the_loudness_and_the_channels_stay(tmp_path: Path, tune: Path) -> None:
    both = encode(tune, tmp_path / "s.flac", "-af", "pan=stereo|c0=0.9*c0|c1=0.2*c0")
    for source, layout in ((tune, "mono"), (both, "stereo")):
        before = sound(source)
        for each in convert(source, outputs(tmp_path / layout, *FORMATS)):
            after = sound(each.path)
            assert stream(each.path).layout == layout
            for channel in range(before.shape[1]):
                change = loudness(after[:, channel]) - loudness(before[:, channel])
                assert abs(change) < 0.1, each.format


def test_lossless_to_lossless_keeps_every_sample(tmp_path: Path, tune: Path) -> None:
    deep = encode(
        tune, tmp_path / "d.wav", "-af", "volume=0.3001,aresample=96000", "-c:a", "pcm_s24le"
    )
    for source in (tune, deep):
        before = sound(source, stream(source).rate)
        made = convert(source, outputs(tmp_path / source.stem, "flac", "alac"))
        for each in made:
            assert stream(each.path)[1:4] == stream(source)[1:4]
            assert np.array_equal(sound(each.path, stream(source).rate), before)
    wav, aiff = convert(tune, outputs(tmp_path / "cd", "wav", "aiff"))
    assert np.array_equal(sound(wav.path), sound(tune))
    assert np.array_equal(sound(aiff.path), sound(tune))


def test_aac_is_copied_packet_for_packet_from_any_container(tmp_path: Path, tune: Path) -> None:
    origin = encode(tune, tmp_path / "o.m4a", "-c:a", "aac", "-metadata", "title=T")
    adts = encode(origin, tmp_path / "o.aac", "-c", "copy")
    mkv = encode(origin, tmp_path / "o.mkv", "-c", "copy")
    packets = probe(origin).audio
    for source in (origin, mkv, adts):
        made, wav = convert(source, outputs(tmp_path / source.suffix[1:], "m4a", "wav"))
        assert made.how == ("copy" if source is origin else "remux")
        assert (made.audio, wav.how) == (packets, "encode")
    (alone,) = convert(origin, outputs(tmp_path / "alone", "m4a"))
    assert alone.audio == packets
    assert np.array_equal(sound(alone.path), sound(origin))  # priming is still cut off


def test_a_wav_is_what_old_players_read(tmp_path: Path, tune: Path) -> None:
    deep = encode(tune, tmp_path / "d.wav", "-ar", "48000", "-c:a", "pcm_s24le")
    (made,) = convert(deep, outputs(tmp_path / "o", "wav"))
    head = made.path.read_bytes()[:48]
    assert head[:4] + head[8:20] == b"RIFFWAVEfmt \x10\0\0\0"
    assert head[20:22] == b"\1\0"  # plain PCM
    assert head[34:40] == b"\x10\0data"


def test_more_than_two_channels_become_stereo_where_players_know_no_more(
    tmp_path: Path, tune: Path
) -> None:
    source = encode(
        tune, tmp_path / "s.flac", "-ar", "96000", "-af", "pan=5.1|c0=c0|c1=c0|c2=c0|c4=c0"
    )
    made = convert(source, outputs(tmp_path / "o", *FORMATS))
    layouts = {each.format: stream(each.path).layout for each in made}
    assert {layouts[each] for each in ("m4a", "wav", "aiff", "mp3")} == {"stereo"}
    assert layouts["flac"] == layouts["alac"] == "5.1"
    assert {stream(each.path).rate for each in made if each.format in ("m4a", "mp3")} == {48_000}
    assert np.abs(sound(made[1].path)).max() < 0.99


def test_an_mp3_becomes_a_compressed_flac(tmp_path: Path, tune: Path) -> None:
    source = encode(tune, tmp_path / "x.mp3", "-b:a", "128k")
    (made,) = convert(source, outputs(tmp_path / "o", "flac"))
    assert made.size < 3 * 44_100 * 2 / 2


def test_names_that_look_like_options_or_patterns(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = Path("-i %d'\nNo space left on device")
    source.write_bytes(tune.read_bytes())
    (made,) = convert(source, [Output(Path("-y %03d.mp3"), "mp3")])
    assert probe(made.path).codec == "mp3"


def test_no_outputs_no_work() -> None:
    assert convert(Path("nowhere"), []) == ()


# ---- what goes wrong -------------------------------------------------------------------------


def refused(source: Path, folder: Path, error: type[Exception], *formats: Format) -> str:
    """The one line; and nothing is left behind."""
    wanted = outputs(folder, *(formats or ("m4a", "wav")))
    with pytest.raises(error) as caught:
        convert(source, wanted)
    assert list(folder.iterdir()) == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    for content in (b"hello\n" * 1000, b"", bytes(50_000), b"#EXTM3U\n/etc/passwd\n"):
        source = tmp_path / "x.webm"
        source.write_bytes(content)
        said = refused(source, tmp_path / "o", Permanent)
        assert said.startswith(f"{source}: cannot be read as audio: ")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        convert(tmp_path / "x.mp3", outputs(tmp_path / "o", "m4a"))


def test_half_an_m4a_is_refused(tmp_path: Path, tune: Path) -> None:
    source = encode(tune, tmp_path / "x.m4a", "-movflags", "+faststart")
    source.write_bytes(source.read_bytes()[:-4000])
    assert "half-written" in refused(source, tmp_path / "o", Permanent)


def test_damage_that_cannot_be_decoded_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "x.flac"
    make(source, seed=3, seconds=6)
    whole = bytearray(source.read_bytes())
    whole[len(whole) // 3 : -10_000] = bytes(len(whole) - len(whole) // 3 - 10_000)
    source.write_bytes(whole)
    assert refused(source, tmp_path / "o", Permanent).startswith(f"{source}: ")


def test_damage_is_not_copied_either(tmp_path: Path, tune: Path) -> None:
    source = encode(tune, tmp_path / "x.m4a", "-c:a", "aac", "-movflags", "+faststart")
    whole = bytearray(source.read_bytes())
    start = whole.index(b"mdat") + 4
    whole[start + 500 :] = b"\xff" * (len(whole) - start - 500)
    source.write_bytes(whole)
    assert probe(source).codec == "aac"
    refused(source, tmp_path / "o", Permanent, "m4a")


def test_what_is_protected_is_refused(tmp_path: Path, tune: Path) -> None:
    source = encode(tune, tmp_path / "x.m4a", "-c:a", "aac")
    source.write_bytes(source.read_bytes().replace(b"mp4a\0\0\0\0", b"drms\0\0\0\0", 1))
    assert "protected (DRM)" in refused(source, tmp_path / "o", Permanent, "m4a")


def test_nothing_is_overwritten(tmp_path: Path, tune: Path) -> None:
    wanted = outputs(tmp_path / "o", "mp3", "wav")
    wanted[1].path.write_text("mine")
    with pytest.raises(Permanent, match="is in the way"):
        convert(tune, wanted)
    assert wanted[1].path.read_text() == "mine"
    assert not wanted[0].path.exists()
    with pytest.raises(Fatal, match="cannot be written: No such file"):
        convert(tune, [Output(tmp_path / "none" / "x.mp3", "mp3")])


def test_a_full_disk_ends_the_run(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ffmpeg()
    script = f"""case "$*" in *verbose*) ;; *) exec '{real}' "$@";; esac
        echo '[out#0/ipod @ 0x1] Error writing trailer: No space left on device' >&2; exit 228"""
    monkeypatch.setattr(streams, "ffmpeg", lambda: fake(tmp_path / "full", script))
    said = refused(tune, tmp_path / "o", Fatal)
    assert said == f"{tmp_path / 'o'}: the disk is full; free some space"


def test_outputs_that_came_out_short_are_not_kept(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ffmpeg says that all is well, and half of it is missing."""
    script = f"""case "$*" in *verbose*) set -- -t 1 "$@";; esac
        '{ffmpeg()}' "$@" 2>&1 | sed 's/([0-9]* samples)/(132300 samples)/' >&2"""
    monkeypatch.setattr(streams, "ffmpeg", lambda: fake(tmp_path / "short", script))
    assert "came out as 1.0" in refused(tune, tmp_path / "o", Permanent, "wav")


def test_a_run_that_takes_too_long_or_is_killed_may_be_tried_again(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ffmpeg()
    for name, end in (("slow", "exec sleep 60"), ("killed", "kill -9 $$")):
        script = f"""case "$*" in *verbose*) {end};; *) exec '{real}' "$@";; esac"""
        program = fake(tmp_path / name, script)
        monkeypatch.setattr(streams, "ffmpeg", lambda program=program: program)
        monkeypatch.setattr(converting, "PATIENCE", -2.5)
        assert str(tune) in refused(tune, tmp_path / "o", Transient)


def test_without_ffmpeg_nothing_can_be_made(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ffmpeg", lambda: str(tmp_path / "none"))
    assert "ffmpeg cannot be started" in refused(tune, tmp_path / "o", Fatal)


def test_what_is_too_long_for_a_wav(
    tmp_path: Path, tune: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = stream(tune)._replace(duration=8 * 3600.0)
    monkeypatch.setattr(converting, "stream", lambda _: long)
    said = refused(tune, tmp_path / "o", Permanent, "mp3", "wav")
    assert said == f"{tune}: 8.0 hours are too long for a wav file"
