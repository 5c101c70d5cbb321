"""Work files of other formats, with the tags that a track should bear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from adapters.audio import probe
from adapters.audio.converting import Output, convert
from adapters.audio.generations import SUFFIX
from adapters.audio.tagset import TagSet
from engine.converting import Made
from projections.registry import State
from projections.tracks import describe
from projections.values import bpm, genres, key, title
from state.musical import camelot, spelled
from state.values import TrackId


def make(
    source: Path,
    stem: Path,
    formats: Sequence[str],
    wanted: TagSet,
) -> list[Made]:
    """One tagged work file for each format, by one run of ffmpeg; their names begin with `stem`.

    Raises:
        What `adapters.audio.converting.convert` and `adapters.audio.tagging.retagged` raise.
    """
    from adapters.audio.tagging import retagged  # only who writes tags pays for it

    plain = [
        Output(_named(stem, "plain", format), format)  # type: ignore[arg-type]
        for format in formats
    ]
    found = []
    for made in convert(source, plain):
        work = _named(stem, "tagged", made.format)
        retagged(made.path, work, wanted)
        made.path.unlink()
        found.append(Made(work, made.format, made.how, SUFFIX[made.format], probe(work)))
    return found


def _named(stem: Path, what: str, format: str) -> Path:
    suffix = SUFFIX[format]  # type: ignore[index]
    return stem.with_name(f"{stem.name}-{what}-{format}.{suffix}")


def tags(state: State, track: TrackId, audio: str) -> TagSet:
    """What a file of a track should say of it.

    Args:
        audio: that the file is made of.
    """
    row = describe(state, track)
    name = key(state, track, [audio]).value
    sound = TagSet(
        bpm=bpm(state, track, [audio]).value,
        key=name,
        camelot=wheel(name),
        genre=next(iter(genres(state, track).value), ""),
        track_id=track,
    )
    if row is None:
        return sound
    return msgspec.structs.replace(
        sound,
        title=title(state, track).value or row.title,
        artists=row.artists,
        album=row.album,
        album_artist=row.album_artists[0] if row.album_artists else "",
        track=row.number,
        disc=row.disc,
        date=row.released,
        isrc=row.isrc,
    )


def wheel(key: str) -> str:
    """The place of a key on the wheel of DJs, `8A`; empty if it is named in another way."""
    name = spelled(key)
    return camelot(name) if name else ""
