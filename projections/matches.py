"""Audio ↔ track: which audio may serve which track, and who says so.

One audio may serve several tracks: the same song often has several ids at a service. A person's
word outlives every guess: a pinned audio is that track's and nobody else's, a rejected one never.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from projections.contract import At, Fold, Row, Rows
from state.events import Event, FileMatched, MatchPinned, MatchRejected
from state.values import Candidate, Ref

Verdict = Literal["found", "pinned", "rejected"]


class MatchRow(Row, frozen=True):
    """What is said of one audio and one track."""

    own: ClassVar[frozenset[str]] = frozenset({"evidence"})

    audio: str
    track: Ref
    verdict: Verdict
    by: str
    score: float
    evidence: str
    others: tuple[Candidate, ...]
    position: int


class Matches:
    """FileMatched, MatchPinned, MatchRejected → who may serve whom."""

    name = "matches"
    version = 1

    def __init__(self) -> None:
        self.rows: Rows[MatchRow] = Rows("match", MatchRow, ("audio", "track"), index="audio")
        self.tables: tuple[Rows[Any], ...] = (self.rows,)
        self.folds: dict[type[Event], Fold] = {
            FileMatched: self._found,
            MatchPinned: self._pinned,
            MatchRejected: self._rejected,
        }

    def loaded(self) -> None:
        """Nothing is derived."""

    def tracks(self, audio: str) -> list[MatchRow]:
        """The tracks that an audio serves: the pinned one alone, else all that were found."""
        rows = self.rows.of(audio)
        pinned = [row for row in rows if row.verdict == "pinned"]
        return pinned or [row for row in rows if row.verdict == "found"]

    def rejected(self, audio: str) -> frozenset[Ref]:
        """The tracks that a person said it is not; with `""` among them: no track at all."""
        rows = self.rows.of(audio)
        return frozenset(row.track for row in rows if row.verdict == "rejected")

    def _found(self, event: FileMatched, at: At) -> None:
        old = self.rows.get((event.audio, event.track))
        if old is None or old.verdict == "found":
            self.rows.put(
                MatchRow(
                    event.audio,
                    event.track,
                    "found",
                    event.by,
                    event.score,
                    event.evidence,
                    event.others,
                    at.position,
                )
            )

    def _pinned(self, event: MatchPinned, at: At) -> None:
        for row in list(self.rows.of(event.audio)):
            if row.verdict == "pinned" or row.track == "":
                self.rows.drop((row.audio, row.track))
        self._say(event.audio, event.track, "pinned", at)

    def _rejected(self, event: MatchRejected, at: At) -> None:
        if event.track == "":
            for row in list(self.rows.of(event.audio)):
                self._say(row.audio, row.track, "rejected", at)
        self._say(event.audio, event.track, "rejected", at)

    def _say(self, audio: str, track: Ref, verdict: Verdict, at: At) -> None:
        self.rows.put(
            MatchRow(audio, track, verdict, "person", 1.0, "a person said so", (), at.position)
        )
