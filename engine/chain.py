"""Which track gets its audio next, and why another one does not. Pure.

The fallback chain is an ordering: what is playing, what is new on SoundCloud, Liked Songs, what was
asked for singly, then everything else in the order of the playlists. What has been tried and
failed, or waits for a person, is passed over with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from projections.playlists import Group
from projections.registry import State
from projections.wanted import FailureRow, SearchRow
from state.intervals import doubled
from state.values import Offer, Ref, TrackId

HOUR = 3_600_000
DAY = 24 * HOUR
LONGEST = 30 * DAY
"""Milliseconds: the longest time between two tries."""

ORDER = ("playing", "soundcloud", "liked", "asked")
REASONS = {
    "playing": "it is playing now",
    "soundcloud": "it is new on SoundCloud",
    "liked": "it is one of the Liked Songs",
    "asked": "it was asked for by itself",
}
SITES = ("soundcloud:", "youtube:", "url:")
"""Schemes of references that are addresses too."""


BLOCKED = "fetching:"
"""Before a site's name: under this it is remembered that it wants no more requests."""
_SITES = {"youtu.be": "youtube", "youtube-music": "youtube", "sndcdn": "soundcloud"}


def site(where: str) -> str:
    """The site of an address, or of the name of a source: what shares one limit of requests."""
    host = urlsplit(where).hostname or where
    if host in _SITES:
        return _SITES[host]
    owner = host.split(".")[-2] if "." in host else host
    return _SITES.get(owner, owner if owner in ("soundcloud", "youtube") else host)


class Take(msgspec.Struct, frozen=True):
    """Fetch it from there."""

    url: str
    score: float
    why: str


class Search(msgspec.Struct, frozen=True):
    """Look for it first."""


class Later(msgspec.Struct, frozen=True):
    """Nothing now."""

    why: str
    until: int = 0
    """Milliseconds since 1970; 0: until a person says something."""
    review: tuple[Offer, ...] = ()
    """What a person may choose from."""


Step = Take | Search | Later


def step(state: State, track: TrackId, now: int) -> Step:
    """What to do next for a track that has no audio.

    Args:
        now: milliseconds since 1970.
    """
    refs, said, failures, last = _known(state, track)
    later: Later | None = None
    for take in _addresses(refs, said, last):
        blocked = state.services.blocked.get(BLOCKED + site(take.url))
        if blocked is not None and blocked.until > now:
            later = later or Later(blocked.why, blocked.until)
            continue
        failure = failures.get(take.url)
        if failure is None:
            return take
        if failure.permanent:
            continue
        due = failure.at + doubled(failure.times, HOUR, LONGEST)
        if now >= due:
            return take
        later = later or Later(f"{take.url}: {failure.why}", due)
    if later is not None:
        return later
    if last is None:
        return Search()
    return _searched(last, said, failures, now)


def exhausted(state: State, track: TrackId) -> list[FailureRow]:
    """The addresses that will never give the audio of a track that was searched for, the latest
    last, where nothing else is known that might: only a person can say where it is to be had."""
    refs, said, failures, last = _known(state, track)
    if last is None or any(take.url not in failures for take in _addresses(refs, said, last)):
        return []
    if not all(row.permanent for row in failures.values()) or _review(last, said, failures):
        return []
    return sorted(failures.values(), key=lambda row: row.position)


class _Known(NamedTuple):
    refs: Sequence[Ref]
    said: Mapping[str, str]
    """Address → what a person said of it."""
    failures: Mapping[str, FailureRow]
    last: SearchRow | None


def _known(state: State, track: TrackId) -> _Known:
    """What was tried for a track, under all of its references."""
    refs, wanted = state.identity.members(track) or [Ref(track)], state.wanted
    rows = [row for ref in refs if (row := wanted.searches.get(ref)) is not None]
    return _Known(
        refs,
        {row.url: row.verdict for ref in refs for row in wanted.said.of(ref)},
        {row.url: row for ref in refs for row in wanted.failures.of(ref)},
        max(rows, key=lambda row: row.position, default=None),
    )


def _addresses(
    refs: Sequence[Ref], said: Mapping[str, str], last: SearchRow | None
) -> Iterable[Take]:
    """Where it may be had without asking anybody, the best first."""
    pinned = [url for url, verdict in said.items() if verdict == "pinned"]
    if pinned:
        return [Take(url, 1.0, "a person said so") for url in pinned]
    found = [Take(address(ref), 1.0, "it is from there") for ref in refs if ref.startswith(SITES)]
    found = [take for take in found if take.url not in said]
    for offer in last.offers if last is not None else ():
        if offer.verdict == "take" and offer.url not in said:
            found.append(Take(offer.url, offer.score, offer.why))
    return found


def _searched(
    last: SearchRow, said: Mapping[str, str], failures: Mapping[str, FailureRow], now: int
) -> Step:
    """What follows where nothing that was found may be taken."""
    if review := _review(last, said, failures):
        return Later("waits for your choice: sync review", 0, review)
    due = last.at + doubled(last.times, DAY, LONGEST)
    if now >= due:
        return Search()
    gone = [row for row in failures.values() if row.permanent]
    if gone:
        latest = max(gone, key=lambda row: row.position)
        return Later(f"{latest.url}: {latest.why}", due)
    return Later("nothing good enough was found", due)


def _review(
    last: SearchRow, said: Mapping[str, str], failures: Mapping[str, FailureRow]
) -> tuple[Offer, ...]:
    """What was found that a person may choose from."""
    return tuple(
        offer
        for offer in last.offers
        if offer.verdict == "review"
        and offer.url not in said
        and not (offer.url in failures and failures[offer.url].permanent)
    )


def address(ref: Ref) -> str:
    """The address that a site's own reference stands for."""
    scheme, _, rest = ref.partition(":")
    if scheme == "youtube":
        return f"https://www.youtube.com/watch?v={rest}"
    if scheme == "soundcloud":
        if rest.isdigit():
            return f"https://api.soundcloud.com/tracks/{rest}"
        return f"https://soundcloud.com/{rest}"
    return rest


# ---- the order ---------------------------------------------------------------------------------


def ordered(
    state: State,
    groups: Sequence[Group],
    waiting: Iterable[TrackId],
    order: Sequence[str] = ORDER,
) -> list[TrackId]:
    """Tracks that wait for audio, the first to be had first; each once.

    Args:
        groups: of all playlists.
        waiting: in the order of the playlists.
        order: names of `ORDER`; those left out count as everything else does.
    """
    classes = {name: _class(name, state, groups) for name in order}

    def rank(track: TrackId) -> int:
        return next((n for n, name in enumerate(order) if track in classes[name]), len(order))

    return sorted(dict.fromkeys(waiting), key=rank)


def reason(
    state: State, groups: Sequence[Group], track: TrackId, order: Sequence[str] = ORDER
) -> str:
    """Why a track comes as soon as it does, in words; arguments as of `ordered`."""
    names = [name for name in order if track in _class(name, state, groups)]
    if names[:1] == ["soundcloud"] and track in _class("asked", state, groups):
        names = ["asked"]  # its address is one there, but it is no news of there
    return REASONS.get(next(iter(names), ""), "it is the first of the playlists")


def _class(name: str, state: State, groups: Sequence[Group]) -> set[TrackId]:
    canonical = state.identity.track
    if name == "playing":
        return {canonical(row.track) for row in state.services.playback}
    if name == "asked":
        return {canonical(row.ref) for row in state.requests.rows}
    if name == "soundcloud":
        return {
            canonical(row.ref) for row in state.library.tracks if row.ref.startswith("soundcloud:")
        }
    liked = (group for group in groups if _is_liked(group))
    return {track for group in liked for track in group.tracks(state.identity)}


def _is_liked(group: Group) -> bool:
    """Liked Songs: the account's own collection, or a backup of it."""
    named = group.name.casefold().replace("_", " ") == "liked songs"
    return named or any(ref.endswith(":collection") for ref in group.refs)
