"""The folder of the library: where it lies, the log, the read models, the locks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.doctor.check import Check, ok, problem, warning
from engine.doctor.space import space
from engine.when import local
from projections.registry import State
from state.locks import held
from state.log import EventLog, LogError, NoLog
from state.models import Damaged, ReadModels

SYNCED = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "mobile documents": "iCloud Drive",
    "icloud drive": "iCloud Drive",
    "iclouddrive": "iCloud Drive",
    "cloudstorage": "a cloud service",
    "nextcloud": "Nextcloud",
    "pcloud drive": "pCloud",
}
"""How names of folders begin that a service copies to other machines."""
MARKERS = {
    ".stfolder": "Syncthing",
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".owncloudsync.log": "ownCloud",
}


def checks(home: Path) -> Iterator[Check]:
    """The checks of one library."""
    service = synced(home)
    if service:
        yield warning(
            "library folder",
            f"{home}: lies in a folder of {service}, which copies databases while they are written",
            "move it elsewhere and set CRATELOG_HOME to its new place",
        )
    else:
        yield ok("library folder", str(home))
    yield space("library folder", home)
    try:
        log = EventLog(home / "log.db", read_only=True)
    except NoLog:
        yield ok("log", "there is none yet; the first sync reconcile begins it")
        return
    except LogError as error:
        yield problem("log", str(error), "restore log.db from a backup, if it is damaged")
        return
    try:
        yield _log(log)
        yield from _models(log, home)
    finally:
        log.close()
    for name, what in (("effects.lock", "run"), ("write.lock", "commit")):
        who = held(home / name)
        yield ok(f"{what} lock", f"held by {who}" if who else "free")


def synced(home: Path) -> str:
    """The service whose folder this lies in; empty: none that is known."""
    for folder in dict.fromkeys(
        parent for path in (home.absolute(), home.resolve()) for parent in (path, *path.parents)
    ):
        for start, service in SYNCED.items():
            if folder.name.casefold().startswith(start):
                return service
        for marker, service in MARKERS.items():
            if (folder / marker).exists():
                return service
    return ""


def _log(log: EventLog) -> Check:
    fault = log.verify_end()
    if fault is not None:
        return problem("log", fault.what, "sync replay --verify says more")
    head, size = log.head(), log.path.stat().st_size / 1e6
    when = f", the last at {local(head.at)}" if head.position else ""
    return ok("log", f"{head.position} events{when}, {size:,.1f} MB; its last commit is whole")


def _models(log: EventLog, home: Path) -> Iterator[Check]:
    state, head = State(), log.head().position
    models = ReadModels(home / "state.db", state.projections, read_only=True)
    try:
        checkpoints = models.checkpoints()
        intents = models.query("SELECT count(*) FROM intent")
        last = max((saved.position for saved in checkpoints.values()), default=0)
        if models.note:
            yield warning("read models", models.note, "the next sync reconcile does that")
        elif last > head:
            yield problem(
                "read models",
                f"they have seen event {last}, the log ends at {head}: it was cut short or "
                f"restored from a backup",
                "put the newer log.db back, or go on with this one: sync reconcile",
            )
        elif any(log.hash_at(saved.position) != saved.hash for saved in checkpoints.values()):
            yield problem(
                "read models",
                "they were folded from another log",
                "put that log.db back, or go on with this one: sync reconcile",
            )
        elif any(checkpoints.get(each.name, (0, 0))[1] != head for each in state.projections):
            yield ok("read models", f"{head - last} events behind; the next run folds them")
        else:
            yield ok("read models", f"as of event {head}, the log's last")
        if intents and intents[0][0]:
            yield warning(
                "actions",
                f"{intents[0][0]} were begun and not ended: a run was cut off, or is under way",
                "sync reconcile heals it",
            )
        else:
            yield ok("actions", "none is open")
    except Damaged as error:
        yield warning("read models", str(error), "the next sync reconcile builds it again")
    finally:
        models.close()
