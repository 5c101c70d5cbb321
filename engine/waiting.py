"""Tracks on playlists that no audio is known for, or whose audio is away: by SQL.

The same answer as `projections.layout` gives (a test compares them), for a fraction of the work:
nothing is loaded but playlists and what is said of single placements.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from engine.glance import Glance, Part
from projections.identity import RefRow
from projections.layout import UNASSIGNED_FOLDER, included, target_root
from projections.library import MemberRow
from projections.origins import is_delivered
from projections.playlists import LAST, Group, groups, namesakes
from projections.registry import State
from state.values import UNASSIGNED, PlaylistRef, TrackId

_SERVING = """
WITH word(audio, track, verdict) AS (
    SELECT coalesce(d.source, m.audio), coalesce(r.track, m.track), m.verdict
    FROM "match" m LEFT JOIN ref r ON r.ref = m.track
    LEFT JOIN made d ON d.audio = m.audio AND d.audio != ''
), rejected(audio, track) AS (SELECT audio, track FROM word WHERE verdict = 'rejected'
), pinned(audio, track) AS (SELECT audio, track FROM word WHERE verdict = 'pinned'
), serving(audio, track) AS (
    SELECT audio, track FROM word
    WHERE (verdict = 'pinned' OR verdict = 'found'
           AND audio NOT IN (SELECT audio FROM pinned) AND track NOT IN (SELECT track FROM pinned))
        AND (audio, track) NOT IN rejected AND (audio, '') NOT IN rejected
)"""
_SERVED = f"""{_SERVING}, here(audio) AS (
    SELECT audio FROM file WHERE root IN (SELECT root FROM root WHERE online)
), served(track) AS (SELECT track FROM serving WHERE audio IN here)"""
_MEMBERS = """
SELECT m.playlist, m.rank, coalesce(r.track, m.track) AS it
FROM (SELECT playlist, rank, track FROM member
      UNION ALL SELECT playlist, '~' || printf('%012d', position), track
                FROM membership_set WHERE wanted) m
LEFT JOIN ref r ON r.ref = m.track
"""
_SET = """
SELECT s.playlist, coalesce(r.track, s.track), s.wanted FROM membership_set s
LEFT JOIN ref r ON r.ref = s.track ORDER BY s.position
"""
_WITHOUT = f"{_SERVED} {_MEMBERS} WHERE it NOT IN served"
_ALONE = f"""{_SERVED}
SELECT DISTINCT r.track FROM track t JOIN ref r ON r.ref = t.ref
WHERE r.track NOT IN served ORDER BY t.ref
"""
_ASKED = """
SELECT coalesce(r.track, q.ref) FROM request q LEFT JOIN ref r ON r.ref = q.ref
"""
_PLAYING = """
SELECT coalesce(r.track, p.track) FROM playback p LEFT JOIN ref r ON r.ref = p.track
ORDER BY p.position DESC LIMIT 1
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
SELECT p.audio, p.root, p.playlist, coalesce(r.track, p.ref) AS it
FROM placed p LEFT JOIN ref r ON r.ref = p.ref
WHERE it IN (SELECT value FROM json_each(?))
"""
_SAID = """
SELECT m.audio, coalesce(r.track, m.track), m.verdict FROM "match" m
LEFT JOIN ref r ON r.ref = m.track WHERE m.verdict IN ('pinned', 'rejected')
"""
_SPOKEN = """
SELECT x.playlist, coalesce(r.track, x.track), x.{} FROM {} x LEFT JOIN ref r ON r.ref = x.track
WHERE x.target = ? ORDER BY x.playlist, x.track
"""


_GIVEN = """
SELECT coalesce(r.track, d.track) FROM delivered d LEFT JOIN ref r ON r.ref = d.track
WHERE d.target = ?
"""


class Waits(msgspec.Struct, frozen=True):
    """A track on a laid-out playlist that has no audio that could be used now."""

    playlist: str
    """Its name."""
    track: TrackId
    away: str
    """The root that its audio lies in, which is offline; empty: no audio is known."""


def waiting(glance: Glance, state: State, found: list[Group]) -> list[Waits]:
    """All of them: what was last seen playing, then by playlist, in the playlist's order.

    Args:
        state, found: from `playlists`.
    """
    waits: dict[tuple[str, TrackId], Waits] = {}
    for target in state.policy.audio_targets():
        waits |= {(each.playlist, each.track): each for each in _of(target, glance, state, found)}
    first = [track for (track,) in glance.query(_PLAYING)]
    return sorted(waits.values(), key=lambda each: each.track not in first)


def _of(target: str, glance: Glance, state: State, found: list[Group]) -> list[Waits]:
    """Those of one target, by playlist."""
    template = state.policy.text(f"targets.{target}.path")
    once = is_delivered(state, target)
    without: dict[str, list[tuple[str, str]]] = {}
    for playlist, rank, track in _rows(glance, _WITHOUT, found) if template else ():
        without.setdefault(playlist, []).append((rank, track))
    wishes = [
        (group.lead, group.name, track)
        for group in included(state, found)
        for track in dict.fromkeys(track for _, track in sorted(without.get(group.lead, ())))
    ]
    asked = {track for (track,) in glance.query(_ASKED)}
    if once:
        alone = [wish for wish in _alone(glance, state, found, asked) if wish[2] in asked]
        wishes = _once(wishes) + alone
    elif template and "{playlist}" not in template:
        wishes = _once(wishes) + _alone(glance, state, found, asked)
    elif template and asked:
        wishes += [wish for wish in _alone(glance, state, found, asked) if wish[2] in asked]
    if not wishes:
        return []
    lead = {ref: group.lead for group in found for ref in group.refs}
    anywhere, there = _placed(glance, target, state, lead, {track for _, _, track in wishes})
    there |= _spoken(glance, target, state, lead)
    if once:
        there |= {(UNASSIGNED, track) for (track,) in glance.query(_GIVEN, target)}
    away = dict(glance.query(_AWAY))
    return [
        Waits(name, TrackId(track), away.get(track, ""))
        for playlist, name, track in wishes
        if track not in anywhere and (playlist, track) not in there
    ]


def _rows(glance: Glance, sql: str, found: list[Group]) -> Iterator[tuple[PlaylistRef, str, str]]:
    """Playlist, rank and track of members, with what people put on playlists and took off them."""
    lead = {ref: group.lead for group in found for ref in group.refs}
    said = {
        (lead.get(playlist, playlist), track): wanted
        for playlist, track, wanted in glance.query(_SET)
    }
    for playlist, rank, track in glance.query(sql):
        where = lead.get(playlist, playlist) if rank.startswith(LAST) else playlist
        if said.get((where, track), True):
            yield where, rank, track


Wish = tuple[PlaylistRef, str, str]
"""The playlist of a placement, its name for people, and the track."""


def _once(wishes: list[Wish]) -> list[Wish]:
    """Without playlists in its paths, a target has one place for a track."""
    first: dict[str, str] = {}
    for _, name, track in wishes:
        first.setdefault(track, name)
    return [(UNASSIGNED, name, track) for track, name in first.items()]


def _alone(glance: Glance, state: State, found: list[Group], asked: set[str]) -> list[Wish]:
    """Tracks on no playlist: where playlists do not count, they are wanted too; and those that were
    asked for and are on excluded playlists only."""
    leads = {group.lead for group in found}
    laid = {group.lead for group in included(state, found)}
    listed = {
        track
        for playlist, _, track in _rows(glance, _MEMBERS, found)
        if playlist in (laid if track in asked else leads)
    }
    return [
        (UNASSIGNED, UNASSIGNED_FOLDER, track)
        for (track,) in glance.query(_ALONE)
        if track not in listed
    ]


def playlists(glance: Glance) -> tuple[State, list[Group]]:
    """All playlists, and the state that they were made from.

    It knows playlists, policy and roots, and members only of those that share a name: that is all
    that `projections.playlists.groups` asks for. So the groups have no members here.
    """
    state = State()
    library, files = state.library, state.files
    glance.models.load(Part(library.playlists, library.pairs, library.found, files.roots))
    glance.models.load(state.policy)
    rivals = {row.ref for pair in namesakes(library.playlists) for row in pair[:2]}
    members: list[MemberRow] = []
    refs: dict[str, RefRow] = {}
    for playlist in sorted(rivals):
        for row in glance.query("SELECT * FROM member WHERE playlist = ?", playlist):
            members.append(MemberRow(*row))
        sql = "SELECT * FROM ref WHERE ref IN (SELECT track FROM member WHERE playlist = ?)"
        refs |= {row[0]: RefRow(*row) for row in glance.query(sql, playlist)}
    library.members.fill(members)
    state.identity.refs.fill(list(refs.values()))
    return state, groups(library, state.identity)[0]


def _placed(
    glance: Glance,
    target: str,
    state: State,
    lead: dict[PlaylistRef, PlaylistRef],
    tracks: set[str],
) -> tuple[set[str], set[tuple[str, str]]]:
    """Of some tracks: whose bytes can be had from a placement, and placements that have a file."""
    pinned: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    rejected: set[tuple[str, str]] = set()
    for audio, track, verdict in glance.query(_SAID):
        if verdict == "rejected":
            rejected.add((audio, track))
        else:
            pinned.setdefault(track, set()).add(audio)
            owner[audio] = track
    root = target_root(target)
    anywhere: set[str] = set()
    there: set[tuple[str, str]] = set()
    for audio, where, playlist, track in glance.query(_PLACED, root, json.dumps([*tracks])):
        may_serve = (
            not {(audio, track), (audio, "")} & rejected
            and owner.get(audio, track) == track
            and audio in pinned.get(track, (audio,))
        )
        if may_serve and (not where or (audio and state.files.online(where))):
            anywhere.add(track)
        if may_serve and where == root:
            there.add((lead.get(playlist, playlist), track))
    return anywhere, there


def _spoken(
    glance: Glance, target: str, state: State, lead: dict[PlaylistRef, PlaylistRef]
) -> set[tuple[str, str]]:
    """Placements that a person took away or does not want."""
    tables = [("pin", "wanted")]
    if state.policy.text(f"targets.{target}.on_edit", "ask") != "restore":
        tables.append(("missing", "released"))
    found: set[tuple[str, str]] = set()
    for table, column in tables:
        rows = glance.query(_SPOKEN.format(column, table), target)
        said = {(lead.get(playlist, playlist), track): yes for playlist, track, yes in rows}
        found |= {wish for wish, yes in said.items() if not yes}
    return found
