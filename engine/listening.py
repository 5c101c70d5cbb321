"""All services that are looked at, one after the other, as one turn."""

from __future__ import annotations

from collections.abc import Collection

from engine import requested, soundcloud, spotify
from engine.config import Config
from engine.library import Library
from engine.ports import Progress, quiet
from engine.spotify import Turn


def look(
    library: Library, config: Config, progress: Progress = quiet, only: Collection[str] = ()
) -> Turn | None:
    """Look at those that are configured, and wanted; None: there are none.

    Raises:
        NotAuthorised: Spotify alone is wanted, and a person has to log in first.
    """
    turns = []
    if config.spotify is not None and (not only or spotify.NAME in only):
        turns.append(spotify.look(library, config.spotify, progress))
        if turns[0].refused is not None and set(only) == {spotify.NAME}:
            raise turns[0].refused
        if (found := requested.find_out(library, config.spotify)) is not None:
            turns.append(found)
    if config.soundcloud is not None and (not only or soundcloud.NAME in only):
        turns.append(soundcloud.look(library, config.soundcloud, progress))
    if not turns:
        return None
    first, *others = turns
    for turn in others:
        first.unreadable += turn.unreadable
        first.waits += turn.waits
        first.notes += turn.notes
    return first
