"""`login` and `logout`: a person's consent at a service, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.asking import terminal
from engine.cli.runs import Json

if TYPE_CHECKING:
    from queue import SimpleQueue

    from adapters.spotify.login import Attempt
    from adapters.spotify.settings import SpotifySettings
    from engine.render import Out

SPOTIFY = "spotify"
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="Which (spotify).")]


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (login, logout):
        app.command()(command)


def login(
    service: Service,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Open no browser, only show the address.")
    ] = False,
    paste: Annotated[
        bool,
        typer.Option(
            "--paste",
            help="The browser is on another machine: read from stdin the address it ends at.",
        ),
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="How long to wait for the answer.")
    ] = 300,
    json: Json = False,
) -> None:
    """Let sync read your playlists at a service: agree in a browser, once in six months."""
    from contextlib import ExitStack
    from queue import SimpleQueue

    from adapters.spotify import login as flow
    from adapters.spotify.store import Store
    from engine.config import home
    from engine.render import Out
    from engine.when import local

    settings, out = _settings(service), Out(json)
    came: SimpleQueue[str] = SimpleQueue()
    with ExitStack() as stack:
        if paste:
            uri = flow.redirect_uri(settings.redirect_port)
        else:
            receiver = flow.Receiver(settings.redirect_port, came.put)
            uri = stack.enter_context(receiver).redirect_uri
        attempt = flow.begin(settings, uri)
        _show(out, attempt, opened=not (no_browser or paste) and _opened(attempt.url))
        if paste or terminal():
            out.say(f"if it ends at a page that cannot be shown ({uri}?code=…), paste the whole")
            out.say("address of that page here:")
        address = _answer(came, timeout, paste)
    kept = flow.finish(settings, home(), attempt, address)
    _tell_the_log()
    until = local(int(kept.good_until * 1000))
    where = "the keyring" if kept.entry else str(Store(home()).path)
    out.print(f"logged in to Spotify until {until[:10]}; the login is kept in {where}")
    out.emit(
        "summary",
        service=service,
        kept="keyring" if kept.entry else "file",
        scopes=list(kept.scopes),
        authorized_at=local(int(kept.authorized_at * 1000)),
        good_until=until,
    )


def logout(service: Service, json: Json = False) -> None:
    """Forget the login to a service on this machine."""
    from adapters.spotify.store import Store
    from engine.config import home
    from engine.render import Out

    _known(service)
    out, store = Out(json), Store(home())
    was = False
    if store.path.exists():
        with store.alone():
            was = store.forget()
    out.print("the login to Spotify is forgotten" if was else "there was no login to Spotify")
    if was:
        out.say("to take back the permission too: spotify.com/account/apps")
    out.emit("summary", service=service, forgotten=was)


def _known(service: str) -> None:
    if service != SPOTIFY:
        raise typer.BadParameter(f"no service {service!r} to log in to; there are: {SPOTIFY}")


def _settings(service: str) -> SpotifySettings:
    from engine.cli import session

    _known(service)
    return session.spotify()


def _show(out: Out, attempt: Attempt, *, opened: bool) -> None:
    out.emit("authorize", url=attempt.url, redirect_uri=attempt.redirect_uri)
    if opened:
        out.say("agree in the browser; if none opens, open this address:")
    else:
        out.say("open this address in a browser, and agree:")
    out.say(attempt.url)


def _opened(url: str) -> bool:
    """Whether a browser with a window was told to open an address."""
    import os
    import sys
    import webbrowser

    # Without a display, it would find one that takes over the terminal.
    if sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    ):
        return webbrowser.open(url)
    return False


def _answer(came: SimpleQueue[str], timeout: float, paste: bool) -> str:
    """The address that a browser came back to, by itself or pasted.

    Raises:
        NotAuthorised: neither came.
    """
    import sys
    import time
    from queue import Empty
    from select import select

    from adapters.contract import NotAuthorised

    reading, until = paste or terminal(), time.monotonic() + timeout
    while time.monotonic() < until:
        # Not read in a thread: it could not be stopped when the browser comes back.
        if reading and select([sys.stdin], [], [], 0)[0]:
            line = sys.stdin.readline()
            if paste or line.strip():
                return line.strip().strip("'\"<>")
            reading = bool(line)
        try:
            return came.get(timeout=0.1)
        except Empty:
            continue
    raise NotAuthorised(
        f"no answer came within {timeout:g} s; run sync login spotify again (with --paste, if "
        f"the browser is on another machine)"
    )


def _tell_the_log() -> None:
    """A log that knows of an expired access learns that there is a new one."""
    from engine import access
    from engine.cli import session
    from engine.config import home

    if (home() / "log.db").exists():
        with session.library("login spotify") as library:
            access.granted(library, SPOTIFY)
            library.save_if_free()
