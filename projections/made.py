"""Which audio was made of which: a converted file is the recording that its source is."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import AudioConverted, ConversionFailed, Event
from state.values import Ref


class MadeRow(Row, frozen=True):
    """What an audio was made into. Fields as in `AudioConverted`."""

    source: str
    format: str
    track: Ref
    audio: str
    """Empty: it cannot be made."""
    why: str
    position: int


class Made:
    """AudioConverted, ConversionFailed → what was made of what."""

    name = "made"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[MadeRow] = Rows("made", MadeRow, ("source", "format"), index="audio")
        self.tables: tuple[Rows[Any], ...] = (self.rows,)
        self.folds: dict[type[Event], Fold] = {
            AudioConverted: self._converted,
            ConversionFailed: self._failed,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def source(self, audio: str) -> str:
        """What an audio was made of; itself, if it was not made by us."""
        for row in self.rows.of(audio):
            return row.source if row.audio else audio
        return audio

    def _converted(self, event: AudioConverted, at: At) -> None:
        self.rows.put(
            MadeRow(event.source, event.format, event.track, event.audio, "", at.position)
        )

    def _failed(self, event: ConversionFailed, at: At) -> None:
        row = MadeRow(event.source, event.format, Ref(""), "", event.why, at.position)
        self.rows.put(row)
