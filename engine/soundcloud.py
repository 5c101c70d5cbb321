"""A turn of SoundCloud: look at the pages that are configured, tell the log what is news."""

from __future__ import annotations

from adapters.contract import (
    AdapterError,
    Blocked,
    PlaylistListed,
    Sighting,
    SourceListed,
    Transient,
    Unreadable,
)
from adapters.media.settings import SoundcloudSettings
from engine.library import Library
from engine.ports import Progress, quiet
from engine.spotify import Known, Turn, block, is_blocked
from engine.witness import news

NAME = "soundcloud"
CURSOR = "soundcloud"
"""Bookmark: where the last look was."""
CACHE = "cache/media"
"""Below the library's folder: what was learned of the sites, and may be lost."""


def look(library: Library, settings: SoundcloudSettings, progress: Progress = quiet) -> Turn:
    """Look, as far as it may be asked now. The caller holds the effects lock.

    Whatever goes wrong is told in the turn, and nothing of what was known is lost by it.
    """
    turn, known = Turn(), Known(library, NAME)
    if not (settings.users or settings.likes or settings.sets):
        return turn
    if is_blocked(library, known, turn):
        return turn
    from adapters.media.cursor import loaded, saved
    from adapters.media.soundcloud import SoundcloudSource

    models = library.models
    source = SoundcloudSource(
        settings,
        loaded(models.bookmark(CURSOR)),
        known,
        cache=library.home / CACHE,
        clock=lambda: library.now() / 1000,
        progress=lambda done, total: progress("reading SoundCloud", done, total),
    )
    if 0 <= library.now() / 1000 - source.cursor.polled < 60 * settings.poll_minutes:
        return turn

    def tell(part: list[Sighting]) -> None:
        turn.unreadable.extend(seen for seen in part if isinstance(seen, Unreadable))
        library.decide(lambda state: news(state, part))
        library.save(bookmarks={CURSOR: saved(source.cursor)})

    part: list[Sighting] = []
    try:
        for sighting in source.observe():
            part.append(sighting)
            if isinstance(sighting, PlaylistListed | SourceListed):
                tell(part)
                part = []
        if part:
            tell(part)
    except Blocked as error:
        block(library, NAME, turn, error)
    except Transient as error:
        turn.unreadable.append(Unreadable("SoundCloud", f"{error}; the next run goes on"))
    except AdapterError as error:
        turn.unreadable.append(Unreadable("SoundCloud", str(error)))
    finally:
        library.keep({CURSOR: saved(source.cursor)})
    return turn
