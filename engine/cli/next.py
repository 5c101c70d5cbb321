"""`next`: the first track of the fallback chain, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.cli.runs import Json, Wait, code

if TYPE_CHECKING:
    from engine.config import Config
    from engine.library import Library
    from engine.next import Next
    from engine.render import Out
    from engine.report import Report
    from engine.spotify import Turn
    from projections.registry import State
    from state.values import TrackId

REASONS = 5
"""So many reasons of passing over are told to people; --json tells all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("next")(next_)


def next_(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which one it would be, and why.")
    ] = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Take the first track that has no file through to its end, at once.

    What is playing at Spotify comes first, then what is new on SoundCloud, Liked Songs, what was
    asked for, and the playlists: it is fetched, tagged, put into its places, delivered, and shown
    in Eagle and Notion.
    """
    from engine.cli import session
    from engine.listening import look
    from engine.render import Out

    out, config = Out(json), session.configuration()
    with session.library("next") as library, library.effects(wait):
        _playing(out, library, config)
        turn = None
        if config.spotify is not None or config.soundcloud is not None:
            library.begin()
            turn = look(library, config, out.progress)
        run = through(out, library, config, turn=turn, dry_run=dry_run)
        told(out, library, run, rehearsed=dry_run)
    ended(out, run.report, "next")


def _playing(out: Out, library: Library, config: Config) -> None:
    """What is playing at Spotify now goes into the log, where that is configured."""
    from adapters.contract import AdapterError
    from engine import people, single
    from engine.names import Known

    if config.spotify is None:
        return
    try:
        found = single.playing(library, config.spotify)
    except AdapterError as error:
        out.say(f"what is playing is not known: {error}")
        return
    out.emit("playing", ref=found.track if found else "", playlist=found.playlist if found else "")
    if found is None:
        return
    state = library.state
    name = Known(state).playlist(found.playlist) if found.playlist else ""
    label = people.label(state, found.track)
    out.print(f"playing: {label}{f', from {name!r}' if name else ''}", "bold")
    track = state.identity.track(found.track)
    layouter = library.layouter()
    if not (single.files(layouter, track) or single.waits(layouter, track)):
        out.print(f"  it has no place in this library; sync add {found.track} gives it one")


def through(
    out: Out,
    library: Library,
    config: Config,
    *,
    asked: TrackId | None = None,
    turn: Turn | None = None,
    dry_run: bool = False,
) -> Next:
    """Take one track through to its end: the one asked for, else the first that can go on."""
    from engine.next import Next

    run = Next(
        library,
        config,
        asked=asked,
        progress=out.progress,
        transfers=out.transfer,
        told=out.outcome,
        turn=turn,
    )
    if dry_run:
        run.rehearse()
    else:
        run.run()
    out.stop()
    return run


def told(out: Out, library: Library, run: Next, *, rehearsed: bool = False) -> None:
    """Which track it was, how far it came, and which were passed over before it."""
    from engine import people, single
    from engine.next import grouped
    from engine.when import local
    from state.values import Ref

    course, state = run.course, library.state
    for each in course.passed:
        out.emit("passed", track=each.track, why=each.why, until=each.until)
    if course.track is None:
        out.emit("next", track="", first="", step="", files=[])
        out.print(_nothing(state, len(course.passed)))
    else:
        files = single.places(state, course.track)
        out.emit("next", track=course.track, first=course.first, step=course.step, files=files)
        out.print(f"next: {people.label(state, Ref(course.track))}: {course.first}", "bold")
        for line in [course.step] if rehearsed else [*single.origin(state, course.track), *files]:
            out.print(f"  {line}")
    for why, tracks in list(grouped(course.passed).items())[:REASONS]:
        until = min((each.until for each in tracks if each.until), default=0)
        again = f"; again from {local(until)} on" if until else ""
        name = people.label(state, Ref(tracks[0].track))
        more = f" and {len(tracks) - 1} more" if len(tracks) > 1 else ""
        out.say(f"passed over: {name}{more}: {why}{again}")


def _nothing(state: State, waiting: int) -> str:
    if waiting:
        tracks = "1 track waits" if waiting == 1 else f"{waiting} tracks wait"
        return f"nothing can be done now: {tracks}"
    if not len(state.library.tracks):
        return "no track is known yet: sync reconcile looks at your playlists"
    return "nothing is to do: every track that can have a file has one"


def ended(out: Out, report: Report, verb: str) -> NoReturn:
    """The end of a run: its summary and its exit code."""
    out.report(report, verb)
    raise typer.Exit(code(report))
