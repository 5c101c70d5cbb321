"""Is everything that a run needs as it should be? Changes nothing but probes that it takes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.config import Config, ConfigError, load
from engine.doctor import eagle, folders, library, notion, programs, quota, services
from engine.doctor.check import Check, ok, problem
from engine.ports import Now
from state.log import clock

__all__ = ["Check", "doctor"]


def doctor(home: Path, config: Path, now: Now = clock) -> Iterator[Check]:
    """All checks, one after the other."""
    settings, said = _configuration(config)
    yield from programs.checks(settings.fetch.sources if settings is not None else ())
    yield said
    yield from library.checks(home)
    if settings is not None:
        yield from folders.sources(settings)
        yield from folders.roots(home, settings)
        yield from services.checks(home, settings, now())
        yield from quota.checks(home, settings, now())
        yield from notion.checks(home, settings)
        yield from eagle.checks(settings)


def _configuration(path: Path) -> tuple[Config | None, Check]:
    what = "configuration"
    try:
        settings = load(path)
    except FileNotFoundError:
        return None, problem(what, f"{path} is not there", "sync init writes one")
    except (ConfigError, OSError) as error:
        return None, problem(what, str(error), "correct it")
    targets = ", ".join(f"{name} at {root}" for name, root in settings.roots().items())
    return settings, ok(
        what,
        f"{path}: {len(settings.csv.folders)} of backups, {len(settings.files.folders)} of music, "
        f"targets: {targets or 'none'}",
    )
