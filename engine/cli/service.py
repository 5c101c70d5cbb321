"""`service`: this machine keeps `sync watch` running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.render import Out
    from engine.service import Done


service = typer.Typer(
    help="Have this machine keep sync watch running: from login on, and again after a crash.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.add_typer(service, name="service")


@service.command("install")
def install(
    no_start: Annotated[
        bool, typer.Option("--no-start", help="Only write the file that describes it.")
    ] = False,
    json: Json = False,
) -> None:
    """Write an agent for launchd (macOS) or a unit for systemd (Linux), and start it."""
    import os
    from shlex import join

    from engine import service as services
    from engine.cli import session
    from engine.config import home
    from engine.render import Out

    out = Out(json)
    session.configuration()
    found = services.here()
    (home() / "logs").mkdir(parents=True, exist_ok=True)
    done = services.install(found, start=not no_start)
    commands = [join(words) for words in found.start]
    out.emit("service", name=found.name, path=str(found.path), start=commands, logs=found.logs)
    out.print(f"{found.path}: {'written' if done.changed else 'is there already'}", "bold")
    for name in services.secrets(os.environ):
        out.say(f"note: {name} is a secret and not in that file: the service does not know it")
    if done.runs:
        out.print(f"{found.name} is running; what it says: {found.logs}")
    else:
        out.print("it is started by:")
        for command in commands:
            out.print(f"  {command}")
    _end(out, done)


@service.command("uninstall")
def uninstall(json: Json = False) -> None:
    """Stop it, and remove what install wrote. The library stays as it is."""
    from engine import service as services
    from engine.render import Out

    out = Out(json)
    found = services.here()
    done = services.uninstall(found)
    out.emit("service", name=found.name, path=str(found.path))
    out.print(f"{found.path}: {'removed' if done.changed else 'is not there; nothing changes'}")
    _end(out, done)


@service.command("status")
def status(json: Json = False) -> None:
    """Say whether it is installed and running."""
    from engine import service as services
    from engine.render import Out

    out = Out(json)
    found = services.here()
    now = services.state(found)
    out.emit("service", name=found.name, path=str(found.path), logs=found.logs)
    out.print(f"{found.path}: {'installed' if now.installed else 'not installed'}")
    if now.installed and not now.current:
        out.print("  it is not what sync service install would write now; that writes it anew")
    out.print(f"{found.name} is {'running' if now.runs else 'not running'}")
    if now.installed:
        out.print(f"what it says: {found.logs}")
    out.emit("summary", installed=now.installed, current=now.current, running=now.runs)


def _end(out: Out, done: Done) -> None:
    if done.trouble:
        out.say(f"sync: {done.trouble}")
    out.emit("summary", changed=done.changed, running=done.runs, trouble=done.trouble)
    if done.trouble:
        raise typer.Exit(3)
