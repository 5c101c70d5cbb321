"""When nothing happens any more: everything is as it should be, or it is said why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.library import Library
from engine.places import PARK
from engine.planner import plan
from engine.report import Report
from engine.roots import library_of
from projections.layout import Layouter, Wish
from tests.machine.picture import Picture, digest, picture
from tests.machine.runs import Runs
from tests.machine.sound import heard, song_of
from tests.machine.world import FOLDERS, World

ALL = 9999


def settle(runs: Runs, *, plain: bool) -> None:
    """Mount everything, run until nothing is left, and look at all of it.

    Args:
        plain: nobody meddled, so backups and music alone say what must be there.

    Raises:
        AssertionError: something was forgotten, or it never ends.
    """
    world = runs.world
    for name in FOLDERS:
        world.come_back(name)
    runs.reconcile(allowed=ALL)
    if world.template != runs.shadow.state.policy.text("targets.playlists.path"):
        runs.save_plan()
        assert runs.apply_plan().report is not None, "a plan that was just made was refused"
        runs.reconcile(allowed=ALL)
    report = runs.reconcile(allowed=ALL).report
    assert report is not None and report.events == 0, f"it never ends: {report}"
    runs.check_state()
    for problem in _deviations(world.library, report, picture(world.folder("root"))):
        raise AssertionError(f"{problem}; the last run said {report}")
    if plain:
        asked = {row.matter for row in world.library.state.matters.open}
        _expect(world, picture(world.folder("root")), asked)


def _deviations(library: Library, report: Report, root: Picture) -> Iterator[str]:
    """What is not as it should be, and nothing says why."""
    state = library.state
    layouter = Layouter(state)
    wishes = layouter.layout("playlists").wishes.values()
    wished = [wish.path for wish in wishes]
    excused = {line.subject for line in report.blocked}
    excused |= {path for path in wished if any(_is_parked(path, line) for line in set(excused))}
    excused |= {name for name in root if any(name in line for line in report.unreadable)}
    if report.refused:
        yield "refused, although all removals were allowed"
    if report.failed:
        yield "something failed"
    made = plan(state, layouter)
    for action in made.actions:
        if action.path not in excused:
            yield f"planned, and never done: {action}"
    for wish in wishes:
        there = wish.has.path if wish.has is not None else wish.path
        if not excused & {wish.path, there} and (why := _unfulfilled(wish, library, root)):
            yield why
    for text, content in made.texts.items():
        assert digest(content.encode()) == text


def _is_parked(path: str, subject: str) -> bool:
    """Whether a blocked action was to park the file that is to go on to a path."""
    return subject.startswith(PARK) and subject.endswith(f"-{path.rpartition('/')[2]}")


def _unfulfilled(wish: Wish, library: Library, root: Picture) -> str:
    if wish.held is not None:
        open_ = "edited:playlists" in {row.matter for row in library.state.matters.open}
        return "" if open_ else f"held, and nobody is asked: {wish}"
    if wish.has is None:
        return f"wanted, and not there: {wish}"
    if wish.has.path not in root or heard(root[wish.has.path].content) != wish.has.audio:
        return f"the log says that it is there: {wish}"
    moved = wish.has.ours and wish.has.path != wish.path
    return f"in another place: {wish}" if moved else ""


# ---- what a person would expect who never meddled ----------------------------------------------


def _expect(world: World, root: Picture, asked: Collection[str]) -> None:
    """The playlists' folders hold what the backups say, as far as there is music for it.

    Raises:
        AssertionError: a track is not there, or lies where it should not.
    """
    assert library_of(world.folder("root")) is not None or not root
    music = picture(world.folder("music")).values()
    there = [file.content for file in music if f"match:{heard(file.content)}" not in asked]
    have = {song_of(content) for content in (*there, *(file.content for file in root.values()))}
    for path in world.folder("backups").glob("*.csv"):
        if path.name in world.broken or _is_doubtful(world, path.stem):
            continue
        wanted = world.rows[path.name]
        inside = {
            song_of(file.content)
            for name, file in root.items()
            if _is_in(name.partition("/")[0], path.stem) and "/" in name
        }
        names = {song.file_name for song in inside if song is not None}
        for song in wanted:
            told = f"{song} is on {path.stem} and there is audio, but no file"
            assert song not in have or song.file_name in names, told
        extra = names - {song.file_name for song in wanted}
        assert not extra, f"{extra} not on {path.stem}, and files are there"


def _is_doubtful(world: World, name: str) -> bool:
    """Whether another backup has nearly this name: who knows what then is on which."""
    names = [name.removesuffix(".csv") for name in (*world.rows, *world.elsewhere)]
    alike = [each for each in (*names, *world.exclude) if each.casefold() == name.casefold()]
    return len(alike) > 1


def _is_in(folder: str, name: str) -> bool:
    """Whether a folder is a playlist's; some programs write blanks as `_`."""
    name = name.replace("_", " ")
    return folder == name or folder.startswith(f"{name} [")
