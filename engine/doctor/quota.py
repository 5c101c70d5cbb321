"""What services let be asked now: nothing while they are blocked, and no more than the budget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.config import Config
from engine.doctor.check import Check, ok, warning
from engine.glance import glance
from engine.services import services
from engine.when import local
from state.log import LogError


def checks(home: Path, config: Config, now: int) -> Iterator[Check]:
    """One line for each service that was looked at.

    Args:
        now: milliseconds since 1970.
    """
    if config.spotify is None or not (home / "log.db").exists():
        return
    try:
        with glance(home) as found:
            known = services(found, now)
    except LogError:  # told already
        return
    for one in known:
        what, budget = f"{one.service} requests", config.spotify.budget
        read = f"last read whole at {local(one.read)}" if one.read else "never read whole"
        if one.blocked:
            yield warning(
                what,
                f"{one.why}; nothing is asked until {local(one.blocked)}",
                "wait; everything else goes on",
            )
        elif one.requests is None:
            continue
        elif one.requests >= budget:
            text = f"all {budget} of 24 hours are made; {one.waiting} playlists wait"
            yield warning(what, text, "wait, or raise budget in [spotify]")
        else:
            yield ok(what, f"{one.requests} of {budget} in 24 hours; {read}")
