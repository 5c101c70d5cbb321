"""The catalogue's turn within a run: pages are brought in line, and what people wrote is heard."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapters.spotify.single import Address
from engine import single
from engine.config import Config
from engine.library import Library
from engine.ports import Progress
from engine.report import Report
from projections.catalogue import catalogue, track_key
from projections.registry import State
from state.values import Ref, TrackId


def publish(
    library: Library,
    config: Config,
    report: Report,
    progress: Progress,
    *,
    allowed: int = 0,
    only: Collection[str] = (),
) -> bool:
    """Bring the pages in line, where that is configured; whether people asked for anything there.

    Args:
        report: told what came of it.
        allowed: `--allow-removals`.
        only: Sync Keys of the pages to be made and changed; empty: all.
    """
    if config.notion is None:
        return False
    from engine.notion.publish import publish  # heavy, and of no use to most libraries

    before = wishes(library.state)
    learn = learner(library, config)
    report.hear(publish(library, config.notion, progress, allowed=allowed, learn=learn, only=only))
    return wishes(library.state) != before


def publish_one(
    library: Library, config: Config, report: Report, progress: Progress, track: TrackId
) -> None:
    """Bring the page of one track in line, and those that it leads to."""
    key = track_key(library.state.identity.track(Ref(track)))
    pages = [page for page in catalogue(library.state) if page.key == key]
    only = {key, *(each for page in pages for linked in page.links.values() for each in linked)}
    publish(library, config, report, progress, only=only)


def learner(library: Library, config: Config) -> Callable[[Address], None] | None:
    """What asks Spotify about one track, where that is configured."""
    settings = config.spotify
    if settings is None:
        return None
    return lambda at: single.track(library, settings, at)


def wishes(state: State) -> tuple[object, ...]:
    """What people asked for by hand: another one, if they asked for more."""
    said = sorted(row.position for row in state.library.said)
    pinned = max((row.position for row in state.wanted.said), default=0)
    return len(state.requests.rows), said, pinned
