"""Asking people: only where one sits at a terminal; everybody else gets a usage error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from engine.render import Out


def terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def agreed(question: str, yes: bool) -> bool:
    """Whether a person agrees.

    Raises:
        typer.BadParameter: nobody is there to be asked, and `--yes` was not given.
    """
    if yes:
        return True
    if not terminal():
        raise typer.BadParameter(f"{question} Nobody can be asked here: --yes says so")
    return typer.confirm(question, err=True)


@contextmanager
def usage(out: Out) -> Iterator[None]:
    """What cannot be told apart is a matter of usage: the nearest are shown, the code is 2."""
    from engine.people import CannotTell

    try:
        yield
    except CannotTell as error:
        for hit in error.hits:
            out.say(f"  {hit}")
        raise typer.BadParameter(str(error)) from None
