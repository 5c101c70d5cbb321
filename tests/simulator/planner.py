"""What is still to be done, for a handful of files: wishes − rows = actions.

As the product's planner promises: whoever leaves a place goes before whoever comes to it, and where
files change places in a circle one is parked and goes on in the next pass.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import msgspec

from engine.places import PARK
from projections.files import FileRow
from projections.registry import State
from state.actions import Action
from state.values import UNASSIGNED, Placement, PlaylistRef, Ref, Retagged, RootId
from tests.simulator.history import Wishes
from tests.simulator.music import IMPORT, SOURCE, TARGET, digest


def plan(
    state: State,
    wishes: Wishes,
    online: Collection[RootId],
    *,
    lists: bool,
    restores: bool,
    drop: str,
    mark: Callable[[int], str] = lambda track: "",
) -> tuple[list[Action], dict[str, str]]:
    """The actions, in order, and the texts that they write, by digest.

    Args:
        mark: what the tags of a track should say.
    """
    texts: dict[str, str] = {}
    actions: list[Action] = []
    if IMPORT in online and drop:
        actions += _deliveries(state, wishes, online)
    if TARGET in online:
        actions += _songs(state, wishes, online, restores)
    if TARGET in online and lists:
        actions += _lists(state, wishes, texts)
    stay = ("place", "deliver")
    leaving = {action.source or action.path for action in actions if action.kind not in stay}
    taken = {row.path for row in state.files.files if row.root == TARGET} - leaving
    free = [
        action
        for action in actions
        if action.kind in ("trash", "write", "deliver") or action.path not in taken
    ]
    ordered = _ordered(free)
    if TARGET in online:
        ordered += _retags(state, ordered, mark)
    return ordered, texts


def placement(playlist: str, track: int) -> Placement:
    """The wish for a track on a playlist."""
    return Placement("playlists", PlaylistRef(playlist), Ref(str(track)))


def _deliveries(state: State, wishes: Wishes, online: Collection[RootId]) -> Iterator[Action]:
    """Every track that is wanted anywhere and was not delivered yet; first, while its file lies
    where it was seen."""
    done = {row.track for row in state.files.delivered}
    there = {row.path for row in state.files.files if row.root == IMPORT}
    for track in sorted({track for _, track in wishes}):
        homes = [row for row in state.files.files.of(str(track)) if row.root in online]
        homes = [row for row in homes if row.root != IMPORT]
        if str(track) in done or not homes or f"{track}.mp3" in there:
            continue
        home = min(homes, key=lambda row: (row.root == SOURCE, row.path))
        yield Action(
            "deliver", IMPORT, f"{track}.mp3", "wanted", source_root=home.root, source=home.path,
            audio=home.audio, placement=Placement("import", UNASSIGNED, Ref(str(track))),
        )  # fmt: skip


def _retags(state: State, before: Sequence[Action], mark: Callable[[int], str]) -> Iterator[Action]:
    """Files that nothing else happens to, and that should say something else."""
    busy = {path for action in before for path in (action.path, action.source)}
    for row in sorted(state.files.files, key=lambda row: (row.audio, row.path)):
        if row.root != TARGET or not row.ours or row.placement is None or row.path in busy:
            continue
        wanted = mark(int(row.placement.track))
        if row.audio == row.placement.track and wanted and row.tagged != wanted:
            yield Action(
                "retag", TARGET, row.path, "renamed", audio=row.audio, placement=row.placement,
                tags=Retagged(wanted, previous=row.tagged_at),
            )  # fmt: skip


def _songs(
    state: State, wishes: Wishes, online: Collection[RootId], restores: bool
) -> Iterator[Action]:
    wanted = {placement(*key): path for key, path in wishes.items()}
    ours = [row for row in state.files.files if row.root != IMPORT]
    laid = {row.placement: row for row in ours if row.placement is not None}
    missing = {Placement(row.target, row.playlist, row.track) for row in state.files.missing}
    spare = [row for wish, row in laid.items() if wish not in wanted and row.ours]
    for wish, path in wanted.items():
        row = laid.get(wish)
        if row is not None:
            if row.ours and row.path != path:
                yield _move(row, path, wish)
        elif restores or wish not in missing:
            found = next((one for one in spare if one.audio == wish.track), None)
            if found is not None:
                spare.remove(found)
                yield _move(found, path, wish)
            else:
                yield from _fill(state, wish, path, online)
    for row in spare:
        yield Action(
            "trash", TARGET, row.path, "dropped", audio=row.audio, placement=row.placement,
            removes=True,
        )  # fmt: skip


def _move(row: FileRow, path: str, wish: Placement | None) -> Action:
    return Action(
        "move", TARGET, path, "renamed", source_root=TARGET, source=row.path, audio=row.audio,
        placement=wish, text=row.text, playlist=row.playlist,
    )  # fmt: skip


def _fill(state: State, wish: Placement, path: str, online: Collection[RootId]) -> Iterator[Action]:
    homes = [row for row in state.files.files.of(wish.track) if row.root in online]
    homes = [row for row in homes if row.root != IMPORT]
    trash = list(state.files.trash.of(wish.track))
    if trash and (not homes or len(path) % 2):
        yield Action(
            "restore", TARGET, path, "wanted again", source_root=TARGET, source=trash[0].trash,
            audio=trash[0].audio, placement=wish,
        )  # fmt: skip
    elif homes:
        home = min(homes, key=lambda row: (row.root == SOURCE, not row.ours, row.path))
        yield Action(
            "place", TARGET, path, "wanted", source_root=home.root, source=home.path,
            audio=home.audio, placement=wish, may_link=home.ours,
        )  # fmt: skip


def _lists(state: State, wishes: Wishes, texts: dict[str, str]) -> Iterator[Action]:
    there = {row.playlist: row for row in state.files.files if row.text}
    wanted: dict[str, list[str]] = {}
    for (playlist, _), path in wishes.items():
        wanted.setdefault(playlist, []).append(path)
    for name, paths in wanted.items():
        text = "\n".join(sorted(paths))
        path = f"{min(paths).partition('/')[0]}/list.m3u8"
        row = there.pop(PlaylistRef(name), None)
        if row is not None and row.path != path:
            yield _move(row, path, None)
        elif row is None or row.text != digest(text.encode()):
            code = digest(text.encode())
            texts[code] = text
            yield Action(
                "write", TARGET, path, "listed", text=code, playlist=PlaylistRef(name),
                old_text=row.text if row is not None else "",
            )  # fmt: skip
    for row in there.values():
        yield Action("trash", TARGET, row.path, "dropped", text=row.text, playlist=row.playlist)


def _ordered(actions: Sequence[Action]) -> list[Action]:
    leaving = {
        action.source if action.kind == "move" else action.path: action
        for action in actions
        if action.kind in ("move", "trash")
    }
    ordered: list[Action] = []
    begun: dict[Action, bool] = {}

    def visit(action: Action) -> None:
        if action in begun:
            return
        begun[action] = False
        before = leaving.get(action.path) if action.kind != "trash" else None
        if before is not None and begun.get(before) is False:
            name = action.path.replace("/", " ")
            ordered.append(msgspec.structs.replace(action, path=f"{PARK}/{name}"))
        else:
            if before is not None:
                visit(before)
            ordered.append(action)
        begun[action] = True

    for action in actions:
        visit(action)
    return ordered
