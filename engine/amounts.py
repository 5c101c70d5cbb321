"""Numbers of things, and of bytes, for people. Imports nothing: every command may use it."""

from __future__ import annotations

UNITS = ("B", "kB", "MB", "GB", "TB")


def many(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """Bytes: `4.2 MB`."""
    unit = 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{number:.0f} B"
