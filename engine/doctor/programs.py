"""Python, the packages, ffmpeg, SQLite."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from adapters.audio import ffmpeg
from adapters.contract import Fatal
from adapters.media.tools import tools
from engine.doctor.check import Check, ok, problem, warning
from engine.library import VERSION
from state.log import sqlite_version

PACKAGES = (
    "sqlmodel",
    "sqlalchemy",
    "msgspec",
    "pydantic",
    "platformdirs",
    "typer",
    "rich",
    "mutagen",
    "imageio-ffmpeg",
    "fractional-indexing",
)
SQLITE_MENDED = (3, 51, 3)
"""From here on, two connections that write and checkpoint at once cannot corrupt a WAL."""


def checks(sites: Sequence[str] = ()) -> Iterator[Check]:
    """What cratelog is made of.

    Args:
        sites: that audio is fetched from.
    """
    yield ok("cratelog", f"{VERSION}, Python {platform.python_version()}, {platform.platform()}")
    yield _packages()
    yield _ffmpeg()
    yield _sqlite(sqlite_version())
    yield _fetching(sites)


def _packages() -> Check:
    found, lost = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lost.append(name)
    if lost:
        return problem("packages", f"not installed: {', '.join(lost)}", "install cratelog again")
    return ok("packages", ", ".join(found))


def _fetching(sites: Sequence[str]) -> Check:
    """What fetching runs on; what is missing is no trouble to who does not fetch."""
    found = tools()
    missing = [f"{tool.name} for {tool.missing_for}" for tool in found if tool.missing_for]
    there = ", ".join(f"{tool.name} {tool.version}" for tool in found if tool.version)
    where = f"from {', '.join(sites)}" if sites else "turned off ([fetch] sources names no site)"
    lacks = f"; not there: {'; '.join(missing)}" if missing else ""
    return ok("fetching", f"{where}; {there}{lacks}")


def _ffmpeg() -> Check:
    try:
        path = ffmpeg()
        said = subprocess.run(
            [path, "-hide_banner", "-version"], capture_output=True, timeout=20, check=True
        )
    except Fatal as error:
        return problem("ffmpeg", str(error), "set IMAGEIO_FFMPEG_EXE to its path")
    except (OSError, subprocess.SubprocessError) as error:
        return problem(
            "ffmpeg", f"does not run: {error}", "set IMAGEIO_FFMPEG_EXE to one that does"
        )
    first = said.stdout.decode(errors="replace").splitlines()[:1]
    return ok("ffmpeg", f"{' '.join(first).partition(' Copyright')[0]} ({path})")


def _sqlite(found: str) -> Check:
    if tuple(int(part) for part in found.split(".")) >= SQLITE_MENDED:
        return ok("sqlite", found)
    wanted = ".".join(map(str, SQLITE_MENDED))
    return warning(
        "sqlite",
        f"{found}: before {wanted}, two programs that write at once could corrupt a database; "
        f"cratelog's locks keep out of its way",
        "do not write to log.db with other tools; a newer Python brings a newer SQLite",
    )
