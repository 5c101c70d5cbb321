"""The `sync` command (also `cratelog`): the commands, and how errors become exit codes.

Modules that know events, databases or services are imported inside the commands: `sync --help`
and shell completion need none of them.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_command

from engine.cli.start import INTERRUPTED, STOPPED

DONE, ERROR, USAGE, PARTLY, CHANGES, REFUSED, NO_LIBRARY, LOCKED, NOT_AUTHORISED = (
    0, 1, 2, 3, 4, 5, 10, 11, 12,
)  # fmt: skip

app = typer.Typer(
    name="sync",
    help=(
        "Keep one music library in step: playlists say where every track belongs, and why is on "
        "record.\n\n(To flush disks you want /usr/bin/sync.)"
    ),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        from engine.library import VERSION

        typer.echo(f"cratelog {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None: ...


for _family in (
    "runs",
    "audit",
    "review",
    "people",
    "trash",
    "restore",
    "holding",
    "service",
    "transfer",
    "setup",
    "login",
    "notion",
    "single",
    "next",
    "track",
    "sound",
    "watch",
    "demo",
    "sandbox",
):
    import_module(f"engine.cli.{_family}").register(app)


@cache
def command() -> Any:
    """The whole command line as a click command, built when it is first asked for."""
    return get_command(app)


def main() -> None:
    """Run a command; whatever goes wrong is one line and an exit code, never a traceback."""
    try:
        command()()
    except KeyboardInterrupt:
        _fail(STOPPED, INTERRUPTED)
    except SystemExit as ended:
        # typer makes an exit code of Ctrl-C and of a closed pipe by itself, without a word
        if ended.code == INTERRUPTED:
            _fail(STOPPED, INTERRUPTED)
        if isinstance(ended.__context__, BrokenPipeError):
            sys.exit(DONE)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except Exception as error:
        if os.environ.get("CRATELOG_DEBUG"):
            raise
        _fail(*explained(error))


def explained(error: Exception) -> tuple[str, int]:
    """One line and an exit code for an error."""
    from adapters.contract import AdapterError, NotAuthorised, Refused
    from engine.cli.session import NoLibrary
    from engine.config import ConfigError
    from state.codec import BadPayload, UnknownEvent
    from state.locks import Locked
    from state.log import LogError, NoLog

    if isinstance(error, NoLibrary | NoLog):
        return str(error), NO_LIBRARY
    if isinstance(error, Locked):
        return str(error), LOCKED
    if isinstance(error, Refused):
        return str(error), REFUSED
    if isinstance(error, NotAuthorised):
        return str(error), NOT_AUTHORISED
    if isinstance(error, AdapterError | ConfigError | LogError | UnknownEvent):
        return str(error), ERROR
    if isinstance(error, BadPayload):
        return f"the log is damaged: {error}; `sync replay --verify` says where", ERROR
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}", ERROR
    return (
        f"unexpected {type(error).__name__}: {error}; nothing is lost, run it again. "
        f"CRATELOG_DEBUG=1 shows where it happened",
        ERROR,
    )


def _fail(line: str, code: int) -> None:
    sys.stderr.write(f"sync: {line}\n")
    sys.exit(code)
