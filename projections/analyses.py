"""What was heard in audio, and which of it was found to be the same recording.

Fingerprints stay in the log: they are a hundred times as long as everything else that is known of
an audio, and only who compares them reads them, by the position that is kept here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from projections.contract import At, Fold, Row, Rows
from state.events import AudioAnalysed, Event, SameRecordingFound


class AnalysisRow(Row, frozen=True):
    """What was heard in an audio, the last time. Fields as in `AudioAnalysed`."""

    audio: str
    comparable: bool
    """The event at `position` holds a fingerprint."""
    duration_ms: int
    bpm: float
    bpm_confidence: float
    key: str
    camelot: str
    key_confidence: float
    by: str
    position: int


class SameRow(Row, frozen=True):
    """Two audios that are one recording, `one` being the smaller hash."""

    own: ClassVar[frozenset[str]] = frozenset({"evidence"})

    one: str
    other: str
    error_rate: float
    evidence: str
    position: int


class Analyses:
    """AudioAnalysed, SameRecordingFound → what was heard, and what sounds the same."""

    name = "analyses"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[AnalysisRow] = Rows("analysis", AnalysisRow, ("audio",))
        self.same: Rows[SameRow] = Rows("same_recording", SameRow, ("one", "other"))
        self.tables: tuple[Rows[Any], ...] = (self.rows, self.same)
        self.folds: dict[type[Event], Fold] = {
            AudioAnalysed: self._analysed,
            SameRecordingFound: self._found,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def of(self, audio: str) -> AnalysisRow | None:
        """What was heard in an audio, if it was listened to."""
        return self.rows.get(audio)

    def _analysed(self, event: AudioAnalysed, at: At) -> None:
        self.rows.put(
            AnalysisRow(
                event.audio,
                bool(event.fingerprint),
                event.duration_ms,
                event.bpm,
                event.bpm_confidence,
                event.key,
                event.camelot,
                event.key_confidence,
                event.by,
                at.position,
            )
        )

    def _found(self, event: SameRecordingFound, at: At) -> None:
        one, other = sorted((event.one, event.other))
        if one != other:
            self.same.put(SameRow(one, other, event.error_rate, event.evidence, at.position))
