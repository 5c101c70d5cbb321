"""A matter as a JSON document: the same in the outbox, in `sync review --json` and in Notion."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from engine.answers import Choice, choices, known, numbered, short
from engine.chain import SITES, address
from engine.handoff.related import Related, Rows
from engine.handoff.words import KINDS, elsewhere
from projections.matters import ClosedRow, MatterRow
from projections.registry import State
from projections.tracks import named, spotify_url
from state.values import Candidate, Ref, TrackId

SCHEMA_VERSION = 1


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """A candidate, with the address where it can be listened to."""

    number: int
    """0: it is shown, and is no answer."""
    ref: Ref
    url: str = ""
    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int = 0
    playlists: tuple[str, ...] = ()
    score: float = 0.0
    why: str = ""


class Ended(msgspec.Struct, frozen=True):
    """How a matter ended."""

    at: str
    answer: str
    """Empty: it closed by itself."""
    by: str
    """`outbox`, `notion`, `command`, or `itself`: its cause is gone."""


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of the outbox."""

    id: str
    matter: str
    """Its identity in the log."""
    version: int
    """The number of the event that said its present words."""
    kind: str
    what: str
    because: str
    since: str
    """ISO 8601, UTC."""
    question: str
    answers: dict[str, str]
    """What may be said, and what it means; the numbers are those of candidates."""
    address: bool = False
    """An address of the web is an answer too."""
    elsewhere: str = ""
    candidates: tuple[Option, ...] = ()
    related: Rows = Rows()
    ended: Ended | None = None


def encoded(document: Document) -> bytes:
    """As a file: readable, and equal for equal documents."""
    told = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(document)}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def opened(
    state: State, row: MatterRow, related: Related, on: dict[TrackId, list[str]]
) -> Document:
    """An open matter.

    Args:
        on: as `answers.playlists_of` gives it.
    """
    about = KINDS[row.topic]
    numbers = len(numbered(row))
    options = [_option(each, each.number <= numbers) for each in choices(state, row, on)]
    said = {str(one.number): _line(one) for one in options if one.number}
    return Document(
        short(row),
        row.matter,
        row.position,
        row.topic,
        row.text,
        about.because,
        _time(row.since),
        about.question,
        said | known(row),
        about.address,
        elsewhere(row.topic, row.matter),
        tuple(options),
        related.rows(row),
    )


def closed(row: ClosedRow) -> Document:
    """A matter that ended: what the log says of it alone, so that it never changes again."""
    about = KINDS[row.topic]
    by = row.by.partition(":")[0] or ("command" if row.answer else "itself")
    return Document(
        short(row),
        row.matter,
        row.position,
        row.topic,
        row.text,
        about.because,
        _time(row.since),
        about.question,
        {},
        candidates=tuple(_bare(number, each) for number, each in enumerate(row.candidates, 1)),
        ended=Ended(_time(row.at), row.answer, by),
    )


def _option(choice: Choice, is_answer: bool) -> Option:
    return Option(
        choice.number if is_answer else 0,
        choice.track,
        url(choice.track),
        choice.title,
        choice.artists,
        choice.album,
        choice.duration_ms,
        choice.playlists,
        choice.score,
        choice.why,
    )


def _bare(number: int, each: Candidate) -> Option:
    return Option(number, each.track, url(each.track), score=each.score, why=each.why)


def _line(option: Option) -> str:
    return named(option.artists, option.title) or option.url or option.ref


def url(ref: Ref) -> str:
    """Where a candidate can be listened to; empty: nowhere that is known."""
    if ref.startswith(SITES):
        return address(ref)
    return ref if "://" in ref else spotify_url(ref)


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
