"""`match`, `adopt`: a person's word. It waits for no run: the next one acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.amounts import many
from engine.cli.asking import usage
from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.library import Library
    from engine.render import Out
    from projections.files import FileRow
    from projections.registry import State
    from state.events import Event
    from state.log import Recorded

NEXT = "the next sync reconcile acts on it"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (match, adopt):
        app.command()(command)


# ---- match -------------------------------------------------------------------------------------


def match(
    what: Annotated[
        str, typer.Argument(metavar="FILE|TRACK", help="An audio file, or a track to be merged.")
    ],
    track: Annotated[
        str,
        typer.Argument(metavar="TRACK", help="Reference, Spotify URL, id, or words that name it."),
    ] = "",
    reject: Annotated[
        bool,
        typer.Option(
            "--reject", help="It is not that track; without TRACK: nor any it passes for."
        ),
    ] = False,
    none: Annotated[
        bool, typer.Option("--none", help="The file is no track of the library at all.")
    ] = False,
    json: Json = False,
) -> None:
    """Say which track a file is (or is not), or that two tracks are one (or are not)."""
    from engine import people
    from engine.cli import session
    from engine.render import Out

    out = Out(json)
    here = Path.cwd()
    if none and (track or reject):
        raise typer.BadParameter("--none stands alone: it is about every track")
    session.recorded()
    with session.library("match") as library, usage(out):
        if people.is_file(library.state, what, here):
            row = people.file(library.state, what, here)
            if not (track or reject or none):
                raise typer.BadParameter("say which TRACK the file is, or --reject, or --none")
            said = library.decide(lambda state: _file_said(state, row, track, reject, none))
            subject = row.path
        else:
            if none or not track:
                raise people.CannotTell(f"{what}: no such file is known; run sync reconcile first")
            said = library.decide(lambda state: _tracks_said(state, what, track, reject))
            subject = what
        library.save_if_free()
        told(out, library.state, said, subject)
        out.emit("summary", events=len(said))


def _file_said(state: State, row: FileRow, track: str, reject: bool, none: bool) -> list[Event]:
    from engine import people

    if none:
        return people.no_track(state, row.audio)
    if reject:
        ref = people.track(state, track) if track else None
        return people.rejected(state, row.audio, ref)
    return people.pinned(state, row.audio, people.track(state, track))


def _tracks_said(state: State, one: str, other: str, reject: bool) -> list[Event]:
    from engine import people

    if reject:
        first, second = (people.one_reference(state, said) for said in (one, other))
        return people.separated(state, first, second)
    return people.merged(state, people.track(state, one), people.track(state, other))


# ---- adopt -------------------------------------------------------------------------------------


def adopt(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, or folders of them (default: all there are).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every file that was claimed.")] = False,
    own: Annotated[
        bool, typer.Option("--own", help="Let sync move, rename and trash them from now on.")
    ] = False,
    json: Json = False,
) -> None:
    """List files that were there before and stand in a playlist's place; with --own, take them."""
    from engine import people
    from engine.cli import session
    from engine.render import Out

    out = Out(json)
    if own and not (paths or every):
        raise typer.BadParameter("say which files become ours: PATH, or --all")
    if paths and every:
        raise typer.BadParameter("PATH and --all exclude each other")
    session.recorded()
    with session.library("adopt", read_only=not own) as library:
        rows, odd = _adoptable(library, paths or [])
        for line in odd:
            out.emit("not claimed", text=line)
            out.say(line)
        for row in rows:
            out.emit("adopted" if own else "claimed", root=row.root, path=row.path)
            out.print(f"  {'now ours' if own else 'claimed'}: {row.path}")
        if own:
            chosen = {(row.root, row.path) for row in rows}
            library.decide(
                lambda state: [
                    people.adopted(row)
                    for row in people.claimed(state)
                    if (row.root, row.path) in chosen
                ]
            )
            library.save_if_free()
    out.emit("summary", files=len(rows), owned=len(rows) if own else 0, not_claimed=len(odd))
    out.print(f"adopt: {many(len(rows), 'file')} {'now ours' if own else 'claimed'}", "bold")
    if rows and not own:
        out.say("they stay as they are, and nothing moves them; `sync adopt --own` changes that")
    if odd:
        raise typer.Exit(3 if rows else 1)


def _adoptable(library: Library, said: list[str]) -> tuple[list[FileRow], list[str]]:
    """The claimed files among those named (all, if none is), and why the others are not."""
    from engine import people

    claimed = people.claimed(library.state)
    if not said:
        return claimed, []
    here = Path.cwd()
    rows: list[FileRow] = []
    odd: list[str] = []
    for path in said:
        inside = {(row.root, row.path) for row in people.below(library.state, path, here)}
        if inside:
            mine = [row for row in claimed if (row.root, row.path) in inside]
            rows += mine
            odd += [] if mine else [f"{path}: holds no file that was claimed"]
            continue
        try:
            row = people.file(library.state, path, here)
        except people.CannotTell as error:
            odd.append(str(error))
            continue
        if row in claimed:
            rows.append(row)
        elif row.ours:
            odd.append(f"{path}: is ours already")
        else:
            odd.append(f"{path}: stands in no playlist's place, so there is nothing to adopt")
    return list(dict.fromkeys(rows)), odd


# ---- saying it back ----------------------------------------------------------------------------


def told(out: Out, state: State, events: Sequence[Recorded], subject: str) -> None:
    """Say what was recorded; `subject` is what it was about."""
    from msgspec import to_builtins

    for entry in events:
        event = entry.event
        out.emit("said", event=event.kind, position=entry.position, **to_builtins(event))
        if line := _words(state, event, subject):
            out.print(line)
    out.print(NEXT if events else f"{subject}: that is known already; nothing changes")


def _words(state: State, event: Event, subject: str) -> str:
    from engine.people import label
    from state import events as e

    match event:
        case e.MatchPinned():
            return f"{subject}: is {label(state, event.track)}"
        case e.MatchRejected(track=""):
            return f"{subject}: is no track of the library"
        case e.MatchRejected():
            return f"{subject}: is not {label(state, event.track)}"
        case e.TracksMerged():
            return f"one recording: {event.one} and {event.other}, {label(state, event.one)}"
        case e.TracksSeparated():
            return f"two recordings: {event.one} and {event.other}"
        case e.PlaylistsMerged():
            return f"one playlist: {event.one} and {event.other}"
        case e.PlaylistsSeparated():
            return f"two playlists: {event.one} and {event.other}"
        case e.FileClaimed():
            return f"{event.path}: stays where it is now"
        case e.PlacementPinned():
            return f"{label(state, event.placement.track)}: stays away from where it was"
        case e.MatterClosed(answer="restore"):
            return "what is missing is put back"
    return ""
