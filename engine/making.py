"""Work files of other formats, with the tags that a track should bear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.audio import probe
from adapters.audio.converting import Output, convert
from adapters.audio.generations import SUFFIX
from adapters.audio.tagset import TagSet
from engine.converting import Made
from projections.analyses import AnalysisRow
from projections.library import TrackRow
from state.values import Ref

SURE_OF_TEMPO, SURE_OF_KEY = 0.5, 0.2
"""Confidences from which on what was heard may be written into a file. Of noise they are lower."""


def make(
    source: Path,
    stem: Path,
    formats: Sequence[str],
    track: TrackRow | None,
    ref: Ref,
    heard: AnalysisRow | None = None,
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
    wanted = tags(track, ref, heard)
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


def tags(track: TrackRow | None, ref: Ref, heard: AnalysisRow | None = None) -> TagSet:
    """What a file of a track should say of it.

    Tempo and key are those that were told of the track; else what was heard in its audio, if that
    is sure enough.

    Args:
        heard: the analysis of its audio.
    """
    bpm = heard.bpm if heard is not None and heard.bpm_confidence >= SURE_OF_TEMPO else 0.0
    key = heard.key if heard is not None and heard.key_confidence >= SURE_OF_KEY else ""
    if track is None:
        return TagSet(bpm=bpm, key=key, camelot=wheel(key), track_id=ref)
    bpm, key = track.bpm or bpm, track.key or key
    return TagSet(
        title=track.title,
        artists=track.artists,
        album=track.album,
        album_artist=track.album_artists[0] if track.album_artists else "",
        track=track.number,
        disc=track.disc,
        date=track.released,
        genre=track.genres[0] if track.genres else "",
        isrc=track.isrc,
        bpm=bpm,
        key=key,
        camelot=wheel(key),
        track_id=ref,
    )


def wheel(key: str) -> str:
    """The place of a key on the wheel of DJs, `8A`; empty if it is named in another way."""
    from adapters.audio.musical_key import camelot  # it loads numpy

    try:
        return camelot(key)
    except ValueError:
        return ""
