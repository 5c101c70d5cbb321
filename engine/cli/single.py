"""`playlist`, `add`: one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.cli.people import NEXT
from engine.cli.runs import Json, Wait

if TYPE_CHECKING:
    from adapters.spotify.single import Address
    from engine.config import Config
    from engine.library import Library
    from engine.render import Out
    from state.values import Ref

Url = Annotated[str, typer.Argument(metavar="URL", help="Its address at Spotify, or its URI.")]
Anywhere = Annotated[
    str, typer.Argument(metavar="URL", help="Its address at Spotify (or URI), or of its audio.")
]
EXAMPLE = "https://open.spotify.com"
Now = Annotated[bool, typer.Option("--now", help="Take it through to its end at once.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (playlist, add):
        app.command()(command)


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


def add(url: Anywhere, now: Now = False, wait: Wait = 0, json: Json = False) -> None:
    """Ask for one track: it gets a place in Unassigned, if it is on none of your playlists.

    An address at SoundCloud or YouTube, or of a file, is fetched from there.
    """
    from engine import people, single
    from engine.cli import session
    from engine.render import Out
    from state.locks import Locked
    from state.values import Ref

    out, config = Out(json), session.configuration()
    with session.library("add") as library:
        if "spotify" in url:
            at = _address(url, "track")
            needs = config.spotify is not None or not single.is_named(library.state, at)
            if needs and not single.is_known(library.state, at):
                spotify = session.spotify()
                try:
                    with library.effects(wait):
                        single.track(library, spotify, at)
                except Locked as error:
                    out.say(f"{error}: it finds out what {at.ref} is, or the next run does")
            ref = Ref(at.ref)
            new, label = single.request(library, ref), people.label(library.state, ref)
        else:
            try:
                ref, new = single.upload(library, url)
            except ValueError as error:
                raise typer.BadParameter(str(error)) from None
            label = str(ref)
        library.save_if_free()
        out.emit("track", ref=ref, label=label, new=new)
        out.print(
            f"{label}: asked for" if new else f"{label}: was asked for already; nothing changes"
        )
        if now:
            _through(out, library, config, ref, wait)
    if new:
        out.print(NEXT if not config.fetch.sources else f"{NEXT}; sync add {url} --now does it now")
    if not config.fetch.sources:
        out.say("fetching is turned off: [fetch] sources in the configuration turns it on")
    out.emit("summary", events=int(new))


def _through(out: Out, library: Library, config: Config, ref: Ref, wait: float) -> NoReturn:
    """Take a track to its end."""
    from engine.cli.next import ended, through, told

    with library.effects(wait):
        run = through(out, library, config, asked=library.state.identity.track(ref))
        told(out, library, run)
    ended(out, run.report, "add")


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
