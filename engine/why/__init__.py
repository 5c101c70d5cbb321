"""Why is this here, or not: the events that led to a file, a track, a playlist, or its absence."""

from __future__ import annotations

from pathlib import Path

from engine.library import Library
from engine.people import CannotTell
from engine.why import files, playlists, tracks
from engine.why.story import Story
from engine.why.subject import Place, meant
from projections.playlists import Group

__all__ = ["CannotTell", "Story", "why"]


def why(library: Library, said: str, cwd: Path) -> list[Story]:
    """What a path, a track or a playlist is and how that came.

    Several stories: the words name several tracks; these say only what they are.

    Raises:
        CannotTell: nothing of that name was ever heard of; `hits` are the nearest.
    """
    subject = meant(library, said, cwd)
    if isinstance(subject, Place):
        return [files.story(library, subject)]
    if isinstance(subject, Group):
        return [playlists.story(library, subject)]
    if len(subject) == 1:
        return [tracks.story(library, subject[0])]
    return [tracks.brief(library, track) for track in subject]
