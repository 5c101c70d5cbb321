"""What a run does for matters: hear answers first, then open, close and tell of what is open."""

from __future__ import annotations

from collections.abc import Sequence

from engine.config import Config
from engine.guard import Refusal
from engine.handoff import causes, inbox, outbox
from engine.handoff.folder import MARK, is_still, mark
from engine.library import Library
from engine.ports import Progress
from engine.spotify import Turn
from projections.registry import State
from state.events import Event


def hear(library: Library, config: Config) -> inbox.Taken:
    """Take the answers that were put into the outbox."""
    folder = config.handoff.outbox
    return inbox.take(library, folder) if folder.parts else inbox.Taken()


def hear_in_notion(
    library: Library, config: Config, progress: Progress
) -> tuple[inbox.Taken, Turn]:
    """Take the answers that people gave on rows of the Tasks database, where there is one."""
    if config.notion is None or not has_tasks(library.state):
        return inbox.Taken(), Turn()
    from engine.handoff import rows  # heavy, and of no use to most libraries

    return rows.hear(library, config.notion, progress)


def tell_notion(library: Library, config: Config, progress: Progress) -> Turn:
    """Bring the rows of the Tasks database in line, where there is one."""
    if config.notion is None or not has_tasks(library.state):
        return Turn()
    from engine.handoff import rows  # as above

    return rows.tell(library, config.notion, progress)


def has_tasks(state: State) -> bool:
    """Whether there is a Tasks database."""
    return "tasks" in state.notion.databases


def settle(
    library: Library, config: Config, refused: Sequence[Refusal], removals: int, *, whole: bool
) -> None:
    """Open and close what follows from the state, and from a plan.

    Args:
        removals: of the plan that was refused.
        whole: the plan was one of everything: what it does not refuse is not refused any more.
    """
    services = [name for name in ("spotify", "soundcloud", "notion") if getattr(config, name)]
    topics = causes.TOPICS if whole else causes.TOPICS - {"refused"}

    def news(state: State) -> list[Event]:
        found = causes.causes(state, library.layouter, services)
        return list(causes.news(state, [*found, *causes.refusals(refused, removals)], topics))

    library.decide(news)


def fold(library: Library, config: Config) -> tuple[dict[str, str | None], list[str]]:
    """Bring the outbox in line; the bookmark that remembers it, and what could not be done."""
    folder, position = config.handoff.outbox, library.state.position
    if not folder.parts:  # a configuration that was not read from a file names no folder
        return {}, []
    try:
        if not is_still(library, position, folder):
            outbox.fold(library.state, folder)
    except OSError as error:
        return {MARK: None}, [f"{error.filename or folder}: {error.strerror}"]
    return {MARK: mark(position, folder)}, []
