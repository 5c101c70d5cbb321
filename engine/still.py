"""Whether nothing at all has changed since a run found nothing left to do.

Then there is nothing to fold, match, plan or write, so nothing is loaded but the numbers of files:
a run that finds nothing costs little more than looking at the folders.
"""

from __future__ import annotations

import json
from pathlib import Path

from adapters.contract import AdapterError, Cached, Unreadable
from adapters.csv_export import CsvSource
from adapters.files import FileSource
from engine.config import Config
from engine.glance import Part
from engine.handoff.folder import is_still
from engine.library import Library, bulk
from engine.ports import Progress, quiet
from engine.report import Report
from engine.roots import is_as_known, source_roots
from projections.files import Files
from projections.layout import target_root
from state.models import Damaged
from state.values import RootId

IN_STEP = "in step"
"""The bookmark: what a run that left nothing to do found."""


def mark(library: Library, config: Config, waiting: int, due: int = 0) -> str:
    """The bookmark's value, as of the library's state.

    Args:
        due: when there is something to fetch again, milliseconds since 1970; 0: not by itself.
    """
    from projections.tags import cover_due  # a run that finds nothing never comes here

    dues = [at for at in (due, cover_due(library.state)) if at]
    return json.dumps([_when(library.state.position, config), waiting, min(dues, default=0)])


def waiting_in_step(library: Library, config: Config, position: int) -> int | None:
    """How many tracks wait, if a run found nothing left to do at this position of the log."""
    found = library.models.bookmark(IN_STEP)
    if found is None:
        return None
    when, waiting, due = json.loads(found)
    if when != _when(position, config) or (due and config.fetch.sources and library.now() >= due):
        return None
    return int(waiting)


def _when(position: int, config: Config) -> str:
    return f"{position} {config.policy()} {config.fetch.sources}"


def still(library: Library, config: Config, progress: Progress = quiet) -> Report | None:
    """The report of a run that finds nothing to do, or None: there may be something."""
    try:
        return _still(library, config, progress)
    except Damaged:  # whoever loads the library will make it anew
        return None


def _still(library: Library, config: Config, progress: Progress) -> Report | None:
    head = library.saved_at_head()
    waiting = waiting_in_step(library, config, head.position) if head is not None else None
    outbox = config.handoff.outbox
    if head is None or (outbox.parts and not is_still(library, head.position, outbox)):
        return None
    if waiting is None or library.models.bookmark("csv") != CsvSource(config.csv.folders).stamp():
        return None
    roots = source_roots(config.files.folders)
    roots |= {target_root(name): path for name, path in config.roots().items()}
    if not (_roots_are_as_known(library, roots) and _texts_are_there(library, roots)):
        return None
    report = Report(notes=list(library.notes), waiting=waiting)
    report.matters = library.models.query("SELECT count(*) FROM matter")[0][0]
    for root, path in roots.items():
        progress(f"looking at {path.name}", 0, 0)
        passed = _unchanged(library, config, root, path)
        if passed is None:
            return None
        report.unreadable += [f"{line.where}: {line.why}" for line in passed]
    return report


def _roots_are_as_known(library: Library, roots: dict[RootId, Path]) -> bool:
    rows = Files().roots
    library.models.load(Part(rows))
    identity = library.identity
    configured = all(is_as_known(rows.get(root), path, identity) for root, path in roots.items())
    return configured and not any(row.online for row in rows if row.root not in roots)


def _texts_are_there(library: Library, roots: dict[RootId, Path]) -> bool:
    """Lists of ours, and what lies in our trash: the walk for audio does not meet them."""
    sql = "SELECT root, path FROM file WHERE text != '' UNION ALL SELECT root, trash FROM trash"
    rows = library.models.query(sql)
    return all(root in roots and (roots[root] / path).exists() for root, path in rows)


def _unchanged(
    library: Library, config: Config, root: RootId, path: Path
) -> list[Unreadable] | None:
    """What is passed over in a folder tree that is as it was, or None."""
    with bulk():
        cache = {name: Cached(*numbers) for name, *numbers in library.models.stats(root)}
        if not path.exists():  # a root of ours that nothing was put into so far
            return None if cache else []
        skip = [other for other in config.roots().values() if other != path]
        try:
            return FileSource.unchanged(path, cache, skip)
        except AdapterError:
            return None
