"""What the tags of our files should say, and which files say something else.

What was last written into a file is known by a mark, eight signs a field, so that no file is read
to find out that nothing changed, and a plan can say which fields did.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from projections.contract import Row
from projections.file_rows import UNKNOWN, FileRow
from projections.origins import FETCHED, is_delivered, is_made, is_raw
from projections.registry import State
from projections.tracks import describe
from projections.values import bpm, genres, key, title
from projections.wishes import extension, target_root
from state.values import Ref, TrackId

BEARS_TAGS = frozenset({"m4a", "mp4", "mp3", "flac", "ogg", "oga", "opus", "wav", "aif", "aiff"})
"""Extensions of files that tags can be written into."""

WRITE = "tags.write"
"""The setting: `made`, `ours` or `nothing`."""
COVER = "tags.cover"
"""The setting: whether pictures are written."""


class TrackTags(Row, frozen=True):
    """What the tags of a track's files should say. What is empty or 0 is left alone in them.

    A new field goes to the end, and is written when another one changes: marks of earlier versions
    say nothing of it, and no file is touched because of a new version.
    """

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_artist: str = ""
    track: int = 0
    disc: int = 0
    date: str = ""
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    genre: str = ""
    isrc: str = ""
    bpm: float = 0.0
    key: str = ""
    """`Am`, `F#`."""
    track_id: str = ""
    cover: str = ""
    """sha256 (hex) of the picture of its album."""


class Due(Row, frozen=True):
    """A file that should get new tags."""

    file: FileRow
    track: TrackId
    wanted: TrackTags
    fields: tuple[str, ...]
    """Those that changed; all of them, if nothing of ours was written so far."""


_FIELDS = TrackTags.__struct_fields__
_WORDS = {
    "album_artist": "album artist",
    "track": "track number",
    "disc": "disc number",
    "isrc": "ISRC",
    "bpm": "tempo",
    "track_id": "id",
}


def wanted(state: State, track: TrackId, audio: str) -> TrackTags:
    """What a file with that audio should say of its track."""
    row = describe(state, track)
    beats, tone = bpm(state, track, (audio,)).value, key(state, track, (audio,)).value
    if row is None:
        return TrackTags(bpm=beats, key=tone, track_id=track)
    genre = genres(state, track).value
    return TrackTags(
        title=title(state, track).value,
        artists=row.artists,
        album=row.album,
        album_artist=row.album_artists[0] if row.album_artists else "",
        track=row.number,
        disc=row.disc,
        date=row.released,
        genre=genre[0] if genre else "",
        isrc=row.isrc,
        bpm=beats,
        key=tone,
        track_id=track,
        cover=state.covers.digest(cover(state, track)) if covers_wanted(state) else "",
    )


def covers_wanted(state: State) -> bool:
    """Whether pictures are written into files."""
    row = state.policy.settings.get(COVER)
    return row is not None and row.value is True


def cover(state: State, track: TrackId) -> str:
    """The address of a track's picture: of its references, the first that has one."""
    rows = (state.library.tracks.get(ref) for ref in state.identity.members(track))
    return next((row.cover for row in rows if row is not None and row.cover), "")


def cover_due(state: State) -> int:
    """When a picture is to be asked for again that files of ours lack, milliseconds since 1970;
    0: not by itself."""
    late = {row.url: at for row in state.covers.rows if (at := state.covers.again(row.url))}
    if not late or not covers_wanted(state):
        return 0
    lacking = {cover(state, track) for _, track in bearers(state)}
    return min((at for url, at in late.items() if url in lacking), default=0)


def mark(tags: TrackTags) -> str:
    """What tells these tags from others: eight signs for each field, in their order."""
    return "".join(map(_digest, _texts(tags)))


def changed(tagged: str, tags: TrackTags) -> tuple[str, ...]:
    """The fields that were other ones when a file got that mark."""
    if tagged == UNKNOWN:
        return ()
    found = []
    for number, (field, text) in enumerate(zip(_FIELDS, _texts(tags), strict=True)):
        before = tagged[8 * number : 8 * number + 8]
        known = before or not tagged
        if text and known and before != _digest(text):
            found.append(field)
    return tuple(found)


def because(due: Due) -> str:
    """Why a file gets new tags, for people."""
    if not due.file.tagged:
        return "it bears no tags of its track yet"
    names = [_WORDS.get(field, field) for field in due.fields]
    if len(names) == 1:
        return f"its track has another {names[0]}"
    return f"its track has other values for {', '.join(names[:-1])} and {names[-1]}"


def due(state: State) -> Iterator[Due]:
    """Files of ours that should get new tags."""
    known: dict[tuple[TrackId, str], tuple[TrackTags, str]] = {}
    for row, track in bearers(state):
        about = (track, state.made.source(row.audio))
        if about not in known:
            tags = wanted(state, track, row.audio)
            known[about] = tags, mark(tags)
        tags, marked = known[about]
        if row.tagged != marked and (fields := changed(row.tagged, tags)):
            yield Due(row, track, tags, fields)


def bearers(state: State) -> Iterator[tuple[FileRow, TrackId]]:
    """Files of ours that bear the tags of a track.

    By default those alone whose audio was fetched, or that were made of another file: a copy of
    what a person has bears the tags that the person gave it. What was delivered is never among
    them.
    """
    which = state.policy.text(WRITE, "made")
    if which not in ("made", "ours"):
        return
    targets = (t for t in state.policy.audio_targets() if not is_delivered(state, t))
    roots = {root for root in (FETCHED, *map(target_root, targets)) if state.files.online(root)}
    fetched = {row.audio for row in state.matches.rows if row.by == "fetched"}
    for row in state.files.files:
        if not (row.ours and row.audio and row.root in roots):
            continue
        if is_raw(row.root, row.path) or extension(row.path) not in BEARS_TAGS:
            continue
        if which == "made" and not (row.tagged or row.audio in fetched):
            continue
        track = track_of(state, row)
        if track is not None:
            yield row, track


def track_of(state: State, row: FileRow) -> TrackId | None:
    """Whose tags a file of ours bears."""
    if row.placement is not None:
        return state.identity.track(row.placement.track)
    if is_made(row.root, row.path):
        format = row.path.split("/")[1]
        for made in state.made.rows.of(row.audio):
            if made.format == format:
                return state.identity.track(Ref(made.track))
    return None


def _texts(tags: TrackTags) -> Iterator[str]:
    for field in _FIELDS:
        value = getattr(tags, field)
        if isinstance(value, tuple):
            yield "\0".join(value)
        elif isinstance(value, float):
            yield f"{value:.2f}" if value else ""
        else:
            yield str(value or "")


def _digest(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'replace')):08x}"
