"""What follows from sounding the same: matches by fingerprint, and what a person is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from projections.analyses import SameRow
from projections.matches import MatchRow
from projections.registry import State
from state.events import FileMatched, MatchRejected, MatterOpened
from state.values import Ref, RootId, TrackId

BY: Final = "fingerprint"
TOPIC: Final = "same recording"


def matches(state: State) -> Iterator[FileMatched]:
    """Audio that no track was found for by what it says of itself, and that sounds like audio which
    has one: it may serve that track as well.

    Audio that has a track of its own stays that track's alone: the clean and the explicit version
    of a song differ by less than two encodings of it.
    """
    for audio, near in sorted(_near(state).items()):
        rejected = _rejected(state, audio)
        if "" in rejected or _own(state, audio):
            continue
        for same in near:
            other = _other(same, audio)
            if tracks := _tracks(state, other):
                known = {state.identity.track(row.track) for row in state.matches.tracks(audio)}
                evidence = (
                    f"sounds like {_where(state, other)}, audio {other[:12]}: {same.evidence}"
                )
                for track in sorted(tracks - known - rejected):
                    score = round(1 - same.error_rate, 3)
                    yield FileMatched(audio, Ref(track), BY, score, evidence)
                break


def rejected_too(state: State, audio: str, track: TrackId | None = None) -> Iterator[MatchRejected]:
    """What a person's rejection of an audio says of others that were matched because they sound
    like it.

    Args:
        track: None: any.
    """
    for same in _near(state).get(audio, []):
        other = _other(same, audio)
        for row in state.matches.tracks(other):
            if row.by == BY and track in (None, state.identity.track(row.track)):
                yield MatchRejected(other, row.track)


# ---- what a person is asked --------------------------------------------------------------------


def doubt(state: State, one: str, other: str, error_rate: float) -> Iterator[MatterOpened]:
    """The question whether two audios are one recording, if the answer makes a difference."""
    if _are_two(state, one, other):
        one, other = sorted((one, other))
        row = min(state.files.files.of(one), key=lambda row: (row.root, row.path), default=None)
        text = (
            f"{_where(state, one)} and {_where(state, other)} sound much alike ({error_rate:.0%} "
            f"of the bits differ): one track or two? They are two until you say so"
        )
        root, path = (row.root, row.path) if row is not None else (RootId(""), "")
        yield MatterOpened(f"{TOPIC}:{one}|{other}", TOPIC, text, root, path)


def open_doubts(state: State) -> Iterator[MatterOpened]:
    """Questions that were asked and still make a difference."""
    for row in state.matters.open:
        if row.topic == TOPIC and _are_two(state, *asked(row.matter)):
            yield MatterOpened(
                row.matter,
                TOPIC,
                row.text,
                row.root,
                row.path,
                row.candidates,
            )


def asked(matter: str) -> tuple[str, str]:
    """The two audios of a question."""
    one, _, other = matter.removeprefix(f"{TOPIC}:").partition("|")
    return one, other


def tracks_asked(state: State, matter: str) -> tuple[Ref, Ref] | None:
    """The two tracks of a question, if there are two still."""
    one, other = (sorted(_tracks(state, audio)) for audio in asked(matter))
    return (Ref(one[0]), Ref(other[0])) if one and other else None


def _are_two(state: State, one: str, other: str) -> bool:
    """Whether both have tracks, not the same ones, and no person said that these are two."""
    first, second = _tracks(state, one), _tracks(state, other)
    if not first or not second or first & second:
        return False
    said = {
        frozenset((state.identity.track(row.one), state.identity.track(row.other)))
        for row in state.identity.apart
    }
    return not any(frozenset((a, b)) in said for a in first for b in second)


# ---- looking things up -------------------------------------------------------------------------


def _near(state: State) -> dict[str, list[SameRow]]:
    """Audio → what it sounds like, the nearest first."""
    found: dict[str, list[SameRow]] = {}
    for row in sorted(state.analyses.same, key=lambda row: (row.error_rate, row.one, row.other)):
        found.setdefault(row.one, []).append(row)
        found.setdefault(row.other, []).append(row)
    return found


def _other(same: SameRow, audio: str) -> str:
    return same.other if same.one == audio else same.one


def _own(state: State, audio: str) -> list[MatchRow]:
    """Its tracks, but for those that it has because of what it sounds like."""
    return [row for row in state.matches.tracks(audio) if row.by != BY]


def _tracks(state: State, audio: str) -> set[TrackId]:
    found = {state.identity.track(row.track) for row in _own(state, audio)}
    return {track for track in found if track not in _rejected(state, audio)}


def _rejected(state: State, audio: str) -> set[str]:
    """Tracks that a person said it is not; the empty one stands for all."""
    refs = state.matches.rejected(audio)
    return {state.identity.track(ref) if ref else "" for ref in refs}


def _where(state: State, audio: str) -> str:
    """A file with this audio, in words."""
    rows = sorted(state.files.files.of(audio), key=lambda row: (row.root, row.path))
    return repr(rows[0].path) if rows else f"audio {audio[:12]}"
