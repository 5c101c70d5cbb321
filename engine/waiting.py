"""Tracks on playlists that no audio is known for, or whose audio is away: by SQL.

The same answer as `projections.layout` gives (a test compares them), for a fraction of the work:
nothing is loaded but playlists and what is said of single placements.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.glance import Glance, Part
from projections.identity import RefRow
from projections.layout import included, target_root
from projections.library import MemberRow
from projections.naming import collision_key, part
from projections.playlists import Group, groups
from projections.registry import State
from state.values import PlaylistRef, TrackId

TARGET = "playlists"

_SERVING = """
WITH word(audio, track, verdict) AS (
    SELECT m.audio, coalesce(r.track, m.track), m.verdict
    FROM "match" m LEFT JOIN ref r ON r.ref = m.track
), rejected(audio, track) AS (SELECT audio, track FROM word WHERE verdict = 'rejected'
), pinned(audio, track) AS (SELECT audio, track FROM word WHERE verdict = 'pinned'
), serving(audio, track) AS (
    SELECT audio, track FROM word
    WHERE (verdict = 'pinned' OR verdict = 'found'
           AND audio NOT IN (SELECT audio FROM pinned) AND track NOT IN (SELECT track FROM pinned))
        AND (audio, track) NOT IN rejected AND (audio, '') NOT IN rejected
)"""
_WITHOUT = f"""{_SERVING}, here(audio) AS (
    SELECT audio FROM file WHERE root IN (SELECT root FROM root WHERE online)
)
SELECT m.playlist, coalesce(r.track, m.track) AS it, min(m.rank) AS first
FROM member m LEFT JOIN ref r ON r.ref = m.track
WHERE it NOT IN (SELECT track FROM serving WHERE audio IN here)
GROUP BY m.playlist, it ORDER BY m.playlist, first
"""
_AWAY = f"""{_SERVING}
SELECT s.track, f.root FROM serving s JOIN file f ON f.audio = s.audio
WHERE f.root NOT IN (SELECT root FROM root WHERE online)
"""
_PLACED = """
WITH placed(audio, root, playlist, ref) AS (
    SELECT audio, root, json_extract(placement, '$.playlist'), json_extract(placement, '$.track')
    FROM file WHERE placement IS NOT NULL
    UNION ALL
    SELECT audio, '', '', json_extract(file, '$.placement.track')
    FROM trash WHERE root = ? AND json_extract(file, '$.placement') IS NOT NULL
)
SELECT p.audio, p.root, p.playlist, coalesce(r.track, p.ref)
FROM placed p LEFT JOIN ref r ON r.ref = p.ref
"""
_SPOKEN = """
SELECT x.playlist, coalesce(r.track, x.track) FROM {} x LEFT JOIN ref r ON r.ref = x.track
WHERE x.target = ? AND NOT x.{}
"""


class Waits(msgspec.Struct, frozen=True):
    """A track on a laid-out playlist that has no audio that could be used now."""

    playlist: str
    """Its name."""
    track: TrackId
    away: str
    """The root that its audio lies in, which is offline; empty: no audio is known."""


def waiting(glance: Glance, state: State, found: list[Group]) -> list[Waits]:
    """All of them, by playlist, in the playlist's order.

    Args:
        state, found: from `playlists`.
    """
    laid = included(state, found) if state.policy.text(f"targets.{TARGET}.path") else []
    without: dict[str, list[str]] = {}
    for playlist, track, _ in glance.query(_WITHOUT):
        without.setdefault(playlist, []).append(track)
    if not any(group.lead in without for group in laid):
        return []
    lead = {ref: group.lead for group in found for ref in group.refs}
    placed, spoken = _placed(glance, state, lead), _spoken(glance, state, lead)
    away = dict(glance.query(_AWAY))
    return [
        Waits(group.name, TrackId(track), away.get(track, ""))
        for group in laid
        for track in without.get(group.lead, ())
        if not {("", track), (group.lead, track)} & placed and (group.lead, track) not in spoken
    ]


def playlists(glance: Glance) -> tuple[State, list[Group]]:
    """All playlists, and the state that they were made from.

    It knows playlists, policy and roots, and members only of those that share a name: that is all
    that `projections.playlists.groups` asks for. So the groups have no members here.
    """
    state = State()
    library, files = state.library, state.files
    glance.models.load(Part(library.playlists, library.pairs, files.roots))
    glance.models.load(state.policy)
    names: dict[str, list[PlaylistRef]] = {}
    for known in library.playlists:
        names.setdefault(collision_key(part(known.name)), []).append(known.ref)
    members: list[MemberRow] = []
    refs: dict[str, RefRow] = {}
    for playlist in (ref for same in names.values() if len(same) > 1 for ref in same):
        for row in glance.query("SELECT * FROM member WHERE playlist = ?", playlist):
            members.append(MemberRow(*row))
        sql = "SELECT * FROM ref WHERE ref IN (SELECT track FROM member WHERE playlist = ?)"
        refs |= {row[0]: RefRow(*row) for row in glance.query(sql, playlist)}
    library.members.fill(members)
    state.identity.refs.fill(list(refs.values()))
    return state, groups(library, state.identity)[0]


def _placed(
    glance: Glance, state: State, lead: dict[PlaylistRef, PlaylistRef]
) -> set[tuple[str, str]]:
    """(playlist, track) of placements that have a file, ("", track) where its bytes can be had."""
    pinned: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    rejected: set[tuple[str, str]] = set()
    sql = """SELECT m.audio, coalesce(r.track, m.track), m.verdict FROM "match" m
             LEFT JOIN ref r ON r.ref = m.track WHERE m.verdict IN ('pinned', 'rejected')"""
    for audio, track, verdict in glance.query(sql):
        if verdict == "rejected":
            rejected.add((audio, track))
        else:
            pinned.setdefault(track, set()).add(audio)
            owner[audio] = track
    root = target_root(TARGET)
    known: set[tuple[str, str]] = set()
    for audio, where, playlist, track in glance.query(_PLACED, root):
        may_serve = (
            not {(audio, track), (audio, "")} & rejected
            and owner.get(audio, track) == track
            and audio in pinned.get(track, (audio,))
        )
        if may_serve and (not where or state.files.online(where)):
            known.add(("", track))
        elif may_serve and where == root:
            known.add((lead.get(playlist, playlist), track))
    return known


def _spoken(
    glance: Glance, state: State, lead: dict[PlaylistRef, PlaylistRef]
) -> set[tuple[str, str]]:
    """Placements that a person took away or does not want."""
    tables = [("pin", "wanted")]
    if state.policy.text(f"targets.{TARGET}.on_edit", "ask") != "restore":
        tables.append(("missing", "released"))
    rows: list[tuple[Any, ...]] = []
    for table, column in tables:
        rows += glance.query(_SPOKEN.format(table, column), TARGET)
    return {(lead.get(playlist, playlist), track) for playlist, track in rows}
