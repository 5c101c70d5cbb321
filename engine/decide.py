"""What follows for us from what was seen: matches, claims, and what a person should be asked.

Pure functions of the state, level-triggered: each says what should be so, and only the difference
to what the log holds becomes events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from engine import chain, recordings
from engine.amounts import many
from engine.matching import Decision, Heard, Index, Wanted
from projections.files import FileRow, MissingRow
from projections.layout import Layout, Layouter
from projections.matches import MatchRow
from projections.naming import PLACEHOLDER, collision_key
from projections.origins import is_delivered
from projections.playlists import alike
from projections.policy import LISTS
from projections.registry import State
from projections.tracks import describe, named
from state.events import (
    Event,
    FileClaimed,
    FileDelivered,
    FileMatched,
    MatterClosed,
    MatterOpened,
    PlacementPinned,
    PolicySet,
    SamePlaylistFound,
)
from state.values import Candidate, Placement, Ref, TrackId

TOPICS = frozenset({"match", "edited", "same playlist", "offer", "same recording"})
"""Kinds of matters that are opened and closed here."""
TOLD = 3
"""So many examples are named in a matter's text."""


def policy(state: State, wanted: dict[str, object], *, templates: bool) -> Iterator[PolicySet]:
    """Settings of the configuration that the log does not hold yet.

    Args:
        templates: also those path templates that would rename files (only `sync apply` may).
    """
    for name, value in wanted.items():
        row = state.policy.settings.get(name)
        if row is not None and row.value == value:
            continue
        once = wanted.get(f"{name.removesuffix('.path')}.keep") == "deliver once"
        if row is not None and not templates and renames(name) and not once:
            continue
        yield PolicySet(name, value)  # type: ignore[arg-type]
    for row in state.policy.settings:
        if row.name not in wanted:
            yield PolicySet(row.name, None)


def renames(name: str) -> bool:
    """Whether a change of this setting would give files other names."""
    section, _, target = name.removesuffix(".path").partition(".")
    return section == "targets" and name.endswith(".path") and target != LISTS


# ---- playlists ---------------------------------------------------------------------------------


def same_playlists(state: State) -> Iterator[SamePlaylistFound]:
    """Backups of a service's playlists, once they are found to be that. They stay it, however far
    names and rows go apart later: what only an old backup has must not come back."""
    for pair in alike(state.library, state.identity):
        yield SamePlaylistFound(pair.one, pair.other, pair.evidence)


# ---- matches -----------------------------------------------------------------------------------


def wanted(state: State, layouter: Layouter) -> list[Wanted]:
    """Every track of the library, as the matcher wants it."""
    on: dict[TrackId, list[str]] = {}
    for group in layouter.all_groups:
        for track in layouter.tracks_of[group.lead]:
            on.setdefault(track, []).append(group.name)
    tracks = dict.fromkeys(state.identity.track(row.ref) for row in state.library.tracks)
    found = []
    for track in tracks:
        row = describe(state, track)
        if row is not None:
            found.append(
                Wanted(
                    Ref(track),
                    row.title,
                    row.artists,
                    row.album,
                    row.duration_ms,
                    row.isrc,
                    row.explicit,
                    tuple(on.get(track, ())),
                )
            )
    return found


def decisions(state: State, layouter: Layouter) -> dict[str, Decision]:
    """What every audio on the disk is that no person has spoken of."""
    index: Index | None = None
    found: dict[str, Decision] = {}
    for audio, rows in state.files.files.groups():
        if not audio or state.made.source(audio) != audio:
            continue  # what was made of another audio is what that is
        if any(_is_settled(row) for row in state.matches.tracks(audio)):
            continue
        index = index or Index(wanted(state, layouter))
        rejected = {_canonical(state, ref) for ref in state.matches.rejected(audio)}
        found[audio] = index.decide(_heard(audio, rows), rejected)
    return found


def _is_settled(row: MatchRow) -> bool:
    """Whether it needs no guessing: a person said it, or it was fetched as just that."""
    return row.verdict == "pinned" or row.by == "fetched"


def _canonical(state: State, ref: Ref) -> Ref:
    """Today's name of a track; the empty one stands for all."""
    return Ref(state.identity.track(ref)) if ref else ref


def _heard(audio: str, rows: Iterable[FileRow]) -> Heard:
    rows = sorted(rows, key=lambda row: (row.root, row.path))
    best = max(rows, key=lambda row: (bool(row.tags.title), bool(row.tags.isrc)))
    return Heard(audio, best.tags, best.duration_ms, tuple(row.path for row in rows))


def matches(state: State, decided: dict[str, Decision]) -> Iterator[FileMatched]:
    """Matches that the log does not hold yet. A match once found stays, whatever comes later."""
    for audio, decision in decided.items():
        known = {state.identity.track(row.track) for row in state.matches.tracks(audio)}
        for match in decision.matches:
            if TrackId(match.track) not in known:
                yield FileMatched(
                    audio, match.track, match.by, match.score, match.evidence, decision.others
                )


# ---- claims ------------------------------------------------------------------------------------


def claims(state: State, layouter: Layouter) -> Iterator[FileClaimed]:
    """Files that lie where a placement's file would, and hold its track: they are it."""
    for target in state.policy.audio_targets():
        if is_delivered(state, target):
            continue
        layout = layouter.layout(target)
        if state.files.online(layout.root):
            yield from _claims(state, layouter, layout)


def delivered(state: State, layouter: Layouter) -> Iterator[FileDelivered]:
    """Tracks whose audio lies in a drop folder already: they are not put there a second time."""
    for target in state.policy.targets():
        if not is_delivered(state, target):
            continue
        layout = layouter.layout(target)
        if state.files.online(layout.root):
            for wish, row in layout.guests.items():
                yield FileDelivered(
                    row.root, row.path, row.audio, wish, row.size, "it lay there already"
                )


def _claims(state: State, layouter: Layouter, layout: Layout) -> Iterator[FileClaimed]:
    strangers: dict[TrackId, list[FileRow]] = {}
    for row in state.files.files:
        if row.root == layout.root and row.placement is None and row.audio:
            for match in state.matches.tracks(row.audio):
                track = state.identity.track(match.track)
                if layouter.serving.may_serve(row.audio, track):
                    strangers.setdefault(track, []).append(row)
    claimed: set[str] = set()
    for wish in layout.wishes.values():
        if wish.has is not None or wish.held is not None:
            continue
        rows = strangers.get(TrackId(wish.placement.track), [])
        for row in sorted(rows, key=lambda row: row.path):
            folder = _folder_of(row.path, wish.path, wish.folder, wish.playlist)
            if folder is not None and row.path not in claimed:
                claimed.add(row.path)
                name = _with_placeholder(row.path, folder)
                yield FileClaimed(row.root, row.path, wish.placement, name, folder)
                break


def _folder_of(path: str, wished: str, folder: str, playlist: str) -> str | None:
    """The playlist's folder in a path, as it is spelt there; None: it lies somewhere else."""
    parts = PurePosixPath(path).parts[:-1]
    for part in parts:
        if collision_key(part) == collision_key(folder) or _loose(part) == _loose(playlist):
            return part
    same_place = collision_key(str(PurePosixPath(path).parent)) == collision_key(
        str(PurePosixPath(wished).parent)
    )
    return folder if same_place else None


def _with_placeholder(path: str, folder: str) -> str:
    """The sticky name of a file that is there: without extension, the folder replaced."""
    *parents, last = PurePosixPath(path).parts
    if folder in parents:
        parents[parents.index(folder)] = PLACEHOLDER
    return "/".join([*parents, last.rpartition(".")[0]])


def _loose(text: str) -> str:
    """Letters and digits only: `Warm_up` and `Warm up` are one folder to a person."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text


# ---- what a person did to our files ------------------------------------------------------------


def followed(state: State, rows: Iterable[MissingRow]) -> Iterator[Event]:
    """The person's way: a file that lies elsewhere now stays there, a deleted one stays away."""
    taken: set[tuple[str, str]] = set()
    for lost in rows:
        placement = Placement(lost.target, lost.playlist, lost.track)
        moved = [
            row
            for row in state.files.files.of(lost.audio)
            if row.root == lost.root and row.placement is None and (row.root, row.path) not in taken
        ]
        if moved:
            row = min(moved, key=lambda row: row.path)
            taken.add((row.root, row.path))
            folder = lost.folder if lost.folder in PurePosixPath(row.path).parts else ""
            name = _with_placeholder(row.path, folder)
            yield FileClaimed(row.root, row.path, placement, name, folder, own=lost.ours)
        else:
            yield PlacementPinned(placement, False)


def edits(state: State) -> Iterator[Event]:
    """What the policy `follow` makes of files that a person moved or deleted."""
    for target in state.policy.targets():
        if state.policy.text(f"targets.{target}.on_edit", "ask") == "follow":
            yield from followed(state, missing(state, target))


def missing(state: State, target: str) -> list[MissingRow]:
    """Placements of a target whose file a person took away, and that wait for an answer."""
    rows = [row for row in state.files.missing if row.target == target and not row.released]
    return sorted(rows, key=lambda row: row.path)


# ---- matters -----------------------------------------------------------------------------------


def matters(
    state: State, layouter: Layouter, decided: dict[str, Decision], now: int
) -> Iterator[Event]:
    """Open what should be open and is not, close what should not be open and is."""
    should = {matter.matter: matter for matter in _open(state, layouter, decided)}
    should |= {matter.matter: matter for matter in _offers(state, layouter, now)}
    should |= {matter.matter: matter for matter in recordings.open_doubts(state)}
    for matter in should.values():
        row = state.matters.open.get(matter.matter)
        if row is None or (row.text, row.candidates) != (matter.text, matter.candidates):
            yield matter
    for row in state.matters.open:
        if row.topic in TOPICS and row.matter not in should:
            yield MatterClosed(row.matter)


def _open(state: State, layouter: Layouter, decided: dict[str, Decision]) -> Iterator[MatterOpened]:
    for audio, decision in decided.items():
        if decision.review and not state.matches.tracks(audio):
            yield _doubtful(state, audio, decision.review)
    for doubt in layouter.doubts:
        one, other = (state.library.playlists.get(ref) for ref in (doubt.one, doubt.other))
        if one is not None and other is not None:
            yield MatterOpened(
                f"same playlist:{doubt.one}|{doubt.other}",
                "same playlist",
                f"{one.name!r} of {one.origin} and {other.name!r} of {other.origin} share little: "
                f"one playlist or two? They are two until you say so",
            )
    for target in state.policy.targets():
        if state.policy.text(f"targets.{target}.on_edit", "ask") == "ask":
            rows = missing(state, target)
            if rows:
                yield _edited(target, rows)


def _offers(state: State, layouter: Layouter, now: int) -> Iterator[MatterOpened]:
    """Tracks that wait for audio, and for a person to say which of those found it is."""
    searched = {state.identity.track(row.track) for row in state.wanted.searches}
    steps = ((track, chain.step(state, track, now)) for track in searched)
    doubtful = {
        track: step.review for track, step in steps if isinstance(step, chain.Later) and step.review
    }
    if not doubtful:
        return  # a layout is a costly thing to ask
    layouts = [layouter.layout(target) for target in state.policy.audio_targets()]
    for track in dict.fromkeys(each.track for layout in layouts for each in layout.waiting):
        review, row = doubtful.get(track, ()), describe(state, track)
        if review and row is not None:
            name, number = named(row.artists, row.title), len(review)
            text = f"{name}: {many(number, 'recording')} may be it; choose one, or reject them"
            best = tuple(Candidate(Ref(o.url), o.score, o.why) for o in review)
            yield MatterOpened(f"offer:{track}", "offer", text, candidates=best)


def _doubtful(state: State, audio: str, candidates: tuple[Candidate, ...]) -> MatterOpened:
    row = min(state.files.files.of(audio), key=lambda row: (row.root, row.path))
    number = len(candidates)
    text = f"{row.path}: may be {'one of ' if number > 1 else ''}{many(number, 'track')}"
    return MatterOpened(f"match:{audio}", "match", text, row.root, row.path, candidates)


def _edited(target: str, rows: list[MissingRow]) -> MatterOpened:
    names = ", ".join(row.path for row in rows[:TOLD])
    more = f" and {len(rows) - TOLD} more" if len(rows) > TOLD else ""
    text = (
        f"{many(len(rows), 'file')} of target {target} moved or deleted by somebody: "
        f"{names}{more}. `follow` what was done or `restore` them? Nothing is done meanwhile"
    )
    return MatterOpened(f"edited:{target}", "edited", text, rows[0].root, rows[0].path)
