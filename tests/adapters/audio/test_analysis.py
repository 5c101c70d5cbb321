"""All that is heard in a file at once: by numpy, or by essentia where that is wanted and there."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.analysis import analyse, stretch
from adapters.audio.decoding import RATE
from adapters.audio.fingerprint import fingerprint
from adapters.contract import Fatal, Permanent
from adapters.sandbox.tunes import render


def written(path: Path, samples: NDArray[np.int16], rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def test_everything_is_heard_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wav", render(123.4, "Gm", 40, 3, 22_050), 22_050)
    heard = analyse(path)
    assert heard.bpm == pytest.approx(123.4, abs=0.1)
    assert (heard.key, heard.camelot, heard.by) == ("Gm", "6A", "numpy")
    assert heard.duration_ms == 40_000
    assert np.array_equal(heard.fingerprint, fingerprint(path))
    assert 0.5 < heard.bpm_confidence <= 1
    assert 0.1 < heard.key_confidence <= 1


def test_silence_is_heard_as_nothing(tmp_path: Path) -> None:
    heard = analyse(written(tmp_path / "x.wav", np.zeros(10 * 8000, np.int16), 8000))
    assert (heard.bpm, heard.key, heard.camelot, heard.duration_ms) == (0.0, "", "", 10_000)
    assert len(np.unique(heard.fingerprint)) == 1


def test_the_middle_of_a_long_track_is_listened_to() -> None:
    long, middling, short = np.arange(3 * 60), np.arange(100), np.arange(50)
    assert stretch(long.astype(np.int16), 1).tolist() == list(range(30, 120))
    assert stretch(middling.astype(np.int16), 1).tolist() == list(range(10, 100))
    assert stretch(short.astype(np.int16), 1).tolist() == list(range(50))


def test_what_is_not_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(b"fLaC" + bytes(1000))
    with pytest.raises(Permanent, match=r"x\.flac: "):
        analyse(path)


# ---- essentia ----------------------------------------------------------------------------------


def essentia(asked: dict[str, Any]) -> SimpleNamespace:
    """A stand-in of its two algorithms; it notes what they were asked."""

    def rhythm(**options: Any) -> Any:
        asked.update(options)

        def listen(audio: NDArray[np.float32]) -> tuple[Any, ...]:
            asked["audio"] = audio
            return 126.004, np.zeros(3), 2.66, np.zeros(3), np.zeros(2)

        return listen

    def harmony(**options: Any) -> Any:
        return lambda audio: ("Bb", "minor", 0.81234)

    return SimpleNamespace(RhythmExtractor2013=rhythm, KeyExtractor=harmony)


def test_essentia_is_asked_where_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setitem(sys.modules, "essentia", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "essentia.standard", essentia(asked))
    path = written(tmp_path / "x.wav", render(126, "A#m", 8, 1, RATE), RATE)
    heard = analyse(path, 20, 400, by="essentia")
    assert (heard.bpm, heard.bpm_confidence) == (126.0, 0.5)
    assert (heard.key, heard.camelot, heard.key_confidence) == ("A#m", "3A", 0.812)
    assert heard.by == "essentia"
    assert np.array_equal(heard.fingerprint, fingerprint(path))
    assert (asked["minTempo"], asked["maxTempo"]) == (40, 250)
    assert asked["audio"].dtype == np.float32
    assert len(asked["audio"]) == 8 * 44_100
    assert 0.1 < np.abs(asked["audio"]).max() <= 1


def test_essentia_that_is_not_installed_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "essentia.standard", None)
    with pytest.raises(Fatal, match="essentia is not installed"):
        analyse(tmp_path / "x.wav", by="essentia")
    with pytest.raises(ValueError, match="beats a minute"):
        analyse(tmp_path / "x.wav", 100, 90, by="essentia")


# ---- what it costs those who hear nothing ------------------------------------------------------


def test_numpy_is_loaded_by_none_but_those_who_listen() -> None:
    code = (
        "import sys, adapters.audio, adapters.files, engine.reconcile, engine.status\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
