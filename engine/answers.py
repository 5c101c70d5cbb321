"""What waits for a person, in words, and what their answer makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from engine import decide, people, recordings
from engine.people import CannotTell
from projections.matters import MatterRow
from projections.playlists import Group, groups
from projections.registry import State
from projections.tracks import describe
from state.events import (
    Event,
    MatterClosed,
    OfferPinned,
    OfferRejected,
    PlaylistsMerged,
    PlaylistsSeparated,
)
from state.values import Offer, Ref, TrackId

WORDS: dict[str, dict[str, str]] = {
    "match": {"reject": "it is none of these", "none": "it is no track at all"},
    "edited": {"follow": "keep what was done", "restore": "put the files back"},
    "same playlist": {"one": "they are one playlist", "two": "they are two"},
    "conflict": {"done": "I have looked at it"},
    "offer": {"reject": "it is none of these"},
    "same recording": {"one": "they are one track", "two": "they are two"},
}
"""Topic → the answers, and what they mean. Matches and offers: a candidate is an answer too."""

SHORT = {"r": "reject", "n": "none", "f": "follow"}


class Choice(msgspec.Struct, frozen=True):
    """A candidate as a person sees it."""

    number: int
    """From 1."""
    track: Ref
    title: str
    artists: tuple[str, ...]
    album: str
    duration_ms: int
    playlists: tuple[str, ...]
    score: float
    why: str


def waiting(state: State) -> list[MatterRow]:
    """Open matters, the oldest first."""
    return sorted(state.matters.open, key=lambda row: row.position)


def named(state: State, said: str) -> MatterRow:
    """The open matter with this id, or the only one whose id begins so.

    Raises:
        CannotTell
    """
    exact = state.matters.open.get(said)
    found = [exact] if exact else [row for row in waiting(state) if row.matter.startswith(said)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CannotTell(f"{said!r}: no such matter is open; `sync review` lists them")
    raise CannotTell(f"{said!r}: may be several matters", [row.matter for row in found])


def choices(state: State, row: MatterRow, on: dict[TrackId, list[str]]) -> list[Choice]:
    """The candidates of a matter; `on` as `playlists_of` gives it."""
    if row.topic == "offer":
        return _offers(state, row)
    found = []
    for number, candidate in enumerate(row.candidates, 1):
        track = state.identity.track(candidate.track)
        known = describe(state, track)
        found.append(
            Choice(
                number,
                candidate.track,
                known.title if known else "",
                known.artists if known else (),
                known.album if known else "",
                known.duration_ms if known else 0,
                tuple(on.get(track, ())),
                candidate.score,
                candidate.why,
            )
        )
    return found


def _offers(state: State, row: MatterRow) -> list[Choice]:
    """Recordings at media sites, to be listened to at their address."""
    track = TrackId(Ref(row.matter.removeprefix("offer:")))
    refs = state.identity.members(track)
    searches = [found for ref in refs if (found := state.wanted.searches.get(ref)) is not None]
    known = {offer.url: offer for search in searches for offer in search.offers}
    chosen = []
    for number, candidate in enumerate(row.candidates, 1):
        offer = known.get(str(candidate.track), Offer(str(candidate.track), ""))
        uploader = (offer.uploader,) if offer.uploader else ()
        chosen.append(
            Choice(
                number,
                candidate.track,
                offer.title,
                uploader,
                "",
                offer.duration_ms,
                (),
                candidate.score,
                candidate.why,
            )
        )
    return chosen


def playlists_of(state: State) -> dict[TrackId, list[str]]:
    """Track → the names of the playlists that it is on."""
    return _on(state, groups(state.library, state.identity)[0])


def _on(state: State, found: Iterable[Group]) -> dict[TrackId, list[str]]:
    on: dict[TrackId, list[str]] = {}
    for group in found:
        for track in group.tracks(state.identity):
            on.setdefault(track, []).append(group.name)
    return on


def answered(state: State, shown: MatterRow, word: str) -> Sequence[Event]:
    """The events that an answer is worth.

    Args:
        shown: the matter as the person saw it; a number means one of its candidates.

    Raises:
        CannotTell: it is no answer to this, or the matter is not open any more.
    """
    if shown.matter not in state.matters.open:
        raise CannotTell(f"{shown.matter}: is not open any more")
    word = SHORT.get(word, word)
    match shown.topic:
        case "match":
            return _matched(state, shown, word)
        case "offer":
            return _offered(shown, word)
        case "same playlist":
            return _paired(state, shown, word)
        case recordings.TOPIC:
            return _joined(state, shown, word)
        case "edited" if word == "follow":
            target = shown.matter.removeprefix("edited:")
            rows = decide.missing(state, target)
            return [*decide.followed(state, rows), MatterClosed(shown.matter, word)]
    return [MatterClosed(shown.matter, _known(shown, word))]


def _matched(state: State, shown: MatterRow, word: str) -> Sequence[Event]:
    audio = shown.matter.removeprefix("match:")
    numbered = {str(number): each.track for number, each in enumerate(shown.candidates, 1)}
    numbered |= {each.track: each.track for each in shown.candidates}
    if word in numbered:
        return people.pinned(state, audio, numbered[word])
    if _known(shown, word) == "none":
        return people.no_track(state, audio)
    said = [
        event
        for each in shown.candidates
        for event in people.rejected(state, audio, each.track)
        if not isinstance(event, MatterClosed)
    ]
    return [*said, MatterClosed(shown.matter, "reject")]


def _offered(shown: MatterRow, word: str) -> Sequence[Event]:
    track = Ref(shown.matter.removeprefix("offer:"))
    urls = {str(number): str(each.track) for number, each in enumerate(shown.candidates, 1)}
    urls |= {url: url for url in urls.values()}
    if word in urls:
        return [OfferPinned(track, urls[word]), MatterClosed(shown.matter, urls[word])]
    none = _known(shown, word)
    said = [OfferRejected(track, str(each.track)) for each in shown.candidates]
    return [*said, MatterClosed(shown.matter, none)]


def _paired(state: State, shown: MatterRow, word: str) -> Sequence[Event]:
    said = PlaylistsMerged if _known(shown, word) == "one" else PlaylistsSeparated
    doubts = groups(state.library, state.identity)[1]
    pairs = [pair for pair in doubts if f"same playlist:{pair.one}|{pair.other}" == shown.matter]
    return [*(said(pair.one, pair.other) for pair in pairs), MatterClosed(shown.matter, word)]


def _joined(state: State, shown: MatterRow, word: str) -> Sequence[Event]:
    said = people.merged if _known(shown, word) == "one" else people.separated
    tracks = recordings.tracks_asked(state, shown.matter)
    events = said(state, *tracks) if tracks is not None else []
    return [*events, MatterClosed(shown.matter, word)]


def _known(shown: MatterRow, word: str) -> str:
    known = WORDS[shown.topic]
    if word not in known:
        numbers = [str(number) for number, _ in enumerate(shown.candidates, 1)]
        raise CannotTell(f"{word!r} is no answer here; known are {', '.join([*numbers, *known])}")
    return word
