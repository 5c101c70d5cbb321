"""What one check found."""

from __future__ import annotations

from typing import Literal

import msgspec


class Check(msgspec.Struct, frozen=True):
    """One line of a doctor."""

    level: Literal["ok", "warning", "problem"]
    what: str
    """What was looked at."""
    text: str
    """What was found."""
    advice: str = ""
    """What to do about it."""


def ok(what: str, text: str) -> Check:
    """As it should be."""
    return Check("ok", what, text)


def warning(what: str, text: str, advice: str) -> Check:
    """Works, but could hurt one day."""
    return Check("warning", what, text, advice)


def problem(what: str, text: str, advice: str) -> Check:
    """A run would stumble over it."""
    return Check("problem", what, text, advice)
