"""What a person says about files and tracks, and what they mean by a path or by words.

Pure functions of the state: they find what was named and give the events that record what was
said. A person's word is about the audio itself, so it outlives a retag, a rename and a re-scan.
"""

from __future__ import annotations

import difflib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from adapters.csv_cells import reference
from adapters.ignored import is_audio
from engine import recordings
from projections.files import FileRow
from projections.library import TrackRow
from projections.naming import collision_key
from projections.registry import State
from projections.tracks import describe, named
from state.events import (
    Event,
    FileClaimed,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    TracksMerged,
    TracksSeparated,
)
from state.values import Ref, RootId, TrackId

NEAREST = 5
"""So many tracks are offered where words do not name exactly one."""


class CannotTell(Exception):
    """What was named is not known, or could be several things: one line for people."""

    def __init__(self, message: str, hits: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.hits = tuple(hits)
        """What may have been meant, one line each."""


# ---- files -------------------------------------------------------------------------------------


def file(state: State, said: str, cwd: Path) -> FileRow:
    """The audio file that a path means: absolute, or relative to `cwd` or to a root.

    Raises:
        CannotTell: no look at the folders has met such a file, or several roots have one.
    """
    rows = known(state, said, cwd)
    if len({row.audio for row in rows}) > 1:
        places = [f"{row.root}: {row.path}" for row in rows]
        raise CannotTell(f"{said}: lies in several folders; give the whole path", places)
    if not rows:
        there = (cwd / said).exists()
        what = "was never looked at" if there else "no such file is known"
        raise CannotTell(f"{said}: {what}; run sync reconcile first")
    if not rows[0].audio:
        raise CannotTell(f"{said}: is a playlist file, not audio")
    return rows[0]


def known(state: State, said: str, cwd: Path) -> list[FileRow]:
    """The files of the library that a path may mean."""
    for places in (_absolute(state, said, cwd), _below_roots(state, said)):
        found = [row for place in places if (row := _row(state, *place)) is not None]
        if found:
            return list(dict.fromkeys(found))
    return []


def below(state: State, said: str, cwd: Path) -> list[FileRow]:
    """The audio files of the library in a folder, at any depth."""
    folders = {*_absolute(state, said, cwd), *_below_roots(state, said)}
    return [
        row
        for row in state.files.files
        if row.audio
        and any(
            row.root == root and (path == "." or row.path.startswith(f"{path}/"))
            for root, path in folders
        )
    ]


def is_file(state: State, said: str, cwd: Path) -> bool:
    """Whether words are meant as the path of a file."""
    return is_audio(said) or (cwd / said).is_file() or bool(known(state, said, cwd))


def places(state: State, said: str, cwd: Path) -> list[tuple[RootId, str]]:
    """Every root and path in it that a path may mean, whether a file lies there or not."""
    return list(dict.fromkeys((*_absolute(state, said, cwd), *_below_roots(state, said))))


def _absolute(state: State, said: str, cwd: Path) -> Iterator[tuple[RootId, str]]:
    full = Path(os.path.normpath(cwd / Path(said).expanduser()))
    for given in dict.fromkeys((full, full.resolve())):
        for row in state.files.roots:
            for root in dict.fromkeys((Path(row.path), Path(row.path).resolve())):
                if given.is_relative_to(root):
                    yield row.root, given.relative_to(root).as_posix()


def _below_roots(state: State, said: str) -> Iterator[tuple[RootId, str]]:
    path = PurePosixPath(os.path.normpath(said).replace(os.sep, "/"))
    if not path.is_absolute() and ".." not in path.parts and path.parts:
        for row in state.files.roots:
            yield row.root, str(path)


def _row(state: State, root: RootId, path: str) -> FileRow | None:
    # What is typed and what a disk gives back may be composed differently.
    for form in (path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)):
        if (row := state.files.files.get((root, form))) is not None:
            return row
    return None


# ---- tracks ------------------------------------------------------------------------------------


def track(state: State, said: str) -> Ref:
    """The one track that a reference, a Spotify address or words mean.

    Raises:
        CannotTell: none or several; `hits` are the nearest.
    """
    found = refs(state, said)
    if len({state.identity.track(ref) for ref in found}) > 1:
        raise CannotTell(
            f"{said!r}: may be several tracks; say more words, or a reference",
            _labels(state, found),
        )
    return found[0]


def one_reference(state: State, said: str) -> Ref:
    """The one reference meant, where a track has several and they are to be told apart.

    Raises:
        CannotTell
    """
    found = refs(state, said)
    if len(found) > 1:
        raise CannotTell(f"{said!r}: there are several; say which reference", _labels(state, found))
    return found[0]


def refs(state: State, said: str) -> list[Ref]:
    """All references that words may mean, never none.

    Raises:
        CannotTell: there is none; `hits` are the nearest.
    """
    for name in (said, reference(said)):
        if name and Ref(name) in state.identity.refs:
            return [Ref(name)]
    rows = list(state.library.tracks)
    wanted = collision_key(" ".join(said.split()))
    exact = [row.ref for row in rows if wanted in _names(row)]
    if exact:
        return exact
    words = wanted.replace(" - ", " ").split()
    texts = {
        row.ref: collision_key(f"{' '.join(row.artists)} {row.title} {row.album}") for row in rows
    }
    found = [ref for ref, text in texts.items() if words and all(word in text for word in words)]
    if found:
        return found
    near = difflib.get_close_matches(wanted, set(texts.values()), n=NEAREST, cutoff=0.4)
    nearest = [ref for text in near for ref, other in texts.items() if other == text]
    raise CannotTell(f"{said!r}: no track of this library is called so", _labels(state, nearest))


def label(state: State, ref: Ref) -> str:
    """A track on one line: artists, title, length."""
    row = state.library.tracks.get(ref) or describe(state, state.identity.track(ref))
    if row is None:
        return ref
    length = f" ({clock(row.duration_ms)})" if row.duration_ms else ""
    return named(row.artists, row.title or ref) + length


def clock(duration_ms: int) -> str:
    """Minutes and seconds: `3:25`."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _names(row: TrackRow) -> tuple[str, ...]:
    first = row.artists[0] if row.artists else ""
    everybody = ", ".join(row.artists)
    return tuple(
        collision_key(name)
        for name in (row.title, f"{first} - {row.title}", f"{everybody} - {row.title}")
    )


def _labels(state: State, found: list[Ref]) -> list[str]:
    return [f"{ref}  {label(state, ref)}" for ref in found[:NEAREST]]


# ---- what is said ------------------------------------------------------------------------------


def pinned(state: State, audio: str, ref: Ref) -> list[Event]:
    """This audio is that track. No event if that was said before."""
    row = state.matches.rows.get((audio, ref))
    said = row is not None and row.verdict == "pinned"
    return [*([] if said else [MatchPinned(audio, ref)]), *_closed(state, audio, ref)]


def rejected(state: State, audio: str, ref: Ref | None = None) -> list[Event]:
    """This audio is not that track (None: nor any that it is taken for or may be).

    Raises:
        CannotTell: there is nothing to reject.
    """
    if ref is None:
        tracks = taken_for(state, audio)
        if not tracks:
            raise CannotTell("it is taken for no track; --none says that it is none at all")
    else:
        tracks = [state.identity.track(ref)]
    before = {state.identity.track(each) for each in state.matches.rejected(audio) if each}
    said: list[Event] = [MatchRejected(audio, Ref(each)) for each in tracks if each not in before]
    for each in tracks:
        said += recordings.rejected_too(state, audio, each)
    return [*said, *_closed(state, audio, "reject")]


def no_track(state: State, audio: str) -> list[Event]:
    """This audio is no track of the library at all."""
    said = Ref("") in state.matches.rejected(audio)
    more = recordings.rejected_too(state, audio)
    return [*([] if said else [MatchRejected(audio)]), *more, *_closed(state, audio, "none")]


def taken_for(state: State, audio: str) -> list[TrackId]:
    """The tracks that an audio is matched to, placed as, or proposed for."""
    rows = state.matches.rows.of(audio)
    found = [row.track for row in rows if row.verdict != "rejected"]
    found += [
        row.placement.track for row in state.files.files.of(audio) if row.placement is not None
    ]
    matter = state.matters.open.get(f"match:{audio}")
    found += [candidate.track for candidate in matter.candidates] if matter is not None else []
    return list(dict.fromkeys(state.identity.track(ref) for ref in found))


def merged(state: State, one: Ref, other: Ref) -> list[Event]:
    """These two are one recording. No event if they are one already."""
    if state.identity.track(one) == state.identity.track(other):
        return []
    return [TracksMerged(one, other)]


def separated(state: State, one: Ref, other: Ref) -> list[Event]:
    """These two are not one recording. No event if that was said before.

    Raises:
        CannotTell: they are one and the same reference.
    """
    if one == other:
        raise CannotTell(f"{one}: cannot be separated from itself")
    first, second = sorted((one, other))
    return [] if (first, second) in state.identity.apart else [TracksSeparated(one, other)]


def claimed(state: State) -> list[FileRow]:
    """Files that were there before and stand in a placement's place, but are not ours."""
    rows = (row for row in state.files.files if row.audio and row.placement and not row.ours)
    return sorted(rows, key=lambda row: (row.root, row.path))


def adopted(row: FileRow) -> FileClaimed:
    """A claimed file is ours from now on, under the name that it has."""
    assert row.placement is not None
    return FileClaimed(row.root, row.path, row.placement, row.name, row.folder, own=True)


def _closed(state: State, audio: str, answer: str) -> Iterator[MatterClosed]:
    if f"match:{audio}" in state.matters.open:
        yield MatterClosed(f"match:{audio}", answer)
