"""Work files of other formats, with the tags that a track should bear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.audio.converting import Output, convert
from adapters.audio.generations import SUFFIX
from adapters.audio.tagset import TagSet
from engine.converting import Made


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
        done = retagged(made.path, work, wanted)
        made.path.unlink()
        suffix = SUFFIX[made.format]
        found.append(Made(work, made.format, made.how, suffix, done.probe, done.after))
    return found


def _named(stem: Path, what: str, format: str) -> Path:
    suffix = SUFFIX[format]  # type: ignore[index]
    return stem.with_name(f"{stem.name}-{what}-{format}.{suffix}")
