"""What should lie in Eagle: one item for every track that has a finished file, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from projections import values
from projections.contract import Row
from projections.files import FileRow
from projections.layout import Layouter
from projections.naming import part
from projections.registry import State
from projections.tracks import describe, spotify_url
from state.musical import camelot
from state.values import PlaylistRef, TrackId

LONGEST = 240
"""Bytes of a name: Eagle makes a file name of it."""


class EagleItem(Row, frozen=True):
    """The item of a track."""

    track: TrackId
    file: FileRow
    """What is imported if there is none."""
    audios: tuple[str, ...]
    """What the item may hold: hashes of audio packets."""
    name: str
    title: str
    """The track's alone."""
    annotation: str
    tags: tuple[str, ...]
    playlists: tuple[PlaylistRef, ...]
    """Each has a folder."""


class EaglePlaylist(Row, frozen=True):
    """A playlist that has a folder."""

    ref: PlaylistRef
    name: str
    refs: tuple[PlaylistRef, ...]
    """All names that its sources have for it."""


class EagleItems(Row, frozen=True):
    """All that should lie there."""

    items: tuple[EagleItem, ...]
    """In the order of their tracks' ids."""
    playlists: tuple[EaglePlaylist, ...]


def eagle_items(state: State, layouts: Callable[[], Layouter]) -> EagleItems:
    """What should lie in Eagle, by the settings in the log.

    Args:
        layouts: asked only if anything should.
    """
    target = state.policy.text("eagle.files")
    files: dict[TrackId, FileRow] = {}
    for row in state.files.files:
        wish = row.placement
        if wish is None or wish.target != target or not row.audio:
            continue
        if not state.files.online(row.root):
            continue
        track = state.identity.track(wish.track)
        best = files.get(track)
        if best is None or (not row.ours, row.path) < (not best.ours, best.path):
            files[track] = row
    if not files:
        return EagleItems((), ())
    layouter = layouts()
    on: dict[TrackId, list[PlaylistRef]] = {}
    for group in layouter.groups:
        for track in layouter.tracks_of[group.lead]:
            on.setdefault(track, []).append(group.lead)
    names = {group.lead: group.name for group in layouter.groups}
    made = _made(state)
    items = tuple(
        _item(state, layouter, made, track, files[track], tuple(on.get(track, ())), names)
        for track in sorted(files)
    )
    needed = {ref for item in items for ref in item.playlists}
    playlists = tuple(
        EaglePlaylist(group.lead, group.name, group.refs)
        for group in layouter.groups
        if group.lead in needed
    )
    return EagleItems(items, playlists)


def _made(state: State) -> dict[str, list[str]]:
    """Audio → what was made of it."""
    found: dict[str, list[str]] = {}
    for row in state.made.rows:
        if row.audio:
            found.setdefault(row.source, []).append(row.audio)
    return found


def _item(
    state: State,
    layouter: Layouter,
    made: dict[str, list[str]],
    track: TrackId,
    file: FileRow,
    playlists: tuple[PlaylistRef, ...],
    names: dict[PlaylistRef, str],
) -> EagleItem:
    row = describe(state, track)
    title = row.title if row is not None and row.title else track
    artist = row.artists[0] if row is not None and row.artists else ""
    source = state.made.source(file.audio)
    served = dict.fromkeys([source, *layouter.serving.audio(track)])
    audios = dict.fromkeys([file.audio, *served])
    audios |= dict.fromkeys(other for audio in served for other in made.get(audio, ()))
    return EagleItem(
        track,
        file,
        tuple(audios),
        part(f"{artist} - {title}" if artist else title, LONGEST),
        title,
        _annotation(state, track),
        (*_musical(state, track, tuple(served)), *dict.fromkeys(names[ref] for ref in playlists)),
        playlists,
    )


def _annotation(state: State, track: TrackId) -> str:
    """What else is known: the album, and where the track is from."""
    row = describe(state, track)
    lines = []
    if row is not None and row.album:
        lines.append(f"{row.album} ({row.released[:4]})" if row.released else row.album)
    if url := next(filter(None, map(spotify_url, state.identity.members(track))), ""):
        lines.append(url)
    if row is not None and row.isrc:
        lines.append(f"ISRC {row.isrc}")
    return "\n".join(lines)


def _musical(state: State, track: TrackId, audios: tuple[str, ...]) -> tuple[str, ...]:
    """Tags of tempo, key and genre."""
    tags = []
    if beats := values.bpm(state, track, audios).value:
        tags.append(f"BPM:{round(beats)}")
    if key := values.key(state, track, audios).value:
        tags.append(f"Key:{_place(key)}")
    genres = values.genres(state, track).value
    return tuple(dict.fromkeys([*tags, *(genre for genre in genres if genre.strip())]))


def _place(key: str) -> str:
    """On the wheel of DJs, where the key is known by a name of ours."""
    try:
        return camelot(key)
    except ValueError:
        return key
