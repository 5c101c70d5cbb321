"""`playlist`, `add`, `next`: one thing at Spotify at a time, and at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.people import NEXT
from engine.cli.runs import Json, Wait

if TYPE_CHECKING:
    from adapters.spotify.single import Address
    from engine.render import Out

Url = Annotated[str, typer.Argument(metavar="URL", help="Its address at Spotify, or its URI.")]
EXAMPLE = "https://open.spotify.com"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (playlist, add):
        app.command()(command)
    app.command("next")(next_)


def playlist(url: Url, wait: Wait = 0, json: Json = False) -> None:
    """Bring in one playlist or album at once, also one that is not in your library at Spotify.

    It is read this once; playlists in your library are read by every reconcile.
    """
    from engine import single
    from engine.cli import session
    from engine.render import Out

    out, at = Out(json), _address(url, "playlist", "album")
    settings = session.spotify()
    with session.library("playlist") as library, library.effects(wait):
        brought = single.playlist(library, settings, at)
        events = library.appended
        library.save()
    out.emit("playlist", ref=brought.ref, name=brought.name, rows=brought.rows)
    out.print(f"{brought.name}: {brought.rows} rows", "bold")
    if not brought.whole:
        out.say("only its first rows may be read")
    out.print(NEXT if events else "all of it is known already; nothing changes")
    out.emit("summary", events=events, whole=brought.whole)
    if not brought.whole:
        raise typer.Exit(3)


def add(url: Url, wait: Wait = 0, json: Json = False) -> None:
    """Ask for one track: it gets a place in Unassigned, if it is on none of your playlists.

    An address at SoundCloud or YouTube, or of a file, is fetched from there.
    """
    from engine import people, single
    from engine.cli import session
    from engine.render import Out
    from state.values import Ref

    out = Out(json)
    if "spotify" not in url:
        _upload(out, url)
        return
    at = _address(url, "track")
    with session.library("add") as library:
        if not single.is_known(library.state, at):
            with library.effects(wait):
                single.track(library, session.spotify(), at)
        new = single.request(library, Ref(at.ref))
        library.save_if_free()
        label = people.label(library.state, Ref(at.ref))
    out.emit("track", ref=at.ref, label=label, new=new)
    out.print(f"{label}: asked for" if new else f"{label}: was asked for already; nothing changes")
    if new:
        out.print(NEXT)
    out.emit("summary", events=int(new))


def _upload(out: Out, url: str) -> None:
    from engine import single
    from engine.cli import session

    fetches = bool(session.configuration().fetch.sources)
    with session.library("add") as library:
        try:
            ref, new = single.upload(library, url)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        library.save_if_free()
    out.emit("track", ref=ref, label=ref, new=new)
    out.print(f"{ref}: asked for" if new else f"{ref}: was asked for already; nothing changes")
    if new:
        out.print(NEXT)
    if not fetches:
        out.say("fetching is turned off: [fetch] sources in the configuration turns it on")
    out.emit("summary", events=int(new))


def next_(wait: Wait = 0, json: Json = False) -> None:
    """Put what is playing at Spotify now first among what waits for audio."""
    from engine import people, single
    from engine.cli import session
    from engine.names import Known
    from engine.render import Out

    out, settings = Out(json), session.spotify()
    with session.library("next") as library, library.effects(wait):
        found = single.playing(library, settings)
        library.save()
        state = library.state
        if found is not None:
            label, track = people.label(state, found.track), state.identity.track(found.track)
            name = Known(state).playlist(found.playlist) if found.playlist else ""
            files, waits = single.files(state, track), single.waits(state, track)
    if found is None:
        out.print("nothing is playing")
        out.emit("summary", playing=False)
        return
    out.emit("playing", ref=found.track, playlist=found.playlist, files=files, waits=waits)
    out.print(f"playing: {label}{f', from {name!r}' if name else ''}", "bold")
    for path in files:
        out.print(f"  file: {path}")
    if waits:
        out.print("  no audio is known: it is the first of what waits")
    elif not files:
        out.print(f"  it has no place in this library; sync add {found.track} gives it one")
    out.emit("summary", playing=True)


def _address(said: str, *kinds: str) -> Address:
    """What an address names, if it is one of these kinds."""
    from adapters.spotify.single import address

    at = address(said)
    if at is not None and at.kind in kinds:
        return at
    wanted = " or ".join(f"{EXAMPLE}/{kind}/…" for kind in kinds)
    if at is not None and at.kind in ("playlist", "album", "track"):
        command = "add" if at.kind == "track" else "playlist"
        raise typer.BadParameter(f"that is a {at.kind}: sync {command} {at.ref}")
    raise typer.BadParameter(f"{said!r} is no such address; it should be like {wanted}")
