"""Free space."""

from __future__ import annotations

from pathlib import Path
from shutil import disk_usage

from engine.doctor.check import Check, ok, problem, warning

SHARE = 0.1
"""Less than this is worth a warning."""


def space(what: str, path: Path) -> Check:
    """How much is free where a path lies, or would."""
    there = next(each for each in (path, *path.parents) if each.exists())
    try:
        usage = disk_usage(there)
    except OSError as error:
        return problem(f"{what}: space", f"{there}: {error.strerror}", "look at the volume")
    free = usage.free / max(usage.total, 1)
    text = f"{usage.free / 1e9:,.1f} GB free of {usage.total / 1e9:,.1f} GB ({free:.0%})"
    if free < SHARE:
        return warning(f"{what}: space", text, "make room before the next big run")
    return ok(f"{what}: space", text)
