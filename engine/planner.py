"""Desired − observed = actions. Pure: the same state gives the same plan.

Order matters within a plan: whoever leaves a place goes before whoever comes to it. Where files
change places in a circle, or a name changes in nothing but its case, one is parked first and goes
on in the next pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from engine.lists import lists
from engine.places import PARK
from engine.retags import with_retags
from projections.files import FileRow, TrashRow
from projections.layout import (
    UNASSIGNED_FOLDER,
    Layout,
    Layouter,
    Waiting,
    Wish,
    target_root,
)
from projections.naming import collision_key
from projections.origins import is_delivered
from projections.policy import LISTS
from projections.registry import State
from state.actions import Action
from state.values import UNASSIGNED, PlaylistRef, RootId, TrackId

MAIN = "playlists"
"""The one target that has playlist files."""


class Blocked(msgspec.Struct, frozen=True):
    """Something that the plan would hold, and why it does not."""

    subject: str
    why: str


class Plan(msgspec.Struct, frozen=True):
    """What would be done, in order, with the position of the log that it was computed from."""

    position: int
    actions: tuple[Action, ...]
    waiting: tuple[Waiting, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    texts: dict[str, str] = {}
    """Digest → text of the files to write."""


def plan(state: State, layouter: Layouter, templates: dict[str, str] | None = None) -> Plan:
    """The actions that bring every target in line.

    Args:
        templates: for a target, the path template to plan with instead of the log's.
    """
    actions: list[Action] = []
    waiting: dict[tuple[TrackId, str], Waiting] = {}
    blocked: list[Blocked] = []
    texts: dict[str, str] = {}
    for target in state.policy.audio_targets():
        root = target_root(target)
        row = state.files.roots.get(root)
        if row is None or not row.online:
            why = row.why if row is not None else "never seen"
            blocked.append(Blocked(f"target {target}", why))
            continue
        layout = layouter.layout(target, (templates or {}).get(target))
        waiting |= {(entry.track, entry.playlist): entry for entry in layout.waiting}
        if is_delivered(state, target):
            actions += _deliveries(state, layout)
            continue
        actions += _Differ(state, layouter, layout).actions()
        if target == MAIN and LISTS in state.policy.targets():
            actions += lists(state, layout, texts)
    return Plan(
        state.position,
        tuple(with_retags(state, _ordered(actions))),
        tuple(waiting.values()),
        tuple(blocked),
        texts,
    )


class _Differ:
    """The audio files of one target."""

    def __init__(self, state: State, layouter: Layouter, layout: Layout) -> None:
        self.state, self.layouter, self.layout = state, layouter, layout
        self.restored: set[str] = set()
        self.spare: dict[TrackId, list[FileRow]] = {}
        for row in layout.surplus:
            if row.ours and row.placement is not None:
                track = state.identity.track(row.placement.track)
                self.spare.setdefault(track, []).append(row)

    def actions(self) -> Iterator[Action]:
        for wish in self.layout.wishes.values():
            if wish.has is not None:
                if wish.has.path != wish.path and wish.has.ours:
                    yield self._rename(wish, wish.has)
            elif wish.held is None:
                yield from self._fill(wish)
        for rows in self.spare.values():
            for row in rows:
                yield self._trash(row)

    def _rename(self, wish: Wish, row: FileRow) -> Action:
        if row.folder != wish.folder and row.folder:
            because = f"playlist is now called {wish.playlist!r}"
        elif row.path.startswith(PARK):
            because = "goes on to its place"
        else:
            because = "its name follows the template"
        return self._move(wish, row, because, removes=False)

    def _fill(self, wish: Wish) -> Iterator[Action]:
        track = TrackId(wish.placement.track)
        for row in self.spare.get(track, ()):
            if self.layouter.serving.may_serve(row.audio, track):
                self.spare[track].remove(row)
                # From `Unassigned/` to a playlist nothing gets lost to a person's eyes.
                removes = self._playlist(row) != UNASSIGNED
                yield self._move(wish, row, self._left(row, wish), removes=removes)
                return
        origin = wish.origin
        assert origin is not None
        if isinstance(origin, TrashRow):
            if origin.trash in self.restored:
                return  # once it is out of the trash, the next pass places it here too
            self.restored.add(origin.trash)
            yield Action(
                "restore",
                self.layout.root,
                wish.path,
                f"{_on(wish)}; it lies in the trash",
                source_root=origin.root,
                source=origin.trash,
                audio=origin.audio,
                placement=wish.placement,
                name=wish.name,
                folder=wish.folder,
            )
            return
        yield Action(
            "place",
            self.layout.root,
            wish.path,
            f"{_on(wish)}; {_evidence(self.state, origin, track)}",
            source_root=origin.root,
            source=origin.path,
            audio=origin.audio,
            placement=wish.placement,
            name=wish.name,
            folder=wish.folder,
            may_link=origin.ours,
        )

    def _move(self, wish: Wish, row: FileRow, because: str, *, removes: bool) -> Action:
        return Action(
            "move",
            self.layout.root,
            wish.path,
            because,
            source_root=row.root,
            source=row.path,
            audio=row.audio,
            placement=wish.placement,
            playlist=self._playlist(row),
            removes=removes,
            name=wish.name,
            folder=wish.folder,
        )

    def _trash(self, row: FileRow) -> Action:
        assert row.placement is not None
        track = self.state.identity.track(row.placement.track)
        left = self._folder(row)
        if not self.layouter.serving.may_serve(row.audio, track):
            because = f"a person said that it is another recording than {left} wants"
        elif any(group.lead == self._playlist(row) for group in self.layout.groups):
            because = f"no longer on {left}"
        else:
            because = f"{left} is not laid out any more"
        return Action(
            "trash",
            self.layout.root,
            row.path,
            because,
            audio=row.audio,
            placement=row.placement,
            playlist=self._playlist(row),
            removes=True,
        )

    def _playlist(self, row: FileRow) -> PlaylistRef:
        assert row.placement is not None
        return self.layouter.canonical(row.placement).playlist

    def _folder(self, row: FileRow) -> str:
        return repr(row.folder) if row.folder else "its playlist"

    def _left(self, row: FileRow, wish: Wish) -> str:
        if wish.placement.playlist == UNASSIGNED:
            return f"left {self._folder(row)}, on no playlist any more"
        return f"left {self._folder(row)}, {_on(wish)}"


def _deliveries(state: State, layout: Layout) -> Iterator[Action]:
    """What a drop folder is still to be given. Its files are another program's to change, so they
    never share their bytes with ours."""
    for wish in layout.wishes.values():
        assert isinstance(wish.origin, FileRow)
        track = TrackId(wish.placement.track)
        yield Action(
            "deliver",
            layout.root,
            wish.path,
            f"{_on(wish)}; {_evidence(state, wish.origin, track)}",
            source_root=wish.origin.root,
            source=wish.origin.path,
            audio=wish.origin.audio,
            placement=wish.placement,
        )


def _evidence(state: State, origin: FileRow, track: TrackId) -> str:
    if origin.placement is not None:
        return f"as in {origin.folder or origin.path!r}"
    for row in state.matches.tracks(origin.audio):
        if state.identity.track(row.track) == track:
            return f"{origin.path!r}: {row.evidence}"
    return f"from {origin.path!r}"


def _on(wish: Wish) -> str:
    if wish.playlist == UNASSIGNED_FOLDER and wish.placement.playlist == UNASSIGNED:
        return "on no playlist"
    return f"on {wish.playlist!r}"


# ---- order -------------------------------------------------------------------------------------


def _ordered(actions: Sequence[Action]) -> list[Action]:
    """Whoever leaves a place goes before whoever comes to it, and whoever reads a file before it
    leaves; where they wait for each other in a circle, one is parked. Texts last."""
    todo = [action for action in actions if action.kind != "write"]
    leaving = {left: action for action in todo if (left := _left_by(action)) is not None}
    reading: dict[_Place, list[Action]] = {}
    for action in todo:
        if action.kind in ("place", "deliver"):
            read = (action.source_root, collision_key(action.source))
            reading.setdefault(read, []).append(action)
    ordered: list[Action] = []
    done: set[int] = set()
    met: set[int] = set()

    def put(action: Action, *, circle: bool) -> None:
        ordered.append(_parked(action) if circle else action)
        done.add(id(action))

    for first in todo:
        way = [first]  # not recursive: a chain may be as long as a playlist
        while way:
            action = way[-1]
            if id(action) in done:
                way.pop()
                continue
            met.add(id(action))
            left = _left_by(action)
            readers = [one for one in reading.get(left, ()) if id(one) not in done] if left else []
            leaver = leaving.get(_come_to(action)) if action.kind != "trash" else None
            if leaver is not None and id(leaver) in done:
                leaver = None
            before = [*readers, leaver] if leaver is not None else readers
            fresh = next((one for one in before if id(one) not in met), None)
            if fresh is not None:
                way.append(fresh)
                continue
            for reader in readers:
                put(reader, circle=True)
            put(action, circle=leaver is not None)
    return ordered + [action for action in actions if action.kind == "write"]


_Place = tuple[RootId, str]


def _come_to(action: Action) -> _Place:
    return action.root, collision_key(action.path)


def _left_by(action: Action) -> _Place | None:
    """The place that an action empties."""
    if action.kind == "move":
        return action.source_root or action.root, collision_key(action.source)
    return _come_to(action) if action.kind == "trash" else None


def _parked(action: Action) -> Action:
    tag = hashlib.sha256(f"{action.source}\0{action.path}".encode()).hexdigest()[:8]
    path = f"{PARK}/{tag}-{action.path.rpartition('/')[2]}"
    return msgspec.structs.replace(
        action, path=path, because=f"{action.because} (another file must leave its place first)"
    )


def unassigned(action: Action) -> bool:
    """Whether an action brings a file into `Unassigned/`."""
    return action.folder == UNASSIGNED_FOLDER
