"""How many items of Eagle are known, by SQL."""

from __future__ import annotations

import msgspec

from engine.glance import Glance

_ITEMS = """
SELECT total(track != '' AND gone = ''), total(track = ''), total(gone != '')
FROM eagle_item WHERE library = ?
"""


class Counts(msgspec.Struct, frozen=True):
    """What is known of the library that is configured."""

    library: str
    tracks: int
    """Items that are tracks of the library."""
    others: int
    """Sounds that are none."""
    gone: int
    """Items of tracks that a person trashed or erased."""
    intents: int
    """Writes whose outcome is not known yet."""


def counts(glance: Glance) -> Counts | None:
    """None: Eagle is not configured, as far as the log knows."""
    rows = glance.query("SELECT value FROM policy WHERE name = 'eagle.library'")
    if not rows:
        return None
    library = msgspec.json.decode(rows[0][0], type=str)
    tracks, others, gone = map(int, glance.query(_ITEMS, library)[0])
    intents = glance.number("SELECT count(*) FROM eagle_intent")
    return Counts(library, tracks, others, gone, intents)


def line(found: Counts) -> str:
    """The counts for people."""
    parts = [f"{found.tracks} items of tracks", f"{found.others} other sounds"]
    for number, what in ((found.gone, "trashed or erased"), (found.intents, "unfinished")):
        if number:
            parts.append(f"{number} {what}")
    return ", ".join(parts)
