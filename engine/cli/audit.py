"""`status` and `why`: what is, and how it came to be. They write nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from engine.amounts import many, size
from engine.cli import checkup, journal, replay
from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.render import Out
    from engine.services import Service
    from engine.status import Status
    from engine.waiting import Waits
    from engine.watch.pulse import Pulsing
    from engine.why import Story


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (status, why):
        app.command()(command)
    checkup.register(app)
    journal.register(app)
    replay.register(app)


def status(
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Name all tracks that wait for audio, not only 20.")
    ] = False,
    json: Json = False,
) -> None:
    """Show how the library is and what waits, as of the last look."""
    from engine.cli import catalogue
    from engine.cli.holding import in_the_way, tell
    from engine.cli.session import recorded
    from engine.glance import glance
    from engine.names import Saved
    from engine.render import SHOWN, Out
    from engine.services import services
    from engine.status import status as look
    from engine.watch.pulse import read
    from state.log import clock

    out = Out(json)
    watch = read(recorded())
    with glance(recorded()) as found:
        _notes(out, found.notes)
        seen, known, way = look(found), services(found, clock(), _minutes()), in_the_way(found)
        pages = catalogue.standing(found, clock())
        named = seen.waiting if waiting or json else seen.waiting[:SHOWN]
        titles = [Saved(found.query).track(each.track) for each in named]
    _status(out, seen)
    _watch(out, watch)
    tell(out, way)
    _services(out, known)
    catalogue.status(out, pages)
    _waiting(out, seen, list(zip(named, titles, strict=True)))
    for number, matter in enumerate(seen.matters):
        out.emit("matter", id=matter.id, topic=matter.topic, text=matter.text, todo=matter.todo)
        if number < SHOWN:
            out.print(f"  to review: {matter.text}")
            out.print(f"    {matter.todo}")
    if len(seen.matters) > SHOWN:
        out.print(f"  {len(seen.matters) - SHOWN} more; sync review shows all")
    out.emit("summary", **_summary(seen), held_by=way)


def why(
    subject: Annotated[
        list[str],
        typer.Argument(help="A path (of a file that is there, or was), a track, or a playlist."),
    ],
    json: Json = False,
) -> None:
    """Tell what led to a file, a track or a playlist, or to its absence."""
    from pathlib import Path

    from engine.cli import session
    from engine.render import Out
    from engine.why import CannotTell
    from engine.why import why as ask

    out, said = Out(json), " ".join(subject)
    with session.library("why", read_only=True) as library:
        _notes(out, library.notes)
        try:
            stories = ask(library, said, Path.cwd())
        except CannotTell as error:
            for hit in error.hits:
                out.emit("hit", text=hit)
            out.emit("summary", found=0, text=str(error))
            out.say(f"sync: {error}" + ("; the nearest:" if error.hits else ""))
            for hit in error.hits:
                out.say(f"  {hit}")
            raise typer.Exit(1) from None
    for story in stories:
        _story(out, story)
    if len(stories) > 1:
        out.print(f"{len(stories)} tracks; say more words, or a reference, to hear of one")
    out.emit("summary", found=len(stories), events=sum(len(story.events) for story in stories))


def _story(out: Out, story: Story) -> None:
    from engine.when import local

    out.emit("story", kind=story.kind, subject=story.subject, title=story.title)
    out.print(story.title if story.kind != "track" else f"{story.title}  [{story.subject}]", "bold")
    for text in story.about:
        out.emit("about", text=text)
        out.print(f"  {text}")
    who = ""
    for event in story.events:
        at = local(event.at)
        out.emit(
            "event",
            position=event.position,
            at=at,
            actor=event.actor,
            kind=event.kind,
            text=event.text,
            details=list(event.details),
        )
        if f"{at} {event.actor}" != who:
            who = f"{at} {event.actor}"
            out.print(f"  {at}  {event.actor}")
        out.print(f"    {event.position:>6}  {event.text}")
        for detail in event.details:
            out.print(f"            {detail}")
    if story.now:
        out.print("  now:")
    for text in story.now:
        out.emit("now", text=text)
        out.print(f"    {text}")


def _notes(out: Out, notes: list[str]) -> None:
    for note in notes:
        out.emit("note", text=note)
        out.say(f"note: {note}")


def _status(out: Out, seen: Status) -> None:
    from engine.when import local

    for root in seen.roots:
        out.emit("root", root=root.root, path=root.path, online=root.online, why=root.why)
    files, gone = seen.files, len(seen.unlisted)
    out.print(f"{many(seen.tracks, 'track')} on {many(seen.playlists, 'playlist')}")
    if gone:
        out.print(f"  no longer listed at their source: {', '.join(seen.unlisted)}")
    out.print(
        f"files: {files.ours} ours, {files.claimed} claimed, {files.delivered} delivered, "
        f"{files.matched} of others matched, {files.unmatched} unmatched, "
        f"{many(files.lists, 'playlist file')}"
    )
    if seen.missing:
        out.print(f"  {many(seen.missing, 'file')} of the layout taken away by a person")
    if seen.unreadable:
        out.print(f"  {many(seen.unreadable, 'file')} could not be read; sync reconcile says why")
    if seen.trash:
        out.print(f"trash: {many(seen.trash, 'file')}, {size(seen.trash_bytes)}")
    for root in seen.roots:
        state = "online" if root.online else f"OFFLINE: {root.why}"
        out.print(f"{root.root}: {root.path}: {state}")
    if seen.eagle is not None:
        from engine.eagle.counting import line

        out.print(f"eagle: {line(seen.eagle)}")
    run = seen.run
    if run is not None:
        done = ", ".join(f"{number} {kind}" for kind, number in run.done.items())
        failed = f", {run.failed} failed" if run.failed else ""
        out.print(
            f"last run with news: {run.command} at {local(run.at)}, {run.ended}"
            f"{': ' + done if done else ''}{failed}"
        )
    if seen.intents:
        out.print(f"{many(seen.intents, 'action')} begun and not ended; sync reconcile heals it")


def _watch(out: Out, pulsing: Pulsing | None) -> None:
    import msgspec

    from engine.when import local

    if pulsing is None:
        return
    seen, runs = pulsing.picture, pulsing.runs
    out.emit("watch", runs=runs, **msgspec.to_builtins(seen))
    if not runs:
        out.print(f"watch: ended without a word, at {local(seen.beat)}; sync watch goes on")
        return
    last = local(seen.last_look) if seen.last_look else "not yet"
    out.print(f"watch: runs since {local(seen.since)} (process {seen.pid}), last look {last}")
    if seen.next_look:
        out.print(f"  next whole look {local(seen.next_look)}")
    if seen.doing:
        out.print(f"  doing: {seen.doing}")
    for line in seen.waits:
        out.print(f"  waits: {line}")
    for line in seen.blind:
        out.print(f"  polled: {line}")


def _minutes() -> dict[str, int]:
    """How long a service is left alone after a look, where the configuration can be read."""
    from engine.cli import session
    from engine.config import ConfigError

    try:
        config = session.configuration()
    except (session.NoLibrary, ConfigError):
        return {}
    told = {"spotify": config.spotify, "soundcloud": config.soundcloud}
    return {name: each.poll_minutes for name, each in told.items() if each is not None}


def _services(out: Out, known: Iterable[Service]) -> None:
    import msgspec

    from engine.services import SHOWN
    from engine.when import local

    for one in known:
        out.emit("service", **msgspec.structs.asdict(one))
        said = []
        if one.playlists or one.read or one.requests is not None:
            said.append(f"read whole at {local(one.read)}" if one.read else "never read whole")
            said.append(many(one.playlists, "playlist"))
        if one.requests is not None:
            said.append(f"{many(one.requests, 'request')} in 24 hours")
        if one.again and not one.blocked:
            said.append(f"again at {local(one.again)}")
        out.print(f"{one.service}: {', '.join(said) or 'waits'}")
        if one.blocked:
            out.print(f"  BLOCKED until {local(one.blocked)}: {one.why}")
        if one.waiting:
            out.print(f"  {many(one.waiting, 'playlist')} not read yet")
        if one.withheld:
            names = ", ".join(map(repr, one.withheld[:SHOWN]))
            more = len(one.withheld) - SHOWN
            rest = f" and {more} more" if more > 0 else ""
            out.print(f"  may not be read: {names}{rest}; a backup (CSV) can stand in")


def _waiting(out: Out, seen: Status, named: list[tuple[Waits, str]]) -> None:
    if not seen.waiting:
        return
    out.print(f"waiting for audio: {many(_tracks(seen), 'track')}")
    playlist = None
    for waits, title in named:
        out.emit(
            "waiting", track=waits.track, title=title, playlist=waits.playlist, away=waits.away
        )
        if waits.playlist != playlist:
            playlist = waits.playlist
            out.print(f"  {playlist}")
        why = f"  (its audio lies in {waits.away}, which is offline)" if waits.away else ""
        out.print(f"    {title}{why}")
    if len(named) < len(seen.waiting):
        out.print(f"  {len(seen.waiting) - len(named)} more; --waiting names all")


def _summary(seen: Status) -> dict[str, object]:
    import msgspec

    lists = ("waiting", "matters", "roots", "unlisted")
    told: dict[str, object] = {
        name: value for name, value in msgspec.structs.asdict(seen).items() if name not in lists
    }
    return told | {
        "files": msgspec.to_builtins(seen.files),
        "run": msgspec.to_builtins(seen.run),
        "eagle": msgspec.to_builtins(seen.eagle),
        "waiting": len(seen.waiting),
        "tracks_without_audio": _tracks(seen),
        "matters": len(seen.matters),
        "unlisted": list(seen.unlisted),
        "offline": [root.root for root in seen.roots if not root.online],
    }


def _tracks(seen: Status) -> int:
    return len({waits.track for waits in seen.waiting})
