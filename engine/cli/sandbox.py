"""`sandbox`: stand-ins for the services, for trying things out without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from adapters.sandbox.server import Server


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command()(sandbox)


def sandbox(
    services: Annotated[
        list[str] | None,
        typer.Argument(metavar="SERVICE", help="Which ones; all if none is named."),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="Of the first; the next ones follow. 0: any free ones."
        ),
    ] = 0,
    json: Json = False,
) -> None:
    """Run stand-ins for services on this machine, until Ctrl-C."""
    import signal
    import threading
    from contextlib import ExitStack

    from adapters.contract import Fatal
    from adapters.sandbox.registry import SANDBOXES
    from adapters.sandbox.registry import sandbox as make
    from engine.render import Out

    names = list(dict.fromkeys(services or SANDBOXES))
    for name in names:
        if name not in SANDBOXES:
            there = ", ".join(SANDBOXES)
            raise typer.BadParameter(f"no sandbox {name!r}; there are: {there}")
    out, stopped = Out(json), threading.Event()
    running: dict[str, Server] = {}
    with ExitStack() as stack:
        for place, name in enumerate(names):
            server, wanted = make(name), port + place if port else 0
            try:
                server.start(wanted)
            except (OSError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or error
                raise Fatal(f"port {wanted} for {name}: {reason}; try another --port") from None
            stack.callback(server.stop)
            running[name] = server
        told = {name: server.introduction() for name, server in running.items()}
        for number in (signal.SIGINT, signal.SIGTERM):
            previous = signal.signal(number, lambda *_: stopped.set())
            stack.callback(signal.signal, number, previous)
        out.emit("sandbox", **told)
        for name, lines in told.items():
            out.print(name, "bold")
            for key, value in lines.items():
                out.print(f"  {key:<14} {value}")
        out.say("running; Ctrl-C stops")
        # In slices: a wait without an end would keep signals from being seen on some systems.
        while not stopped.wait(0.5):
            pass
        requests = {name: sum(server.requests.values()) for name, server in running.items()}
    out.emit("summary", requests=requests)
    counts = ", ".join(f"{count} requests to {name}" for name, count in requests.items())
    out.print(f"sandbox: stopped after {counts}")
