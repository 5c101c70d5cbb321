"""What waits for a person, in words, and what their answer makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from adapters.media.urls import checked
from engine import chain, decide, people, recordings
from engine.handoff import words
from engine.people import CannotTell
from projections.matters import ClosedRow, MatterRow
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
    RetryRequested,
)
from state.values import Candidate, Offer, Ref, TrackId

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
    """The open matter with this id, short or whole, or the only one whose id begins so.

    Raises:
        CannotTell
    """
    exact = state.matters.open.get(said)
    found = [exact] if exact else [row for row in waiting(state) if _is_called(row, said)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CannotTell(f"{said!r}: no such matter is open; `sync review` lists them")
    raise CannotTell(f"{said!r}: may be several matters", [row.matter for row in found])


def _is_called(row: MatterRow, said: str) -> bool:
    return row.matter.startswith(said) or short(row).startswith(said)


def short(row: MatterRow | ClosedRow) -> str:
    """The short id of a matter."""
    return words.name(row.topic, row.matter)


def known(row: MatterRow) -> dict[str, str]:
    """The words that answer a matter, and what they mean; candidates come on top."""
    return words.answers(row.topic, row.options)


def choices(state: State, row: MatterRow, on: dict[TrackId, list[str]]) -> list[Choice]:
    """The candidates of a matter; `on` as `playlists_of` gives it."""
    if row.topic in ("offer", "failed"):
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
    track = TrackId(Ref(row.matter.partition(":")[2]))
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
        case "failed":
            return _failed(state, shown, word)
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
    if url := _address(word):
        return [OfferPinned(track, url), MatterClosed(shown.matter, url)]
    none = _known(shown, word)
    said = [OfferRejected(track, str(each.track)) for each in shown.candidates]
    return [*said, MatterClosed(shown.matter, none)]


def _failed(state: State, shown: MatterRow, word: str) -> Sequence[Event]:
    track = Ref(shown.matter.removeprefix("failed:"))
    if url := _address(word):
        return [OfferPinned(track, url), MatterClosed(shown.matter, url)]
    closed = MatterClosed(shown.matter, _known(shown, word))
    if word != "retry":
        return [closed]
    refs = state.identity.members(TrackId(track)) or [track]
    again = [RetryRequested(ref) for ref in refs if state.wanted.failures.of(ref)]
    return [*again, closed]


def _address(word: str) -> str:
    """The address of the web that was said, without what only its sharer should know; or nothing.

    Raises:
        CannotTell: it leads to nothing that can be fetched.
    """
    if "://" not in word:
        return ""
    try:
        return chain.address(Ref(checked(word).ref))
    except ValueError as error:
        raise CannotTell(str(error)) from None


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
    if word in known(shown):
        return word
    there = [str(number) for number in range(1, len(numbered(shown)) + 1)] + list(known(shown))
    if words.KINDS[shown.topic].address:
        there.append("an address")
    if not there:
        raise CannotTell(words.elsewhere(shown.topic, shown.matter))
    raise CannotTell(f"{word!r} is no answer here; known are {', '.join(there)}")


def numbered(row: MatterRow) -> tuple[Candidate, ...]:
    """The candidates that a number may choose."""
    return row.candidates if row.topic in words.NUMBERED else ()
