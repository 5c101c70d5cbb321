"""What was heard in audio, and what sounds the same."""

from __future__ import annotations

from projections.analyses import Analyses, SameRow
from projections.registry import dispatch, fold
from state.events import AudioAnalysed, Event, SameRecordingFound
from tests.histories import record


def analyses(*told: Event) -> Analyses:
    made = Analyses()
    fold(dispatch([made]), record(*told))
    return made


def test_the_last_analysis_counts_and_says_where_its_fingerprint_is() -> None:
    made = analyses(
        AudioAnalysed("aa", "AQAA", 200_000, 62.0, 0.9, "Am", "8A", 0.8),
        AudioAnalysed("bb", "", 3_000),
        AudioAnalysed("aa", "AQAA", 200_000, 124.0, 0.9, "Am", "8A", 0.8, "essentia"),
    )
    row = made.of("aa")
    assert row is not None and (row.bpm, row.by, row.position) == (124.0, "essentia", 3)
    assert row.comparable and (row.key, row.camelot, row.duration_ms) == ("Am", "8A", 200_000)
    short = made.of("bb")
    assert short is not None and not short.comparable and (short.bpm, short.key) == (0.0, "")
    assert made.of("cc") is None


def test_fingerprints_stay_in_the_log() -> None:
    made = analyses(AudioAnalysed("aa", "AQAA" * 700, 200_000))
    assert "AQAA" not in repr(made.of("aa"))


def test_a_pair_is_one_row_whichever_comes_first() -> None:
    made = analyses(
        SameRecordingFound("bb", "aa", 0.05, "five"),
        SameRecordingFound("aa", "bb", 0.02, "two"),
        SameRecordingFound("cc", "cc", 0.0, "itself"),
    )
    assert list(made.same) == [SameRow("aa", "bb", 0.02, "two", 2)]
