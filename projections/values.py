"""Tempo, key, genres, title and rating of a track: whose word counts, and why.

A person's word on the track's page in Notion comes first, unless the configuration says otherwise
(`[notion.precedence]`); then the tags of its audio's file as it came, which DJ programs wrote; then
what a backup or service says; then what was heard, if that is sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, Literal, TypeVar

import msgspec

from projections.file_rows import FileRow
from projections.library import TrackRow
from projections.notion import PageRow
from projections.registry import State
from projections.tracks import describe
from state.musical import beats, spelled
from state.values import Tags, TrackId

T = TypeVar("T")
Source = Literal["person", "file", "told", "heard", ""]

PRECEDENCE = "notion.precedence"
"""The beginning of the settings that say whose word counts."""
SURE_OF_TEMPO, SURE_OF_KEY = 0.5, 0.2
"""Confidences from which on what was heard counts. Of noise they are lower."""


class Said(msgspec.Struct, Generic[T], frozen=True):
    """A value, whose word it is, and why that one counts."""

    value: T
    """Empty or 0: nothing is known."""
    source: Source = ""
    """A person; a file's tags; a backup or service; our own ears; nobody."""
    because: str = "nobody says it"


def bpm(
    state: State, track: TrackId, audios: Iterable[str] = (), *, pages: bool = True
) -> Said[float]:
    """Beats a minute.

    Args:
        audios: that serve the track, the best first (`Serving.audio`); what they were made of.
        pages: whether people's words on Notion's pages count; not for who writes those pages.
    """
    for page in _pages(state, track, "bpm") if pages else ():
        if tempo := beats(page.seen.get("bpm", "")):
            return Said(tempo, "person", _on(page, "bpm"))
    audios = list(audios)
    for file, tags in _files(state, audios):
        if tags.bpm:
            return Said(tags.bpm, "file", _in(file))
    for row in _rows(state, track):
        if row.bpm:
            return Said(row.bpm, "told", _by(row))
    for audio in audios:
        heard = state.analyses.of(state.made.source(audio))
        if heard is not None and heard.bpm and heard.bpm_confidence >= SURE_OF_TEMPO:
            return Said(heard.bpm, "heard", _heard(heard.bpm_confidence, heard.position))
    return Said(0.0)


def key(
    state: State, track: TrackId, audios: Iterable[str] = (), *, pages: bool = True
) -> Said[str]:
    """The musical key as `Am` or `F#`, however it was written (`8A`, `Gb major`). As for `bpm`."""
    for page in _pages(state, track, "key") if pages else ():
        if name := spelled(page.seen.get("musical_key", "")):
            return Said(name, "person", _on(page, "musical_key"))
    audios = list(audios)
    for file, tags in _files(state, audios):
        if tags.key:
            return Said(tags.key, "file", _in(file))
    for row in _rows(state, track):
        if row.key:
            return Said(spelled(row.key) or row.key, "told", _by(row))
    for audio in audios:
        heard = state.analyses.of(state.made.source(audio))
        if heard is not None and heard.key and heard.key_confidence >= SURE_OF_KEY:
            return Said(heard.key, "heard", _heard(heard.key_confidence, heard.position))
    return Said("")


def genres(state: State, track: TrackId, *, pages: bool = True) -> Said[tuple[str, ...]]:
    """Its genres, the first one first. As for `bpm`."""
    for page in _pages(state, track) if pages else ():
        text = page.seen.get("genres", "")
        said = tuple(filter(None, map(str.strip, text.split(","))))
        if said and not text.startswith("sha256:"):  # many: the log has no more than a digest
            return Said(said, "person", _on(page, "genres"))
    for row in _rows(state, track):
        if row.genres:
            return Said(row.genres, "told", _by(row))
    return Said(())


def title(state: State, track: TrackId) -> Said[str]:
    """What it is called. Of pages only what a person changed counts: what stood on a page before it
    was ours may be an old name."""
    for page in _pages(state, track, "title"):
        if "title" in page.edited and (name := page.seen.get("title", "").strip()):
            return Said(name, "person", _on(page, "title"))
    row = describe(state, track)
    return Said(row.title, "told", _by(row)) if row is not None and row.title else Said("")


def rating(state: State, track: TrackId) -> Said[str]:
    """What a person thinks of it, as they wrote it; nobody else says it."""
    for page in _pages(state, track, "rating"):
        if said := page.seen.get("rating", ""):
            return Said(said, "person", _on(page, "rating"))
    return Said("")


# ---- who says it -------------------------------------------------------------------------------


def _pages(state: State, track: TrackId, name: str = "") -> Iterator[PageRow]:
    """Its pages in Notion, under any of its names; none where they count for nothing."""
    if name and state.policy.text(f"{PRECEDENCE}.{name}") == "cratelog":
        return
    for ref in dict.fromkeys([track, *state.identity.members(track)]):
        page = state.notion.pages.get(f"track:{ref}")
        if page is not None and not page.gone:
            yield page


def _files(state: State, audios: Iterable[str]) -> Iterator[tuple[FileRow, Tags]]:
    """Files of audio, with their tags as they came. What was fetched says nothing: its tags are
    the uploader's."""
    for audio in map(state.made.source, audios):
        if state.wanted.fetched.get(audio) is None:
            rows = state.files.files.of(audio)
            for row in sorted(rows, key=lambda row: (row.ours, row.root, row.path)):
                yield row, row.before if row.tagged_at else row.tags


def _in(row: FileRow) -> str:
    return f"the tags of {row.root}/{row.path} say so (event {row.position})"


def _rows(state: State, track: TrackId) -> list[TrackRow]:
    """What sources say of its references: those of live services before backups."""
    rows = [row for ref in state.identity.members(track) if (row := state.library.tracks.get(ref))]
    return sorted(rows, key=lambda row: not row.live)


def _on(page: PageRow, field: str) -> str:
    event = page.edited.get(field, page.position)
    return f"a person wrote it on the track's page in Notion (event {event})"


def _by(row: TrackRow) -> str:
    who = "a service or a backup" if row.live else "a backup"
    return f"{who} says so of {row.ref} (event {row.position})"


def _heard(confidence: float, position: int) -> str:
    return f"heard in its audio, confidence {confidence:.2f} (event {position})"
