"""How the library is: counts, what waits and why, what is open. By SQL, not by folding."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.eagle.counting import Counts, counts
from engine.glance import Glance
from engine.handoff.words import NUMBERED, name, todo
from engine.library import Library, bulk
from engine.waiting import Waits, playlists, waiting
from state.locks import held
from state.models import Damaged

_FILES = """
SELECT total(ours AND text = ''), total(NOT ours AND placement IS NOT NULL), total(text != ''),
       count(*) FROM file
"""
_GIVEN = """
SELECT count(*) FROM file WHERE NOT ours AND placement IS NULL
    AND (root, path) IN (SELECT root, path FROM delivered)
"""
_MATCHED = """
SELECT count(*) FROM file f WHERE NOT ours AND placement IS NULL
    AND (root, path) NOT IN (SELECT root, path FROM delivered) AND EXISTS (
    SELECT 1 FROM "match" m WHERE m.audio = f.audio AND m.verdict != 'rejected')
"""

_MATTERS = """
SELECT matter, topic, text, options, json_array_length(candidates) FROM matter ORDER BY position
"""


class Root(msgspec.Struct, frozen=True):
    """A folder tree that is looked at, as the log knows it."""

    root: str
    path: str
    online: bool
    why: str


class Matter(msgspec.Struct, frozen=True):
    """Something that waits for a person."""

    id: str
    """The short one."""
    topic: str
    text: str
    todo: str
    """What to type, or to do elsewhere."""


class Run(msgspec.Struct, frozen=True):
    """The last run that appended anything."""

    position: int
    at: int
    """Milliseconds since 1970."""
    command: str
    ended: str
    """`finished`, `under way` or `cut off`."""
    done: dict[str, int]
    failed: int


class Files(msgspec.Struct, frozen=True):
    """How many there are. All are required: what an earlier version counted is counted anew."""

    ours: int
    claimed: int
    delivered: int
    """They are another program's now."""
    matched: int
    """Of others, and a track's."""
    unmatched: int
    lists: int
    """Playlist files."""


class Status(msgspec.Struct, frozen=True):
    """Everything that `sync status` shows."""

    position: int
    at: int
    """Of the last event, milliseconds since 1970; 0: there is none."""
    tracks: int
    playlists: int
    unlisted: tuple[str, ...]
    """Names of playlists that their source does not list any more."""
    files: Files
    missing: int
    """Placements whose file a person took away."""
    waiting: tuple[Waits, ...]
    matters: tuple[Matter, ...]
    roots: tuple[Root, ...]
    run: Run | None
    intents: int
    trash: int
    trash_bytes: int
    unreadable: int
    eagle: Counts | None = None
    """None: it is not configured."""


class Kept(msgspec.Struct, frozen=True):
    """What was counted, and the log's head then."""

    position: int
    status: Status


STATUS = "status"
"""The bookmark."""


def status(glance: Glance) -> Status:
    """How a library is."""
    counted = _kept(glance) or _counted(glance)
    # These three change without an event.
    return msgspec.structs.replace(
        counted, run=_run(glance), intents=_intents(glance), unreadable=_unreadable(glance)
    )


def keep(library: Library) -> None:
    """Leave a bookmark with what `status` counts, so that it need not count as long as it is so."""
    head = library.saved_at_head()
    if head is not None:
        glance = Glance(library.home, library.log, library.models, library.models, [])
        kept = msgspec.json.encode(Kept(head.position, _counted(glance)))
        library.save(bookmarks={STATUS: kept.decode()})


def is_kept(library: Library) -> bool:
    """Whether there is such a bookmark, as of the log's head."""
    kept = library.models.bookmark(STATUS) or ""
    return kept.startswith(f'{{"position":{library.log.head().position},')


def _kept(glance: Glance) -> Status | None:
    try:
        found = glance.saved.bookmark(STATUS)
        kept = msgspec.json.decode(found, type=Kept) if found else None
    except (Damaged, msgspec.MsgspecError):  # by an earlier version
        return None
    if kept is None or kept.position != glance.head.position:
        return None
    return kept.status


def _counted(glance: Glance) -> Status:
    state, groups = playlists(glance)
    with bulk():
        waits = tuple(waiting(glance, state, groups))
    leads = [state.library.playlists.get(group.lead) for group in groups]
    roots = glance.query("SELECT root, path, online, why FROM root ORDER BY root")
    trash = glance.query("SELECT count(*), total(json_extract(file, '$.size')) FROM trash")
    return Status(
        position=glance.head.position,
        at=glance.head.at,
        tracks=glance.number("SELECT count(*) FROM ref WHERE ref = track"),
        playlists=len(groups),
        unlisted=tuple(sorted(row.name for row in leads if row is not None and not row.listed)),
        files=_files(glance),
        missing=glance.number("SELECT count(*) FROM missing"),
        waiting=waits,
        matters=tuple(_matters(glance)),
        roots=tuple(Root(root, path, bool(online), why) for root, path, online, why in roots),
        run=None,
        intents=0,
        trash=int(trash[0][0]),
        trash_bytes=int(trash[0][1]),
        unreadable=0,
        eagle=counts(glance),
    )


def _matters(glance: Glance) -> Iterator[Matter]:
    for matter, topic, text, options, candidates in glance.query(_MATTERS):
        said = tuple(msgspec.json.decode(options, type=list[str]))
        numbers = candidates if topic in NUMBERED else 0
        yield Matter(name(topic, matter), topic, text, todo(topic, matter, said, numbers))


def _intents(glance: Glance) -> int:
    return glance.number("SELECT count(*) FROM intent")


def _files(glance: Glance) -> Files:
    ours, claimed, lists, total = map(int, glance.query(_FILES)[0])
    matched, given = glance.number(_MATCHED), glance.number(_GIVEN)
    strangers = total - ours - claimed - lists - matched - given
    return Files(ours, claimed, given, matched, strangers, lists)


def _unreadable(glance: Glance) -> int:
    """Files that were passed over. That is no event: only `state.db` knows it."""
    try:
        return int(glance.saved.query("SELECT count(*) FROM stat WHERE error != ''")[0][0])
    except (Damaged, IndexError):
        return 0


def _run(glance: Glance) -> Run | None:
    rows = glance.query(
        "SELECT position, at, command, finished, done, failed FROM run ORDER BY position DESC "
        "LIMIT 1"
    )
    if not rows:
        return None
    position, at, command, finished, done, failed = rows[0]
    ended = (
        "finished" if finished else "under way" if held(glance.home / "effects.lock") else "cut off"
    )
    return Run(position, at, command, ended, msgspec.json.decode(done), failed)
