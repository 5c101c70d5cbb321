"""Recordings that lie in several places: where, how good each is, and which one is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from projections.files import FileRow
from projections.formats import KEEP
from projections.layout import Layouter, target_root
from projections.origins import Origins, is_made
from projections.registry import State
from state.values import UNASSIGNED, Placement, Ref, RootId, TrackId


class Copy(msgspec.Struct, frozen=True):
    """One file of a recording."""

    root: RootId
    path: str
    audio: str
    codec: str
    bitrate: int
    """bit/s."""
    duration_ms: int
    size: int
    """Bytes."""
    taken: bool
    """The layout takes this one."""


class Copies(msgspec.Struct, frozen=True):
    """A recording that lies in several places."""

    tracks: tuple[Ref, ...]
    """Those that it is; mostly one."""
    evidence: str
    copies: tuple[Copy, ...]
    placed: int
    """Files of it that we put somewhere ourselves: no copies, but what was asked for."""


def copies(state: State, layouter: Layouter) -> list[Copies]:
    """All recordings of which there is more than one file that is not a placement's."""
    takes = _Takes(state, layouter)
    given = {(row.root, row.path) for row in state.files.delivered}
    found = []
    for audios in _recordings(state):
        rows = [row for audio in audios for row in _rows(state, audio, given)]
        if len(rows) > 1:
            tracks = _tracks(state, layouter, audios)
            taken = takes.among(rows, tracks)
            found.append(
                Copies(
                    tuple(Ref(track) for track in tracks),
                    _evidence(state, audios),
                    tuple(_copy(row, taken) for row in rows),
                    sum(len(state.files.files.of(audio)) for audio in audios)
                    - sum(not _is_laid_out(row, given) for row in rows),
                )
            )
    return sorted(found, key=lambda each: (each.copies[0].root, each.copies[0].path))


def _recordings(state: State) -> Iterator[list[str]]:
    """Audio by recording; what was made of another audio is left out."""
    lead: dict[str, str] = {}

    def find(audio: str) -> str:
        while (above := lead.get(audio, audio)) != audio:
            audio = above
        return audio

    for row in state.analyses.same:
        one, other = sorted((find(row.one), find(row.other)))
        lead[other] = one
    groups: dict[str, list[str]] = {}
    for audio, _ in state.files.files.groups():
        if audio and state.made.source(audio) == audio:
            groups.setdefault(find(audio), []).append(audio)
    for audios in groups.values():
        yield sorted(audios)


def _rows(state: State, audio: str, given: set[tuple[RootId, str]]) -> list[FileRow]:
    """The files of an audio that are nobody's placement, or one that is."""
    rows = sorted(state.files.files.of(audio), key=lambda row: (row.root, row.path))
    return [row for row in rows if not _is_laid_out(row, given)] or rows[:1]


def _is_laid_out(row: FileRow, given: set[tuple[RootId, str]]) -> bool:
    if (row.root, row.path) in given:
        return True
    return row.ours and (row.placement is not None or is_made(row.root, row.path))


def _tracks(state: State, layouter: Layouter, audios: Iterable[str]) -> list[TrackId]:
    found = [
        state.identity.track(row.track) for audio in audios for row in state.matches.tracks(audio)
    ]
    return [
        track
        for track in dict.fromkeys(found)
        if any(layouter.serving.may_serve(audio, track) for audio in audios)
    ]


def _evidence(state: State, audios: list[str]) -> str:
    if len(audios) == 1:
        return "the same audio, bit for bit"
    among = set(audios)
    rates = [row.error_rate for row in state.analyses.same if {row.one, row.other} <= among]
    return f"sounds the same: at most {max(rates, default=0):.1%} of the bits differ"


def _copy(row: FileRow, taken: set[tuple[RootId, str]]) -> Copy:
    return Copy(
        row.root,
        row.path,
        row.audio,
        row.codec,
        row.bitrate,
        row.duration_ms,
        row.size,
        (row.root, row.path) in taken,
    )


class _Takes:
    """Which files the main target takes its bytes from."""

    def __init__(self, state: State, layouter: Layouter) -> None:
        self._state = state
        targets = state.policy.audio_targets()
        self._target = "playlists" if "playlists" in targets else next(iter(targets), "")
        format = state.policy.text(f"targets.{self._target}.format", KEEP)
        root = target_root(self._target)
        self._origins = Origins(state, layouter.serving, root, layouter.canonical, format)

    def among(self, rows: list[FileRow], tracks: Iterable[TrackId]) -> set[tuple[RootId, str]]:
        """The files, of these, that a new placement of one of these tracks would be made of."""
        taken = set()
        for track in tracks if self._target else ():
            origin, _ = self._origins.find(Placement(self._target, UNASSIGNED, Ref(track)))
            conversion = self._origins.conversions.get(track)
            origin = origin or (conversion.source if conversion is not None else None)
            if origin is None:
                continue
            if isinstance(origin, FileRow) and origin in rows:
                taken.add((origin.root, origin.path))
                continue
            # Another placement of ours, or what was made of a file: the first that it came from.
            source = self._state.made.source(origin.audio)
            first = next((row for row in rows if row.audio == source), None)
            taken |= {(first.root, first.path)} if first is not None else set()
        return taken
