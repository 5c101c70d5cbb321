"""`analyse`, `duplicates`: what audio sounds like, and what sounds the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.amounts import many
from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.copies import Copies, Copy
    from engine.render import Out
    from projections.registry import State


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (analyse, duplicates):
        app.command()(command)


def analyse(
    limit: Annotated[int, typer.Option(min=0, help="Listen to so many at most; 0: to all.")] = 0,
    every: Annotated[
        bool,
        typer.Option("--all", help="Also what was listened to before, with the settings of now."),
    ] = False,
    json: Json = False,
) -> None:
    """Listen to audio that was not listened to yet: fingerprint, tempo, key.

    What was fetched comes first, then what is a track's. Can be stopped and run again any time.
    """
    from engine.analysing import Analysing, todo
    from engine.cli import session
    from engine.render import Out
    from state.events import AudioAnalysed

    out = Out(json)
    config = session.configuration()
    session.recorded()

    def told(event: AudioAnalysed) -> None:
        out.emit(
            "analysed",
            audio=event.audio,
            duration_ms=event.duration_ms,
            comparable=bool(event.fingerprint),
            bpm=event.bpm,
            bpm_confidence=event.bpm_confidence,
            key=event.key,
            camelot=event.camelot,
            key_confidence=event.key_confidence,
            by=event.by,
        )

    with session.library("analyse") as library:
        audios = todo(library.state, again=every)
        turn = Analysing(library, config.analysis, progress=out.progress, told=told)
        done = turn.run(audios, limit)
        events = library.appended
        library.save_if_free()
    out.stop()
    for line in done.failed:
        out.emit("failed", text=line)
        out.say(f"not listened to: {line}")
    out.emit(
        "summary",
        analysed=done.heard,
        same=done.same,
        failed=len(done.failed),
        left=done.left,
        events=events,
    )
    parts = [f"{done.heard} listened to"]
    for number, word in (
        (done.same, "pairs of the same recording"),
        (len(done.failed), "failed"),
        (done.left, "left"),
    ):
        parts += [f"{number} {word}"] if number else []
    out.print(f"analyse: {', '.join(parts)}", "bold")
    if done.failed:
        raise typer.Exit(3)


def duplicates(json: Json = False) -> None:
    """List recordings that lie in several places, and which file of each is laid out.

    Changes nothing. What was not listened to is a duplicate only if it is the same bit for bit.
    """
    from engine.analysing import todo
    from engine.cli import session
    from engine.copies import copies
    from engine.render import Out

    out = Out(json)
    with session.library("duplicates", read_only=True) as library:
        state = library.state
        found = copies(state, library.layouter())
        unheard = len(todo(state))
        for each in found:
            _show(out, state, each)
    files = sum(len(each.copies) for each in found)
    out.emit("summary", recordings=len(found), files=files, not_analysed=unheard)
    out.print(f"duplicates: {many(len(found), 'recording')} in {many(files, 'file')}", "bold")
    if unheard:
        out.say(f"{unheard} not listened to yet: sync analyse")


def _show(out: Out, state: State, found: Copies) -> None:
    import msgspec

    from engine.people import label

    files = [msgspec.to_builtins(copy) for copy in found.copies]
    out.emit(
        "recording",
        tracks=list(found.tracks),
        evidence=found.evidence,
        placed=found.placed,
        files=files,
    )
    names = "; ".join(label(state, track) for track in found.tracks)
    out.print(names or "no track of the library", "bold")
    out.print(f"      {found.evidence}")
    for copy in found.copies:
        out.print(f"   {'*' if copy.taken else ' '}  {copy.root}/{copy.path}  {_quality(copy)}")
    if any(copy.taken for copy in found.copies):
        out.print("      * is laid out")


def _quality(copy: Copy) -> str:
    from engine.people import clock

    rate = f", {copy.bitrate / 1000:.0f} kbit/s" if copy.bitrate else ""
    return f"({copy.codec or 'unknown'}{rate}, {clock(copy.duration_ms)})"
