"""What must hold, whatever happened."""

from __future__ import annotations

from engine.evidence import trashed
from projections.files import FileRow
from projections.registry import State
from state.events import ActionIntended, Event, FileWritten
from tests.simulator.music import (
    DROP,
    MUSIC,
    OUT,
    ROOTS,
    SOURCE,
    audio_of,
    digest,
    private,
    tag_of,
)
from tests.simulator.planner import placement
from tests.simulator.world import Violation, World


def check(world: World, state: State) -> None:
    """At every start, and after every recovery: nothing is lost, and nothing is unexplained.

    A difference between the log's files and the disk must be a person's, or that of an intent that
    is open, or one that a person was told of.
    """
    files = world.files()
    _nothing_lost(world, files)
    _nothing_twice(world, files)
    excused = world.touched | _intended(state) | _told_of(world, state)
    _rows_are_there(world, state, files, excused)
    known = {f"{ROOTS[row.root]}/{row.path}" for row in state.files.files}
    known |= {f"{OUT}/{row.trash}" for row in state.files.trash}
    for path in files:
        explained = path in known or path in excused or path in world.theirs
        if not (explained or path.endswith("root.json")):
            raise Violation(f"{path} is there, and nobody knows why")


def _intended(state: State) -> set[str]:
    """Every path that an open intent may have changed."""
    found: set[str] = set()
    for row in state.runs.intents:
        found |= _about(row.position, row.intent)
    return found


def _about(position: int, intent: Event) -> set[str]:
    assert isinstance(intent, ActionIntended)
    action = intent.action
    found = {f"{ROOTS[action.root]}/{action.path}", f"{OUT}/{trashed(position, action)}"}
    if action.kind not in ("place", "deliver"):
        found.add(f"{OUT}/{action.source or action.path}")
    return found


def _told_of(world: World, state: State) -> set[str]:
    """Every path of an intent that a person was asked to look at."""
    rows = [row for row in state.matters.open if row.topic == "conflict"]
    positions = [int(row.matter.partition(":")[2]) for row in rows]
    events = [world.log.events[position - 1] for position in positions]
    return {path for each in events for path in _about(each.position, each.event)}


def _nothing_lost(world: World, files: dict[str, bytes]) -> None:
    for path, content in world.theirs.items():
        if files.get(path) != content:
            what = "is gone" if path not in files else "was overwritten"
            raise Violation(f"{path} is not ours and {what}")
    heard = {audio_of(content) for content in files.values()}
    for content in world.words - set(files.values()):
        raise Violation(f"what a person wrote into a file is gone: {content!r}")
    for audio in world.owed:
        if audio not in heard:
            raise Violation(f"recording {audio} is nowhere any more")


def _nothing_twice(world: World, files: dict[str, bytes]) -> None:
    """No track is ever delivered again, and none by half."""
    given = world.taken.copy()
    for path, content in files.items():
        if path.startswith(DROP) and not private(path) and path not in world.theirs:
            given[str(audio_of(content))] += 1
    for audio, times in given.items():
        if audio not in world.owed | world.meddled or times > 1:
            raise Violation(f"recording {audio} was delivered {times} times")


def _rows_are_there(world: World, state: State, files: dict[str, bytes], excused: set[str]) -> None:
    wishes = set()
    for row in state.files.files:
        path = f"{ROOTS[row.root]}/{row.path}"
        if row.placement is not None:
            if row.placement in wishes:
                raise Violation(f"{path}: the second file for {row.placement}")
            wishes.add(row.placement)
        if path in excused or row.root == SOURCE:
            continue
        content = files.get(path)
        if content is None:
            raise Violation(f"{path} is not there, and the log says it is")
        if row.text and digest(content) != row.text:
            raise Violation(f"{path} holds another text than the log says: {content!r}")
        if row.audio and audio_of(content) != row.audio:
            raise Violation(f"{path} should be recording {row.audio} and is {content!r}")
        if row.audio and row.audio not in world.meddled:
            _says(world, row, path, content)
    for trash in state.files.trash:
        path = f"{OUT}/{trash.trash}"
        if path not in excused and path not in files:
            raise Violation(f"{path} is not in the trash, and the log says it is")


def _says(world: World, row: FileRow, path: str, content: bytes) -> None:
    """Nobody but us wrote into it, so it says what the log says that we wrote."""
    recorded = world.log.find(row.tagged_at)
    if recorded is None:
        return
    assert isinstance(recorded.event, FileWritten)
    tags = recorded.event.tags
    assert tags is not None and tags.now is not None
    if tags.theirs:
        raise Violation(f"{path}: what we wrote into it is thought to be a person's")
    if tags.now.texts["title"] != (tag_of(content),):
        raise Violation(f"{path} should say {tags.now.texts} and is {content!r}")


def check_recovered(world: World, state: State) -> None:
    """After a recovery: no intent is open that could be closed, and no work file is left.

    Where the disk is not there or does not answer, or somebody plays, there is a next time.
    """
    if world.volume.gone in (OUT, DROP) or world.failed:
        return
    if len(state.runs.intents) and not world.playing:
        raise Violation(f"intents are still open: {[row.position for row in state.runs.intents]}")
    work = (f"{OUT}/.cratelog/work/", f"{DROP}/.cratelog/work/")
    left = [path for path in world.volume.names if path.startswith(work)]
    if left and not len(state.runs.intents):
        raise Violation(f"work files are left: {left}")


def check_end(world: World, state: State) -> None:
    """When nothing happens any more: the log and the disk agree, and the wishes are fulfilled."""
    files = world.files()
    edited = {path for path in world.touched if private(path) or path.endswith(".m3u8")}
    told = _told_of(world, state)
    _rows_are_there(world, state, files, edited | told)
    laid = {row.placement: row.path for row in state.files.files if row.placement is not None}
    wishes = world.history.wishes(world.process)
    asked = {str(row.matter.partition(":")[2]) for row in state.matters.open}
    intents = [each for each in world.log.events if str(each.position) in asked]
    excused = world.meddled | {each.event.action.audio for each in intents}  # type: ignore[attr-defined]
    held = {row.path for row in state.files.files} if world.history.edits else set()
    for key, path in wishes.items():
        wish = placement(*key)
        meddled = str(key[1]) in world.meddled or f"{OUT}/{path}" in world.touched
        if (
            str(key[1]) in excused or meddled or path in held or f"{OUT}/{path}" in told
        ):  # by what a person keeps from going on
            excused.add(str(key[1]))
        elif laid.get(wish) != path:
            raise Violation(f"{path} is wanted and does not come; it is at {laid.get(wish)}")
    _delivered(world, state, excused)
    wanted = {placement(*key) for key in wishes}
    for one, path in laid.items():
        if one not in wanted and str(one.track) not in excused:
            raise Violation(f"{path} is not wanted and does not go")
    for row in state.files.files:
        mark = world.history.mark(world.process, int(row.placement.track)) if row.placement else ""
        free = row.audio not in excused and f"{OUT}/{row.path}" not in world.touched
        if mark and row.ours and free and row.tagged != mark:
            raise Violation(f"{row.path} should say {mark!r}")
    for path in files:
        if path.startswith(MUSIC) and path not in world.theirs:
            raise Violation(f"{path} was not there")


def _delivered(world: World, state: State, excused: set[str]) -> None:
    """What was ever wanted was delivered, but for what a person keeps from it."""
    if not world.history.drop or world.volume.gone:
        return
    given = world.taken.copy()
    for path, content in world.files().items():
        if path.startswith(DROP) and not private(path):
            given[str(audio_of(content))] += 1
    for track in {str(track) for _, track in world.history.wishes(world.process)}:
        free = f"{DROP}/{track}.mp3" not in world.theirs
        if free and track not in excused and given[track] != 1:
            raise Violation(f"recording {track} is wanted and was not delivered")
    for row in state.files.delivered:
        if given[str(row.track)] != 1:
            raise Violation(f"the log says that {row.path} was delivered, and it was not")
