"""Fingerprints: those of Chromaprint word for word, what their distances say, and their text."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from adapters.audio import ffmpeg
from adapters.audio.decoding import RATE, decode
from adapters.audio.fingerprint import (
    Words,
    comparable,
    distance,
    fingerprint,
    from_text,
    to_text,
    verdict,
    words,
)
from adapters.contract import Permanent, Transient
from adapters.sandbox import music
from adapters.sandbox.tunes import render

GOLDEN = Path(__file__).parents[2] / "golden" / "fingerprints"


def random_words(seed: int, count: int = 948) -> Words:
    return np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32)


# ---- the same words as Chromaprint -------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_words_are_those_of_libchromaprint(path: Path) -> None:
    """The texts were written by ffmpeg's own muxer, which calls the library."""
    sample = json.loads(path.read_text("utf-8"))
    pcm = np.frombuffer(music.tune(sample["seed"], sample["seconds"]), "<i2").astype(np.int16)
    # Every fourth sample: a tune at 44,100 Hz becomes a brighter one at 11,025.
    heard = words(pcm[::4])
    assert to_text(heard) == sample["fingerprint"]
    assert len(heard) == sample["words"]


def test_there_are_golden_samples() -> None:
    assert len(list(GOLDEN.glob("*.json"))) >= 5


def test_words_are_those_of_the_muxer_where_ffmpeg_has_one(tmp_path: Path) -> None:
    listed = subprocess.run([ffmpeg(), "-v", "quiet", "-muxers"], capture_output=True, text=True)
    if "chromaprint" not in listed.stdout:
        pytest.skip("this ffmpeg has no chromaprint muxer")
    path = tmp_path / "x.mp3"
    music.make(path, seed=3, seconds=20)
    assert to_text(fingerprint(path)) == chromaprint(path)


def test_words_are_those_of_fpcalc_where_it_is_installed(tmp_path: Path) -> None:
    if shutil.which("fpcalc") is None:
        pytest.skip("libchromaprint-tools is not installed")
    path = tmp_path / "x.wav"
    music.make(path, seed=4, seconds=20)
    heard = tmp_path / "heard.wav"  # it would resample in another way than ffmpeg
    options = ("-v", "error", "-i", str(path), "-ac", "1", "-ar", f"{RATE}", str(heard))
    subprocess.run([ffmpeg(), *options], check=True)
    said = subprocess.run(["fpcalc", "-plain", str(heard)], capture_output=True, text=True)
    assert said.stdout.strip() == to_text(fingerprint(path))


def chromaprint(path: Path) -> str:
    command = [ffmpeg(), "-v", "error", "-nostdin", "-i", str(path), "-t", "120", "-ac", "1"]
    command += ["-ar", str(RATE), "-f", "chromaprint", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_two_minutes_are_948_words() -> None:
    assert len(words(np.zeros(120 * RATE, np.int16))) == 948


def test_less_than_three_seconds_have_none() -> None:
    needed = 4096 + 19 * 1365  # samples: five rows are smoothed into one, sixteen make a word
    assert len(words(np.ones(needed, np.int16))) == 1
    assert len(words(np.ones(needed - 1, np.int16))) == 0
    assert len(words(np.zeros(0, np.int16))) == 0


# ---- what distances say ------------------------------------------------------------------------


def test_another_encoding_is_the_same_and_another_tune_is_not(tmp_path: Path) -> None:
    made = {}
    for name, seed in (("a.flac", 1), ("a.mp3", 1), ("a.m4a", 1), ("b.flac", 2)):
        music.make(tmp_path / name, seed=seed, seconds=40)
        made[name] = fingerprint(tmp_path / name)
    assert all(comparable(each) for each in made.values())
    assert distance(made["a.flac"], made["a.mp3"]) < 0.05
    assert distance(made["a.flac"], made["a.m4a"]) < 0.05
    assert verdict(distance(made["a.flac"], made["b.flac"])) == "different"


def test_a_later_beginning_is_found_either_way() -> None:
    whole = random_words(1)
    assert distance(whole, whole[40:]) == 0.0
    assert distance(whole[40:], whole) == 0.0
    assert distance(whole, whole[41:]) > 0.4
    assert distance(whole, whole[41:], shifts=41) == 0.0


def test_distance_is_the_share_of_wrong_bits() -> None:
    one = random_words(1)
    assert distance(one, one ^ np.uint32(1)) == pytest.approx(1 / 32)
    assert distance(one, one[:0]) == 1.0
    assert distance(one[:0], one[:0]) == 1.0


def test_a_short_overlap_is_not_taken_for_agreement() -> None:
    one, other = random_words(1, 60), random_words(2, 60)
    other[:25] = one[-25:]
    assert distance(one, other) > 0.3


@pytest.mark.parametrize(
    ("far", "said"),
    [(0.0, "same"), (0.1, "same"), (0.11, "probable"), (0.2, "probable"), (0.3, "edit"),
     (0.35, "edit"), (0.36, "different"), (1.0, "different")],
)  # fmt: skip
def test_verdicts(far: float, said: str) -> None:
    assert verdict(far) == said


def test_silence_tones_and_snippets_cannot_be_compared() -> None:
    seconds = np.arange(60 * RATE) / RATE
    silence = words(np.zeros(60 * RATE, np.int16))
    tone = words((9000 * np.sin(2 * np.pi * 440 * seconds)).astype(np.int16))
    assert not comparable(silence)
    assert not comparable(tone)
    assert distance(silence, words(np.zeros(40 * RATE, np.int16))) == 0.0
    snippet = words(render(128, "Am", 20, 1, RATE))
    assert not comparable(snippet)
    assert not comparable(np.tile(random_words(1, 50), 10))
    assert comparable(random_words(1, 200))


# ---- text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "text"),
    [([], "AQAAAA"), ([0], "AQAAAQA"), ([1, 1], "AQAAAgEA"), ([2**31] * 3, "AQAAAwcAGQ")],
)
def test_the_text_of_few_words(given: list[int], text: str) -> None:
    assert to_text(np.array(given, np.uint32)) == text
    assert from_text(text).tolist() == given


def test_words_survive_their_text() -> None:
    for seed in range(20):
        given = random_words(seed, 1 + seed * 7) >> np.uint32(seed)
        assert np.array_equal(from_text(to_text(given)), given)


@pytest.mark.parametrize("text", ["", "AQ", "AgAAAA", "AQAAAQ", "AQAAAwcA", "AQAAAf____8", "é"])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_text(text)


# ---- decoding ----------------------------------------------------------------------------------


def test_decoding_tells_the_length_of_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    music.make(path, seed=1, seconds=12)
    sound = decode(path, seconds=5)
    assert sound.samples.shape == (5 * RATE,)
    assert sound.samples.dtype == np.int16
    assert sound.duration_ms == 12_000
    assert decode(path).samples.shape == (12 * RATE,)
    assert decode(path, rate=44_100).samples.shape == (12 * 44_100,)


def test_what_is_not_audio_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_text("no audio at all\n" * 100)
    with pytest.raises(Permanent) as caught:
        decode(path)
    assert str(caught.value).startswith(f"{path}: cannot be decoded: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(OSError):
        decode(tmp_path / "missing.mp3")


def test_a_playlist_in_disguise_is_not_followed(tmp_path: Path) -> None:
    music.make(tmp_path / "secret.mp3", seed=1, seconds=1)
    path = tmp_path / "x.m4a"
    path.write_text("#EXTM3U\n#EXTINF:1,\nsecret.mp3\n")
    with pytest.raises(Permanent):
        decode(path)


def test_decoding_has_a_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.mp3"
    music.make(path, seed=1, seconds=1)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr("adapters.audio.decoding.ffmpeg", lambda: str(slow))
    monkeypatch.setattr("adapters.audio.decoding._PATIENCE", 0.2)
    with pytest.raises(Transient, match="could not be decoded within"):
        decode(path)
