"""Which audio may serve which track, under today's names of the tracks."""

from __future__ import annotations

from projections.registry import State
from state.values import TrackId


class Serving:
    """The matches of a state, in both directions; a person's word counts before everything."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._audio: dict[TrackId, list[str]] = {}
        self._pinned: dict[TrackId, set[str]] = {}
        self._owner: dict[str, TrackId] = {}
        self._rejected: set[tuple[str, str]] = set()
        self._read_matches()

    def _read_matches(self) -> None:
        """Who may serve whom, in both directions."""
        for audio, rows in self.state.matches.rows.groups():
            # What is said of a converted file is said of what it was made of.
            source = self.state.made.source(audio)
            for row in rows:
                track = self.state.identity.track(row.track)
                if row.verdict == "rejected":
                    self._rejected.add((source, track))
                elif row.verdict == "pinned":
                    self._owner[source] = track
                    self._pinned.setdefault(track, set()).add(source)
            for row in self.state.matches.tracks(audio):
                track = self.state.identity.track(row.track)
                found = self._audio.setdefault(track, [])
                if source not in found:
                    found.append(source)
        for track, audios in self._pinned.items():
            self._audio[track] = sorted(audios)
        # What was rejected under one reference may have been found under another one that turned
        # out to be the same track.
        self._audio = {
            track: [audio for audio in audios if self.may_serve(audio, track)]
            for track, audios in self._audio.items()
        }

    def audio(self, track: TrackId) -> list[str]:
        """The audio that was matched to a track: the pinned alone, if a person pinned any."""
        return self._audio.get(track, [])

    def may_serve(self, audio: str, track: TrackId) -> bool:
        """Whether a person has nothing against this audio for that track."""
        audio = self.state.made.source(audio)
        pinned = self._pinned.get(track)
        return (
            (audio, track) not in self._rejected
            and (audio, "") not in self._rejected
            and self._owner.get(audio, track) == track
            and (pinned is None or audio in pinned)
        )
